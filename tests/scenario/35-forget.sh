#!/bin/sh
# Content is forgotten by two people's decision: no byte of it stays, the stub still proves, a hold stops it, and a database
# that is put back forgets again before it serves.
CHECK_API=1
. "$(dirname "$0")/lib.sh"
nodes a b
meet a b
secret=Kowalewski-7f3b9c21
other=Lindqvist-5d20aa18

# ---- content ----
warning "$W/one.json" "they want to kill $secret at midsummer" ",\"target.who\":\"$secret\",\"target.kind\":\"person\""
run 0 "a warning names a person" at a warn --to b.exercise --wait 20 "$W/one.json"
one=${out%% *}
warning "$W/two.json" "they want to kill $other"
run 0 "another one, too" at a warn --to b.exercise --wait 20 "$W/two.json"
two=${out%% *}

# ---- people ----
for who in boss dora rita ann; do (umask 077; printf 'kettle and lantern %s\n' "$(echo $who | rev)" >"$W/$who.pw"); done
must at a account add boss --role administrator --password-file "$W/boss.pw"
must at a login boss --password-file "$W/boss.pw" --save "$W/boss.token"
as() { local who=$1; shift; "$T" -d "$W/a/dir" --token-file "$W/$who.token" "$@"; }
for pair in dora:data-protection-officer rita:releasing-officer ann:analyst; do
	who=${pair%%:*}
	must as boss account add "$who" --role "${pair#*:}" --password-file "$W/$who.pw"
	must at a login "$who" --password-file "$W/$who.pw" --save "$W/$who.token"
done

sees() { as "$1" show "$2" >/dev/null 2>&1; }
until_true 20 sees dora "$one"; is $? 0 "the data-protection officer sees it"
on_disk() { grep -aqrF --include='tocsin.db*' -- "$1" "$W/a/dir"; }
on_disk "$secret"; is $? 0 "it is in the database's files"
cp -r "$W/a/dir" "$W/a/copy"

# By another word: what somebody looks for is in the audit trail, which nobody can shorten.
finds() { as ann search "$1" --json | jq -e '.items | length > 0' >/dev/null; }
until_true 20 finds midsummer; is $? 0 "and search finds it"

# ---- who may ----
run 1 "an analyst does not propose it" as ann forget propose "$one" --reason "no longer needed"
run 0 "the data-protection officer proposes" as dora forget propose "$one" --reason "she asked for it"
proposal=${out%% *}
run 1 "and cannot agree" as dora forget agree "$proposal"
match "$err" 'rule forget.two-people' "by a rule with a name"
run 1 "it is proposed once" as dora forget propose "$one" --reason "again"
run 0 "an analyst objects" as ann forget object "$proposal" --reason "the trial is in May"
match "$(as dora forget list)" "objected by ann: the trial is in May" "which is kept"
run 1 "what was objected to is not agreed on" as rita forget agree "$proposal"
must as boss policy set forget.wait 0s
run 0 "it is held, by law" as dora hold "$one" --reason "court order 12"
run 1 "what is held is not proposed" as dora forget propose "$one" --reason "she asked for it"
match "$err" 'rule forget.hold.*court order 12' "with the reason of the hold"
run 0 "the hold is released" as dora hold "$one" --release
run 0 "then it is proposed" as dora forget propose "$one" --reason "she asked for it"
proposal=${out%% *}
must sqlite3 "$W/a/dir/tocsin.db" "CREATE TRIGGER stuck BEFORE UPDATE ON forgetting WHEN NEW.state = 'done' BEGIN SELECT RAISE(ABORT, 'stuck'); END"
run 0 "a second person agrees" as rita forget agree "$proposal"
until_true 30 alarmed a 'forgetting and what else is due wait'; is $? 0 "when it cannot be done that is an alarm"
must sqlite3 "$W/a/dir/tocsin.db" "DROP TRIGGER stuck"
not_alarmed() { ! alarmed a 'forgetting and what else is due wait'; }
until_true 30 not_alarmed; is $? 0 "until it can"
done_with() { as dora forget list --json | jq -e ".items[] | select(.id == \"$1\") | .state == \"done\"" >/dev/null; }
until_true 30 done_with "$proposal"; is $? 0 "and it is forgotten"

# ---- what is gone, what stays ----
gone() { ! on_disk "$1"; }
until_true 30 gone "$secret"; is $? 0 "no byte of it is in the database's files"
on_disk "$other"; is $? 0 "of the other one nothing is missing"
is "$(as ann show "$one" --json | jq -r '.marks | index("content forgotten") != null')" true "it is shown as forgotten"
is "$(as ann show "$one" --json | jq '.fields | length')" 0 "without lines"
match "$(as ann show "$one" --json | jq -r .delivery)" 'received|witnessed' "its receipt is there"
finds midsummer; is $? 1 "search finds nothing"
finds "$other"; is $? 0 "but the other one"
at b card >"$W/b.cards"; at a card >"$W/a.cards"
run 0 "evidence of the stub is made" as rita evidence "$one" --out "$W/stub"
grep -rqF -- "$secret" "$W/stub"; is $? 1 "without any of it"
match "$(cat "$W/stub/README.txt")" 'content was forgotten by a\.exercise' "and says so"
run 0 "verify proves that it was received" at a verify "$W/stub" --card "$W/a.cards" --card "$W/b.cards"
match "$out" '[Rr]eceived' "in words"
run 1 "nothing of it can be shown" as rita evidence "$one" --only threat.summary --out "$W/none"
run 0 "the recipient's copy proves what it was" at b evidence "$one" --out "$W/whole"
run 0 "log account passes on a" at a log account

# ---- retention ----
match "$(as dora retention)" 'person +1825 d' "how long what names a person is kept is told"
must as boss policy set retention.warning 1d
node_stop a; node_start a
must as dora retention keep "$two" --until 2099-01-01T00:00:00Z --reason "needed for the trial"
is "$(as dora show "$two" --json | jq -r .keep_until)" "2099-01-01T00:00:00Z" "what is kept has a date"

# ---- a copy is put back ----
node_stop a
cp "$W/a/copy/tocsin.db" "$W/a/dir/tocsin.db"
rm -f "$W/a/dir/tocsin.db-wal" "$W/a/dir/tocsin.db-shm"
[ -f "$W/a/copy/tocsin.db-wal" ] && cp "$W/a/copy/tocsin.db-wal" "$W/a/dir/"
on_disk "$secret"; is $? 0 "a database that is put back holds it again"
mv "$W/a/dir/forgotten" "$W/a/forgotten"
run 1 "without the list of what was forgotten the node does not start" timeout 20 "$T" -d "$W/a/dir" serve
match "$err" 'forgotten is missing: put its newest copy back' "and says what to do"
on_disk "$secret"; is $? 0 "nothing was touched"
sed 's/^.\{5\}/xxxxx/' "$W/a/forgotten" >"$W/a/dir/forgotten"; chmod 600 "$W/a/dir/forgotten"
run 1 "nor with a damaged one" timeout 20 "$T" -d "$W/a/dir" serve
match "$err" 'forgotten is damaged: line 1' "and names the line"
cp "$W/a/forgotten" "$W/a/dir/forgotten"; chmod 600 "$W/a/dir/forgotten"
printf '0123456789' >>"$W/a/dir/forgotten"
node_start a
gone "$secret"; is $? 0 "with it, what was forgotten is forgotten again before anything is served"
is "$(as ann show "$one" --json | jq -r '.marks | index("content forgotten") != null')" true "and shown so"
is "$(tail -c 65 "$W/a/dir/forgotten")" "$one" "the end of a line that a crash left is cut off"
done_testing
