#!/bin/sh
# Rubbish at both listeners: refused, counted, nothing of it in the log, and the node goes on.
. "$(dirname "$0")/lib.sh"
nodes a b
meet a b
sends a b "before"; arrives 20 a "$id" received
E=127.0.0.1:$(node_port a) D=127.0.0.1:$(node_desk a)
token=$(cat "$W/a/dir/desk.token")

# ---- the ten malformed requests, at both listeners ----
cat >"$W/ten.py" <<'PY'
import re, socket, sys
port, auth, path = int(sys.argv[1]), sys.argv[2], sys.argv[3]
host = f"Host: 127.0.0.1:{port}\r\n" + (f"Authorization: Bearer {auth}\r\n" if auth != "-" else "")
ten = {
    "two Content-Length": f"POST {path} HTTP/1.1\r\n{host}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{{}}",
    "Content-Length with Transfer-Encoding": f"POST {path} HTTP/1.1\r\n{host}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n",
    "no Host": f"GET {path} HTTP/1.1\r\n\r\n",
    "two Host": f"GET {path} HTTP/1.1\r\n{host}Host: x\r\n\r\n",
    "space before colon": f"GET {path} HTTP/1.1\r\n{host}X-RUBBISH : 1\r\n\r\n",
    "bare LF": f"GET {path} HTTP/1.1\n{host.replace(chr(13), '')}\n",
    "NUL in a value": f"GET {path} HTTP/1.1\r\n{host}X-RUBBISH: a\0b\r\n\r\n",
    "empty name": f"GET {path} HTTP/1.1\r\n{host}: RUBBISH\r\n\r\n",
    "+10": f"POST {path} HTTP/1.1\r\n{host}Content-Length: +10\r\n\r\n0123456789",
    "TE: gzip, chunked": f"POST {path} HTTP/1.1\r\n{host}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n",
}
for name, request in ten.items():
    # Behind it a request that would be answered if the first one were taken in another way by somebody else.
    s = socket.create_connection(("127.0.0.1", port), 5)
    s.settimeout(5)
    data = b""
    try:
        s.sendall(request.encode("latin-1") + f"GET {path} HTTP/1.1\r\n{host}\r\n".encode())
        while True:
            more = s.recv(65536)
            if not more:
                break
            data += more
    except (ConnectionError, socket.timeout) as e:
        data += b"" if isinstance(e, ConnectionError) else b"TIMEOUT"
    s.close()
    answers = len(re.findall(rb"HTTP/1\.1 \d{3} ", data))
    first = data.split(b"\r\n")[0].decode("latin-1", "replace")
    good = b"TIMEOUT" not in data and answers <= 1 and (data == b"" or first.startswith(("HTTP/1.1 400", "HTTP/1.1 501", "HTTP/1.1 505", "HTTP/1.1 411")))
    print("good" if good else "bad", name, "->", first, "answers:", answers)
PY
for what in "exchange $(node_port a) - /log/checkpoint" "desk $(node_desk a) $token /api/v1/status"; do
	set -- $what
	out=$(python3 "$W/ten.py" "$2" "$3" "$4")
	echo "$out" >"$W/ten"
	is "$(grep -c '^good' "$W/ten")" 10 "the ten malformed requests are refused by the $1 listener"
	grep '^bad' "$W/ten" | sed 's/^/# /'
done

# ---- at the exchange listener ----
code() { curl -s -o "$W/answer" --max-time 20 -w '%{http_code}' "$@"; }
is "$(code "http://$E/")" 200 "a well-formed request is answered"
for path in /api/v1/status /api/v1/statements /metrics /style.css /desk.token /log/tile/0/000.p/0 /log/2/checkpoint /exchange/v1/receipts/zz /exchange/v2/envelopes /wp-login.php; do
	is "$(code --path-as-is "http://$E$path")" 404 "nothing of the desk, and nothing that is not there: $path"
done
match "$(code --path-as-is "http://$E/../tocsin.db")" '^40[04]$' "nor a way out of the root"
is "$(code -X DELETE "http://$E/exchange/v1/card")" 405 "a method that is not served"
for body in '' 'RUBBISH-MARKER' 'tocsin-batch/v1' "$(printf 'tocsin-batch/v1\nhave 0\nRUBBISH-MARKER')" "$(printf 'tocsin-batch/v1\nhave -1\n')"; do
	printf '%s' "$body" >"$W/body"
	is "$(code --data-binary "@$W/body" "http://$E/exchange/v1/envelopes")" 400 "a batch that is none: $(printf %.30s "$body" | tr '\n' ' ')"
