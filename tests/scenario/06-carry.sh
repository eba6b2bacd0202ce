#!/bin/sh
# A node without a network: batches and answers as files, in both directions, held to the same checks as on the wire.
. "$(dirname "$0")/lib.sh"
mkdir -p "$W/a"; echo a.exercise >"$W/a/name"
# The address on its card cannot be reached from behind the gap: nothing listens on port 9.
must "$T" init "$W/a/dir" --name a.exercise --exchange "127.0.0.1:$(free_ports 1)" --url http://127.0.0.1:9
node_set a resume-wait 0
mkdir -p "$W/g"; echo g.exercise >"$W/g/name"
must "$T" init "$W/g/dir" --name g.exercise
node_set g resume-wait 0
node_start a; node_start g
# Sockets in the state LISTEN (0A) among its descriptors, as the kernel tells.
listening() { ls -l "/proc/$1/fd" | sed -n 's/.*socket:\[\([0-9]*\)\]$/\1/p' | while read -r inode; do awk -v i="$inode" '$4 == "0A" && $10 == i' /proc/net/tcp /proc/net/tcp6; done; }
is "$(listening "$(cat "$W/g/pid")" | wc -l)" 0 "the node behind the gap listens on no port"
[ "$(listening "$(cat "$W/a/pid")" | wc -l)" -ge 1 ]; is $? 0 "the other one does"
meet a g

# ---- out of the gap ----
sends g a "from behind the gap"; from_g=$id
run 3 "a receipt is not here yet" at g warn --to a.exercise --wait 1 "$W/sends.json"
second=${out%% *}
run 0 "what waits is carried out" at g carry out a.exercise --out "$W/1"
is "$(delivery g "$from_g")" waiting "it stays in the outbox"
is "$(head -1 "$W/1")" "tocsin-carry/v1" "the file says what it is"
is "$(grep -c 'from behind the gap' "$W/1")" 0 "and is sealed"
run 1 "a file for somebody else is refused" at g carry in "$W/1" --answer "$W/none"
match "$err" 'for a\.exercise, not for g\.exercise' "with a sentence"
run 1 "taking it in needs a place for the answer" at a carry in "$W/1"
run 0 "with one it is taken in" at a carry in "$W/1" --answer "$W/1a"
is "$(entries a --in)" 2 "both are there"
holds a "$from_g"; is $? 0 "the first"
run 0 "the same file again does no harm" at a carry in "$W/1" --answer "$W/1b"
is "$(entries a --in)" 2 "nothing is there twice"

# ---- answers ----
cp "$W/1a" "$W/cut"; truncate -s -3 "$W/cut"
run 1 "a cut answer is refused" at g carry in "$W/cut"
sed 's/^accepted \(.\)/accepted 0/' "$W/1a" >"$W/changed"
cmp -s "$W/1a" "$W/changed" && sed 's/^accepted \(.\)/accepted 1/' "$W/1a" >"$W/changed"
run 1 "a changed answer is refused" at g carry in "$W/changed"
is "$(delivery g "$from_g")" waiting "and gives no receipt"
run 0 "the answer is taken in" at g carry in "$W/1a"
for one in "$from_g" "$second"; do is "$(delivery g "$one")" received "its receipt is here"; done
run 1 "nothing waits any more" at g carry out a.exercise --out "$W/none"
match "$err" 'nothing waits for a\.exercise' "and it says so"

# ---- into the gap ----
sends a g "into the gap"; to_g=$id
until_true 20 sh -c "[ -n \"\$($T -d $W/a/dir status --json | jq -r '.partners[] | select(.name == \"g.exercise\") | .trouble')\" ]"
match "$(partner_of a g .trouble)" 'address' "the sender is told that there is no address"
run 0 "it is carried out" at a carry out g.exercise --out "$W/2"
run 0 "and in" at g carry in "$W/2" --answer "$W/2a"
is "$(at g show "$to_g" --json | jq -r '.fields[] | select(.name == "threat.summary") | .value')" "into the gap" "it can be read there"
run 0 "its answer comes back" at a carry in "$W/2a"
is "$(delivery a "$to_g")" received "with a receipt"
run 3 "the recipient behind the gap responds" at g respond "$to_g" --stage acting
must at g carry out a.exercise --out "$W/3"
must at a carry in "$W/3" --answer "$W/3a"
must at g carry in "$W/3a"
is "$(at a show "$to_g" --json | jq -r '.answers[0].stage')" acting "and its stage is seen outside"
at g evidence "$from_g" --out "$W/ev" >/dev/null
run 0 "its evidence verifies as received" "$T" verify "$W/ev" --card "$W/a/card" --card "$W/g/card"
for n in a g; do
	run 0 "log check passes on $n" at $n log check
	run 0 "log account passes on $n" at $n log account
done
done_testing
