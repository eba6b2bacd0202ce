#!/bin/sh
# A warning goes by way of a third node: it arrives once, its author gets its recipient's own receipt, and what the broker says is shown as its word.
. "$(dirname "$0")/lib.sh"
nodes a b c w
meet a b
meet b c
# Somebody else's clock says when what a hands to b was in the log of b.
meet a w
meet b w
witnessed_by a w; witnessed_by b w
must at a partner quorum b.exercise 1
# a and c know each other, and c takes nothing from a directly: a is told an address where nobody is.
meet a c
must at b policy set broker.serve yes
via() {
	warning "$W/via.json" "$1"
	id=$(at a warn --to "via:b.exercise:c.exercise" "$W/via.json" 2>"$W/stderr" | cut -d' ' -f1)
	[ ${#id} = 64 ] || { echo "Bail out! a cannot warn by way of b: $(cat "$W/stderr")"; failed=1; exit 1; }
}
words() { at "$1" show "$2" --json | jq -r .broker.words; }
says() { words "$1" "$2" | grep -qE -- "$3"; }
ask() { sqlite3 -readonly -cmd '.timeout 10000' "$W/$1/dir/tocsin.db" "$2"; }

via "A boat without lights"
s=$id
until_true 30 delivered a "$s" received; is $? 0 "its author has a receipt"
is "$(words a "$s")" "brought by b.exercise: the receipt of c.exercise is here" "and is told by whom it was brought"
is "$(at a show "$s" --json | jq -r .receipt.origin)" "c.exercise/log/1" "the receipt is the recipient's own"
is "$(at c show "$s" --json | jq -r '.fields[] | select(.name == "threat.summary") | .value')" "A boat without lights" "its recipient reads it"
is "$(words c "$s")" "brought by b.exercise" "and knows who brought it"
run 1 "its broker has no such statement" at b show "$s"
is "$(grep -c 'boat without' "$W/b/dir/tocsin.db")" 0 "nor a word of it"
label=$(printf 'tocsin-exercise/v1 tendered %s' "$s" | sha256sum | cut -d' ' -f1)
is "$(ask b "SELECT count(*) FROM custody WHERE lower(hex(label)) = '$label' AND state = 'delivered'")" 1 "its label is SHA-256 of its id"

proof() { curl -sf "http://127.0.0.1:$(node_port "$1")/exchange/v1/labels/$label" >"$W/label-$1"; }
until_true 20 proof b; is $? 0 "whoever knows the id gets the proof that the label is in the log of its broker"
until_true 20 proof c; is $? 0 "and in that of its recipient"
match "$(cat "$W/label-b")" '^b.exercise/log/1$' "each under its own log"
is "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$(node_port b)/exchange/v1/labels/$s")" 404 "nobody gets another one"
entry() { printf 'tocsin-exercise/v1 label %s %s' "$1" "$label" | sha256sum | cut -d' ' -f1; }
is "$(ask b "SELECT count(*) FROM log_position WHERE lower(hex(id)) = '$(entry b.exercise)'")$(ask c "SELECT count(*) FROM log_position WHERE lower(hex(id)) = '$(entry c.exercise)'")" 11 "what stands for it is another hash in each log"

# What proves it.
cards() { for n in a b c w; do at $n card >"$W/cards-$n"; done; }
cards
proven() { rm -rf "$W/$2"; at a evidence "$1" --tender --out "$W/$2" >"$W/stdout" 2>"$W/stderr" && "$TOCSIN_PROGRAM" verify "$W/$2" --card "$W"/cards-* --json >"$W/$2.json"; }
until_true 30 proven "$s" took; is $? 0 "that it was handed over is evidence, with what came of it"
is "$(jq -r '.ok, .broker, .to, .state' "$W/took.json" | tr '\n' ' ')" "true b.exercise c.exercise received " "for whom, by whom, and that it was taken"
match "$(jq -r .tendered_not_later_than "$W/took.json")" '^20..-..-..T..:..:..Z$' "not later than when"
run 0 "without a node" "$TOCSIN_PROGRAM" verify "$W/took" --card "$W"/cards-*
match "$out" "handed to b.exercise for c.exercise not later than .* \(proven by b.exercise's log\)" "it is said in words"
match "$out" "c.exercise took it: receipt" "and that its recipient took it"
run 1 "of whom one knows no card nothing is proven" "$TOCSIN_PROGRAM" verify "$W/took" --card "$W/cards-a" "$W/cards-c" "$W/cards-w"
run 1 "without a witness whom one knows it is not proven when" "$TOCSIN_PROGRAM" verify "$W/took" --card "$W/cards-a" "$W/cards-b" "$W/cards-c"
match "$out" "nobody witnessed when" "and it is said so"
run 1 "what is there is not overwritten" at a evidence "$s" --tender --out "$W/took"
run 1 "its recipient has not tendered it" at c evidence "$s" --tender --out "$W/none"
match "$err" "was not tendered to a broker by this node" "and is told so"

# What is about it goes the same way.
run 3 "it is withdrawn, and the receipt for that is still on its way" at a retract "$s" --reason "It was a fishing boat"
r=$(ask a "SELECT lower(hex(id)) FROM statement WHERE kind = 'retraction'")
until_true 30 delivered a "$r" received; is $? 0 "the retraction arrives"
is "$(words a "$r")" "brought by b.exercise: the receipt of c.exercise is here" "by the same broker"

# What a broker does not take.
must at b policy set broker.serve no
via "Not by this way"
until_true 30 says a "$id" '^tendered, refused \(closed\), says b.exercise$'; is $? 0 "a broker that does not serve says so"
is "$(delivery a "$id")" brokered "and it stays with its author"
until_true 30 proven "$id" refused; is $? 0 "which is evidence, too"
is "$(jq -r '.ok, .state, .says' "$W/refused.json" | tr '\n' ' ')" "true refused refused (closed) " "that it was handed over is proven, why it was refused is the broker's word"
mv "$W/took/tender" "$W/tender.other"
cp -R "$W/refused/tender" "$W/took/tender"
run 1 "with another tender it proves nothing" "$TOCSIN_PROGRAM" verify "$W/took" --card "$W"/cards-*
match "$out" "the label of the tender is that of another statement" "and it is said why"
must at b policy set broker.serve yes
must at b policy set broker.a-day 1
via "One too many"
until_true 30 says a "$id" '^tendered, refused \(quota\), says b.exercise$'; is $? 0 "nor more than so many a day"
must at b policy set broker.a-day 100
run 1 "a broker is a partner" at a warn --to "via:nobody.exercise:c.exercise" "$W/via.json"
match "$err" "nobody.exercise is not a partner" "and it is said which is not"
run 1 "a broker carries to a third" at a warn --to "via:b.exercise:b.exercise" "$W/via.json"
node_make d
node_start d
at d card >"$W/d/card"
must at a partner add "$W/d/card"
warning "$W/via.json" "To whom the broker does not know"
id=$(at a warn --to "via:b.exercise:d.exercise" "$W/via.json" | cut -d' ' -f1)
until_true 30 says a "$id" '^tendered, refused \(unknown\), says b.exercise$'; is $? 0 "nor for whom it does not know"

# Its author may be nobody whom the recipient knows: then it is a stranger's, by way of whom it knows.
node_make e
node_start e
meet e b
must at e partner add "$W/cards-c"
warning "$W/via.json" "From who is no partner"
id=$(at e warn --to "via:b.exercise:c.exercise" "$W/via.json" 2>/dev/null | cut -d' ' -f1)
until_true 30 delivered e "$id" received; is $? 0 "a stranger's arrives by way of a broker"
match "$(at c stranger list)" 'e\.exercise.*b\.exercise' "as a stranger's, and who brought it is shown"
match "$(at c show "$id")" 'no partner: nobody has confirmed' "and it is marked"
is "$(at c partner list | grep -c e.exercise)" 0 "it is no partner for that"
must at c policy set contact.brought-a-day 0
node_make f
node_start f
meet f b
must at f partner add "$W/cards-c"
id=$(at f warn --to "via:b.exercise:c.exercise" "$W/via.json" 2>/dev/null | cut -d' ' -f1)
until_true 30 says f "$id" '^tendered, refused \([a-z]+\), says b.exercise$'; is $? 0 "of more than a broker may bring it is refused, and its author is told"
is "$(at c stranger list | grep -c f.exercise)" 0 "and nothing is kept of it"

# Never fetched.
node_stop c
via "Nobody is at home"
until_true 30 says a "$id" '^held since .*, says b.exercise$'; is $? 0 "what cannot be delivered is held"
is "$(at b broker list --json | jq -r '.items[] | .from + " " + .to')" "a.exercise c.exercise" "its broker sees for whom"
must at w clock 2030-01-01T00:00:00Z
must at a clock 2030-01-01T00:00:00Z
must at b clock 2030-01-01T00:00:00Z
until_true 30 says a "$id" '^tendered, never fetched until .*, says b.exercise$'; is $? 0 "until its time is over: it was never fetched"
until_true 30 proven "$id" never; is $? 0 "and that is evidence"
is "$(jq -r '.ok, .state, .says' "$W/never.json" | sed 's/until 20.*Z$/until T/' | tr '\n' ' ')" "true not-fetched never fetched until T " "by its broker's word"
is "$(jq -r .statement.received "$W/never.json") $(ls "$W/never" | tr '\n' ' ')" "false README.txt custody-1 custody-2 statement tender " "of its recipient there is nothing"
for n in a b; do run 0 "the log of $n accounts for its labels" at $n log account; done
done_testing
