#!/bin/sh
# Answers in stages, each with its signer; no answer is a state with an age; outcomes of two sides are kept apart; what
# does not go together is shown, and a record is never the other side's word.
CHECK_API=1
. "$(dirname "$0")/lib.sh"
nodes a b
meet a b
state() { at "$1" show "$2" --json | jq -r .state; }
listed() { at "$1" list --limit 1000 --json | jq -r ".items[] | select(.id == \"$2\") | .state"; }
is_listed() { [ "$(listed "$1" "$2")" = "$3" ]; }
is_state() { [ "$(state "$1" "$2")" = "$3" ]; }

# ---- how far it is ----
node_stop b
sends a b "a bomb in the hall" ',"when.from":"2026-01-01T00:00:00Z","when.until":"2026-01-03T00:00:00Z","threat.method":"a car","target.kind":"venue"'; one=$id
is "$(listed a "$one")" "not delivered" "what has no receipt is not delivered"
node_start b
arrives 30 a "$one" received; is $? 0 "it arrives"
match "$(state a "$one")" '^delivered, no answer for 0 min$' "delivered, and not answered for so long"
match "$(listed b "$one")" '^accepted, not answered for 0 min$' "as its recipient sees it, too"
for n in a b; do must at $n clock 2027-01-01T03:10:00Z; done
match "$(state a "$one")" '^delivered, no answer for [0-9]+ d$' "the age grows"
is "$(at a show "$one" --json | jq -r '.no_answer_since | test("^20")')" true "since when is told"
run 0 "the recipient opens it" at b respond "$one" --stage opened --wait 20
until_true 20 is_listed a "$one" opened; is $? 0 "opened"
run 0 "finds it specific" at b respond "$one" --stage assessed --specific specific --wait 20
until_true 20 is_listed a "$one" assessed; is $? 0 "assessed"
run 0 "acts" at b respond "$one" --stage acting --text "guards at the doors" --wait 20
run 0 "and thanks" at b respond "$one" --stage thanked --wait 20
until_true 20 is_listed a "$one" acting; is $? 0 "a word of less takes nothing back"
is "$(at a show "$one" --json | jq -r '[.stages[] | .stage + " " + .by] | join(", ")')" "delivered b.exercise, opened b.exercise, assessed b.exercise, acting b.exercise, thanked b.exercise" "each stage has its signer"
is "$(at a show "$one" --json | jq -r '[.stages[].at | test("^20")] | all')" true "and its time"

# ---- what does not go together ----
rules() { at "$1" show "$2" --json | jq -r '[.contradictions[].rule] | sort | unique | join(" ")'; }
is "$(rules a "$one")" "" "so far nothing contradicts anything"
run 0 "the recipient declines what it does" at b respond "$one" --stage declined --reason "of a general nature" --wait 20
is "$(rules a "$one")" "declined-after-acted" "declined after acted"
run 0 "and finds it too general now" at b respond "$one" --stage assessed --specific too-general --question "Which hall?" --wait 20
asked=${out%% *}
shows() { at a show "$one" | grep -q "^open question *$(echo "$asked" | cut -c1-16) b.exercise asks: Which hall"; }
until_true 20 shows; is $? 0 "show names the response that asks, so that it can be answered"
match "$(at a show "$one")" "^(answers and updates)? +$(echo "$asked" | cut -c1-16) .* response from b\.exercise" "and each answer"
match "$(rules a "$one")" 'general-after-specific' "general after specific"
printf '{"record.type":"public-remark","record.who":"their director","text":"Nobody warned us.","record.claims":["no-warning","propaganda"],"record.source":"a newspaper","record.copy-sha256":"%s"}\n' "$(printf x | sha256sum | cut -d' ' -f1)" >"$W/remark.json"
run 0 "the author writes down what was said to the press" at a record --re "$one" "$W/remark.json"
remark=${out%% *}
match "$(rules a "$one")" 'receipt-denied' "which the receipt contradicts"
match "$(rules a "$one")" 'dismissed-in-words' "and what the recipient did"
sentence=$(at a show "$one" --json | jq -r '.contradictions[] | select(.rule == "receipt-denied") | .sentence')
match "$sentence" '^a\.exercise wrote down on .* that somebody claimed that no warning came; the node of b\.exercise accepted it' "the record is a.exercise's word and nobody else's"
is "$(at a show "$one" --json | jq -r '.contradictions[] | select(.rule == "receipt-denied") | .a + " " + .b')" "$one $remark" "both ids are named"
is "$(at a show "$one" --json | jq -r '[.stages[].by] | unique | join(" ")')" "b.exercise" "a record is no stage"
match "$(rules b "$one")" '^declined-after-acted general-after-specific$' "who does not have the record is shown nothing of it"

# ---- outcomes ----
run 0 "the author says what came of it" at a close "$one" --outcome occurred --wait 20
is "$(at a show "$one" --json | jq -r .outcomes_differ)" false "one side alone differs from nobody"
run 0 "the recipient says it otherwise" at b respond "$one" --stage outcome --outcome foiled --wait 20
for n in a b; do
	is "$(at $n show "$one" --json | jq -r '[.outcomes[] | .by + " " + .outcome] | sort | join(", ")')" "a.exercise occurred, b.exercise foiled" "both are kept on $n"
	is "$(at $n show "$one" --json | jq -r .outcomes_differ)" true "and differ"
done
match "$(rules a "$one")" 'outcomes-differ' "which is a contradiction"

# ---- requests ----
printf '{"question":"Who said it?","purpose":"to protect the hall","urgency":"urgent","due":"2027-02-01T00:00:00Z","legal-basis":"Art. 12","request.type":"event","urgency.grounds":"the window is open"}\n' >"$W/request.json"
run 0 "a request about it" at b ask a.exercise --about "$one" --wait 20 --file "$W/request.json"
request=${out%% *}
match "$(state b "$request")" '^delivered, no answer for' "waits for an answer"
run 1 "an answer is to a request" at a answer "$one" --result provided
match "$err" 'an answer cannot refer to .*, which is a warning' "in whole words"
run 1 "who asks does not answer" at b answer "$request" --result provided
run 1 "declining needs a reason" at a answer "$request" --result declined
run 0 "more time is asked for" at a answer "$request" --result needs-time --due 2027-03-01T00:00:00Z --wait 20
until_true 20 is_listed b "$request" needs-time; is $? 0 "which is a state"
run 0 "it is answered" at a answer "$request" --result partly --text "a fisherman" --wait 20
until_true 20 is_state b "$request" partly; is $? 0 "and shown so"
run 1 "a request without a purpose is refused" at b ask a.exercise --type event --question "Who?" --legal-basis "Art. 12"
for n in a b; do run 0 "log account passes on $n" at $n log account; done
done_testing
