#!/usr/bin/env python3
"""Measures the program of build/ against the floor of this machine and against Postfix, all in one run; prints a table and writes build/bench.json.

These machines are noisy: the floor is measured before and after each rate, and ratios are what counts.
"""
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

TREE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(TREE, "build")
TOCSIN = os.path.join(BUILD, "tocsin")
PROGRAM = {name: os.path.join(BUILD, "bench", "bench_" + name) for name in ("floor", "load", "logcheck", "clocks_bench", "screen_bench")}
N = int(os.environ.get("BENCH_N", "20480"))
result = {}


def out(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout.strip()


def ports(n):
    held = [socket.socket() for _ in range(n)]
    for s in held:
        s.bind(("127.0.0.1", 0))
    numbers = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return numbers


class Node:
    def __init__(self, folder, name):
        self.dir, self.name = os.path.join(folder, name), name
        self.exchange, self.desk = ports(2)
        out(TOCSIN, "init", self.dir, "--name", name, "--exchange", f"127.0.0.1:{self.exchange}", "--desk", f"127.0.0.1:{self.desk}", "--url", f"http://127.0.0.1:{self.exchange}")
        self.process = None

    def set(self, section, key, value):
        path = os.path.join(self.dir, "tocsin.ini")
        with open(path, encoding="utf-8") as f:
            lines = [line for line in f.read().splitlines() if not re.match(rf";?{key} *=", line)]
        lines.insert(lines.index(f"[{section}]") + 1, f"{key} = {value}")
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\n")

    def start(self):
        log = open(os.path.join(self.dir, "log"), "ab")
        self.process = subprocess.Popen([TOCSIN, "-d", self.dir, "serve"], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        for _ in range(200):
            done = subprocess.run([TOCSIN, "-d", self.dir, "status", "--json"], capture_output=True, text=True)
            if done.returncode == 0 and json.loads(done.stdout)["ready"]:
                return
            time.sleep(0.05)
        sys.exit(f"bench: {self.name} does not get ready: see {self.dir}/log")

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)

    def run(self, *args, text=None):
        return out(TOCSIN, "-d", self.dir, *args, input=text)

    @property
    def socket(self):
        return os.path.join(self.dir, "run", "tocsin.sock")

    def pids(self):
        """The node's process and its children."""
        children = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
                    if int(f.read().rsplit(")", 1)[1].split()[1]) == self.process.pid:
                        children.append(int(pid))
            except OSError:
                pass
        return [self.process.pid, *children]


def meet(a, b):
    for x, y in ((a, b), (b, a)):
        x.run("partner", "add", "-", text=subprocess.run([TOCSIN, "-d", y.dir, "card"], capture_output=True, text=True, check=True).stdout)
    for x, y in ((a, b), (b, a)):
        x.run("partner", "confirm", y.name, "--safety", json.loads(x.run("partner", "show", y.name, "--json"))["safety"])


def floor():
    return float(out(PROGRAM["floor"]))


def node_to_node(a, b):
    rates, ratios, floors = [], [], []
    for _ in range(3):
        before = floor()
        seconds = float(out(PROGRAM["load"], "rate", a.socket, b.name, str(N)))
        after = floor()
        rates.append(N / seconds)
        floors.append((before + after) / 2)
        ratios.append(rates[-1] / floors[-1])
    middle = ratios.index(sorted(ratios)[len(ratios) // 2])
    result.update(node_to_node_per_s=round(rates[middle]), floor_per_s=round(floors[middle]), node_to_node_of_floor=round(ratios[middle], 3),
                  node_to_node_all=[round(r) for r in rates], node_to_node_of_floor_all=[round(r, 3) for r in ratios])


def single(a, b, folder):
    result["fdatasync_ms_p50"] = float(out(PROGRAM["floor"], "fdatasync", folder))
    result["single_receipt_ms_p50"] = float(out(PROGRAM["load"], "single", a.socket, b.name, "200"))
    result["single_receipt_allowed_ms"] = round(4 * result["fdatasync_ms_p50"] + 5, 3)


def notification(folder):
    """From `tocsin warn` to the notification command at the other desk, on nodes of its own."""
    a, b = Node(folder, "n1.exercise"), Node(folder, "n2.exercise")
    seen = os.path.join(folder, "seen")
    command = os.path.join(folder, "notify.sh")
    with open(command, "w", encoding="utf-8") as f:
        f.write(f"#!/bin/sh\ndate +%s.%N >>{seen}\n")
    os.chmod(command, 0o755)
    b.set("notify", "command", command)
    a.start()
    b.start()
    took = []
    try:
        meet(a, b)
        open(seen, "w").close()
        for i in range(40):
            start = time.time()
            a.run("warn", "--to", b.name, "--wait", "20", "-", text=json.dumps({"threat.summary": f"number {i}", "handling.tlp": "red"}))
            while True:
                with open(seen, encoding="utf-8") as f:
                    lines = f.read().split()
                if len(lines) > i:
                    break
                if time.time() > start + 30:
                    sys.exit("bench: the notification command was not run")
                time.sleep(0.001)
            took.append(float(lines[i]) - start)
    finally:
        a.stop()
        b.stop()
    result["warn_to_notification_ms_p95"] = round(1000 * statistics.quantiles(took, n=20)[18], 1)


def idle(folder):
    a, b = Node(folder, "i1.exercise"), Node(folder, "i2.exercise")
    a.start()
    b.start()
    try:
        meet(a, b)
        time.sleep(5)
        wake = -switches(a)
        seconds = 20
        time.sleep(seconds)
        wake += switches(a)
        result["idle_wakeups_per_s"] = round(wake / seconds, 2)
        memory = [status(pid, "VmRSS") / 1024 for pid in a.pids()]
        result["idle_rss_mb"] = round(sum(memory), 1)
        result["idle_rss_mb_each"] = [round(m, 1) for m in memory]
        result["idle_pss_mb"] = round(sum(pss(pid) for pid in a.pids()) / 1024, 1)
    finally:
        a.stop()
        b.stop()


def status(pid, key):
    with open(f"/proc/{pid}/status", encoding="utf-8") as f:
        return int(re.search(rf"^{key}:\s+(\d+)", f.read(), re.M).group(1))


def pss(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as f:
        return int(re.search(r"^Pss:\s+(\d+)", f.read(), re.M).group(1))


def switches(node):
    n = 0
    for pid in node.pids():
        for task in os.listdir(f"/proc/{pid}/task"):
            n += status(f"{pid}/task/{task}", "voluntary_ctxt_switches")
    return n


def log_check(folder):
    n = 1_000_000
    node = Node(folder, "log.exercise")
    os.unlink(os.path.join(node.dir, "tocsin.db"))
    out(PROGRAM["logcheck"], os.path.join(node.dir, "tocsin.db"), str(n))
    alone = float(out(PROGRAM["floor"], "hash", str(n)))
    start = time.monotonic()
    node.run("log", "check")
    took = time.monotonic() - start
    result.update(log_check_s=round(took, 3), log_hash_alone_s=round(alone, 3), log_check_ratio=round(alone / took, 3))


def clocks(folder):
    """10,000 clocks of which a step each is due: told to their owner, in the order in which they are due."""
    lines = out(PROGRAM["clocks_bench"], folder, "10000")
    rate, each = re.search(r"^misses +(\d+) a second +([\d.]+) us", lines, re.M).groups()
    result.update(clocks_fired_per_s=int(rate), clock_fired_us=float(each))


def screening(folder):
    """Requests about a person: 10,000 protected names, 1,000 past requests of their sender, its record read and each request counted."""
    lines = out(PROGRAM["screen_bench"], folder)
    rate, ratio = re.search(r"protected, .* (\d+) requests/s .* ([\d.]+) of the floor", lines).groups()
    result.update(screened_per_s=int(rate), screened_ratio=float(ratio))


def postfix(folder):
    """smtp-source through a Postfix queue of our own to smtp-sink: 2 kB messages, 20 sessions."""
    if shutil.which("postfix") is None or os.geteuid() != 0:
        print("postfix is not measured: it needs the package and root", file=sys.stderr)
        return
    smtp, sink = ports(2)
    etc, spool, data = (os.path.join(folder, name) for name in ("postfix", "spool", "data"))
    for path in (etc, spool, data):
        os.makedirs(path)
    os.chmod(folder, 0o755)
    shutil.chown(data, "postfix")
    defaults = "/usr/share/postfix/master.cf.dist"
    shutil.copy(defaults if os.path.exists(defaults) else "/etc/postfix/master.cf", os.path.join(etc, "master.cf"))
    with open(os.path.join(etc, "master.cf"), encoding="utf-8") as f:
        master = re.sub(r"^smtp +inet .*$", f"127.0.0.1:{smtp} inet n - n - - smtpd", f.read(), count=1, flags=re.M)
    master = re.sub(r"^(\S+\s+(?:unix|inet)\s+\S+\s+\S+\s+)y(\s)", r"\1n\2", master, flags=re.M)
    with open(os.path.join(etc, "master.cf"), "w", encoding="utf-8") as f:
        f.write(master)
    with open(os.path.join(etc, "main.cf"), "w", encoding="utf-8") as f:
        f.write(f"""compatibility_level = 3.6
queue_directory = {spool}
data_directory = {data}
myhostname = bench.exercise
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = loopback-only
inet_protocols = ipv4
relayhost = [127.0.0.1]:{sink}
maillog_file = {data}/log
maillog_file_prefixes = {data}
smtpd_relay_restrictions = permit_mynetworks, reject
smtp_destination_concurrency_limit = 20
default_destination_concurrency_limit = 20
smtpd_peername_lookup = no
disable_dns_lookups = yes
smtp_tls_security_level = none
smtpd_tls_security_level = none
""")
    n = 2000
    count = os.path.join(folder, "sunk")
    receiver = subprocess.Popen(["smtp-sink", "-u", "postfix", "-c", f"127.0.0.1:{sink}", "200"], stdout=open(count, "wb"), stderr=subprocess.DEVNULL)
    try:
        subprocess.run(["postfix", "-c", etc, "start"], check=True, capture_output=True)
        time.sleep(1)
        start = time.monotonic()
        subprocess.run(["smtp-source", "-m", str(n), "-s", "20", "-l", "2048", "-f", "a@bench.exercise", "-t", "b@other.exercise", f"127.0.0.1:{smtp}"], check=True)
        sourced = time.monotonic() - start
        while any(os.path.isdir(p) and any(files for _, _, files in os.walk(p)) for p in (os.path.join(spool, q) for q in ("incoming", "active", "deferred", "maildrop"))):
            if time.monotonic() > start + 120:
                sys.exit("bench: postfix did not empty its queue")
            time.sleep(0.01)
        took = time.monotonic() - start
        result.update(postfix_per_s=round(n / took), postfix_accepted_per_s=round(n / sourced))
    finally:
        subprocess.run(["postfix", "-c", etc, "stop"], capture_output=True)
        receiver.terminate()


def main():
    parts = set(sys.argv[1:]) or {"rate", "single", "notification", "idle", "log", "clocks", "screening", "postfix"}
    folder = tempfile.mkdtemp(prefix="bench-", dir=BUILD)
    try:
        if parts & {"rate", "single"}:
            a, b = Node(folder, "a.exercise"), Node(folder, "b.exercise")
            a.start()
            b.start()
            try:
                meet(a, b)
                if "single" in parts:
                    single(a, b, folder)
                if "rate" in parts:
                    node_to_node(a, b)
            finally:
                a.stop()
                b.stop()
        for part, measure in (("notification", notification), ("idle", idle), ("log", log_check), ("clocks", clocks), ("screening", screening), ("postfix", postfix)):
            if part in parts:
                measure(folder)
    finally:
        if not os.environ.get("BENCH_KEEP"):
            shutil.rmtree(folder, ignore_errors=True)
    if "node_to_node_per_s" in result and "postfix_per_s" in result:
        result["times_postfix"] = round(result["node_to_node_per_s"] / result["postfix_per_s"], 1)
    for key, value in result.items():
        print(f"{key:32} {value}")
    with open(os.path.join(BUILD, "bench.json"), "w", encoding="utf-8") as f:
        json.dump(result, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()
