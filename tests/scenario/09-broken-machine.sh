#!/bin/sh
# A machine that fails: disk full, keys that cannot be read, a damaged database, a clock that runs backwards. One clear sentence, no receipt
# for what was not stored, nothing lost that was acknowledged, and it works again when the cause is gone.
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0")
sock() { echo "$W/$1/dir/run/tocsin.sock"; }
nodes a b
meet a b
node_stop b

# ---- disk full ----
# A small tmpfs where one may mount, a limit on the size of files elsewhere; both make the database's writes fail.
limit=""
mkdir "$W/b/small"
if mount -t tmpfs -o size=3m,mode=0700 tmpfs "$W/b/small" 2>/dev/null; then
	echo "$W/b/small" >"$W/b/mounted"
	cp -r "$W/b/dir/." "$W/b/small/"
	mv "$W/b/dir" "$W/b/was"; ln -s small "$W/b/dir"
else
	limit=$(($(wc -c <"$W/b/dir/tocsin.db") / 512 + 2048))
fi
b_start() {
	if [ -n "$limit" ]; then
		(trap '' XFSZ; ulimit -f "$limit"; exec "$T" -d "$W/b/dir" serve) >"$W/b/log" 2>&1 &
		echo $! >"$W/b/pid"
		until_true 20 node_ready b
	else
		node_start b
	fi
}
b_start
sends a b "before the disk is full"; arrives 20 a "$id" received; is $? 0 "on a small disk a warning arrives"
python3 "$here/load.py" issue "$(sock b)" - 4000 >"$W/records" 2>"$W/stderr"; is $? 1 "a node whose disk is full issues nothing more"
is "$(jq '.detail | length > 20' "$W/stderr")" true "and says why"
match "$(jq -r .detail "$W/stderr")" 'disk|full|database|written|store' "$(jq -r .detail "$W/stderr" | cut -c1-150)"
# What the write-ahead log has already taken of the disk may hold a few more; nothing else does.
[ -n "$limit" ] || dd if=/dev/zero of="$W/b/small/filler" bs=4096 2>/dev/null
for n in $(seq 40); do
	sends a b "while the disk is full, $n: $(printf 'x%.0s' $(seq 2000))"; full=$id
	arrives 3 a "$full" received || break
done
is "$(at a show "$full" --json | jq -r '.receipt // "no receipt"')" "no receipt" "what it cannot store gets no receipt"
is "$(delivery a "$full")" waiting "and waits at its sender"
kill -0 "$(cat "$W/b/pid")"; is $? 0 "the node runs on"
run 0 "and answers" at b status
python3 "$here/load.py" list "$(sock b)" out | cut -d' ' -f1 | sort >"$W/held"
sort "$W/records" | comm -23 - "$W/held" >"$W/lost"; is "$(wc -l <"$W/lost")" 0 "nothing is lost of the $(wc -l <"$W/records") that it said it issued"
if [ -z "$limit" ]; then
	rm "$W/b/small/filler"
	mount -o remount,size=64m "$W/b/small"; is $? 0 "the disk gets room again"
else
	node_stop b; limit=""; node_start b; pass "the disk gets room again"
fi
arrives 60 a "$full" received; is $? 0 "then what waited arrives"
run 0 "and it issues again" at b record - <<JSON
{"record.type":"call","text":"room again"}
JSON
node_stop b; is $? 0 "it stops"
run 0 "its log checks from the first entry" at b log check
run 0 "and is accounted for" at b log account

# ---- keys ----
# fails NAME PATTERN: the node does not start, and one sentence says why
fails() {
	timeout 30 setsid -w "$T" -d "$W/b/dir" serve </dev/null >"$W/stdout" 2>"$W/stderr"
	status=$?
	match "$status" '^[1-5]$' "$1: the node does not start"
	is "$(grep -c '^tocsin: ' "$W/stderr")" 1 "$1: one sentence"
	match "$(cat "$W/stderr")" "$2" "$1: $(grep '^tocsin: ' "$W/stderr" | head -1 | sed "s|$W||g" | cut -c1-150)"
}
keys=$W/b/dir/keys
cp -rp "$keys" "$W/keys"
rm "$keys/sign.pem"; fails "a key file is gone" 'sign\.pem'
echo nonsense >"$keys/sign.pem"; fails "a key file is damaged" 'sign\.pem'
cp -p "$W/keys/sign.pem" "$keys/"; rm "$keys/padding.key"; fails "the padding secret is gone" 'padding\.key'
cp -p "$W/keys/padding.key" "$keys/"; chmod 644 "$keys/sign.pem"; fails "a key that others may read" 'sign\.pem|keys'
chmod 600 "$keys/sign.pem"; chmod 755 "$keys"; fails "a keys folder that others may enter" 'keys'
chmod 700 "$keys"
mv "$W/b/dir/tocsin.db" "$W/db"; fails "the database is gone" 'tocsin\.db'
head -c 100000 /dev/urandom >"$W/b/dir/tocsin.db"; chmod 600 "$W/b/dir/tocsin.db"; fails "something else is in the database's place" 'tocsin\.db|database'
cp "$W/db" "$W/b/dir/tocsin.db"
sed -i 's/^tick = .*/tick = often/' "$W/b/dir/tocsin.ini"; fails "a configuration that makes no sense" 'tick'
sed -i 's/^tick = .*/tick = 1/' "$W/b/dir/tocsin.ini"
node_start b 40
fails "a second process on the same folder" 'already|another|runs'
sends a b "after the keys"; arrives 60 a "$id" received; is $? 0 "when all is in its place it works again"
node_stop b

