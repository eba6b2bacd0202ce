#!/bin/sh
# Nodes are killed at random moments under load, CRASH_KILLS times. Every receipt that a sender ever saw stands in the recipient's store and log,
# nothing is there twice, the logs check from their first entry, and no witness saw a fork.
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0")
kills=${CRASH_KILLS:-6}
sock() { echo "$W/$1/dir/run/tocsin.sock"; }
nodes a b w
meet_all a b w
witnessed_by a w; witnessed_by b w
must at a partner quorum b.exercise 1
must at b partner quorum a.exercise 1
for n in a b; do
	[ $n = a ] && to=b || to=a
	mkdir "$W/load-$n" "$W/of-$n"
	python3 "$here/load.py" run "$(sock $n)" "$to.exercise" "$W/of-$n" >"$W/load-$n/log" 2>&1 &
	echo $! >"$W/load-$n/pid"
done
random() { echo $(($(od -An -N2 -tu2 /dev/urandom) % $1)); }
sleep 2
k=0
while [ $k -lt "$kills" ]; do
	case $(random 5) in 0 | 1) victim=a ;; 2 | 3) victim=b ;; *) victim=w ;; esac
	node_kill $victim
	# Sometimes the other one dies while this one is away, and sometimes it dies again while it starts.
	case $(random 6) in
	0) [ $victim = a ] && other=b || other=a; node_kill $other; node_start $other 60 ;;
	1) "$T" -d "$W/$victim/dir" serve >>"$W/$victim/log" 2>&1 & echo $! >"$W/$victim/pid"; sleep "0.$(random 9)"; node_kill $victim ;;
	esac
	node_start $victim 60
	k=$((k + 1))
	sleep "$(random 2).$(random 9)"
done
pass "killed and started again $kills times"
for n in a b; do
	[ "$(cat "$W/load-$n/pid")" -gt 0 ] && kill "$(cat "$W/load-$n/pid")"; wait "$(cat "$W/load-$n/pid")" 2>/dev/null
	rm "$W/load-$n/pid"
	is "$(wc -c <"$W/load-$n/log")" 0 "the load on $n went on to the end"
	[ "$(wc -l <"$W/of-$n/issued")" -gt $((kills * 5)) ]; is $? 0 "there was load on $n: $(wc -l <"$W/of-$n/issued") issued"
	[ "$(wc -l <"$W/of-$n/received")" -gt "$kills" ]; is $? 0 "and receipts were seen: $(wc -l <"$W/of-$n/received")"
done
list() { python3 "$here/load.py" list "$(sock "$1")" "$2" >"$W/list-$1-$2"; }
quiet() { list a out && list b out && ! grep -qE ' (waiting|received)$' "$W/list-a-out" "$W/list-b-out"; }
until_true 120 quiet; is $? 0 "in the end everything is received and witnessed"
for n in a b; do list $n in; list $n out; done
for n in a b; do
	[ $n = a ] && to=b || to=a
	cut -d' ' -f1 "$W/list-$n-out" | sort >"$W/out-$n"
	cut -d' ' -f1 "$W/list-$to-in" | sort >"$W/in-$to"
	is "$(sort -u "$W/of-$n/issued" | comm -23 - "$W/out-$n" | wc -l)" 0 "what $n said it issued is there"
	is "$(sort -u "$W/of-$n/received" | comm -23 - "$W/in-$to" | wc -l)" 0 "each receipt that $n showed stands in the store of $to"
	is "$(comm -3 "$W/out-$n" "$W/in-$to" | wc -l)" 0 "both have the same statements"
	is "$(uniq -d "$W/in-$to" | wc -l) $(uniq -d "$W/out-$n" | wc -l)" "0 0" "nothing is there twice"
done
for n in a b w; do
	is "$(at $n log status --json | jq -r .origin)" "$n.exercise/log/1" "the log of $n goes on under its origin"
	is "$(asks $n '[.alarms[] | select(.code == "conflict" or .code == "distrusted")] | length')" 0 "$n saw no fork"
done
for n in a b; do
	run 0 "log check passes on $n, from the first entry" at $n log check
	run 0 "log account passes on $n" at $n log account --json
	is "$(echo "$out" | jq '.statements')" "$(($(wc -l <"$W/list-$n-in") + $(wc -l <"$W/list-$n-out")))" "each statement has one entry in the log of $n"
done
for n in a b; do
	node_stop $n; is $? 0 "$n stops"
	is "$(sqlite3 "$W/$n/dir/tocsin.db" 'pragma integrity_check')" ok "the database of $n is whole"
done
done_testing
