#!/bin/sh
# BROKER_WARNINGS go by way of a broker while author, broker and recipient are killed BROKER_KILLS times at any moment: each arrives once, each is proven to its
# author, and each step was made once.
. "$(dirname "$0")/lib.sh"
n=${BROKER_WARNINGS:-12}
kills=${BROKER_KILLS:-18}
ask() { sqlite3 -readonly -cmd '.timeout 10000' "$W/$1/dir/tocsin.db" "$2"; }
random() { echo $(($(od -An -N2 -tu2 /dev/urandom) % $1)); }
launch() {
	"$T" -d "$W/$1/dir" serve >>"$W/$1/log" 2>&1 &
	echo $! >"$W/$1/pid"
}
nodes a b c
meet_all a b c
must at b policy set broker.serve yes
: >"$W/issued"
# Issued while nobody is killed, so that it is known what was; all the rest happens while they are.
node_stop b
k=0
while [ $k -lt "$n" ]; do
	warning "$W/via.json" "Warning $k"
	at a warn --to via:b.exercise:c.exercise "$W/via.json" 2>/dev/null | cut -d' ' -f1 >>"$W/issued"
	k=$((k + 1))
done
is "$(sort -u "$W/issued" | grep -c .)" "$n" "$n were issued"
launch b
k=0
while [ $k -lt "$kills" ]; do
	sleep "0.$(random 10)"
	case $((k % 3)) in 0) victim=b ;; 1) victim=c ;; *) victim=a ;; esac
	node_kill $victim
	launch $victim
	# Sometimes it dies again while it starts.
	if [ "$(random 4)" = 0 ]; then sleep "0.$(random 9)"; node_kill $victim; launch $victim; fi
	until_true 30 node_ready $victim || flunk "$victim starts again"
	k=$((k + 1))
done
pass "killed $kills times"
for x in a b c; do until_true 60 node_ready $x || flunk "$x starts again"; done
all() { [ "$(ask a "SELECT count(*) FROM tendered WHERE proven = 1")" = "$n" ]; }
until_true 180 all; is $? 0 "in the end every one is proven to its author"
settled() { [ "$(ask b "SELECT count(*) FROM custody WHERE state = 'delivered' AND todo = 0")" = "$n" ] && [ "$(ask b "SELECT count(*) FROM outbox")" = 0 ]; }
until_true 60 settled; is $? 0 "and its broker is done with all of them"
is "$(ask c "SELECT lower(hex(id)) FROM statement WHERE kind = 'warning' AND issued = 0 ORDER BY 1")" "$(sort "$W/issued")" "its recipient has each of them once"
is "$(ask a "SELECT count(*), count(DISTINCT r.num) FROM receipt r JOIN tendered t ON t.statement = r.num")" "$n|$n" "its author one receipt for each"
is "$(ask a "SELECT count(*) FROM statement WHERE kind = 'tender'")" "$n" "each was tendered once"
is "$(ask b "SELECT count(*) FROM statement WHERE kind = 'relay'")" "$n" "each was relayed once"
is "$(ask c "SELECT count(*) FROM statement WHERE kind = 'custody'")" "$n" "its recipient told each once"
is "$(ask b "SELECT count(*) FROM statement WHERE kind = 'custody' AND issued = 1")" "$((2 * n))" "its broker told twice: held, and what its recipient said"
for x in b c; do
	is "$(ask $x "SELECT count(*), count(DISTINCT id) FROM log_position WHERE what = 'label'")" "$n|$n" "the log of $x has each label once"
done
for x in a b c; do
	run 0 "the log of $x checks from its first entry" at $x log check
	run 0 "and every entry is accounted for" at $x log account
done
is "$(ask a "SELECT count(*) FROM clock WHERE kind = 'custody' AND ended_at = 0")|$(ask a "SELECT count(*) FROM clock WHERE kind = 'custody'")" "0|$n" "each had one clock, which is over"
done_testing
