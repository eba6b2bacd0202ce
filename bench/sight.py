#!/usr/bin/env python3
"""Measures whether answers tell what is there from what is not, for somebody who may see neither.

Usage: sight.py [PROGRAM [TRIALS]]

An account of one unit asks for a statement of another unit and for ids of nothing, TRIALS times each (10,000), in random order over one connection, and times every
answer. What a listener could make of these times is measured by two classifiers: the area under the ROC curve (0.5: nothing), and the best threshold of one half
of the trials, tried on the other half. Prints a table and one JSON object.
"""
import http.client
import json
import os
import random
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import run

TRIALS = int(sys.argv[2]) if len(sys.argv) > 2 else 10000
if len(sys.argv) > 1:
    run.TOCSIN = sys.argv[1]
PASSWORD = "four tides at the harbour"


class Way(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def post(node, path, body, token=None):
    way = Way(node.socket)
    way.request("POST" if not path.startswith("/api/v1/units") else "PUT", path, json.dumps(body), {"Content-Type": "application/json", **({"Authorization": "Bearer " + token} if token else {})})
    answer = way.getresponse()
    text = answer.read()
    if answer.status != 200:
        sys.exit(f"sight: {path}: {text.decode()}")
    return json.loads(text)


def account(node, name, role, unit, token=None):
    post(node, "/api/v1/accounts", {"name": name, "roles": [role], "unit": unit, "password": PASSWORD}, token)
    return post(node, "/api/v1/login", {"account": name, "password": PASSWORD})["token"]


def ask(way, token, path, n):
    """Nanoseconds of one answer, which must be 404."""
    start = time.perf_counter_ns()
    way.request("GET", path, headers={"Authorization": "Bearer " + token})
    answer = way.getresponse()
    answer.read()
    took = time.perf_counter_ns() - start
    if answer.status != 404:
        sys.exit(f"sight: trial {n} was answered {answer.status}")
    return took


def auc(there, nothing):
    """The chance that one of THERE took longer than one of NOTHING, ties counted half."""
    ranked = sorted([(t, 1) for t in there] + [(t, 0) for t in nothing])
    rank, total, i = 0.0, len(ranked), 0
    while i < total:
        k = i
        while k < total and ranked[k][0] == ranked[i][0]:
            k += 1
        rank += sum(which for _, which in ranked[i:k]) * (i + k + 1) / 2
        i = k
    return (rank - len(there) * (len(there) + 1) / 2) / (len(there) * len(nothing))


def threshold(trials):
    """How often the best threshold of the first half is right on the second."""
    half = len(trials) // 2
    ranked = sorted(trials[:half])
    ones = sum(which for _, which in ranked)
    below, best = 0, (0, 0, True)
    for i, (t, which) in enumerate(ranked):
        below += which
        right = (i + 1 - below) + (ones - below)
        for score, longer in ((right, True), (half - right, False)):
            best = max(best, (score, t, longer))
    _, at, longer = best
    return sum(((t > at) == longer) == bool(which) for t, which in trials[half:]) / (len(trials) - half)


def measure(node, token, hidden, path):
    way = Way(node.socket)
    order = [1, 0] * TRIALS
    random.shuffle(order)
    for n in range(200):
        ask(way, token, path(secrets.token_hex(32)), n)
    trials = []
    for n, which in enumerate(order):
        trials.append((ask(way, token, path(random.choice(hidden) if which else secrets.token_hex(32)), n), which))
    there, nothing = [t for t, w in trials if w], [t for t, w in trials if not w]
    return {"there_us": round(statistics.median(there) / 1000, 1), "nothing_us": round(statistics.median(nothing) / 1000, 1),
            "there_mean_us": round(statistics.mean(there) / 1000, 1), "nothing_mean_us": round(statistics.mean(nothing) / 1000, 1),
            "auc": round(auc(there, nothing), 4), "threshold_right": round(threshold(trials), 4)}


def main():
    folder = tempfile.mkdtemp(prefix="tocsin-sight.")
    node, other = run.Node(folder, "n.exercise"), run.Node(folder, "p.exercise")
    try:
        node.start()
        other.start()
        run.meet(node, other)
        node.run("policy", "set", "api.rate", "0")
        node.run("policy", "set", "unit.route", "p.exercise=bravo")
        warning = os.path.join(folder, "warning.json")
        with open(warning, "w", encoding="utf-8") as f:
            json.dump({"threat.summary": "what the other unit knows", "handling.tlp": "red", "threat.harm": "death"}, f)
        hidden = [other.run("warn", "--to", "n.exercise", "--wait", "30", warning).split()[0] for _ in range(20)]
        chief = account(node, "chief", "administrator", "desk")
        for unit in ("alpha", "bravo"):
            post(node, "/api/v1/units/" + unit, {"label": unit}, chief)
        token = account(node, "ann", "releasing-officer", "alpha", chief)
        table = {"read": measure(node, token, hidden, lambda i: "/api/v1/statements/" + i),
                 "12 digits": measure(node, token, hidden, lambda i: "/api/v1/statements/" + i[:12]),
                 "evidence": measure(node, token, hidden, lambda i: f"/api/v1/statements/{i}/evidence")}
        print(f"{TRIALS} trials each; microseconds (median, mean); area under the curve and threshold: 0.5 is a guess")
        for name, m in table.items():
            print(f"{name:10} there {m['there_us']:8} {m['there_mean_us']:8}   nothing {m['nothing_us']:8} {m['nothing_mean_us']:8}   auc {m['auc']:.4f}   threshold {m['threshold_right']:.4f}")
        print(json.dumps({"trials": TRIALS, **table}))
    finally:
        node.stop()
        other.stop()
        shutil.rmtree(folder, ignore_errors=True)


main()
