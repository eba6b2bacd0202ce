#!/bin/sh
# Two leads about the same subject are shown to both, of two units or of two nodes that share a key, and nothing of what is in them.
CHECK_API=1
. "$(dirname "$0")/lib.sh"
nodes a b c
meet_all a b c
lead_about() { at "$1" lead list ${3:-} --json | jq -r ".items[] | select(.statement == \"$2\") | .id"; }
has_lead() { [ -n "$(lead_about "$@")" ]; }
show() { at "$1" lead show "$2" --json; }
with() { show "$1" "$2" | jq -r '[.matches[].with] | join(" ")'; }
matched() { [ "$(with "$1" "$2")" = "$3" ]; }
matches_sent() { at "$1" partner match "$2" --json | jq .sent; }
sent_so() { [ "$(matches_sent "$1" "$2")" = "$3" ]; }
# tip FROM TO NAME: a warning that names somebody; its id in $id, its lead in $lead
tip() {
	sends "$1" "$2" "a man who plans an attack" ",\"subject.name\":\"$3\",\"subject.kind\":\"person\",\"source.name\":\"the baker\""
	until_true 20 has_lead "$2" "$id" || flunk "a lead at $2 about $3"
	lead=$(lead_about "$2" "$id")
}

# ---- without a key ----
tip c a "Before Anything"; early=$lead
tip c b "ANYTHING Before"; early_b=$lead
is "$(with a "$early")$(with b "$early_b")" "" "without a key nothing is matched"
is "$(matches_sent a b.exercise)" 0 "and nothing is sent"

# ---- the key ----
run 0 "a key is made and shown" at a partner match b.exercise --new --json
printf '%s' "$out" | jq -r .new_key >"$W/key"
match "$(cat "$W/key")" '^[0-9a-f]{64}$' "once"
is "$(at a partner match b.exercise --json | jq -r 'has("new_key")')" false "and not again"
is "$(at a partner match b.exercise --json | jq -r .key)" "$(python3 -c 'import hashlib,sys;print(hashlib.sha256(bytes.fromhex(sys.argv[1])).hexdigest()[:16])' "$(cat "$W/key")")" "but for what says which one it is"
is "$(grep -c "$(cat "$W/key")" "$W"/a/dir/*.db "$W"/a/log 2>/dev/null | grep -vc ':0$')" 0 "it is in no file as it is"
echo "not a key" >"$W/bad"
run 1 "what is no key is refused" at b partner match a.exercise --key-file "$W/bad"
run 0 "the other side has it by another way" at b partner match a.exercise --key-file "$W/key"
until_true 30 matched a "$early" b.exercise; is $? 0 "leads that were there before meet"
until_true 30 matched b "$early_b" a.exercise; is $? 0 "on both sides"

# ---- two nodes ----
tip c a "Aslan Vymyshlenny"; one=$lead tip_a=$id
tip c b "VYMYSHLENNY Aslan"; two=$lead tip_b=$id
until_true 30 matched a "$one" b.exercise; is $? 0 "two tips in another order of words: one side sees the other"
until_true 30 matched b "$two" a.exercise; is $? 0 "and the other side the one"
match "$(show b "$two" | jq -r '.matches[0].words')" '^a\.exercise has a lead about the same subject, since [0-9]{4}-[0-9]{2}-[0-9]{2}T' "by name and time"
is "$(show a "$one" | jq -r '.matches[0] | keys | join(" ")')" "since with words" "and nothing else"
is "$(show b "$two" | grep -c "$one\|$tip_a")" 0 "no id of the other"
tip c a "Boris Inoy"; other=$lead
tip c b "Boris Drugoy"; other_b=$lead
until_true 30 sent_so a b.exercise 3; is $? 0 "each lead is sent once"
until_true 30 sent_so b a.exercise 3; is $? 0 "by either side"
is "$(with a "$other")$(with b "$other_b")" "" "another subject does not match"

