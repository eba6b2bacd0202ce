#!/bin/sh
# A partner of an earlier version does not know a kind of statement: the author sees that, and it is delivered when the partner's new card lists it.
. "$(dirname "$0")/lib.sh"
: "${TOCSIN_OLDER_PROGRAM:?a program that does not know records}"
ALL_KINDS="answer authorship closure custody match record relay request response retraction tender voucher warning"
mkdir "$W/old"
echo "$TOCSIN_OLDER_PROGRAM" >"$W/old/program"
node_make old; node_make a; node_make b
node_start old; node_start a; node_start b
meet_all a old b
is "$(sed -n 's/^kinds //p' "$W/old/card")" "closure response retraction warning" "an older card does not list records"
is "$(sed -n 's/^kinds //p' "$W/a/card")" "$ALL_KINDS" "a newer one does, and was taken by the older node"
sends a old "which both know"; known=$id
arrives 20 a "$known" received; is $? 0 "what both know arrives"
printf '{"record.type":"call","text":"They rang at nine."}\n' >"$W/record.json"
run 3 "what the older one does not know does not" at a record --to old.exercise --re "$known" --wait 2 "$W/record.json"
record=${out%% *}
is "$(delivery a "$record") $(at a show "$record" --json | jq -r '.receipt // "no receipt"')" "waiting no receipt" "it waits"
match "$(at a show "$record" --json | jq -r .trouble)" 'does not know the kind record' "and its author is told why"
match "$(at a show "$record")" 'trouble +.*does not know the kind record' "in words too"
run 0 "others get it" at a record --to b.exercise --wait 20 "$W/record.json"
sends a old "which goes on its way"; arrives 20 a "$id" received; is $? 0 "and what the older one knows goes on"
sends old a "from the older one"; arrives 20 old "$id" received; is $? 0 "also the other way"
run 1 "the older desk cannot make one" at old record "$W/record.json"
match "$err" 'no kind of statement called record' "and says so"

# ---- it is brought up to date ----
node_stop old
rm "$W/old/program"
node_start old 40
[ "$(at old card | sed -n 's/^kinds //p' | tail -1)" = "$ALL_KINDS" ] || must at old card --duty "now with records"
is "$(at old card | sed -n 's/^kinds //p' | tail -1)" "$ALL_KINDS" "its next card lists records"
until_true 20 sh -c "[ \"\$($T -d $W/a/dir partner show old.exercise --json | jq .seq)\" = 2 ]"; is $? 0 "the card reaches its partners"
arrives 90 a "$record" received; is $? 0 "and what waited is delivered without anybody's doing"
is "$(at old show "$record" --json | jq -r '.fields[] | select(.name == "text") | .value')" "They rang at nine." "it can be read there"
is "$(entries old --in)" 3 "each is there once"
for n in a old b; do run 0 "log account passes on $n" at $n log account; done
done_testing
