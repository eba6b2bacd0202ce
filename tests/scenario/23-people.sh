#!/bin/sh
# An organisation sets itself up: a unit, seven accounts, one of each role; they log in, lend roles, hand over a shift. What nobody may is refused,
# and neither the database nor the log file holds what somebody logs in with.
CHECK_API=1
CHECK_API=1
. "$(dirname "$0")/lib.sh"
nodes a b
meet a b

# as ACCOUNT COMMAND...: with the token that its login kept
as() {
	local who=$1
	shift
	"$T" -d "$W/a/dir" --token-file "$W/$who.token" "$@"
}
# over TOKEN METHOD PATH [CURL ARGUMENTS...]: the HTTP status at the desk listener
over() {
	local token=$1 method=$2 path=$3
	shift 3
	curl -sS --max-time 30 -o "$W/over" -w '%{http_code}' -X "$method" -H "Authorization: $token" "$@" "http://127.0.0.1:$(node_desk a)$path"
}
# password ACCOUNT: its file, made at the first call
password() {
	[ -f "$W/$1.pw" ] || { (umask 077; printf 'a long secret of %s, %s\n' "$(echo "$1" | tr a-z n-za-m)" "$(od -An -N8 -tx1 /dev/urandom | tr -d ' ')" >"$W/$1.pw"); }
	echo "$W/$1.pw"
}
# code SECRET STEPS: the code of that secret, so many half minutes from now
code() { python3 -c 'import base64,hmac,struct,sys,time
mac = hmac.new(base64.b32decode(sys.argv[1]), struct.pack(">Q", int(time.time()) // 30 + int(sys.argv[2])), "sha1").digest()
at = mac[19] & 15
print("%06d" % ((struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff) % 1000000))' "$1" "$2"; }

# ---- without accounts ----
match "$(at a whoami)" 'no accounts: whoever holds the node.s socket may do everything' "without accounts whoever holds the socket may do everything"
run 0 "and reads" at a list
run 0 "a unit is added" at a unit add crisis "the crisis unit"
run 0 "a compartment, too" at a unit compartment harbour "what the harbour source says"
run 1 "an account whose password is short is refused" at a account add boss --role administrator --password-file - <<EOF
short
EOF
match "$err" 'at least 12 characters' "with what it takes"
run 2 "a password on the command line is wrong usage" at a account add boss --role administrator --password "on the command line"
password boss >/dev/null
chmod 644 "$W/boss.pw"
run 1 "a password file that others can read is refused" at a account add boss --role administrator --password-file "$W/boss.pw"
chmod 600 "$W/boss.pw"
run 1 "a role that there is not is refused" at a account add boss --role director --password-file "$W/boss.pw"
run 1 "an administrator who also reads is refused" at a account add boss --role administrator,analyst --password-file "$W/boss.pw"
match "$err" 'rule account\.administrator-alone' "by a rule with a name"
run 1 "a unit that there is not is refused" at a account add boss --role administrator --unit nowhere --password-file "$W/boss.pw"
run 0 "the first account is an administrator" at a account add boss --role administrator --password-file "$W/boss.pw"

# ---- from the first account on ----
run 1 "from now on the socket alone reads nothing" at a list
match "$err" 'rule role\.right' "by a rule with a name"
sends_by_socket() { warning "$W/w.json" "by the socket"; at a warn --to b.exercise "$W/w.json"; }
run 1 "nor warns" sends_by_socket
run 0 "and manages" at a account list
run 0 "the administrator logs in" at a login boss --password-file "$W/boss.pw" --save "$W/boss.token"
is "$(stat -c %a "$W/boss.token")" 600 "the token is kept for its owner alone"
is "$(as boss whoami --json | jq -r '.account + " " + (.roles | join(","))')" "boss administrator" "and says who asks"
for pair in ann:analyst rita:releasing-officer dan:duty-officer lia:liaison ivan:inspector paul:data-protection-officer; do
	who=${pair%%:*}
	run 0 "an account for the ${pair#*:}" as boss account add "$who" --role "${pair#*:}" --password-file "$(password "$who")"
	must at a login "$who" --password-file "$W/$who.pw" --save "$W/$who.token"
	is "$(as "$who" whoami --json | jq -r '.roles | join(",")')" "${pair#*:}" "has that role and no other"
done
run 0 "somebody of another unit" as boss account add otto --role duty-officer --unit crisis --function "crisis officer" --password-file "$(password otto)"
must at a login otto --password-file "$W/otto.pw" --save "$W/otto.token"
run 1 "a name is not used twice" as boss account add ann --role liaison --no-password

# ---- tokens and headers ----
token=$(cat "$W/ann.token")
is "$(TOCSIN_TOKEN=$token at a whoami --json | jq -r .account)" ann "a token in the environment says who asks"
is "$(TOCSIN_TOKEN_FILE=$W/rita.token at a whoami --json | jq -r .account)" rita "a token file, too"
is "$(over "Bearer $token" GET /api/v1/whoami) $(jq -r .account "$W/over")" "200 ann" "the desk listener takes the token of a session"
is "$(over "Basic $(printf 'ann:%s' "$(cat "$W/ann.pw")" | base64 -w0)" GET /api/v1/whoami)" 401 "but no name and password"
is "$(over "Basic $(printf 'ann:%s' "$token" | base64 -w0)" GET /api/v1/whoami)" 401 "nor the token of a session as a password"
is "$(over "Bearer $(cat "$W/a/dir/desk.token")" GET /api/v1/whoami) $(jq -r .account "$W/over")" "200 operator" "desk.token is the operator"
is "$(over "Bearer $(cat "$W/a/dir/desk.token")" GET /api/v1/statements)" 403 "who manages and reads nothing"
is "$(over "Bearer $(echo "$token" | tr 0-9a-f 1-9a-f0)" GET /api/v1/whoami)" 401 "a token that is none is refused"
run 1 "a token file with something else in it is refused" at a --token-file "$W/ann.pw" whoami
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do over "Bearer $(echo "$token" | tr 0-9a-f 1-9a-f0)" GET /api/v1/whoami >/dev/null; done
is "$(over "Bearer $(echo "$token" | tr 0-9a-f 1-9a-f0)" GET /api/v1/whoami)" 429 "an address that guesses is slowed down"
is "$(over "Bearer $token" GET /api/v1/whoami)" 200 "whoever has a right token passes beside it"
run 0 "a token for a program" as ann account token add "the wall display" --scope read --for 30d --save "$W/display.token"
run 0 "reads" as display list
run 1 "and does nothing else" as display warn --to b.exercise "$W/w.json"
match "$err" 'rule token\.scope' "by a rule with a name"
run 1 "a token does not last for ever" as ann account token add "for ever" --scope read --for 500d
match "$err" 'rule token\.end' "by a rule with a name"
id=$(as ann account token --json | jq -r '.items[] | select(.kind == "token") | .id')
run 0 "it is ended by its name" as ann account token end "$id"
run 1 "and refused at once" as display list

# ---- what roles allow ----
denied() { run 1 "$1 may not: $2" as "$1" $2; match "$err" 'rule role\.right' "$1 is told the rule: $2"; }
denied boss "list"
for who in boss at; do
	asks() { if [ "$who" = at ]; then at a "$@"; else as "$who" "$@"; fi; }
	for words in "partner list" "partner show b.exercise" "witness list" "group add near b.exercise" "group list" "group remove near"; do
		run 0 "who manages partners sees them ($who): $words" asks $words
	done
done
run 1 "who is no partner cannot be confirmed" at a partner confirm nobody.exercise
match "$err" 'partner' "and is told why"
printf '%s' "$err" | grep -q 'stays unconfirmed'; is $? 1 "not that nobody typed yes"
denied ivan "warn --to b.exercise $W/w.json"
denied ann "partner quorum b.exercise none"
denied ann "account add eve --role administrator --no-password"
denied ann "account role ann administrator"
denied rita "policy set retract.two-people yes"
denied rita "unit add eve EVE"
denied dan "account lock boss"
run 1 "nobody gives oneself a role" as boss account role boss administrator,analyst
match "$err" 'rule account\.own-roles' "by a rule with a name"
run 1 "the last administrator cannot be removed" at a account remove boss
match "$err" 'rule account\.last-administrator' "by a rule with a name"
is "$(as ann account list --json | jq -r '[.items[].name] | join(" ")')" "ann boss dan ivan lia paul rita" "one sees one's own unit"
run 1 "and nobody of another" as ann account show otto
other=$err
run 1 "as if there were nobody" as ann account show nina
is "$(echo "$err" | sed s/nina/otto/)" "$other" "in the same words"
is "$(as boss account list --json | jq -r '[.items[].name] | join(" ")')" "ann boss dan ivan lia otto paul rita" "an administrator sees all"


# ---- two administrators ----
etag=$(api a GET /api/v1/accounts/lia -D - -o /dev/null | tr -d '\r' | sed -n 's/^[Ee][Tt][Aa][Gg]: //p')
match "$etag" '^"[0-9]+"$' "an account has a version"
edit() { api a POST /api/v1/accounts/lia -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' -H "If-Match: $1" -d "{\"function\":\"$2\"}"; }
is "$(edit "$etag" "liaison by day")" 200 "who has seen it may change it"
is "$(edit "$etag" "liaison by night")" 412 "who has seen the one before may not"
is "$(at a account show lia --json | jq -r .function)" "liaison by day" "and changes nothing"

# ---- wrong passwords ----
wrong() { printf 'not the password at all\n' | at a login "$1" --password-file -; }
run 1 "a wrong password is refused" wrong lia
known=$err
run 1 "a wrong name is refused" wrong nina
is "$err" "$known" "in the same words"
# However slow this machine is, the wait outgrows a try.
waits() { for i in 1 2 3 4 5 6 7 8 9 10; do wrong "$1" >/dev/null 2>"$W/stderr"; [ $? = 3 ] && return; done; return 1; }
waits lia; is $? 0 "who tries too often must wait"
match "$(cat "$W/stderr")" 'wait [0-9]+ s' "and is told how long"
waits nina; is $? 0 "whether there is such an account or not"
is "$(as lia whoami --json | jq -r .account)" lia "whoever is logged in stays so"

# ---- second factors ----
run 1 "the operator is no account that could have one" at a account totp operator
secret=$(as dan account totp dan --json | jq -r .secret)
run 1 "a second factor that is not proven does not hold" as dan account totp dan --secret "$secret" --code 000000
run 0 "with a code of it it does" as dan account totp dan --secret "$secret" --code "$(code "$secret" -1)"
run 1 "logging in takes a code now" at a login dan --password-file "$W/dan.pw"
now=$(code "$secret" 0)
run 0 "with it it is done" at a login dan --password-file "$W/dan.pw" --code "$now" --save "$W/dan.token"
run 1 "and each is taken once" at a login dan --password-file "$W/dan.pw" --code "$now"

# ---- deputies ----
run 1 "one does not lend what one does not have" as ann account delegate lia --role releasing-officer --for 1h --reason "on leave"
match "$err" 'rule delegation\.own-roles' "by a rule with a name"
run 0 "the releasing officer lends a role for a day" as rita account delegate ann --role releasing-officer --for 1d --reason "on leave"
delegation=$out
match "$(as ann whoami --json | jq -r '.roles | join(",")')" 'releasing-officer' "the deputy has it"
run 1 "and does not lend it on" as ann account delegate lia --role releasing-officer --for 1h --reason "me too"
run 1 "not to another unit, where nobody is" as rita account delegate otto --role releasing-officer --for 1h --reason "on leave"
later=$(date -u -d '+25 hours' +%Y-%m-%dT%H:%M:%SZ)
must as boss clock "$later"
is "$(as ann whoami --json | jq -r '.roles | join(",")')" analyst "after its end the role is gone"
run 0 "roles lent for later" as rita account delegate ann --role releasing-officer --begins "$(date -u -d '+27 hours' +%Y-%m-%dT%H:%M:%SZ)" --for 1h --reason "a night"
is "$(as ann whoami --json | jq -r '.roles | join(",")')" analyst "are not there before"
must as boss clock "$(date -u -d '+27 hours' +%Y-%m-%dT%H:%M:%SZ)"
match "$(as ann whoami --json | jq -r '.roles | join(",")')" 'releasing-officer' "and then they are"
run 0 "and end when somebody ends them" as ann account undelegate "$(as ann account delegations --json | jq -r '.items[0].id')"
is "$(as ann whoami --json | jq -r '.roles | join(",")')" analyst "at once"

# ---- a shift is handed over ----
run 0 "the unit's clocks go to ann, then to dan" as boss unit escalation desk ann dan
run 1 "nobody of another unit stands there" as boss unit escalation desk otto
sends b a "for the shift" ',"when.until":"2031-01-01T00:00:00Z"'; warned=$id
arrives 20 b "$warned" received
has_unread() { [ "$(as ann handover start dan --json | jq -r '.content.unread[].id')" = "$warned" ]; }
until_true 20 has_unread; is $? 0 "what nobody has opened is listed"
has_clock() { as ann handover start dan --json | jq -e '.content.clocks | length > 0'; }
until_true 20 has_clock; is $? 0 "and the clock that runs"
handover=$(as ann handover list --json | jq -r '.items[0].id')
is "$(as ann handover list --json | jq '.items | length')" 1 "one that is started again takes the place of the one before"
run 1 "who goes does not sign for who comes" as ann handover accept "$handover"
match "$err" 'rule handover\.successor' "by a rule with a name"
run 1 "nobody else sees it" as lia handover show "$handover"
clocks=$(as dan handover show "$handover" --json | jq -c '[.content.clocks[].id] | sort')
run 0 "who comes signs" as dan handover accept "$handover"
match "$(as dan handover show "$handover" --json | jq -r '.from_signed_at + " " + .to_signed_at')" '^20.*Z 20.*Z$' "both have signed"
is "$(as ann handover start rita --json | jq '.content.clocks | length')" 0 "nothing is left with who went"
is "$(as dan handover start ann --json | jq -c '[.content.clocks[].id] | sort')" "$clocks" "and all is with who came"

# ---- the rules ----
rules=$(at a help --rules)
for rule in role.right token.scope account.own-roles account.last-administrator handover.successor; do
	match "$rules" "^$rule\$" "the rule $rule is listed"
done
match "$rules" 'who could allow it: another administrator' "with who could allow it"

# ---- the end ----
over "Bearer $(cat "$W/lia.token")" GET "/api/v1/events" >"$W/waited"
over "Bearer $(cat "$W/lia.token")" GET "/api/v1/events?wait=4&after=$(jq -r .last "$W/over")" >"$W/waited" &
poll=$!
timeout 60 curl -sS -N -o /dev/null -H "Authorization: Bearer $(cat "$W/lia.token")" "http://127.0.0.1:$(node_desk a)/api/v1/events/stream" &
stream=$!
sleep 1.5
kill -0 $stream; is $? 0 "somebody listens"
run 0 "and is locked meanwhile" as boss account lock lia
wait $poll
# 429: this address has guessed above.
match "$(cat "$W/waited")" '^(401|429)$' "a call that waited is refused when it is answered"
wait $stream
is $? 0 "a stream ends"
run 1 "and refused at once" as lia whoami
run 0 "and comes back" as boss account unlock lia
run 1 "not with the old token" as lia whoami
run 0 "but by logging in, without waiting" at a login lia --password-file "$W/lia.pw" --save "$W/lia.token"
password lia2 >/dev/null
run 0 "with another password" as lia account password lia --old-file "$W/lia.pw" --password-file "$W/lia2.pw"
run 1 "the old one does not open any more" at a login lia --password-file "$W/lia.pw"
run 0 "the new one does" at a login lia --password-file "$W/lia2.pw" --save "$W/lia.token"
run 0 "somebody logs out" as paul logout
run 1 "and is refused" as paul whoami
run 0 "somebody leaves for ever" as boss account remove otto
run 1 "and is refused" as otto whoami
node_stop a
node_start a
is "$(as rita whoami --json | jq -r .account)" rita "sessions outlast a restart"
is "$(as ivan audit list --limit 500 --json >"$W/audit.json" 2>"$W/stderr"; jq -r '[.items[] | select(.what == "refused") | .detail] | map(select(test("role.right|token.scope|account.own-roles|handover.successor"))) | map(split(", ")[1]) | unique | join(" ")' "$W/audit.json")" \
	"account.own-roles handover.successor role.right token.scope" "the inspector finds each refusal in the audit trail, with its rule"
node_stop a
found=
for secret in "$W"/*.pw; do
	grep -raqF "$(cat "$secret")" "$W/a/dir" "$W/a/log" && found="$found $(basename "$secret")"
done
for secret in "$W"/*.token; do
	grep -raqF "$(cat "$secret")" "$W/a/dir" "$W/a/log" && found="$found $(basename "$secret")"
	python3 -c 'import sys; t = bytes.fromhex(open(sys.argv[1]).read()); sys.exit(any(t in open(f, "rb").read() for f in sys.argv[2:]))' "$secret" "$W"/a/dir/tocsin.db* "$W/a/log" || found="$found raw-$(basename "$secret")"
done
is "$found" "" "neither the node's folder nor its log holds a password or a token"
grep -raqF 'a.exercise' "$W/a/dir/tocsin.db"; is $? 0 "where the same search finds what is there"
run 0 "log account passes" at a log account
done_testing
