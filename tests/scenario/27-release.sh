#!/bin/sh
# A draft, three tear-lines, two people: what each recipient sees, who may not release, and what leaves bears no names.
. "$(dirname "$0")/lib.sh"
nodes a b c d
meet a b; meet a c; meet a d

# ---- people ----
person() {
	printf 'correct horse battery staple\n' >"$W/$1.password"; chmod 600 "$W/$1.password"
	must at a account add "$1" --role "$2" --unit desk --function "$3" --password-file "$W/$1.password"
	must at a login "$1" --password-file "$W/$1.password" --save "$W/$1.token"
}
as() { local who=$1; shift; at a --token-file "$W/$who.token" "$@"; }
# call WHO METHOD PATH [BODY]: the API, in $out with its status in $status
call() {
	out=$(api a "$2" "/api/v1$3" -H "Authorization: Bearer $(cat "$W/$1.token")" -H 'Content-Type: application/json' ${5:+-H "$5"} -o "$W/answer" -w '%{http_code}' ${4:+-d "$4"})
	status=$out; out=$(cat "$W/answer")
}
must at a unit add desk "the desk"
person zanna-vogelsang analyst "analyst"
person rolf-umlauf releasing-officer "releasing officer"
person doris-quandt duty-officer "duty officer"
person inge-jahn inspector "inspector"
person lea-xanten liaison "liaison"

# ---- three calls: a warning typed in JSON, released on three tear-lines ----
cat >"$W/draft.json" <<'J'
{"kind":"warning",
 "fields":{"threat.summary":"Three men plan to shoot at the concert hall.","threat.harm":["death"],"threat.actor":"Amaq-Wilayat-7731","target.kind":["venue"],"where.place":"Concert hall, Krasnogorsk",
  "when.until":"2031-03-24T00:00:00Z","source.origin":"intercept Q-99812-bravo","source.method":"satellite telephone","handling.tlp":"amber","advice":"Close the hall."},
 "markings":{"threat.actor":{"tlp":"red"}},
 "audiences":[{"to":["b.exercise"],"open":["source.origin"]},{"to":["c.exercise"]},{"to":["d.exercise"],"close":["where.place","threat.actor"]}],
 "public":{"reason":"the police are there"},
 "determination":{"credible":"yes","specific":"yes","impending":"yes","harm":"yes"},
 "propose":true}
J
run 0 "the command keeps what the file says of proposing" as zanna-vogelsang draft add "$W/draft.json" --json
is "$(echo "$out" | jq -r .state)" proposed "and it is proposed"
must as zanna-vogelsang draft withdraw "$(echo "$out" | jq -r .id)" --reason "once more by the API"
call zanna-vogelsang POST /drafts "$(cat "$W/draft.json")"
is "$status" 200 "the first call: an analyst drafts, determines and proposes"
id=$(echo "$out" | jq -r .id)
is "$(echo "$out" | jq -r '.state, .refused, .two_people, .determination.result' | tr '\n' ' ')" "proposed null true met " "which is proposed, needs two people, and there is a duty to warn"
see() { echo "$out" | jq -r ".recipients[] | select(.to == \"$1.exercise\") | .open[] | select(.name == \"$2\") | .words"; }
is "$(see b source.origin)" "intercept Q-99812-bravo" "the preview shows what is open to one"
is "$(see c source.origin)" "" "and closed to another"
is "$(see d where.place)" "" "and what its author closed"
is "$(echo "$out" | jq -r '.audiences[] | select(.name == "where.place") | (.open | join(",")) + " | " + (.closed | join(","))')" "b.exercise,c.exercise | d.exercise" "and the difference between the audiences"
match "$(echo "$out" | jq -r '.recipients[0].says')" 'show every open line to anybody' "and that proof cuts both ways"
call zanna-vogelsang POST "/drafts/$id/release" '{"version":1}'
is "$status" 403 "its author has not the role to release it"
call rolf-umlauf GET "/drafts/$id"
is "$(echo "$out" | jq -r .version)" 1 "the second call: a second person looks at it"
call rolf-umlauf POST "/drafts/$id/release" '{"version":1}'
is "$status" 200 "the third call: and releases it"
[ "$status" = 200 ] || echo "# $out"
is "$(echo "$out" | jq -r '.state, (.released | length)' | tr '\n' ' ')" "released 3 " "three statements have left"
statement() { echo "$out" | jq -r ".released[] | select(.to == \"$1.exercise\").id"; }
released=$out
got() { at "$1" show "$(out=$released statement "$1")" --json | jq -r ".fields[] | select(.name == \"$2\").value"; }
for n in b c d; do arrives 20 a "$(out=$released statement $n)" received; done
is "$(got b threat.summary), $(got c threat.summary), $(got d threat.summary)" "Three men plan to shoot at the concert hall., Three men plan to shoot at the concert hall., Three men plan to shoot at the concert hall." "each got what it is about"
is "$(got b source.origin)|$(got c source.origin)|$(got d source.origin)" "intercept Q-99812-bravo||" "one got the source"
is "$(got b where.place)|$(got c where.place)|$(got d where.place)" "Concert hall, Krasnogorsk|Concert hall, Krasnogorsk|" "two got the place"
is "$(got b threat.actor)|$(got d threat.actor)" "|" "nobody the actor, whose marking is above what they may get"
match "$(got b specificity)" 'who=none what=death target=venue where=place' "and the specificity of what each got is fixed"

