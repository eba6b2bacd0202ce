#!/bin/sh
# CLOCKS running clocks are reminded of, missed, escalated and left unanswered while the node is killed CLOCK_KILLS times: each step is done once, none is lost.
. "$(dirname "$0")/lib.sh"
: "${TOCSIN_CLOCKLOAD:?the program that makes clocks}"
n=${CLOCKS:-10000}
kills=${CLOCK_KILLS:-20}
db=$W/a/dir/tocsin.db
# Each clock has a reminder, a miss, two that it is escalated to, and the end of the chain.
# (Whom no channel reaches is passed over at once: these three have none.)
steps=$((n * 5))
ask() { sqlite3 -readonly -cmd '.timeout 10000' "$db" "$1"; }
done_now() { ask "SELECT count(*) FROM event WHERE kind IN ('clock reminder', 'clock missed', 'clock escalated', 'clock unanswered')"; }
random() { echo $(($(od -An -N2 -tu2 /dev/urandom) % $1)); }
day=75
next_day() {
	must at a clock "$(date -u -d "2027-01-01 +$day days" +%Y-%m-%dT%H:%M:%SZ)"
	day=$((day + 1))
}
# is_done COUNT: waits until so many steps are done
is_done() { [ "$(done_now)" -ge "$1" ]; }

launch() {
	"$T" -d "$W/a/dir" serve >>"$W/a/log" 2>&1 &
	echo $! >"$W/a/pid"
}

node_make a
must "$TOCSIN_CLOCKLOAD" "$db" "$n" 2026-12-31T12:00:00Z $((86400 * 100))
is "$(done_now)" 0 "nothing is done yet"
k=0
middle=0
while [ $k -lt "$kills" ]; do
	launch
	was=$(done_now)
	part=$((was % n))
	# A day on when all have come as far as they can; reminders are left out when it is too late for them, so all of them come first.
	if [ $part = 0 ] && [ "$was" -lt $steps ]; then
		until_true 60 node_ready a || flunk "it starts again"
		[ "$was" != "$n" ] || day=101
		next_day
	fi
	more=$((1 + $(random $((n / 6)))))
	[ $((part + more)) -le "$n" ] || more=$((n - part))
	[ $((was + more)) -le $steps ] || more=$((steps - was))
	until_true 60 is_done $((was + more)) || flunk "the steps go on" "$(done_now), wanted $((was + more))"
	node_kill a
	[ $(($(done_now) % n)) = 0 ] || middle=$((middle + 1))
	# Sometimes it dies again while it starts.
	if [ "$(random 4)" = 0 ]; then
		launch
		sleep "0.$(random 9)"
		node_kill a
	fi
	k=$((k + 1))
done
node_start a 60
pass "killed $kills times"
[ $middle -ge $((kills / 2)) ]; is $? 0 "$middle times in the middle of $n"
until_true 120 is_done "$n"; is $? 0 "all reminders are given"
[ $day -gt 101 ] || day=101
while ! is_done $steps && [ $day -lt 130 ]; do
	next_day
	was=-1
	while [ "$(done_now)" != "$was" ]; do was=$(done_now); sleep 1; done
done
is "$(done_now)" $steps "in the end every step of every clock was done"
next_day
sleep 2
is "$(done_now)" $steps "and nothing is done any more"
match "$(alarms a)" '100 or more of our clocks ran out' "all are unanswered, which is an alarm"
node_stop a; is $? 0 "the node stops"

# ---- each once, none lost ----
of() { ask "SELECT count(DISTINCT subject) || ' ' || count(*) FROM event WHERE kind = '$1'"; }
is "$(of 'clock reminder')" "$n $n" "each clock was reminded of once"
is "$(of 'clock missed')" "$n $n" "each was missed once"
is "$(of 'clock escalated')" "$n $((2 * n))" "each was escalated twice"
is "$(of 'clock unanswered')" "$n $n" "each came to the end of its chain once"
is "$(ask 'SELECT count(*) FROM (SELECT clock, account, what FROM page WHERE clock > 0 GROUP BY 1, 2, 3 HAVING count(*) > 1)')" 0 "nobody was paged twice for one step"
is "$(ask 'SELECT account, what, count(*) FROM page WHERE clock > 0 GROUP BY 1, 2 ORDER BY 1, 2')" "anna|clock missed: opening|$n
anna|clock reminder: opening|$n
carl|clock escalated: opening|$n
dora|clock escalated: opening|$n" "and each for each"
is "$(ask "SELECT count(*) FROM clock WHERE state = 'missed' AND next_at = 0 AND level = 5 AND ended_at = 0")" "$n" "every clock stands where its last step left it"
is "$(ask 'PRAGMA integrity_check')" ok "the database is whole"
done_testing
