#!/bin/sh
# Banned calls, marks that were left behind, paths of one machine, lines too long to read. TAP.
set -u
cd "${TOCSIN_SOURCE:-.}" || exit 1
n=0
point() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
none() {
	[ -z "$2" ]; point $? "$1"
	[ -z "$2" ] || echo "$2" | head -20 | sed 's/^/# /'
}

# A banned call is a compile error, because base/banned.h is included by everybody.
for call in 'strcpy(a, b)' 'strcat(a, b)' 'sprintf(a, b)' 'strtok(a, b)' 'atoi(a)' 'gets(a)' 'system(a)' 'rand()' 'alloca(1)' 'popen(a, b)' 'gmtime(0)'; do
	printf '#include "base/err.h"\nint f(char *a, char *b);\nint f(char *a, char *b) { (void)a; (void)b; (void)%s; return 0; }\n' "$call" |
		${CC:-cc} -std=gnu17 -D_GNU_SOURCE -w -fsyntax-only -x c -Isrc - >/dev/null 2>&1
	[ $? != 0 ]; point $? "$call does not compile"
done
printf '#include "base/err.h"\nint f(char *a);\nint f(char *a) { return snprintf(a, 1, "x"); }\n' | ${CC:-cc} -std=gnu17 -D_GNU_SOURCE -fsyntax-only -x c -Isrc - >/dev/null 2>&1
point $? "what is not banned compiles"
missing=$(grep -L '^#include "[a-z]*/[a-z0-9_]*\.h"' src/*/*.c)
none "every source includes something of the house, and with it the ban" "$missing"

tree() { git ls-files "$@" 2>/dev/null || find "$@" -type f; }
mark1=TO; mark2=FIX; mark3=XX
none "no marks are left behind" "$(tree src console bench examples packaging | grep -E '\.(c|h|ts|tsx|py|sh)$' | xargs grep -nE "\b(${mark1}DO|${mark2}ME|${mark3}X)\b" 2>/dev/null)"
none "no paths of one machine" "$(tree . | grep -vE '^tests/house/|\.(note|cards|tlog-proof)$' | xargs grep -nIE '/(home|Users|work|farm)/[a-z]' 2>/dev/null)"
none "no source line is longer than 200 columns" "$(tree src | grep -E '\.(c|h)$' | xargs awk 'length($0) > 200 { print FILENAME ":" FNR }')"
none "no source is longer than 700 lines" "$(tree src | grep -E '\.c$' | xargs wc -l | awk '$2 != "total" && $1 > 700')"
echo "1..$n"
