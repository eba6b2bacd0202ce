#!/bin/sh
# A node that is no partner warns: in quarantine, marked, few; a voucher of a partner; adopting and dropping.
CHECK_API=1
. "$(dirname "$0")/lib.sh"
nodes here partner far
meet here partner
meet partner far
at here card >"$W/here/card"
must at far partner add "$W/here/card"

# ---- by itself ----
must at here policy set contact.strangers no
sends far here "unheard"; unheard=$id
until_true 20 sh -c "[ \"\$($T -d $W/far/dir show $unheard --json | jq -r .trouble)\" != '' ]"
match "$(at far show "$unheard" --json | jq -r .trouble)" 'no card of far\.exercise' "where strangers are not taken, a warning of one is not"
is "$(at here stranger list)" "" "and nothing is kept of it"
must at here policy set contact.strangers yes
arrives 60 far "$unheard" received; is $? 0 "where they are, it introduces itself and its warning arrives by itself"
match "$(at here stranger show far.exercise)" 'Nobody has confirmed who this is' "people are told that nobody knows who that is"
match "$(at here stranger show far.exercise)" "warning  $unheard" "and what it sent"
match "$(at here show "$unheard")" 'no partner: nobody has confirmed' "the warning is marked"
is "$(at here partner list | grep -c far)" 0 "it is in no list of partners"
run 1 "and nobody can be asked to send to it" at here partner show far.exercise
run 1 "it is in no group" at here group add ports far.exercise
until_true 10 sh -c "$T -d $W/here/dir clocks --json | jq -e '.[] | select(.kind == \"opening\")'"
is "$(at here clocks --json | jq -r '.[] | select(.kind == "opening") | .urgency + " " + (.life | tostring)')" "routine false" "its opening is a routine matter"

# ---- adopting and dropping ----
run 0 "a person drops it" at here stranger drop far.exercise --reason "unknown"
is "$(at here stranger list)" "" "then it is gone"
holds here "$unheard"; is $? 0 "and what it sent stays"
must at here policy set contact.strangers no
run 0 "a partner vouches for it" at partner partner vouch far.exercise --to here.exercise
run 1 "and not for whom it has not confirmed" at far partner vouch here.exercise --to partner.exercise
match "$err" 'voucher.confirmed' "by a rule"
sends far here "vouched for" ',"when.from":"2031-01-01T00:00:00Z"'; vouched=$id
arrives 60 far "$vouched" received; is $? 0 "then its warning arrives, though strangers by themselves are not taken"
match "$(at here stranger list)" 'vouched by partner\.exercise' "and who vouched is shown"
run 0 "a person adopts it" at here stranger adopt far.exercise
is "$(at here partner show far.exercise --json | jq -r .state)" unconfirmed "then it is a partner, unconfirmed"
done_testing
