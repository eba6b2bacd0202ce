#!/usr/bin/env python3
"""What lists and search cost the desk: processor time of the server (all its threads, not the wall) for one request, at 1,000,
10,000 and 100,000 statements, with 200 accounts in 10 units. Prints a table and writes build/bench-desk.json.

   bench/desk.py [STATEMENTS...]

Each request is asked by another account, so nothing is answered from what the one before has read. The limit is 20 ms.
"""
import glob
import hashlib
import http.client
import json
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse

from run import BUILD, Node, out, TOCSIN

LOAD = os.path.join(BUILD, "bench", "bench_desk_load")
UNITS, ACCOUNTS, PARTNERS, COMPARTMENTS, LIMIT_MS, TIMES = 10, 200, 20, 63, 20.0, 40
NAME = "desk.exercise"


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


class Desk:
    def __init__(self, node):
        self.node = node
        self.connection = None

    def ask(self, method, path, body=None, account=None):
        if self.connection is None:
            self.connection = Unix(os.path.join(self.node.dir, "run", "tocsin.sock"))
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if account is not None:
            headers["Authorization"] = "Bearer " + hashlib.sha256(account.encode()).hexdigest()
        self.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = self.connection.getresponse()
        data = json.loads(answer.read() or b"{}")
        if answer.status == 429:
            time.sleep(1)
            return self.ask(method, path, body, account)
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {data.get('detail')}")
        return data


def used(pid):
    """Nanoseconds of processor of all threads of PID."""
    total = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        try:
            with open(path, encoding="ascii") as f:
                total += int(f.read().split()[0])
        except OSError:
            pass
    return total


def followed(node):
    db = sqlite3.connect(f"file:{node.dir}/tocsin.db?mode=ro", uri=True)
    row = db.execute("SELECT value FROM meta WHERE key = 'followed'").fetchone()
    last = db.execute("SELECT max(num) FROM statement").fetchone()
    db.close()
    return (int(row[0]) if row else 0), last[0] or 0


def wait_followed(node):
    """Statements a second of processor, and how long it took."""
    begin, at, start = time.time(), followed(node)[0], used(node.process.pid)
    while True:
        now, last = followed(node)
        if now == last:
            break
        time.sleep(0.5)
    cpu = (used(node.process.pid) - start) / 1e9
    time.sleep(2)
    return now - at, cpu, time.time() - begin


def people(desk):
    for unit in range(UNITS):
        desk.ask("PUT", f"/api/v1/units/u{unit}", {"label": f"Unit {unit}"})
    route = " ".join(f"p{p}.exercise=u{p % UNITS}" for p in range(PARTNERS))
    desk.ask("PUT", "/api/v1/policy/unit.route", {"value": route})
    compartments = [f"c{c}" for c in range(COMPARTMENTS)]
    for c in compartments:
        desk.ask("PUT", f"/api/v1/compartments/{c}", {"label": c})
    for i in range(ACCOUNTS):
        roles = {ACCOUNTS - 1: ["inspector"], ACCOUNTS - 2: ["data-protection-officer"]}.get(i, ["analyst", "duty-officer"])
        desk.ask("POST", "/api/v1/accounts", {"name": f"a{i}", "roles": roles, "unit": f"u{i % UNITS}",
                                                 "compartments": compartments if i == ACCOUNTS - 1 else compartments[:i % 4]})


def quiet(node):
    """Processor that the node uses by itself, a second."""
    start, begin = used(node.process.pid), time.time()
    time.sleep(3)
    return (used(node.process.pid) - start) / (time.time() - begin)


