#!/bin/sh
# The four tests and what follows: a duty with a clock, a waiver on a ground, a hostile partner, deliver first and document after, a desk of three.
. "$(dirname "$0")/lib.sh"
nodes a b
meet a b
person() {
	printf 'correct horse battery staple\n' >"$W/$1.password"; chmod 600 "$W/$1.password"
	must at a account add "$1" --role "$2" --unit desk --function "$3" --password-file "$W/$1.password"
	must at a login "$1" --password-file "$W/$1.password" --save "$W/$1.token"
}
as() { local who=$1; shift; at a --token-file "$W/$who.token" "$@"; }
must at a unit add desk "the desk"
person anna analyst "analyst"
person rolf releasing-officer "releasing officer"
person doris duty-officer,analyst "duty officer"
person inge inspector "inspector"
draft() { out=$(as "$1" draft add --to b.exercise "$2" --json 2>"$W/stderr"); id=$(echo "$out" | jq -r .id); }
state() { as rolf draft show "$id" --json | jq -r .state; }
missed() { as anna clocks --json | jq -e ".[] | select(.kind == \"$1\" and .state == \"missed\")"; }
clocks() { as anna clocks --json | jq -r "[.[] | select(.kind == \"$1\")] | length"; }
printf '{"threat.summary":"A bomb in a car.","threat.harm":["death"],"handling.tlp":"amber","urgency":"urgent","where.place":"Harbour gate 4"}\n' >"$W/w.json"
printf '{"threat.summary":"A bomb in a car.","threat.harm":["death"],"handling.tlp":"amber","urgency":"imminent","where.place":"Harbour gate 4"}\n' >"$W/now.json"

# ---- the four tests ----
draft anna "$W/w.json"
is "$(echo "$out" | jq -r '.missing[] | select(.rule == "duty.tests") | .need')" ask "the desk asks the four tests"
run 1 "four tests that are passed are a duty" as anna determine "$id" --credible yes --specific yes --impending yes --harm yes --result not-met
match "$err" 'doubt favours warning' "which nobody denies"
run 1 "doubt is told in words" as anna determine "$id" --credible doubt --specific yes --impending yes --harm yes
run 0 "and favours warning" as anna determine "$id" --credible doubt --specific yes --impending yes --harm yes --words "One source, good so far."
match "$out" 'duty to warn: met$' "so the duty is met"
determination=${out%% *}
is "$(clocks duty)" 1 "and its clock runs"
run 0 "the determination is a statement to ourselves" as anna show "$determination"
run 0 "that an inspector can open to a court" as inge evidence "$determination" --out "$W/bundle"
at a card >"$W/a/card"
run 0 "offline" at a verify "$W/bundle" --card "$W/a/card"
until_true 10 holds b "$determination"; is $? 1 "the other side has nothing of it"
run 1 "an administrator does not read it" at a show "$determination"

# ---- a duty holds until it is met, or waived ----
for n in a b; do must at $n clock "$(date -u -d '+5 hours' +%Y-%m-%dT%H:%M:%SZ)"; done
until_true 10 missed duty
is $? 0 "a duty that nobody meets in time is missed"
run 1 "an analyst does not waive it" as anna determine "$id" --credible yes --specific yes --impending yes --harm yes --result waived --ground already-aware --reason "They said so."
run 1 "nor anybody without a ground" as rolf determine "$id" --credible yes --specific yes --impending yes --harm yes --result waived --reason "They said so."
run 0 "a releasing officer waives it on a named ground" as rolf determine "$id" --credible yes --specific yes --impending yes --harm yes --result waived --ground already-aware --reason "They said so."
is "$(clocks duty)" 0 "which ends its clock"

