#!/bin/sh
# The exercise realm and the live realm take nothing from each other, and only an exercise has a clock that can be set.
. "$(dirname "$0")/lib.sh"
node_make x; node_make l l.example; node_make m m.example
for n in x l m; do node_start $n; done
for n in x l m; do at $n card >"$W/$n/card"; done
is "$(head -1 "$W/x/card") $(head -1 "$W/l/card")" "tocsin-exercise/v1 card tocsin/v1 card" "each realm has its own first line"
is "$(asks x .realm) $(asks l .realm)" "exercise live" "status tells the realm"
match "$(at x status)" 'EXERCISE' "and says EXERCISE"
is "$(at l status | grep -c EXERCISE)" 0 "only where it is one"
run 1 "a live node refuses the card of an exercise node" at l partner add "$W/x/card"
match "$err" 'exercise realm' "with a sentence"
run 1 "an exercise node refuses the card of a live one" at x partner add "$W/l/card"
match "$err" 'live realm' "with a sentence"
is "$(at l partner list --json | jq '.items | length') $(at x partner list --json | jq '.items | length')" "0 0" "nobody was added"
run 1 "a live node's clock cannot be set" at l clock 2031-01-01T00:00:00Z
match "$(asks l .clock)" "^$(date -u +%Y-%m-%d)" "and is what it was"
run 0 "an exercise node's can" at x clock 2031-01-01T00:00:00Z
match "$(asks x .clock)" '^2031-01-01T00:0' "and is set"
match "$(at x status)" 'set by hand' "which status says"
node_stop x; node_start x
match "$(asks x .clock)" '^2031-01-01T00:' "also after a restart"

# Live nodes among themselves.
meet l m
sends l m "a live one"; arrives 20 l "$id" received; is $? 0 "live nodes exchange warnings"
is "$(at m list --in --json | jq '.items | length')" 1 "which arrive"

# A statement of the exercise realm, sealed to the live node and posted on the wire, and the reverse.
# deliver FROM ID TO: the statement ID of FROM, sealed to TO, into a batch; the answer in $W/answer
deliver() {
	[ -d "$W/ev-$2" ] || at "$1" evidence "$2" --out "$W/ev-$2" >/dev/null
	at "$3" card | sed -n 's/^recipient //p' | tail -1 >"$W/recipient"
	{ cat "$W/ev-$2/statement.note"; echo; cat "$W/ev-$2/body.txt"; } >"$W/plain"
	whole=4096
	while [ $(($(wc -c <"$W/plain") + 6)) -gt $whole ]; do whole=$((whole * 2)); done
	pad=$((whole - $(wc -c <"$W/plain") - 5))
	{ cat "$W/plain"; printf 'pad '; head -c "$pad" /dev/zero | tr '\0' 0; echo; } >"$W/padded"
	"$T" seal -r "$(cat "$W/recipient")" <"$W/padded" >"$W/envelope"
	size=$(wc -c <"$W/envelope")
	length=$(printf '\\%03o' $((size >> 24)) $((size >> 16 & 255)) $((size >> 8 & 255)) $((size & 255)))
	{ printf 'tocsin-batch/v1\nhave 0\n'; printf "$length"; cat "$W/envelope"; } >"$W/batch"
	curl -s --data-binary "@$W/batch" "http://127.0.0.1:$(node_port "$3")/exchange/v1/envelopes" >"$W/answer"
}
live=$id
printf '{"record.type":"call","text":"x"}\n' >"$W/record.json"
exercise=$(at x record "$W/record.json" | cut -d' ' -f1)
deliver x "$exercise" l
match "$(grep -a '^refused' "$W/answer")" '^refused realm ' "a live node refuses an exercise's statement on the wire"
deliver l "$live" x
match "$(grep -a '^refused' "$W/answer")" '^refused realm ' "an exercise node refuses a live one"
deliver l "$live" m
match "$(grep -a '^accepted' "$W/answer")" "^accepted $live " "the same way of delivering works inside a realm, where it is known already"
at l evidence "$live" --out "$W/ev" >/dev/null
run 0 "a live bundle does not speak of an exercise" "$T" verify "$W/ev" --card "$W/l/card" --card "$W/m/card" --json
is "$(echo "$out" | jq .exercise)" false "as it is none"
done_testing
