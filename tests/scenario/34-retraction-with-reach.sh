#!/bin/sh
# A retraction reaches everyone who got it or an update of it; what each said to it is shown; what rests on it is marked.
CHECK_API=1
. "$(dirname "$0")/lib.sh"
nodes a b c d
meet_all a b
meet a c
meet a d
printf '{"label":"The harbour master","telephones":["+000"]}\n' >"$W/contact.json"
must at a contact add harbour "$W/contact.json"

# ---- sent together, updated, kept for somebody without a node ----
warning "$W/one.json" "a bomb in the hall"
run 3 "one warning goes to three nodes and to somebody without one, who is to be called" at a warn --to b.exercise --to c.exercise --to d.exercise --to contact:harbour --wait 20 "$W/one.json"
of() { echo "$out" | grep " $1$" | cut -d' ' -f1; }
tb=$(of b.exercise) tc=$(of c.exercise) td=$(of d.exercise) tx=$(of a.exercise)
warning "$W/two.json" "it is the other hall"
run 0 "b alone gets an update" at a warn --to b.exercise --re "$tb" --wait 20 "$W/two.json"
up=${out%% *}
sends a c "something else"; other=$id
arrives 20 a "$other" received
run 1 "what is not retracted has no reach" at a reach "$tb"
match "$err" 'not retracted' "and says so"

# The recipient builds on it.
printf '{"record.type":"meeting","text":"We told the hall."}\n' >"$W/record.json"
run 0 "b writes down what it did about it" at b record --re "$tb" "$W/record.json"
rests=${out%% *}
is "$(at b show "$rests" --json | jq -r '.rests_on_retracted // "nothing"')" nothing "which rests on nothing that was withdrawn"

# ---- the retraction ----
node_stop d
run 1 "a recipient cannot retract it" at b retract "$tb" --reason "we say so"
run 3 "its author retracts it; d is not there" at a retract "$tb" --reason "the source made it up" --wait 5
is "$(echo "$out" | wc -l)" 5 "five retractions are issued: to each node, of the update, and for the one without a node"
is "$(at a list --out --kind retraction --json | jq '.items | length')" 5 "and no more"
is "$(at a show "$other" --json | jq -r '.marks | index("retracted")')" null "what was sent by itself is not retracted"
is "$(at a show "$tc" --json | jq -r '.marks | index("retracted") != null')" true "what was sent together is, on the list of marks"
run 0 "again" at a retract "$tb" --reason "the source made it up"
is "$(at a list --out --kind retraction --json | jq '.items | length')" 5 "nothing is retracted twice"

state() { at a reach "$1" --json | jq -r ".items[] | select(.statement == \"$2\") | .state"; }
is_state() { [ "$(state "$1" "$2")" = "$3" ]; }
until_true 20 is_state "$tb" "$tb" received; is $? 0 "b's node has it"
is "$(state "$tb" "$td")" "not delivered" "d's has not"
is "$(state "$tb" "$tx")" "to be called" "who has no node is to be called"
is "$(at a reach "$tb" --json | jq -r ".items[] | select(.statement == \"$up\") | .why")" update "the update is there as such"
is "$(at a reach "$tc" --json | jq '.items | length')" 5 "the reach is the same from each of them"
match "$(at a reach "$tb")" '5 of 5 have neither confirmed' "in words too"

# ---- what they say to it ----
about() { at "$1" show "$2" --json | jq -r '[.answers[] | select(.kind == "retraction")][0].id'; }
run 0 "b has removed its copy" at b respond "$(about b "$tb")" --stage acted --copy removed --wait 20
run 0 "and the update" at b respond "$(about b "$up")" --stage acted --copy cannot-tell --wait 20
run 0 "c keeps one and says so" at c respond "$(about c "$tc")" --stage declined --copy held --reason "our own file" --wait 20
until_true 20 is_state "$tb" "$tc" "holds a copy"; is $? 0 "which is shown"
until_true 20 is_state "$tb" "$tb" confirmed; is $? 0 "b's is confirmed"
until_true 20 is_state "$tb" "$up" "cannot tell"; is $? 0 "of the update it cannot tell"
is "$(at a reach "$tb" --json | jq -r ".items[] | select(.statement == \"$tc\") | .reason")" "our own file" "with the reason"
call=$(at a reach "$tb" --json | jq -r ".items[] | select(.statement == \"$tx\") | .retraction")
match "$(at a script "$call")" 'source made it up' "the script says what to say on the telephone"
run 0 "the one without a node is rung up" at a delivered "$call" --by telephone --person "the harbour master" --at 2026-01-01T00:00:00Z
is "$(state "$tb" "$tx")" told "and told"
must at a clock 2027-06-01T00:00:00Z
is "$(state "$tb" "$td")" unreachable "after its time d is unreachable"

# ---- what rests on it ----
until_true 20 sh -c "[ \"\$($T -d $W/b/dir show $rests --json | jq -r '.rests_on_retracted[0].id')\" = $tb ]"; is $? 0 "b's own record is marked as resting on it"
match "$(api b GET /api/v1/events | jq -r '.items[].kind' | tr '\n' ' ')" 'rests on retracted' "and an event tells"
is "$(at b show "$up" --json | jq -r '.rests_on_retracted[0].id')" "$tb" "so is the update"

# ---- whatever crashes, each goes out once ----
sends a b "a root"; root=$id
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	warning "$W/many.json" "on the root, $i"
	at a warn --to b.exercise --re "$root" "$W/many.json" >/dev/null 2>&1
done
at a retract "$root" --reason "all of it" >/dev/null 2>&1 &
asked=$!
until_true 20 sh -c "[ \$($T -d $W/a/dir list --out --kind retraction --limit 1000 --json | jq '.items | length') -gt 6 ]"
node_kill a
wait $asked
node_start a
whole() { [ "$(at a list --out --kind retraction --limit 1000 --json | jq '.items | length')" = 18 ]; }
until_true 30 whole; is $? 0 "what was begun before a crash goes on after it"
sleep 1
is "$(at a list --out --kind retraction --limit 1000 --json | jq -r '[.items[].id] | length')" 18 "and nothing goes out twice"
is "$(at a reach "$root" --json | jq '[.items[] | select(.state == "not issued")] | length')" 0 "all of it is issued"
for n in a b c; do run 0 "log account passes on $n" at $n log account; done
done_testing
