#!/bin/sh
# Attachments: open or closed for each audience, handed out only to be saved, names and types and sizes that are none refused.
CHECK_API=1
. "$(dirname "$0")/lib.sh"
nodes a b
meet a b
head -c 300000 /dev/urandom >"$W/map.png"
printf 'a list of names\n' >"$W/names.txt"
head -c 900000 /dev/urandom >"$W/call.ogg"
same() { cmp "$1" "$2"; }

# ---- three files, two audiences ----
warning "$W/w.json" "a car at the harbour"
run 0 "a warning with three attachments, one of them closed" at a warn --to b.exercise --close attachment.2 --attach "$W/map.png" --attach "$W/names.txt" --attach "$W/call.ogg:audio/ogg" --wait 30 "$W/w.json"
one=${out%% *}
run 0 "the recipient saves one by its name" at b attachment "$one" map.png --out "$W/map.got"
run 0 "it is the same" same "$W/map.png" "$W/map.got"
line() { at a show "$one" --json | jq -r --arg f "$1" '.fields[] | select((.name | startswith("attachment.")) and .value[0] == $f).name'; }
run 0 "and one by its line" at b attachment "$one" "$(line call.ogg)" --out "$W/call.got"
run 0 "it is the same, too" same "$W/call.ogg" "$W/call.got"
is "$(stat -c %a "$W/map.got")" 600 "only its user may read it"
run 1 "a file that is there is not written over" at b attachment "$one" map.png --out "$W/map.got"
is "$(at b show "$one" --json | jq -c '[.fields[] | select(.name | startswith("attachment.")) | .value[0]] | sort')" '["call.ogg","map.png"]' "a closed attachment is not named to the recipient"
at b show "$one" --json | grep -q names.txt; is $? 1 "nowhere"
run 1 "and cannot be asked for" at b attachment "$one" names.txt --out "$W/none"
closed=$err
run 1 "nor by its line" at b attachment "$one" "$(line names.txt)" --out "$W/none"
at b show "$one" --json | jq -e '[.fields[].name | select(test("^attachment\\.[0-9]{1,5}$"))] == []' >/dev/null; is $? 0 "and no number tells how many there are"
run 1 "what was never there gives the same answer" at b attachment "$one" nothing.txt --out "$W/none"
is "$(echo "$err" | sed s/nothing.txt/names.txt/)" "$closed" "word for word"
is "$(at a show "$one" --json | jq -c '[.fields[] | select(.value[0]? == "names.txt") | .closed, .value[0]]')" '[true,"names.txt"]' "its author sees that it was closed"
run 0 "a record keeps a file" at a record --attach "$W/names.txt" /dev/stdin <<'R'
{"record.type":"meeting","text":"They gave us this list."}
R
record=${out%% *}
run 0 "an attachment of a record is kept" at a attachment "$record" names.txt --out "$W/names.got"
run 0 "as it was" same "$W/names.txt" "$W/names.got"
run 0 "a response takes one, too" at b respond "$one" --stage assessed --attach "$W/names.txt" --wait 30
run 0 "and its reader gets it" at a attachment "${out%% *}" names.txt --out "$W/answer.got"
run 0 "a bundle proves the line of the file" at a evidence "$one" --out "$W/bundle" --reveal "$(line names.txt)"
grep -q 'names.txt.*text/plain' "$W/bundle/opened.txt"; is $? 0 "with its name and its hash, closed as it was"

# ---- how it is handed out ----
api b GET "/api/v1/statements/$one/files?name=map.png" -D "$W/head" -o "$W/body"
same "$W/map.png" "$W/body"; is $? 0 "the API hands it out"
match "$(cat "$W/head")" '^Content-Disposition: attachment; filename\*=UTF-8'"''"'map\.png' "to be saved"
match "$(cat "$W/head")" '^X-Content-Type-Options: nosniff' "not to be guessed at"
match "$(cat "$W/head")" '^Content-Security-Policy: sandbox' "not to be run"
match "$(cat "$W/head")" '^Content-Type: image/png' "with the type that its sender gave it"

