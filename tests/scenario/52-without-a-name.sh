#!/bin/sh
# A warning goes by way of a third node without its author's name; its author withdraws it under the same name, and proves later that it wrote it.
. "$(dirname "$0")/lib.sh"
nodes a b c
meet a b
meet b c
meet a c
must at b policy set broker.serve yes
ask() { sqlite3 -readonly -cmd '.timeout 10000' "$W/$1/dir/tocsin.db" "$2"; }
show() { at "$1" show "$2" --json | jq -r "$3"; }
unnamed() {
	warning "$W/unnamed.json" "$1"
	id=$(at a warn --to "unnamed:b.exercise:c.exercise" "$W/unnamed.json" 2>"$W/stderr" | cut -d' ' -f1)
	[ ${#id} = 64 ] || { echo "Bail out! a cannot warn without its name: $(cat "$W/stderr")"; failed=1; exit 1; }
}
once='^u-[0-9a-f]{24}\.unnamed\.exercise$'
authors() { show "$1" "$2" '[.unnamed.authors[] | "\(.author) \(.proven)"] | sort | join(", ")'; }
told() { [ "$(authors "$1" "$2")" = "$3" ]; }

# ---- it goes ----
unnamed "A boat without lights"
s=$id
name=$(show a "$s" .from)
match "$name" "$once" "it is written under a name for once"
is "$(show a "$s" .unnamed.words)" "written without our name, as $name, by way of b.exercise" "its author is told how"
until_true 40 delivered a "$s" received; is $? 0 "its author has a receipt"
is "$(show a "$s" .receipt.origin)" "c.exercise/log/1" "which is its recipient's own"
is "$(show c "$s" '.fields[] | select(.name == "threat.summary") | .value')" "A boat without lights" "its recipient reads it"
is "$(show c "$s" .from)" "$name" "as from that name"
is "$(show c "$s" .unnamed.words)" "written without its author's name, as $name, by way of b.exercise" "and is told that it is one for once, and who brought it"
is "$(at c show "$s" --json | grep -c 'a\.exercise')" 0 "nothing that it is shown names the author"
is "$(ask c "SELECT count(*) FROM statement WHERE peer = 'a.exercise'")" 0 "nor is there anything of its author's at its recipient"
run 1 "its broker has no such statement" at b show "$s"
is "$(at c partner list --json | jq -r '[.items[].name] | sort | join(" ")')" "a.exercise b.exercise" "the name is no partner at its recipient"
is "$(at a partner list --json | jq -r '[.items[].name] | sort | join(" ")')" "b.exercise c.exercise" "nor at its author"
run 1 "and nobody can take it for one" at c stranger adopt "$name"

# Logs are read by everybody: whoever knows the id does not find it in its author's.
issued=$(printf 'tocsin-exercise/v1 issued %s' "$s" | sha256sum | cut -d' ' -f1)
for n in a b c; do
	size=$(at "$n" log status --json | jq .published_size)
	curl -s "http://127.0.0.1:$(node_port "$n")/log/tile/entries/000.p/$size" >"$W/$n.entries"
	match "$(wc -c <"$W/$n.entries")" "^$((size * 66))$" "the entries of $n are read by anybody"
	is "$(grep -ac "$issued" "$W/$n.entries")" 0 "and none of them is what the id gives"
done
run 0 "the log of its author accounts for all its entries" at a log account

# ---- what may not stand in it ----
warning "$W/telling.json" "Call A.Exercise about it"
run 1 "our name in an open line is refused" at a warn --to "unnamed:b.exercise:c.exercise" "$W/telling.json"
match "$err" "unnamed.name" "by its rule"
run 1 "no warning without a name goes straight" at a warn --to "unnamed:c.exercise" "$W/unnamed.json"

# ---- another one, another name ----
unnamed "A lorry without plates"
t=$id
match "$(show a "$t" .from)" "$once" "a second one has such a name, too"
is "$([ "$(show a "$t" .from)" = "$name" ] && echo same || echo another)" another "which is another one"
until_true 40 delivered a "$t" received; is $? 0 "it arrives"

# ---- evidence ----
until_true 20 at a evidence "$s" --out "$W/bundle"; is $? 0 "its author has evidence"
match "$(cat "$W/bundle/sender.cards")" "name $name" "with the card of the name"
is "$(grep -rl 'a\.exercise' "$W/bundle" | wc -l)" 0 "nothing in it names the author"

run 1 "what was handed over would tell it, and is not written by mistake" at a evidence "$s" --tender --out "$W/tender"
match "$err" "without our name" "which is said"

# ---- who wrote it ----
claim=$(at a author "$s" --to c.exercise | cut -d' ' -f1)
is ${#claim} 64 "its author says so"
until_true 40 told c "$s" "a.exercise true"; is $? 0 "its recipient is shown that this is proven"
match "$(at c show "$s")" "author +a.exercise, proven by the key that signed it" "in words"
is "$(authors c "$t")" "" "about that one, and no other"
run 1 "nobody proves what it did not write" at b author "$(show a "$s" .broker.tender)" --to c.exercise
run 1 "nor what was written under one's own name" at a author "$claim" --to c.exercise

# ---- it is taken back ----
run 3 "it is withdrawn" at a retract "$s" --reason "It was a fishing boat"
r=$(ask a "SELECT lower(hex(id)) FROM statement WHERE kind = 'retraction'")
is "$(show a "$r" .from)" "$name" "under the same name"
is "$(show a "$r" .broker.by)" b.exercise "by way of the same broker"
until_true 40 delivered a "$r" received; is $? 0 "and that arrives"
match "$(show c "$s" '.marks | join(" ")')" retracted "its recipient sees that it was withdrawn"

# ---- by hand: somebody else claims it ----
sig=$(printf '%0128d' 0)
jq -n --arg s "$t" --arg n "$(show a "$t" .from)" --arg g "$sig" \
	'{kind: "authorship", to: ["c.exercise"], fields: {"authorship.statement": $s, "authorship.name": $n, "authorship.signature": $g}}' >"$W/claim.json"
curl -s --unix-socket "$W/b/dir/run/tocsin.sock" -H 'Content-Type: application/json' --data @"$W/claim.json" http://localhost/api/v1/statements >"$W/claimed"
until_true 40 told c "$t" "b.exercise false"; is $? 0 "who claims what it did not write is shown as one whose claim does not verify ($(head -c 200 "$W/claimed"))"
must at a author "$t" --to c.exercise
until_true 40 told c "$t" "a.exercise true, b.exercise false"; is $? 0 "and beside it the author, who proves it"
for n in a b c; do run 0 "the log of $n accounts for its entries" at $n log account; done
done_testing
