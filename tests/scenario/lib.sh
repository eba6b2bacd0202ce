# lib: what the scenarios share. A scenario sources it, makes nodes with node_make, asserts with is/match/run, and ends with done_testing.
# Every node is a real process on loopback, in the exercise realm unless the scenario says otherwise. TAP on standard output.
set -u
: "${TOCSIN_PROGRAM:?the program to test}" "${TOCSIN_SOURCE:?the tree}"
T=$TOCSIN_PROGRAM
W=$(mktemp -d "${TMPDIR:-/tmp}/tocsin-scenario.XXXXXX") || exit 1
tap_n=0
failed=0
export ASAN_OPTIONS="${ASAN_OPTIONS:-abort_on_error=0:exitcode=99}" UBSAN_OPTIONS="${UBSAN_OPTIONS:-halt_on_error=1:exitcode=99:print_stacktrace=1}"

cleanup() {
	local pid p i log
	for pid in "$W"/*/pid; do
		[ -f "$pid" ] && kill "$(cat "$pid")" 2>/dev/null
	done
	for pid in "$W"/*/pid; do
		[ -f "$pid" ] || continue
		p=$(cat "$pid")
		i=0
		while kill -0 "$p" 2>/dev/null && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
		kill -9 "$p" 2>/dev/null
	done
	[ -n "${KEEP:-}" ] && [ "$failed" != 0 ] && { echo "# kept: $W"; return; }
	[ -f "$W/ports-lock" ] && rm -rf "$(cat "$W/ports-lock")"
	for p in "$W"/*/mounted; do [ -f "$p" ] && umount "$(cat "$p")"; done
	rm -rf "$W"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

pass() { tap_n=$((tap_n + 1)); echo "ok $tap_n - $1"; }
flunk() {
	local line
	tap_n=$((tap_n + 1))
	failed=$((failed + 1))
	echo "not ok $tap_n - $1"
	shift
	for line in "$@"; do echo "$line" | head -40 | sed 's/^/# /'; done
}
# is GOT WANTED NAME
is() { if [ "$1" = "$2" ]; then pass "$3"; else flunk "$3" "got: $1" "wanted: $2"; fi; }
# match TEXT PATTERN NAME: an extended regular expression
match() { if printf '%s\n' "$1" | grep -qE -- "$2"; then pass "$3"; else flunk "$3" "got: $1" "wanted: /$2/"; fi; }
# run STATUS NAME COMMAND...: the exit status; standard output in $out, standard error in $err
run() {
	local wanted=$1 name=$2
	shift 2
	out=$("$@" 2>"$W/stderr") ; status=$?
	err=$(cat "$W/stderr")
	if [ "$status" = "$wanted" ]; then pass "$name"; else flunk "$name" "status $status, wanted $wanted" "$out" "$err"; fi
}
# must COMMAND...: a step that is not itself tested; the scenario ends when it fails
must() {
	"$@" >"$W/must" 2>&1 || { echo "Bail out! $*: $(tail -5 "$W/must" | tr '\n' ' ')"; failed=1; exit 1; }
}
# until_true SECONDS COMMAND...
until_true() {
	local end=$(($(date +%s) + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$end" ] || return 1
		sleep 0.1
	done
}
done_testing() {
	local log
	for log in "$W"/*/log; do
		if grep -qE 'AddressSanitizer|runtime error:|LeakSanitizer|ThreadSanitizer' "$log" 2>/dev/null; then
			flunk "no sanitizer report in $(basename "$(dirname "$log")")" "$(grep -E -A12 'AddressSanitizer|runtime error:|LeakSanitizer|ThreadSanitizer' "$log" | head -30)"
		fi
	done
	if [ -n "${CHECK_API:-}" ]; then
		is "$(sort -u "$W/api-faults" 2>/dev/null | head -20)" "" "all that passed over the API is as docs/openapi.yaml says"
	fi
	echo "1..$tap_n"
	[ "$failed" = 0 ]
	exit $?
}

