#!/bin/sh
# Somebody without a node is told by voice or paper: script, sheet, what was written down; and a partner whose receipt does not come.
CHECK_API=1
. "$(dirname "$0")/lib.sh"
nodes a b
meet a b
contact() { printf '%s\n' "$2" >"$W/contact.json"; at a contact add "$1" "$W/contact.json"; }

# ---- who they are ----
run 0 "a contact is added" contact market '{"label":"Рынок, управляющая И. Петрова","telephones":["+7 495 000-00-00","+7 903 0000000"],"language":"ru","tell":"the guard at gate 2","note":"deaf in one ear"}'
run 0 "and another one" contact school '{"label":"مدرسة الميناء","telephones":["+20 2 0000"],"language":"ar"}'
run 0 "and one whose language has no phrases" contact choir '{"label":"<b>Choir</b> & friends","language":"cy"}'
is "$(at a contact list --json | jq -r '[.items[].name] | join(" ")')" "choir market school" "they are listed by name"
match "$(at a contact show market)" 'telephones +\+7 495 000-00-00, \+7 903 0000000' "and shown"
run 1 "a telephone number that is none is refused" contact x '{"label":"x","telephones":["call me"]}'
run 1 "a member that nobody knows is refused" contact x '{"label":"x","phone":"123"}'
run 1 "a name in capitals is refused" contact X '{"label":"x"}'
run 1 "who is not there cannot be shown" at a contact show nobody
run 0 "one is removed" sh -c "printf '{\"label\":\"y\"}' >$W/y.json && $T -d $W/a/dir contact add y $W/y.json && $T -d $W/a/dir contact remove y"
run 1 "and is gone" at a contact show y

# ---- what they are to be told ----
must at a policy set desk.callback "+49 30 000000"
must at a policy set desk.title "the crisis centre"
cat >"$W/w.json" <<'J'
{"threat.summary":{"en":"Three men plan to shoot at the market.","ru":"Трое собираются стрелять на рынке.","authoritative":"en"},"handling.tlp":"amber-strict",
"threat.harm":["death","injury"],"where.place":"Harbour market <east>","when.until":"2031-01-01T12:00:00Z","likelihood":"likely","source.origin":"a fisherman","target.who":"the stall-holders","advice":{"en":"Close the market.","ru":"Закройте рынок.","authoritative":"en"}}
J
run 3 "a warning to a contact and a partner: the contact's is not delivered yet" at a warn --to contact:market --to b.exercise --close target.who "$W/w.json"
match "$err" 'still to be told to the contact: tocsin show [0-9a-f]{16} tells$' "in a sentence, too"
told=$(echo "$out" | sed -n 's/ a\.exercise$//p')
sent=$(echo "$out" | sed -n 's/ b\.exercise$//p')
is "$(delivery a "$told")" "to be delivered" "it is to be delivered"
is "$(at a show "$told" --json | jq -r '.fields[] | select(.name == "recipient.name").value')" "Рынок, управляющая И. Петрова" "it says for whom"
arrives 20 a "$sent" received
at b show "$sent" --json | grep -q recipient; is $? 1 "the partner learns nothing of them"
run 1 "nobody of that name is refused" at a warn --to contact:nobody "$W/w.json"
match "$err" 'contact add' "with what to do"
run 1 "a warning to ourselves is refused" at a warn --to a.exercise "$W/w.json"
match "$err" 'rule contact.self' "by its rule"
printf '{"threat.summary":"x","handling.tlp":"red","recipient.name":"somebody"}\n' >"$W/r.json"
run 1 "a partner is no recipient without a node" at a warn --to b.exercise "$W/r.json"
match "$err" 'rule contact.self' "by the same rule"

