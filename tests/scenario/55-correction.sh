#!/bin/sh
# Somebody asks to be corrected or deleted: an officer finds what is held and proposes, a second person agrees, every partner
# who has it is told, a hold wins, and the reply says no more than was decided.
CHECK_API=1
. "$(dirname "$0")/lib.sh"
nodes a b c
meet a b
meet a c

# ---- what is held ----
warning "$W/own.json" "they want to kill the clerk" ',"target.who":"Kowalski, Jan","target.kind":"person"'
run 0 "a warning of ours names him" at a warn --to b.exercise --to c.exercise --wait 20 "$W/own.json"
own=$(printf '%s\n' "$out" | grep b.exercise | cut -c1-64)
warning "$W/theirs.json" "it is said that jan KOWALSKI will be attacked"
run 0 "one of theirs, too, in its text" at b warn --to a.exercise --wait 20 "$W/theirs.json"
theirs=${out%% *}
warning "$W/other.json" "somebody called Kowalska, and a Jan, are not meant"
run 0 "a third one names somebody else" at b warn --to a.exercise --wait 20 "$W/other.json"

# ---- people ----
for who in boss dora dana rita ann ivo far; do (umask 077; printf 'kettle and lantern %s\n' "$(echo $who | rev)" >"$W/$who.pw"); done
must at a unit add north "Another unit"
must at a account add boss --role administrator --password-file "$W/boss.pw"
must at a login boss --password-file "$W/boss.pw" --save "$W/boss.token"
as() { local who=$1; shift; "$T" -d "$W/a/dir" --token-file "$W/$who.token" "$@"; }
for one in dora:data-protection-officer:desk dana:data-protection-officer:desk rita:releasing-officer:desk ann:analyst:desk ivo:inspector:north far:data-protection-officer:north; do
	who=${one%%:*} role=${one#*:}
	must as boss account add "$who" --role "${role%:*}" --unit "${role#*:}" --password-file "$W/$who.pw"
	must at a login "$who" --password-file "$W/$who.pw" --save "$W/$who.token"
done
must as boss policy set forget.wait 0s

printf '{"kind":"warning","fields":{"threat.summary":"the clerk is in danger, we are told","handling.tlp":"green","when.from":"2031-03-24T00:00:00Z"},"re":["%s"],"audiences":[{"to":["c.exercise"],"open":["threat.summary"]}]}' "$theirs" >"$W/on.json"
must as ann draft add --propose --confirm-audience "$W/on.json"
draft=$(as ann draft list --json | jq -r '.items[0].id')
run 0 "theirs is passed on, in words of our own" as rita release "$draft" --version 1 --confirm-audience --override "they must know"
passed=$(as rita list --out --kind warning --json | jq -r '.items[0].id')

# ---- the case ----
run 1 "an analyst opens no case" as ann correction open --who "Jan Kowalski" --checked "passport, in person" --asks delete --name "Jan Kowalski"
match "$err" 'rule role.right' "by a rule with a name"
run 0 "an officer does" as dora correction open --who "Jan Kowalski, by letter" --checked "passport, in person" --asks delete --name "Jan Kowalski"
case=${out%% *}
is "$(as dora correction show "$case" --json | jq -r '.state, .asks, .who' | tr '\n' ' ')" "open delete Jan Kowalski, by letter " "the case says who asked, and for what"
due() { as dora clocks --json | jq -e 'any(.[]; .kind == "correction")' >/dev/null; }
due; is $? 0 "and has a clock"
found() { as "$1" correction find "$case" --json | jq -r '[.items[].id] | sort | join(" ")'; }
all_found() { [ "$(found dora | wc -w)" = 3 ]; }
until_true 20 all_found; is $? 0 "both releases of ours, and theirs, are found, and no others"
held=$(as dora correction find "$case" --json)
is "$(echo "$held" | jq -r --arg id "$own" '.items[] | select(.id == $id) | .lines | length')" 1 "with the line that names him alone"
is "$(echo "$held" | jq -r --arg id "$own" '.items[] | select(.id == $id) | .lines[0].name')" target.who "whatever the order of his names"
match "$held" "jan KOWALSKI" "and in free text"
run 1 "an officer of another unit sees no such case" as far correction show "$case"
is "$err" "$(as far correction show 0123456789abcdef 2>&1 | sed "s/0123456789abcdef/$case/")" "in the words for what is not there"
run 0 "an inspector reads it" as ivo correction show "$case"
is "$(found ivo)" "$(found dora)" "and finds what every unit holds"
run 1 "but proposes nothing" as ivo correction propose "$case" "$own" --what delete --reason "no"

# ---- ours is corrected ----
run 1 "what is kept needs a ground" as dora correction propose "$case" "$own" --what keep --reason "an investigation runs"
match "$err" 'rule correction.ground' "which a rule asks for"
run 1 "a correction says what is right" as dora correction propose "$case" "$own" --what correct --reason "it is his brother"
run 0 "she proposes to correct ours" as dora correction propose "$case" "$own" --what correct --reason "it is his brother" --set "target.who=Piotr Kowalski"
item=$(as dora correction show "$case" --json | jq -r '.items[0].id')
run 1 "and cannot agree" as dora correction agree "$item"
match "$err" 'rule correction.two-people' "by a rule with a name"
run 1 "a case with an open proposal is not closed" as dora correction close "$case"
match "$err" 'rule correction.undecided' "by a rule with a name"
run 0 "a second person agrees" as rita correction agree "$item"
run 1 "once" as rita correction agree "$item"
state_of() { as dora correction show "$case" --json | jq -r --arg i "$item" --arg p "$1" '.items[] | select(.id == $i) | .told[] | select(.partner == $p) | .state'; }
told() { case $(state_of "$1") in received | witnessed) ;; *) return 1 ;; esac; }
until_true 30 told b.exercise; is $? 0 "b is told, and its node has confirmed it"
until_true 30 told c.exercise; is $? 0 "and c, which got the same"
said() { at "$1" list --in --kind record --json | jq -r '.items[].id' | while read -r id; do at "$1" show "$id"; done; }
match "$(said c)" 'Corrected here: it is his brother; target.who is Piotr Kowalski' "c reads what is right"
is "$(at b list --in --kind retraction --json | jq '.items | length')" 1 "and what was wrong is withdrawn"
retraction=$(at b list --in --kind retraction --json | jq -r '.items[0].id')
must at b respond "$retraction" --stage assessed --copy held --wait 20
holds_copy() { as dora correction show "$case" --json | jq -e '.items[0].reach[] | select(.recipient == "b.exercise" and .state == "holds a copy")' >/dev/null; }
until_true 20 holds_copy; is $? 0 "who still holds a copy is shown"

