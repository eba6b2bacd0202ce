#!/usr/bin/env python3
"""A partner that behaves as badly as a mode file says: a proxy in front of a real node, with that node's own log key.

Usage: proxy.py LISTEN_PORT NODE_PORT MODE_FILE KEYS_FOLDER CARD_FILE

Modes: pass; slow (a second late); silent (takes the request and closes); rubbish; empty; cut (half an answer); status500; another (the answer to another batch, replayed);
swapped (accepts another statement than was sent); index (another place in the log); unsigned (checkpoint with a broken signature); small (signs that its log shrank);
fork (signs another root at the size that the sender holds); unproven (signs another root at a larger size).
"""
import base64
import hashlib
import http.client
import http.server
import os
import re
import subprocess
import sys
import tempfile
import threading
import time

PORT, NODE, MODE_FILE, KEYS, CARD = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5]
first_answer = []
lock = threading.Lock()


def mode():
    with open(MODE_FILE, encoding="utf-8") as f:
        return f.read().strip()


def sign(text):
    """A checkpoint note over TEXT by the node's log key, as signed-note says."""
    with open(CARD, encoding="utf-8") as f:
        vkey = re.findall(r"^log (\S+)$", f.read(), re.M)[-1]
    name, keyid, _ = vkey.split("+", 2)
    n = name.rsplit("/", 1)[1]
    with tempfile.NamedTemporaryFile() as message:
        message.write(text)
        message.flush()
        signature = subprocess.run(["openssl", "pkeyutl", "-sign", "-inkey", os.path.join(KEYS, f"log-{n}.pem"), "-rawin", "-in", message.name], check=True, capture_output=True).stdout
    return text + b"\n" + "\u2014 ".encode() + name.encode() + b" " + base64.b64encode(bytes.fromhex(keyid) + signature) + b"\n"


def forged(origin, size):
    return sign(origin + b"\n%d\n" % size + base64.b64encode(hashlib.sha256(b"another history %d" % size).digest()) + b"\n")


def spoil(how, request, answer):
    head, _, note = answer.partition(b"\n\n")
    have = int(re.search(rb"^have (\d+)$", request, re.M).group(1))
    origin, size = note.split(b"\n")[0], int(note.split(b"\n")[1])
    if how == "rubbish":
        return b"<html>It works!</html>\n" * 40
    if how == "empty":
        return b""
    if how == "cut":
        return answer[: len(answer) // 2]
    if how == "another":
        return first_answer[0]
    if how == "swapped":
        return re.sub(rb"^accepted ([0-9a-f]{64})", lambda m: b"accepted " + hashlib.sha256(m.group(1)).hexdigest().encode(), head, flags=re.M) + b"\n\n" + note
    if how == "index":
        return re.sub(rb"^(accepted [0-9a-f]{64}) (\d+)", lambda m: m.group(1) + b" %d" % (int(m.group(2)) ^ 1), head, flags=re.M) + b"\n\n" + note
    if how == "unsigned":
        lines = note.split(b"\n")
        words = lines[4].split(b" ")
        blob = bytearray(base64.b64decode(words[2]))
        blob[20] ^= 1
        lines[4] = b" ".join(words[:2] + [base64.b64encode(bytes(blob))])
        return head + b"\n\n" + b"\n".join(lines)
    if how == "small":
        return head + b"\n\n" + forged(origin, max(1, have - 1))
    if how == "fork":
        return re.sub(rb"^consistency .*?\n(?=accepted|refused|\Z)", b"consistency 0\n", head, flags=re.M | re.S) + b"\n\n" + forged(origin, have)
    if how == "unproven":
        return head + b"\n\n" + forged(origin, size + 16)
    return answer


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def forward(self):
        if self.headers.get("Expect", "").lower() == "100-continue":
            pass
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        how = mode()
        batch = self.path == "/exchange/v1/envelopes"
        if how == "silent":
            self.close_connection = True
            return
        if batch and how == "status500":
            self.answer(500, "text/plain", b"no\n")
            return
        node = http.client.HTTPConnection("127.0.0.1", NODE, timeout=30)
        node.request(self.command, self.path, body, {"Content-Type": self.headers.get("Content-Type", "application/octet-stream")})
        r = node.getresponse()
        data = r.read()
        node.close()
        if how == "slow":
            time.sleep(1)
        if batch and r.status == 200:
            with lock:
                if not first_answer and b"\naccepted " in data:
                    first_answer.append(data)
            if how != "pass":
                data = spoil(how, body, data)
        self.answer(r.status, r.getheader("Content-Type", "text/plain"), data)

    do_GET = do_POST = forward


http.server.ThreadingHTTPServer.daemon_threads = True
http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
