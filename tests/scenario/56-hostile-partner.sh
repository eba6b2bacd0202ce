#!/bin/sh
# Partners who hunt somebody: each way round the door that is known to us is tried by real requests, and nothing of what is held is to be found out.
CHECK_API=1
. "$(dirname "$0")/lib.sh"
nodes b p q r
for n in p q r; do meet b $n; done
must at b protected add "Alina Sorokina" --kind journalist
account b admin administrator
account b ana analyst
account b lea liaison
account b leo liaison

base='{"request.type":"person","question":"Does she live in your country?","purpose":"An investigation of a theft.","legal-basis":"Code of procedure, Art. 5","offence":"theft","evidence":"a camera","link":"She was seen at the gate that night.","subject.name":"Vera Nikto","subject.born":"1980-01-01","urgency":"routine"}'
# hunts NODE JQ [OPTIONS]: a request; its id in $asked
hunts() {
	local node=$1 change=$2
	shift 2
	printf '%s' "$base" | jq -c "$change" >"$W/hunt.json"
	asked=$(at "$node" ask b.exercise --wait 20 --file "$W/hunt.json" "$@" 2>"$W/stderr") || flunk "$node asks" "$(cat "$W/stderr")"
	asked=${asked%% *}
	until_true 20 at_door "$asked"
}
at_door() { by b lea door show "$1" --json >/dev/null 2>&1; }
found() { by b lea door show "$1" --json | jq -r '"\(.verdict) \([.findings[].rule] | join(" "))"'; }
sees() { by b ana show "$1" >/dev/null 2>&1; }

# ---- the same request by three ----
hunts p .; one=$asked
hunts q .; two=$asked
hunts r .; three=$asked
is "$(by b lea door list --json | jq length)" 3 "the same request by three partners is held three times"
run 0 "one is passed" by b lea door pass "$two" --read
until_true 20 sees "$two"; is $? 0 "and seen"
sees "$one"; is $? 1 "the one before it is not"
sees "$three"; is $? 1 "nor the one behind it"
run 0 "an answer to that one is decided" by b ana answer "$two" --withheld --reason "she is known to us"
is "$(at p show "$one" --json | jq '.answers | length') $(at r show "$three" --json | jq '.answers | length')" "0 0" "the others learn nothing from it"

# ---- names that are hidden ----
printf 'A list of passengers.\nSeat 4: Sorokina, Alina\n' >"$W/list.txt"
hunts p '.["subject.name"] = "Olga Petrova" | .question = "Was this woman on that bus?"' --attach "$W/list.txt:text/plain"
match "$(found "$asked")" '^refuse (.* )?protected\.text( |$)' "a name in an attachment is found"
head -c 4000 /dev/urandom >"$W/picture.bin"
hunts p '.["subject.name"] = "Irina Petrova" | .question = "Is this her photograph?"' --attach "$W/picture.bin:application/octet-stream"
match "$(found "$asked")" '^(caution|hold) (.* )?attachment\.unread( |$)' "an attachment that cannot be read is told"
hunts q '.["subject.name"] = "Аlinа Sоrоkina" | .question = "Where is this woman?"'
match "$(found "$asked")" '^refuse (.* )?protected\.subject (.* )?name\.mixed( |$)' "letters that only look Latin hide nobody"
hunts q '.["subject.name"] = "Zoe Petrova" | .question = "Do you hold a file on this woman?"'
match "$(found "$asked")" '^hold (.* )?fishing\.probe( |$)' "who asks whether there is a file is held"
hunts r 'del(.["subject.name"], .["subject.born"]) | .["request.type"] = "action" | .question = "Find him and tell us his whereabouts"'
match "$(found "$asked")" '^hold (.* )?type\.wrong( |$)' "and who asks for a person in other words"

# ---- dressed ----
# dressed NODE ASK NAME
dressed() {
	warning "$W/dressed.json" "A dangerous person lives in your capital" ",\"ask.what\":\"$2\",\"subject.name\":\"$3\",\"urgency\":\"imminent\""
	asked=$(at "$1" warn --to b.exercise --wait 20 "$W/dressed.json" 2>"$W/stderr") || flunk "$1 warns" "$(cat "$W/stderr")"
	asked=${asked%% *}
}
dressed p "Detain her and tell us her whereabouts" "Alina Petrova"
until_true 20 at_door "$asked"; is $? 0 "a request dressed as a warning is held"
sees "$asked"; is $? 1 "and not seen"
dressed q "Прошу задержать и выдать" "Алина Петрова"
until_true 20 at_door "$asked"; is $? 0 "in another language, too"
dressed r "Protect the school, he has a rifle" "Daler M"
until_true 20 sees "$asked"; is $? 0 "a warning that names somebody is seen at once"

# ---- what is held does not exist ----
at p ask b.exercise --wait 20 --file "$W/hunt.json" --about "$one" >"$W/about" 2>/dev/null
about=$(cut -d' ' -f1 "$W/about")
until_true 20 at_door "$about"; is $? 0 "a request about one that is held is held with it"
run 1 "and is not passed before that" by b lea door pass "$about" --read --reason "it is about another one"
match "$err" 'rule door\.(first|reason)' "by its rule"
run 0 "a retraction of what is held" at p retract "$one" --reason "Vera Nikto was found" --wait 20
nothing=00000000000000000000000000000000
for what in show evidence reach; do
	out=""; [ $what = evidence ] && out="--out $W/evidence.$what"
	# shellcheck disable=SC2086
	by b ana $what "$three" $out >"$W/held.out" 2>&1; held=$?
	# shellcheck disable=SC2086
	by b ana $what "$nothing" $out >"$W/none.out" 2>&1; none=$?
	is "$held $(sed "s/$three/ID/g" "$W/held.out" | sed 's/[0-9a-f]\{16,\}/ID/g')" "$none $(sed 's/[0-9a-f]\{16,\}/ID/g' "$W/none.out")" "$what of it is as of nothing"
done
for word in Nikto found passengers; do is "$(by b ana search $word --json | jq --arg two "$two" '[.items[]? | select(.id != $two)] | length')" 0 "a search for $word finds nothing that is held"; done
is "$(api_by b ana GET '/api/v1/events?after=0' | grep -c "$three")" 0 "no event names it"
is "$(by b ana ask list --json | jq -r '.. | .id? // empty' | grep -c "$three")" 0 "no list of open questions does"
run 1 "an analyst counts nothing at the door" by b ana door list
for n in b p q r; do run 0 "log account passes on $n" at $n log account; done
done_testing
