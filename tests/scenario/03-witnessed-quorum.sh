#!/bin/sh
# A receipt is received, then witnessed when the sender's quorum is met; what stays unwitnessed is an alarm.
. "$(dirname "$0")/lib.sh"
node_make a; node_make b; node_make w1; node_make w2
node_set a overdue 2
for n in a b w1 w2; do node_start $n; done
meet_all a b w1 w2
witnessed_by a w1 w2; witnessed_by b w1 w2
for n in b w1 w2; do is "$(partner_of a $n .quorum)" none "quorum none is the beginning, and status says so of $n"; done
match "$(at a status)" 'partner +b\.exercise +confirmed +quorum none' "in words too"
match "$(at a partner list)" 'b\.exercise +confirmed +quorum none' "partner list says it"
match "$(at a partner show b.exercise)" 'quorum +none' "partner show says it"

sends a b "without a quorum"
unwitnessed=$id
arrives 20 a "$id" received; is $? 0 "without a quorum it is received"
match "$(at a show "$id")" 'quorum +none' "and show says that there is none"

match "$(at a partner quorum b.exercise 9)" 'fewer witnesses than that' "a quorum that cannot be met is said to be one"
must at a partner quorum b.exercise 2
is "$(partner_of a b .quorum)" 2 "a quorum of two"
sends a b "with both witnesses"
arrives 30 a "$id" witnessed; is $? 0 "with both witnesses it is witnessed"
match "$(at a show "$id" --json | jq -r .receipt.witnessed_not_later_than)" '^20..-..-..T..:..:..Z$' "not later than a time"
arrives 30 a "$unwitnessed" witnessed; is $? 0 "what was sent before the quorum was set gets it too"
until_true 20 sh -c "[ \"\$($T -d $W/b/dir status --json | jq -r '[.witnesses[] | select(.last_seen != \"\" and .last_seen != null)] | length')\" = 2 ]"
is $? 0 "the recipient's status tells when both cosigned last"

node_kill w2
sends a b "with one witness down"
arrives 20 a "$id" received; is $? 0 "with a witness down it is received all the same"
until_true 20 alarmed a 'receipts? of .*not witnessed in time'; is $? 0 "and an alarm says that it is not witnessed in time"
is "$(delivery a "$id")" received "one of two is not the quorum"
is "$(at a show "$id" --json | jq -r '.receipt.overdue')" true "it is marked as overdue"
is "$(at a show "$id" --json | jq -r '.receipt.witnessed_not_later_than // "nothing"')" nothing "no time is claimed for it"
until_true 20 sh -c "[ -n \"\$($T -d $W/b/dir status --json | jq -r '.witnesses[] | select(.name == \"w2.exercise\") | .trouble')\" ]"
is $? 0 "the recipient's status says which witness is in trouble"
at a evidence "$id" --out "$W/ev" >/dev/null
run 0 "its bundle verifies as received" "$T" verify "$W/ev" --card "$W/a/card" --card "$W/b/card" --card "$W/w1/card" --card "$W/w2/card" --json
is "$(echo "$out" | jq -r '.level + " " + (.quorum.needed | tostring) + " " + (.witnessed_not_later_than | tostring)')" "received 2 null" "received, not witnessed"

node_start w2
arrives 40 a "$id" witnessed; is $? 0 "when the witness is back the receipt is witnessed"
until_true 20 sh -c "! $T -d $W/a/dir status --json | jq -r '.alarms[].sentence' | grep -q 'not witnessed in time'"; is $? 0 "and the alarm is over"
must at a partner quorum b.exercise none
is "$(partner_of a b .quorum)" none "the quorum can be taken back"
for n in a b w1 w2; do run 0 "log check passes on $n" at $n log check; done
done_testing
