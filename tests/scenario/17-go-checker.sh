#!/bin/sh
# A live node's log, read by another implementation: golang.org/x/mod/sumdb.
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0")
export GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS= GOCACHE="$W/go-cache" GOTOOLCHAIN=local CGO_ENABLED=0
run 0 "the checker compiles" go build -o "$W/checker" "$TOCSIN_SOURCE/tests/go/main.go"
nodes a w
meet a w
witnessed_by a w
at a card >"$W/a/card"
vkey=$(sed -n 's/^log //p' "$W/a/card")
url=http://127.0.0.1:$(node_port a)
published() { [ "$(at a log status --json | jq '.published_size')" -ge "$1" ]; }
python3 "$here/load.py" issue "$W/a/dir/run/tocsin.sock" - 5 >/dev/null
until_true 20 published 16
run 0 "a small log" "$W/checker" "$url" "$vkey"
match "$out" 'inclusion: 16 entries' "every entry of it"
curl -s "$url/log/checkpoint" >"$W/earlier"
python3 "$here/load.py" issue "$W/a/dir/run/tocsin.sock" - 700 >"$W/ids"
until_true 30 published 704; is $? 0 "the log grows over two full tiles and a part of one"
run 0 "a large one" "$W/checker" "$url" "$vkey" "$W/earlier"
match "$out" 'inclusion: 7[0-9][0-9] entries' "every entry of it"
match "$out" 'consistency: 16 grew to 7' "and it grew from the small one"
until_true 20 sh -c "[ \"\$(curl -s $url/log/checkpoint | grep -c '^— ')\" = 2 ]"; is $? 0 "the checkpoint bears the cosignature of its witness"
run 0 "which readers that do not know it leave alone" "$W/checker" "$url" "$vkey" "$W/earlier"
# A statement's entry is in the log, and nobody who does not have its id can tell: the entry is a hash of it.
id=$(head -1 "$W/ids")
entry=$(printf 'tocsin-exercise/v1 issued %s' "$id" | sha256sum | cut -c1-64)
size=$(at a log status --json | jq .published_size)
for tile in 000 001 "002.p/$((size - 512))"; do curl -s "$url/log/tile/entries/$tile"; done >"$W/entries"
is "$(grep -aoc "$entry" "$W/entries")" 1 "whoever has the id finds the entry"
is "$(grep -ac "$id" "$W/entries")" 0 "and nobody else"
is "$(curl -s -o /dev/null -w '%{http_code}' "$url/log/tile/entries/002.p/$((size - 512 + 1))")" 404 "nothing beyond the published size is served"
# The checker does refuse what is wrong.
sed -e '2s/.*/16/' -e '3{s/^A/B/;t' -e 's/^./A/}' "$W/earlier" >"$W/changed"
run 1 "a changed checkpoint is refused by it" "$W/checker" "$url" "$vkey" "$W/changed"
at w card >"$W/w/card"
run 1 "another node's key does not open it" "$W/checker" "$url" "$(sed -n 's/^log //p' "$W/w/card")"
done_testing
