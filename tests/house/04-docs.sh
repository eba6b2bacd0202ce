#!/bin/sh
# What the documents name is there: files, folders, commands. TAP.
set -u
cd "${TOCSIN_SOURCE:-.}" || exit 1
n=0
point() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
# names FILE: the paths between backticks that look like files or folders of the tree, without functions and placeholders.
names() { grep -o '`[a-zA-Z0-9_.][a-zA-Z0-9_./-]*`' "$1" | tr -d '`' | grep -E '^(src|tests|bench|docs|examples|packaging|console|base|net|proof|seal|keeper|domain|store|desk|exchange|publish|api|serve|node|commands)/[a-zA-Z0-9_./-]+' | sort -u; }
there() { [ -e "$1" ] || [ -e "src/$1" ] || [ -e "src/$1.c" ]; }
for doc in README.md CHANGELOG.md SECURITY.md docs/*.md; do
	lost=$(names "$doc" | while read -r name; do there "$name" || echo "$name"; done)
	[ -f "$doc" ] && [ -z "$lost" ]; point $? "$doc names only what is there"
	[ -z "$lost" ] || echo "$lost" | sed 's/^/# /'
done
# docs/FLOW.md names functions: each must be defined in the file that it names.
lost=$(grep -oE '`[a-z_]+\(\)` \(`[a-z]+/[a-z_]+\.c`\)' docs/FLOW.md | tr -d '`()' | while read -r function file; do grep -q "\b$function(" "src/$file" 2>/dev/null || echo "$function in $file"; done)
[ -z "$lost" ]; point $? "docs/FLOW.md names functions where they are"
[ -z "$lost" ] || echo "$lost" | sed 's/^/# /'
there src/nowhere/at_all; [ $? != 0 ]; point $? "a file that is not there is found out"
echo "1..$n"