# ---- two people, from the command line ----
draft anna "$W/w.json"
must as anna determine "$id" --credible yes --specific yes --impending yes --harm yes
run 0 "it is proposed" as anna propose "$id"
run 1 "and refused" as rolf refuse "$id" --version 2 --reason "in a moment"
match "$err" 'rule release.version' "but for the version that was looked at"
run 0 "with a reason" as rolf refuse "$id" --version 1 --reason "where exactly?"
run 0 "edited" as anna draft edit "$id" --version 1 "$W/w.json"
is "$(as anna draft show "$id" --json | jq -r '.recipients | length')" 0 "without its audience nobody is reached"
printf '{"kind":"warning","fields":%s,"audiences":[{"to":["b.exercise"],"close":["where.place"]}]}\n' "$(cat "$W/w.json")" >"$W/d.json"
run 1 "of two who edit the same version one is told" as anna draft edit "$id" --version 1 "$W/d.json"
run 0 "edited again" as anna draft edit "$id" --version 2 "$W/d.json"
run 0 "proposed again" as anna propose "$id" --version 3
run 0 "shown for people" as rolf draft show "$id"
match "$out" 'closed: Place \(closed by name\)' "with what is closed and why"
match "$out" 'can show every open line to anybody' "and what the other side can do with it"
run 0 "and released" as rolf release "$id" --version 3
is "$(clocks duty)" 0 "which meets the duty"
until_true 20 holds b "$(echo "$out" | tail -1 | cut -d' ' -f1)"; is $? 0 "and arrives"

# ---- warn and close ----
run 3 "warn drafts and proposes" as anna warn --to b.exercise "$W/w.json"
match "$out" 'is proposed; somebody else' "and says what is missing"
warned=$(echo "$out" | cut -d' ' -f2)
must as rolf release "$warned" --version 1
left=$(as rolf draft show "$warned" --json | jq -r '.released[0].id')
run 3 "close takes the same path" as rolf close "$left" --outcome foiled
closing=$(echo "$out" | cut -d' ' -f2)
run 0 "by two people" as doris release "$closing" --version 1
run 0 "retract is the shortest of all" as rolf retract "$left" --reason "planted" --wait 20
run 1 "nobody warns past a draft" sh -c "TOCSIN_TOKEN_FILE=$W/rolf.token curl -sS --fail --unix-socket $W/a/dir/run/tocsin.sock -H \"Authorization: Bearer \$(cat $W/rolf.token)\" -H 'Content-Type: application/json' -d '{\"kind\":\"warning\",\"to\":[\"b.exercise\"],\"fields\":{\"threat.summary\":\"x\",\"handling.tlp\":\"clear\"}}' http://localhost/api/v1/statements || exit 1"

# ---- what is closed stays closed by the direct door, too ----
direct() { # TOKEN BODY [CURL ARGUMENTS...]: the status; the answer in $W/direct
	local who=$1 body=$2
	shift 2
	api a POST /api/v1/statements -H "Authorization: Bearer $(cat "$W/$who.token")" -H 'Content-Type: application/json' -o "$W/direct" -w '%{http_code}' -d "$body" "$@"
}
leak='"kind":"record","to":["b.exercise"],"close":["source.origin"],"fields":{"record.type":"call","source.origin":"Informant-Zebra-4471","text":"We spoke with Informant-Zebra-4471 today.","handling.tlp":"red"}'
is "$(direct anna "{$leak}")" 403 "a closed value does not leave in an open text of a record"
match "$(jq -r .detail "$W/direct")" 'rule leak\.closed-value.*source\.origin' "by a rule that names the line"
listed() { as anna list --json | jq '.items | length'; }
before=$(listed)
is "$(direct anna "{\"items\":[{\"kind\":\"record\",\"fields\":{\"record.type\":\"call\",\"text\":\"Nothing.\"}},{\"kind\":\"request\",\"to\":[\"b.exercise\"],\"close\":[\"x.origin\"],\"fields\":{\"question\":\"Do you know Informant-Zebra-4471?\",\"request.type\":\"event\",\"legal-basis\":\"Art. 5\",\"purpose\":\"To assess a threat.\",\"urgency\":\"routine\",\"x.origin\":\"Informant-Zebra-4471\"}}]}")" 403 "nor of one among others"
match "$(jq -r .detail "$W/direct")" 'item 2: rule leak\.closed-value' "which is named"
is "$(listed)" "$before" "and none of them is issued"
is "$(direct anna "$(echo "{$leak}" | sed 's/We spoke with Informant-Zebra-4471/We spoke with somebody/')")" 200 "what is closed and said nowhere else goes out"

