#!/usr/bin/env python3
"""The access test: asks every operation of a running desk as every account, and holds the answers against access.table.

Usage: access.py PROGRAM FOLDER TABLE EARLY   (the folder of scenario 24: nodes n, pa, pb, tokens of the accounts)

Prints "ok NAME" and "not ok NAME" lines; what is behind a failure goes in "# " lines.
"""
import http.client
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import threading
import time

program, folder, table_path, early = sys.argv[1:5]
SOCKET = f"{folder}/n/dir/run/tocsin.sock"
ROLES = {"a": "analyst", "r": "releasing-officer", "d": "duty-officer", "l": "liaison", "i": "inspector",
         "p": "data-protection-officer", "m": "administrator"}
UNITS = ("alpha", "bravo")


def check(good, name, *why):
    print("ok" if good else "not ok", name)
    if not good:
        for line in list(why)[:20]:
            print("#", str(line)[:600])


class Way(http.client.HTTPConnection):
    def __init__(self):
        super().__init__("localhost", timeout=60)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(SOCKET)


class Account:
    def __init__(self, name, role=None):
        self.name, self.role = name, role
        self.token = open(f"{folder}/{name}.token", encoding="ascii").read().strip()
        self.way = Way()

    def ask(self, method, path, body=None, kind="application/json", token=None):
        """(status, headers without Date, body as text)"""
        headers = {"Authorization": "Bearer " + (token or self.token)}
        if body is not None:
            headers["Content-Type"] = kind
        for again in (True, False):
            try:
                self.way.request(method, path, body=body, headers=headers)
                r = self.way.getresponse()
                text = r.read().decode("utf-8", "replace")
                return r.status, sorted((k, v) for k, v in r.getheaders() if k not in ("Date",)), text
            except (http.client.HTTPException, OSError):
                self.way.close()
                if not again:
                    raise

    def json(self, method, path, body=None):
        status, _, text = self.ask(method, path, None if body is None else json.dumps(body))
        return status, json.loads(text)


