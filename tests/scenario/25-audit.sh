#!/bin/sh
# The audit trail: as an inspector uses it, and what becomes of somebody who changes it, takes rows out of it or cuts it.
. "$(dirname "$0")/lib.sh"
nodes n p
meet n p
DB=$W/n/dir/tocsin.db
account n chief administrator
chief() { by n chief "$@"; }
make() {
	local name=$1 role=$2
	(umask 077 && echo "four tides at the harbour" >"$W/n/$name.password")
	must chief account add "$name" --role "$role" --password-file "$W/n/$name.password" --function "$3"
	must at n login "$name" --password-file "$W/n/$name.password" --save "$W/n/$name.token"
}
make ann analyst "reader on duty"
make rita releasing-officer "releasing officer"
make ines inspector "inspector"
sends p n "A boat with explosives"; warned=$id
seen() { by n ann list --json | jq -e --arg id "$warned" '.items[] | select(.id == $id)'; }
until_true 20 seen; is $? 0 "a warning comes"

# ---- who did what ----
run 0 "an analyst reads it" by n ann show "$warned"
run 1 "and exports it, which an analyst may not" by n ann evidence "$warned" --out "$W/x.tar"
match "$err" 'rule role\.right: the right "export"' "by a rule with a name"
exported() { rm -f "$W/x.tar"; by n rita evidence "$warned" --out "$W/x.tar"; }
until_true 20 exported; is $? 0 "a releasing officer exports it"
run 1 "somebody tries an id that is nothing here" by n ann show 00112233
trail() { by n ines audit list --json "$@"; }
is "$(trail --subject "$warned" | jq -r '[.items[] | .who + " " + .what] | reverse | unique | join(", ")')" "ann read, ann refused, rita export" "an inspector sees who read it, who exported it, and who was refused"
match "$(trail --subject "$(echo "$warned" | cut -c1-10)" | jq -r '.items[] | select(.what == "read") | .detail')" 'advice.*threat\.summary|threat\.summary.*advice' "and which lines were shown, by the beginning of the id"
match "$(trail --subject "$warned" | jq -r '.items[] | select(.what == "export") | .detail')" 'evidence, open lines: all; closed lines: none' "and what went out with an export"
is "$(trail --who ann | jq -r '[.items[].who] | unique | join(" ")')" ann "one person's rows"
match "$(trail --who ann | jq -r '.items[] | select(.what == "refused") | .subject')" '00112233' "what was tried in vain, too"
is "$(trail --after 2999-01-01T00:00:00Z | jq '.items | length')" 0 "rows from a time on"
is "$(trail | jq '[.items[] | select(has("seq"))] | length')" 0 "no number of the node is in it"
match "$(by n ines audit list --subject "$warned")" 'ann +reader on duty +read' "in words, too"
match "$(trail --who ines | jq -r '.items[].what' | sort -u | tr '\n' ' ')" 'audit' "reading the trail is in the trail"
match "$(trail --who chief | jq -r '.items[].what' | sort -u | tr '\n' ' ')" 'account' "and what the administrator decides"
for who in ann rita chief; do run 1 "$who does not read it" by n $who audit list; done
all=$(trail --limit 1000 | jq '.items | length')
paged=$(place=; while :; do
	page=$(api_by n ines GET "/api/v1/audit?limit=7&before=$place")
	echo "$page" | jq -r '.items[] | .at + .who + .what + .subject + .detail'
	place=$(echo "$page" | jq -r '.next // empty')
	[ -n "$place" ] || break
done | wc -l)
[ "$paged" -ge "$all" ]; is $? 0 "page by page there is as much of it as in one piece"

# ---- whole, and in the log ----
run 0 "an inspector has it checked from afar" by n ines audit check
match "$out" 'whole, and fits the log' "and is told that nothing is missing"
anchored() { at n audit check --json | jq -e '.anchored == .rows and .rows > 10'; }
until_true 20 anchored; is $? 0 "whoever holds the machine reads the database itself: the last row is in the log after a tick"
run 0 "the log accounts for the anchors" at n log account --json
[ "$(echo "$out" | jq .anchors)" -gt 0 ]; is $? 0 "as what they are"
is "$(echo "$out" | jq .unaccounted)" 0 "and for everything else"
node_kill n
node_start n
run 0 "after a kill it is whole" at n audit check

