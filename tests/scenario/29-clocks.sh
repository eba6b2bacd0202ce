#!/bin/sh
# What runs out, when, and what happens then: clocks start and end with statements, a miss is told once, a window's end is no all-clear.
CHECK_API=1
. "$(dirname "$0")/lib.sh"
nodes a b
meet a b
now() { for n in a b; do must at $n clock "$1"; done; }
# state SHORT ID KIND: of the newest such clock; clock_of: a member of it
clock_of() { at "$1" clocks --about "$2" --json | jq -r "[.[] | select(.kind == \"$3\")] | last | .$4 // \"-\""; }
state() { clock_of "$1" "$2" "$3" state; }
is_state() { [ "$(state "$1" "$2" "$3")" = "$4" ]; }
becomes() { until_true 20 is_state "$1" "$2" "$3" "$4"; is "$(state "$1" "$2" "$3")" "$4" "$5"; }
fired() { api "$1" GET '/api/v1/events?after=0' | jq "[.items[] | select(.kind == \"$2\")] | length"; }
now 2027-01-01T00:00:00Z
must at a policy set zone Europe/Moscow

# ---- from sending to an answer ----
sends a b "a first" ',"urgency":"imminent","ask.reply-by":"2027-01-01T06:00:00Z","when.until":"2027-01-02T00:00:00Z"'; w=$id
arrives 20 a "$w" received; is $? 0 "a warning arrives"
becomes a "$w" receipt met "its receipt ends the sender's first clock"
becomes a "$w" reply-by running "an answer is waited for"
is "$(clock_of a "$w" reply-by due_at)" 2027-01-01T06:00:00Z "until the time that it names"
is "$(clock_of a "$w" reply-by due_local) $(clock_of a "$w" reply-by zone)" "2027-01-01 09:00:00 +03:00 Europe/Moscow" "in the desk's zone, too"
becomes b "$w" opening running "at its recipient it waits to be opened"
due=$(clock_of b "$w" opening due_at)
[ "$due" \> 2027-01-01T00:09:59Z ] && [ "$due" \< 2027-01-01T00:11:30Z ]; is $? 0 "an imminent one for ten minutes"
run 0 "the recipient says that it is opened" at b respond "$w" --stage opened --wait 20
becomes b "$w" opening met "that ends one clock"
becomes b "$w" assessment running "and starts the next"
is "$(state a "$w" reply-by)" running "opened is no answer"
run 0 "the recipient asks a question" at b respond "$w" --stage assessed --specific too-general --question "Which gate?" --wait 20
becomes b "$w" assessment met "the assessment is made"
becomes a "$w" reply-by met "the author has its answer"
question() { at "$1" show "$w" --json | jq -r '[.open_questions[].question] | join(" ")'; }
until_true 20 sh -c "[ \"\$($T -d $W/a/dir show $w --json | jq '.open_questions | length')\" = 1 ]"
is "$(question a)" "Which gate?" "and an open question"
until_true 20 sh -c "[ \"\$($T -d $W/b/dir show $w --json | jq '.open_questions | length')\" = 1 ]"
is "$(question b)" "Which gate?" "as its asker has"
match "$(at a show "$w")" 'open question +.*b\.exercise.*Which gate.*due 2027-01-01T08:' "in words, with its time"
warning "$W/up.json" "the south gate" ',"urgency":"imminent","when.until":"2027-01-03T00:00:00Z"'
run 0 "the author answers by an update" at a warn --to b.exercise --re "$w" --wait 20 "$W/up.json"
up=${out%% *}
becomes a "$w" window void "whose window stands for the earlier one"
becomes b "$up" window running "on the other side, too"
is "$(question a)" "" "and the question is answered"
until_true 20 sh -c "[ \"\$($T -d $W/b/dir show $w --json | jq '.open_questions | length')\" = 0 ]"; is $? 0 "for its asker, too"