# ---- one bit of the log, and a page of the database ----
cp "$W/b/dir/tocsin.db" "$W/good"
sqlite3 "$W/b/dir/tocsin.db" "update log_origin set tail = cast(x'01' || substr(tail, 2) as blob) where n = 1 and length(tail) > 0" 2>"$W/stderr"
if cmp -s "$W/good" "$W/b/dir/tocsin.db"; then flunk "the log's tail could be changed" "$(cat "$W/stderr")"; fi
at b log check >"$W/stdout" 2>"$W/stderr"; status=$?
match "$status" '^[15]$' "log check finds one changed byte of the log"
match "$(cat "$W/stderr")" 'tocsin: .*(entr|hash|log)' "and says where: $(cut -c1-120 "$W/stderr")"
cp "$W/good" "$W/b/dir/tocsin.db"
pages=$(($(wc -c <"$W/good") / 16384))
dd if=/dev/urandom of="$W/b/dir/tocsin.db" bs=16384 seek=2 count=$((pages - 3)) conv=notrunc 2>/dev/null
"$T" -d "$W/b/dir" log check >"$W/stdout" 2>"$W/stderr"; match "$?" '^[15]$' "damaged pages are found"
match "$(cat "$W/stderr")" 'tocsin: ' "with a sentence: $(sed "s|$W||g" "$W/stderr" | cut -c1-120)"
timeout 20 setsid -w "$T" -d "$W/b/dir" serve </dev/null >"$W/stdout" 2>"$W/stderr"
match "$?" '^[1-5]$' "a node does not run on damaged pages"
match "$(cat "$W/stderr")" '^tocsin: ' "and says so"
cp "$W/good" "$W/b/dir/tocsin.db"; rm -f "$W/b/dir"/tocsin.db-*
node_start b 40
sends a b "after the damage"; arrives 60 a "$id" received; is $? 0 "with the good file it works again"

# ---- a clock that runs backwards ----
must at a clock 2031-03-01T00:00:00Z
must at b clock 2031-03-01T00:00:00Z
sends a b "in the year 2031"; arrives 20 a "$id" received
must at b clock 2026-11-01T00:00:00Z
node_stop b; node_start b 40
until_true 10 alarmed b 'clock ran backwards'; is $? 0 "a clock that ran backwards is an alarm"
match "$(alarms b)" '2026-11-01T.*2031-03-01T' "with both times"
node_stop b

# ---- a passphrase ----
mkdir "$W/p"; echo p.exercise >"$W/p/name"
echo "correct horse" >"$W/phrase"; chmod 600 "$W/phrase"
must "$T" init "$W/p/dir" --name p.exercise --passphrase-file "$W/phrase"
node_set p resume-wait 0
timeout 20 setsid -w "$T" -d "$W/p/dir" serve </dev/null >"$W/stdout" 2>"$W/stderr"; is $? 1 "sealed keys are not opened without their passphrase"
match "$(cat "$W/stderr")" 'TOCSIN_PASSPHRASE_FILE' "and the sentence says where it belongs"
is "$(grep -l 'PRIVATE KEY' "$W/p/dir/keys"/* | wc -l)" 0 "no key is there in the clear"
echo "wrong horse" >"$W/wrong"; chmod 600 "$W/wrong"
TOCSIN_PASSPHRASE_FILE=$W/wrong timeout 20 setsid -w "$T" -d "$W/p/dir" serve </dev/null >"$W/stdout" 2>"$W/stderr"; is $? 1 "nor with a wrong one"
match "$(cat "$W/stderr")" 'passphrase' "which it says"
TOCSIN_PASSPHRASE_FILE=$W/phrase; export TOCSIN_PASSPHRASE_FILE
node_start p; pass "with the right one it runs"
printf "{\"record.type\":\"call\",\"text\":\"x\"}" >"$W/r.json"; run 0 "and signs" at p record "$W/r.json"
done_testing
