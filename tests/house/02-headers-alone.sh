#!/bin/sh
# Every header compiles alone, so that nobody depends on the order of includes. TAP.
set -u
cd "${TOCSIN_SOURCE:-.}" || exit 1
alone() { printf '#include "%s"\nextern int nothing;\n' "$1" | ${CC:-cc} -std=gnu17 -D_GNU_SOURCE -DTOCSIN_VERSION='""' -Wall -Wextra -Werror -fsyntax-only -x c -I"$2" - 2>&1; }
n=0
for header in $(cd src && ls ./*/*.h | sed 's|^\./||'); do
	n=$((n + 1))
	if out=$(alone "$header" src); then echo "ok $n - $header compiles alone"; else echo "not ok $n - $header compiles alone"; echo "$out" | sed 's/^/# /'; fi
done
bad=$(mktemp -d)
mkdir "$bad/base"
echo 'void f(size_t n);' >"$bad/base/bad.h"
n=$((n + 1))
if alone base/bad.h "$bad" >/dev/null; then echo "not ok $n - a header that needs another is found out"; else echo "ok $n - a header that needs another is found out"; fi
rm -rf "$bad"
echo "1..$n"
