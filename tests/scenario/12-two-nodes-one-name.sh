#!/bin/sh
# Two nodes with one name, and one identity that signs two cards with one number: the first is a stranger, the second is evidence.
. "$(dirname "$0")/lib.sh"
nodes a b
meet a b
sends a b "before"; before=$id; arrives 20 a "$before" received; is $? 0 "a warning arrives"

# ---- another node calls itself a.exercise ----
node_make other a.exercise
node_start other
at other card >"$W/other/card"
must at other partner add "$W/b/card"
run 1 "a card of the same name with another identity is refused" at b partner add "$W/other/card"
match "$err" 'another node calls itself a\.exercise' "with a sentence"
is "$(at b partner show a.exercise --json | jq -r .state)" confirmed "the one that was confirmed stays so"
sends other b "from an impostor"
impostor=$id
until_true 20 sh -c "$T -d $W/other/dir show $impostor --json | jq -r '.trouble // \"\"' | grep -q ."; is $? 0 "its warning is not received"
is "$(delivery other "$impostor") $(at other show "$impostor" --json | jq -r '.receipt // "no receipt"')" "waiting no receipt" "there is no receipt"
holds b "$impostor"; is $? 1 "nothing of it is at b"
is "$(curl -s -o /dev/null -w '%{http_code}' --data-binary "@$W/other/card" "http://127.0.0.1:$(node_port b)/exchange/v1/card")" 403 "nor does it pass on the wire"
sends b a "to the real one"; arrives 20 b "$id" received; is $? 0 "the real one is reached"
node_stop other

# ---- the folder of a is copied, and both copies make their next card ----
node_stop a
cp -r "$W/a/dir" "$W/copy"
node_start a
must at a card rotate
until_true 20 sh -c "[ \"\$($T -d $W/b/dir partner show a.exercise --json | jq .seq)\" = 2 ]"; is $? 0 "a card with fresh keys reaches the partner by itself"
sends a b "with fresh keys"; arrives 20 a "$id" received; is $? 0 "and what it signs counts"
is "$(at b partner show a.exercise --json | jq -r .state)" confirmed "without comparing again"
node_stop a
# The copy has no partner to ask about its log: it is started where it cannot reach anybody, and knows only its own past.
mkdir "$W/twin"; mv "$W/copy" "$W/twin/dir"; echo a.exercise >"$W/twin/name"; cp "$W/a/port" "$W/a/desk" "$W/twin/"
node_stop b
node_start twin
must at twin card rotate
at twin card >"$W/twin/card"
node_stop twin
node_start b; node_start a
at a card >"$W/a/card2"
is "$(grep -c '^seq 2' "$W/twin/card") $(grep -c '^seq 2' "$W/a/card2")" "1 1" "two cards with number 2"
run 1 "the second one is refused" at b partner add "$W/twin/card"
match "$err" 'two cards with seq 2.*evidence' "as evidence"
is "$(at b partner show a.exercise --json | jq -r .state)" distrusted "and the partner is distrusted"
until_true 10 alarmed b 'a\.exercise.*two cards with one seq.*both are kept as evidence'; is $? 0 "an alarm says why, and that both are kept"
match "$(at b status)" 'a\.exercise +distrusted' "status shows it"
sends a b "after the fork"
arrives 20 a "$id" refused; is $? 0 "nothing is taken from it any more"
match "$(at a show "$id" --json | jq -r .trouble)" 'does not trust a\.exercise' "its people are told"
match "$(at b show "$before")" 'partner is distrusted' "what came before is marked"
sends b a "a warning all the same"; one=$id
sqlite3 "$W/b/dir/tocsin.db" "select count(*) from conflict where what = 'card' and length(a) > 100 and length(b) > 100 and a <> b" >"$W/kept" 2>&1
is "$(cat "$W/kept")" 1 "both cards are in the database"
arrives 20 b "$one" received; is $? 0 "who is distrusted can still be warned"
run 0 "log check passes on b" at b log check
done_testing
