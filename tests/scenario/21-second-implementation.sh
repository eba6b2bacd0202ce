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

# Witnessing: the second implementation cosigns the real node's log, and the other way about.
witnessed_by a s
cosigned() { curl -sS "http://127.0.0.1:$(node_port a)/log/checkpoint" | grep -q '^— s.exercise/witness '; }
if until_true 15 cosigned; then pass "its cosignature is on the real node's published checkpoint"; else flunk "its cosignature is on the real node's published checkpoint" "$(asks a '.witnesses')"; fi
is "$(asks a '[.log.witnesses[]? | select(.name == "s.exercise") | .trouble // ""] | join("")')" "" "and the real node took it"
received=$(second warn "$W/s/dir" a.exercise "$W/w.json" source.origin)
match "$(second receipt "$W/s/dir" a.exercise "$received")" '^[0-9]+ [0-9]+ s\.exercise$' "a published receipt bears its own cosignature, which verifies"

# Evidence, in all directions.
evidence_made() { rm -rf "$W/e-a" && at a evidence "$id" --out "$W/e-a" --reveal source.origin; }
until_true 10 evidence_made
run 0 "it verifies the real node's bundle with both cards" second verify "$W/e-a" "$W/a/card" "$W/s/card"
match "$out" "^(received|witnessed) $id" "and says that it was received"
match "$out" '^told .*where\.place' "what was told"
match "$out" '^withheld source\.origin$' "and what was withheld"
run 1 "without cards it trusts nobody" second verify "$W/e-a"
run 1 "one card is not enough for a receipt" sh -c "python3 -B '$TOCSIN_SOURCE/tests/interop/second.py' verify '$W/e-a' '$W/a/card' | grep received"
cp -r "$W/e-a" "$W/e-f"
sed -i 's/Harbour gate 4/Harbour gate 5/' "$W/e-f/body.txt"
run 1 "a line that was changed is refused" second verify "$W/e-f" "$W/a/card" "$W/s/card"
run 0 "it makes a bundle of what it sent" second evidence "$W/s/dir" a.exercise "$received" "$W/e-s"
run 0 "which tocsin verifies" "$T" verify "$W/e-s" --card "$W/a/card" --card "$W/s/card" --shown-to a.exercise where.place
match "$out" 'source\.origin' "with the line that was withheld"
match "$out" 'not later than' "and the time at which it was witnessed"
run 0 "and it itself" second verify "$W/e-s" "$W/a/card" "$W/s/card"
match "$out" "^witnessed $received" "as witnessed: it is itself the witness of the recipient's log"
must at a evidence "$received" --out "$W/e-r"
run 0 "the recipient's bundle verifies as well" second verify "$W/e-r" "$W/a/card" "$W/s/card"

run 0 "every status and content type is the one that PROTOCOL names" second statuses "$W/s/dir" a.exercise
[ "$status" = 0 ] || flunk "statuses" "$(echo "$out" | grep -v '^ok')"
is "$(at a partner show s.exercise --json | jq -r .state)" distrusted "two cards of one seq end the trust"

done_testing
