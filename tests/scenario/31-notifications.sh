#!/bin/sh
# Pages reach people: by mail, webhook and program, past slow and refusing servers and a crash, until somebody acknowledges.
. "$(dirname "$0")/lib.sh"
R=$W/receivers
mkdir -p "$R" "$W/programs"
touch "$R/mails" "$R/hooks" "$R/tried" "$W/rung"
set -- $(free_ports 2)
smtp=$1 hook=$2
python3 "$TOCSIN_SOURCE/tests/scenario/receivers.py" "$R" "$smtp" "$hook" 2>"$R/log" &
echo $! >"$R/pid"
until_true 10 test -f "$R/ready" || { echo "Bail out! the receivers do not start: $(tail -3 "$R/log")"; exit 1; }
cat >"$W/programs/ring" <<SH
#!/bin/sh
{ echo "== \$TOCSIN_WHAT \$TOCSIN_PAGE"; env; echo "args: \$*"; } >>"$W/rung"
SH
chmod 755 "$W/programs/ring"
node_make a; node_make b
node_set b server "127.0.0.1:$smtp" mail
node_set b from desk@b.example mail
node_set b tls none mail
node_set b folder "$W/programs" notify
node_start a; node_start b
meet a b

# ---- people: an administrator, two who keep watch, and the chain of their unit ----
printf 'correct horse battery\n' >"$W/password"
chmod 600 "$W/password"
must at b account add adm --role administrator --password-file "$W/password"
must at b account add anna --role duty-officer,analyst --function "duty officer" --password-file "$W/password"
must at b account add bert --role duty-officer,releasing-officer --function "second watch" --password-file "$W/password"
for who in adm anna bert; do must at b login "$who" --password-file "$W/password" --save "$W/token-$who"; done
as() { who=$1; shift; "$T" -d "$W/b/dir" --token-file "$W/token-$who" "$@"; }
must as adm unit escalation desk anna bert

