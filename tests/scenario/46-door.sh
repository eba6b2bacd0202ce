#!/bin/sh
# The door: a request about a person is seen by nobody until somebody has decided; what is refused stays hidden; answers leave at their time.
CHECK_API=1
. "$(dirname "$0")/lib.sh"
nodes a b
meet_all a b
must at b protected add "Alina Sorokina" --kind journalist
account b admin administrator
account b ana analyst
account b lea liaison
account b leo liaison
account b ines inspector

printf '{"request.type":"person","question":"Where does he live?","purpose":"An investigation of a theft.","legal-basis":"Code of procedure, Art. 5","offence":"theft","evidence":"a camera","link":"He was seen at the gate that night.","subject.name":"Oleg Nikto","subject.born":"1980-01-01","urgency":"routine"}\n' >"$W/person.json"
asked() { run 0 "$1" at a ask b.exercise --wait 20 --file "$W/person.json"; asked=${out%% *}; until_true 20 at_door "$asked"; }
at_door() { [ "$(by b lea door list --json | jq -r ".[] | select(.id == \"$1\") | .state")" = held ]; }
sees() { by b "$1" show "$2" >/dev/null 2>&1; }

asked "a request about a person arrives"; is $? 0 "and is at the door"
one=$asked
run 1 "an analyst cannot see it" by b ana show "$one"
match "$err" 'there is no statement whose id begins with' "as if it were not there"
is "$(by b ana list --json | jq '[.items[] | select(.kind == "request")] | length')" 0 "nor in a list"
is "$(by b ana search Nikto --json | jq '[.items[]?] | length')" 0 "nor by a search"
run 1 "nor look at the door" by b ana door list
run 1 "an inspector does not see it among what came" by b ines show "$one"
is "$(by b ines door show "$one" --json | jq 'has("fields")')" false "and reads at the door what was found, not what it says"
is "$(by b ana clocks --json | jq '[.[] | select(.kind == "door")] | length')" 0 "no clock tells an analyst of it"
is "$(by b lea clocks --json | jq '[.[] | select(.kind == "door")] | length')" 1 "who decides has one"
is "$(by b lea door show "$one" --json | jq -r '.fields[] | select(.name == "subject.name") | .value')" "Oleg Nikto" "who decides reads it"
run 1 "it is not answered before" by b lea answer "$one" --result nothing-held
run 0 "a retraction of it arrives" at a retract "$one" --reason "Oleg Nikto was found" --wait 20
sleep 1
is "$(by b ana search found --json | jq '[.items[]?] | length')" 0 "and is not shown either"
is "$(by b lea door show "$one" --json | jq -r '.with[0].kind')" retraction "it waits with what it refers to"

asked "a second one arrives"; two=$asked
run 1 "an analyst does not decide" by b ana door pass "$two"
run 0 "a liaison officer passes it" by b lea door pass "$two" --read --reason "an ordinary request"
until_true 20 sees ana "$two"; is $? 0 "then the unit sees it"
run 1 "what is decided stays so" by b lea door refuse "$two" --ground law --reason "after all"
match "$err" 'rule door.decided' "by its rule"
printf '{"kind":"answer","re":["%s"],"fields":{"result":"nothing-held"}}' "$two" >"$W/draft.json"
match "$(api_by b ana POST /api/v1/drafts -H 'Content-Type: application/json' --data-binary "@$W/draft.json")" 'leaves at its time' "an answer does not leave earlier by a draft"
run 0 "what is held is withheld" by b ana answer "$two" --withheld --reason "he is a source of ours"
match "$out" 'decided; it leaves 2' "and does not leave now"
run 1 "nobody else takes it back" by b lea door withdraw "$two"
run 0 "who decided takes it back" by b ana door withdraw "$two"
run 0 "and decides again" by b ana answer "$two" --result nothing-held

asked "a third one arrives"; three=$asked
run 0 "it is refused by one" by b lea door refuse "$three" --ground rights --reason "he fled from them"
is "$(at a show "$three" --json | jq '.answers | length')" 0 "no answer leaves before its time"
now=$(at b status --json | jq -r .clock)
for n in a b; do must at $n clock "$(date -u -d "@$(($(date +%s) + 3 * 86400))" +%Y-%m-%dT%H:%M:%SZ)"; done
answered() { [ "$(at a show "$1" --json | jq '.answers | length')" = 1 ]; }
until_true 30 answered "$two"; is $? 0 "at its time the one answer leaves"
until_true 30 answered "$three"; is $? 0 "and the other"
is "$(at a show "$two" --json | jq -r '.answers[0] | .result, .text')" "nothing-held
Nothing is provided in answer to this request." "one says that nothing is provided"
is "$(at a show "$three" --json | jq -r '.answers[0] | .result, .reason')" "declined
The rights of a person stand against an answer." "the other has the fixed words of its ground"
sees ana "$three"; is $? 1 "what was refused stays hidden"
is "$(by b ines door show "$three" --json | jq -r '.decisions[0].reason')" "he fled from them" "who inspects reads why"
# ---- what screening says ----
# like NAME JQ: the request about somebody else, changed by JQ; its id in $asked
like() {
	jq -c --arg who "$1" '.["subject.name"] = $who | .question = "Where was \($who) in May?"' "$W/person.json" | jq -c "$2" >"$W/like.json"
	asked=$(at a ask b.exercise --wait 20 --file "$W/like.json" 2>"$W/stderr") || flunk "a request about $1 is sent" "$(cat "$W/stderr")"
	asked=${asked%% *}
	until_true 20 at_door "$asked"
}
verdict() { by b lea door show "$1" --json | jq -r .verdict; }
rules() { by b lea door show "$1" --json | jq -r '[.findings[].rule] | join(" ")'; }
like "Petr Novak" . ; four=$asked
is "$(verdict "$four") $(rules "$four")" "pass " "an ordinary request of the police has no finding"
run 0 "and one person passes it" by b lea door pass "$four"
like "Jan Novak" '.["source.grade"] = "F2" | .["source.scale"] = "admiralty"'; match "$(verdict "$asked") $(rules "$asked")" "^caution (.* )?evidence\\.unknown( |\$)" "a source of unknown worth is a caution"
match "$(by b lea door show "$asked")" 'finding  caution: evidence.unknown \(source.grade is F2\): The worth' "with its rule, the fact and the text"
match "$(by b lea door show "$asked")" 'record   of a.exercise: [0-9]+ requests, [0-9]+ about people .* 1 refused here; 0 warnings ever' "and what who asks has asked and given before"
run 1 "it is not passed unread" by b lea door pass "$asked"
match "$err" 'rule door.read' "by its rule"
run 0 "but by one who has read it" by b lea door pass "$asked" --read
like "Karel Novak" '.link = "He is known"'; match "$(verdict "$asked") $(rules "$asked")" "^hold (.* )?link\\.thin( |\$)" "what connects nothing is for a second person"
run 0 "one person passes it" by b lea door pass "$asked" --read
sees ana "$asked"; is $? 1 "which is not enough"
run 1 "nor is the same one again" by b lea door pass "$asked" --read
run 0 "but another one" by b leo door pass "$asked" --read
until_true 20 sees ana "$asked"; is $? 0 "lets it in"
like "Tomas Novak" '.["source.grade"] = "F6" | .["source.scale"] = "admiralty"'; match "$(verdict "$asked") $(rules "$asked")" "^refuse (.* )?evidence\\.f6 evidence\\.unknown( |\$)" "unknown in both ways is to be refused"
like "Pavel Novak" '.offence = "Extremism, article 280"'; match "$(verdict "$asked") $(rules "$asked")" "^refuse (.* )?offence\\.political( |\$)" "so is an offence of opinion"
run 1 "to let it in nevertheless, one says why" by b lea door pass "$asked" --read
match "$err" 'rule door.reason' "by its rule"
warning "$W/given.json" "Boats without lights"
run 0 "a warning is given meanwhile" at a warn --to b.exercise --wait 20 "$W/given.json"
given=${out%% *}
until_true 20 sees ana "$given"; is $? 0 "and seen at once"
like "Sorokina Alina" .; match "$(verdict "$asked") $(rules "$asked")" "^refuse (.* )?protected\\.subject( |\$)" "somebody who is protected is not asked for"
is "$(by b lea door show "$asked" --json | jq -r '.findings[] | select(.rule == "protected.subject") | .facts' | grep -ci sorokina)" 0 "and the finding does not say who that is"
like "Milan Novak" '.evidence = "A letter of аlina sorokina"'; match "$(verdict "$asked") $(rules "$asked")" "^refuse (.* )?protected\\.text( |\$)" "nor in the text, in letters that only look so"
like "Ivo Novak" '.["request.type"] = "event"'; match "$(verdict "$asked") $(rules "$asked")" "^hold (.* )?type\\.wrong( |\$)" "that the type says something else does not help"

pages() { by b "$1" page list --json | jq '[.items[] | select(.what | test("door"))] | length'; }
before=$(pages leo)
warning "$W/dressed.json" "A dangerous person lives in your capital" ',"ask.what":"Detain her and inform us of her whereabouts","subject.name":"Alina Petrova","urgency":"imminent"'
run 0 "a request comes dressed as a warning" at a warn --to b.exercise --wait 20 "$W/dressed.json"
dressed=${out%% *}
until_true 20 at_door "$dressed"; is $? 0 "it is held"
is "$(verdict "$dressed") $(rules "$dressed")" "hold disguise" "by its rule"
sees ana "$dressed"; is $? 1 "and nobody sees it"
[ "$(pages leo)" -gt "$before" ]; is $? 0 "who decides is told at once"
warning "$W/true.json" "Men with rifles mean to attack the harbour" ',"ask.what":"Protect the harbour","subject.name":"Daler M","urgency":"imminent"'
run 0 "a warning that names an attacker" at a warn --to b.exercise --wait 20 --re "$one" "$W/true.json"
true_one=${out%% *}
until_true 20 sees ana "$true_one"; is $? 0 "is seen at once, whatever it refers to"
run 0 "what comes dressed is refused like the others" by b lea door refuse "$dressed" --ground no-basis --reason "a request, dressed"

# ---- rules that cannot be read ----
node_stop b
must sqlite3 "$W/b/dir/tocsin.db" "INSERT INTO door_rules VALUES (1, CAST('{\"version\": 1, \"rules\": 7}' AS BLOB), 0, '')"
node_start b
unscreened() { [ "$(by b lea door show "$1" --json | jq -r .state)" = unscreened ]; }
jq -c '.["subject.name"] = "Josef Novak"' "$W/person.json" >"$W/like.json"
run 0 "a request arrives when the rules cannot be read" at a ask b.exercise --wait 20 --file "$W/like.json"
asked=${out%% *}
until_true 20 unscreened "$asked"; is $? 0 "it is held unscreened"
is "$(by b lea door show "$asked" --json | jq 'has("fields")')" false "nobody reads it"
run 1 "nobody passes it" by b lea door pass "$asked" --read --reason "it will be all right"
match "$err" 'rule door.screened' "by its rule"
until_true 10 alarmed b 'could not be screened'; is $? 0 "and it is an alarm"
warning "$W/given.json" "Boats without lights, again"
run 0 "a warning comes in all the same" at a warn --to b.exercise --wait 20 "$W/given.json"
given=${out%% *}
until_true 20 sees ana "$given"; is $? 0 "and is seen"
for n in a b; do run 0 "log account passes on $n" at $n log account; done
done_testing
