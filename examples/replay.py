#!/usr/bin/env python3
"""Replays a scenario between real nodes on loopback, on a set clock, and puts three lies to the test.

Usage: replay.py [--once] [--keep DIR] TOCSIN SCENARIO.json OUT

Nodes of the exercise realm are made below OUT, run as processes, and talk over the loopback. On each desk there are people
with accounts: an analyst, a releasing officer, a duty officer. What warns is drafted by one and released by another, over
the node's API; everything else is a command of the program. Every verdict is what `tocsin verify --json` says. Exit status 0
only when every step and every verdict is as it should be.
"""
import argparse
import datetime
import http.client
import json
import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time

WIDTH = 118
PEOPLE = {"analyst": "analyst", "releaser": "releasing-officer,liaison", "duty": "duty-officer"}      # account: roles


class Failed(Exception):
    pass


def say(text=""):
    print(text if len(text) <= WIDTH else text[: WIDTH - 1] + "…", flush=True)


def free_ports(n):
    """N different ports that nobody listens on."""
    held = [socket.socket() for _ in range(n)]
    for s in held:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


class LocalConnection(http.client.HTTPConnection):
    """HTTP over a node's socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Node:
    def __init__(self, program, spec, out, exchange, desk):
        self.program, self.spec, self.name = program, spec, spec["name"]
        self.dir = os.path.join(out, "nodes", self.name)
        self.url = f"http://127.0.0.1:{exchange}"
        self.exchange, self.desk = f"127.0.0.1:{exchange}", f"127.0.0.1:{desk}"
        self.process = None

    def run(self, *args, ok=(0,), text=None):
        """One command on this node; its output as text."""
        done = subprocess.run([self.program, "-d", self.dir, *args], input=text, capture_output=True, text=True)
        if done.returncode not in ok:
            raise Failed(f"{self.name}: tocsin {shlex.join(args)} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def json(self, *args):
        return json.loads(self.run(*args, "--json"))

    # ---- its people ----

    def people(self):
        """An account for each; from the first one on the socket alone reads no content."""
        for name, roles in PEOPLE.items():
            password = secrets.token_urlsafe(24) + "\n"
            self.run("account", "add", name, "--role", roles, "--password-file", "-", text=password)
            self.run("login", name, "--password-file", "-", "--save", self.token(name), text=password)

    def token(self, who):
        return os.path.join(self.dir, who + ".token")

    def by(self, who, *args):
        """A command that WHO gives; its output as text."""
        return self.run("--token-file", self.token(who), *args)

    def json_by(self, who, *args):
        return json.loads(self.by(who, *args, "--json"))

    def ask(self, who, method, path, body=None):
        """An operation of the API that WHO asks for."""
        with open(self.token(who), encoding="utf-8") as f:
            headers = {"Authorization": "Bearer " + f.read().strip(), "Content-Type": "application/json"}
        c = LocalConnection(os.path.join(self.dir, "run", "tocsin.sock"))
        c.request(method, "/api/v1" + path, body=None if body is None else json.dumps(body), headers=headers)
        answer = c.getresponse()
        said = json.loads(answer.read())
        c.close()
        if answer.status != 200:
            raise Failed(f"{self.name}: {method} {path} by {who}: {said.get('detail', said)}")
        return said

    def make(self):
        done = subprocess.run([self.program, "init", self.dir, "--name", self.name, "--exchange", self.exchange, "--desk", self.desk, "--url", self.url],
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(f"init {self.name}: {done.stderr.strip()}")
        ini = os.path.join(self.dir, "tocsin.ini")
        with open(ini, encoding="utf-8") as f:
            lines = f.read().splitlines()
        kept = [line for line in lines if not line.startswith(("tick", "retry"))]
        kept.insert(kept.index("[exchange]") + 1, "tick = 1\nretry = 1")
        with open(ini, "w", encoding="utf-8") as f:
            f.write("\n".join(kept) + "\n")

    def start(self):
        log = open(os.path.join(self.dir, "node.log"), "ab")
        self.process = subprocess.Popen([self.program, "-d", self.dir, "serve"], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        log.close()
        wait_for(f"{self.name} to be ready", lambda: self.ready(), 30)

    def ready(self):
        if self.process.poll() is not None:
            raise Failed(f"{self.name} ended by itself: see {self.dir}/node.log")
        done = subprocess.run([self.program, "-d", self.dir, "status", "--json"], capture_output=True, text=True)
        return done.returncode == 0 and json.loads(done.stdout).get("ready") is True

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()


def wait_for(what, test, seconds):
    end = time.monotonic() + seconds
    while True:
        value = test()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed(f"waited {seconds} s for {what}")
        time.sleep(0.05)


class Replay:
    def __init__(self, program, scenario, out):
        self.program, self.out = os.path.abspath(program), out
        with open(scenario, encoding="utf-8") as f:
            self.s = json.load(f)
        specs = self.s["nodes"]
        if any(not spec["name"].endswith(".exercise") for spec in specs):
            raise Failed("a replay runs in the exercise realm only: every node's name ends in .exercise")
        ports = free_ports(2 * len(specs))
        self.nodes = {spec["as"]: Node(self.program, spec, out, ports[2 * i], ports[2 * i + 1]) for i, spec in enumerate(specs)}
        self.ids = {}          # "as" of a step: [(id, to)]
        self.author = {}       # "as" of a step: node
        self.card = {}         # name: file of the card chain
        self.leads = {}        # "as" of a step: (node, id)
        self.tendered = set()  # "as" of steps whose statements went by way of a broker
        self.names = {spec["as"]: spec["name"] for spec in specs}

    # ---- the nodes and their acquaintance ----

    def start(self):
        os.makedirs(os.path.join(self.out, "nodes"))
        first = self.s["steps"][0]["at"]
        for node in self.nodes.values():
            node.make()
            node.start()
            node.run("clock", first)
        cards = os.path.join(self.out, "cards")
        os.makedirs(cards, exist_ok=True)
        for node in self.nodes.values():
            self.card[node.name] = os.path.join(cards, node.name + ".cards")
            with open(self.card[node.name], "w", encoding="utf-8") as f:
                f.write(node.run("card"))
        # Who is silent made a card once, and never answers again.
        silent = [n for n in self.nodes.values() if n.spec.get("silent")]
        for node in silent:
            node.stop()
        self.nodes = {name: n for name, n in self.nodes.items() if n not in silent}
        parties = [n for n in self.nodes.values() if not n.spec.get("witness")]
        for node in parties:
            for other in silent:
                node.run("partner", "add", self.card[other.name])
                node.run("partner", "quorum", other.name, str(self.s["quorum"]))
            if node.spec.get("broker"):
                node.run("policy", "set", "broker.serve", "yes")
        witnesses = [n for n in self.nodes.values() if n.spec.get("witness")]
        for node in self.nodes.values():
            for other in self.nodes.values():
                if other is not node and (node in parties or other in parties):
                    node.run("partner", "add", self.card[other.name])
        for a in self.nodes.values():
            for b in self.nodes.values():
                if a is not b and (a in parties or b in parties):
                    mine, theirs = (x.json("partner", "show", y.name)["safety"] for x, y in ((a, b), (b, a)))
                    if mine != theirs:
                        raise Failed(f"{a.name} and {b.name} see different safety numbers")
                    a.run("partner", "confirm", b.name, "--safety", mine)
        for node in parties:
            for w in witnesses:
                node.run("witness", "add", w.name)
            for other in parties:
                if other is not node:
                    node.run("partner", "quorum", other.name, str(self.s["quorum"]))
            node.people()
            for other in parties + silent:
                if other is not node:
                    node.ask("releaser", "PUT", f"/partners/{other.name}/profile", {"tlp": "red"})

    def set_clock(self, at):
        # Witnesses first: what they cosign is never earlier than what was written.
        for node in sorted(self.nodes.values(), key=lambda n: not n.spec.get("witness")):
            node.run("clock", at)

    # ---- steps ----

    def step(self, step):
        self.set_clock(step["at"])
        node = self.nodes[step["by"]]
        done = getattr(self, "do_" + step["do"])(node, step)
        say(f"{step['at'][:16].replace('T', ' ')}Z  {step['say']}")
        for line in (done,) if isinstance(done, str) else done or ():
            say(f"                   {line}")

    def fields_file(self, step):
        path = os.path.join(self.out, "fields.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(step["fields"], f, ensure_ascii=False)
        return path

    def keep(self, node, step, rows):
        """What was issued, as (id, to)."""
        if "as" in step:
            self.ids[step["as"]], self.author[step["as"]] = rows, node
        return rows

    @staticmethod
    def printed(text):
        return [(r["id"], r["to"]) for r in json.loads(text)["results"]]

    def about(self, name):
        if name not in self.ids:
            raise Failed(f"the scenario speaks of {name} before it is there")
        return [i for i, _ in self.ids[name]]

    def witnessed(self, node, rows):
        for i, _ in rows:
            wait_for(f"the witnessed receipt of {i[:16]}", lambda: node.json_by("duty", "show", i)["delivery"] == "witnessed", 60)

    def released(self, node, step, composition):
        """Three calls: the analyst writes and proposes, the releasing officer looks, and releases. What was seen, and what left."""
        draft = node.ask("analyst", "POST", "/drafts", {**composition, "confirm_audience": True, "propose": True})
        if draft["state"] != "proposed":
            raise Failed(f"the draft is not proposed: {draft.get('refused')}")
        seen = node.ask("releaser", "GET", "/drafts/" + draft["id"])
        done = node.ask("releaser", "POST", f"/drafts/{draft['id']}/release", {"version": seen["version"], "confirm_audience": True})
        return seen["recipients"][0], self.keep(node, step, [(r["id"], r["to"]) for r in done["released"]])

    def warning(self, node, step, to):
        return self.released(node, step, {
            "kind": "warning", "fields": step["fields"], "public": step["public"], "determination": step["determination"],
            "audiences": [{"to": to, "close": step.get("close", [])}]})

    def do_warn(self, node, step):
        first, rows = self.warning(node, step, [self.names[to] for to in step["to"]])
        self.witnessed(node, rows)
        receipt = node.json_by("duty", "show", rows[0][0])["receipt"]
        return (f"an analyst wrote it, a releasing officer let it go: {len(first['open'])} lines open, {len(first['closed'])} closed",
                f"{rows[0][0][:16]}… accepted by {rows[0][1]}: entry {receipt['index']}, witnessed {receipt['witnessed_not_later_than']}")

    def do_respond(self, node, step):
        args = ["respond", self.about(step["about"])[0], "--json", "--wait", "30", "--stage", step["fields"]["stage"]]
        names = {"text": "--text", "reason": "--reason", "question": "--question", "outcome": "--outcome", "assessment.specific": "--specific"}
        for field, value in step["fields"].items():
            if field != "stage":
                args += [names[field], value]
        self.witnessed(node, self.keep(node, step, self.printed(node.by("duty", *args))))

    def do_close(self, node, step):
        _, rows = self.released(node, step, {"kind": "closure", "fields": step["fields"], "re": self.about(step["about"])[:1],
                                             "audiences": [{"to": [to for _, to in self.ids[step["about"]]]}]})
        self.witnessed(node, rows)

    def do_record(self, node, step):
        args = ["record", "--json"]
        for name in step["about"]:
            args += ["--re", self.about(name)[0]]
        self.keep(node, step, self.printed(node.by("duty", *args, self.fields_file(step))))

    # ---- questions and leads ----

    def do_ask(self, node, step):
        args = ["ask", self.names[step["to"]], "--about", self.about(step["about"])[0], "--file", self.fields_file(step), "--json", "--wait", "30"]
        rows = self.keep(node, step, self.printed(node.by("duty", *args)))
        self.witnessed(node, rows)
        asked = wait_for("the question's clock", lambda: self.asked(node, rows[0][0]).get("due_at") and self.asked(node, rows[0][0]), 30)
        return f"{rows[0][0][:16]}… owed by {asked['owed_by']}, due {asked['due_at']}"

    @staticmethod
    def asked(node, i):
        return node.json_by("duty", "ask", "show", i)["thread"]["ask"]

    def do_breach(self, node, step):
        """Both clocks have run out: each side has recorded it by itself, and whoever asked can prove what there is to prove."""
        i, to = self.ids[step["about"]][0]
        for side in (node, next(n for n in self.nodes.values() if n.name == to)):
            wait_for(f"the breach record of {side.name}", lambda s=side: self.asked(s, i).get("breach"), 60)
        path = os.path.join(self.out, "evidence", step["as"])
        os.makedirs(os.path.dirname(path), exist_ok=True)
        for last in [False] * 30 + [True]:      # until the record is in a published log
            shutil.rmtree(path, ignore_errors=True)
            try:
                node.by("releaser", "breach", i, "--out", path)
                break
            except Failed:
                if last:
                    raise
            time.sleep(1)
        status, v = self.verify(path)
        if status != 0:
            raise Failed(f"the breach is not proven: {v.get('sentence')}")
        return f"{v['sentence']}", self.shown(path)

    @staticmethod
    def attempt(node, who, *args):
        try:
            node.by(who, *args)
        except Failed:
            return False
        return True

    def do_match(self, node, step):
        other = self.nodes[step["with"]]
        path = os.path.join(self.out, "matching.key")
        with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="ascii") as f:
            f.write(secrets.token_hex(32) + "\n")
        for a, b in ((node, other), (other, node)):
            a.by("releaser", "partner", "match", b.name, "--key-file", path)
        os.remove(path)

    def lead_about(self, node, about):
        """The lead that NODE has about a statement; each becomes one by itself."""
        for state in ([], ["--closed"]):
            for lead in node.json_by("duty", "lead", "list", *state)["items"]:
                if lead["statement"] == about:
                    return lead
        return None

    def do_lead(self, node, step):
        i = self.about(step["about"])[0]
        lead = wait_for("the lead", lambda: self.lead_about(node, i), 30)
        self.leads[step["as"]] = node, lead["id"]
        node.by("duty", "lead", "assign", lead["id"], "analyst")
        node.by("analyst", "lead", "step", lead["id"], "checked", "--words", step["words"])
        lead = node.json_by("analyst", "lead", "show", lead["id"])
        return f"lead {lead['id']}: {lead['state']}, to be reviewed by {lead['review_at']}"

    def do_close_lead(self, node, step):
        _, i = self.leads[step["lead"]]
        if self.attempt(node, "analyst", "lead", "close", i, "--finding", step["finding"], "--words", step["words"]):
            raise Failed("a lead with an open question was closed without a reason")
        node.by("analyst", "lead", "close", i, "--finding", step["finding"], "--words", step["words"], "--open-request", step["open-request"])
        return f"without a reason the desk refuses; the record of it: {node.json_by('analyst', 'lead', 'show', i)['record'][:16]}…"

    def do_meets(self, node, step):
        """Both sides' leads say that the other has one about the same subject."""
        own = wait_for("the lead", lambda: self.lead_about(node, self.about(step["about"])[0]), 30)
        other, i = self.leads[step["lead"]]
        said = []
        for a, lead, b in ((node, own["id"], other), (other, i, node)):
            found = wait_for(f"the match on {a.name}", lambda a=a, lead=lead, b=b: [
                m for m in a.json_by("duty", "lead", "show", lead).get("matches", []) if b.name in json.dumps(m)], 60)
            said.append(f"the desk of {a.name} says: {found[0]['words']}")
        return said

    # ---- by way of another ----

    def do_tender(self, node, step):
        via = self.nodes[step["via"]]
        first, rows = self.warning(node, step, [f"via:{via.name}:{self.names[to]}" for to in step["to"]])
        held = wait_for("custody", lambda: self.brokered(node, rows[0][0], "held"), 60)
        self.tendered.add(step["as"])
        wait_for("the witnessed receipt of the tender", lambda: self.handed_over(step["as"]), 60)
        return f"{len(first['open'])} lines open, {len(first['closed'])} closed, sealed to {', '.join(self.names[to] for to in step['to'])}", held

    def handed_over(self, about):
        return self.verify(self.evidence(about, "tendered"))[1].get("tendered_not_later_than")

    @staticmethod
    def brokered(node, i, begins):
        words = node.json_by("duty", "show", i).get("broker", {}).get("words", "")
        return words if begins in words else None

    def do_never(self, node, step):
        words = wait_for("the broker's last word", lambda: self.brokered(node, self.about(step["about"])[0], "never fetched"), 60)
        return f"the desk says: {words}"

    # ---- what the desk says ----

    def do_window(self, node, step):
        window = node.json_by("duty", "show", self.about(step["about"])[0]).get("window", {})
        if window.get("state") != "lapsed, unresolved":
            raise Failed(f"the window should have lapsed, but the node says {window}")
        return f"the desk says: {window['state']} (ended {window['until']}); nobody was told that it was safe"

    def do_question(self, node, step):
        """The question of a response is open, and its time is over."""
        questions = node.json_by("duty", "show", self.about(step["about"])[0]).get("open_questions", [])
        if not questions:
            raise Failed("a question should be open, but the desk knows of none")
        return f"the desk says: {len(questions)} question open since {questions[0]['clock']['started_at']}, {questions[0]['clock']['state']}"

    def do_outcomes(self, node, step):
        shown = node.json_by("duty", "show", self.about(step["about"])[0])
        if not shown.get("outcomes_differ"):
            raise Failed(f"the outcomes should differ, but the desk says {shown.get('outcomes')}")
        return "the desk keeps them apart: " + "; ".join(f"{o['by']}: {o['outcome']}" for o in shown["outcomes"])

    def do_contradiction(self, node, step):
        found = [c for c in node.json_by("duty", "show", self.about(step["about"])[0]).get("contradictions", []) if c["rule"] == step["rule"]]
        if not found:
            raise Failed(f"there should be a contradiction of the kind {step['rule']}")
        claim, _, sent = found[0]["sentence"].partition("; ")
        return claim, "what was sent says " + sent.removeprefix("what was sent says ")

    # ---- evidence and lies ----

    def evidence(self, about, name, *more):
        node, (i, _) = self.author[about], self.ids[about][0]
        path = os.path.join(self.out, "evidence", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        # What a log has not published yet is there some seconds later.
        for last in [False] * 20 + [True]:
            shutil.rmtree(path, ignore_errors=True)
            try:
                node.by("releaser", "evidence", i, "--out", path, *(["--tender"] if about in self.tendered else []), *more)
                return path
            except Failed:
                if last:
                    raise
            time.sleep(1)

    def verify(self, path, *more):
        """The command, its exit status, and what it says."""
        trust = [part for card in sorted(self.card.values()) for part in ("--card", card)]
        command = [self.program, "verify", path, *trust, *more, "--json"]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.returncode, json.loads(done.stdout) if done.stdout else {}

    def shown(self, path, *more):
        """The command as a person would type it."""
        short = os.path.relpath(path)
        return shlex.join(["build/tocsin", "verify", short]) + " --card " + os.path.relpath(os.path.join(self.out, "cards")) + "/*.cards" + "".join(" " + shlex.quote(m) for m in more)

    def lie(self, lie):
        about = lie["about"]
        to = self.ids[about][0][1]
        path = self.evidence(about, about)
        more = []
        if lie["test"] == "told":
            more = ["--shown-to", to, lie["field"]]
        status, v = self.verify(path, *more)
        if lie["test"] == "received":
            refuted = status == 0 and v.get("received") is True
            why = f"{to} accepted it: its own log has the entry, {v.get('quorum', {}).get('found')} witnesses saw it"
        elif lie["test"] == "told":
            refuted = status == 0 and v.get("shown_to", {}).get("result") == "told"
            value = next((t["value"] for t in v.get("told", []) if t["field"] == lie["field"]), None)
            if isinstance(value, dict):
                value = value[value.get("authoritative", "en")]
            why = f"{to} was told {lie['field']}: {value}"
        elif lie["test"] == "tendered":
            refuted = status == 0 and v.get("ok") is True
            why = f"{v.get('broker')} had it, sealed, for {v.get('to')}: its own log has the entry"
        elif lie["test"] == "says":
            stated = {t["field"]: t["value"] for t in v.get("statement", {}).get("stated", [])}
            refuted = status == 0 and lie["field"] in stated
            value = stated.get(lie["field"])
            why = f"what was sealed for {v.get('to')} says {lie['field']}: {value[value.get('authoritative', 'en')] if isinstance(value, dict) else value}"
        elif lie["test"] == "tendered-before":
            seen = v.get("tendered_not_later_than")
            refuted = status == 0 and seen is not None and moment(seen) < moment(lie["time"])
            why = f"{v.get('broker')} had it not later than {seen}, before {lie['time']}"
        elif lie["test"] == "before":
            seen = v.get("witnessed_not_later_than")
            refuted = status == 0 and seen is not None and moment(seen) < moment(lie["time"])
            why = f"witnessed not later than {seen}, before {lie['time']}"
        else:
            raise Failed(f"the scenario has a test that nobody knows: {lie['test']}")
        say(f"\"{lie['says']}\"  {'REFUTED: ' + why if refuted else 'NOT REFUTED: ' + v.get('sentence', 'the bundle does not verify')}")
        print(f"   {self.shown(path, *more)}", flush=True)
        return refuted

    def withheld(self):
        about, field = self.s["withheld"]["about"], self.s["withheld"]["field"]
        to = self.ids[about][0][1]
        path = self.evidence(about, about + "-revealed", "--reveal", field)
        if about in self.tendered:
            _, v = self.verify(path)
            ok = any(w["field"] == field for w in v.get("statement", {}).get("withheld", []))
            say(f"{field}: {'known, and WITHHELD: it cannot be passed off as told' if ok else 'NOT shown as withheld'}")
            return ok
        status, v = self.verify(path, "--shown-to", to, field)
        ok = status == 1 and v.get("shown_to", {}).get("result") == "withheld" and any(w["field"] == field for w in v.get("withheld", []))
        say(f"{field}: {'known, and WITHHELD from ' + to + ': it cannot be passed off as told' if ok else 'NOT shown as withheld'}")
        return ok

    def forged(self):
        """One letter of an open line is changed."""
        about = self.s["evidence"]["about"]
        path = self.evidence(about, "forged")
        body = os.path.join(path, "statement" if about in self.tendered else "", "body.txt")
        with open(body, encoding="utf-8") as f:
            lines = f.read().split("\n")
        at = next(i for i, line in enumerate(lines) if line and line[0] not in "=#")
        lines[at] = lines[at][:-2] + ("x" if lines[at][-2] != "x" else "y") + lines[at][-1]
        with open(body, "w", encoding="utf-8") as f:
            f.write("\n".join(lines))
        status, v = self.verify(path)
        refused = status == 1 and v.get("ok") is False
        say(f"A forged bundle (one letter changed): {'REFUSED: ' + v.get('sentence', '') if refused else 'NOT REFUSED'}")
        return refused

    def run(self):
        say(self.s["title"])
        say(self.s["notice"])
        say(f"Nodes: {', '.join(n.name for n in self.nodes.values())}; quorum {self.s['quorum']}.")
        say(f"Assumed: {', '.join(self.s['assumed'][:2])}{', and more: see the scenario' if len(self.s['assumed']) > 2 else ''}.")
        self.start()
        for step in self.s["steps"]:
            self.step(step)
        results = [self.lie(lie) for lie in self.s["lies"]]
        results += [self.withheld(), self.forged()]
        kept = self.evidence(self.s["evidence"]["about"], "kept", *option("--reveal", self.s["evidence"]["reveal"]), *option("--only", self.s["evidence"]["only"]))
        parts = sorted(part for part in (kept, *(os.path.join(kept, name) for name in os.listdir(kept))) if os.path.exists(os.path.join(part, "check.sh")))
        say(f"Evidence: {os.path.relpath(kept)} (sh {os.path.relpath(parts[-1])}/check.sh needs stock tools only)")
        return all(results)

    def stop(self):
        for node in self.nodes.values():
            node.stop()


def moment(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


def option(name, fields):
    return [name, ",".join(fields)] if fields else []


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--once", action="store_true", help="end when the verdicts are there, instead of staying up")
    p.add_argument("--keep", metavar="DIR", help="copy evidence/ and cards/ there when every verdict is as it should be")
    p.add_argument("program")
    p.add_argument("scenario")
    p.add_argument("out")
    a = p.parse_args()
    shutil.rmtree(a.out, ignore_errors=True)
    os.makedirs(a.out, mode=0o700)
    try:
        replay = Replay(a.program, a.scenario, a.out)
    except (OSError, ValueError, KeyError, Failed) as e:
        print(f"replay: {a.scenario}: {e}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        ok = replay.run()
        if a.keep and ok:
            for name, source in (("evidence", os.path.join("evidence", "kept")), ("cards", "cards")):
                shutil.rmtree(os.path.join(a.keep, name), ignore_errors=True)
                shutil.copytree(os.path.join(a.out, source), os.path.join(a.keep, name))
        if not a.once:
            for node in replay.nodes.values():
                with open(os.path.join(node.dir, "desk.token"), encoding="utf-8") as f:
                    say(f"{node.spec['shown']}: http://desk:{f.read().strip()}@{node.desk}/")
            say("These status pages stay up until you press Ctrl-C.")
            try:
                while all(n.process.poll() is None for n in replay.nodes.values()):
                    time.sleep(0.5)
            except KeyboardInterrupt:
                pass
        say(replay.s["notice"] if ok else "A verdict is not as it should be.")
        return 0 if ok else 1
    except Failed as e:
        print(f"replay: {e}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        replay.stop()


if __name__ == "__main__":
    sys.exit(main())
