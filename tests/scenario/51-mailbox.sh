#!/bin/sh
# A node that takes no calls fetches what waits for it: receipts are receipts, forged notes and answers do nothing, and whatever is killed, it arrives once.
. "$(dirname "$0")/lib.sh"
box() { python3 -B "$TOCSIN_SOURCE/tests/scenario/mailbox.py" "$@"; }
# a is called through a proxy, which can lose what comes back to it; the forger calls a itself.
node_make a
mkdir "$W/p"
echo pass >"$W/p/mode"
outside=$(free_ports 1)
box proxy "$outside" "$(node_port a)" "$W/p/mode" >"$W/p/log" 2>&1 &
echo $! >"$W/p/pid"
rm -rf "$W/a/dir"
must "$T" init "$W/a/dir" --name a.exercise --exchange "127.0.0.1:$(node_port a)" --url "http://127.0.0.1:$outside"
for key in tick retry resume-wait; do node_set a $key 1; done
silent() {
	mkdir -p "$W/$1"
	echo "$1.exercise" >"$W/$1/name"
	out=$("$T" init "$W/$1/dir" --name "$1.exercise") || { echo "Bail out! init"; exit 1; }
	for key in tick retry resume-wait; do node_set "$1" $key 1; done
}
silent c
match "$out" 'asks each one that has an address every 30 seconds' "init without --url says what that means"
is "$(sed -n 's/^fetch = //p' "$W/c/dir/tocsin.ini")" 30 "and has it fetch"
is "$(sed -n 's/^fetch = //p' "$W/a/dir/tocsin.ini")" 0 "a node with an address does not"
sed -i '/^fetch = /d' "$W/c/dir/tocsin.ini"
silent d
sed -i '/^fetch = /d' "$W/d/dir/tocsin.ini"
nodes b
node_start a; node_start c; node_start d
meet_all a b c
meet a d
at a card >"$W/a/card"; at c card >"$W/c/card"; at d card >"$W/d/card"; at b card >"$W/b/card"
url="http://127.0.0.1:$(node_port a)"
as() { local who=$1; shift; box fetch "$url" "$W/$who/dir" "$W/$who/card" "$W/a/card" "$W/got" "$@"; }

# ---- it waits, and is handed to nobody else ----
sends a c "for who takes no calls"; first=$id
until_true 20 sh -c "$T -d $W/a/dir status --json | jq -e '.partners[] | select(.name == \"c.exercise\") | .trouble | test(\"no address\")'"
is $? 0 "its sender is told that c takes no calls"
is "$(box fetch "$url" "$W/d/dir" "$W/c/card" "$W/a/card" "$W/got")" 403 "a note in its name, signed with another's key, is refused"
is "$(grep -c tocsin-batch "$W/got")" 0 "and gets nothing"
is "$(as c age=400)" 403 "an old one"
is "$(as c age=-400)" 403 "one of a time to come"
is "$(as c to="$W/b/card")" 403 "one to another node"
must "$T" init "$W/x" --name x.exercise
mkdir "$W/y"; mv "$W/x" "$W/y/dir"
"$T" -d "$W/y/dir" serve >"$W/y/log" 2>&1 & echo $! >"$W/y/pid"; until_true 20 node_ready y
at y card >"$W/y/card"
is "$(as y)" 403 "and one of a stranger"
is "$(as d)" 204 "another partner gets what waits for it: nothing"
is "$(curl -s -o /dev/null -w '%{http_code}' --data-binary rubbish "$url/exchange/v1/mailbox")" 400 "rubbish is rubbish"
must at a partner distrust d.exercise --reason test
is "$(as d)" 403 "who is distrusted gets nothing at all"

