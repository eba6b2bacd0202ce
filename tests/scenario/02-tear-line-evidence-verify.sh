#!/bin/sh
# What was told, what was known and withheld, shown offline to somebody who trusts nobody; and bundles that were tampered with.
. "$(dirname "$0")/lib.sh"
nodes a b w
meet_all a b w
witnessed_by a w; witnessed_by b w
must at a partner quorum b.exercise 1
must at b partner quorum a.exercise 1
cards="--card $W/a/card --card $W/b/card --card $W/w/card"

sends a b "A boat with explosives" ',"threat.actor":"two men in oilskins"'
warning "$W/two.json" "A boat with explosives, second tear-line" ',"threat.actor":"two men in oilskins"'
run 0 "a warning with one more line closed" at a warn --to b.exercise --close threat.actor,where.place --wait 20 "$W/two.json"
two=${out%% *}
arrives 30 a "$two" witnessed; is $? 0 "its receipt is witnessed"
arrives 30 a "$id" witnessed; is $? 0 "and that of the other one"

match "$(at a show "$two")" '^[0-9]+ lines, of which [0-9]+ are closed to its recipient$' "its author sees what is closed to its recipient"
match "$(at b show "$two")" '^[0-9]+ lines, of which [0-9]+ are closed to this node$' "and the recipient what is closed to it"

# ---- told ----
run 0 "a bundle as a folder" at a evidence "$two" --out "$W/ev"
run 0 "it verifies by the cards of all three" "$T" verify "$W/ev" $cards --json
is "$(echo "$out" | jq -r '.verdict + " " + .level + " " + .from + " " + .to')" "proven witnessed a.exercise b.exercise" "proven, witnessed, from whom and to whom"
is "$(echo "$out" | jq -r '[.told[].field] | sort | join(" ")')" "advice handling.tell-affected handling.tlp threat.harm threat.summary" "told: the open lines"
is "$(echo "$out" | jq -r '[.withheld[].field] | length')" 0 "nothing is shown as withheld that was not revealed"
is "$(echo "$out" | jq -r '.issued and (.witnessed_not_later_than | test("^20"))')" true "issued, and witnessed not later than a time"
match "$(echo "$out" | jq -r '.not_proven[]')" 'that a person read it' "what it does not prove is said in the same place"
run 0 "an open line is told" "$T" verify "$W/ev" $cards --shown-to b.exercise threat.summary
run 1 "a closed one is not" "$T" verify "$W/ev" $cards --shown-to b.exercise where.place
match "$out" 'where.place to b.exercise: not shown' "it is not shown"
run 1 "nor was anything told to somebody else" "$T" verify "$W/ev" $cards --shown-to w.exercise threat.summary
is "$(grep -rlE 'two men in oilskins|Harbour gate 4|a fisherman' "$W/ev" | wc -l)" 0 "what is closed is nowhere in the bundle"
run 0 "its check.sh says the same, with stock tools" env -i PATH=/usr/bin:/bin sh "$W/ev/check.sh"
match "$out" 'received: entry .* witnessed not later than' "with the receipt and its time"
run 1 "without a card it is signed by nobody" "$T" verify "$W/ev"
match "$out" 'signed by nobody you named' "and that is what it says"
run 1 "with the sender's card alone nobody vouches for the receipt" "$T" verify "$W/ev" --card "$W/a/card" --shown-to b.exercise threat.summary

# ---- known and withheld ----
run 0 "a bundle that reveals a closed line" at a evidence "$two" --out "$W/reveal" --reveal where.place
run 1 "the line cannot be passed off as told" "$T" verify "$W/reveal" $cards --shown-to b.exercise where.place --json
is "$(echo "$out" | jq -r '.shown_to.result')" withheld "it was known, and withheld"
is "$(echo "$out" | jq -r '.withheld[] | .field + "=" + .value')" "where.place=Harbour gate 4" "with its words"
run 0 "check.sh checks the opening" sh "$W/reveal/check.sh"
match "$out" 'opened.txt fits' "and says so"
run 1 "an open line cannot be revealed" at a evidence "$two" --out "$W/none1" --reveal threat.summary
run 1 "a field that is not there cannot be shown" at a evidence "$two" --out "$W/none2" --only threat.nothing
is "$(ls -d "$W"/none* 2>/dev/null | wc -l)" 0 "and nothing was written"

# ---- only ----
run 0 "a bundle of one line" at a evidence "$two" --out "$W/only" --only threat.summary
run 0 "it verifies" "$T" verify "$W/only" $cards --json
is "$(echo "$out" | jq -r '[.told[].field] | join(" ")') $(echo "$out" | jq -r '.kept_back > 0')" "threat.summary true" "one line is told, the others are kept back"
is "$(grep -rl 'Close the gate' "$W/only" | wc -l)" 0 "what is kept back is nowhere in it"
run 0 "check.sh agrees" sh "$W/only/check.sh"

