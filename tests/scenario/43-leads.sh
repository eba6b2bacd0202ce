#!/bin/sh
# A tip about a person becomes a lead: reviewed, worked on, closed with a finding by a signed record, reopened by what comes; and seen by nobody else.
CHECK_API=1
. "$(dirname "$0")/lib.sh"
nodes a b
meet_all a b
leads() { at b lead list "$@" --json | jq -r '.items[].id'; }
lead_of() { at b lead show "$1" --json | jq -r "$2"; }
has_leads() { [ "$(at b lead list --json | jq '.items | length')" = "$1" ]; }
closed_by() { [ "$(lead_of "$1" .state)" = "$2" ]; }

# ---- by itself, without accounts ----
sends a b "a car with a bomb"; plain=$id
sends a b "a man who plans an attack" ',"subject.name":"Ivan Petrov","subject.kind":"person"'; first=$id
arrives 20 a "$first" received; is $? 0 "a warning about a person arrives"
until_true 10 has_leads 1; is $? 0 "and becomes a lead; one that names nobody does not"
lead=$(leads)
is "$(lead_of "$lead" '.state + " " + .unit + " " + .statement')" "new desk $first" "it is new, of the unit of intake, about that warning"
is "$(lead_of "$lead" '(.review_at | fromdate) - (.opened_at[:19] + "Z" | fromdate) >= 89 * 86400')" true "its review date is 90 days off"
is "$(at b clocks --about "$first" --json | jq -r '[.[] | select(.kind == "lead")] | length')" 1 "a clock runs until then"
sends a b "a group" ',"threat.actor":"The Harbour Brigade"'
until_true 10 has_leads 2; is $? 0 "a warning about a group is a lead, too"
run 1 "there is one lead of a unit about a statement" at b lead open "$first" --for 30d
match "$err" 'rule lead.state' "by a rule"
run 1 "a review date in the past is refused" at b lead open "$plain" --until 2020-01-01T00:00:00Z
match "$err" 'rule lead.review: the review date is not to come' "by its rule"
run 1 "so is one in the year 9999" at b lead open "$plain" --until 9999-12-31T00:00:00Z
match "$err" 'rule lead.review' "by the same"
run 2 "and none at all is wrong usage" at b lead open "$plain"
run 0 "by hand anything becomes a lead" at b lead open "$plain" --for 30d --words "the car is known"

# ---- working on it ----
run 0 "it is assessed" at b lead assess "$lead" --words "a real person" --for 10d
is "$(lead_of "$lead" '.state + ": " + .assessment')" "assessing: a real person" "in words"
is "$(at b clocks --about "$first" --json | jq -r '[.[] | select(.kind == "lead") | .state] | join(" ")')" "met running" "the review date is a new one"
run 0 "a step is written down" at b lead step "$lead" interviewed --person "his neighbour" --words "knows him"
run 1 "what is still to come was not done" at b lead step "$lead" checked --words x --at 2099-01-01T00:00:00Z
run 1 "a step that nobody knows is refused" at b lead step "$lead" guessed --words x
match "$(at b lead show "$lead")" 'interviewed +operator, his neighbour: knows him' "and shown"

# ---- requests, and closing ----
printf '{"request.type":"detail","legal-basis":"Art. 5","question":"Which car?","purpose":"to find it","urgency":"routine"}\n' >"$W/ask.json"
run 0 "a question about it is asked" at b ask a.exercise --about "$first" --wait 20 --file "$W/ask.json"
ask=${out%% *}
until_true 10 sh -c "[ \"\$($T -d $W/b/dir lead show $lead --json | jq '.statements | length')\" = 2 ]"; is $? 0 "what refers to the lead's warning joins it"
until_true 10 sh -c "$T -d $W/b/dir clocks --about $ask --json | jq -e '.[] | select(.kind == \"reply-by\")'"; is $? 0 "its clock runs"
run 1 "it is not closed without a reason while that is open" at b lead close "$lead" --finding unfounded --words "no such person"
match "$err" 'rule lead.open-request' "by its rule"
run 1 "a finding that nobody knows is refused" at b lead close "$lead" --finding guilty --words x --open-request y
run 0 "with a reason it is" at b lead close "$lead" --finding unfounded --words "no such person" --open-request "they never answer"
record=$(lead_of "$lead" .record)
is "$(at b show "$record" --json | jq -r '.fields[] | select(.name == "open-request") | .value')" "they never answer" "the reason is in a record that is signed"
is "$(at b show "$record" --json | jq -r '[.re[].id] | index("'"$first"'") != null')" true "about the warning"
run 1 "a closed lead is not worked on" at b lead step "$lead" checked --words x
match "$err" 'rule lead.state' "by its rule"
run 0 "closed ones are listed apart" at b lead list --closed --json
is "$(printf '%s' "$out" | jq -r '.items[].finding')" unfounded "with the finding"

