#!/bin/sh
# The stock age tool opens what Tocsin sealed, files and real envelopes, and the reverse.
. "$(dirname "$0")/lib.sh"
age-keygen -o "$W/key" 2>/dev/null
to=$(sed -n 's/^# public key: //p' "$W/key")
for size in 0 1 65535 65536 65537 200000; do
	head -c "$size" /dev/urandom >"$W/plain"
	"$T" seal -r "$to" <"$W/plain" | age -d -i "$W/key" | cmp -s - "$W/plain"; is $? 0 "age opens what tocsin sealed: $size bytes"
	age -r "$to" <"$W/plain" | "$T" unseal -i "$W/key" | cmp -s - "$W/plain"; is $? 0 "tocsin opens what age sealed: $size bytes"
done
age-keygen -o "$W/other" 2>/dev/null
other=$(sed -n 's/^# public key: //p' "$W/other")
"$T" seal -r "$to" -r "$other" <"$W/plain" >"$W/sealed"
for key in key other; do age -d -i "$W/$key" "$W/sealed" | cmp -s - "$W/plain"; is $? 0 "two recipients, each opens it"; done
age-keygen -o "$W/third" 2>/dev/null
"$T" unseal -i "$W/third" <"$W/sealed" >/dev/null 2>"$W/stderr"; is $? 1 "nobody else does"
head -c 1000 "$W/sealed" | "$T" unseal -i "$W/key" >/dev/null 2>"$W/stderr"; is $? 1 "a cut file is refused"
age -a -r "$to" <"$W/plain" | "$T" unseal -i "$W/key" >/dev/null 2>"$W/stderr"; is $? 1 "armour is refused: envelopes are binary"
"$T" seal -r age1nonsense </dev/null >/dev/null 2>"$W/stderr"; is $? 1 "nonsense is no recipient"
run 2 "seal needs a recipient" "$T" seal

# ---- an envelope as it leaves a node ----
nodes a b
meet a b
node_stop b
sends a b "a real envelope" ; real=$id
must at a carry out b.exercise --out "$W/carry"
python3 - "$W/carry" "$W/envelope" <<'PY'
import re, sys
data = open(sys.argv[1], "rb").read()
head = re.match(rb"tocsin-carry/v1\nfrom a\.exercise\nto b\.exercise\ntocsin-batch/v1\nhave \d+\n", data)
rest = data[head.end():]
size = int.from_bytes(rest[:4], "big")
assert len(rest) == 4 + size, "one envelope"
open(sys.argv[2], "wb").write(rest[4:])
PY
is $? 0 "the carry file holds one envelope"
run 0 "age opens it with the node's own key file" age -d -i "$W/b/dir/keys/recipient.txt" -o "$W/opened" "$W/envelope"
is "$(($(wc -c <"$W/opened") & ($(wc -c <"$W/opened") - 1)))" 0 "its length is a power of two and tells nothing"
is "$(sed '/^$/,$d' "$W/opened" | sha256sum | cut -c1-64)" "$real" "it begins with the statement of that id"
match "$(cat "$W/opened")" 'threat.summary "a real envelope"' "and holds the open lines"
is "$(grep -ac 'a fisherman' "$W/opened")" 0 "and nothing of the closed ones"
age -d -i "$W/a/dir/keys/recipient.txt" "$W/envelope" >/dev/null 2>&1; is $? 1 "its sender's key does not open it"
node_start b
arrives 40 a "$real" received; is $? 0 "the node opens it too"
done_testing