# ---- somebody who can write to the database ----
node_stop n
cp "$DB" "$W/kept.db"
# tampered NAME PATTERN SQL: the check finds it, and says where
tampered() {
	cp "$W/kept.db" "$DB"
	rm -f "$DB-wal" "$DB-shm"
	must sqlite3 "$DB" "$3"
	run 5 "$1 is found" at n audit check
	match "$err" "$2" "and named"
}
last=$(sqlite3 "$DB" "SELECT max(seq) FROM audit")
read_row=$(sqlite3 "$DB" "SELECT seq FROM audit WHERE who = 'ann' AND what = 'read' ORDER BY seq LIMIT 1")
tampered "another name in a row" "row $read_row is not what its hash says" "UPDATE audit SET who = 'rita' WHERE seq = $read_row"
tampered "another time" "row $read_row is not what its hash says" "UPDATE audit SET at = at + 1 WHERE seq = $read_row"
tampered "a row that was taken out" "row $read_row is missing" "DELETE FROM audit WHERE seq = $read_row"
tampered "a row that was taken out while the others moved up" "row $read_row is" "DELETE FROM audit WHERE seq = $read_row; UPDATE audit SET seq = seq - 1 WHERE seq > $read_row"
tampered "a trail that was cut at its end" "ends at row $((last - 2)), but row" "DELETE FROM audit WHERE seq > $((last - 2))"
tampered "one that is gone" "ends at row 0|row 1 is missing" "DELETE FROM audit"
tampered "an anchor that says something else" "anchor|anchored" "UPDATE audit_anchor SET hash = zeroblob(32) WHERE seq = (SELECT max(seq) FROM audit_anchor)"
# Somebody who knows how rows are chained makes all hashes anew, and those of the anchors: the log holds others.
cp "$W/kept.db" "$DB"
rm -f "$DB-wal" "$DB-shm"
must python3 - "$DB" "$read_row" <<'PY'
import hashlib
import sqlite3
import sys

db = sqlite3.connect(sys.argv[1])
db.execute("UPDATE audit SET who = 'rita' WHERE seq = ?", (int(sys.argv[2]),))
before, hashes = bytes(32), {}
for seq, at, *words in db.execute("SELECT seq, at, who, function, what, subject, detail FROM audit ORDER BY seq").fetchall():
    text = "tocsin/v1 audit\n" + "".join(f"{w}\n" for w in (seq, at, *words)) + before.hex() + "\n"
    before = hashes[seq] = hashlib.sha256(text.encode()).digest()
    db.execute("UPDATE audit SET hash = ? WHERE seq = ?", (before, seq))
for (seq,) in db.execute("SELECT seq FROM audit_anchor").fetchall():
    db.execute("UPDATE audit_anchor SET hash = ? WHERE seq = ?", (hashes[seq], seq))
for (key, value) in db.execute("SELECT key, value FROM meta").fetchall():
    if "audit" in key:
        print("meta", key, bytes(value)[:8].hex() if isinstance(value, bytes) else value)
db.commit()
PY
run 5 "a trail whose hashes were all made anew does not fit the log" at n audit check
match "$err" 'audit trail is broken' "and that is said"
# Without its anchors the trail fits itself, but then the log has entries that nothing accounts for.
cp "$W/kept.db" "$DB"
rm -f "$DB-wal" "$DB-shm"
must sqlite3 "$DB" "DELETE FROM audit_anchor"
run 1 "anchors that were taken out are missing in the account of the log" at n log account
match "$out" '[1-9][0-9]* unaccounted' "as entries that nothing explains"
cp "$W/kept.db" "$DB"
rm -f "$DB-wal" "$DB-shm"
run 0 "as it was, it is whole" at n audit check
node_start n
run 0 "and the node goes on with it" by n ann show "$warned"
until_true 20 anchored; is $? 0 "in the log, too"
done_testing
