#!/bin/sh
# A partner that is down: what waits for it is shown, tried again, given up only by a person; nobody else waits for it.
. "$(dirname "$0")/lib.sh"
nodes a b c
meet_all a b c
sends a b "while all is well"
arrives 20 a "$id" received; is $? 0 "a warning arrives"
node_kill b

sends a b "a routine one" ',"urgency":"routine"'; routine=$id
until_true 20 sh -c "[ -n \"\$($T -d $W/a/dir status --json | jq -r '.partners[] | select(.name == \"b.exercise\") | .trouble')\" ]"
is $? 0 "the trouble is told"
match "$(partner_of a b .trouble)" 'b\.exercise did not answer' "in one sentence that names it"
is "$(delivery a "$routine")" waiting "it waits"
is "$(at a show "$routine" --json | jq -r '.receipt // "none"')" none "there is no receipt"
sends a b "an imminent one" ',"urgency":"imminent"'; imminent=$id
sends a b "one that is given up" ; given_up=$id
is "$(partner_of a b .waiting)" 3 "status counts what waits"
started=$(date +%s)
sends a c "to somebody else"
arrives 10 a "$id" received; is $? 0 "another partner gets its warning meanwhile"
[ $(($(date +%s) - started)) -lt 5 ]; is $? 0 "without delay"
run 3 "warn says that the receipt is not here yet" at a warn --to b.exercise --wait 1 "$W/sends.json"
match "$err" '^tocsin: signed and kept, and no receipt of b\.exercise yet: tocsin show [0-9a-f]{16} tells$' "in a sentence, too"
last=${out%% *}

# Each attempt waits longer than the one before: in six seconds there are fewer than a fixed second would make.
tries() { at a status --json | jq -r '.partners[] | select(.name == "b.exercise") | .next_attempt'; }
seen=$(for i in 1 2 3 4 5 6 7 8 9 10 11 12; do tries; sleep 0.5; done | grep -v '^$' | sort -u | wc -l)
[ "$seen" -ge 1 ] && [ "$seen" -le 5 ]; is $? 0 "the next attempt is told, and moves away ($seen in six seconds)"
match "$(at a status)" 'next attempt 20' "in words too"

run 0 "a person can give one up" api a POST "/api/v1/statements/$given_up/close-delivery" -f -H 'Content-Type: application/json' -d '{"reason":"told by telephone"}'
is "$(delivery a "$given_up")" closed "its delivery is closed"

node_start b
for one in "$routine" "$imminent" "$last"; do arrives 90 a "$one" received; is $? 0 "after its return it arrives"; done
is "$(entries b --in)" 4 "each once, and not what was given up"
holds b "$given_up"; is $? 1 "which never arrives"
is "$(at b show "$imminent" --json | jq .num) first: $([ "$(at b show "$imminent" --json | jq .num)" -lt "$(at b show "$routine" --json | jq .num)" ] && echo yes)" \
	"$(at b show "$imminent" --json | jq .num) first: yes" "the imminent one is first"
until_true 10 sh -c "[ -z \"\$($T -d $W/a/dir status --json | jq -r '.partners[] | select(.name == \"b.exercise\") | .trouble')\" ]"; is $? 0 "the trouble is over"
is "$(partner_of a b .waiting)" 0 "nothing waits"

# The sender may go down instead: what it has issued is in its database.
node_kill b
sends a b "before the sender goes down"; one=$id
node_kill a
node_start b; node_start a
arrives 60 a "$one" received; is $? 0 "what was issued before a kill is delivered after it"
is "$(at b list --in --limit 1000 --json | jq -r '[.items[].id] | (length == (unique | length))')" true "nothing is there twice"
for n in a b c; do run 0 "log check passes on $n" at $n log check; done
done_testing