# ---- the script and the sheet ----
run 0 "a script" at a script "$told"
script=$out
match "$script" 'Звонить: \+7 495 000-00-00' "with whom to ring up"
match "$script" 'Говорит the crisis centre' "who calls"
match "$script" 'Трое собираются стрелять' "what is known, in their language"
match "$script" 'Harbour market <east>' "and what is in one language only"
match "$script" 'гибель, ранения' "words of the vocabulary, too"
match "$script" 'Закройте рынок' "what to do"
match "$script" '\+49 30 000000' "where to call back"
match "$script" 'УЧЕНИЯ' "that it is an exercise"
match "$script" 'TLP:AMBER\+STRICT' "how to handle it"
code=$(printf '%s' "$told" | cut -c1-16 | python3 -c 'import sys; n = int(sys.stdin.read(), 16) % 10**8; print("%04d %04d" % (n // 10**4, n % 10**4))')
match "$script" "$code" "and the short code, which is made as the protocol says"
echo "$script" | grep -qE 'fisherman|stall-holders'; is $? 1 "no closed line is in it"
echo "$script" | grep -qi 'specific\|no phrases'; is $? 1 "nor how specific it is, nor that phrases are missing"
run 0 "a script in another language" at a script "$told" --language fr
match "$out" 'Ce que l.on sait' "has its phrases"
match "$out" 'Three men plan to shoot at the market\. \(en\)' "and says in which language the words are"
run 1 "in a language without phrases it is refused" at a script "$told" --language tlh
run 0 "a sheet" at a sheet "$told"
echo "$out" | grep -qE 'deaf|\+7 495'; is $? 1 "our own notes are not on what is handed over"
run 0 "as a page" at a sheet "$told" --html
match "$out" '<html lang="ru" dir="ltr">' "in their language"
match "$out" 'Harbour market &lt;east&gt;' "escaped"
api a GET "/api/v1/statements/$told/sheet?html=1" -D "$W/head" -o /dev/null
match "$(cat "$W/head")" '^Content-Disposition: attachment' "which the API hands out to be saved"
warning "$W/s.json" "a fire"
run 3 "somebody who reads from right to left" at a warn --to contact:school "$W/s.json"
match "$(at a sheet "${out%% *}" --html)" '<html lang="ar" dir="rtl">' "gets a page from right to left"
run 3 "somebody whose language has no phrases" at a warn --to contact:choir "$W/s.json"
page=$(at a sheet "${out%% *}" --html)
match "$page" '<html lang="en"' "gets it in English"
match "$page" 'there are no phrases in cy; in English' "which is said"
match "$page" '&lt;b&gt;Choir&lt;/b&gt; &amp; friends' "with the name escaped"
run 1 "a record is not to be told" sh -c "printf '{\"record.type\":\"call\",\"text\":\"x\"}' >$W/c.json; id=\$($T -d $W/a/dir record $W/c.json | cut -d' ' -f1); $T -d $W/a/dir script \$id"
run 1 "nor is what somebody else sent" at b script "$sent"
match "$err" 'rule told.own' "by its rule"

# ---- written down ----
run 2 "who was told is needed" at a delivered "$told" --by telephone --at 2026-01-02T03:04:05Z
run 1 "another way is refused" at a delivered "$told" --by pigeon --person P --at 2026-01-02T03:04:05Z
run 1 "a time to come is refused" at a delivered "$told" --by telephone --person P --at 2999-01-02T03:04:05Z
run 0 "it is written down, after the fact" at a delivered "$told" --by telephone --person "I. Petrova" --at 2026-01-02T03:04:05Z --words "As in the script." --read-back "Market, today, close it" --code-ok
record=${out%% *}
is "$(delivery a "$told")" "delivered, one-sided" "then it is delivered, one-sided"
is "$(at a show "$told" --json | jq -c '.deliveries | map([.by, .person, .at, .read_back, .read_back_given, .code_ok, .countersigned])')" '[["telephone","I. Petrova","2026-01-02T03:04:05Z","Market, today, close it",true,true,false]]' "with all that was written down"
is "$(at a show "$record" --json | jq -r '.from + " " + .to + " " + .delivery')" "a.exercise a.exercise own record" "which is our own word"
match "$(at a show "$told")" 'told +2026-01-02T03:04:05Z, telephone: I\. Petrova, code agreed \(we wrote this down\)' "in words too"
is "$(at a list --kind warning --json | jq -r ".items[] | select(.id == \"$told\").delivery")" "delivered, one-sided" "and in the list"
head -c 20000 /dev/urandom >"$W/scan.jpg"
run 0 "a paper was countersigned" at a delivered "$told" --by paper --person "I. Petrova" --at 2026-01-02T05:00:00Z --no-read-back --scan "$W/scan.jpg"
is "$(delivery a "$told")" "delivered, with a scanned countersignature" "and says so"
run 0 "the scan is kept" at a attachment "${out%% *}" scan.jpg --out "$W/scan.got"
cmp -s "$W/scan.jpg" "$W/scan.got"; is $? 0 "as it was"
run 0 "what they were told can be proven to have been ours" at a evidence "$told" --out "$W/bundle"
run 0 "offline" at a verify "$W/bundle" --card "$W/a/card"

# ---- withdrawn ----
run 3 "it is withdrawn, which they are to be told, too" at a retract "$told" --reason "a mistake"
back=${out%% *}
is "$(delivery a "$back")" "to be delivered" "so it is to be delivered"
match "$(at a script "$back")" 'Мы отзываем' "with a script of its own"
match "$(at a script "$told")" 'ОТОЗВАНО' "and the script of what was withdrawn says so"
match "$(at a sheet "$told" --html)" '<p dir="auto">ОТОЗВАНО' "and its page"

# ---- a partner whose receipt does not come ----
must at b card --duty "night desk +49 40 1111, English" >/dev/null
sleep 2
node_stop b
at b card >/dev/null 2>&1
sends a b "a second warning"; late=$id
run 0 "told by telephone before the receipt came" at a delivered "$late" --by telephone --person "their night desk" --at 2026-01-02T03:04:05Z
is "$(delivery a "$late")" waiting "is no receipt"
is "$(at a show "$late" --json | jq -r '.deliveries[0].person')" "their night desk" "but is shown"
match "$(at a script "$late")" 'For: b\.exercise' "the script is for them"
node_start b
arrives 30 a "$late" received; is $? 0 "and the receipt comes later"
until_true 20 sh -c "$T -d $W/a/dir script $late | grep -q 'night desk'"; is $? 0 "their duty contact is in the script"
for n in a b; do run 0 "log account passes on $n" at $n log account; done
done_testing
