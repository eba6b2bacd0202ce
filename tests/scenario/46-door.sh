#!/bin/sh
# The door: a request about a person is seen by nobody until somebody has decided; what is refused stays hidden; answers leave at their time.
CHECK_API=1
. "$(dirname "$0")/lib.sh"
nodes a b
meet_all a b
account b admin administrator
account b ana analyst
account b lea liaison
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
for n in a b; do run 0 "log account passes on $n" at $n log account; done
done_testing
