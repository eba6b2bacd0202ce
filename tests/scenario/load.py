#!/usr/bin/env python3
"""Load for scenarios, over a node's Unix socket.

Usage: load.py run SOCKET TO FOLDER      sends batches of warnings until it is told to stop (SIGTERM), whether the node answers or not; FOLDER/issued gets each id that
                                         the node said it issued, FOLDER/received each whose receipt the node showed
       load.py issue SOCKET TO N         N warnings (TO "-": records) in batches; prints their ids, ends with 1 when the node refuses one
       load.py list SOCKET in|out        every statement, as "<id> <delivery>"
"""
import http.client
import json
import os
import random
import signal
import socket
import sys
import time


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(self.path)


def ask(path, method, target, body=None):
    c = Connection(path)
    try:
        c.request(method, target, json.dumps(body) if body is not None else None, {"Content-Type": "application/json"} if body is not None else {})
        r = c.getresponse()
        data = r.read()
        if not 200 <= r.status < 300:
            raise RuntimeError(data.decode("utf-8", "replace"))
        return json.loads(data)
    finally:
        c.close()


def item(to, text):
    if to == "-":
        return {"kind": "record", "to": [], "fields": {"record.type": "other", "text": text}}
    return {"kind": "warning", "to": [to], "fields": {"threat.summary": text, "handling.tlp": "red", "source.origin": "load"}}


def issue(path, to, n):
    return [r["id"] for r in ask(path, "POST", "/api/v1/statements", {"items": [item(to, f"number {i}") for i in range(n)]})["results"]]


def every(path, direction):
    before = ""
    while True:
        page = ask(path, "GET", f"/api/v1/statements?direction={direction}&limit=500{before}")
        yield from page["items"]
        if not page["items"] or not page.get("next"):
            return
        before = f"&before={page['next']}"


def run(path, to, folder):
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
    issued = open(os.path.join(folder, "issued"), "a", encoding="utf-8")
    received = open(os.path.join(folder, "received"), "a", encoding="utf-8")
    seen = set()
    while not stop:
        try:
            for i in issue(path, to, random.randint(1, 24)):
                issued.write(i + "\n")
            for s in ask(path, "GET", "/api/v1/statements?direction=out&limit=500")["items"]:
                if s["delivery"] in ("received", "witnessed") and s["id"] not in seen:
                    seen.add(s["id"])
                    received.write(s["id"] + "\n")
        except (OSError, http.client.HTTPException, RuntimeError, ValueError):
            pass
        issued.flush()
        received.flush()
        time.sleep(random.uniform(0.02, 0.2))


what, path = sys.argv[1], sys.argv[2]
if what == "run":
    run(path, sys.argv[3], sys.argv[4])
elif what == "issue":
    try:
        left = int(sys.argv[4])
        while left > 0:
            print("\n".join(issue(path, sys.argv[3], min(left, 100))), flush=True)
            left -= 100
    except (OSError, http.client.HTTPException, RuntimeError) as e:
        sys.exit(f"{e}")
else:
    for s in every(path, sys.argv[3]):
        print(s["id"], s["delivery"])