# ---- what is refused ----
stage() { api a POST "/api/v1/files?name=$1&type=$2" --data-binary "@$W/names.txt" -o "$W/answer" -w '%{http_code}'; }
for name in '..%2Fetc%2Fpasswd' '%2Fetc%2Fpasswd' '..' '.profile' 'a%5Cb' 'a%0Ab' 'a%1B%5B2Jb' 'a%E2%80%AEgpj.exe' 'a%FF' '-rf' 'a%22b' 'a.txt%20' 'C%3Aa' ''; do
	is "$(stage "$name" text/plain)" 400 "a file called \"$name\" is refused"
done
is "$(stage a.html text/html)" 400 "a type that is not in the table is refused"
is "$(stage a.svg image/svg%2Bxml)" 400 "and one that runs scripts"
is "$(stage "$(printf 'x%.0s' $(seq 201))" text/plain)" 400 "a name of 201 bytes is refused"
is "$(stage "%D0%BA%D0%B0%D1%80%D1%82%D0%B0.txt" text/plain)" 200 "a name in another script is not"
head -c 2100000 /dev/zero >"$W/large.bin"
run 1 "a file that does not fit into an envelope is refused" at a warn --to b.exercise --attach "$W/large.bin" "$W/w.json"
: >"$W/empty.txt"
run 1 "and an empty one" at a warn --to b.exercise --attach "$W/empty.txt" "$W/w.json"
head -c 1500000 /dev/urandom >"$W/big1.bin"; cp "$W/big1.bin" "$W/big2.bin"
run 1 "two that do not fit together are refused" at a warn --to b.exercise --attach "$W/big1.bin" --attach "$W/big2.bin" "$W/w.json"
match "$err" 'attach less' "with what to do"
mkdir "$W/other"; printf 'another\n' >"$W/other/names.txt"
run 1 "two of one name are refused" at a warn --to b.exercise --attach "$W/names.txt" --attach "$W/other/names.txt" "$W/w.json"
printf '{"threat.summary":"x","handling.tlp":"red","attachment.1":["a","b",1,"c"]}\n' >"$W/forged.json"
run 1 "a line of an attachment cannot be written by hand" at a warn --to b.exercise "$W/forged.json"
is "$(api a POST /api/v1/statements -o "$W/answer" -w '%{http_code}' -H 'Content-Type: application/json' -d '{"kind":"record","fields":{"record.type":"other","text":"x"},"attach":["00000000000000000000000000000000"]}')" 404 "an id that was never staged is refused"
set --
for i in $(seq 17); do printf '%s\n' "$i" >"$W/f$i.txt"; set -- "$@" --attach "$W/f$i.txt"; done
run 1 "seventeen are too many" at a warn --to b.exercise "$@" "$W/w.json"
shift 2
run 0 "sixteen are not" at a warn --to b.exercise "$@" --wait 30 "$W/w.json"
run 0 "the last of them is there" at b attachment "${out%% *}" f17.txt --out "$W/f.got"

