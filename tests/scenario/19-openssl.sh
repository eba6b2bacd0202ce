#!/bin/sh
# openssl verifies the statement, the checkpoint and the cosignature of a bundle; sed and sha256sum tell the id.
. "$(dirname "$0")/lib.sh"
nodes a b w
meet_all a b w
witnessed_by a w; witnessed_by b w
must at a partner quorum b.exercise 1
sends a b "for openssl"
arrives 30 a "$id" witnessed; is $? 0 "a witnessed receipt"
run 0 "its bundle" at a evidence "$id" --out "$W/ev"
cd "$W/ev" || exit 1
is "$(sed '/^$/,$d' statement.note | sha256sum | cut -c1-64)" "$id" "sed and sha256sum print the id"

# key CARDS WHAT FILE: the public key of the last line WHAT as DER; its base64, behind the second plus, may hold a plus itself.
key() { { printf '\060\052\060\005\006\003\053\145\160\003\041\000'; sed -n "s/^$2 //p" "$1" | tail -1 | sed 's/^[^+]*+[^+]*+//' | base64 -d | tail -c 32; } >"$3"; }
# blob NOTE NAME: what the signature line of NAME holds behind the key id
blob() { awk -v n="$2" '$1 == "—" && $2 == n { print $3 }' "$1" | tail -1 | base64 -d | tail -c +5; }
verifies() { openssl pkeyutl -verify -pubin -keyform DER -inkey "$1" -rawin -in "$2" -sigfile "$3" >/dev/null 2>&1; }

key sender.cards sign "$W/sign.der"
sed '/^$/,$d' statement.note >"$W/text"
blob statement.note a.exercise >"$W/sig"
verifies "$W/sign.der" "$W/text" "$W/sig"; is $? 0 "openssl verifies the statement"
sed 's/^at 20/at 19/' "$W/text" >"$W/changed"
verifies "$W/sign.der" "$W/changed" "$W/sig"; is $? 1 "and refuses a changed one"

key recipient.cards log "$W/log.der"
awk 'BEGIN { p = 1 } /^$/ { p++; next } p == 2' receipt.tlog-proof >"$W/checkpoint"
is "$(wc -l <"$W/checkpoint") $(head -1 "$W/checkpoint")" "3 b.exercise/log/1" "a checkpoint is three lines"
blob receipt.tlog-proof b.exercise/log/1 >"$W/sig"
verifies "$W/log.der" "$W/checkpoint" "$W/sig"; is $? 0 "openssl verifies the recipient's checkpoint"
sed '2s/.*/17/' "$W/checkpoint" >"$W/changed"
verifies "$W/log.der" "$W/changed" "$W/sig"; is $? 1 "and refuses another size"

key witnesses/w.exercise.cards witness "$W/witness.der"
blob receipt.tlog-proof w.exercise/witness >"$W/cosignature"
is "$(wc -c <"$W/cosignature")" 72 "a cosignature is a time and a signature"
seconds=$((0x$(head -c 8 "$W/cosignature" | od -An -v -tx1 | tr -d ' \n')))
tail -c 64 "$W/cosignature" >"$W/sig"
{ printf 'cosignature/v1\ntime %s\n' "$seconds"; cat "$W/checkpoint"; } >"$W/message"
verifies "$W/witness.der" "$W/message" "$W/sig"; is $? 0 "openssl verifies the witness's cosignature"
{ printf 'cosignature/v1\ntime %s\n' "$((seconds - 1))"; cat "$W/checkpoint"; } >"$W/changed"
verifies "$W/witness.der" "$W/changed" "$W/sig"; is $? 1 "and refuses another time"
is "$(date -u -d "@$seconds" +%Y-%m-%dT%H:%M:%SZ)" "$("$T" verify . --card "$W/a/card" --card "$W/b/card" --card "$W/w/card" --json | jq -r .witnessed_not_later_than)" "whose time is what tocsin verify says"

# A card, and a line of the body.
key sender.cards identity "$W/identity.der"
sed '/^$/,$d' sender.cards >"$W/text"
blob sender.cards a.exercise/identity >"$W/sig"
verifies "$W/identity.der" "$W/text" "$W/sig"; is $? 0 "openssl verifies the card"
cd / || exit 1
at a evidence "$id" --out "$W/reveal" --reveal source.origin >/dev/null
position=$(cut -d' ' -f1 "$W/reveal/opened.txt")
hash=$({ printf '\000'; sed 's/^[0-9]* //' "$W/reveal/opened.txt" | tr -d '\n'; } | sha256sum | cut -c1-64)
is "$(sed -n "$((position + 1))p" "$W/reveal/body.txt")" "= $hash" "sha256sum shows that an opened line is the closed one"
done_testing