# ---- who did it ----
is "$(echo "$released" | jq -r '[.decisions[] | .what + " " + .account] | join(", ")')" "proposed zanna-vogelsang, released rolf-umlauf" "both are in the record"
record=$(as inge-jahn list --kind record --json | jq -r '.items[0].id')
is "$(as inge-jahn show "$record" --json | jq -r '.fields[] | select(.name == "approval.released-by") | .value + " " + (.closed | tostring)')" "rolf-umlauf true" "and closed in a record to ourselves, which an inspector reads"
is "$(as inge-jahn show "$record" --json | jq -r '.re | length')" 3 "about the three statements"
run 0 "which can be opened to somebody by evidence" as inge-jahn evidence "$record" --out "$W/bundle" --reveal approval.released-by,approval.proposed-by
run 0 "and verified offline" at a verify "$W/bundle" --card "$W/a/card"
match "$out" 'rolf-umlauf' "with the name in it"
# ---- what leaves bears function keys only ----
for n in b c d; do node_stop $n; done
grep -rqE 'zanna-vogelsang|rolf-umlauf|doris-quandt|inge-jahn' "$W/b" "$W/c" "$W/d"; is $? 1 "no account's name is in anything that the others hold"
for n in b c d; do node_start $n; done
at a card | grep -qE 'zanna-vogelsang|rolf-umlauf'; is $? 1 "nor on our card"
curl -sS "http://127.0.0.1:$(node_port a)/log/1/checkpoint" | grep -qE 'zanna-vogelsang|rolf-umlauf'; is $? 1 "nor in our log"

