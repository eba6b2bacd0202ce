"""What a partner must refuse: envelopes and batches spoilt in one thing each, with the code that PROTOCOL names."""
import os
import time

import ed25519
import formats as f
import node as n

FIELDS = {"threat.summary": "A boat with explosives", "handling.tlp": "red"}


class Forger:
    def __init__(self, node, chain):
        self.node, self.chain = node, chain

    def body(self, fields=None, lines=32, rows=()):
        """A body whose first lines are ROWS, which may be spoilt."""
        good, _ = self.node.body(FIELDS if fields is None else fields, (), lines - len(rows))
        return b"".join(rows) + good

    def seal(self, note, body, plaintext=None, recipients=None):
        plaintext = f.make_plaintext(note, body) if plaintext is None else plaintext
        return n.age_seal(recipients or self.chain.last.recipient, plaintext)

    def good(self, kind="warning", lines=32, **spoil):
        re = spoil.pop("re", ())
        body = self.body(spoil.pop("fields", None), lines)
        return self.node.statement(self.chain, kind, body, lines, re, **spoil), body

    def statement(self, code="statement", kind="warning", lines=32, **spoil):
        return code, self.seal(*self.good(kind, lines, **spoil))

    def text(self, code, change):
        """A statement whose text is changed before it is signed."""
        note, body = self.good()
        text = change(note[: note.index(b"\n\n") + 1])
        return code, self.seal(f.make_note(text, [self.node.keys["sign"]]), body)

    def line(self, row, code="body"):
        """A body with a line that is spoilt, whose root is right."""
        rows = [os.urandom(16).hex().encode() + b" " + row + b"\n"]
        spoilt = self.body(lines=32, rows=rows)
        root = f.merkle([f.leaf(x) for x in spoilt.split(b"\n")[:32]]).hex()
        return code, self.seal(self.node.statement(self.chain, "warning", self.body(), 32, root=root), spoilt)

    def padded(self, change):
        note, body = self.good()
        return "note", self.seal(note, body, change(f.make_plaintext(note, body), len(note) + 1 + len(body)))

    def note(self, change, code="note"):
        """A note whose signature lines are changed."""
        note, body = self.good()
        cut = note.index(b"\n\n") + 1
        return code, self.seal(change(note[:cut], note[cut + 1 :]), body)

    def signed_by(self, code, name, keep=False):
        """Signed by a key of NAME that no card lists; with KEEP also by the right one."""
        note, body = self.good()
        text = note[: note.index(b"\n\n") + 1]
        other = f.Key.of_seed(name, 1, ed25519.new_seed())
        return code, self.seal(f.make_note(text, ([self.node.keys["sign"]] if keep else []) + [other]), body)

    def stranger(self, fp=True):
        me = self.node.card
        return "stranger", self.seal(
            *self.good(**{"from": f"stranger.exercise {me.fp()}" if fp else f"{me.name} {'0' * 32}"})
        )

    def cases(self):
        you = self.chain.last
        note, body = self.good()
        sealed = self.seal(note, body)
        other = f.make_note(b"another text\n", [self.node.keys["sign"]])
        far = f.format_time(time.time() + 25 * 3600)
        long = b'x.long "' + b"a" * 65536 + b'"'
        yield "not an age file", "open", b"rubbish"
        yield "one byte cut from the end", "open", sealed[:-1]
        yield "one byte changed", "open", sealed[:-20] + bytes([sealed[-20] ^ 1]) + sealed[-19:]
        yield "a byte behind the end", "open", sealed + b"\0"
        yield "sealed to another recipient", "open", self.seal(note, body, recipients=self.node.card.recipient)
        yield "an envelope of nothing", "size", b""
        yield "an envelope of more than 4 MiB", "size", b"x" * ((4 << 20) + 1)
        yield "nothing in it", "note", self.seal(note, body, b"")
        yield "no signature", *self.note(lambda t, lines: t + b"\n")
        yield "a signature line that is not base64", *self.note(lambda t, lines: t + b"\n" + lines[:-3] + b"!\n")
        yield "the same signature line twice", *self.note(lambda t, lines: t + b"\n" + lines + lines)
        yield "a signature of another text", *self.note(
            lambda t, lines: t + b"\n" + other[other.index(b"\n\n") + 2 :], "signature"
        )
        yield "a good and a wrong signature by one key", *self.note(
            lambda t, lines: t + b"\n" + lines + other[other.index(b"\n\n") + 2 :], "signature"
        )
        yield "a key that no card lists", *self.signed_by("card", self.node.card.name)
        yield "a signature of nobody that matters", *self.signed_by("signature", "somebody.exercise")
        yield "the other realm", *self.statement(
            "realm", prefix="tocsin/v1", to="south.example " + "0" * 32, **{"from": "north.example " + "0" * 32}
        )
        yield "an unknown version", *self.statement(prefix="tocsin-exercise/v2")
        yield "a kind in capitals", *self.statement(kind="Warning")
        yield "a kind that nobody knows", *self.statement("kind", kind="prophecy")
        yield "a nonce cut short", *self.statement(nonce="00")
        yield "a time that is none", *self.statement(at="2026-02-30T00:00:00Z")
        yield "a day and an hour ahead", *self.statement("time", at=far)
        yield "a number of lines that no kind has", *self.text(
            "statement", lambda t: t.replace(b"lines 32", b"lines 33")
        )
        yield "a leading zero", *self.text("statement", lambda t: t.replace(b"lines 32", b"lines 032"))
        yield "an unknown line", *self.text("statement", lambda t: t.replace(b"\nlines", b"\nnote x\nlines"))
        yield "two spaces", *self.text("statement", lambda t: t.replace(b"from ", b"from  "))
        yield "lines in another order", *self.text("statement", lambda t: t.replace(b"\nnonce", b"\nlines 32\nnonce"))
        yield "the same reference twice", *self.text(
            "statement", lambda t: t.replace(b"\nlines", b"\nre " + b"1" * 64 + b"\nre " + b"1" * 64 + b"\nlines")
        )
        yield "addressed to somebody else", *self.statement("addressee", to=f"other.exercise {you.fp()}")
        yield "addressed to the right name under another identity", *self.statement(
            "addressee", to=f"{you.name} {'0' * 32}"
        )
        yield "a co-signer of whom no card is held", *self.text(
            "card", lambda t: t.replace(b"\nlines", b"\nby somebody.exercise\nlines")
        )
        yield "from a stranger", *self.stranger()
        yield "from a known name under another identity", *self.stranger(False)
        yield "another root", *self.statement("body", root="0" * 64)
        yield "a name twice", *self.line(b'handling.tlp "red"')
        yield "a name in capitals", *self.line(b'Where "x"')
        yield "a float", *self.line(b"x.n 7.5")
        yield "null", *self.line(b"x.n null")
        yield "an integer of 65 bits", *self.line(b"x.n 9223372036854775808")
        yield "white space outside a string", *self.line(b"x.l [1, 2]")
        yield "a list in a list", *self.line(b"x.l [[1]]")
        yield "a list of 257", *self.line(b"x.l [" + b",".join([b"1"] * 257) + b"]")
        yield "a needless escape", *self.line(b'x.s "\\u0041"')
        yield "an escape in capitals", *self.line(b'x.s "\\u001F"')
        yield "an escaped slash", *self.line(b'x.s "\\/"')
        yield "a DEL", *self.line(b'x.s "\x7f"')
        yield "a C1 control", *self.line('x.s "\u0085"'.encode())
        yield "a direction override", *self.line('x.s "\u202e"'.encode())
        yield "an isolate", *self.line('x.s "\u2067"'.encode())
        yield "a NUL", *self.line(b'x.s "\\u0000"')
        yield "a surrogate", *self.line(b'x.s "\xed\xa0\x80"')
        yield "not UTF-8", *self.line(b'x.s "\xff"')
        yield "two languages and none authoritative", *self.line(b'x.t {"en":"a","ru":"b"}')
        yield "a language that is none", *self.line(b'x.t {"english":"a"}')
        yield "a translator of nothing", *self.line(b'x.t {"by-ru":"a","en":"b"}')
        yield "a language twice", *self.line(b'x.t {"authoritative":"en","en":"a","en":"b"}')
        yield "a line of more than 64 KiB", *self.line(long)
        yield "no pad", *self.padded(lambda p, n_: p[:n_])
        yield "a pad one short", *self.padded(lambda p, n_: p[:-2] + b"\n")
        yield "a one in the pad", *self.padded(lambda p, n_: p[:-2] + b"1\n")
        yield "a pad to twice the size", *self.padded(lambda p, n_: p[:-1] + b"0" * len(p) + b"\n")
        yield "bytes behind the pad", *self.padded(lambda p, n_: p + b"\n")
        yield "a warning of 16 lines", *self.statement("rule", lines=16)
        yield "a warning of 64 lines", *self.statement("rule", lines=64)
        yield "a response to nothing", *self.statement("rule", kind="response", lines=16, fields={"stage": "acting"})


