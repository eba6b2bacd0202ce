#!/bin/sh
# Fails where an include runs the wrong way (docs/ARCHITECTURE.md). TAP.
set -u
cd "${TOCSIN_SOURCE:-.}" || exit 1

# check ROOT: every wrong include below ROOT, as "FILE: why".
check() {
	(cd "$1" && grep -rn --include='*.c' --include='*.h' '^#include "' . ) | awk -F'[:"]' '
	BEGIN {
		n = split("base net proof seal keeper domain store desk exchange publish api serve node commands", order, " ")
		for (i = 1; i <= n; i++) place[order[i]] = i
		# net knows no keys of ours and no database; proof, seal and domain are pure: they and net do not know each other.
		split("proof seal domain", pure, " ")
		for (i in pure) is_pure[pure[i]] = 1
	}
	{
		file = $1; sub(/^\.\//, "", file); from = file; sub(/\/.*/, "", from)
		to = $4; whole = to; sub(/\/.*/, "", to)
		if (whole !~ /\//) next
		if (!(from in place)) { print file ": " from " is no folder of the house"; next }
		if (!(to in place)) { print file ": " whole " is in no folder of the house"; next }
		if (place[to] > place[from]) print file ": " from " may not use " to " (" whole ")"
		if (from in is_pure && to == "net" || from == "net" && to in is_pure) print file ": net and " from to " may not know each other (" whole ")"
		if (from == "proof" && to != "base" && to != "proof") print file ": proof may use base only (" whole ")"
		if (from == "seal" && to == "keeper") print file ": seal may not use keeper"
		if (from == "domain" && (to == "keeper" || to == "seal")) print file ": domain may use base and proof only (" whole ")"
		if (file == "commands/verify.c" && (to == "store" || to == "keeper" || to == "node" || to == "net")) print file ": verify uses neither store nor keeper nor network (" whole ")"
	}'
}

# Pure folders do no I/O: no file, socket, process, clock or terminal.
impure() {
	(cd "$1" && grep -nE '\b(open|openat|fopen|socket|connect|send|recv|write|read|fork|execv[ep]*|unlink|rename|printf|fprintf|puts|clock_now|clock_mono|time|getenv)\(' \
		proof/*.c seal/*.c domain/*.c 2>/dev/null) | grep -v 'read(arg\|buf_printf(\|snprintf(\|age_reader\|_read(\|^[^:]*:[0-9]*:[ 	]*\*' | grep -v '//'
}

# Files that may use view_node().
viewers() {
	(cd "$1" && grep -ln 'view_node()' ./*/*.c 2>/dev/null) | sed 's|^\./||' | grep -vE '^(desk/access|desk/forget_do|desk/lead|exchange/[a-z_]+|publish/evidence|serve/log)\.c$'
}

n=0
point() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

found=$(check src)
[ -z "$found" ]; point $? "no include runs against the order of folders"
[ -z "$found" ] || echo "$found" | sed 's/^/# /'
found=$(impure src)
[ -z "$found" ]; point $? "proof, seal and domain do no input or output"
[ -z "$found" ] || echo "$found" | sed 's/^/# /'
found=$(viewers src)
[ -z "$found" ]; point $? "only intake, courier and log read without a person's view"
[ -z "$found" ] || echo "$found" | sed 's/^/# /'

# The rules themselves: a house where each of them is broken once.
bad=$(mktemp -d)
mkdir -p "$bad/base" "$bad/net" "$bad/proof" "$bad/store" "$bad/desk" "$bad/commands"
echo '#include "store/store.h"' >"$bad/base/a.c"
echo '#include "proof/note.h"' >"$bad/net/a.c"
echo '#include "keeper/keeper.h"' >"$bad/commands/verify.c"
echo '#include "attic/a.h"' >"$bad/store/a.c"
echo 'int a(void) { return open("x", 0); }' >"$bad/proof/a.c"
echo 'const void *a(void) { return view_node(); }' >"$bad/desk/a.c"
[ "$(check "$bad" | cut -d: -f1 | sort -u | wc -l)" = 4 ] && [ -n "$(impure "$bad")" ] && [ -n "$(viewers "$bad")" ]
point $? "a house with each rule broken is found out"
rm -rf "$bad"
echo "1..$n"
