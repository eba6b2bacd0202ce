#!/bin/sh
# What partners have learnt from us: by subject and by source, once a fact, and only for who may see it.
CHECK_API=1
. "$(dirname "$0")/lib.sh"
nodes a b c
meet_all a b c
facts() { at a exposure "$@" --json | jq -r '[.items[] | .lines] | add // 0'; }
told() { [ "$(facts "$@")" -gt 0 ]; }

sends a b "a boat is loaded" ',"threat.actor":"Ivan Petrov"'
until_true 20 told --partner b.exercise; is $? 0 "what was sent is in the ledger"
first=$(facts --partner b.exercise)
run 0 "it is told in words" at a exposure --partner b.exercise
match "$out" 'b\.exercise  about Ivan Petrov  from a fisherman' "about whom, and resting on what"
match "$out" 'threat\.summary' "and which fields"
is "$(facts --partner c.exercise)" 0 "another partner has learnt nothing"
sends a b "a boat is loaded" ',"threat.actor":"Ivan Petrov"'
until_true 20 sh -c "[ \"\$($T -d $W/a/dir exposure --partner b.exercise --json | jq '.items[0].statements')\" = 2 ]"
is "$(facts --partner b.exercise)" "$first" "the same told again counts nothing new"
sends a c "it has left" ',"threat.actor":"PETROV, Ivan"'
until_true 20 told --partner c.exercise
is "$(at a exposure --subject "ivan petrov" --json | jq '[.items[].partner] | unique | length')" 2 "both have learnt of that person, however it is written"
is "$(at a exposure --source "A fisherman" --json | jq '[.items[].partner] | unique | length')" 2 "and from that source"
is "$(at a exposure --source "a farmer" --json | jq '.items | length')" 0 "nobody from another one"
run 2 "a question that asks nothing is wrong usage" at a exposure
is "$(at b exposure --partner a.exercise --json | jq '.items | length')" 0 "who was told has told nothing"

# ---- a restart derives nothing twice ----
node_kill a
node_start a
is "$(facts --partner b.exercise)" "$first" "after a crash the sums are the same"

# ---- people ----
must at a unit add harbour Harbour
account a root administrator
account a lena liaison
account a otto liaison --unit harbour
account a paul analyst
run 0 "a liaison officer reads it" by a lena exposure --partner b.exercise
match "$out" 'Ivan Petrov' "of what the unit sees"
run 0 "one of another unit may ask, too" by a otto exposure --partner b.exercise
is "$out" "nothing that you see" "and learns nothing of statements that he does not see"
run 1 "an analyst may not" by a paul exposure --partner b.exercise
run 1 "nor does an administrator read content by it" by a root exposure --partner b.exercise
done_testing
