#!/usr/bin/env python3
"""Measures whether the answer "nothing is held" tells what is held and kept from what is not held, for the partner who asks.

Usage: indistinct.py [PROGRAM [REQUESTS [ACCEPTS]]]

One node asks another REQUESTS times (10,000) about people, with exercise clocks that are moved. Half of the answers, drawn, keep what is held, the other half say that
nothing is: what is kept is decided in the second half of the day, the rest in the first, some of both too late, so that whoever could see when something was decided
would know which it was. What the asker could use is tried by a classifier that learns from one half of the answers and guesses the other half: the time from request to
answer, the order of arrival, the size of what came, and all that it says. The advantage over a guess is 0 for one that knows nothing, 1 for one that knows all.
Then ACCEPTS requests (1,000) are sent one by one, about somebody who is protected, somebody who was asked about before, and somebody unknown: how long the other node
takes to accept one must not tell which. Prints a table and one JSON object; ends with 1 when an interval of 99.99 % does not hold 0, or sizes or words differ.
"""
import http.client
import json
import math
import os
import random
import re
import shutil
import socket
import sqlite3
import statistics
import sys
import tempfile
import threading
import time

import run

if len(sys.argv) > 1:
    run.TOCSIN = os.path.abspath(sys.argv[1])
REQUESTS = int(sys.argv[2]) if len(sys.argv) > 2 else 10000
ACCEPTS = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
BATCH, WORKERS, HOUR = 128, 4, 3600
EARLY, LATE, TOO_LATE = (0.5, 4, 9), (12, 17, 22), (24.5, 25)
WITHHELD, NOTHING = 1, 0
fields = {"request.type": "person", "purpose": "Investigation of an armed robbery", "legal-basis": "Convention, Article 7", "offence": "Armed robbery",
          "link": "His fingerprint was found on the glass", "evidence": "Fingerprint report", "subject.born": "1979-04-11", "urgency": "routine"}


class Way(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=120)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)

    def ask(self, method, path, body=None):
        while True:
            self.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
            answer = self.getresponse()
            text = answer.read()
            if answer.status != 429:
                break
            time.sleep(0.2)
        if answer.status >= 300:
            raise SystemExit(f"indistinct: {method} {path}: {answer.status} {text.decode()}")
        return json.loads(text or b"{}")


def rows(node, select, *values):
    db = sqlite3.connect(f"file:{node.dir}/tocsin.db?mode=ro", uri=True, timeout=60)
    try:
        return db.execute(select, values).fetchall()
    finally:
        db.close()


def until(node, select, wanted, what):
    last, since = None, time.time()
    while True:
        now = rows(node, select)[0][0]
        if now == wanted:
            return
        if now != last:
            last, since = now, time.time()
        elif time.time() - since > 120:
            raise SystemExit(f"indistinct: {what}: {now} of {wanted}")
        time.sleep(0.2)


def each(node, things, work):
    """WORK(way, thing) for all, by some at a time."""
    todo, trouble = list(things), []
    lock = threading.Lock()

    def one():
        way = Way(node.socket)
        while not trouble:
            with lock:
                if not todo:
                    return
                thing = todo.pop()
            try:
                work(way, thing)
            except (SystemExit, OSError, http.client.HTTPException) as e:
                trouble.append(e)

    threads = [threading.Thread(target=one) for _ in range(WORKERS)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if trouble:
        raise SystemExit(str(trouble[0]))


def clock(nodes, at):
    for n in nodes:
        n.run("clock", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)))


def request_item(i, name):
    return {"kind": "request", "to": ["b.exercise"], "fields": {**fields, "subject.name": name, "question": f"Did this man stay in your country on day {i} of his travels?"}}


def send(a, n):
    ids, way = [], Way(a.socket)
    for first in range(0, n, BATCH):
        items = [request_item(i, f"Ivan Petrov{i:06d}") for i in range(first, min(n, first + BATCH))]
        ids += [r["id"] for r in way.ask("POST", "/api/v1/statements", {"items": items})["results"]]
    return ids


def decide(b, some, label):
    each(b, some, lambda way, i: way.ask("POST", f"/api/v1/door/{i}/pass", {"read": True, "reason": "measured"}))
    until(b, "SELECT count(*) FROM door_again", 0, "what was passed is not followed")

    def answer(way, i):
        said = {"result": "nothing-held", "reason": "A source of ours"} if label[i] == WITHHELD else {"result": "nothing-held"}
        if label[i] == WITHHELD:
            said["answer.withheld"] = True
        way.ask("POST", "/api/v1/statements", {"kind": "answer", "to": ["a.exercise"], "re": [i], "fields": said})

    each(b, some, answer)