class Measure:
    def __init__(self, desk, idle):
        self.desk, self.idle, self.rows = desk, idle, {}

    def __call__(self, what, path, page=1, accounts=None):
        """The median cost of the PAGEth page of PATH."""
        pid, costs, items = self.desk.node.process.pid, [], 0
        for i in range(TIMES):
            account = accounts[i % len(accounts)] if accounts else f"a{(i * 37 + 11) % (ACCOUNTS - 2)}"
            after = path
            for _ in range(page - 1):
                answer = self.desk.ask("GET", after, account=account)
                if answer.get("next") in (None, ""):
                    break
                name = "before" if "/statements" in path or "/drafts" in path else "after"
                after = f"{path}&{name}={urllib.parse.quote(str(answer['next']))}"
            start, begin = used(pid), time.time()
            answer = self.desk.ask("GET", after, account=account)
            # What is done behind the answer is paid for, too.
            time.sleep(0.01)
            costs.append(used(pid) - start - self.idle * (time.time() - begin))
            items += len(answer.get("items", []))
        costs.sort()
        self.rows[what] = {"ms": costs[len(costs) // 2] / 1e6, "worst": costs[-2] / 1e6, "items": items / TIMES}


def measure(desk, m):
    q = lambda words: "/api/v1/search?limit=20&q=" + urllib.parse.quote(words)
    m("list, 100", "/api/v1/statements?limit=100")
    m("list, 10th page", "/api/v1/statements?limit=100", page=10)
    m("list of a partner", "/api/v1/statements?limit=100&peer=p3.exercise", accounts=[f"a{3 + 10 * i}" for i in range(19)])
    m("list of a kind", "/api/v1/statements?limit=100&kind=response")
    m("list, partner and kind", "/api/v1/statements?limit=100&peer=p3.exercise&kind=response", accounts=[f"a{3 + 10 * i}" for i in range(19)])
    m("list, in only", "/api/v1/statements?limit=100&direction=in")
    m("list of nothing", "/api/v1/statements?limit=100&kind=closure&direction=out")
    m("list, none of a partner's", "/api/v1/statements?limit=100&peer=p3.exercise&kind=closure", accounts=[f"a{3 + 10 * i}" for i in range(19)])
    m("list, 64 scopes", "/api/v1/statements?limit=100", accounts=[f"a{ACCOUNTS - 1}"])
    m("list of nothing, 64 scopes", "/api/v1/statements?limit=100&peer=p3.exercise&kind=closure", accounts=[f"a{ACCOUNTS - 1}"])
    m("search, frequent", q("report"))
    m("search, 10th page", q("report"), page=10)
    m("search, rare", q("zebra"))
    m("search, two words", q("kide report"))
    m("search, phrase", q('"ki de"'))
    m("search, Cyrillic", q("взрывчатка"))
    m("search, Chinese", q("水电站"))
    m("search, nothing", q("xylophone"))
    m("search, never together", q("взрывчатка 水电站"))
    m("search, 64 scopes", q("report zebra"), accounts=[f"a{ACCOUNTS - 1}"])
    m("events, from the beginning", "/api/v1/events")
    m("events, 64 scopes", "/api/v1/events", accounts=[f"a{ACCOUNTS - 1}"])
    m("audit trail", "/api/v1/audit?limit=100", accounts=[f"a{ACCOUNTS - 1}"])
    m("audit trail of one's unit", "/api/v1/audit?limit=100", accounts=[f"a{ACCOUNTS - 2}"])
    m("accounts", "/api/v1/accounts?limit=100", accounts=[f"a{ACCOUNTS - 1}"])
    m("clocks", "/api/v1/clocks?limit=100")
    m("my clocks", "/api/v1/clocks?mine=1&limit=100")
    m("drafts", "/api/v1/drafts?limit=100")
    return m.rows


def run(node, sizes):
    tables, notes, loaded = {}, [], 0
    try:
        node.start()
        people(Desk(node))
        node.stop()
        for size in sizes:
            print(f"{size} …", file=sys.stderr)
            out(LOAD, os.path.join(node.dir, "tocsin.db"), NAME, str(UNITS), str(ACCOUNTS), str(loaded), str(size))
            loaded = size
            node.start()
            n, cpu, wall = wait_followed(node)
            notes.append(f"{size}: {n} statements followed with {cpu:.1f} s of processor ({n / cpu:.0f} a second), in {wall:.0f} s; "
                         f"database {os.path.getsize(os.path.join(node.dir, 'tocsin.db')) / 1e6:.0f} MB")
            desk = Desk(node)
            tables[size] = measure(desk, Measure(desk, quiet(node)))
            node.stop()
    finally:
        if node.process.poll() is None:
            node.stop()
    return tables, notes


def main():
    sizes = [int(n) for n in sys.argv[1:]] or [1000, 10000, 100000]
    with tempfile.TemporaryDirectory(prefix="tocsin-bench.", ignore_cleanup_errors=True) as folder:
        tables, notes = run(Node(folder, NAME), sizes)
    print(f"{'processor ms a request':28}" + "".join(f"{size:>18}" for size in sizes) + "   items")
    missed = []
    for what in tables[sizes[-1]]:
        cells = "".join(f"{tables[s][what]['ms']:9.2f} ({tables[s][what]['worst']:6.2f})" for s in sizes)
        over = any(tables[s][what]["ms"] > LIMIT_MS for s in sizes)
        missed += [what] if over else []
        print(f"{what:28}{cells}{tables[sizes[-1]][what]['items']:8.0f}{'   over 20 ms' if over else ''}")
    print("median of %d requests, in brackets the last but one" % TIMES)
    for note in notes:
        print(note)
    with open(os.path.join(BUILD, "bench-desk.json"), "w", encoding="utf-8") as f:
        json.dump({"tables": tables, "notes": notes, "limit_ms": LIMIT_MS}, f, indent=1)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
