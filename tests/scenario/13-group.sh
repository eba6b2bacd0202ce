#!/bin/sh
# One warning to many: each gets a statement of its own; a group without members reaches nobody, and says so.
. "$(dirname "$0")/lib.sh"
nodes a b c d
meet a b; meet a c; meet a d
run 0 "a group is made" at a group add ports b.exercise c.exercise
match "$(at a group list)" '^@ports b\.exercise c\.exercise$' "and listed"
run 1 "who is not a partner cannot be in it" at a group add ports nobody.exercise
warning "$W/w.json" "to the ports"
run 0 "a warning to the group, and to one who is in it" at a warn --to @ports --to b.exercise --wait 30 --json "$W/w.json"
is "$(echo "$out" | jq -r '[.results[].to] | join(" ")')" "b.exercise c.exercise" "each gets it once"
one=$(echo "$out" | jq -r '.results[0].id'); two=$(echo "$out" | jq -r '.results[1].id')
isnt() { [ "$1" != "$2" ]; is $? 0 "$3"; }
isnt "$one" "$two" "each has an id of its own"
for i in "$one" "$two"; do at a evidence "$i" --out "$W/$i" >/dev/null; done
part() { sed -n "s/^$2 //p" "$W/$1/statement.note"; }
isnt "$(part "$one" root)" "$(part "$two" root)" "a root of its own"
isnt "$(part "$one" nonce)" "$(part "$two" nonce)" "a nonce of its own"
is "$(cat "$W/$one/body.txt" "$W/$two/body.txt" | cut -d' ' -f1 | grep -v '^=' | sort | uniq -d | wc -l)" 0 "salts of its own"
is "$(cat "$W/$one/body.txt" "$W/$two/body.txt" | grep '^=' | sort | uniq -d | wc -l)" 0 "and no closed line in common: two recipients cannot tell that they got the same"
holds b "$one" && ! holds b "$two" && holds c "$two" && ! holds c "$one"; is $? 0 "nobody has what the other got"
is "$(entries d --in)" 0 "who is not in the group has nothing"
is "$(part "$one" to | cut -d' ' -f1)" b.exercise "the statement names one recipient"

run 0 "one is taken out" at a group remove ports b.exercise
run 0 "and a warning reaches the other" at a warn --to @ports --wait 30 "$W/w.json"
is "$(echo "$out" | wc -l)" 1 "alone"
run 0 "the last one is taken out" at a group remove ports c.exercise
run 1 "a group that is gone reaches nobody" at a warn --to @ports "$W/w.json"
match "$err" 'reaches nobody|no group' "and says so"
is "$(api a PUT /api/v1/groups/empty -o "$W/answer" -w '%{http_code}' -H 'Content-Type: application/json' -d '{"members":[]}')" 400 "an empty group cannot be made"
run 1 "an empty group reaches nobody" at a warn --to @empty "$W/w.json"
match "$err" 'reaches nobody' "with a sentence"
run 1 "nor does a group that never was" at a warn --to @nothing "$W/w.json"
before=$(entries a --out)
run 1 "an empty one among others stops all" at a warn --to d.exercise --to @empty "$W/w.json"
is "$(entries a --out)" "$before" "nothing is sent to anybody"
done_testing