# ---- what can be learned ----

def interval(right, n, z=1.96):
    """Of the advantage of one who guessed RIGHT of N."""
    p, half = right / n, z * math.sqrt(0.25 / n)
    return 2 * p - 1, 2 * half


def halves(things, label_of):
    """As many of each label, and as many of each in both halves, so that a guess is right half of the time."""
    sides = [[x for x in things if label_of(x) == y] for y in (0, 1)]
    least = min(map(len, sides)) // 2
    both = [random.sample(s, 2 * least) for s in sides]
    parts = [both[0][:least] + both[1][:least], both[0][least:] + both[1][least:]]
    return [x for part in parts for x in random.sample(part, len(part))]


def by_threshold(values, labels):
    """How many of the second half are right by what the first half teaches, of how many."""
    half = len(values) // 2
    order = sorted(range(half), key=lambda i: values[i])
    total = sum(labels[i] for i in order)
    below = best = 0
    best_cut, best_side = values[order[0]] - 1, 1
    for k, i in enumerate(order, 1):
        below += labels[i]
        if k < half and values[order[k]] == values[i]:
            continue
        right = (k - below) + (total - below)           # below the cut: nothing; above it: withheld
        for side, score in ((1, right), (-1, half - right)):
            if score > best:
                best, best_cut, best_side = score, values[i], side
    guess = [(v > best_cut) == (best_side > 0) for v in values[half:]]
    return sum(int(g) == y for g, y in zip(guess, labels[half:])), len(values) - half


def by_value(values, labels):
    half = len(values) // 2
    seen = {}
    for v, y in zip(values[:half], labels[:half]):
        seen.setdefault(v, [0, 0])[y] += 1
    right = 0
    for v, y in zip(values[half:], labels[half:]):
        n = seen.get(v, [1, 1])
        right += int((n[1] > n[0]) == bool(y)) if n[0] != n[1] else random.getrandbits(1)
    return right, len(values) - half


def area(values, labels):
    order = sorted(range(len(values)), key=lambda i: values[i])
    ranks, k = [0.0] * len(values), 0
    while k < len(order):
        end = k
        while end < len(order) and values[order[end]] == values[order[k]]:
            end += 1
        for i in order[k:end]:
            ranks[i] = (k + end + 1) / 2
        k = end
    ones = sum(labels)
    zeros = len(labels) - ones
    return (sum(r for r, y in zip(ranks, labels) if y) - ones * (ones + 1) / 2) / (ones * zeros)


def tell(name, right, n, auc, table):
    advantage, half = interval(right, n)
    _, sure = interval(right, n, 3.9)
    bad = abs(advantage) > sure
    table[name] = {"advantage": round(advantage, 4), "interval_95": [round(advantage - half, 4), round(advantage + half, 4)], "auc": auc and round(auc, 4), "bad": bad}
    print(f"{name:34} advantage {advantage:+.4f}  95 % [{advantage - half:+.4f}, {advantage + half:+.4f}]" + (f"  auc {auc:.4f}" if auc else ""), flush=True)
    return bad


