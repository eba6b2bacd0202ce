#!/bin/sh
# A request without an answer: both sides record it, once; the folder proves what it can, and nothing that was forged passes.
CHECK_API=1
. "$(dirname "$0")/lib.sh"
nodes a b w
meet_all a b w
witnessed_by a w; witnessed_by b w
must at a partner quorum b.exercise 1
must at b partner quorum a.exercise 1
# The witness first: what it cosigns is not later than it says.
now() { for n in w b a; do must at $n clock "$1"; done; }
asks_of() { at "$1" ask list --state "$2" --json | jq -r '[.items[].id] | sort | join(" ")'; }
listed() { case " $(asks_of "$1" "$2") " in *" $3 "*) ;; *) return 1; esac; }
told() { at "$1" ask show "$2" --json | jq -r ".thread.ask.$3"; }
is_told() { [ "$(told "$1" "$2" "$3")" = "$4" ]; }
breaches() { api "$1" GET '/api/v1/events?after=0' | jq '[.items[] | select(.kind == "breach")] | length'; }
cards="--card $W/a/card --card $W/b/card --card $W/w/card"
question() { run 0 "$1" at a ask b.exercise --type event --question "Who was seen at $2?" --purpose "to protect the hall" --legal-basis "Art. 12" --urgency urgent --grounds "two days are left" --at-hand --wait 20; id=${out%% *}; }
now 2027-01-01T00:00:00Z

question "a request that names no time" "the gate"; first=$id
is "$(at b show "$first" --json | jq -r '.fields[] | select(.name == "within").value')" 28800 "says within which it is to be answered: what is urgent and at hand in 8 hours"
arrives 40 a "$first" witnessed; is $? 0 "its receipt is witnessed"
question "another one" "the door"; second=$id
arrives 40 a "$second" witnessed; is $? 0 "is received, too"
run 0 "which is answered in time" at b answer "$second" --result provided --text "nobody" --wait 20
until_true 20 is_told a "$second" state answered; is $? 0 "and that is known"
is "$(asks_of a owed-to-us)" "$first" "one is owed to who asked"
is "$(asks_of b owed-by-us)" "$first" "by who was asked"
match "$(told a "$first" words)" '^open, due in ' "in words"
match "$(at b clocks --about "$first")" 'reply-by +running +due 2027-01-01T08:0' "its clock runs at the recipient"
until_true 20 sh -c "$T -d $W/a/dir clocks --about $first | grep -q 'reply-by *running *due 2027-01-01T08:0'"; is $? 0 "and at who asked, from the receipt"

# ---- missed ----
now 2027-01-01T09:30:00Z
for n in a b; do
	until_true 40 listed $n breached "$first"; is $? 0 "what was missed is a breach on $n"
	is "$(asks_of $n breached)" "$first" "and nothing else is"
	match "$(told $n "$first" words)" '^no answer, overdue for .*; breach recorded' "in words"
done
is "$(breaches a) $(breaches b)" "1 1" "each recorded it once"
node_kill a; node_start a
now 2027-01-01T09:40:00Z
sleep 2
is "$(breaches a)" 1 "also over a crash"
for n in a b; do
	until_true 40 at $n breach "$first" --out "$W/breach-$n"; is $? 0 "there is evidence of it on $n"
	run 0 "verifies" "$T" verify "$W/breach-$n" $cards
	match "$out" "proven: +the log of b\.exercise held the request of a\.exercise not later than 2027-01-01T00:0" "and says what is proven"
	match "$out" "its word: $n\.exercise says" "and what is its maker's word"
	run 1 "without cards that its user trusts it does not" "$T" verify "$W/breach-$n"
done
[ -s "$W/breach-a/README.txt" ]; is $? 0 "it says how to check it"

# ---- forged ----
forge() { rm -rf "$W/forged"; cp -r "$W/breach-a" "$W/forged"; }
at a evidence "$second" --out "$W/second" >/dev/null
forge; rm -r "$W/forged/request"; cp -r "$W/second" "$W/forged/request"
run 1 "the record beside another request" "$T" verify "$W/forged" $cards
match "$out" 'about another request' "is about another one"
forge; cp "$W/second/receipt.tlog-proof" "$W/forged/request/"
run 1 "the receipt of another request fails" "$T" verify "$W/forged" $cards
forge; rm "$W/forged/request/receipt.tlog-proof"
run 1 "without a receipt nothing is proven" "$T" verify "$W/forged" $cards
forge; sed -i 's/2027-01-01T08:/2027-01-01T07:/' "$W/forged/record/body.txt"
run 1 "another time in the record fails" "$T" verify "$W/forged" $cards
forge; rm -r "$W/forged/record"; cp -r "$W/breach-b/record" "$W/forged/record"
run 0 "the other side's record stands beside the same request" "$T" verify "$W/forged" $cards
at a evidence "$(at a ask show "$second" --json | jq -r '.thread.below[] | select(.kind == "answer").id')" --out "$W/other-answer" >/dev/null
run 1 "an answer to another request says nothing" "$T" verify "$W/breach-a" $cards --answer "$W/other-answer"

# ---- late ----
run 0 "it is answered after all" at b answer "$first" --result partly --text "a man" --wait 20
for n in a b; do
	until_true 20 is_told $n "$first" state answered; is $? 0 "which $n knows"
	match "$(told $n "$first" words)" '^answered late by 1 h: partly; breach recorded$|^answered late by 9[0-9] min' "as late, and the breach stays"
	[ "$(told $n "$first" late_seconds)" -gt 3600 ]; is $? 0 "by so much"
done
late=$(at b ask show "$first" --json | jq -r '.thread.below[] | select(.kind == "answer").id')
arrives 40 b "$late" witnessed
at b evidence "$late" --out "$W/late" >/dev/null
run 0 "an answer that was received later does not contradict it" "$T" verify "$W/breach-a" $cards --answer "$W/late"
match "$(at a ask show "$first")" "answer of b\.exercise" "the thread shows the answer below its question"

# ---- more time ----
question "one that needs more time" "the roof"; third=$id
arrives 40 a "$third" witnessed
run 0 "more time is asked for" at b answer "$third" --result needs-time --due 2027-01-02T00:00:00Z --wait 20
until_true 20 is_told a "$third" due_at 2027-01-02T00:00:00Z; is $? 0 "and granted"
run 0 "and again" at b answer "$third" --result needs-time --due 2027-01-09T00:00:00Z --wait 20
until_true 20 is_told a "$third" extensions 2; is $? 0 "which is counted"
is "$(told a "$third" due_at) $(told b "$third" due_at)" "2027-01-02T00:00:00Z 2027-01-02T00:00:00Z" "and moves nothing"
now 2027-01-02T01:00:00Z
until_true 40 listed a breached "$third"; is $? 0 "then it is a breach"
until_true 40 at a breach "$third" --out "$W/third" >/dev/null
run 0 "whose evidence has the answer that moved the time" "$T" verify "$W/third" $cards
rm -r "$W/third/extension"
run 1 "without which its time does not follow" "$T" verify "$W/third" $cards
for n in a b; do run 0 "log account passes on $n" at $n log account; done
done_testing
