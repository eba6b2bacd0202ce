#!/bin/sh
# The worked example of docs/API.md is taken out of the page and run against a node, block by block; what the page says of rates holds, too.
. "$(dirname "$0")/lib.sh"
nodes a b
meet a b
page="$TOCSIN_SOURCE/docs/API.md"

# ---- the tables ----
lost=$(api a GET /api/v1/operations | jq -r '.items[] | .method + " " + .path' | while IFS= read -r operation; do grep -qF -e "\`$operation\`" -e "\`$operation?" "$page" || echo "$operation"; done)
is "$lost" "" "the page names every operation of the running node"

# ---- the example ----
mkdir "$W/people"
# Each block, as it stands, behind a line that says that it was reached.
awk '/^# Operations/ { exit } /^## / { here = $0 == "## A worked example" } here && /^```$/ { code = 0 } code { print } here && /^```sh$/ { code = 1; print "echo \"@@ block " ++n "\"" }' "$page" >"$W/example.sh"
blocks=$(grep -c '^echo "@@ block' "$W/example.sh")
[ "$blocks" -ge 8 ]; is $? 0 "the page has an example"
[ "$(grep -c curl "$W/example.sh")" -gt 5 ]; is $? 0 "by curl"
NODE="$W/a/dir" DESK="http://127.0.0.1:$(node_desk a)" PARTNER=b.exercise WORK="$W/people" sh "$W/example.sh" >"$W/example.out" 2>"$W/example.err"
status=$?
for block in $(seq "$blocks"); do
	grep -q "^@@ block $block\$" "$W/example.out"; is $? 0 "block $block of the example is reached"
done
is "$status" 0 "and all of it is right"
[ "$status" = 0 ] || sed 's/^/# /' "$W/example.out" "$W/example.err"

# ---- what it left ----
is "$(grep -c '"name":"otto"' "$W/example.out")" 0 "what was refused was not done"
is "$(grep -c 'login again\|not a token' "$W/example.err")" 0 "nobody was thrown out"
match "$(curl -sS -K "$W/people/anna.curl" "http://127.0.0.1:$(node_desk a)/api/v1/whoami")" '"code":"refused"' "a session that was ended is none"
is "$(jq -r '.recipients[0].closed[].name' "$W/people/draft" | grep -c where.place)" 1 "the preview told what would stay closed"
is "$(grep -c 'somebody has changed it meanwhile' "$W/example.out")" 1 "an edit of a version that is none any more was refused"
match "$(cat "$W/example.out")" '"delivery":"(received|witnessed)"' "the warning has its receipt"
is "$(at b list --in --json | jq -r '.items[] | select(.kind == "warning").id' | while read -r w; do at b show "$w" --json | jq -r '.fields[] | select(.name == "where.place" or .name == "source.origin").value'; done)" "Harbour market" "its recipient has what was opened for it, and no more"
match "$(at a log account)" 'accounted|entries' "every entry of its log is accounted for"

# ---- rates ----
must at a policy set api.rate 1
key=$(api a POST /api/v1/login -H 'Content-Type: application/json' -d '{"account":"anna","password":"correct horse battery"}' | jq -r .token)
for i in $(seq 30); do curl -sS -o "$W/answer" -D "$W/head.$i" -w '%{http_code}\n' -H "Authorization: Bearer $key" "http://127.0.0.1:$(node_desk a)/api/v1/whoami"; done >"$W/codes"
is "$(head -10 "$W/codes" | sort -u)" 200 "ten at once are within a rate of one a second"
match "$(cat "$W/codes")" '^429$' "thirty are not"
late=$(grep -n 429 "$W/codes" | head -1 | cut -d: -f1)
curl -sS -H "Authorization: Bearer $key" "http://127.0.0.1:$(node_desk a)/api/v1/whoami?[1-30]" >"$W/answers"
match "$(cat "$W/answers")" '"code":"later","detail":"[^"]*api.rate' "with the rule, and that it may be asked again"
match "$(cat "$W/head.$late")" '^Retry-After: 1' "when to come back is said"
run 0 "the operator is not slowed down" sh -c "for i in \$(seq 30); do curl -sS -f -o /dev/null --unix-socket $W/a/dir/run/tocsin.sock http://localhost/api/v1/status || exit 1; done"
must at a policy set api.rate 0
until_true 5 curl -sS -f -o /dev/null -H "Authorization: Bearer $key" "http://127.0.0.1:$(node_desk a)/api/v1/whoami"; is $? 0 "a rate of nothing is no limit"
done_testing
