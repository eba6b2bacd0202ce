"""A small node: it makes its keys, card, statements and envelopes, keeps a log in one file, sends, and answers."""
import contextlib
import fcntl
import json
import os
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import ed25519
import formats as f

KINDS = ["answer", "closure", "record", "request", "response", "retraction", "warning"]
OCTETS, TEXT = "application/octet-stream", "text/plain; charset=utf-8"


def age_seal(recipients, plaintext):
    args = ["age"] + [a for r in recipients for a in ("-r", r)]
    return subprocess.run(args, input=plaintext, stdout=subprocess.PIPE, check=True).stdout


def ask(method, url, body=None, kind=OCTETS):
    request = urllib.request.Request(
        url, data=body, method=method, headers={"Content-Type": kind} if body is not None else {}
    )
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as r:
            return r.status, r.headers.get("Content-Type"), r.read()
    except urllib.error.HTTPError as e:
        return e.code, e.headers.get("Content-Type"), e.read()


class Node:
    """All that it has is in a folder: state.json, age.key, card, partners/<name>.cards."""

    def __init__(self, folder):
        self.folder = folder
        self.load()
        self.chain = f.Chain(self.read("card"))
        self.card = self.chain.last
        self.keys = {
            role: f.Key.of_seed(name, kind, bytes.fromhex(seed))
            for role, (name, kind, seed) in self.state["keys"].items()
        }
        self.lock, self.depth = threading.RLock(), 0

    def load(self):
        with open(self.path("state.json"), encoding="utf-8") as h:
            self.state = json.load(h)
        self.leaves = [f.leaf(e.encode()) for e in self.state["entries"]]

    @contextlib.contextmanager
    def locked(self):
        """Alone with the state, among threads and processes; it is saved at the end."""
        with self.lock, open(self.path("lock"), "w", encoding="utf-8") as h:
            if self.depth == 0:
                fcntl.flock(h, fcntl.LOCK_EX)
                self.load()
            self.depth += 1
            try:
                yield
            finally:
                self.depth -= 1
            if self.depth == 0:
                self.write(json.dumps(self.state, indent=1).encode(), "state.json")

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def read(self, *names):
        with open(self.path(*names), "rb") as h:
            return h.read()

    def write(self, content, *names):
        with open(self.path(*names) + ".new", "wb") as h:
            h.write(content)
            h.flush()
            os.fsync(h.fileno())
        os.replace(self.path(*names) + ".new", self.path(*names))

    @staticmethod
    def make(folder, name, url):
        os.makedirs(os.path.join(folder, "partners"), mode=0o700)
        os.makedirs(os.path.join(folder, "statements"), mode=0o700)
        subprocess.run(["age-keygen", "-o", os.path.join(folder, "age.key")], check=True, stderr=subprocess.DEVNULL)
        recipient = (
            subprocess.run(["age-keygen", "-y", os.path.join(folder, "age.key")], check=True, stdout=subprocess.PIPE)
            .stdout.decode()
            .strip()
        )
        names = {
            "identity": (name + "/identity", 1),
            "sign": (name, 1),
            "log": (name + "/log/1", 1),
            "witness": (name + "/witness", 4),
        }
        keys = {role: (n, kind, ed25519.new_seed().hex()) for role, (n, kind) in names.items()}
        k = {role: f.Key.of_seed(n, kind, bytes.fromhex(seed)) for role, (n, kind, seed) in keys.items()}
        exercise = f.is_exercise(name)
        text = Node.card_text(exercise, name, k, recipient, url).encode()
        state = {
            "keys": keys,
            "entries": [],
            "secret": os.urandom(32).hex(),
            "published": "",
            "index": {},
            "logs": {},
            "witnessed": {},
        }
        with open(os.path.join(folder, "state.json"), "w", encoding="utf-8") as h:
            json.dump(state, h)
        with open(os.path.join(folder, "card"), "wb") as h:
            h.write(f.make_note(text, [k["identity"]]))
        node = Node(folder)
        with node.locked():
            node.log("issued", node.card.id)

    @staticmethod
    def card_text(exercise, name, k, recipient, url, seq=1, prev="-", revoked=""):
        return (
            f"{f.PREFIX[exercise]} card\nname {name}\nseq {seq}\nprev {prev}\nat {f.format_time(time.time())}\n"
            f"identity {k['identity'].text()}\nsign {k['sign'].text()}\nlog {k['log'].text()}\n"
            f"witness {k['witness'].text()}\nrecipient {recipient}\nurl {url}\n"
            f"duty A second implementation, which answers at any hour\nkinds {' '.join(KINDS)}\n{revoked}"
        )

    def next_card(self, **keys):
        """The next card as a note, with these keys instead of the ones that it has; a sign key that goes is revoked."""
        me, k = self.card, {**self.keys, **keys}
        revoked = f"revoked {me.sign[0].text()} {f.format_time(time.time())}\n" if "sign" in keys else ""
        text = self.card_text(me.exercise, me.name, k, me.recipient[0], me.url[0], me.seq + 1, me.id, revoked).encode()
        return f.make_note(text, [k["identity"]] + ([self.keys["identity"]] if "identity" in keys else []))

    # ---- partners ----

    def take(self, raw):
        """A chain is taken for a name when it extends the one held."""
        chain = f.Chain(raw)
        f.need(chain.last.exercise == self.card.exercise, "realm", "a node of the other realm")
        try:
            held = self.partner(chain.name)
        except Refused404:
            held = None
        if held is None or chain.extends(held):
            self.write(raw, "partners", chain.name + ".cards")
        else:
            f.need(held.extends(chain), "card", "does not extend the chain held")
        return chain

    def partner(self, name):
        try:
            return f.Chain(self.read("partners", name + ".cards"))
        except FileNotFoundError:
            raise Refused404() from None

    def partners(self):
        return [self.partner(x[:-6]) for x in sorted(os.listdir(self.path("partners"))) if x.endswith(".cards")]

    # ---- the log ----

    def log(self, what, ident):
        entry = f.entry(self.card.exercise, what, ident)
        self.state["index"][f"{what} {ident}"] = len(self.leaves)
        self.append(entry)

    def append(self, entry):
        self.state["entries"].append(entry.decode())
        self.leaves.append(f.leaf(entry))

    def checkpoint(self):
        text = f.checkpoint_text(self.keys["log"].name, self.leaves)
        return f.make_note(text, [self.keys["log"]])

    def publish(self):
        """The published checkpoint; it moves only when there is something new, to a multiple of 16."""
        with self.locked():
            if not self.state["published"] or self.state["published_size"] < len(self.leaves):
                while len(self.leaves) % 16:
                    self.append(f.padding_entry(bytes.fromhex(self.state["secret"]), len(self.leaves)))
                note = self.checkpoint()
                note += self.keys["witness"].cosign(note[: note.index(b"\n\n") + 1], int(time.time()))
                self.state.update(published=note.decode(), published_size=len(self.leaves))
            return self.state["published"].encode(), self.leaves[: self.state["published_size"]]

    # ---- making ----

    def statement(self, chain, kind, body, lines, re=(), **spoil):
        me, you = self.card, chain.last
        words = {
            "prefix": f.PREFIX[me.exercise],
            "kind": kind,
            "nonce": os.urandom(16).hex(),
            "from": f"{me.name} {me.fp()}",
            "to": f"{you.name} {you.fp()}",
            "at": f.format_time(time.time()),
            "lines": lines,
            "root": f.Body(body, lines).root.hex(),
        }
        words.update(spoil)
        text = (
            f"{words['prefix']} {words['kind']}\nnonce {words['nonce']}\nfrom {words['from']}\nto {words['to']}\n"
            f"at {words['at']}\n"
            + "".join(f"re {x}\n" for x in sorted(re))
            + f"lines {words['lines']}\nroot {words['root']}\n"
        ).encode()
        return f.make_note(text, [self.keys["sign"]])

    ask = staticmethod(ask)

    @staticmethod
    def body(fields, close, lines):
        """A body of FIELDS, those in CLOSE closed, and the openings of these."""
        rows = [f.make_line(name, json_value(value)) for name, value in fields.items()]
        while len(rows) < lines:
            rows.insert(int.from_bytes(os.urandom(2), "big") % (len(rows) + 1), b"= " + os.urandom(32).hex().encode())
        opened = b""
        for i, row in enumerate(rows):
            if row.split(b" ")[1].decode() in close:
                opened += b"%d %s\n" % (i, row)
                rows[i] = f.close_line(row)
        return b"".join(row + b"\n" for row in rows), opened

    # ---- sending ----

    def send(self, chain, envelopes):
        """POSTs a batch and checks the answer whole: checkpoint, that the log only grew, each inclusion.
        Returns the answer. ENVELOPES: pairs of an id and what is sealed; None for an id that nobody should accept."""
        url, held = chain.last.url[0], self.state["logs"].get(chain.last.log.name)
        have = held["size"] if held else 0
        status, kind, raw = ask("POST", url + "/exchange/v1/envelopes", f.make_batch(have, [e for _, e in envelopes]))
        f.need(status == 200 and kind == OCTETS, "answer", f"{status} {kind}: {raw[:200]}")
        answer = f.Answer(raw)
        answer.verify(
            chain.last.log,
            self.card.exercise,
            [ident for ident, _ in envelopes],
            have,
            bytes.fromhex(held["root"]) if held else None,
        )
        cp = answer.checkpoint
        with self.locked():
            self.state["logs"][cp.origin] = {"size": cp.size, "root": cp.root.hex()}
        return answer

    def keep(self, ident, **files):
        folder = self.path("statements", ident)
        os.makedirs(folder, exist_ok=True)
        for name, content in files.items():
            self.write(content, "statements", ident, name)

    def issue(self, chain, kind, fields, close=(), re=(), lines=None):
        lines = lines or (32 if kind == "warning" else 16)
        body, opened = self.body(fields, close, lines)
        note = self.statement(chain, kind, body, lines, re)
        ident = f.Statement(f.Note(note).text).id
        with self.locked():
            self.log("issued", ident)
            self.keep(ident, note=note, body=body, opened=opened)
        return ident, age_seal(chain.last.recipient, f.make_plaintext(note, body))

    # ---- receiving ----

    def open(self, envelope):
        p = subprocess.run(
            ["age", "-d", "-i", self.path("age.key")],
            input=envelope,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        f.need(p.returncode == 0, "open", "cannot be unsealed")
        return p.stdout

    def accept(self, envelope):
        """Intake in the order of section 8; returns the id."""
        f.need(0 < len(envelope) <= f.LIMIT_ENVELOPE, "size", "an envelope has 1 byte to 4 MiB")
        note, rest, before = f.split_plaintext(self.open(envelope))
        s = f.Statement(note.text)
        f.need(s.exercise == self.card.exercise, "realm", "a statement of the other realm")
        try:
            chain = self.partner(s.from_name)
        except Refused404:
            raise f.Refused("stranger", "no card of that name") from None
        f.need(chain.party(s.from_name, s.from_fp), "stranger", "another fingerprint")
        chain.signed(note, s.at)
        for name in s.by:
            try:
                self.partner(name).signed(note, s.at)
            except Refused404:
                raise f.Refused("card", f"no card of {name}, who signs with it") from None
        f.need((s.to_name, s.to_fp) == (self.card.name, self.card.fp()), "addressee", "addressed to somebody else")
        f.need(s.at <= f.format_time(time.time() + 86400), "time", "from the future")
        f.need(s.kind in KINDS, "kind", "this node does not know that kind")
        body = f.Body(rest, s.lines, True, before)
        f.need(body.root == s.root, "body", "another root")
        with self.locked():
            if f"accepted {s.id}" not in self.state["index"]:
                self.keep(s.id, note=note.raw, body=rest)
                self.log("accepted", s.id)
        return s.id

    def answer(self, raw):
        have, envelopes = f.parse_batch(raw)
        results = []
        if have > len(self.leaves):
            return 409, TEXT, self.checkpoint()
        for e in envelopes:
            try:
                results.append(("accepted", self.accept(e)))
            except f.Refused as refused:
                results.append(("refused", refused.code, refused.sentence))
        with self.locked():
            proof = f.prove_consistent(self.leaves, have) if 0 < have < len(self.leaves) else []
            out = f"tocsin-answer/v1\nconsistency {len(proof)}\n" + "".join(f.b64(h) + "\n" for h in proof)
            for r in results:
                if r[0] == "refused":
                    out += f"refused {r[1]} {r[2]}\n"
                else:
                    i = self.state["index"][f"accepted {r[1]}"]
                    proof = f.prove_in(self.leaves, i)
                    out += f"accepted {r[1]} {i} {len(proof)}\n" + "".join(f.b64(h) + "\n" for h in proof)
            return 200, OCTETS, out.encode() + b"\n" + self.checkpoint()

    def receipt(self, ident):
        note, leaves = self.publish()
        i = self.state["index"].get(f"accepted {ident}")
        if i is None or i >= len(leaves):
            raise Refused404()
        return f.make_tlogproof(i, f.prove_in(leaves, i), note)

    def cosign(self, raw):
        """Witness: POST add-checkpoint."""
        old, proof, cp = f.witness_request(raw)
        key = next((c.logs()[cp.origin] for c in self.partners() if cp.origin in c.logs()), None)
        if key is None:
            raise Refused404()
        try:
            cp.note.must([key])
        except f.Refused as e:
            return 403, TEXT, e.sentence.encode()
        with self.locked():
            last = self.state["witnessed"].get(cp.origin, {"size": 0, "root": f.merkle([]).hex()})
            if old > cp.size:
                return 400, TEXT, b"old is larger than the checkpoint\n"
            if old != last["size"]:
                return 409, "text/x.tlog.size", b"%d\n" % last["size"]
            if (
                old == cp.size
                and bytes.fromhex(last["root"]) != cp.root
                or 0 < old < cp.size
                and not f.consistent(old, cp.size, proof, bytes.fromhex(last["root"]), cp.root)
            ):
                return 422, TEXT, b"the proof does not hold\n"
            self.state["witnessed"][cp.origin] = {"size": cp.size, "root": cp.root.hex()}
        return 200, TEXT, self.keys["witness"].cosign(cp.note.text, int(time.time()))

    def tile(self, path):
        level, n, width = f.tile_path(path)
        note, leaves = self.publish()
        if level == "entries":
            rows = self.state["entries"][: len(leaves)][n * 256 : n * 256 + width]
            content = b"".join(len(e).to_bytes(2, "big") + e.encode() for e in rows)
        else:
            span = 256 ** int(level)
            rows = [
                f.merkle(leaves[i * span : (i + 1) * span])
                for i in range(n * 256, min(n * 256 + width, len(leaves) // span))
            ]
            content = b"".join(rows)
        if len(rows) != width:
            raise Refused404()
        return 200, OCTETS, content

    def card_post(self, raw):
        chain = f.Chain(raw)
        held = self.partner(chain.name)
        if held.extends(chain) and len(held.cards) > len(chain.cards):
            return 200, TEXT, held.raw
        if not chain.extends(held):
            seqs = {c.seq: c.id for c in held.cards}
            return (409 if any(seqs.get(c.seq, c.id) != c.id for c in chain.cards) else 403), TEXT, b"does not extend\n"
        self.take(raw)
        return 200, TEXT, b"taken\n"

    def handle(self, method, path, body):
        if method == "POST" and path == "/exchange/v1/envelopes":
            return self.answer(body)
        if method == "POST" and path == "/exchange/v1/card":
            return self.card_post(body)
        if method == "POST" and path == "/witness/add-checkpoint":
            return self.cosign(body)
        if method == "GET" and path == "/exchange/v1/card":
            return 200, TEXT, self.chain.raw
        if method == "GET" and path.startswith("/exchange/v1/receipts/"):
            return 200, TEXT, self.receipt(path.rsplit("/", 1)[1])
        if method == "GET" and path == "/log/checkpoint":
            return 200, TEXT, self.publish()[0]
        if method == "GET" and path.startswith("/log/tile/"):
            return self.tile(path[5:])
        raise Refused404()


class Refused404(Exception):
    pass


def json_value(value):
    """A value as section 5 writes it: the short escapes, lower-case hex, no white space."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def serve(folder, port):
    node = Node(folder)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                status, kind, out = node.handle(self.command, urllib.parse.urlsplit(self.path).path, body)
            except Refused404:
                status, kind, out = 404, TEXT, b"not here\n"
            except f.Refused as e:
                status, kind, out = 400, TEXT, e.sentence.encode() + b"\n"
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(out)))
            self.end_headers()
            self.wfile.write(out)

        do_GET = do_POST = answer

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
