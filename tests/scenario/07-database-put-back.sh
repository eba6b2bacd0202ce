#!/bin/sh
# A database, then a whole node, is put back to an earlier day: it must not sign a second history, and gets back what it lost.
. "$(dirname "$0")/lib.sh"
nodes a b w
meet_all a b w
witnessed_by a w; witnessed_by b w
must at a partner quorum b.exercise 1
must at b partner quorum a.exercise 1
checkpoint() { curl -s --max-time 5 "http://127.0.0.1:$(node_port "$1")/log/$2checkpoint" | head -3; }
published() { at "$1" log status --json | jq .published_size; }
covered() { [ "$(at "$1" log status --json | jq '.size == .published_size')" = true ]; }
forks() { asks "$1" '[.alarms[] | select(.code == "conflict" or .code == "distrusted")] | length'; }

sends a b "before the copy"; s1=$id
sends b a "before the copy, from b"; t1=$id
arrives 30 a "$s1" witnessed; is $? 0 "traffic before the copy"
arrives 30 b "$t1" witnessed; is $? 0 "in both directions"
node_stop a
mkdir "$W/copy"; cp "$W/a/dir"/tocsin.db* "$W/copy/"
node_start a
sends a b "after the copy"; s2=$id
sends b a "after the copy, from b"; t2=$id
printf '{"record.type":"call","text":"only here"}\n' >"$W/record.json"
own=$(at a record "$W/record.json" | cut -d' ' -f1)
arrives 30 a "$s2" witnessed; arrives 30 b "$t2" witnessed; is $? 0 "traffic after the copy"
until_true 20 covered a
old=$(checkpoint a "")
match "$old" '^a\.exercise/log/1' "the log is published and witnessed"
node_kill a
rm -f "$W/a/dir"/tocsin.db*; cp "$W/copy"/tocsin.db* "$W/a/dir/"

# ---- the database is older than the keys ----
node_start a 40
is "$(at a log status --json | jq -r .origin)" "a.exercise/log/2" "it goes on under a new origin"
is "$(at a log status --json | jq -r '.origins[] | select(.n == 1) | .state')" retired "the old one is retired"
match "$(asks a .note)" 'log/1 was retired' "and status says why"
is "$(at a card | grep -c '^seq ')" 2 "there is a new card"
match "$(at a card | sed -n 's/^log //p' | tail -1)" '^a\.exercise/log/2\+' "with the new log"
until_true 40 holds a "$s2"; is $? 0 "what it had issued is given back"
until_true 40 holds a "$t2"; is $? 0 "what it had accepted is sent again"
match "$(at a show "$s2")" 'given back by a partner' "and marked as given back"
is "$(at a show "$s2" --json | jq -r '.fields[] | select(.name == "threat.summary") | .value')" "after the copy" "with its content"
holds a "$own"; is $? 1 "what nobody else had is lost"
sleep 2.5
is "$(checkpoint a 1/ | sed -n 2p | grep -c "^$(echo "$old" | sed -n 2p)\$")" 0 "the old log is not brought to its old size again"
mkdir -p "$W/seen"; curl -s "http://127.0.0.1:$(node_port a)/log/1/checkpoint" >"$W/seen/now"
sleep 2.5
curl -s "http://127.0.0.1:$(node_port a)/log/1/checkpoint" | cmp -s - "$W/seen/now"; is $? 0 "nothing is signed for the old origin"
for n in b w; do
	until_true 20 sh -c "[ \"\$($T -d $W/$n/dir partner show a.exercise --json | jq .seq)\" = 2 ]"; is $? 0 "$n has the new card"
	is "$(forks $n)" 0 "$n has seen no fork"
done
sends a b "under the new log"; s3=$id
arrives 40 a "$s3" witnessed; is $? 0 "its warnings are received and witnessed"
sends b a "to the new log"; t3=$id
arrives 40 b "$t3" witnessed; is $? 0 "and what is sent to it"
until_true 40 delivered b "$t2" witnessed; is "$(delivery b "$t2")" witnessed "the receipts of before still stand"
for n in a b w; do run 0 "log check passes on $n" at $n log check; done
run 0 "log account passes on a" at a log account
is "$(at b list --in --limit 100 --json | jq -r '[.items[].id] | (length == (unique | length))')" true "nothing is twice at b"

# ---- the whole folder, keys and what the keeper remembers, is older: only others know ----
until_true 20 covered b
node_stop b
cp -r "$W/b/dir" "$W/copy/whole"
node_start b
sends b a "after the copy of everything"; t4=$id
sends a b "to b after the copy of everything"; s4=$id
arrives 40 b "$t4" witnessed; arrives 40 a "$s4" witnessed; is $? 0 "traffic after a copy of everything"
node_kill b
rm -rf "$W/b/dir"; cp -r "$W/copy/whole" "$W/b/dir"
node_start b 40
is "$(at b log status --json | jq -r .origin)" "b.exercise/log/2" "witnesses and partners tell a node that nothing of its own remembers"
match "$(asks b .note)" 'has seen (more of|another)' "and status says who has seen more"
until_true 40 holds b "$t4"; is $? 0 "what it had issued is given back"
until_true 40 holds b "$s4"; is $? 0 "and what it had accepted"
sends a b "and goes on"; arrives 40 a "$id" witnessed; is $? 0 "and it goes on"
for n in a w; do is "$(forks $n)" 0 "$n has seen no fork"; done
run 0 "log check passes on b" at b log check

# ---- nobody can be asked ----
node_stop a; node_kill b; node_kill w
node_start a 40
match "$(asks a .note)" 'nobody could be asked' "when nobody could be asked, status says so"
node_start w; node_start b 40
until_true 60 sh -c "$T -d $W/a/dir status --json | jq -r .note | grep -q 'was compared'"; is $? 0 "until somebody was"
done_testing