BATCHES = [
    ("a batch of another version", b"tocsin-batch/v2\nhave 0\n\0\0\0\1x"),
    ("a batch without have", b"tocsin-batch/v1\n\0\0\0\1x"),
    ("have with a leading zero", b"tocsin-batch/v1\nhave 00\n\0\0\0\1x"),
    ("a length that is cut", b"tocsin-batch/v1\nhave 0\n\0\0\0"),
    ("an envelope that is cut", b"tocsin-batch/v1\nhave 0\n\0\0\0\2x"),
    ("1,025 envelopes", b"tocsin-batch/v1\nhave 0\n" + b"\0\0\0\1x" * 1025),
    ("a batch of rubbish", b"\0" * 4096),
]


def run(node, name):
    chain, failed = node.partner(name), 0
    url = chain.last.url[0]

    def say(what, wanted, got):
        nonlocal failed
        failed += wanted != got
        print(f"{'ok' if wanted == got else 'not ok'}: {what}: wanted {wanted}, got {got}")

    for what, code, envelope in Forger(node, chain).cases():
        item = node.send(chain, [(None, envelope)]).items[0]
        say(what, code, item[1] if item[0] == "refused" else f"accepted {item[1][:8]}")
    for what, raw in BATCHES:
        status, _, _ = n.ask("POST", url + "/exchange/v1/envelopes", raw)
        say(what, "400", str(status))
    held = node.state["logs"][chain.last.log.name]["size"]
    status, kind, raw = n.ask("POST", url + "/exchange/v1/envelopes", f.make_batch(held + 1000, [b"x"]))
    say("a larger log than there is", "409", str(status))
    say(
        "its body is the checkpoint",
        chain.last.log.name,
        f.Checkpoint.verified(raw, chain.last.log).origin if status == 409 else raw,
    )
    for path, wanted in (
        ("/exchange/v1/receipts/" + "0" * 64, "404"),
        ("/exchange/v1/receipts/00", "404"),
        ("/log/tile/0/0", "404"),
        ("/nothing", "404"),
        ("/exchange/v1/envelopes", "405"),
    ):
        say("GET " + path, wanted, str(n.ask("GET", url + path)[0]))
    return 1 if failed else 0


