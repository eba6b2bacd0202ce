#!/bin/sh
# Who may answer, withdraw and close what; what is dangling; a window that passes is not an all-clear.
CHECK_API=1
. "$(dirname "$0")/lib.sh"
nodes a b c
meet_all a b c
sends a b "the first" ',"when.until":"2031-01-01T00:00:00Z"'; first=$id
arrives 20 a "$first" received; is $? 0 "a warning arrives"

# ---- responses ----
run 0 "the recipient opens it" at b respond "$first" --stage opened --wait 20
run 1 "too general without a question is refused" at b respond "$first" --stage assessed --specific too-general
match "$err" 'give the field question' "with a sentence that says what to do"
run 0 "with a question it is not" at b respond "$first" --stage assessed --specific too-general --question "Which gate?" --wait 20
run 1 "declining needs a reason" at b respond "$first" --stage declined
run 1 "the stage outcome needs an outcome" at b respond "$first" --stage outcome
run 1 "an unknown stage is refused" at b respond "$first" --stage maybe
run 2 "a response without a stage is wrong usage" at b respond "$first"
is "$(at a show "$first" --json | jq -r '[.answers[].stage] | join(" ")')" "opened assessed" "the author sees both stages in order"
is "$(at a show "$first" --json | jq -r '.answers[1].question')" "Which gate?" "and the question"
match "$(at a show "$first")" 'response from b\.exercise: assessed; too-general.*Which gate' "in words too"

# ---- who may ----
run 1 "the recipient cannot retract it" at b retract "$first" --reason "we say so"
match "$err" 'only a\.exercise, who made' "and is told who may"
run 1 "the recipient cannot close it" at b close "$first" --outcome foiled
run 1 "the author cannot respond to it" at a respond "$first" --stage acted
run 1 "who does not have it cannot respond to it" at c respond "$first" --stage acted
# Somebody who knows the id sends a response to it over the wire: its own desk cannot know the rule, the author's can.
out=$(api c POST /api/v1/statements -d "{\"kind\":\"response\",\"to\":[\"a.exercise\"],\"fields\":{\"stage\":\"acted\"},\"re\":[\"$first\"]}")
foreign=$(echo "$out" | jq -r '.results[0].id // "refused"')
if [ "$foreign" = refused ]; then
	pass "a stranger to a statement cannot respond to it, its own desk says so"
else
	arrives 20 c "$foreign" refused; is $? 0 "a stranger's response is refused by the author's node"
	match "$(at c show "$foreign" --json | jq -r .trouble)" 'not both parties' "with the rule"
fi
is "$(at a show "$first" --json | jq '.answers | length')" 2 "and has no effect"

# ---- dangling ----
node_kill b
sends a b "which will not arrive"; lost=$id
must api a POST "/api/v1/statements/$lost/close-delivery" -f -H 'Content-Type: application/json' -d '{"reason":"given up"}'
node_start b
warning "$W/up.json" "an update of it"
run 0 "an update about something that the recipient does not have" at a warn --to b.exercise --re "$lost" --wait 60 "$W/up.json"
update=${out%% *}
is "$(at b show "$update" --json | jq -r '.re[0].dangling')" true "is accepted and shown as dangling"
match "$(at b show "$update")" 'dangling' "in words too"
is "$(at a show "$update" --json | jq -r '.re[0].dangling')" false "at its author it is not dangling"

# ---- retraction ----
run 0 "the author retracts" at a retract "$update" --reason "planted" --wait 20
until_true 10 sh -c "[ \"\$($T -d $W/b/dir show $update --json | jq -r '.answers[0].kind')\" = retraction ]"; is $? 0 "the recipient sees that it is retracted"
is "$(at b show "$update" --json | jq -r '.answers[0].reason')" planted "and why"
retraction=$(at b show "$update" --json | jq -r '.answers[0].id')
run 0 "the recipient answers the retraction" at b respond "$retraction" --stage opened --wait 20
run 2 "a retraction without a reason is wrong usage" at a retract "$first"

# ---- windows, on a set clock ----
sends a b "with a window" ',"when.from":"2026-01-01T00:00:00Z","when.until":"2027-06-01T12:00:00Z"'; window=$id
arrives 20 a "$window" received
is "$(at a show "$window" --json | jq -r .window.state)" open "the window is open"
for n in a b; do must at $n clock 2027-06-01T12:00:01Z; done
for n in a b; do is "$(at $n show "$window" --json | jq -r .window.state)" "lapsed, unresolved" "a window that passes is lapsed and unresolved on $n, not an all-clear"; done
match "$(at b show "$window")" 'window +lapsed, unresolved, until 2027-06-01T12:00:00Z' "in words too"
run 0 "its author closes it" at a close "$window" --outcome did-not-occur --wait 20
until_true 10 sh -c "[ \"\$($T -d $W/b/dir show $window --json | jq -r '.window.state')\" = closed ]"; is $? 0 "then it is closed on the other side"
is "$(at b show "$window" --json | jq -r '.window.outcome')" "did-not-occur" "with its outcome"
run 1 "an outcome that nobody knows is refused" at a close "$first" --outcome won

# ---- records are their maker's ----
printf '{"record.type":"call","text":"They rang at nine."}\n' >"$W/record.json"
run 0 "a record is kept" at b record --re "$first" "$W/record.json"
record=${out%% *}
is "$(delivery b "$record")" "own record" "as one's own"
sleep 1.5
holds a "$record"; is $? 1 "the other side does not get it"
run 0 "a record is sent when it is addressed" at b record --to a.exercise --re "$first" --wait 20 "$W/record.json"
holds a "${out%% *}"; is $? 0 "and then arrives"
printf '{"record.type":"telepathy","text":"x"}\n' >"$W/bad.json"
run 1 "a record of an unknown type is refused" at b record "$W/bad.json"
for n in a b c; do run 0 "log account passes on $n" at $n log account; done
done_testing
