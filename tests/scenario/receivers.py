#!/usr/bin/env python3
"""receivers: a mail server and a webhook receiver for scenarios, on sockets.

receivers.py FOLDER SMTP_PORT HOOK_PORT [CERTIFICATE KEY]

With a certificate the mail server takes nothing but over STARTTLS, from who logs in as "desk" with "secret word".

What comes is appended to FOLDER/mails and FOLDER/hooks, a JSON object a line, before it is answered.  How it is answered
stands in FOLDER/smtp and FOLDER/hook, read anew each time: "ok" (or no file); for mail "refuse" (550), "later" (451) or
"hang"; for webhooks a status, or "hang".  "slow N" answers well after N seconds.
"""
import base64
import json
import os
import socket
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

folder, smtp_port, hook_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
tls = None
if len(sys.argv) > 5:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(sys.argv[4], sys.argv[5])
LOGIN = base64.b64encode(b"\0desk\0secret word").decode()
lock = threading.Lock()


def mode(name):
    try:
        with open(os.path.join(folder, name)) as f:
            return f.read().strip() or "ok"
    except FileNotFoundError:
        return "ok"


def keep(name, item):
    with lock, open(os.path.join(folder, name), "a") as f:
        f.write(json.dumps(item) + "\n")


def wait(how):
    if how == "hang":
        time.sleep(600)
    elif how.startswith("slow "):
        time.sleep(float(how[5:]))


def smtp(conn):
    f = conn.makefile("rwb")

    def say(line):
        f.write(line.encode() + b"\r\n")
        f.flush()

    sender, recipients, secured, known = None, [], tls is None, tls is None
    try:
        say("220 sink.example ESMTP")
        while True:
            raw = f.readline()
            if not raw:
                return
            line = raw.decode("ascii", "replace").rstrip("\r\n")
            verb = line.split(" ")[0].split(":")[0].upper()
            if verb == "EHLO":
                say("250-sink.example")
                if not secured:
                    say("250-STARTTLS")
                elif tls:
                    say("250-AUTH PLAIN")
                say("250 8BITMIME")
            elif verb == "STARTTLS" and not secured:
                say("220 go on")
                conn = tls.wrap_socket(conn, server_side=True)
                f = conn.makefile("rwb")
                secured = True
            elif verb == "AUTH" and secured:
                given = line.split(" ")[2] if len(line.split(" ")) > 2 else ""
                if not given:
                    say("334 ")
                    given = f.readline().decode().strip()
                known = given == LOGIN
                keep("logins", {"well": known})
                say("235 welcome" if known else "535 no")
            elif verb in ("MAIL", "RCPT", "DATA") and not known:
                say("530 log in first")
            elif verb == "HELO":
                say("250 sink.example")
            elif verb == "MAIL":
                sender, recipients = line, []
                say("250 ok")
            elif verb == "RCPT":
                how = mode("smtp")
                keep("tried", line)
                if how == "refuse":
                    say("550 5.1.1 no such mailbox")
                elif how == "later":
                    say("451 4.3.0 try again later")
                else:
                    recipients.append(line)
                    say("250 ok")
            elif verb == "DATA":
                say("354 go on")
                data = b""
                while True:
                    part = f.readline()
                    if part in (b".\r\n", b""):
                        break
                    data += part[1:] if part.startswith(b".") else part
                if part == b"":
                    return
                keep("mails", {"from": sender, "to": recipients, "data": data.decode("utf-8", "replace")})
                wait(mode("smtp"))
                say("250 taken")
            elif verb == "QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")
    except (OSError, ValueError):
        pass
    finally:
        conn.close()


def smtp_forever(listener):
    while True:
        conn, _ = listener.accept()
        threading.Thread(target=smtp, args=(conn,), daemon=True).start()


class Hook(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        keep("hooks", {"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}, "body": body.decode(), "at": time.time()})
        how = mode("hook")
        if self.path.startswith("/well"):
            how = "ok"
        wait(how)
        status = int(how) if how.isdigit() else 200
        self.send_response(status)
        if 300 <= status <= 399:
            self.send_header("Location", f"http://127.0.0.1:{hook_port}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        keep("hooks", {"path": self.path, "headers": {}, "body": "", "at": time.time()})
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", smtp_port))
listener.listen(50)
threading.Thread(target=smtp_forever, args=(listener,), daemon=True).start()
server = ThreadingHTTPServer(("127.0.0.1", hook_port), Hook)
open(os.path.join(folder, "ready"), "w").close()
server.serve_forever()