# ---- theirs is deleted; a hold wins ----
run 0 "theirs is to be deleted" as dora correction propose "$case" "$theirs" --what delete --reason "it is not true"
item=$(as dora correction show "$case" --json | jq -r '.items[1].id')
must as dana hold "$theirs" --reason "court order 12"
run 1 "what is under a legal hold is not" as rita correction agree "$item"
match "$err" 'rule forget.hold.*court order 12' "with the reason of the hold"
must as dana hold "$theirs" --release
run 0 "when that has ended it is" as rita correction agree "$item"
until_true 30 told b.exercise; is $? 0 "its author is told"
until_true 30 told c.exercise; is $? 0 "and whom we told of it"
match "$(said b)" 'Deleted here: it is not true' "with the reason"
forgotten() { as ann show "$theirs" --json | jq -e '.marks | index("content forgotten")' >/dev/null; }
until_true 30 forgotten; is $? 0 "and its content is forgotten"
run 0 "evidence of what stays is made" as rita evidence "$theirs" --out "$W/stub"
is "$(at b show "$theirs" --json | jq -r '.delivery')" "$(at b show "$theirs" --json | jq -r '.delivery' | grep -E 'received|witnessed')" "the receipt of it stands"

# ---- the reply ----
run 1 "an open case is not replied to" as dora correction reply "$case"
run 0 "all is decided: it is closed" as dora correction close "$case"
due; is $? 1 "and its clock has ended"
run 1 "nothing more is proposed" as dora correction propose "$case" "$passed" --what delete --reason "late"
match "$(as dora correction reply "$case")" 'has been corrected. What we may not keep is deleted' "he is told what was done"
reply_of() { as dora correction reply "$1" | sed "s/$1/CASE/"; }
run 0 "another case" as dora correction open --who "Nobody at all" --checked "a letter" --asks correct --name "Zbigniew Nikt"
none=${out%% *}
must as dora correction close "$none" --discreet
run 0 "and one about somebody who is held" as dora correction open --who "a Kowalski" --checked "a letter" --asks delete --name "Piotr Kowalski"
some=${out%% *}
must as dora correction propose "$some" "$passed" --what keep --reason "an investigation" --ground "Art. 15 of the directive"
must as rita correction agree "$(as dora correction show "$some" --json | jq -r '.items[0].id')"
must as dora correction close "$some" --discreet
is "$(reply_of "$some")" "$(reply_of "$none")" "a discreet reply says the same whatever is held"
match "$(as ivo audit list --limit 1000 --json | jq -r '.. | .what? // empty' | sort -u | tr '\n' ' ')" 'correction.agree .*correction.find .*correction.open .*correction.read' "all of it is in the audit trail"
run 0 "which is whole" at a audit check
done_testing
