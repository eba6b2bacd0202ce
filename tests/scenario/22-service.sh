#!/bin/sh
# What a service manager needs: readiness told on its socket, reload, stop; and what is installed with the program: help and manual page.
. "$(dirname "$0")/lib.sh"
node_make a
python3 - "$W/notify" "$W/heard" <<'PY' &
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
s.settimeout(60)
with open(sys.argv[2], "a", encoding="utf-8") as f:
    while True:
        try:
            f.write(s.recv(4096).decode() + "\n")
        except socket.timeout:
            break
        f.flush()
PY
listener=$!
until_true 10 test -S "$W/notify"
NOTIFY_SOCKET=$W/notify; export NOTIFY_SOCKET
node_start a
unset NOTIFY_SOCKET
until_true 10 grep -q '^READY=1' "$W/heard"; is $? 0 "the service manager is told when it is ready"
kill -HUP "$(cat "$W/a/pid")"; sleep 1
kill -0 "$(cat "$W/a/pid")"; is $? 0 "a hangup is a reload, not the end"
run 0 "and it answers" at a status
node_stop a; is $? 0 "SIGTERM ends it with 0"
kill "$listener" 2>/dev/null
[ ! -e "$W/a/dir/run/tocsin.sock" ]; is $? 0 "its socket is gone"

# ---- the process that holds the keys dies ----
node_start a
node=$(cat "$W/a/pid")
keeper=$(for stat in /proc/[0-9]*/stat; do awk -v p="$node" '$4 == p { print $1 }' "$stat" 2>/dev/null; done | head -1)
[ -n "$keeper" ]; is $? 0 "the keys are in a process of their own"
kill -9 "${keeper:-0}"
ended() { ! kill -0 "$node" 2>/dev/null || [ "$(cut -d' ' -f3 "/proc/$node/stat" 2>/dev/null)" = Z ]; }
until_true 15 ended; is $? 0 "without it the node ends, so that the service manager starts it again"
wait "$node"; is $? 5 "with the status of a node that failed"
match "$(cat "$W/a/log")" 'keeper' "and says why"
rm -f "$W/a/pid"
node_start a 40; pass "it starts again"
printf '{"record.type":"call","text":"x"}\n' >"$W/record.json"
run 0 "and signs" at a record "$W/record.json"

# ---- help and manual page ----
run 0 "help" "$T" help
for command in $(echo "$out" | sed -n 's/^  tocsin \([a-z]*\) .*/\1/p'); do
	"$T" help "$command" >"$W/out" 2>&1; is $? 0 "help $command"
done
[ "$(echo "$out" | grep -c '^  tocsin ')" -ge 20 ]; is $? 0 "every command is listed"
"$T" help --man >"$W/tocsin.1"; is $? 0 "the manual page is made from the same table"
for command in $(echo "$out" | sed -n 's/^  tocsin \([a-z]*\) .*/\1/p'); do grep -q "^.B $command" "$W/tocsin.1" || flunk "$command is not in the manual page"; done
if command -v groff >/dev/null; then
	is "$(groff -man -Tutf8 -ww "$W/tocsin.1" 2>&1 >"$W/page")" "" "groff takes it without a warning"
fi
run 2 "a command that is none is wrong usage" "$T" ring
match "$err" 'no command "ring"' "with a sentence"
run 0 "the version" "$T" --version
unit="$TOCSIN_SOURCE/packaging/tocsin@.service"
if command -v systemd-analyze >/dev/null; then
	sed "s|^ExecStart=/usr/bin/tocsin|ExecStart=$T|; /^Documentation/d" "$unit" >"$W/tocsin@.service"
	is "$(systemd-analyze verify "$W/tocsin@.service" 2>&1 | grep tocsin@ )" "" "systemd takes the unit"
fi
done_testing