# Ports come from a block of 64 that this scenario alone has while it runs, so that none that runs beside it takes one of a node that is just
# starting again. Below the range from which the kernel takes ports for outgoing connections, so that none of those is in the way later.
ports_claim() {
	local block lock
	while :; do
		block=$((10240 + 64 * ($(od -An -N2 -tu2 /dev/urandom) % 340)))
		lock="${TMPDIR:-/tmp}/tocsin-ports.$block"
		if mkdir "$lock" 2>/dev/null; then break; fi
		# Somebody who is gone has left it.
		[ -f "$lock/pid" ] && ! kill -0 "$(cat "$lock/pid")" 2>/dev/null && rm -rf "$lock"
	done
	echo $$ >"$lock/pid"
	echo "$lock" >"$W/ports-lock"
	seq "$block" $((block + 63)) >"$W/ports"
}
# free_ports N: N of them on which nobody listens.
free_ports() {
	[ -f "$W/ports" ] || ports_claim
	python3 -c 'import socket, sys
path, found = sys.argv[2], []
ports = open(path).read().split()
while len(found) < int(sys.argv[1]):
    port, s = ports.pop(0), socket.socket()
    try:
        s.bind(("127.0.0.1", int(port)))
        found.append(port)
    except OSError:
        pass
    s.close()
open(path, "w").write("\n".join(ports))
print(*found)' "$1" "$W/ports"
}

