#!/bin/sh
# A node written in Python from docs/PROTOCOL.md alone (tests/interop) and a real node: vectors, cards, warnings with receipts both ways, refusals,
# witnessing, evidence.
. "$(dirname "$0")/lib.sh"
second() { python3 -B "$TOCSIN_SOURCE/tests/interop/second.py" "$@"; }

run 0 "it takes every valid vector and refuses every invalid one" python3 -B "$TOCSIN_SOURCE/tests/interop/vectors.py" "$TOCSIN_SOURCE/tests/vectors"
[ "$status" = 0 ] || flunk "differences" "$out"

node_make a
node_start a
mkdir "$W/s"
port=$(free_ports 1)
must second init "$W/s/dir" s.exercise "http://127.0.0.1:$port"
second serve "$W/s/dir" "$port" >"$W/s/log" 2>&1 &
echo $! >"$W/s/pid"
echo s.exercise >"$W/s/name"
second card "$W/s/dir" >"$W/s/card"
at a card >"$W/a/card"
must at a partner add "$W/s/card"
run 0 "it takes the real node's card" second meet "$W/s/dir" "$W/a/card"
is "$out" "$(at a partner show s.exercise --json | jq -r .safety)" "both compute the same safety number"
must at a partner confirm s.exercise --safety "$out"

warning "$W/w.json" "A boat with explosives" ',"threat.actor":{"authoritative":"ru","en":"Two men","ru":"Двое мужчин","by-en":"the sender"},"x.count":7'
run 0 "its warning to the real node gets a receipt that it verifies" second warn "$W/s/dir" a.exercise "$W/w.json" source.origin
id=$out
is "$(at a show "$id" --json | jq -r '.kind + " " + .from')" "warning s.exercise" "the real node holds it"
is "$(at a show "$id" --json | jq -r '.fields[] | select(.name == "where.place") | .value')" "Harbour gate 4" "and reads an open line"
is "$(at a show "$id" --json | jq -r '[.fields[].name] | index("source.origin")')" null "but no closed one"
run 0 "it sends again and gets the same index; a second warning extends the log consistently" second warn "$W/s/dir" a.exercise "$W/w.json"
run 0 "the published receipt, checkpoint, tile and entries agree" second receipt "$W/s/dir" a.exercise "$id"

run 0 "what is malformed is refused with the code that PROTOCOL names" second forge "$W/s/dir" a.exercise
[ "$status" = 0 ] || flunk "codes" "$(echo "$out" | grep -v '^ok')"
is "$(entries a --in)" 2 "and nothing of it was kept"

sends a s "A train" ',"when.from":"2031-01-01T00:00:00Z"'
if arrives 20 a "$id" received || delivered a "$id" witnessed; then pass "the real node verifies the receipt of the second implementation"
else flunk "the real node verifies the receipt of the second implementation" "$(at a show "$id")" "$(tail -5 "$W/a/log")"; fi
is "$(second show "$W/s/dir" "$id" | jq -r '.kind + " " + .from + " " + .fields["threat.summary"]')" "warning a.exercise A train" "it opened and read the real node's warning"
run 0 "its response gets a receipt" second respond "$W/s/dir" a.exercise "$id" acting
is "$(at a show "$id" --json | jq -r '.answers[0] | .from + " " + .stage')" "s.exercise acting" "the real node shows the answer"

done_testing