# ---- no receipt ----
node_kill b
sends a b "nobody is there" ',"urgency":"imminent"'; lost=$id
becomes a "$lost" receipt running "without a receipt the clock runs"
run 0 "the clock that is due next comes first" at a clocks
match "$(echo "$out" | head -1)" "receipt .*running .*due 2027-01-01T00:0.*imminent .*${lost%????????????????????????????????????????????????}.*life" "with its time, its urgency, and that lives hang on it"
must at a clock 2027-01-01T00:20:00Z
becomes a "$lost" receipt missed "and is missed"
match "$(clock_of a "$lost" receipt why)" "not known to have arrived.*b\.exercise names no duty contact.*what to say: tocsin script ${lost%????????????????????????????????????????????????}" "the partner's duty contact and the script are what comes next"
match "$(alarms a)" '1 of our clocks ran out and nobody has acknowledged it, the oldest was due 2027-01-01T00:0' "with nobody to page it is an alarm"
missed=$(clock_of a "$lost" receipt id)
run 0 "somebody acknowledges it" at a ack "$missed"
match "$out" 'acknowledged by operator' "and is named"
alarmed a 'ran out'; is $? 1 "then it is no alarm any more"
run 1 "it is handed to nobody who is not there" at a hand "$missed" --to anna
match "$err" 'rule clock\.unit' "the rule is named"
run 1 "a clock that is not there is not acknowledged" at a ack 0123456789abcdef
is "$err" "tocsin: there is no clock 0123456789abcdef" "in one sentence"

# ---- once ----
count=$(fired a 'clock missed')
must at a clock 2027-01-01T00:01:00Z
sleep 1
must at a clock 2027-01-01T00:30:00Z
node_kill a
node_start a
sleep 1
is "$(fired a 'clock missed')" "$count" "a clock that is set back, and a crash, make nothing happen again"
node_start b
must at b clock 2027-01-01T00:30:00Z
arrives 30 a "$lost" received; is $? 0 "the receipt comes late"
until_true 20 sh -c "[ -n \"\$($T -d $W/a/dir clocks --about $lost --json | jq -r '.[0].ended_at')\" ]"
is "$(state a "$lost" receipt)" missed "its clock stays missed"
match "$(clock_of a "$lost" receipt ended_at)" '^2027-01-01T00:3' "and ends when it came"
run 1 "what has ended is not acknowledged" at a ack "$missed"

# ---- a window's end is no all-clear ----
now 2027-01-03T00:00:01Z
becomes a "$up" window missed "the window is over"
becomes a "$up" follow-up running "its author has to extend it, stand it down or say what came of it"
becomes b "$up" window missed "for its recipient it is over, too"
match "$(clock_of b "$up" window why)" 'lapsed, unresolved.*no all-clear' "and no all-clear"
is "$(state b "$up" follow-up)" - "but that is not its to follow up"
run 0 "the author says what came of it" at a close "$up" --outcome did-not-occur --wait 20
becomes a "$up" follow-up met "then nothing is owed"
is "$(at a clocks --all --json | jq "[.[] | select(.about == \"$up\")] | length")" 0 "nothing of it runs any more"

# ---- form ----
for i in 1 2 3; do
	sends a b "one of several"
	becomes b "$id" opening running "of several each has its clock"
done
run 2 "a list and a statement's clocks are two questions" at a clocks --mine --about "$up"
is "$(api b GET '/api/v1/clocks?limit=1' | jq '.items | length')" 1 "pages are as long as one says"
walk() {
	local next
	: >"$W/walked"
	next=$(api b GET '/api/v1/clocks?limit=2' | tee -a "$W/walked" | jq -r '.next // ""')
	while [ -n "$next" ]; do next=$(api b GET "/api/v1/clocks?limit=2&after=$next" | tee -a "$W/walked" | jq -r '.next // ""'); done
	jq -r '.items[].id' "$W/walked"
}
is "$(walk)" "$(at b clocks --all --json | jq -r '.[].id')" "page by page it is the same list"
[ "$(walk | wc -l)" -ge 3 ]; is $? 0 "of more than one page"
done_testing