def answers(a, b, ids, label, table):
    sent = {i: known for i, known in rows(a, "SELECT hex(id), known_at FROM statement WHERE issued = 1 AND kind = 'request'")}
    got = []
    for num, note, body, known in rows(a, "SELECT num, note, body, known_at FROM statement WHERE issued = 0 AND kind = 'answer' ORDER BY num"):
        about = next(r for r in re.findall(r"[0-9a-f]{64}", note.decode("utf-8", "replace")) if r in label)
        got.append((num, about, len(note), len(body), known))
    if len(got) != len(ids):
        raise SystemExit(f"indistinct: {len(got)} answers to {len(ids)} requests")
    shown = {}

    def show(way, about):
        one = way.ask("GET", f"/api/v1/statements/{about}")["answers"]
        shown[about] = json.dumps([{k: v for k, v in o.items() if k not in ("id", "at", "known_at", "num")} for o in one], sort_keys=True)

    each(a, ids, show)
    got = halves(got, lambda g: label[g[1]])
    labels = [label[about] for _, about, *_ in got]
    bad = False
    for name, values in {"time from request to answer": [known - sent[about.upper()] for _, about, _, _, known in got],
                         "second in which it comes": [known // 1000000 for *_, known in got], "order of arrival": [num for num, *_ in got]}.items():
        bad |= tell(name, *by_threshold(values, labels), area(values, labels), table)
    for name, values in {"size of note and body": [(n, m) for _, _, n, m, _ in got], "what it says": [shown[about] for _, about, *_ in got]}.items():
        bad |= tell(name, *by_value(values, labels), None, table)
    sizes, words = {(n, m) for _, _, n, m, _ in got}, set(shown.values())
    print(f"{len(got)} answers, {sum(labels)} of them kept something: {len(sizes)} size(s), {len(words)} wording(s)")
    table["sizes"], table["wordings"] = len(sizes), len(words)
    return bad or len(sizes) != 1 or len(words) != 1


def accepts(a, b, table):
    way, took, kinds = Way(a.socket), [], ["protected", "asked about before", "unknown"]
    for i in range(ACCEPTS):
        kind = random.randrange(3)
        name = (f"Alina Sorokina{i % 50:02d}", f"Ivan Petrov{i % 50:06d}", f"Nobody Known{i:06d}")[kind]
        one = way.ask("POST", "/api/v1/statements", request_item(1000000 + i, name))["results"][0]["id"]
        while True:
            there = rows(b, "SELECT known_at FROM statement WHERE id = ?", bytes.fromhex(one))
            if there:
                break
            time.sleep(0.002)
        took.append((there[0][0] - rows(a, "SELECT known_at FROM statement WHERE id = ?", bytes.fromhex(one))[0][0], kind))
    bad = False
    for kind in (0, 1):
        some = [(t, int(k == kind)) for t, k in took if k in (kind, 2)]
        some = halves(some, lambda s: s[1])
        values, labels = [t for t, _ in some], [y for _, y in some]
        bad |= tell(f"accepting: {kinds[kind]}, or unknown", *by_threshold(values, labels), area(values, labels), table)
    base = min(t for t, _ in took)
    print("median above the fastest: " + ", ".join(f"{kinds[k]} {statistics.median(t - base for t, j in took if j == k) / 1000:.2f} ms" for k in range(3)))
    return bad


def main():
    folder = tempfile.mkdtemp(prefix="tocsin-indistinct.")
    nodes = a, b = [run.Node(folder, name) for name in ("a.exercise", "b.exercise")]
    table, begin = {}, time.time()
    try:
        for n in nodes:
            for key in ("tick", "retry", "resume-wait"):
                n.set("exchange", key, "1")
            n.start()
        run.meet(a, b)
        way = Way(b.socket)
        for i in range(50):
            way.ask("POST", "/api/v1/protected", {"names": [f"Alina Sorokina{i:02d}"], "kind": "refugee", "note": ""})
        start = time.time() + 60
        clock(nodes, start)
        ids = send(a, REQUESTS)
        until(b, "SELECT count(*) FROM door WHERE open = 1", REQUESTS, "what arrives is not held")
        print(f"{REQUESTS} requests are held after {time.time() - begin:.0f} s", flush=True)
        label = {i: k % 2 for k, i in enumerate(random.sample(ids, len(ids)))}
        when = {}
        for i in ids:
            late = random.random() < 0.1
            when.setdefault(random.choice(TOO_LATE if late else LATE if label[i] == WITHHELD else EARLY), []).append(i)
        for hour in sorted(when):
            clock(nodes, start + hour * HOUR)
            decide(b, when[hour], label)
            print(f"{len(when[hour])} decided at {hour} hours, after {time.time() - begin:.0f} s", flush=True)
        clock(nodes, start + 26 * HOUR)
        until(b, "SELECT count(*) FROM door_answer WHERE state = 'left'", REQUESTS, "answers do not leave")
        until(a, "SELECT count(*) FROM statement WHERE issued = 0 AND kind = 'answer'", REQUESTS, "answers do not arrive")
        print(f"all have answers after {time.time() - begin:.0f} s", flush=True)
        bad = answers(a, b, ids, label, table)
        if ACCEPTS > 0:
            bad |= accepts(a, b, table)
        print(json.dumps({"requests": REQUESTS, **table}))
        return 1 if bad else 0
    finally:
        for n in nodes:
            n.stop()
        if os.environ.get("KEEP"):
            print(folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