# ---- reopened by rule ----
run 0 "the other side answers" at a answer "$ask" --result provided --text "A white van" --wait 20
until_true 10 closed_by "$lead" new; is $? 0 "the answer opens it again"
match "$(at b lead show "$lead")" 'reopened +node: answer, which refers to it' "and says why"
run 0 "it is closed again" at b lead close "$lead" --finding resolved --words "the van was found"
run 1 "a reason for a request that is not open is refused" at b lead close "$lead" --finding resolved --words x --open-request y
warning "$W/up.json" "another van"
run 0 "an update comes" at a warn --to b.exercise --re "$first" --wait 20 "$W/up.json"
until_true 10 closed_by "$lead" new; is $? 0 "and opens it again"
is "$(at b clocks --about "$first" --json | jq -r '[.[] | select(.kind == "lead" and .state == "running")] | length')" 1 "with a running clock, one only"
node_stop b; node_start b
is "$(lead_of "$lead" '[.steps[] | select(.what == "reopened")] | length')" 2 "each reopening happened once, also over a restart"

# ---- need-to-know ----
at b unit add crisis "Crisis staff" >/dev/null
at b unit compartment tide "Tide" >/dev/null
account b boss administrator
account b ada analyst,releasing-officer --unit desk --compartment tide
account b ben analyst --unit desk
account b cid analyst --unit crisis
run 0 "a lead is given to somebody" by b ada lead assign "$lead" ben
is "$(by b ben lead show "$lead" --json | jq -r '.owner + " " + .state')" "ben assigned" "who has it"
run 0 "it is on that one's list" by b ben lead list --mine --json
is "$(printf '%s' "$out" | jq -r '.items[].id')" "$lead" "alone"
run 1 "not to somebody of another unit" by b ada lead assign "$lead" cid
match "$err" 'rule lead.owner' "by its rule"
run 1 "another unit does not see it" by b cid lead show "$lead"
seen=$err
run 1 "nor what is not there" by b cid lead show 0123456789abcdef
is "$(printf '%s' "$seen" | sed "s/$lead/X/")" "$(printf '%s' "$err" | sed 's/0123456789abcdef/X/')" "in the same words"
run 0 "what is in a compartment" by b ada lead open "$record" --for 20d --compartment tide
inner=$(by b ada lead list --json | jq -r '.items[] | select(.compartment == "tide") | .id')
run 1 "is not there for who is not read into it" by b ben lead show "$inner"
is "$(by b ben lead list --json | jq -r '[.items[] | select(.compartment == "tide")] | length')" 0 "nor in a list"
is "$(by b ben clocks --about "$record" --json | jq -r '[.[] | select(.kind == "lead")] | length')" 0 "nor does a clock of what it is about tell"
is "$(by b ada clocks --about "$record" --json | jq -r '[.[] | select(.kind == "lead")] | length')" 1 "which is there for who is"
run 1 "an administrator sees no leads" by b boss lead list

# ---- the end of a shift ----
run 0 "ben closes it" by b ben lead close "$lead" --finding resolved --words "both vans"
by b ben handover start ada >/dev/null
shift=$(by b ada handover list --json | jq -r '.items[0].id')
run 0 "and hands the shift over" by b ada handover accept "$shift"
warning "$W/up2.json" "a third van"
run 0 "another update comes" at a warn --to b.exercise --re "$first" --wait 20 "$W/up2.json"
mine() { [ "$(by b ada lead show "$lead" --json | jq -r '.owner + " " + .state')" = "ada assigned" ]; }
until_true 10 mine; is $? 0 "the lead is open again, with whoever has the shift"
match "$(by b ada page list)" 'a closed lead is open again' "who is paged"
done_testing