# ---- an answer that is kept is no way around need-to-know ----
must at a unit add north "the north"
person kira analyst "analyst"
note='{"kind":"record","fields":{"record.type":"call","text":"for the desk alone"}}'
is "$(direct kira "$note" -H 'Idempotency-Key: k')" 200 "a record is written, with a key"
made=$(cat "$W/direct")
is "$(direct kira "$note" -H 'Idempotency-Key: k') $(cat "$W/direct")" "200 $made" "which gets the same answer again"
is "$(as inge audit list --json | jq '[.items[] | select(.who == "kira" and .what == "read" and .detail == "the same answer again")] | length')" 1 "and that is in the audit trail"
must at a account unit kira north
is "$(direct kira "$note" -H 'Idempotency-Key: k')" 403 "in another unit it does not"
match "$(cat "$W/direct")" 'its answer is not kept' "nor is it done once more"

# ---- a hostile partner ----
must at a partner distrust b.exercise --reason "its officers were seen with the other side"
draft anna "$W/w.json"
must as anna determine "$id" --credible yes --specific yes --impending yes --harm yes
must as anna propose "$id"
run 1 "a distrusted partner is not warned silently" as rolf release "$id" --version 1
match "$err" 'rule release.override.*distrusted' "nor silently left unwarned"
run 0 "it is warned, for a reason" as rolf release "$id" --version 1 --override "the duty holds towards anybody"
is "$(as inge draft show "$id" --json | jq -r '.decisions[-1] | .account + ": " + .reason')" "rolf: the duty holds towards anybody" "which an inspector reads"
must at a partner confirm b.exercise --safety "$(as rolf partner show b.exercise --json | jq -r .safety)"

# ---- imminent: deliver first, document after ----
draft doris "$W/now.json"
run 0 "a duty officer releases alone what is imminent" as doris release "$id" --version 1
is "$(as doris draft show "$id" --json | jq -r '.decisions[-1].what + " " + .state')" "released-alone released" "and the record says so"
match "$(as inge show "$(as inge list --kind record --json | jq -r '.items[0].id')")" 'by one person, because it was imminent.*still to be written' "in a record to ourselves"
is "$(clocks review)" 1 "a second person is to review it"
run 1 "who released it does not review it" as doris review "$id" --approve --reason "fine"
run 1 "the tests cannot be skipped" as rolf review "$id" --approve --reason "fine"
match "$err" 'rule review.determination' "by their rule"
alarmed a 'not reviewed by a second in time'; is $? 1 "there is no alarm yet"
for n in a b; do must at $n clock "$(date -u -d '+30 hours' +%Y-%m-%dT%H:%M:%SZ)"; done
until_true 10 alarmed a 'not reviewed by a second in time'; is $? 0 "a review that nobody does is an alarm"
must as doris determine "$id" --credible yes --specific yes --impending yes --harm yes
run 0 "the second person reviews it" as rolf review "$id" --approve --reason "right"
alarmed a 'not reviewed by a second in time'; is $? 1 "which ends the alarm"
run 1 "once" as rolf review "$id" --object --reason "no"

# ---- a desk of three people ----
run 1 "there is no preset of that name" at a policy preset four
match "$err" 'tocsin policy lists them' "which says where they are"
run 0 "a named set of values" at a policy preset three
is "$out" "preset three is set; tocsin policy lists what holds now" "in one line"
person theo releasing-officer,analyst "desk officer"
run 0 "one of three releases alone what is amber" as theo warn --to b.exercise --confirm-audience --wait 20 "$W/w.json"
match "$out" '^[0-9a-f]{64} b\.exercise$' "at once"
sed 's/amber/red/' "$W/w.json" >"$W/red.json"
run 3 "but not what is red" as theo warn --to b.exercise --open substance "$W/red.json"
match "$out" 'is proposed' "which waits for a second"
for n in a b; do run 0 "log account passes on $n" at $n log account; done
done_testing
