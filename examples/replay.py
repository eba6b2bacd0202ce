#!/usr/bin/env python3
"""Replays a scenario between real nodes on loopback, on a set clock, and puts three lies to the test.

Usage: replay.py [--once] [--keep DIR] TOCSIN SCENARIO.json OUT

Nodes of the exercise realm are made below OUT, run as processes, and talk over the loopback. Each step of the scenario is
one command of the program; every verdict is what `tocsin verify --json` says. Exit status 0 only when every step and every verdict is as it should be.
"""
import argparse
import datetime
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time

WIDTH = 118


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
        parties = [n for n in self.nodes.values() if not n.spec.get("witness")]
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

    def set_clock(self, at):
        for node in self.nodes.values():
            node.run("clock", at)

    # ---- steps ----

    def step(self, step):
        self.set_clock(step["at"])
        node = self.nodes[step["by"]]
        done = getattr(self, "do_" + step["do"])(node, step)
        say(f"{step['at'][:16].replace('T', ' ')}Z  {step['say']}")
        if done:
            say(f"                   {done}")

    def fields_file(self, step):
        path = os.path.join(self.out, "fields.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(step["fields"], f, ensure_ascii=False)
        return path

    def keep(self, node, step, printed):
        rows = [(r["id"], r["to"]) for r in json.loads(printed)["results"]]
        if "as" in step:
            self.ids[step["as"]], self.author[step["as"]] = rows, node
        return rows

    def about(self, name):
        if name not in self.ids:
            raise Failed(f"the scenario speaks of {name} before it is there")
        return [i for i, _ in self.ids[name]]

    def witnessed(self, node, rows):
        for i, _ in rows:
            wait_for(f"the witnessed receipt of {i[:16]}", lambda: node.json("show", i)["delivery"] == "witnessed", 60)

    def do_warn(self, node, step):
        args = ["warn", "--json", "--wait", "30"]
        for to in step["to"]:
            args += ["--to", self.nodes[to].name]
        if step.get("close"):
            args += ["--close", ",".join(step["close"])]
        rows = self.keep(node, step, node.run(*args, self.fields_file(step)))
        self.witnessed(node, rows)
        receipt = node.json("show", rows[0][0])["receipt"]
        return f"{rows[0][0][:16]}… accepted by {rows[0][1]}: entry {receipt['index']}, witnessed {receipt['witnessed_not_later_than']}"

    def do_respond(self, node, step):
        args = ["respond", self.about(step["about"])[0], "--json", "--wait", "30", "--stage", step["fields"]["stage"]]
        names = {"text": "--text", "reason": "--reason", "question": "--question", "outcome": "--outcome", "assessment.specific": "--specific"}
        for field, value in step["fields"].items():
            if field != "stage":
                args += [names[field], value]
        self.witnessed(node, self.keep(node, step, node.run(*args)))

    def do_close(self, node, step):
        rows = self.keep(node, step, node.run("close", self.about(step["about"])[0], "--json", "--wait", "30", "--outcome", step["fields"]["outcome"]))
        self.witnessed(node, rows)

    def do_record(self, node, step):
        args = ["record", "--json"]
        for name in step["about"]:
            args += ["--re", self.about(name)[0]]
        self.keep(node, step, node.run(*args, self.fields_file(step)))

    def do_window(self, node, step):
        window = node.json("show", self.about(step["about"])[0]).get("window", {})
        if window.get("state") != "lapsed, unresolved":
            raise Failed(f"the window should have lapsed, but the node says {window}")
        return f"the node says: {window['state']} (ended {window['until']})"

    # ---- evidence and lies ----

    def evidence(self, about, name, *more):
        node, (i, _) = self.author[about], self.ids[about][0]
        path = os.path.join(self.out, "evidence", name)
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        node.run("evidence", i, "--out", path, *more)
        return path

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
        status, v = self.verify(path, "--shown-to", to, field)
        ok = status == 1 and v.get("shown_to", {}).get("result") == "withheld" and any(w["field"] == field for w in v.get("withheld", []))
        say(f"{field}: {'known, and WITHHELD from ' + to + ': it cannot be passed off as told' if ok else 'NOT shown as withheld'}")
        return ok

    def forged(self):
        """One letter of an open line is changed."""
        about = self.s["evidence"]["about"]
        path = self.evidence(about, "forged")
        body = os.path.join(path, "body.txt")
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
        say(f"Evidence: {os.path.relpath(kept)} ({len(os.listdir(kept))} files; sh {os.path.relpath(kept)}/check.sh needs stock tools only)")
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
