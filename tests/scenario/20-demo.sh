#!/bin/sh
# make demo: a scenario is replayed between real nodes and three lies are put to the test; it fails when anything is not as it should be.
. "$(dirname "$0")/lib.sh"
replay() { (cd "$TOCSIN_SOURCE" && timeout 120 python3 examples/replay.py --once "$@"); }
fictional=$TOCSIN_SOURCE/examples/harbour-fictional/scenario.json
run 0 "the invented harbour is replayed" replay "$T" "$fictional" "$W/demo"
[ "$(echo "$out" | wc -l)" -le 30 ]; is $? 0 "in at most 30 lines ($(echo "$out" | wc -l))"
is "$(echo "$out" | grep -c 'REFUTED: ')" 3 "three lies are refuted"
is "$(echo "$out" | grep -c 'NOT ')" 0 "and none is not"
match "$out" 'WITHHELD from' "what was withheld is shown as withheld"
match "$out" 'forged bundle.*REFUSED' "a forged bundle is refused"
run 0 "the evidence that stays checks with stock tools" sh "$W/demo/evidence/kept/check.sh"
is "$(pgrep -fc -- "-d $W/demo/nodes" 2>/dev/null || true)" 0 "no node is left running"

# change FILTER: a scenario outside the tree, changed
change() { jq "$1" "$fictional" >"$W/changed.json"; }
change '.lies = [(.lies[2] | .time = "2025-05-01T00:00:00Z"), (.lies[1] | .field = "source.origin"), .lies[0]] | .steps = .steps[:1]'
run 1 "lies that are none end the demo with a failure" replay "$T" "$W/changed.json" "$W/demo"
is "$(echo "$out" | grep -c 'NOT REFUTED')" 2 "a time before the warning, and a line that was withheld, are not refuted"
change '.steps[1].fields = {"stage": "declined"}'
run 1 "a step that the program refuses ends the demo" replay "$T" "$W/changed.json" "$W/demo"
match "$err" 'needs a reason' "with its sentence"
run 2 "and a scenario that is none" replay "$T" "$W/must" "$W/demo"
run 0 "make demo takes a scenario outside the tree" make -n -C "$TOCSIN_SOURCE" demo ONCE=1 EXAMPLE="$W/changed.json"
match "$out" "replay.py --once build/tocsin $W/changed.json" "as it is named"
run 0 "and one of the tree by its name" make -n -C "$TOCSIN_SOURCE" demo ONCE=1 EXAMPLE=harbour-fictional
match "$out" "replay.py --once build/tocsin examples/harbour-fictional/scenario.json" "too"
done_testing