class Asker:
    """Requests with the status that the tables of PROTOCOL name."""

    def __init__(self, node, name):
        self.node, self.chain, self.failed = node, node.partner(name), 0
        self.url = self.chain.last.url[0]

    def say(self, what, wanted, got):
        self.failed += wanted != got
        print(f"{'ok' if wanted == got else 'not ok'}: {what}: wanted {wanted}, got {got}")

    def post(self, what, path, body, status, kind=n.TEXT):
        got, is_kind, answer = n.ask("POST", self.url + path, body)
        self.say(what, (status, kind), (got, is_kind))
        return answer

    def witness(self):
        path, log = "/witness/add-checkpoint", self.node.keys["log"]
        leaves = [f.leaf(b"%d" % i) for i in range(40)]
        other = leaves[:3] + [f.leaf(b"x")] + leaves[4:]

        def request(old, size, of=leaves, proof=None, key=log):
            proof = (f.prove_consistent(of[:size], old) if 0 < old < size else []) if proof is None else proof
            note = f.make_note(f.checkpoint_text(key.name, of[:size]), [key])
            return b"old %d\n" % old + b"".join(f.b64(h).encode() + b"\n" for h in proof) + b"\n" + note

        stranger = f.Key.of_seed("stranger.exercise/log/1", 1, ed25519.new_seed())
        thief = f.Key.of_seed(log.name, 1, ed25519.new_seed())
        self.post("rubbish to a witness", path, b"rubbish", 400)
        self.post("an unknown origin", path, request(0, 10, key=stranger), 404)
        self.post("a log that did not sign", path, request(0, 10, key=thief), 403)
        self.post("an empty log", path, request(0, 0), 400)
        self.post("old larger than the checkpoint", path, request(11, 10), 400)
        self.post("a proof from nothing", path, request(0, 10, proof=[leaves[0]]), 400)
        line = self.post("a first checkpoint", path, request(0, 10), 200)
        text = f.checkpoint_text(log.name, leaves[:10])
        note = f.Note(text + b"\n" + line)
        self.say("its cosignature verifies", True, abs(note.cosigned(self.chain.last.witness) - time.time()) < 300)
        self.post("the same again", path, request(10, 10), 200)
        self.say(
            "an old size that is not its",
            b"10\n",
            self.post("an old size", path, request(5, 20), 409, "text/x.tlog.size"),
        )
        self.post("a proof that fails", path, request(10, 20, other), 422)
        self.post("it goes on", path, request(10, 20), 200)
        self.post("another root of the same size", path, request(20, 20, other), 409, "text/x.tlog.size")

    def resume(self):
        me, you, path = self.node.card, self.chain.last, "/exchange/v1/resume"

        def note(key=None, at=0, origin=me.log.name, to=you.name):
            text = (
                f"{f.PREFIX[me.exercise]} resume\nfrom {me.name} {me.fp()}\nto {to} {you.fp()}\n"
                f"at {f.format_time(time.time() + at)}\n"
                f"origin {origin}\nsize 0\nsince {f.format_time(time.time())}\n"
            ).encode()
            return f.make_note(text, [key or self.node.keys["sign"]])

        self.post("rubbish to resume", path, b"rubbish", 400)
        self.post("a resume note of six minutes ago", path, note(at=-360), 403)
        self.post("one signed by somebody else", path, note(key=self.node.keys["log"]), 403)
        self.post("one for somebody else", path, note(to="other.exercise"), 403)
        self.post("one about a log that there is not", path, note(origin=me.name + "/log/9"), 404)
        held = self.post("one about our log", path, note(), 200)
        self.say("its answer is our checkpoint", me.log.name, f.Checkpoint.verified(held, me.log).origin)

    def cards(self):
        node, path = self.node, "/exchange/v1/card"
        sign = f.Key.of_seed(node.card.name, 1, ed25519.new_seed())
        last = node.chain.raw
        extended = last + b"\n" + node.next_card(sign=sign)
        fork = last + b"\n" + node.next_card(sign=f.Key.of_seed(node.card.name, 1, ed25519.new_seed()))
        identity = f.Key.of_seed(node.card.name + "/identity", 1, ed25519.new_seed())
        stranger = f.Key.of_seed("stranger.exercise/identity", 1, ed25519.new_seed())
        self.post("rubbish for a card", path, b"rubbish", 400)
        self.post("a card that is changed", path, last.replace(b"any hour", b"any time"), 403)
        self.post("another node of our name", path, self.first(node.card.name, identity), 403)
        self.post("a node that is no partner introduces itself", path, self.first("stranger.exercise", stranger), 200)
        self.post("our chain as it is", path, last, 200)
        self.post("one card more", path, extended, 200)
        self.say(
            "who has lost a card gets it back", extended, self.post("our chain without its last card", path, last, 200)
        )
        time.sleep(1.1)
        forger = Forger(node, self.chain)
        for key, wanted in ((node.keys["sign"], "signature"), (sign, "accepted")):
            note, body = forger.good()
            envelope = forger.seal(f.make_note(note[: note.index(b"\n\n") + 1], [key]), body)
            item = node.send(self.chain, [(None, envelope)]).items[0]
            self.say(
                "a statement by the old key, now revoked" if wanted == "signature" else "one by the new key",
                wanted,
                item[1] if item[0] == "refused" else item[0],
            )
        self.post("a second card of that seq", path, fork, 409)
        self.post("and our chain after that", path, extended, 200)
        note, body = forger.good()
        envelope = forger.seal(f.make_note(note[: note.index(b"\n\n") + 1], [sign]), body)
        self.say(
            "a statement of who has shown two cards",
            "distrusted",
            node.send(self.chain, [(None, envelope)]).items[0][1],
        )

    def first(self, name, identity):
        node = self.node
        names = {"sign": (name, 1), "log": (name + "/log/1", 1), "witness": (name + "/witness", 4)}
        k = {role: f.Key.of_seed(is_name, kind, ed25519.new_seed()) for role, (is_name, kind) in names.items()}
        text = node.card_text(
            node.card.exercise, name, {**k, "identity": identity}, node.card.recipient[0], node.card.url[0]
        )
        return f.make_note(text.encode(), [identity])

    def others(self):
        for path, method, wanted in (
            ("/exchange/v1/card", "GET", 200),
            ("/log/1/checkpoint", "GET", 200),
            ("/log/2/checkpoint", "GET", 404),
            ("/log/tile/0/x000/000", "GET", 404),
            ("/exchange/v1/card", "PUT", 405),
            ("/exchange/v1/resume", "GET", 405),
            ("/witness/add-checkpoint", "GET", 405),
        ):
            status, kind, _ = n.ask(method, self.url + path)
            self.say(f"{method} {path}", (wanted, n.TEXT), (status, kind))
        status, _, _ = n.ask("POST", self.url + "/exchange/v1/envelopes", b"x" * ((8 << 20) + (64 << 10) + 1))
        self.say("a body that is too large", 413, status)


def run_statuses(node, name):
    asker = Asker(node, name)
    asker.others()
    asker.resume()
    asker.witness()
    asker.cards()
    return 1 if asker.failed else 0
