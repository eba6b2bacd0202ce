#!/bin/sh
# Requests and answers: what must be said, who owes whom, threads, and a case that is not closed over an open question.
CHECK_API=1
. "$(dirname "$0")/lib.sh"
nodes a b c
meet_all a b c
asks_of() { at "$1" ask list --state "$2" --json | jq -r '[.items[].id] | sort | join(" ")'; }
is_listed() { [ "$(asks_of "$1" "$2")" = "$3" ]; }
sends a b "the first"; case=$id
arrives 20 a "$case" received; is $? 0 "a warning arrives"
why="--purpose x --legal-basis Art.12"

# ---- what must be said ----
run 1 "a request needs a type" at b ask a.exercise --question "Who?" $why
match "$err" 'needs the field request\.type' "and is told so"
run 1 "an urgent one its grounds" at b ask a.exercise --type event --question "Who?" $why --urgency urgent
match "$err" 'urgency\.grounds' "and is told so"
run 1 "one about a person whom it is about" at b ask a.exercise --type person --question "Where?" $why --link "seen there"
match "$err" 'subject\.name' "and is told so"
run 1 "and what connects the two" at b ask a.exercise --type person --question "Where?" $why --subject "Ivan Ivanov"
match "$err" 'field link' "and is told so"
run 1 "a time that is over is none" at b ask a.exercise --type event --question "Who?" $why --due 2020-01-01T00:00:00Z
match "$err" 'due is in the past' "and is told so"
run 1 "a request to nobody's partner is refused" at b ask nobody.exercise --type event --question "Who?" $why

# ---- a thread ----
run 0 "a question about the warning" at b ask a.exercise --type clarify --about "$case" --question "Which gate?" $why --wait 20; q=${out%% *}
until_true 20 is_listed a owed-by-us "$q"; is $? 0 "is owed by who was asked"
is "$(at b ask list --about "$case" --json | jq -r '.items[0].ask.owed_by')" a.exercise "and found by what it is about"
is "$(at b show "$q" --json | jq -r '.fields[] | select(.name == "within").value')" 604800 "routine within 7 days"
run 1 "a third node cannot answer it" at c answer "$q" --result provided
run 1 "who asked cannot answer it" at b answer "$q" --result provided
run 1 "declining needs a ground" at a answer "$q" --result declined --reason "we may not"
match "$err" 'decline\.ground' "and is told so"
run 0 "it is answered in part" at a answer "$q" --result partly --text "the south gate" --wait 20; answer=${out%% *}
until_true 20 is_listed b owed-to-us ""; is $? 0 "then nothing is owed"
run 0 "a follow-up to the answer" at b ask a.exercise --type detail --about "$answer" --question "South of what?" $why --wait 20; follow=${out%% *}
until_true 20 is_listed a owed-by-us "$follow"; is $? 0 "is owed anew"
tree=$(at a ask show "$follow" --json | jq -r '.thread | [.id, .below[0].id, .below[0].below[0].id] | join(" ")')
is "$tree" "$q $answer $follow" "and stands in the thread below the answer, below the question"
match "$(at b ask show "$answer")" 'asks a\.exercise, clarify +answered: partly' "in words"
run 0 "a second answer to the first question" at a answer "$q" --result nothing-held --wait 20
sleep 1
is "$(at b ask show "$q" --json | jq -r '.thread.ask.result')" partly "changes nothing of the first"

# ---- closing ----
run 1 "the case is not closed over an open question" at a close "$case" --outcome stood-down
match "$err" 'rule close\.open-request' "by its rule"
run 1 "nor ended by the other side" at b respond "$case" --stage outcome --outcome foiled
match "$err" 'rule close\.open-request' "by the same"
run 0 "who says why closes it" at a close "$case" --outcome stood-down --open-request "the answer will come by courier" --wait 20
match "$(at b show "${out%% *}" --json | jq -r '.fields[] | select(.name == "open-request").value')" 'by courier' "which is signed, and the other side reads"

# ---- withdrawn ----
run 0 "a question is withdrawn" at b retract "$follow" --reason "we know it" --wait 20
until_true 20 is_listed a owed-by-us ""; is $? 0 "then nothing is owed"
run 0 "who answers it all the same" at a answer "$follow" --result provided --wait 20
is "$(at a ask show "$follow" --json | jq -r '.. | objects | select(.id? == "'"$follow"'" and .ask?) | .ask.state')" withdrawn "does not bring it back"
run 0 "another question, declined" at b ask a.exercise --type evidence --about "$case" --question "From whom?" $why --wait 20; last=${out%% *}
run 0 "with its ground and a reason" at a answer "$last" --result declined --ground source --reason "it would name somebody" --wait 20; declined=${out%% *}
until_true 20 is_listed b open ""; is $? 0 "is an answer"
run 0 "an answer is withdrawn" at a retract "$declined" --reason "the wrong one" --wait 20
until_true 20 is_listed b owed-to-us "$last"; is $? 0 "then the question is open again"

# ---- people ----
printf 'correct horse battery staple\n' >"$W/password"; chmod 600 "$W/password"
person() {
	must at b account add "$1" --role "$2" --unit "$3" --function "$1" --password-file "$W/password"
	must at b login "$1" --password-file "$W/password" --save "$W/$1.token"
}
as() { local who=$1; shift; at b --token-file "$W/$who.token" "$@"; }
must at b unit add desk "the desk"; must at b unit add other "another"
person anna analyst desk; person rolf releasing-officer desk; person olga duty-officer other; person lea liaison desk
is "$(as anna ask list --json | jq -r '.items[0].id')" "$last" "who sees the request sees that it is owed"
is "$(as olga ask list --state all --json | jq '.items | length')" 0 "another unit sees none"
run 1 "and asks for it in vain" as olga ask show "$last"
match "$err" 'no statement' "as for what is not there"
run 0 "an analyst asks about a plot" as anna ask a.exercise --type event --question "When?" $why --wait 20
run 3 "a request about a person is proposed" as anna ask a.exercise --type person --question "Where is he?" $why --link "his car was there" --subject "Ivan Ivanov" --tlp amber --confirm-audience
draft=$(echo "$out" | sed -n 's/^draft \([0-9a-f]*\).*/\1/p')
body='{"kind":"request","to":["a.exercise"],"fields":{"request.type":"person","question":"Where?","purpose":"x","legal-basis":"x","urgency":"routine","link":"x","subject.name":"I I"}}'
is "$(api b POST /api/v1/statements -H "Authorization: Bearer $(cat "$W/anna.token")" -H 'Content-Type: application/json' -o "$W/answer" -w '%{http_code}' -d "$body")" 403 "and does not leave by another door"
match "$(cat "$W/answer")" 'rule issue\.draft' "by its rule"
run 0 "a second person releases it" as rolf release "$draft" --version 1 --confirm-audience
until_true 20 sh -c "$T -d $W/a/dir door list --json | jq -e 'length == 1' >/dev/null"; is $? 0 "and arrives at the door of the other side"
for n in a b; do run 0 "log account passes on $n" at $n log account; done
done_testing
