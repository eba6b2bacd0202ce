#!/bin/sh
# The limits that docs/PROTOCOL.md states are those of src/base/limits.h, and the README of the vectors names each. TAP.
set -u
cd "${TOCSIN_SOURCE:-.}" || exit 1
n=0
point() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
# "NAME value", sorted: of the table, and of the header, whose values the preprocessor and the shell work out
stated() { sed -n 's/^| `\(LIMIT_[A-Z_]*\)` | \([0-9]*\) |.*/\1 \2/p' "$1" | sort; }
defined() {
	sed -n 's/^#define \(LIMIT_[A-Z_]*\)  *\(([^)]*)\|[0-9]*\).*/\1 \2/p' "$1" | while read -r name value; do
		echo "$name $(($(echo "$value" | tr -d u)))"
	done | sort
}
agree() {
	stated "$1" >"$work/stated"
	defined src/base/limits.h >"$work/defined"
	diff "$work/stated" "$work/defined" >"$work/diff"
}

agree docs/PROTOCOL.md; point $? "PROTOCOL, section 10, states every limit as it is"
sed 's/^/# /' "$work/diff"
[ "$(wc -l <"$work/stated")" -ge 20 ]; point $? "there are limits at all"
sed 's/| `LIMIT_LINE` | 65536/| `LIMIT_LINE` | 65537/' docs/PROTOCOL.md >"$work/spoilt"
! agree "$work/spoilt"; point $? "another number is found out"
sed '/`LIMIT_LINE`/d' docs/PROTOCOL.md >"$work/spoilt"
! agree "$work/spoilt"; point $? "a limit that is missing is found out"

lost=$(for file in tests/vectors/*.json; do
	grep -q "^| \`$(basename "$file")\` |" tests/vectors/README.md || echo "$file"
done)
[ -z "$lost" ]; point $? "the README of the vectors names each file"
[ -z "$lost" ] || echo "$lost" | sed 's/^/# /'
echo "1..$n"
