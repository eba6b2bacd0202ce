#!/bin/sh
# A partner that answers slowly, wrongly, with somebody else's words, with a log that shrank or forked, or not at all: no receipt counts, the
# trouble is one sentence, nobody else waits, and what it signed is kept.
. "$(dirname "$0")/lib.sh"
node_make a; node_make c; node_make b
set -- $(free_ports 1)
node_start a; node_start b; node_start c
# The bad partner's card names the proxy's address.
must at b card --url "http://127.0.0.1:$1"
meet a b; meet a c
echo pass >"$W/mode"
mkdir "$W/proxy"
python3 "$(dirname "$0")/proxy.py" "$1" "$(node_port b)" "$W/mode" "$W/b/dir/keys" "$W/b/card" >"$W/proxy/log" 2>&1 &
echo $! >"$W/proxy/pid"
sleep 0.5

sends a b "through the proxy"; first=$id
arrives 20 a "$first" received; is $? 0 "through an honest proxy it is received"
echo slow >"$W/mode"
sends a b "slowly"; arrives 20 a "$id" received; is $? 0 "slow is not wrong"

# bad MODE PATTERN: a warning gets no receipt, status says why, and c is not delayed. Then the partner is good again, and it arrives.
trouble_is() { partner_of a b .trouble | grep -qE -- "$1"; }
bad() {
	echo "$1" >"$W/mode"
	sends a b "while it is $1"; one=$id
	until_true 20 trouble_is "$2"; is $? 0 "$1: status says so"
	match "$(partner_of a b .trouble)" "$2" "$1: in a sentence"
	is "$(delivery a "$one") $(at a show "$one" --json | jq -r '.receipt // "no receipt"')" "waiting no receipt" "$1: there is no receipt"
	sends a c "meanwhile"
	arrives 5 a "$id" received; is $? 0 "$1: another partner has its warning within seconds"
	echo pass >"$W/mode"
	must api a POST /api/v1/card/next -f -H 'Content-Type: application/json' -d '{}' >/dev/null
	arrives "${3:-30}" a "$one" received; is $? 0 "$1: it is received when the partner is good again"
}
bad silent 'did not answer'
bad status500 'HTTP status 500'
bad rubbish 'does not count'
bad empty 'does not count'
bad cut 'does not count'
bad another 'does not count: it answers for|does not count: its log .* shrank|does not count'
bad swapped 'answers for another statement'
bad index 'does not prove that statement number'
bad unsigned 'does not count'
conflicts() { asks a '[.alarms[] | select(.code == "conflict")] | length'; }
is "$(entries b --in)" "$(at a list --out --peer b.exercise --limit 1000 --json | jq '.items | length')" "what was sent again is there once"

# What its own log's key signed contradicts what is held: evidence, which stays.
bad unproven 'does not prove that its log .* grew'
before=$(conflicts)
bad fork 'two histories of [0-9]+ entries'
until_true 10 alarmed a 'b\.exercise: .*two histories.*both are kept as evidence'; is $? 0 "a fork is kept, and an alarm"
bad small 'shrank from [0-9]+ to [0-9]+'
until_true 10 alarmed a 'b\.exercise: .*shrank.*both are kept as evidence'; is $? 0 "a shrunken log is kept too"
[ "$(conflicts)" -gt "$before" ]; is $? 0 "evidence does not go away when the partner behaves again"
for n in a b c; do run 0 "log check passes on $n" at $n log check; done
done_testing