done
printf 'tocsin-batch/v1\nhave 0\n\000\000\000\016RUBBISH-MARKER' >"$W/body"
is "$(code --data-binary "@$W/body" "http://$E/exchange/v1/envelopes")" 200 "an envelope that is none is answered"
is "$(grep -ac '^refused open ' "$W/answer")" 1 "with a refusal"
printf 'tocsin-batch/v1\nhave 99999999\n' >"$W/body"
is "$(code --data-binary "@$W/body" "http://$E/exchange/v1/envelopes")" 409 "who claims to hold more than there is gets the checkpoint"
for path in /exchange/v1/card /exchange/v1/resume /witness/add-checkpoint; do
	printf 'RUBBISH-MARKER\n' >"$W/body"
	match "$(code --data-binary "@$W/body" "http://$E$path")" '^40[034]$' "rubbish for $path"
done
head -c 9000000 /dev/zero >"$W/huge"
match "$(code -H Expect: --data-binary "@$W/huge" "http://$E/exchange/v1/envelopes")" '^(413|400|000)$' "a body that is too large"
match "$(code -H "X-Long: $(head -c 100000 /dev/zero | tr '\0' x)" "http://$E/")" '^(431|400|000)$' "a header that is too large"
match "$(code "http://$E/$(head -c 50000 /dev/zero | tr '\0' x)")" '^(414|431|400|404|000)$' "a target that is too long"

# ---- at the desk listener ----
is "$(code "http://$D/api/v1/status")" 401 "without a token"
is "$(curl -s -D - -o /dev/null "http://$D/" | tr -d '\r' | grep -ic '^www-authenticate: basic')" 1 "a browser is asked for one"
is "$(code -H 'Authorization: Bearer RUBBISH-MARKER' "http://$D/api/v1/status")" 401 "with a wrong one"
is "$(code -H "Authorization: Bearer $(printf %.63s "$token")" "http://$D/api/v1/status")" 401 "with one that is cut"
is "$(code -H "Authorization: Bearer $token" "http://$D/api/v1/status")" 200 "with the right one"
is "$(code -u "anybody:$token" "http://$D/")" 200 "as a password too"
is "$(grep -c '<script' "$W/answer")" 0 "the status page has no scripts"
match "$(cat "$W/answer")" 'EXERCISE|[Ee]xercise' "and says that this is an exercise"
auth="Authorization: Bearer $token"
is "$(code -H "$auth" "http://$D/api/v1/nothing")" 404 "what is not there"
is "$(code -H "$auth" "http://$D/log/checkpoint")" 404 "the exchange is not at the desk"
for body in '' 'RUBBISH-MARKER' '[]' '{"kind":"warning"}' '{"kind":"warning","kind":"warning"}' '{"kind":1}' '{"RUBBISH-MARKER":1}' \
	'{"kind":"warning","to":["b.exercise"],"fields":{"threat.summary":"x"}}' '{"items":[]}'; do
	match "$(code -H "$auth" -H 'Content-Type: application/json' -d "$body" "http://$D/api/v1/statements")" '^4(00|03|04|09|15|22)$' "a statement that is none: $(printf %.40s "$body")"
	is "$(jq -r '.detail | type' "$W/answer" 2>/dev/null)" string "and is told why"
done
match "$(code -H "$auth" -H Expect: -H 'Content-Type: application/json' --data-binary "@$W/huge" "http://$D/api/v1/statements")" '^(413|400|000)$' "a body that is too large"
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do code -H 'Authorization: Bearer wrong' "http://$D/api/v1/status" >/dev/null; done
match "$(code -H "$auth" "http://$D/api/v1/status")" '^(200|429)$' "after twenty wrong tokens the desk still answers, if only to say later"

# ---- half a request, and very many ----
python3 - "$(node_port a)" <<'PY'
import socket, sys
held = []
for _ in range(200):
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5)
    s.sendall(b"POST /exchange/v1/envelopes HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nRUBBISH-MARKER")
    held.append(s)
PY
is $? 0 "two hundred halves of a request"
sends b a "after the rubbish"; arrives 20 b "$id" received; is $? 0 "the node still takes warnings"
sends a b "after the rubbish"; arrives 20 a "$id" received; is $? 0 "and sends them"
is "$(grep -ac 'RUBBISH' "$W/a/log")" 0 "nothing of it is in the log"
[ "$(wc -l <"$W/a/log")" -lt 120 ]; is $? 0 "which has not grown by it"
match "$(api a GET /metrics)" '^tocsin_tokens_refused(_total)? [1-9]' "it is counted"
run 0 "log check passes" at a log check
done_testing
