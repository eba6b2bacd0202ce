#!/bin/sh
# Two organisations that have met: a warning, its receipt, an answer; what is shown on both sides.
. "$(dirname "$0")/lib.sh"
node_make a; node_make b
node_start a; node_start b
meet a b

warning "$W/w.json" "A boat with explosives" ',"when.until":"2031-01-01T00:00:00Z","urgency":"imminent"'
run 0 "warn waits for the receipt and ends with 0" at a warn --to b.exercise --close source.origin --wait 20 "$W/w.json"
id=${out%% *}
match "$out" '^[0-9a-f]{64} b\.exercise$' "warn prints an id a recipient"
match "$(delivery a "$id")" '^(received|witnessed)$' "the sender's side says that it is received"
is "$(at a show "$id" --json | jq -r .quorum)" none "quorum none is said where there is none"
is "$(delivery b "$id")" accepted "the recipient's side says that it is accepted"
is "$(at b show "$id" --json | jq -r '.fields[] | select(.name == "where.place") | .value')" "Harbour gate 4" "the recipient reads an open line"
is "$(at b show "$id" --json | jq -r '[.fields[].name] | index("source.origin")')" null "the recipient does not see a closed line"
is "$(at a show "$id" --json | jq -r '.fields[] | select(.name == "source.origin") | .closed')" true "the sender sees which line is closed"
is "$(at b show "$id" --json | jq -r .window.state)" open "the window is open"
run 0 "an id may be cut to a prefix" at b show "$(printf %.12s "$id")"

run 0 "the recipient responds" at b respond "$id" --stage acting --text "gate closed" --wait 20
until_true 10 sh -c "[ \"\$($T -d $W/a/dir show $id --json | jq -r '.answers[0].stage')\" = acting ]"
is "$(at a show "$id" --json | jq -r '.answers[0] | .kind + " " + .from + " " + .stage')" "response b.exercise acting" "the sender sees the stage"
run 1 "the sender cannot respond to its own warning" at a respond "$id" --stage acting
match "$err" 'only b\.exercise' "and is told who may"
run 0 "the author closes it" at a close "$id" --outcome foiled --wait 20
is "$(at a show "$id" --json | jq -r '.window.state + " " + .window.outcome')" "closed foiled" "the window is closed with its outcome"
run 1 "the recipient cannot close it" at b close "$id" --outcome foiled
run 1 "a stranger cannot be warned" at a warn --to nobody.exercise "$W/w.json"
match "$err" 'not a partner' "and the sentence says what to do"
run 2 "a warning without a recipient is wrong usage" at a warn "$W/w.json"
run 4 "a command without a node says so" "$T" -d "$W/nowhere" status
run 0 "log check passes on a" at a log check
run 0 "log account passes on b" at b log account
is "$(at b list --in --json | jq '[.items[] | select(.kind == "warning")] | length')" 1 "it is there once"
node_stop a; is $? 0 "a stops on SIGTERM with 0"
node_stop b; is $? 0 "b stops on SIGTERM with 0"
done_testing