# ---- a partner that names its files as it likes ----
is "$(api b GET "/api/v1/statements/$one/files?name=..%2F..%2Fmap.png" -o /dev/null -w '%{http_code}')" 404 "a path is no name"
is "$(api b GET "/api/v1/statements/$one/files" -o /dev/null -w '%{http_code}')" 400 "a name is needed"
# ---- of a draft, by two people ----
account a ann analyst
account a carl analyst
account a ruth releasing-officer
warning "$W/d.json" "a car with a bomb" ',"urgency":"urgent"'
run 0 "a draft begins with two files, one of them open" by a ann draft add --to b.exercise --open substance,attachment.2 --attach "$W/names.txt" --attach "$W/map.png" --not-public "there is no public danger" "$W/d.json" --json
draft=$(echo "$out" | jq -r .id)
opened() { by a ann draft show "$draft" --json | jq -r '[.recipients[0].open[] | select(.name | startswith("attachment.")) | .value[0]] | sort | join(" ")'; }
attached() { by a ann draft show "$draft" --json | jq -r '[.files[].name] | join(" ")'; }
is "$(attached)" "map.png names.txt" "both are attached"
is "$(opened)" "map.png" "the one is open"
printf 'AAA\n' >"$W/a first.txt"
run 0 "another one comes in front of them" by a ann draft attach "$draft" "$W/a first.txt"
is "$(opened)" "map.png" "and what was opened is still the same"
by a ann draft show "$draft" --json | jq -e .version >"$W/version"
head -c 1000 /dev/urandom >"$W/other.png"; cp "$W/map.png" "$W/old.png"; cp "$W/other.png" "$W/map.png"
run 0 "one is replaced" by a carl draft attach "$draft" "$W/map.png"
match "$(by a ann draft show "$draft" --json | jq -r '.missing[] | select(.need == "fix").words')" 'attachment\.' "the new one is not open because the old one was: its author has to say it anew"
run 1 "who has seen another version is refused" by a ann draft attach "$draft" "$W/names.txt" --version "$(cat "$W/version")"
match "$err" 'somebody has changed it' "with why"
is "$(api_by a ann POST "/api/v1/drafts/$draft/files?name=x.txt&type=text/plain" --data-binary x -o "$W/answer" -w '%{http_code}')" 428 "who has seen none is, too"
run 1 "a name that is none is refused" by a ann draft attach "$draft" "$W/.hidden"
run 1 "a type that is none" sh -c "curl -sS --unix-socket $W/a/dir/run/tocsin.sock -X POST 'http://localhost/api/v1/drafts/$draft/files?name=a.html&type=text/html&version=3' -H \"Authorization: Bearer \$(cat $W/a/ann.token)\" --data-binary x | grep -q '\"files\"'"
run 0 "one goes" by a ann draft detach "$draft" names.txt
run 1 "and cannot go twice" by a ann draft detach "$draft" names.txt
match "$err" 'no file names.txt' "because it is not there"
is "$(attached)" "a first.txt map.png" "two are left"
line=$(by a ann draft show "$draft" --json | jq -r '.files[] | select(.name == "map.png").line')
by a ann draft show "$draft" --json | jq --arg l "$line" '.composition | .audiences[0].open = ["substance", $l]' >"$W/e.json"
run 0 "its author opens the new one" by a ann draft edit "$draft" --version "$(by a ann draft show "$draft" --json | jq .version)" "$W/e.json"
is "$(opened)" "map.png" "which is open then"
run 0 "the four tests are answered" by a ann determine "$draft" --credible yes --specific yes --impending yes --harm yes
run 0 "it is proposed" by a ann propose "$draft" --confirm-audience
run 0 "who is to release it looks at the file" by a ruth draft file "$draft" map.png --out "$W/looked.png"
same "$W/map.png" "$W/looked.png"; is $? 0 "which is the new one"
proposed=$(by a ruth draft show "$draft" --json | jq .version)
run 0 "somebody changes a file then" by a carl draft attach "$draft" "$W/names.txt"
match "$out" ', draft$' "so that it is no longer proposed"
run 1 "and what was looked at is not released" by a ruth release "$draft" --version "$proposed" --confirm-audience
run 0 "it is proposed again" by a ann propose "$draft" --confirm-audience
run 0 "and released" by a ruth release "$draft" --version "$(by a ruth draft show "$draft" --json | jq .version)" --confirm-audience --override "they are named one by one" --json
left=$(echo "$out" | jq -r '.released[0].id')
run 1 "what has left is not changed any more" by a ann draft attach "$draft" "$W/names.txt"
match "$err" 'rule release.state' "by its rule"
until_true 20 holds b "$left"; is $? 0 "it arrives"
is "$(at b show "$left" --json | jq -r '[.fields[] | select(.name | startswith("attachment.")) | .value[0]] | join(" ")')" "map.png" "with the file that was opened and no other"
run 0 "which its recipient saves" at b attachment "$left" map.png --out "$W/left.png"
same "$W/map.png" "$W/left.png"; is $? 0 "as it is"
for n in a b; do run 0 "log account passes on $n" at $n log account; done
done_testing
