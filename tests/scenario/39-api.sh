#!/bin/sh
# The API as a program uses it: the document that describes it, keys for requests that are sent again, versions, errors.
CHECK_API=1
. "$(dirname "$0")/lib.sh"
nodes a b
meet a b

# ---- the document ----
run 0 "the program writes its OpenAPI document" "$T" help --openapi
is "$out" "$(cat "$TOCSIN_SOURCE/docs/openapi.yaml")" "which is the one in docs/"
described=$(python3 -c 'import sys,yaml; d=yaml.safe_load(open(sys.argv[1])); print("\n".join(sorted(m.upper()+" "+p for p,o in d["paths"].items() for m in o)))' "$TOCSIN_SOURCE/docs/openapi.yaml")
is "$described" "$(api a GET /api/v1/operations | jq -r '.items[] | .method + " " + .path' | LC_ALL=C sort)" "it has the operations of the running node, all of them and no other"
for path in /api/v1/status /api/v1/operations /api/v1/card /api/v1/partners /api/v1/partners/b.exercise /api/v1/groups /api/v1/witnesses /api/v1/statements /api/v1/log /api/v1/events / /style.css /metrics; do
	run 0 "GET $path answers" api a GET "$path" -f -o /dev/null
done

# ---- sent again ----
post() { api a POST /api/v1/statements -H 'Content-Type: application/json' "$@"; }
one='{"kind":"warning","to":["b.exercise"],"fields":{"threat.summary":"sent once","handling.tlp":"red"}}'
first=$(post -H 'Idempotency-Key: k-1' -d "$one")
is "$(post -H 'Idempotency-Key: k-1' -d "$one")" "$first" "the same request with the same key gets the same answer"
is "$(api a GET /api/v1/statements | jq '.items | length')" 1 "and is done once"
pids=
for i in 1 2 3 4 5 6 7 8; do
	post -H 'Idempotency-Key: k-2' -d "$one" >"$W/again.$i" &
	pids="$pids $!"
done
wait $pids
is "$(api a GET /api/v1/statements | jq '.items | length')" 2 "eight at once with one key are one"
is "$(cat "$W"/again.* | jq -r 'select(.results) | .results[0].id' | sort -u | wc -l)" 1 "those that are answered get one id"
match "$(post -H 'Idempotency-Key: k-1' -d '{"kind":"warning","to":["b.exercise"],"fields":{"threat.summary":"other","handling.tlp":"red"}}')" 'used for another request' "another request with that key is refused"
match "$(post -H 'Idempotency-Key: a b' -d "$one")" '1 to 128 printable' "a malformed key is refused"
bad='{"kind":"warning","to":["nobody.exercise"],"fields":{"threat.summary":"x","handling.tlp":"red"}}'
match "$(post -H 'Idempotency-Key: k-3' -d "$bad")" 'not a partner' "a failure is told"
is "$(post -H 'Idempotency-Key: k-3' -d "$one" | jq '.results | length')" 1 "and its key may be used again"
node_kill a
node_start a
is "$(post -H 'Idempotency-Key: k-1' -d "$one")" "$first" "a crash does not forget what was answered"
must sqlite3 "$W/a/dir/tocsin.db" "UPDATE repeated SET status = 0, type = 'an earlier run' WHERE key = 'k-1'"
match "$(post -H 'Idempotency-Key: k-1' -d "$one")" 'not known' "a request that the crash cut off is not done twice: that nobody knows is said"
match "$(post -H 'Idempotency-Key: k-1' -d "$one" -o /dev/null -w '%{http_code}')" '^403$' "with a status of its own"

# ---- as it comes ----
last=$(api a GET '/api/v1/events' | jq .last)
api a GET '/api/v1/events/stream' -N >"$W/stream" 2>/dev/null &
stream=$!
sleep 1
post -d "$one" >/dev/null
until_true 10 grep -q 'event: statement issued' "$W/stream"; is $? 0 "who listens hears of a statement as it comes"
kill $stream
match "$(api a GET "/api/v1/events/stream?after=$last" -N -m 2 2>/dev/null | sed -n 1p)" "^id: $((last + 1))\$" "from where one says"
match "$(api a GET "/api/v1/events/stream?after=0" -H "Last-Event-ID: $last" -N -m 2 2>/dev/null | sed -n 1p)" "^id: $((last + 1))\$" "a browser that comes back goes on where it was"
is "$(api a GET "/api/v1/events/stream?after=0" -N -m 2 2>/dev/null | sed -n 's/^data: //p' | jq -c .seq | head -50)" "$(api a GET '/api/v1/events?after=0' | jq -c '.items[].seq' | head -50)" "with the same events as the list"
api a GET '/api/v1/events/stream' -N >"$W/stream" 2>/dev/null &
stream=$!
sleep 0.5
node_stop a; is $? 0 "a node stops while somebody listens"
wait $stream
node_start a

# ---- errors ----
match "$(api a GET /api/v1/nothing)" '"code":"missing"' "what is not there is a problem document"
match "$(api a DELETE /api/v1/status)" 'cannot be done to' "another method is refused"
match "$(post -d '{"kind":"warning","to":["b.exercise"],"fields":{},"extra":1}')" 'no member called extra' "an unknown member is refused by name"
match "$(post -d '{"kind":"warning","kind":"record"}')" 'twice|duplicate' "a member given twice is refused"
match "$(api a GET '/api/v1/statements?limit=0')" 'limit must be a whole number' "a parameter out of its range is refused by name"

# ---- too often ----
account a ann analyst
must at a policy set api.rate 1
status() { api_by a ann GET /api/v1/whoami -o "$W/answer" -D "$W/headers" -w '%{http_code}'; }
n=0
while [ $n -lt 40 ] && [ "$(status)" = 200 ]; do n=$((n + 1)); done
match "$n" '^(9|1[0-9])$' "an account may ask ten times a second's worth at once ($n)"
match "$(cat "$W/answer")" 'api\.rate' "then it is refused by a rule that has a name"
match "$(tr -d '\r' <"$W/headers")" '^Retry-After: 1$' "with the time after which to ask again"
is "$(api a GET /api/v1/whoami -o /dev/null -w '%{http_code}')" 200 "nobody else is"
done_testing