# ---- a closed one ----
tip c a "Closed Person"; closed=$lead
at a lead close "$closed" --finding unfounded --words "nobody" >/dev/null
until_true 30 sent_so a b.exercise 4
tip c b "Person Closed"; late=$lead
until_true 30 matched b "$late" a.exercise; is $? 0 "a closed lead is shown to the new one"
until_true 30 matched a "$closed" b.exercise; is $? 0 "and shows it"
is "$(show a "$closed" | jq -r .state)" closed "and stays closed"

# ---- kill, restart ----
node_kill a; node_start a
node_stop b; node_start b
tip c b "After All"
until_true 30 sent_so b a.exercise 5; is $? 0 "after a crash what is new is sent"
is "$(matches_sent a b.exercise)" 4 "and nothing twice"

# ---- a third node that says the same again ----
run 0 "a third node with a key of its own" at a partner match c.exercise --new --json
printf '%s' "$out" | jq -r .new_key >"$W/key2"
at c partner match a.exercise --key-file "$W/key2" >/dev/null
tip b a "Only Here"; here=$lead
until_true 30 sent_so a b.exercise 5
is "$(with a "$here")" "" "matches nothing of what it has no lead about"

# ---- one subject, one lead of a unit ----
sends c a "again" ',"subject.name":"BORIS inoy"'; again=$id
until_true 20 sh -c "$T -d $W/a/dir lead show $other --json | jq -e '.statements[] | select(.id == \"$again\")'"; is $? 0 "a new tip joins the lead of its unit about the same subject"
sends c a "again" ',"subject.name":"person CLOSED"'
until_true 20 sh -c "[ \"\$($T -d $W/a/dir lead show $closed --json | jq -r .state)\" = new ]"; is $? 0 "and opens it again when it is closed"
until_true 10 sh -c "[ \"\$($T -d $W/a/dir lead list --closed --json | jq '.items | length')\" = 0 ]"; is $? 0 "instead of a new one"

# ---- two units ----
at a unit add crisis "Crisis staff" >/dev/null
at a unit compartment tide "Tide" >/dev/null
at a policy set unit.route "b.exercise=crisis" >/dev/null
account a boss administrator
account a ada analyst,liaison --unit desk --compartment tide
account a cid analyst --unit crisis
sends b a "he was seen" ',"subject.name":"Boris Inoy"'; seen=$id
until_true 20 sh -c "[ -n \"\$($T -d $W/a/dir --token-file $W/a/cid.token lead list --json | jq -r '.items[].id')\" ]"
lead=$(by a cid lead list --json | jq -r ".items[] | select(.statement == \"$seen\") | .id")
is "$(by a cid lead show "$lead" --json | jq -r '[.matches[].with] | join(",")')" "unit desk" "another unit's lead shows the unit"
is "$(by a ada lead show "$other" --json | jq -r '[.matches[].with] | join(",")')" "unit crisis" "and that one shows this"
is "$(by a cid lead show "$lead" --json | grep -c "$other\|$again\|ada")" 0 "and nothing of it"
sends c a "quietly" ',"subject.name":"Inoy, Boris"'; quiet=$id
until_true 20 holds a "$quiet"
before=$(by a ada partner match b.exercise --json | jq .sent)
run 0 "a lead in a compartment" by a ada lead open "$again" --for 20d --compartment tide
inner=$(by a ada lead list --json | jq -r '.items[] | select(.compartment == "tide") | .id')
is "$(by a cid lead show "$lead" --json | jq -r '[.matches[].with] | join(",")')" "unit desk,another part of this organisation" "is not shown by its name"
is "$(by a ada partner match b.exercise --json | jq .sent)" "$before" "nor sent"
run 1 "a key is not an analyst's business" by a cid partner match b.exercise --new
run 0 "it ends" by a ada partner match b.exercise --end

sends c a "later" ',"subject.name":"Much Later"'
is "$(by a ada partner match b.exercise --json | jq -r .key)" "" "and is forgotten"
run 1 "once" by a ada partner match b.exercise --end
done_testing