# node_make SHORT [NAME]: a node in $W/SHORT with a fast tick; its folder in $W/SHORT/dir. Nothing runs yet.
node_make() {
	mkdir -p "$W/$1"
	set -- "$1" "${2:-$1.exercise}" $(free_ports 2)
	echo "$2" >"$W/$1/name"
	echo "$3" >"$W/$1/port"
	echo "$4" >"$W/$1/desk"
	must "$(program "$1")" init "$W/$1/dir" --name "$2" --exchange "127.0.0.1:$3" --desk "127.0.0.1:$4" --url "http://127.0.0.1:$3"
	node_set "$1" tick 1
	node_set "$1" retry 1
	node_set "$1" resume-wait 1
}
# node_set SHORT KEY VALUE [SECTION]: a key of [exchange], or of another section, in its configuration
node_set() {
	sed -i -e "/^\[${4:-exchange}\]/,/^\[/{/^;*$2 *=/d}" -e "s|^\[${4:-exchange}\]\$|[${4:-exchange}]\n$2 = $3|" "$W/$1/dir/tocsin.ini"
}
node_name() { cat "$W/$1/name"; }
node_port() { cat "$W/$1/port"; }
node_desk() { cat "$W/$1/desk"; }
# at SHORT COMMAND...: a command of that node
at() {
	local short=$1
	shift
	"$T" -d "$W/$short/dir" "$@"
}
# The program that the node runs: its own when the scenario has written one down.
program() { cat "$W/$1/program" 2>/dev/null || echo "$T"; }
node_ready() { [ "$(at "$1" status --json 2>/dev/null | jq .ready)" = true ]; }
node_start() {
	"$(program "$1")" -d "$W/$1/dir" serve >>"$W/$1/log" 2>&1 &
	echo $! >"$W/$1/pid"
	until_true "${2:-20}" node_ready "$1" || { echo "Bail out! $1 does not get ready: $(tail -3 "$W/$1/log" | tr '\n' ' ')"; failed=1; exit 1; }
	[ -z "${CHECK_API:-}" ] || node_checked "$1"
}
# node_checked SHORT: from now on all that passes over its socket is held against docs/openapi.yaml (done_testing tells).
node_checked() {
	local run="$W/$1/dir/run"
	mkdir -p "$W/$1.checked"
	[ -f "$W/$1.checked/pid" ] && kill "$(cat "$W/$1.checked/pid")" 2>/dev/null
	mv "$run/tocsin.sock" "$run/real.sock"
	python3 "$TOCSIN_SOURCE/tests/scenario/checked_api.py" "$TOCSIN_SOURCE/docs/openapi.yaml" "$run/tocsin.sock" "$run/real.sock" "$W/api-faults" ${TOCSIN_API_COVERED:-} 2>>"$W/$1.checked/log" &
	echo $! >"$W/$1.checked/pid"
	until_true 60 test -S "$run/tocsin.sock" || { echo "Bail out! the API's checker does not start: $(tail -3 "$W/$1.checked/log" | tr '\n' ' ')"; failed=1; exit 1; }
}
node_stop() {
	kill "$(cat "$W/$1/pid")" 2>/dev/null
	wait "$(cat "$W/$1/pid")" 2>/dev/null
	stopped=$?
	rm -f "$W/$1/pid"
	return $stopped
}
node_kill() {
	kill -9 "$(cat "$W/$1/pid")" 2>/dev/null
	wait "$(cat "$W/$1/pid")" 2>/dev/null
	rm -f "$W/$1/pid"
}
# meet A B: each takes the other's card and confirms it
meet() {
	at "$1" card >"$W/$1/card"
	at "$2" card >"$W/$2/card"
	must at "$1" partner add "$W/$2/card"
	must at "$2" partner add "$W/$1/card"
	must at "$1" partner confirm "$(node_name "$2")" --safety "$(at "$1" partner show "$(node_name "$2")" --json | jq -r .safety)"
	must at "$2" partner confirm "$(node_name "$1")" --safety "$(at "$2" partner show "$(node_name "$1")" --json | jq -r .safety)"
}
# witnessed_by NODE W...: NODE asks them to cosign
witnessed_by() {
	local node=$1 w
	shift
	for w; do must at "$node" witness add "$(node_name "$w")"; done
}
# meet_all A B C...: everybody meets everybody
meet_all() {
	local first other
	while [ $# -gt 1 ]; do
		first=$1
		shift
		for other in "$@"; do meet "$first" "$other"; done
	done
}
# nodes A B...: makes and starts them
nodes() {
	local short
	for short in "$@"; do node_make "$short"; done
	for short in "$@"; do node_start "$short"; done
}
# warning FILE SUMMARY [MORE JSON MEMBERS]
warning() {
	printf '{"threat.summary":"%s","handling.tlp":"red","threat.harm":"death","where.place":"Harbour gate 4","source.origin":"a fisherman","advice":"Close the gate."%s}\n' "$2" "${3:-}" >"$1"
}
delivery() { at "$1" show "$2" --json | jq -r .delivery; }
delivered() { [ "$(delivery "$1" "$2")" = "$3" ]; }
holds() { at "$1" show "$2" >/dev/null 2>&1; }
arrives() { until_true "$1" delivered "$2" "$3" "$4"; }
# sends FROM TO SUMMARY [MORE JSON]: a warning; its id in $id; does not wait for the receipt
sends() {
	warning "$W/sends.json" "$3" "${4:-}"
	id=$(at "$1" warn --to "$(node_name "$2")" "$W/sends.json" 2>"$W/stderr" | cut -d' ' -f1)
	[ ${#id} = 64 ] || { echo "Bail out! $1 cannot warn $2: $(cat "$W/stderr")"; failed=1; exit 1; }
}
# asks SHORT FILTER: what jq makes of its status
asks() { at "$1" status --json | jq -r "$2"; }
# partner_of SHORT OTHER FILTER: of what status says about a partner
partner_of() { asks "$1" ".partners[] | select(.name == \"$(node_name "$2")\") | $3"; }
alarms() { asks "$1" '.alarms[] | .sentence'; }
alarmed() { alarms "$1" | grep -qE -- "$2"; }
# api SHORT METHOD PATH [CURL ARGUMENTS...]: an operation over the node's socket
api() {
	local short=$1 method=$2 path=$3
	shift 3
	curl -sS --max-time 30 --unix-socket "$W/$short/dir/run/tocsin.sock" -X "$method" "$@" "http://localhost$path"
}
entries() { at "$1" list "$2" --limit 1000 --json | jq '.items | length'; }

# account SHORT NAME ROLE,... [OPTIONS]: an account, logged in: its token in $W/SHORT/NAME.token
account() {
	local short=$1 name=$2 roles=$3
	shift 3
	(umask 077 && echo "four tides at the harbour" >"$W/$short/$name.password")
	must at "$short" account add "$name" --role "$roles" --password-file "$W/$short/$name.password" "$@"
	rm -f "$W/$short/$name.token"
	must at "$short" login "$name" --password-file "$W/$short/$name.password" --save "$W/$short/$name.token"
}
# by SHORT NAME COMMAND...: a command of that node, asked by that account
by() {
	local short=$1 token="$W/$1/$2.token"
	shift 2
	at "$short" --token-file "$token" "$@"
}
# api_by SHORT NAME METHOD PATH [CURL ARGUMENTS...]
api_by() {
	local short=$1 token="$W/$1/$2.token"
	shift 2
	api "$short" "$@" -H "Authorization: Bearer $(cat "$token")"
}