# ---- archive, the other side ----
run 0 "a bundle as an archive" at a evidence "$two" --out "$W/ev.tar"
is "$(tar tf "$W/ev.tar" | sort | tr '\n' ' ')" "$( (cd "$W/ev" && find . -type f | sed 's|^\./||') | sort | tr '\n' ' ')" "tar lists the files of the folder"
"$T" verify "$W/ev.tar" $cards --json >"$W/tar.json"; is $? 0 "it verifies as it is"
"$T" verify "$W/ev" $cards --json >"$W/folder.json"
is "$(jq -S . "$W/tar.json" | sha256sum)" "$(jq -S . "$W/folder.json" | sha256sum)" "with the same verdict"
run 1 "a folder that is there is not written over" at a evidence "$two" --out "$W/ev"
run 0 "the recipient has a bundle too" at b evidence "$two" --out "$W/theirs"
run 0 "it proves the same receipt" "$T" verify "$W/theirs" $cards --json
is "$(echo "$out" | jq -r '.verdict + " " + (.received | tostring) + " " + (.issued | tostring)')" "proven true false" "by the recipient's own log; the sender's is not in it"
run 0 "check.sh agrees with it" sh "$W/theirs/check.sh"
run 1 "the recipient cannot reveal what it was not told" at b evidence "$two" --out "$W/none3" --reveal where.place

# ---- forged ----
# forge NAME: a copy to spoil; forged NAME SENTENCE: refused by both
forge() { cp -r "$W/reveal" "$W/forged-$1"; F=$W/forged-$1; }
# (check.sh looks at everything, which takes a while: it does so where the bundle is spoilt in another place than before.)
forged() {
	run 1 "refused: $2" "$T" verify "$F" $cards --json
	is "$(echo "$out" | jq -r .verdict)" refused "with a verdict: $2"
	case $1 in issued | time | size) ;; *) sh "$F/check.sh" >"$W/check" 2>&1; is $? 1 "by check.sh too: $2" ;; esac
}
at a evidence "$id" --out "$W/other" >/dev/null
forge line; sed -i 's/A boat with explosives/A boat with explosive /' "$F/body.txt"; forged line "one letter of an open line"
forge body; cp "$W/other/body.txt" "$F/body.txt"; forged body "the body of another statement"
forge receipt; cp "$W/other/receipt.tlog-proof" "$F/"; forged receipt "the receipt of another statement"
forge issued; cp "$W/other/issued.tlog-proof" "$F/"; forged issued "the issued entry of another statement"
forge signature; sed -i '$d' "$F/statement.note"; forged signature "a statement without its signature"
forge time; sed -i 's/^at 20\(..\)/at 19\1/' "$F/statement.note"; forged time "a statement with another date"
forge opened; sed -i 's/Harbour gate 4/Harbour gate 5/' "$F/opened.txt"; forged opened "an opening of words that were not closed"
forge size; sed -i 's/^index [0-9]*/index 0/' "$F/receipt.tlog-proof"; forged size "a receipt at another place"
forge cards; sed -i 's/^at 20/at 21/' "$F/recipient.cards"; forged cards "a card that its owner did not sign"
forge stranger; cp "$W/w/card" "$F/recipient.cards"; forged stranger "somebody else's card as the recipient's"

# ---- made up from beginning to end, with keys, names, cards and witnesses of the forger's own ----
node_make mallory-a a.exercise; node_make mallory-b b.exercise; node_make mallory-w x.exercise
for n in a b w; do node_start "mallory-$n"; done
meet_all mallory-a mallory-b mallory-w
witnessed_by mallory-a mallory-w; witnessed_by mallory-b mallory-w
must at mallory-a partner quorum b.exercise 1
sends mallory-a mallory-b "A warning that was never given"
arrives 30 mallory-a "$id" witnessed; is $? 0 "a forger makes a bundle in which everything fits"
must at mallory-a evidence "$id" --out "$W/mallory"
run 1 "who named the real cards is not deceived" "$T" verify "$W/mallory" $cards --shown-to b.exercise threat.summary
match "$out" 'another identity stands under the same name' "an impostor is called one"
match "$out" 'threat.summary to b.exercise: not shown' "and nothing was told"
run 1 "who named nobody in it is not deceived either" "$T" verify "$W/mallory" --card "$W/w/card" --shown-to b.exercise threat.summary
match "$out" 'signed by nobody you named' "it is consistent, but signed by nobody you named"
run 0 "check.sh cannot know whom one trusts, so it names the identities" sh "$W/mallory/check.sh"
is "$(echo "$out" | grep -c "$(sed -n 's/^identity //p' "$W/a/card" | head -1)")" 0 "which are not those of the real cards"
sh "$W/ev/check.sh" >"$W/check"; is "$(grep -c "$(sed -n 's/^identity //p' "$W/a/card" | head -1)" "$W/check")" 1 "while the real bundle names them"
done_testing