# ---- what stands in the way ----
plain() { jq -n --arg text "$1" --argjson to "$2" '{kind:"warning",fields:{"threat.summary":$text,"handling.tlp":"amber","where.place":"Pier 9 north","urgency":"urgent"},audiences:$to,propose:true}'; }
call zanna-vogelsang POST /drafts "$(plain "A bomb at Pier 9 North!" '[{"to":["b.exercise"],"close":["where.place"]}]')"
is "$status, $(echo "$out" | jq -r .state)" "200, draft" "a closed value in an open text is not proposed"
match "$(echo "$out" | jq -r .refused)" 'rule leak.closed-value' "by its rule"
leak=$(echo "$out" | jq -r .id)
run 0 "its author confirms that line" as zanna-vogelsang propose "$leak" --confirm where.place
run 1 "which is not enough" as rolf-umlauf release "$leak" --version 1
run 0 "both do" as rolf-umlauf release "$leak" --version 1 --confirm where.place
must as lea-xanten group add coast b.exercise c.exercise
call zanna-vogelsang POST /drafts "$(plain "A bomb." '[{"to":["@coast"]}]')"
is "$(echo "$out" | jq -r '.recipients | map(.to) | join(" ")')" "b.exercise c.exercise" "a group is shown with its members"
call zanna-vogelsang POST /drafts "$(plain "A bomb." '[{"to":["@nobody"]}]')"
match "$(echo "$out" | jq -r .refused)" 'empty audience reaches nobody' "an empty one reaches nobody"
call zanna-vogelsang POST /drafts '{"kind":"warning","nonsense":1}'
is "$status" 400 "what a draft does not have is an error"
call zanna-vogelsang PUT "/drafts/$leak" '{"kind":"warning"}'
is "$status" 428 "an edit names the version that was seen"
call zanna-vogelsang PUT "/drafts/$leak" '{"kind":"warning"}' 'If-Match: "7"'
is "$status" 412 "and that is the newest"
call doris-quandt GET "/drafts/$leak"
is "$status" 200 "a colleague of the unit reads it"
call inge-jahn POST "/drafts/$leak/release" '{"version":1}'
is "$status" 403 "an inspector changes nothing"
api a GET "/api/v1/drafts/$leak" -o "$W/answer" -w '%{http_code}' >"$W/code"
is "$(cat "$W/code")" 403 "an administrator does not read it"

# ---- a profile ----
echo '{"tlp":"green","close":["where.*"],"owes":"to tell the harbour police"}' >"$W/profile.json"
run 0 "a liaison settles what a partner gets" as lea-xanten partner profile c.exercise "$W/profile.json"
call zanna-vogelsang POST /drafts "$(plain "A bomb." '[{"to":["c.exercise"]}]')"
match "$(echo "$out" | jq -r .refused)" 'rule release.blocked' "markings and profile never silently keep a warning from it"
is "$(echo "$out" | jq -r '.recipients[0].owes')" "to tell the harbour police" "and what it owes is shown"
echo '{"tlp":"pink"}' >"$W/bad.json"
run 1 "a profile that nobody understands is refused" as lea-xanten partner profile c.exercise "$W/bad.json"

# ---- killed in between ----
i=0
while [ $i -lt 60 ]; do api a PUT "/api/v1/contacts/person-$i" -H "Authorization: Bearer $(cat "$W/lea-xanten.token")" -H 'Content-Type: application/json' -d '{"label":"somebody"}' -o /dev/null; i=$((i + 1)); done
everybody=$(seq 0 59 | sed 's/.*/"contact:person-&"/' | paste -sd, )
call zanna-vogelsang POST /drafts "$(plain "A flood." "[{\"to\":[$everybody]}]" | jq '.confirm_audience = true')"
many=$(echo "$out" | jq -r .id)
is "$(echo "$out" | jq -r .state)" proposed "sixty people without a node are to be told"
kills=0
while [ $kills -lt 4 ]; do
	(call rolf-umlauf POST "/drafts/$many/release" '{"version":1}') >/dev/null 2>&1 &
	asking=$!
	sleep 0.$((kills * 2))5
	node_kill a
	wait $asking
	node_start a
	kills=$((kills + 1))
done
[ "$(as rolf-umlauf draft show "$many" --json | jq -r .state)" = released ] || must as rolf-umlauf release "$many" --version 1
is "$(as rolf-umlauf draft show "$many" --json | jq -r '.state + " " + (.released | length | tostring) + " " + (.released | map(.id) | unique | length | tostring)')" "released 60 60" "whatever is killed, each is told once"
told=$(as rolf-umlauf list --kind warning --peer a.exercise --limit 1000 --json | jq '.items | length')
is "$told" 60 "and no statement too many was made"
run 0 "log account passes" at a log account
done_testing
