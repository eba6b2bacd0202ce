#!/bin/sh
# The door's rules: tried on a bench without a node, changed, with a calendar; and people whom no request may reach, of whom nothing can be read anywhere.
CHECK_API=1
. "$(dirname "$0")/lib.sh"
cases=$TOCSIN_SOURCE/examples/screening/cases.json

# ---- the bench ----
run 0 "the bench needs no node" "$T" -d "$W/nowhere" screen --try "$cases"
match "$(echo "$out" | tail -1)" '^[4-9][0-9] as expected, 0 not$' "and each of its cases comes out as it says"
match "$out" 'a protected name in an attachment: refuse' "with its verdict"
match "$out" 'refuse: protected.text \(attachment\): A protected person is named' "its rule, the facts and the text"
jq '.cases[0].expect.verdict = "refuse"' "$cases" >"$W/wrong.json"
run 1 "a case that comes out otherwise" "$T" screen --try "$W/wrong.json"
match "$out" 'passes: pass, which was not expected' "is told"
match "$(echo "$out" | tail -1)" ', 1 not$' "and counted"
jq '.rules.rules[0].verdict = "perhaps"' "$cases" >"$W/bad.json"
run 1 "a rule that is none" "$T" screen --try "$W/bad.json"
match "$err" 'rule data.missing: verdict is caution, hold or refuse' "is named"
rm -f "$W/wrong.json" "$W/bad.json"

# ---- rules of one's own ----
nodes a
run 0 "the rules that hold" at a screen rules
echo "$out" >"$W/rules.json"
is "$(jq '.rules | length > 30' "$W/rules.json")" true "are those that are there from the beginning"
jq '.rules += [{"name": "own.word", "verdict": "hold", "on": "words", "list": "own", "text": "Our own rule."}] | .lists.own = ["harbour pilot*"]
	| (.rules[] | select(.name == "record.share")).off = true' "$W/rules.json" >"$W/own.json"
run 0 "an organisation adds a rule of its own" at a screen rules "$W/own.json"
match "$out" 'version 1 holds' "and has a version"
is "$(at a screen rules | jq -r '.rules[-1].name')" own.word "which holds"
jq '.rules[0].on = "luck"' "$W/rules.json" >"$W/bad.json"
run 1 "rules with a mistake" at a screen rules "$W/bad.json"
match "$err" 'rule data.missing: there is no such condition' "are refused by one sentence"
is "$(at a screen rules | jq -r '.rules[-1].name')" own.word "and change nothing"
run 0 "an election comes into the calendar" at a screen calendar add "general election" 2027-03-01 2027-03-02 --country NO
match "$(at a screen calendar)" 'general election: 2027-03-01 to 2027-03-02, NO' "with its days and its country"
run 1 "a day that is none does not" at a screen calendar add trial 2027-02-30 2027-03-02
match "$err" 'calendar entry trial: from and until' "and is told"
run 0 "what is over is taken out" at a screen calendar remove "general election"
is "$(at a screen calendar)" "" "and gone"

# ---- protected people ----
run 0 "somebody is protected" at a protected add "Zebedee Quillfeather" "Зебедей Квиллфезер" --kind journalist --note "fled in 2024"
id=${out%%:*}
match "$(at a protected list)" "^$id journalist: Zebedee Quillfeather, Зебедей Квиллфезер; fled in 2024" "who manages the list sees it"
printf '{"people": [{"names": ["Anna Petrova"], "kind": "refugee"}, {"names": ["Kenji Watanabe"], "kind": "own-source", "note": "n"}]}' >"$W/people.json"
run 0 "others come from a file" at a protected import "$W/people.json"
is "$(at a protected list --json | jq length)" 3 "all of them"
run 1 "an unknown kind is refused" at a protected add "Somebody Else" --kind enemy
match "$err" 'kind is one of refugee' "by a sentence"
match "$(at a audit list --json)" "$id" "the audit trail has the entry's id"
! at a audit list --json | grep -qi 'quillfeather\|fled in'; is $? 0 "and nothing else of it"
must node_stop a
! grep -rqai 'quillfeather\|fled in 2024\|petrova' "$W/a"; is $? 0 "no file of the node has a word of it"
must node_start a
is "$(at a protected list --json | jq -r '.[-1].names[0]')" "Zebedee Quillfeather" "which opens again after a restart"
run 0 "somebody is taken off the list" at a protected remove "$id"
is "$(at a protected list --json | jq length)" 2 "and gone"
run 1 "once" at a protected remove "$id"
match "$err" 'there is no entry' "only"
done_testing
