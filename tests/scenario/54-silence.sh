#!/bin/sh
# A partner that sends every week stops: it is noticed once, with numbers and with what is open; a person acknowledges it; the next thing that comes ends it.
CHECK_API=1
. "$(dirname "$0")/lib.sh"
nodes a b c
meet_all a b c
start=$(date +%s)
# day N: both clocks, so many days on
day() {
	local now
	now=$(date -u -d "@$(python3 -c "print(int($start + $1 * 86400))")" +%Y-%m-%dT%H:%M:%SZ)
	for n in a b c; do must at $n clock "$now"; done
}
silence() { by a lena silence --partner "$1" --json | jq -r ".items[] | select(.topic == \"warning\") | $2"; }
is_so() { [ "$(silence "$1" "$2")" = "$3" ]; }
pages() { by a lena page list --json | jq '[.items[] | select(.what == "a partner is silent for unusually long")] | length'; }

must at a unit add harbour Harbour
account a root administrator
account a lena liaison
account a otto liaison --unit harbour
account a paul analyst
account a ines inspector

# ---- a year ----
week=0
while [ $week -lt 52 ]; do
	day $((week * 7)).$((week % 3 * 4))
	sends b a "a ship is expected"
	last=$id
	until_true 20 by a lena show "$id" || flunk "the warning of week $week is here"
	week=$((week + 1))
done
for i in 1 2 3; do
	sends c a "something else"
	until_true 20 by a lena show "$id"
	day $((357 + i * 2))
done
until_true 20 is_so b.exercise .state heard; is $? 0 "a partner that sends every week is heard"
is "$(silence b.exercise .notices)" 0 "in a year of that there was no notice"
is "$(silence c.exercise .state)" unknown "of one that sent three times too little is known"
match "$(silence c.exercise .words)" "too little is known to say what is usual: [0-9] gaps, 6 are needed" "and that is said"
match "$(silence b.exercise .words)" "usually something comes every [67]\.[0-9] days, silence is unusual after [0-9.]+, which was passed in 0 of 51 gaps" "the numbers are told"

# ---- it stops, in the middle of a request ----
out=$(by a lena ask b.exercise --type event --question "Which berth?" --purpose "to find it" --legal-basis "Harbour Act 3" 2>"$W/stderr")
[ ${#out} -ge 64 ] || flunk "a request is sent" "$out" "$(cat "$W/stderr")"
last_at=$(silence b.exercise .last_at)
day 374
sleep 1.5
node_kill a
node_start a
day 375.6
until_true 20 is_so b.exercise .state silent; is $? 0 "within 21 days the stop is noticed, over a crash too"
is "$(silence b.exercise .last_at)" "$last_at" "it says when something came last"
match "$(silence b.exercise .words)" 'silent for 1[0-9]\.[0-9] days; .* in the middle of 1 request$' "in the middle of what"
is "$(silence b.exercise '.requests | length')" 1 "and of which"
is "$(pages)" 1 "the liaison officer has one page"
node_kill a
node_start a
day 376.6
sleep 1.5
is "$(silence b.exercise .notices)" 1 "after another crash there is still one notice"
is "$(pages)" 1 "and one page"
is "$(silence c.exercise .state)" unknown "there is none of whom too little is known"
run 0 "it is told in words" by a lena silence
match "$out" 'b\.exercise  warning  \(desk\)  silent' "who, what, for whom"
match "$out" 'open request [0-9a-f]{16}' "with the open request"

# ---- people ----
sid=$(silence b.exercise .id)
run 0 "a liaison officer of another unit may ask" by a otto silence
is "$out" "nothing has come that you see" "and learns nothing of what the unit does not share"
run 1 "nor acknowledges it" by a otto silence ack "$sid" --reason "holidays"
match "$err" "there is no silence" "it is not there for him"
run 1 "an analyst may not ask" by a paul silence
run 0 "an inspector reads it" by a ines silence
match "$out" 'b\.exercise  warning  \(\*\)  silent' "as all units see it"
run 1 "but acknowledges nothing" by a ines silence ack "$sid" --reason "seen"
run 2 "an acknowledgement needs a reason" by a lena silence ack "$sid"
run 0 "a person acknowledges it" by a lena silence ack "$sid" --reason "They are on holiday."
is "$(silence b.exercise .reason)" "They are on holiday." "the reason stays beside it"
run 1 "once" by a lena silence ack "$sid" --reason "again"

# ---- it goes on ----
sends b a "the ship is here"
until_true 20 is_so b.exercise .state heard; is $? 0 "the next thing that comes ends it"
match "$(silence b.exercise .ended_at)" '^20' "and when is kept"
is "$(silence b.exercise .acked_at)" "" "the acknowledgement was of that silence alone"

# ---- a clock that jumps by years ----
day 3000
sleep 1.5
is "$(silence b.exercise .notices)" 1 "a jump of years makes no notice at once"
sends b a "still here"
until_true 20 by a lena show "$id"
day 3001.5
sleep 1.5
is "$(silence b.exercise .notices)" 1 "and none when what waited has come"
is "$(pages)" 1 "nor a page"
done_testing
