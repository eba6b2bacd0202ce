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

# ---- people: whose they are, who sees them, who is told ----
mkdir "$W/programs"
printf '#!/bin/sh\nexit 0\n' >"$W/programs/ring"
chmod 755 "$W/programs/ring"
node_stop b
node_set b folder "$W/programs" notify
node_start b
now 2027-02-01T00:00:00Z
printf 'correct horse battery\n' >"$W/password"
chmod 600 "$W/password"
must at b account add adm --role administrator --password-file "$W/password"
must at b login adm --password-file "$W/password" --save "$W/token-adm"
as() { who=$1; shift; "$T" -d "$W/b/dir" --token-file "$W/token-$who" "$@"; }
must as adm unit add other "another unit"
must as adm account add anna --role duty-officer --password-file "$W/password"
must as adm account add bert --role releasing-officer --function "second watch" --password-file "$W/password"
must as adm account add ines --role inspector --password-file "$W/password"
must as adm account add otto --role duty-officer --unit other --password-file "$W/password"
for who in anna bert ines otto; do must at b login "$who" --password-file "$W/password" --save "$W/token-$who"; done
must as adm unit escalation desk anna
# Whom no channel reaches is passed over at once: here all are reached, and nobody answers.
for who in anna bert adm; do must as adm channel add command ring --account $who; done
sends a b "for the watch" ',"urgency":"imminent"'; watch=$id
of_watch() { as anna clocks --about "$watch" --json 2>/dev/null | jq -r "[.[] | select(.kind == \"$1\")] | last | .$2 // \"-\""; }
until_true 20 sh -c "$T -d $W/b/dir --token-file $W/token-anna clocks --about $watch --json | jq -e 'length > 0'"
is "$(of_watch opening owner)" anna "a warning's clock belongs to the first of its unit's escalation"
clock=$(of_watch opening id)
is "$(as anna clocks --mine --json | jq -r "[.[] | select(.id == \"$clock\")] | length")" 1 "and is one of its own"
is "$(as ines clocks --all --json | jq -r "[.[] | select(.id == \"$clock\")] | length")" 1 "an inspector sees it"
run 1 "and does not acknowledge it" as ines ack "$clock"
match "$err" 'rule role\.right' "by rule"
is "$(as otto clocks --all --json)" "[]" "another unit has none of it"
run 1 "nor knows that there is one" as otto ack "$clock"
is "$err" "tocsin: there is no clock $clock" "in the same words as for one that is not there"
run 1 "nor for the statement" as otto clocks --about "$watch"
is "$(as adm clocks --all --json)" "[]" "the administrator manages, and was not paged"
run 1 "nor may acknowledge it yet" as adm ack "$clock"
level() { is "$(of_watch opening level)" "$1" "$2"; }
up_to() { as anna clocks --about "$watch" --json | jq -e ".[] | select(.kind == \"opening\" and .level == $1)"; }
must as adm clock 2027-02-01T00:12:00Z
until_true 10 up_to 2; level 2 "it is missed"
must as adm clock 2027-02-01T00:18:00Z
until_true 10 up_to 3; level 3 "who does not acknowledge is followed by the releasing officer"
must as adm clock 2027-02-01T00:24:00Z
until_true 10 up_to 4; level 4 "then by the administrator"
run 0 "who was paged may acknowledge" as adm ack "$clock"
is "$(of_watch opening acked_by)" adm "by name"
must as adm clock 2027-02-01T01:00:00Z
sleep 1
level 4 "then nobody else is told"
run 1 "it is not given to another unit" as anna hand "$clock" --to otto
match "$err" 'rule clock\.unit: otto' "by rule"
run 0 "it is given to somebody of its own" as anna hand "$clock" --to bert
is "$(as bert clocks --mine --json | jq -r "[.[] | select(.id == \"$clock\")] | length")" 1 "whose it is then"
run 0 "somebody opens the warning" as bert show "$watch"
is "$(of_watch opening state) $(of_watch opening ended_at | cut -c1-14)" "missed 2027-02-01T01:" "its clock ends, late as it is"
is "$(of_watch assessment state) $(of_watch assessment owner)" "running bert" "and who had it has the next"
# ---- a draft ----
printf '{"threat.summary":"men at the gate","handling.tlp":"amber","threat.harm":["death"],"urgency":"urgent","where.place":"Gate 4"}\n' >"$W/draft.json"
run 0 "somebody proposes a warning" as anna draft add --to a.exercise --not-public "the police are there" --propose "$W/draft.json" --json
draft=$(echo "$out" | jq -r .id)
of_draft() { as bert clocks --draft "$draft" --json | jq -r "[.[] | select(.kind == \"$1\")] | last | .$2 // \"-\""; }
is "$(of_draft release state) $(of_draft release urgency)" "running urgent" "that it is released, or refused, has a clock"
run 0 "the four tests find a duty to warn" as anna determine "$draft" --credible yes --specific yes --impending yes --harm yes
is "$(of_draft duty state)" running "which has a clock"
run 0 "a second person releases it" as bert release "$draft" --version 1 --json
sent=$(echo "$out" | jq -r '.released[0].id')
is "$(of_draft release state) $(of_draft duty state)" "met met" "then both have ended"
of_sent() { as anna clocks --about "$sent" --json | jq -r "[.[] | select(.kind == \"receipt\")] | last | .owner // \"-\""; }
until_true 20 sh -c "$T -d $W/b/dir --token-file $W/token-anna clocks --about $sent --json | jq -e 'length > 0'"
is "$(of_sent)" anna "and that it is received is its author's to watch"
run 1 "another unit has no draft's clocks" as otto clocks --draft "$draft"

trail() { as ines audit list --subject "$clock" --json | jq -r '[.items[] | select(.what | startswith("clock.")) | .who + " " + .what + " " + .detail] | sort | join("; ")'; }
is "$(trail)" "adm clock.acknowledge opening; anna clock.hand-over opening, to bert" "the audit trail has who did it"
done_testing
