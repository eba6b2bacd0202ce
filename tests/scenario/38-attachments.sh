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
for n in a b; do run 0 "log account passes on $n" at $n log account; done
done_testing