# ---- channels ----
run 0 "one adds an e-mail channel of one's own" as anna channel add email anna@b.example
mail=$out
run 0 "and a webhook" as anna channel add webhook "http://127.0.0.1:$hook/anna"
hook_id=$(echo "$out" | head -1)
secret=$(echo "$out" | sed -n 's/^secret: //p')
is ${#secret} 64 "whose secret is shown"
match "$(as anna channel list --json | jq -c .items)" '"kind":"webhook"' "both are listed"
is "$(as anna channel list --json | grep -c "$secret")" 0 "without the secret"
run 1 "a program is not for everybody to choose" as anna channel add command ring
match "$err" 'rule channel.command' "and the rule says so"
run 0 "an administrator adds it" as adm channel add command ring --account anna
run 1 "nobody sees another's channels" as bert channel list --account anna
match "$err" 'rule channel.own' "by rule"
run 1 "a webhook beyond this machine is https" as anna channel add webhook http://pager.example/
match "$err" 'rule channel.https' "by rule"
run 1 "an address cannot end a line" as anna channel add email "x@b.example
Bcc: y@b.example"
run 1 "quiet hours are two times of the day" as anna channel add email "c@b.example" --quiet "ten"
run 0 "a channel may be quiet at night" as anna channel add webhook "http://127.0.0.1:$hook/quiet" --quiet "$(date -u -d '-1 hour' +%H:%M)-$(date -u -d '+2 hours' +%H:%M)"
as bert channel add webhook "http://127.0.0.1:$hook/bert" >/dev/null
run 0 "bert has one too" as bert channel list

# ---- a warning that nobody opens ----
holds_as() { as bert list --in --json 2>/dev/null | grep -q "$1"; }
mails() { [ "$(grep -c "$1" "$R/mails")" -ge "$2" ]; }
hooks() { [ "$(jq -c "select(.path == \"$1\") | .body | fromjson | select(.what | test(\"$2\"))" "$R/hooks" | wc -l)" -ge "$3" ]; }
rung() { [ "$(grep -c "^== $1" "$W/rung")" -ge "$2" ]; }
must as adm policy set clock.opening.imminent 60s
must as adm policy set escalation.every.imminent 60s
sends a b "MARKER-IN-THE-CONTENT" ',"urgency":"imminent"'; first=$id
until_true 20 holds_as "$first"
sleep 1
must as adm clock "$(date -u -d '+61 seconds' +%Y-%m-%dT%H:%M:%SZ)"
until_true 20 hooks /anna 'clock missed: opening' 1; is $? 0 "whose clock it is gets a webhook"
until_true 20 mails 'clock missed: opening' 1; is $? 0 "a mail"
until_true 20 rung 'clock missed: opening' 1; is $? 0 "and a program"
until_true 20 hooks /quiet 'clock missed: opening' 1; is $? 0 "a threat to life comes in quiet hours, too"
hooked=$(jq -c 'select(.path == "/anna")' "$R/hooks" | grep 'missed: opening' | tail -1)
body=$(echo "$hooked" | jq -r .body)
page=$(echo "$body" | jq -r .page)
is "$(echo "$body" | jq -c '[.node, .exercise, .test, .life, .about, .kind, .whose]')" \
	"[\"b.exercise\",true,false,true,\"$(echo "$first" | cut -c1-16)\",\"warning\",\"duty officer\"]" "which say whose, about what, and that it is an exercise"
is "$(cat "$R/mails" "$R/hooks" "$W/rung" | grep -cE 'MARKER|Harbour|fisherman|Close the gate')" 0 "and nothing of the content"
match "$(grep "$page" "$R/mails" | head -1 | jq -r .data)" "^Subject: \[EXERCISE\] \[THREAT TO LIFE\] clock missed: opening" "the mail says what it is about"
match "$(grep "$page" "$R/mails" | head -1 | jq -r .data)" "^Message-ID: <page-$page@b.exercise>" "and names the page"
signature=$(echo "$hooked" | jq -r '.headers["tocsin-signature"]')
wanted="t=$(echo "$signature" | sed 's/^t=\([0-9]*\),.*/\1/')"
is "$signature" "$wanted,v1=$(printf '%s.%s' "${wanted#t=}" "$body" | openssl dgst -sha256 -hmac "$secret" -r | cut -d' ' -f1)" "the webhook's signature is right"
is "$(sed -n 's/^\([A-Za-z_]*\)=.*/\1/p' "$W/rung" | grep -vE '^(TOCSIN_(EVENT|PAGE|WHAT|ID|KIND|CLOCK|DUE|WHOSE|ACCOUNT|LIFE|TEST|EXERCISE)|PATH|LANG|PWD|SHLVL|_|OLDPWD)$' | sort -u)" "" "the program's environment has nothing else"
is "$(grep -c '^args: $' "$W/rung")" "$(grep -c '^args:' "$W/rung")" "and its command line nothing at all"
match "$(as anna page)" "sent +clock missed: opening" "one sees what one was paged about"

# ---- up the chain, until somebody acknowledges ----
must as adm clock "$(date -u -d '+125 seconds' +%Y-%m-%dT%H:%M:%SZ)"
until_true 20 hooks /bert 'clock escalated: opening' 1; is $? 0 "then the next in the chain is paged"
pages_bert=$(as bert page list --json | jq -r '.items[0].id')
run 1 "nobody acknowledges another's page" as anna page ack "$pages_bert"
run 0 "bert acknowledges" as bert page ack "$pages_bert"
is "$(as anna page list --json | jq -r '[.items[] | select(.what | test("opening")) | .state] | unique | join(" ")')" stopped "which ends everybody's pages about it"
before=$(wc -l <"$R/hooks")
must as adm clock "$(date -u -d '+200 seconds' +%Y-%m-%dT%H:%M:%SZ)"
sleep 3
is "$(jq -c '.body | fromjson | select(.what | test("opening"))' "$R/hooks" | wc -l)" "$(head -"$before" "$R/hooks" | jq -c '.body | fromjson | select(.what | test("opening"))' | wc -l)" "nobody is paged any more"

# ---- a test of a channel ----
run 0 "a channel can be tested" as anna channel test "$mail"
until_true 20 mails '\[TEST\]' 1; is $? 0 "by a mail that says that it is a test"

must as adm policy set test.pager-every 4s
until_true 30 hooks /anna '^test of this channel$' 1; is $? 0 "each is tested by itself, as often as policy says"
must as adm policy set test.pager-every 0s
sleep 1
is "$(jq -c 'select(.path == "/quiet") | .body | fromjson | select(.test)' "$R/hooks" | wc -l)" 0 "what is no threat to life waits for the end of quiet hours"

# ---- servers that refuse, and that are slow ----
echo 500 >"$R/hook"
echo later >"$R/smtp"
as anna channel test "$hook_id" >/dev/null
until_true 20 sh -c "$T -d $W/b/dir --token-file $W/token-anna channel list | grep -q 'DOES NOT WORK.*answers 500'"; is $? 0 "a channel that fails says since when, and why"
until_true 20 alarmed b 'the webhook of anna .* does not work'; is $? 0 "and is an alarm"
is "$(asks b '.alarms[].sentence' | grep -c "$hook/anna")" 0 "which does not tell its address"
as anna channel test "$mail" >/dev/null
until_true 20 sh -c "[ \$(wc -l <$R/tried) -ge 3 ]"
echo ok >"$R/hook"
echo ok >"$R/smtp"
until_true 30 mails '\[TEST\]' 2; is $? 0 "a mail that was put off comes later"
until_true 30 sh -c "! $T -d $W/b/dir --token-file $W/token-anna channel list | grep -q 'DOES NOT WORK'"; is $? 0 "and what works again is no alarm any more"
echo 302 >"$R/hook"
as anna channel test "$hook_id" >/dev/null
until_true 20 sh -c "$T -d $W/b/dir --token-file $W/token-anna channel list | grep -q 'redirects are not followed'"; is $? 0 "a redirect is a failure"
is "$(jq -c 'select(.path == "/elsewhere")' "$R/hooks" | wc -l)" 0 "and is not followed"
echo refuse >"$R/smtp"
as anna channel test "$mail" >/dev/null
until_true 20 sh -c "$T -d $W/b/dir --token-file $W/token-anna page | grep -q 'failed .*test of this channel.*refuses it'"; is $? 0 "an address that is refused for good fails the page"
tried=$(wc -l <"$R/tried")
until_true 20 rung 'a channel of yours does not work' 1; is $? 0 "of which the others tell"
echo ok >"$R/smtp"
echo ok >"$R/hook"
until_true 30 hooks /anna 'test of this channel' 3

# ---- content, when policy lets it through ----
must as adm policy set notify.content yes
sends a b "LET-THROUGH" ',"urgency":"imminent"'; third=$id
until_true 20 holds_as "$third"
must as adm clock "$(date -u -d '+270 seconds' +%Y-%m-%dT%H:%M:%SZ)"
until_true 20 mails 'LET-THROUGH' 1; is $? 0 "policy may let the summary through, to who may see it"
is "$(cat "$R/mails" "$R/hooks" | grep -cE 'Harbour|fisherman|Close the gate')" 0 "and nothing else"
is "$(grep -c LET-THROUGH "$W/rung")" 0 "a program never learns it"
must as adm policy set notify.content no
as bert page ack "$(as bert page list --json | jq -r '.items[0].id')" >/dev/null 2>&1

# ---- one that hangs keeps nobody waiting, and a crash loses nothing ----
echo hang >"$R/hook"
as anna channel test "$hook_id" >/dev/null
as adm channel add webhook "http://127.0.0.1:$hook/well" --account bert >/dev/null
well=$(as bert channel list --json | jq -r '.items[-1].id')
as bert channel test "$well" >/dev/null
until_true 9 hooks /well 'test of this channel' 1; is $? 0 "a receiver that hangs keeps no other waiting"
started=$(date +%s%N); at b status >/dev/null; is $? 0 "nor the desk"
count=$(jq -c 'select(.path == "/anna")' "$R/hooks" | wc -l)
as anna channel test "$hook_id" >/dev/null
until_true 20 sh -c "[ \$(jq -c 'select(.path == \"/anna\")' $R/hooks | wc -l) -gt $count ]"
node_kill b
echo ok >"$R/hook"
node_start b
last=$(as anna page list --json | jq -r '.items[0].id')
until_true 30 sh -c "$T -d $W/b/dir --token-file $W/token-anna page list --json | jq -e '.items[0].state == \"sent\"'"; is $? 0 "what was being delivered when it was killed is delivered after its start"
is "$(jq -r --arg p "$last" '.body | select(test($p)) | fromjson | .page' "$R/hooks" | sort -u | wc -l)" 1 "with the same page id, so that doubles can be dropped"

echo hang >"$R/smtp"
count=$(wc -l <"$R/mails")
as anna channel test "$mail" >/dev/null
until_true 20 sh -c "[ \$(wc -l <$R/mails) -gt $count ]"
started=$(date +%s); node_stop b; is $? 0 "the node stops while a mail server hangs"
[ $(($(date +%s) - started)) -lt 30 ]; is $? 0 "without waiting for it"
echo ok >"$R/smtp"
node_start b
until_true 30 sh -c "$T -d $W/b/dir --token-file $W/token-anna page list --json | jq -e '.items[0].state == \"sent\"'"; is $? 0 "and sends the mail after its start"

# ---- nobody to reach ----
must as adm account add carl --role duty-officer --function "third watch" --no-password
must as adm unit escalation desk carl bert
warning "$W/second.json" "another" ',"urgency":"imminent"'
second=$(at a warn --to "$(node_name b)" "$W/second.json" | cut -d' ' -f1)
until_true 20 holds_as "$second"
sleep 1
count=$(jq -c 'select(.path == "/bert") | .body | fromjson | select(.what | test("opening"))' "$R/hooks" | wc -l)
must as adm clock "$(date -u -d '+400 seconds' +%Y-%m-%dT%H:%M:%SZ)"
until_true 20 hooks /bert 'clock escalated: opening' $((count + 1)); is $? 0 "who has no channel is passed over at once: the next is paged"
until_true 20 alarmed b 'pages reached nobody'; is $? 0 "and that is an alarm"
# ---- mail over TLS, with a login ----
mkdir -p "$W/relay"
touch "$W/relay/mails" "$W/relay/logins"
must openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout "$W/relay/key" -out "$W/relay/cert"
set -- $(free_ports 2)
python3 "$TOCSIN_SOURCE/tests/scenario/receivers.py" "$W/relay" "$1" "$2" "$W/relay/cert" "$W/relay/key" 2>"$W/relay/log" &
echo $! >"$W/relay/pid"
until_true 10 test -f "$W/relay/ready"
printf 'secret word\n' >"$W/relay/password"
chmod 644 "$W/relay/password"
node_set a server "localhost:$1" mail
node_set a from desk@a.example mail
node_set a user desk mail
node_set a password-file "$W/relay/password" mail
node_stop a
run 1 "a password that others may read is refused at the start" "$T" -d "$W/a/dir" serve
match "$err" 'password-file' "in words"
chmod 600 "$W/relay/password"
node_start a
run 0 "while there are no accounts the operator has channels, too" at a channel add email night@a.example
relay=$out
at a channel test "$relay" >/dev/null
until_true 30 sh -c "$T -d $W/a/dir channel list | grep -q 'DOES NOT WORK'"; is $? 0 "a mail server whose certificate nobody vouches for gets nothing"
is "$(wc -l <"$W/relay/logins")" 0 "not even the password"
node_set a ca "$W/relay/cert" notify
node_stop a; node_start a
until_true 30 sh -c "grep -q TEST $W/relay/mails"; is $? 0 "with its anchor the mail goes there, over TLS and logged in"
node_set a tls none mail
node_set a server mail.example:25 mail
node_stop a
run 1 "without TLS mail goes to no other machine" "$T" -d "$W/a/dir" serve
match "$err" 'without TLS' "in words"
done_testing