def tocsin(node, *words):
    return subprocess.run([program, "-d", f"{folder}/{node}/dir", *words], check=True, capture_output=True, text=True,
                          env={k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_TOKEN")}).stdout


def warn(node, summary, **more):
    """The id of a warning that NODE sends to n."""
    fields = {"threat.summary": summary, "handling.tlp": "red", "threat.harm": "death", "where.place": summary, "advice": "Close the gate.", **more}
    path = f"{folder}/{node}.warning.json"
    with open(path, "w", encoding="utf-8") as f:
        json.dump(fields, f)
    return tocsin(node, "warn", "--to", "n.exercise", "--wait", "30", path).split()[0]


def until(seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.1)
    return False


people = {f"{u}-{r}": Account(f"{u}-{r}", letter) for u in UNITS for letter, r in ROLES.items()}
onyx, desk, chief = Account("alpha-onyx", "a"), Account("desk-analyst", "a"), Account("chief", "m")


def of(unit, letter):
    return people[f"{unit}-{ROLES[letter]}"]


def sees(who, statement):
    return who.ask("GET", f"/api/v1/statements/{statement}")[0] == 200


# ---- what there is ----

alpha = [warn("pa", f"ALPHAMARK number {i}") for i in range(3)]
bravo = [warn("pb", f"BRAVOMARK number {i}") for i in range(7)]
shared = warn("pb", "ONYXMARK, shared in a compartment")
check(until(20, lambda: sees(of("alpha", "a"), alpha[-1]) and sees(of("bravo", "a"), shared)), "what comes in is seen by the unit that its partner is routed to")
check(not sees(of("alpha", "a"), bravo[0]) and not sees(of("bravo", "a"), alpha[0]), "and by no other")
check(sees(desk, early) and not sees(desk, alpha[0]) and not sees(of("alpha", "a"), early), "what came before there were accounts belongs to the unit of intake")

status, _, text = of("bravo", "r").ask("POST", f"/api/v1/statements/{shared}/share", json.dumps({"unit": "alpha", "compartment": "onyx"}))
check(status == 200, "a releasing officer shares a statement with another unit, in a compartment", text)
check(sees(onyx, shared), "who is read into the compartment sees it")
check(not sees(of("alpha", "a"), shared) and not sees(of("alpha", "r"), shared), "who is not, does not")


def record(who, about, words):
    status, answer = who.json("POST", "/api/v1/statements", {"kind": "record", "fields": {"record.type": "call", "text": words}, "re": about})
    return answer["results"][0]["id"] if status == 200 else str(answer)


inside = record(onyx, [shared], "SECRETMARK, written about what is in the compartment")
check(len(inside) == 64 and until(20, lambda: sees(onyx, inside)), "what somebody writes about it belongs to the compartment", inside)
check(not any(sees(p, inside) for p in people.values()) and not sees(desk, inside), "and is seen by nobody outside it, not even an inspector")
own = record(of("bravo", "a"), [bravo[0]], "BRAVOMARK, a note of our own")
check(len(own) == 64 and until(20, lambda: sees(of("bravo", "d"), own)), "what somebody writes belongs to the unit", own)
check(not sees(of("alpha", "a"), own) and not sees(desk, own), "and not to the unit of intake")
status, answer = of("alpha", "a").json("POST", "/api/v1/statements", {"kind": "record", "fields": {"record.type": "call", "text": "x"}, "re": [bravo[0]]})
other = of("alpha", "a").json("POST", "/api/v1/statements", {"kind": "record", "fields": {"record.type": "call", "text": "x"}, "re": [secrets.token_hex(32)]})
check(status == 404 == other[0], "nobody writes about what is not seen, nor about what is not there", answer, other)
status, answer = of("alpha", "r").json("POST", "/api/v1/statements", {"kind": "warning", "to": ["pa.exercise"], "fields": {"threat.summary": "x", "handling.tlp": "red"}})
check(status == 403 and "rule issue.draft" in answer["detail"], "one account alone issues no warning", answer)
check(of("bravo", "i").json("GET", f"/api/v1/statements/{alpha[0]}")[0] == 200, "an inspector sees every unit's statements")

# What must not be in any answer to whom.
SECRET = {"SECRETMARK", inside}
HIDDEN = {
    "alpha": {"BRAVOMARK", "ONYXMARK", "EARLY", shared, own, early, "bravo-"} | set(bravo) | SECRET,
    "bravo": {"ALPHAMARK", "EARLY", early, "alpha-"} | set(alpha) | SECRET,
}


def hidden_from(who):
    if who is onyx:
        return {"BRAVOMARK", own, early, "EARLY"} | set(bravo)
    if who.role == "i":
        return SECRET
    unit = who.name.split("-")[0]
    others = {ids["bravo" if unit == "alpha" else "alpha"] for ids in things.values() if len(ids) == 2}
    if who.role == "m":
        return {m for m in HIDDEN["alpha"] | HIDDEN["bravo"] if not m.endswith("-")} | {"ALPHAMARK"} | set(alpha)
    return HIDDEN[unit] | others


leaks, things = [], {}


def clean(who, asked, answer):
    """Notes what is in ANSWER that must not be; what was asked with is no leak."""
    text = answer[2] + json.dumps(answer[1])
    # What was typed in vain stands in the audit trail as it was typed: here it was typed by this test.
    if "/api/v1/audit" in asked and answer[0] == 200 and '"items"' in text:
        text = json.dumps([r for r in json.loads(answer[2])["items"] if r["what"] not in ("refused", "search", "audit")])
    for m in hidden_from(who):
        if m in text and m not in asked:
            leaks.append(f"{who.name}: {asked[:120]}: {m[:24]} in {text[:200]}")


# ---- the table ----

table = {}
for line in open(table_path, encoding="utf-8"):
    if line.strip() and not line.startswith("#"):
        operation, roles, names, body = [p.strip() for p in line.split(" | ", 3)]
        table[operation] = ("".join(ROLES) if roles == "-" else roles, names, "" if body == "-" else body)
operations = [o["method"] + " " + o["path"] for o in chief.json("GET", "/api/v1/operations")[1]["items"]]
missing = [o for o in operations if o not in table]
check(not missing, "every operation has a row in the table", *missing)
gone = [o for o in table if o not in operations]
check(not gone, "and every row is an operation", *gone)


def first(answer, *names):
    items = answer[1].get("items", []) if answer[0] == 200 else []
    return next((i[n] for i in items for n in names if n in i), None)


def try_json(who, method, path, body=None):
    try:
        return who.json(method, path, body)
    except (ValueError, KeyError):
        return 0, {}


DRAFT = {"kind": "warning", "fields": {"threat.summary": "BRAVOMARK draft", "handling.tlp": "red"}}


def make_things():
    """For each kind of thing: the ids of one of alpha's and one of bravo's, as far as this desk has them."""
    things = {"statement": {"alpha": alpha[0], "bravo": bravo[0]}}
    for unit in UNITS:
        who = of(unit, "a")
        draft = try_json(who, "POST", "/api/v1/drafts", {**DRAFT, "fields": {**DRAFT["fields"], "threat.summary": unit.upper() + "MARK draft"}})
        lead = try_json(who, "POST", "/api/v1/leads", {"statement": (alpha if unit == "alpha" else bravo)[0], "words": unit.upper() + "MARK", "seconds": 864000})
        keeper, theirs = of(unit, "p"), (alpha if unit == "alpha" else bravo)[2]
        forgetting = try_json(keeper, "POST", f"/api/v1/statements/{theirs}/forget", {"reason": unit.upper() + "MARK"})
        try_json(keeper, "POST", f"/api/v1/statements/{theirs}/hold", {"reason": unit.upper() + "MARK"})
        handover = try_json(who, "POST", "/api/v1/handovers", {"to": f"{unit}-duty-officer"})
        delegation = try_json(who, "POST", "/api/v1/delegations", {"to": f"{unit}-duty-officer", "roles": ["analyst"], "reason": unit.upper() + "MARK", "seconds": 3600})
        try_json(who, "POST", "/api/v1/channels", {"kind": "email", "address": unit.upper() + "MARK@example.org"})
        case = try_json(keeper, "POST", "/api/v1/corrections", {"who": unit.upper() + "MARK", "checked": "x", "asks": "delete", "names": [unit.upper() + "MARK"]})
        proposed = try_json(keeper, "POST", f"/api/v1/corrections/{case[1].get('id')}/propose", {"statement": theirs, "what": "restrict", "reason": "x"})
        found = {
            "correction": case[1].get("id"),
            "proposal": first((proposed[0], proposed[1]), "id"),
            "draft": draft[1].get("id"),
            "lead": lead[1].get("id"),
            "forgetting": forgetting[1].get("id"),
            "handover": handover[1].get("id"),
            "delegation": delegation[1].get("id"),
            "token": first(try_json(who, "GET", "/api/v1/tokens"), "id"),
            "clock": first(try_json(who, "GET", "/api/v1/clocks?unit=1"), "id") or first(try_json(who, "GET", "/api/v1/clocks"), "id"),
            "page": first(try_json(who, "GET", "/api/v1/pages"), "id"),
            "channel": first(try_json(who, "GET", "/api/v1/channels"), "id"),
        }
        for kind, i in found.items():
            if i is not None:
                things.setdefault(kind, {})[unit] = i
    return things


things = make_things()
print("# things:", json.dumps({k: sorted(v) for k, v in things.items()}))


def request(operation, body, name):
    method, path = operation.split(" ")
    path = re.sub(r"\{[a-z]+\}", name, path)
    kind = "application/json"
    query = ""
    if "?" in body and not body.startswith("{"):
        body, query = body.split("?", 1)
    if body.startswith("@"):
        kind, _, body = body[1:].partition(" ")
    body = body.strip().replace("{id}", name)
    return method, path + ("?" + query if query else ""), body or None, kind


def refused(answer):
    return answer[0] == 403 and ("rule role.right" in answer[2] or "rule token.scope" in answer[2])


def blank(answer, name):
    return answer[0], [(k, v) for k, v in answer[1]], answer[2].replace(name, "X" * len(name))


wrong, differ, asked_n = [], [], 0
for operation in operations:
    if operation not in table:
        continue
    roles, names, body = table[operation]
    if names == "own" or operation == "GET /api/v1/events/stream":
        continue
    for unit in UNITS:
        other = "bravo" if unit == "alpha" else "alpha"
        for letter in ROLES:
            who = of(unit, letter)
            thing = things.get(names, {})
            real = thing.get(unit) or ("nobody.exercise" if names == "name" else secrets.token_hex(8))
            method, path, data, kind = request(operation, body, real)
            # A thing of one's own may be changed by asking: only whether one may is asked of it by reading.
            if method != "GET" and names in ("draft", "lead", "forgetting", "handover", "delegation", "token", "clock", "page", "channel"):
                method, path, data, kind = request(operation, body, secrets.token_hex(8))
            answer = who.ask(method, path, data, kind)
            asked_n += 1
            clean(who, f"{method} {path} {data}", answer)
            if refused(answer) != (letter not in roles):
                wrong.append(f"{who.name}: {operation}: {answer[0]} {answer[2][:160]}")
            if letter not in roles or thing.get(other) is None:
                # Who may not, is told so whatever stands there.
                continue
            # A statement of the other unit is seen by an inspector; what is nobody else's is not.
            hidden = inside if names == "statement" and letter == "i" else thing[other]
            if letter in "im" and names != "statement":
                continue
            for cut in ((64, 12) if names == "statement" else (len(hidden),)):
                there, not_there = hidden[:cut], secrets.token_hex(32)[:len(hidden)][:cut]
                a = who.ask(*request(operation, body, there))
                b = who.ask(*request(operation, body, not_there))
                clean(who, " ".join(map(str, request(operation, body, there))), a)
                asked_n += 2
                if blank(a, there) != blank(b, not_there):
                    differ.append(f"{who.name}: {operation}: {a} and {b}")
# What is named elsewhere than in the path: as a place in a list, or as what a list is about.
PROBES = {"/api/v1/drafts?before=": "draft", "/api/v1/pages?before=": "page", "/api/v1/clocks?after=": "clock", "/api/v1/clocks?about=": "statement",
          "/api/v1/clocks?statement=": "statement", f"/api/v1/statements/{alpha[0]}/reach?after=": "statement", "/api/v1/handovers?before=": "handover", "/api/v1/forgetting?before=": "forgetting", "/api/v1/holds?before=": "statement", "/api/v1/retention?before=": "statement"}
for path, names in PROBES.items():
    for letter in "ardlp":
        who, hidden = of("alpha", letter), things.get(names, {}).get("bravo")
        if hidden is not None:
            not_there = secrets.token_hex(32)[:len(hidden)]
            a, b = who.ask("GET", path + hidden), who.ask("GET", path + not_there)
            clean(who, path + hidden, a)
            if blank(a, hidden) != blank(b, not_there):
                differ.append(f"{who.name}: {path}: {a} and {b}")
check(not wrong, f"each of the {len(operations)} operations is refused to whom the table says, and to nobody else", *wrong)
check(not differ, "what is not seen is answered as what is not there: status, headers, words, size", *differ)

# ---- lists, counts, search, the audit trail ----

deep = ["/api/v1/statements?limit=1", "/api/v1/statements?direction=in", "/api/v1/statements?kind=warning", "/api/v1/statements?peer=pb.exercise",
        "/api/v1/statements?peer=pb.exercise&kind=warning", "/api/v1/statements?kind=record", "/api/v1/events", "/api/v1/audit?limit=1000",
        f"/api/v1/audit?subject={bravo[0]}", f"/api/v1/audit?subject={bravo[0][:12]}", "/api/v1/audit?who=bravo-analyst", "/api/v1/search?q=BRAVOMARK", "/api/v1/search?q=mark",
        "/api/v1/search?q=SECRETMARK", "/api/v1/clocks?all=1", "/api/v1/clocks", f"/api/v1/clocks?about={bravo[0]}", "/api/v1/drafts", "/api/v1/partners/pb.exercise"]
for who in [*people.values(), onyx]:
    for path in deep:
        clean(who, "GET " + path if "MARK" not in path and bravo[0][:12] not in path else path, who.ask("GET", path))


def pages(who, path, size):
    """All items of a list, page by page, and how many pages."""
    found, place, n = [], None, 0
    while True:
        status, answer = who.json("GET", f"{path}?limit={size}" + (f"&before={place}" if place else ""))
        assert status == 200, answer
        found += answer["items"]
        n += 1
        place = answer["next"]
        if place is None or n > 50:
            return found, n


for unit, own_ids, others in (("alpha", set(alpha), set(bravo)), ("bravo", set(bravo) | {shared, own}, set(alpha))):
    found, n = pages(of(unit, "a"), "/api/v1/statements", 1)
    ids = [i["id"] for i in found]
    check(own_ids <= set(ids) and not set(ids) & others and len(ids) == len(set(ids)), f"page by page {unit} sees its own statements, each once, and nothing else")
status, answer = of("alpha", "a").json("GET", "/api/v1/statements?limit=1")
numbers = [k for item in answer["items"] for k in item if k in ("num", "log_index", "seq")]
check(not numbers and isinstance(answer["next"], str) and len(answer["next"]) == 114, "no number of the node is in a list, and its next page is sealed", answer)
status, swapped = of("alpha", "a").json("GET", "/api/v1/events?after=" + answer["next"])
check(status == 400, "a place in one list is none in another", swapped)
status, forged = of("alpha", "a").json("GET", "/api/v1/statements?before=3")
check(status == 400, "nor is a number that was made up", forged)

whole = of("alpha", "l").json("GET", "/api/v1/status")[1]
check("counters" not in whole and "exchange" not in whole and "size" not in whole["log"] and all("waiting" not in p for p in whole["partners"]),
      "status tells no numbers to who does not run the node", json.dumps(whole)[:400])

# ---- known: three levels ----

before = of("bravo", "d").json("GET", f"/api/v1/statements/{bravo[1]}")[1]["known"]
of("bravo", "a").ask("GET", f"/api/v1/statements/{bravo[1]}")
known = of("bravo", "d").json("GET", f"/api/v1/statements/{bravo[1]}")[1]["known"]
check(known["accepted_at"] != "" and [o["function"] for o in known["opened"]] == ["duty-officer of bravo", "analyst of bravo"], "known: when it was accepted, and which functions opened it", known, before)
check(all("threat.summary" in o["lines"] and "account" not in o for o in known["opened"]), "and which lines each was shown, without names", known)
named = of("bravo", "i").json("GET", f"/api/v1/statements/{bravo[1]}")[1]["known"]
check({"bravo-analyst", "bravo-duty-officer"} <= {o.get("account") for o in named["opened"]}, "an inspector sees the names", named)

# ---- events ----


def events_of(who):
    found, place = [], None
    for _ in range(20):
        answer = who.json("GET", "/api/v1/events" + (f"?after={place}" if place else ""))[1]
        if not answer["items"]:
            return found, answer["last"]
        found += answer["items"]
        place = answer["last"]
    return found, place


heard, place = events_of(of("alpha", "a"))
check({e.get("id") for e in heard} & set(alpha) and not {e.get("id") for e in heard} & (set(bravo) | {shared, inside, own}), "events are those of what one sees")
check(all("seq" not in e and len(e["cursor"]) == 114 for e in heard), "without numbers")
waited = {}


def wait_for(name, who, place):
    start = time.monotonic()
    waited[name] = (who.json("GET", f"/api/v1/events?after={place}&wait=6")[1]["items"], time.monotonic() - start)


def listen(who, seconds, into):
    s = socket.socket(socket.AF_UNIX)
    s.connect(SOCKET)
    s.sendall(f"GET /api/v1/events/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {who.token}\r\n\r\n".encode())
    s.settimeout(0.5)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            part = s.recv(65536)
        except TimeoutError:
            continue
        into[0] += part.decode()
        if part == b"" or into[0].endswith("\r\n0\r\n\r\n"):
            into.append(time.monotonic())
            break
    s.close()


# Another way for each thread: a connection is not shared.
again = {n: Account(n, "a") for n in ("alpha-analyst", "bravo-analyst", "alpha-liaison")}
streams = {n: [""] for n in again}
threads = [threading.Thread(target=wait_for, args=("alpha", again["alpha-analyst"], place)),
           threading.Thread(target=wait_for, args=("bravo", again["bravo-analyst"], events_of(of("bravo", "a"))[1]))]
threads += [threading.Thread(target=listen, args=(Account(n, "a"), 9, streams[n])) for n in streams]
for t in threads:
    t.start()
time.sleep(1.5)
late = warn("pb", "BRAVOMARK, while both listen")
time.sleep(1)
ended = time.monotonic()
again["alpha-liaison"].ask("POST", "/api/v1/logout")
for t in threads:
    t.join()
items, seconds = waited["bravo"]
check(late in [e.get("id") for e in items], "who waits for events hears of what comes for the unit", items)
items, seconds = waited["alpha"]
check(items == [] and seconds > 5.5, "the others wait on, to the end: an answer that came early would tell of it", items, seconds)
check(late in streams["bravo-analyst"][0] and late not in streams["alpha-analyst"][0] and "BRAVO" not in streams["alpha-analyst"][0], "a stream brings the events of what one sees, and no others", streams)
check(len(streams["alpha-liaison"]) == 2 and streams["alpha-liaison"][1] - ended < 4, "a stream ends with the session", streams["alpha-liaison"])

# ---- need-to-know changes while people are at work ----

chief.json("POST", "/api/v1/accounts/alpha-onyx", {"compartments": []})
check(not sees(onyx, shared) and not sees(onyx, inside), "who is read out of a compartment sees nothing of it any more, at once")
chief.json("POST", "/api/v1/accounts/alpha-onyx", {"compartments": ["onyx"]})
check(sees(onyx, inside), "nor for longer than that")

# ---- the audit trail ----

rows = of("alpha", "i").json("GET", f"/api/v1/audit?subject={bravo[0]}&limit=1000")[1]["items"]
check(any(r["what"] == "read" and r["who"] == "bravo-analyst" for r in rows) or any(r["what"] == "read" for r in rows), "an inspector sees who read what", rows[:3])
check(any(r["what"] == "refused" and r["who"].startswith("alpha-") for r in rows), "and who tried to")
rows = of("alpha", "i").json("GET", f"/api/v1/audit?subject={inside}&limit=1000")[1]["items"]
check(all(r["what"] == "refused" for r in rows), "but nothing of a compartment that is not the inspector's", rows[:3])
rows = of("alpha", "p").json("GET", "/api/v1/audit?limit=1000")[1]["items"]
check(rows and all(r["who"].startswith("alpha-") for r in rows), "the data-protection officer of a unit sees what its own people did", {r["who"] for r in rows})

check(not leaks, f"nothing of another unit or compartment is in any of {asked_n} answers and more", *leaks)
check(of("alpha", "a").ask("POST", "/api/v1/logout")[0] == 200 and of("alpha", "a").ask("GET", "/api/v1/status")[0] == 401, "a token that was given back is none")
