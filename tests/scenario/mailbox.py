#!/usr/bin/env python3
"""Who fetches, honestly or not; and a proxy in front of a node that loses answers to what was fetched.

Usage:
  mailbox.py fetch URL FOLDER FROM_CARDS TO_CARDS OUT [KEY=VALUE...]
      Posts a fetch note signed with the sign key in FOLDER/keys, and writes what comes to OUT. Prints the HTTP status. KEY: age (seconds), nonce, have, to (another
      addressee's cards), name (another sender's name), times (so many notes, one after the other: prints each status once).
  mailbox.py answer URL FOLDER FROM_CARDS TO_CARDS ANSWER NONCE [sign=FILE] [KEY=VALUE...]
      Posts ANSWER under a note for NONCE. With sign=FILE that file's hash is what is signed. Prints the HTTP status.
  mailbox.py proxy LISTEN_PORT NODE_PORT MODE_FILE
      Mode pass, or lost: answers to what was fetched get 502.
"""
import base64
import hashlib
import http.client
import http.server
import os
import secrets
import sys
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "interop"))
import formats as f


def read(name):
    with open(name, "rb") as file:
        return file.read()


def post(url, path, body):
    request = urllib.request.Request(url + path, body, {"Content-Type": "application/octet-stream"})
    try:
        with urllib.request.urlopen(request, timeout=30) as r:
            return r.status, r.read()
    except urllib.error.HTTPError as e:
        return e.code, e.read()


def signed(folder, me, text):
    pem = read(os.path.join(folder, "keys", "sign.pem")).decode()
    seed = base64.b64decode("".join(pem.split("\n")[1:-2]))[-32:]
    return f.make_note(text.encode(), [f.Key.of_seed(me.sign[0].name, 1, seed)])


def parties(me, you, args):
    if "to" in args:
        you = f.Chain(read(args["to"])).cards[-1]
    at = f.format_time(time.time() - int(args.get("age", 0)))
    return f"from {args.get('name', me.name)} {me.fp()}\nto {you.name} {you.fp()}\nat {at}\n"


def fetch(url, folder, mine, theirs, out, *rest):
    args = dict(a.split("=", 1) for a in rest)
    me, you = (f.Chain(read(c)).cards[-1] for c in (mine, theirs))
    notes = []
    for _ in range(int(args.get("times", 1))):
        nonce = args.get("nonce", secrets.token_hex(16))
        text = f"{f.PREFIX[me.exercise]} fetch\n{parties(me, you, args)}nonce {nonce}\nhave {args.get('have', 0)}\n"
        notes.append(signed(folder, me, text))
    statuses = []
    for note in notes:
        status, body = post(url, "/exchange/v1/mailbox", note)
        statuses.append(status)
        with open(out, "wb") as file:
            file.write(body)
    print(*sorted(set(statuses)))


def answer(url, folder, mine, theirs, file, nonce, *rest):
    args = dict(a.split("=", 1) for a in rest)
    me, you = (f.Chain(read(c)).cards[-1] for c in (mine, theirs))
    digest = hashlib.sha256(read(args.get("sign", file))).hexdigest()
    text = f"{f.PREFIX[me.exercise]} fetched\n{parties(me, you, args)}nonce {nonce}\nanswer {digest}\n"
    print(post(url, "/exchange/v1/mailbox/answer", signed(folder, me, text) + read(file))[0])


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    node, mode = 0, ""

    def log_message(self, *args):
        pass

    def forward(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path == "/exchange/v1/mailbox/answer" and read(self.mode).strip() == b"lost":
            status, kind, data = 502, "text/plain", b"lost\n"
        else:
            node = http.client.HTTPConnection("127.0.0.1", self.node, timeout=30)
            node.request(self.command, self.path, body, {"Content-Type": self.headers.get("Content-Type", "application/octet-stream")})
            r = node.getresponse()
            status, kind, data = r.status, r.getheader("Content-Type", "text/plain"), r.read()
            node.close()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if status != 204:
            self.wfile.write(data)

    do_GET = do_POST = forward


def proxy(listen, node, mode):
    Handler.node, Handler.mode = int(node), mode
    http.server.ThreadingHTTPServer.daemon_threads = True
    http.server.ThreadingHTTPServer(("127.0.0.1", int(listen)), Handler).serve_forever()


{"fetch": fetch, "answer": answer, "proxy": proxy}[sys.argv[1]](*sys.argv[2:])
