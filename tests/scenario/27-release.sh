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
done_testing