# ---- notes and answers ----
nonce=00112233445566778899aabbccddeeff
is "$(as c nonce=$nonce)" 200 "its own note gets it"
cp "$W/got" "$W/batch"
is "$(head -1 "$W/batch")$(grep -c 'takes no calls' "$W/batch")" "tocsin-batch/v10" "as a batch, sealed"
is "$(as c nonce=$nonce)" 403 "the same note again gets nothing"
is "$(delivery a "$first")" waiting "it stays where it was"
answers() { local who=$1; shift; box answer "$url" "$W/$who/dir" "$W/$who/card" "$W/a/card" "$@"; }
{ printf 'tocsin-carry/v1\nfrom a.exercise\nto c.exercise\n'; cat "$W/batch"; } >"$W/file"
must at c carry in "$W/file" --answer "$W/file-a"
sed 1,3d "$W/file-a" >"$W/answer"
is "$(answers y "$W/answer" $nonce)" 403 "an answer that a stranger brings does not count"
is "$(answers b "$W/answer" $nonce)" 404 "nor one of another partner"
# A refusal proves itself by nothing, and checkpoints are public.
{ printf 'tocsin-answer/v1\nconsistency 0\nrefused rule it is not wanted\n'; sed -n '/^$/,$p' "$W/answer"; } >"$W/refused"
is "$(box answer "$url" "$W/d/dir" "$W/c/card" "$W/a/card" "$W/refused" $nonce)" 403 "nor a refusal in its name, under its checkpoint"
is "$(answers c "$W/refused" $nonce sign="$W/answer")" 403 "nor another one than was signed"
is "$(answers c "$W/answer" 0123456789abcdef0123456789abcdef)" 404 "nor one to a batch that was never sent"
head -c -3 "$W/answer" >"$W/cut"
case $(answers c "$W/cut" $nonce) in 400|403) pass "nor one that is cut" ;; *) flunk "nor one that is cut" ;; esac
is "$(delivery a "$first")" waiting "nothing of this has changed anything"
nonce=00112233445566778899aabbccddee00
is "$(as c nonce=$nonce)" 200 "it is handed out again"
sed 's/^accepted \(.\)/accepted 0/' "$W/answer" >"$W/changed"
cmp -s "$W/answer" "$W/changed" && sed 's/^accepted \(.\)/accepted 1/' "$W/answer" >"$W/changed"
is "$(answers c "$W/changed" $nonce)" 403 "an answer about another statement gives no receipt"
is "$(delivery a "$first")" waiting "it waits"
nonce=00112233445566778899aabbccddee01
is "$(as c nonce=$nonce)" 200 "it is handed out once more"
is "$(answers c "$W/answer" $nonce)" 200 "the right answer counts"
is "$(delivery a "$first")" received "and is the receipt"
is "$(answers c "$W/answer" $nonce)" 404 "once"
is "$(as c)" 204 "nothing waits any more"
ahead() { [ "$(as c have=1000000)" = 409 ]; }
is "$(as c times=40)" "204 429" "and there is a limit to how often one may ask"
match "$(until_true 20 ahead; cat "$W/got")" '^a.exercise/log/1$' "who holds a larger checkpoint of its log is shown what it has"

# ---- it fetches ----
node_stop c
node_set c fetch 1
node_start c
sends a c "fetched"; first=$id
arrives 30 a "$first" received; is $? 0 "c fetches it, and its sender has the receipt"
is "$(at a show "$first" --json | jq -r .receipt.origin)" "c.exercise/log/1" "of the log of c"
is "$(at c show "$first" --json | jq -r '.fields[] | select(.name == "threat.summary") | .value')" "fetched" "it can be read there"
run 0 "c answers straight" at c respond "$first" --stage acting --wait 20
until_true 20 sh -c "$T -d $W/a/dir show $first --json | jq -e '.answers[0].stage == \"acting\"'"; is $? 0 "and its sender sees the stage"
is "$(partner_of a c .last_answer | grep -c T)" 1 "status tells when it last came"

# ---- killed in between ----
echo lost >"$W/p/mode"
sends a c "the answer to this one is lost"; second=$id
until_true 30 holds c "$second"; is $? 0 "it is taken in"
is "$(delivery a "$second")" waiting "and its sender does not know"
index() { sqlite3 -readonly -cmd '.timeout 10000' "$W/c/dir/tocsin.db" "SELECT log_index FROM statement WHERE lower(hex(id)) = '$second'"; }
before=$(index)
node_kill c
node_kill a
node_start a
node_start c
echo pass >"$W/p/mode"
arrives 60 a "$second" received; is $? 0 "after both were killed it is fetched again, and the receipt comes"
is "$(index)" "$before" "it has the place in the log that it had"
is "$(at c list --in --limit 1000 --json | jq "[.items[] | select(.id == \"$second\")] | length")" 1 "and is there once"

# ---- many, by way of another, and new cards ----
i=0
while [ $i -lt 20 ]; do sends a c "one of many $i"; i=$((i + 1)); done
arrives 60 a "$id" received; is $? 0 "the last of many arrives"
until_true 30 sh -c "[ \$($T -d $W/a/dir status --json | jq '.partners[] | select(.name == \"c.exercise\") | .waiting') = 0 ]"; is $? 0 "and all the others"
must at b policy set broker.serve yes
warning "$W/via.json" "by way of b"
via=$(at a warn --to "via:b.exercise:c.exercise" "$W/via.json" 2>/dev/null | cut -d' ' -f1)
arrives 60 a "$via" received; is $? 0 "what a third node holds is fetched there, and its author has the receipt"
must at a card rotate
sends a c "under a new key"
arrives 60 a "$id" received; is $? 0 "its sender's new card is fetched, too"
for n in a b c; do run 0 "the log of $n accounts for everything" at $n log account; done
done_testing
