#!/bin/sh
# The notification command: run once for what happened, without content, and not trusted to work.
. "$(dirname "$0")/lib.sh"
node_make a; node_make b
cat >"$W/notify.sh" <<SH
#!/bin/sh
{ echo "== \$TOCSIN_EVENT \$TOCSIN_KIND \$TOCSIN_FROM \$TOCSIN_ID"; env; echo "args: \$*"; } >>"$W/told"
[ ! -f "$W/fail" ]
SH
chmod 755 "$W/notify.sh"
touch "$W/told"
node_set b command "$W/notify.sh" notify
node_start a; node_start b
meet a b
SECRET_OF_THE_NODE=1 at a status >/dev/null
told() { grep -c "^== $1" "$W/told"; }
told_of() { [ "$(grep -c "^== .* $1\$" "$W/told")" -ge "${2:-1}" ]; }

sends a b "MARKER-IN-THE-CONTENT" ',"urgency":"imminent"'; first=$id
until_true 10 told_of "$first"; is $? 0 "the command is run when a warning arrives"
match "$(grep "$first" "$W/told" | head -1)" "^== warning accepted warning a\.exercise $first\$" "with event, kind, sender and id"
sleep 1
is "$(grep -c MARKER "$W/told")" 0 "without content"
is "$(grep -cE 'Harbour|fisherman|Close the gate' "$W/told")" 0 "none of it"
is "$(sed -n 's/^\([A-Za-z_]*\)=.*/\1/p' "$W/told" | grep -vE '^(TOCSIN_(EVENT|ID|KIND|FROM|URGENCY|SUBJECT)|PATH|LANG|PWD|SHLVL|_|OLDPWD|LC_ALL)$' | sort -u)" "" "nothing of the node's environment is in its own"
is "$(grep -c '^args: $' "$W/told")" "$(grep -c '^args:' "$W/told")" "nothing is on its command line"
is "$(grep -c "^== .* $first\$" "$W/told")" 1 "once"

# ---- a restart ----
before=$(grep -c '^==' "$W/told")
node_stop b; node_start b
sleep 2
is "$(grep -c "^== .* $first\$" "$W/told")" 1 "not again after a restart"
sends a b "the second"; second=$id
until_true 10 told_of "$second"; is $? 0 "what comes after it is told"
node_stop b
sends a b "while b is down"; third=$id
node_start b
until_true 60 told_of "$third"; is $? 0 "and what waited at its sender"
until_true 10 sh -c "[ \"\$($T -d $W/b/dir status --json | jq .counters.notified)\" -ge 1 ]"; is $? 0 "status counts them"

# ---- a command that fails ----
touch "$W/fail"
sends a b "which fails"; fourth=$id
until_true 20 told_of "$fourth" 2; is $? 0 "a command that fails is run a second time"
until_true 20 alarmed b 'notifications? failed'; is $? 0 "then it is an alarm"
sleep 2
is "$(grep -c "^== .* $fourth\$" "$W/told")" 2 "and not run for ever"
match "$(cat "$W/b/log")" 'notif' "the log says so"
rm "$W/fail"
sends a b "which works again"; until_true 20 told_of "$id"; is $? 0 "the next one is told"
is "$(entries b --in)" 5 "all are there, told or not"

# ---- one that hangs, one that is not there ----
node_stop b
printf '#!/bin/sh\necho "hangs $TOCSIN_ID" >>%s\nexec sleep 317\n' "$W/told" >"$W/notify.sh"
node_start b
sends a b "while the command hangs"; arrives 20 a "$id" received; is $? 0 "a command that hangs does not hold up receipts"
until_true 10 grep -q "hangs $id" "$W/told"; is $? 0 "it was run"
started=$(date +%s); node_stop b; is $? 0 "the node stops all the same"
[ $(($(date +%s) - started)) -lt 20 ]; is $? 0 "soon"
is "$(pgrep -fc "^sleep 317\$" 2>/dev/null || true)" 0 "and leaves nothing behind"
rm "$W/notify.sh"
timeout 20 setsid -w "$T" -d "$W/b/dir" serve </dev/null >"$W/stdout" 2>"$W/stderr" &
echo $! >"$W/b/pid"
until_true 15 node_ready b
if [ "$(at b status --json 2>/dev/null | jq .ready)" = true ]; then
	sends a b "without a command"; until_true 15 alarmed b 'notifications? failed'; is $? 0 "a command that is not there is an alarm"
else
	match "$(cat "$W/stderr")" 'command' "a command that is not there is told at the start"
fi
done_testing
