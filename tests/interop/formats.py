"""The formats of docs/PROTOCOL.md, read and written by nothing but the Python standard library. Whatever is not exactly
as the text says is Refused."""
import base64
import binascii
import hashlib
import hmac
import os
import re
import struct
import time

import ed25519

LIMIT_NOTE, LIMIT_SIGNATURES, LIMIT_STATEMENT, LIMIT_CARD = 65536, 64, 4096, 16384
LIMIT_CHAIN, LIMIT_CHAIN_BYTES, LIMIT_LINE, LIMIT_ENVELOPE = 1024, 4 << 20, 65536, 4 << 20
LIMIT_BATCH, LIMIT_BATCH_BYTES, LIMIT_ATTACHMENTS, LIMIT_PROOF = 1024, 8 << 20, 16, 63
PREFIX = {False: "tocsin/v1", True: "tocsin-exercise/v1"}
INT64 = 1 << 63


class Refused(Exception):
    def __init__(self, code, sentence):
        super().__init__(f"{code}: {sentence}")
        self.code, self.sentence = code, sentence


def need(true, code, sentence):
    if not true:
        raise Refused(code, sentence)


# ---- section 1: conventions ----


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def utf8(b, code):
    try:
        return b.decode("utf-8", "strict")
    except UnicodeDecodeError:
        raise Refused(code, "not UTF-8") from None


def text_lines(b, code):
    """The lines of a text of our own: one space between words, none at the ends, no control characters."""
    text = utf8(b, code)
    need(text.endswith("\n"), code, "the last newline is missing")
    lines = text[:-1].split("\n")
    for line in lines:
        need(line != "", code, "an empty line")
        need(not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029]", line), code, "a control character")
        need(line[0] != " " and line[-1] != " " and "  " not in line, code, "words are one space apart")
    return lines


class Reader:
    """Takes lines in the order of their keys."""

    def __init__(self, lines, code):
        self.lines, self.code, self.at = lines, code, 0

    def many(self, key, least, most):
        out = []
        while self.at < len(self.lines) and self.lines[self.at].split(" ", 1)[0] == key:
            line = self.lines[self.at]
            need(" " in line, self.code, f'"{key}" says nothing')
            out.append(line.split(" ", 1)[1])
            self.at += 1
        need(least <= len(out) <= most, self.code, f'"{key}" is there {len(out)} times')
        return out

    def one(self, key):
        return self.many(key, 1, 1)[0]

    def end(self):
        need(self.at == len(self.lines), self.code, "a line that is unknown or out of place")


def sorted_once(items, code):
    for a, b in zip(items, items[1:]):
        need(a.encode() < b.encode(), code, "not sorted, or the same twice")


def is_name(s):
    return (
        len(s) <= 200
        and s.count(".") >= 1
        and all(re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", label) for label in s.split("."))
    )


def is_exercise(name):
    return name.endswith(".exercise")


def number(s, code, most=INT64 - 1):
    need(re.fullmatch(r"0|[1-9][0-9]{0,18}", s) and int(s) <= most, code, f'"{s}" is no number here')
    return int(s)


def unhex(s, n, code):
    need(re.fullmatch("[0-9a-f]{%d}" % (2 * n), s), code, f"{n} bytes in lower-case hex are needed")
    return bytes.fromhex(s)


def parse_time(s, code):
    m = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z", s, re.ASCII)
    need(m, code, f'"{s}" is no time')
    y, mo, d, h, mi, sec = map(int, m.groups())
    leap = y % 4 == 0 and (y % 100 != 0 or y % 400 == 0)
    days = [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    need(1 <= mo <= 12 and 1 <= d <= days[mo - 1] and h < 24 and mi < 60 and sec < 60, code, f'"{s}" is no real time')
    return s


def format_time(t):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t))


def unbase64(s, code):
    try:
        b = base64.b64decode(s, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(code, "not base64") from None
    need(base64.b64encode(b).decode() == s, code, "base64 is not canonical")
    return b


def b64(b):
    return base64.b64encode(b).decode()


# ---- section 2: keys, notes ----


class Key:
    """A verifier key; with a seed, also a signer."""

    def __init__(self, name, kind, public, seed=None):
        self.name, self.kind, self.public, self.seed = name, kind, public, seed
        self.id = sha256(name.encode(), b"\n", bytes([kind]), public)[:4]

    @staticmethod
    def of_seed(name, kind, seed):
        return Key(name, kind, ed25519.public(seed), seed)

    @staticmethod
    def parse(s, code="card"):
        parts = s.split("+", 2)
        need(len(parts) == 3, code, "a verifier key has three parts")
        name, hexid, rest = parts
        need(name != "" and not re.search(r"\s", name), code, "the name of a key")
        b = unbase64(rest, code)
        need(len(b) == 33 and b[0] in (1, 4), code, "the type or size of a key")
        k = Key(name, b[0], b[1:])
        need(unhex(hexid, 4, code) == k.id, code, "the id of a key is not its hash")
        need(ed25519.good_key(k.public), code, "the key is not a canonical point of the prime-order subgroup")
        return k

    def text(self):
        return f"{self.name}+{self.id.hex()}+{b64(bytes([self.kind]) + self.public)}"

    def line(self, blob):
        return f"\u2014 {self.name} {b64(self.id + blob)}\n".encode()

    def sign(self, text):
        return self.line(ed25519.sign(self.seed, text))

    def cosign(self, text, at):
        message = b"cosignature/v1\ntime %d\n" % at + text
        return self.line(struct.pack(">Q", at) + ed25519.sign(self.seed, message))


def fingerprint(identity):
    return sha256(b"\x01", identity.public).hex()[:32]


class Note:
    def __init__(self, b, code="note"):
        need(len(b) <= LIMIT_NOTE, "size", "a note of more than 64 KiB")
        text = utf8(b, code)
        need(not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", text), code, "a control character")
        cut = text.rfind("\n\n")
        need(cut >= 0 and text.endswith("\n"), code, "no empty line, or no newline at the end")
        self.raw, self.text = b, text[: cut + 1].encode()
        self.lines = []
        rows = text[cut + 2 : -1].split("\n") if len(text) > cut + 2 else []
        need(1 <= len(rows) <= LIMIT_SIGNATURES, code, "no signature, or too many")
        need(len(set(rows)) == len(rows), code, "the same signature line twice")
        for row in rows:
            m = re.fullmatch("\u2014 ([^ ]+) ([A-Za-z0-9+/=]+)", row)
            need(m and "+" not in m[1] and not re.search(r"\s", m[1]), code, "not a signature line")
            blob = unbase64(m[2], code)
            need(len(blob) > 4, code, "a signature is cut")
            self.lines.append((m[1], blob[:4], blob[4:]))

    def verify(self, keys, code="signature"):
        """The keys among KEYS that signed; a line of a known key that fails makes the note invalid."""
        found = []
        for name, ident, blob in self.lines:
            for k in keys:
                if (k.name, k.id) == (name, ident) and k.kind == 1:
                    need(ed25519.verify(k.public, self.text, blob), code, f"the signature of {name} is wrong")
                    found.append(k)
        return found

    def must(self, keys, code="signature"):
        signed = [k.public for k in self.verify(keys, code)]
        for k in keys:
            need(k.public in signed, code, f"{k.name} has not signed")

    def cosigned(self, key):
        """The earliest time of KEY's cosignatures, or None."""
        times = []
        for name, ident, blob in self.lines:
            if (name, ident) == (key.name, key.id):
                need(len(blob) == 72, "signature", "a cosignature has a time and 64 bytes")
                at = struct.unpack(">Q", blob[:8])[0]
                message = b"cosignature/v1\ntime %d\n" % at + self.text
                need(ed25519.verify(key.public, message, blob[8:]), "signature", f"the cosignature of {name} is wrong")
                times.append(at)
        return min(times, default=None)


def make_note(text, keys):
    return text + b"\n" + b"".join(k.sign(text) for k in keys)


def safety_number(exercise, parties):
    """PARTIES: two pairs of name and identity key."""
    rows = sorted(f"{name} {key.public.hex()}\n".encode() for name, key in parties)
    h = sha256(f"{PREFIX[exercise]} safety\n".encode(), *rows)
    b = h[:30] + sha256(b"\x01", h)[:30]
    return " ".join("%05d" % (int.from_bytes(b[i : i + 5], "big") % 100000) for i in range(0, 60, 5))


# ---- section 3: card ----


def is_recipient(s):
    """Any type of age recipient: which ones can be sealed to is another question."""
    return 8 <= len(s) <= 2048 and re.fullmatch("age1[a-z0-9]+", s)


def is_url(s):
    host = r"(\[[0-9a-f:.]{2,}\]|[a-z0-9](?:[a-z0-9-]|\.(?=[a-z0-9]))*(?<![-.]))"
    path = r"(/(?!\.{1,2}(?:/|$))(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+)*"
    m = re.fullmatch(f"https?://{host}(:[1-9][0-9]{{0,4}})?{path}", s)
    return len(s) <= 512 and m and (m[2] is None or int(m[2][1:]) <= 65535)


class Card:
    def __init__(self, text):
        c = "card"
        need(len(text) <= LIMIT_CARD, c, "a card of more than 16 KiB")
        lines = text_lines(text, c)
        self.exercise = lines[0] == PREFIX[True] + " card"
        need(lines[0] == PREFIX[self.exercise] + " card", c, "not a card")
        r = Reader(lines[1:], c)
        self.text, self.id = text, sha256(text).hex()
        self.name = r.one("name")
        need(is_name(self.name) and is_exercise(self.name) == self.exercise, c, "the name, or its realm")
        self.seq = number(r.one("seq"), c)
        self.prev = r.one("prev")
        need(self.seq >= 1 and (self.prev == "-") == (self.seq == 1), c, "seq and prev")
        if self.prev != "-":
            unhex(self.prev, 32, c)
        self.at = parse_time(r.one("at"), c)
        self.identity = self.key(r.one("identity"), self.name + "/identity")
        sign = r.many("sign", 1, 4)
        self.sign = [self.key(s, self.name) for s in sign]
        self.log = self.key(r.one("log"), None)
        m = re.fullmatch(re.escape(self.name) + r"/log/([1-9][0-9]{0,18})", self.log.name)
        need(m, c, "the name of the log's key")
        self.log_n = int(m[1])
        witness = r.many("witness", 0, 1)
        self.witness = self.key(witness[0], self.name + "/witness", 4) if witness else None
        self.recipient = r.many("recipient", 1, 4)
        need(all(map(is_recipient, self.recipient)), c, "not a recipient")
        self.url = r.many("url", 0, 4)
        need(all(map(is_url, self.url)), c, "not a url")
        self.duty = r.many("duty", 0, 8)
        need(
            all(len(d.encode()) <= 500 and not re.search("[\u202a-\u202e\u2066-\u2069]", d) for d in self.duty),
            c,
            "a duty line too long or with a direction override",
        )
        self.kinds = r.one("kinds").split(" ")
        need(all(re.fullmatch("[a-z][a-z-]{0,31}", k) for k in self.kinds), c, "not a kind")
        revoked = r.many("revoked", 0, 64)
        self.revoked = {}
        for line in revoked:
            words = line.split(" ")
            need(len(words) == 2, c, "revoked: a key and a time")
            k = Key.parse(words[0])
            roles = {self.name: 1, self.name + "/identity": 1, self.name + "/witness": 4}
            role = 1 if re.fullmatch(re.escape(self.name) + r"/log/[1-9][0-9]{0,18}", k.name) else roles.get(k.name)
            need(role == k.kind, c, "a revoked key that is none of this node")
            self.revoked[k.public] = parse_time(words[1], c)
        r.end()
        for items in (sign, self.recipient, self.kinds, revoked):
            sorted_once(items, c)
        need(len(self.kinds) <= 32 and len(self.revoked) == len(revoked), c, "too many kinds, or a key revoked twice")
        need(
            len(set(self.url)) == len(self.url) and len(set(self.duty)) == len(self.duty),
            c,
            "the same url or duty line twice",
        )
        keys = [k.public for k in self.keys()]
        need(len(set(keys)) == len(keys), c, "a key has two roles")
        need(not set(keys) & set(self.revoked), c, "a revoked key is in use")

    @staticmethod
    def key(text, name, kind=1):
        k = Key.parse(text)
        need(k.kind == kind and name in (None, k.name), "card", "the name or type of a key")
        return k

    def keys(self):
        return [self.identity, *self.sign, self.log] + ([self.witness] if self.witness else [])

    def fp(self):
        return fingerprint(self.identity)


class Chain:
    """Cards from seq 1 on; the last one is current."""

    def __init__(self, b):
        c = "card"
        need(len(b) <= LIMIT_CHAIN_BYTES, c, "a chain of more than 4 MiB")
        self.raw, self.cards, self.notes = b, [], split_notes(b)
        need(1 <= len(self.notes) <= LIMIT_CHAIN, c, "too many cards")
        for note in self.notes:
            card = Card(note.text)
            before = self.cards[-1] if self.cards else None
            keys = [card.identity]
            if before is None:
                need(card.seq == 1, c, "a chain begins with seq 1")
            else:
                need(card.seq == before.seq + 1 and card.prev == before.id, c, "not the next card")
                need(card.name == before.name and card.exercise == before.exercise, c, "another name or realm")
                need(card.at >= before.at and card.log_n >= before.log_n, c, "at or the log's number falls")
                need(
                    card.log_n > before.log_n or card.log.public == before.log.public,
                    c,
                    "the log's key changes without its number",
                )
                if before.identity.public != card.identity.public:
                    keys.append(before.identity)
                need(
                    not {k for old in self.cards for k in old.revoked} & {k.public for k in card.keys()},
                    c,
                    "a revoked key comes back",
                )
            note.must(keys, c)
            self.cards.append(card)
        names = {(k.public, k.name) for card in self.cards for k in card.keys()}
        need(len(names) == len({public for public, _ in names}), c, "a key with two roles")
        self.last, self.name = self.cards[-1], self.cards[-1].name

    def extends(self, held):
        """Does this chain go on from HELD?"""
        ids = [card.id for card in self.cards]
        return ids[: len(held.cards)] == [card.id for card in held.cards]

    def candidates(self, at):
        """The cards whose keys may sign at that time: the last, and those that were current."""
        ends = [card.at for card in self.cards[1:]] + ["9"]
        return [card for card, end in zip(self.cards, ends) if card is self.last or card.at <= at <= end]

    def signed(self, note, at, known=None):
        """Did this node sign NOTE, a statement of that time, which was there at KNOWN? Returns the keys that count."""
        known, gone, was_revoked, counted = known or at, self.revoked(), False, []
        for card in reversed(self.candidates(at)):
            found = [k.public for k in note.verify(card.sign)]
            if all(k.public in found for k in card.sign):
                if any(k.public in gone and known >= gone[k.public] for k in card.sign):
                    was_revoked = True
                else:
                    counted += card.sign
        if counted:
            return counted
        need(not was_revoked, "signature", f"a key of {self.name} that was revoked")
        listed = {k.id for card in self.cards for k in card.sign}
        need(
            not any(name == self.name and ident not in listed for name, ident, _ in note.lines),
            "card",
            f"a key of {self.name} that the cards held do not list",
        )
        raise Refused("signature", f"{self.name} has not signed with every key that must sign")

    def logs(self):
        return {card.log.name: card.log for card in self.cards}

    def revoked(self):
        """Public keys and from when on: not before the card that says so."""
        out = {}
        for card in self.cards:
            for k, at in card.revoked.items():
                out[k] = min(out.get(k, "9"), max(at, card.at))
        return out

    def party(self, name, fp):
        return name == self.name and fp in [card.fp() for card in self.cards]


def split_notes(b):
    """Notes one empty line apart: text, empty line, signatures, empty line, text; no text of ours has an empty line."""
    parts = b.split(b"\n\n")
    need(len(parts) % 2 == 0, "card", "text and signatures do not alternate")
    notes = []
    for i in range(0, len(parts), 2):
        last = i + 2 == len(parts)
        notes.append(Note(parts[i] + b"\n\n" + parts[i + 1] + (b"" if last else b"\n")))
    return notes


# ---- section 4: statement ----


class Statement:
    def __init__(self, text, code="statement"):
        c = code
        need(len(text) <= LIMIT_STATEMENT, "size", "a statement of more than 4 KiB")
        lines = text_lines(text, c)
        words = lines[0].split(" ")
        need(len(words) == 2 and words[0] in PREFIX.values(), c, "not a statement of version 1")
        self.exercise = words[0] == PREFIX[True]
        self.text, self.id, self.kind = text, sha256(text).hex(), words[1]
        need(re.fullmatch("[a-z][a-z-]{0,31}", self.kind), c, "not a kind")
        r = Reader(lines[1:], c)
        unhex(r.one("nonce"), 16, c)
        self.from_name, self.from_fp = self.party(r.one("from"))
        self.to_name, self.to_fp = self.party(r.one("to"))
        self.at = parse_time(r.one("at"), c)
        self.by = r.many("by", 0, 4)
        self.re = r.many("re", 0, 16)
        for x in self.re:
            unhex(x, 32, c)
        self.lines = number(r.one("lines"), c)
        need(self.lines in (16, 32, 64, 128, 256, 512, 1024, 2048), c, "a number of lines that no kind has")
        self.root = unhex(r.one("root"), 32, c)
        r.end()
        sorted_once(self.by, c)
        sorted_once(self.re, c)

    def party(self, s):
        words = s.split(" ")
        need(len(words) == 2 and is_name(words[0]), "statement", "a party is a name and a fingerprint")
        need(is_exercise(words[0]) == self.exercise, "statement", "a name of the other realm")
        unhex(words[1], 16, "statement")
        return words


def entry(exercise, what, ident):
    """What a log bears: 64 hex characters."""
    return sha256(f"{PREFIX[exercise]} {what} {ident}".encode()).hex().encode()


# ---- section 5: body ----


def check_string(raw):
    """One JSON string at the start of RAW; returns it and what follows."""
    m = re.match(r'"((?:[^"\\\x00-\x1f]|\\["\\bfnrt]|\\u00[01][0-9a-f])*)"', raw)
    need(m, "body", "not a string")
    for e in re.findall(r"\\(?:u....|.)", m[1]):
        need(not (e.startswith("\\u") and int(e[2:], 16) in (0, 8, 9, 10, 12, 13)), "body", "a needless escape, or NUL")
    need(
        not re.search("[\x7f-\x9f\u202a-\u202e\u2066-\u2069]", m[1]),
        "body",
        "a control character or direction override",
    )
    short = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
    value = re.sub(r"\\(u00(..)|.)", lambda e: chr(int(e[2], 16)) if e[2] else short[e[1]], m[1])
    return value, raw[m.end() :]


def check_scalar(raw):
    if raw.startswith('"'):
        return check_string(raw)
    m = re.match(r"true|false|0|-?[1-9][0-9]*", raw)
    need(m, "body", "not a value")
    if m[0] in ("true", "false"):
        return m[0] == "true", raw[m.end() :]
    need(-INT64 <= int(m[0]) < INT64, "body", "an integer that does not fit")
    return int(m[0]), raw[m.end() :]


def check_value(raw):
    if raw.startswith("["):
        value, rest = [], raw[1:]
        while not rest.startswith("]"):
            if value:
                need(rest.startswith(","), "body", "no comma in a list")
                rest = rest[1:]
            item, rest = check_scalar(rest)
            value.append(item)
        need(len(value) <= 256, "body", "a list too long")
        rest = rest[1:]
    elif raw.startswith("{"):
        value, rest = {}, raw[1:]
        while not rest.startswith("}") or not value:
            if value:
                need(rest.startswith(","), "body", "no comma in an object")
                rest = rest[1:]
            key, rest = check_string(rest)
            need(rest.startswith(":") and key not in value, "body", "no colon, or a key twice")
            value[key], rest = check_string(rest[1:])
        rest = rest[1:]
        tag = "[a-z]{2,3}(-[A-Za-z0-9]{1,8})*"
        special = {"authoritative"} | {k for k in value if re.fullmatch("by-" + tag, k)}
        tags = [k for k in value if k not in special]
        need(len(value) <= 32 and tags and all(re.fullmatch(tag, k) for k in tags), "body", "languages")
        need(all(k[3:] in tags for k in special if k != "authoritative"), "body", "a translator of nothing")
        need(value.get("authoritative", tags[0]) in tags, "body", "authoritative is no language here")
        need(len(tags) < 2 or "authoritative" in value, "body", "no language is authoritative")
    else:
        value, rest = check_scalar(raw)
    need(rest == "", "body", "something behind a value")
    return value


def merkle(leaves):
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01", merkle(leaves[:k]), merkle(leaves[k:]))


def leaf(b):
    return sha256(b"\x00", b)


def parse_open(line):
    """An open line without its newline: name and value."""
    need(len(line) <= LIMIT_LINE, "size", "a line of more than 64 KiB")
    text = utf8(line, "body")
    m = re.fullmatch(r"[0-9a-f]{32} ([a-z][a-z0-9.-]{0,63}) ([^\n]*)", text, re.DOTALL)
    need(m, "body", "not an open line")
    return m[1], check_value(m[2])


class Body:
    """Lines and attachments; with PADDED, the pad that brings a plaintext of BEFORE more bytes to a power of two."""

    def __init__(self, b, count, padded=False, before=0):
        self.fields, self.lines, rest = {}, [], b
        for _ in range(count):
            line, newline, rest = rest.partition(b"\n")
            need(newline, "body", "fewer lines than announced")
            self.lines.append(line)
            if line.startswith(b"= "):
                unhex(utf8(line, "body")[2:], 32, "body")
                continue
            name, value = parse_open(line)
            need(name not in self.fields, "body", "a name twice")
            self.fields[name] = value
        self.root = merkle([leaf(line) for line in self.lines])
        self.files = {}
        wanted = [
            n for n in self.fields if re.fullmatch(r"attachment\.(0|[1-9][0-9]{0,9})", n) and int(n[11:]) < 1 << 32
        ]
        need(len(wanted) <= LIMIT_ATTACHMENTS, "body", "too many attachments")
        for name in wanted:
            v = self.fields[name]
            need(
                isinstance(v, list) and [type(x) for x in v] == [str, str, int, str] and v[0] and v[1] and v[2] >= 0,
                "body",
                "the line of an attachment",
            )
            head = f"attachment {name} {v[2]}\n".encode()
            need(rest.startswith(head), "body", "an attachment is missing")
            content, rest = rest[len(head) : len(head) + v[2]], rest[len(head) + v[2] :]
            need(len(content) == v[2] and rest.startswith(b"\n"), "body", "an attachment of another size")
            need(sha256(content).hex() == v[3], "body", "an attachment of another content")
            self.files[name], rest = content, rest[1:]
        if padded:
            need(re.fullmatch(rb"pad 0+\n", rest), "body", "no pad")
            need(before + len(b) == padded_size(before + len(b) - len(rest)), "note", "the pad is not the shortest")
        else:
            need(rest == b"", "body", "bytes behind the end")


def padded_size(n):
    size = 4096
    while size < n + len("pad 0\n"):
        size *= 2
    return size


def make_line(name, raw):
    return f"{os.urandom(16).hex()} {name} {raw}".encode()


def close_line(line):
    return b"= " + leaf(line).hex().encode()


def make_plaintext(note, body):
    n = len(note) + 1 + len(body)
    return note + b"\n" + body + b"pad " + b"0" * (padded_size(n) - n - 5) + b"\n"


def split_plaintext(b):
    """Note and padded body: the note ends at the second empty line."""
    first = b.find(b"\n\n")
    second = b.find(b"\n\n", first + 2) if first >= 0 else -1
    need(second >= 0, "note", "not a note and a body")
    return Note(b[: second + 1]), b[second + 2 :], second + 2


# ---- section 7: log ----


def in_tree(index, size, leaf_hash, proof, root):
    """RFC 9162, 2.1.3.2."""
    if index >= size:
        return False
    fn, sn, r = index, size - 1, leaf_hash
    for p in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = sha256(b"\x01", p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = sha256(b"\x01", r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def prove_in(leaves, i):
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if i < k:
        return prove_in(leaves[:k], i) + [merkle(leaves[k:])]
    return prove_in(leaves[k:], i - k) + [merkle(leaves[:k])]


def consistent(old, size, proof, old_root, root):
    """RFC 9162, 2.1.4.2; nothing is proven from size 0."""
    if old == size:
        return old > 0 and not proof and old_root == root
    if old == 0 or old > size or not proof:
        return False
    path = ([old_root] if old & old - 1 == 0 else []) + proof
    fn, sn = old - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = sha256(b"\x01", c, fr), sha256(b"\x01", c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = sha256(b"\x01", sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == old_root and sr == root


def prove_consistent(leaves, m, whole=True):
    if m == len(leaves):
        return [] if whole else [merkle(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return prove_consistent(leaves[:k], m, whole) + [merkle(leaves[k:])]
    return prove_consistent(leaves[k:], m - k, False) + [merkle(leaves[:k])]


class Checkpoint:
    def __init__(self, note):
        c = "note"
        lines = utf8(note.text, c)[:-1].split("\n")
        need(len(lines) == 3, c, "a checkpoint has three lines")
        self.note, self.origin, self.size = note, lines[0], number(lines[1], c)
        self.root = unbase64(lines[2], c)
        need(len(self.root) == 32, c, "a root of another size")

    @staticmethod
    def verified(raw, key):
        cp = Checkpoint(Note(raw))
        need(cp.origin == key.name, "signature", "the checkpoint of another log")
        cp.note.must([key])
        return cp


def checkpoint_text(origin, leaves):
    return f"{origin}\n{len(leaves)}\n{b64(merkle(leaves))}\n".encode()


class TlogProof:
    def __init__(self, b):
        head, cut, note = b.partition(b"\n\n")
        need(cut, "note", "no empty line in a proof")
        lines = utf8(head, "note").split("\n")
        need(lines[0] == "c2sp.org/tlog-proof@v1", "note", "another version of tlog-proof")
        lines = lines[1:]
        if lines and lines[0].startswith("extra "):
            unbase64(lines[0][6:], "note")
            lines = lines[1:]
        need(lines and lines[0].startswith("index "), "note", "no index")
        self.index = number(lines[0][6:], "note")
        self.hashes = hash_lines(lines[1:])
        self.checkpoint = Checkpoint(Note(note))

    def verify(self, key, what):
        need(self.checkpoint.origin == key.name, "signature", "the proof of another log")
        self.checkpoint.note.must([key])
        need(
            in_tree(self.index, self.checkpoint.size, leaf(what), self.hashes, self.checkpoint.root),
            "signature",
            "not in the log",
        )


def hash_lines(lines):
    need(len(lines) <= LIMIT_PROOF, "size", "a proof with too many hashes")
    out = [unbase64(x, "note") for x in lines]
    need(all(len(h) == 32 for h in out), "note", "a hash of another size")
    return out


def make_tlogproof(index, hashes, note):
    return (
        f"c2sp.org/tlog-proof@v1\nindex {index}\n".encode()
        + b"".join(b64(h).encode() + b"\n" for h in hashes)
        + b"\n"
        + note
    )


def witness_request(b):
    head, cut, note = b.partition(b"\n\n")
    need(cut, "note", "no empty line")
    lines = utf8(head, "note").split("\n")
    need(lines[0].startswith("old "), "note", "no old size")
    return number(lines[0][4:], "note"), hash_lines(lines[1:]), Checkpoint(Note(note))


def tile_path(s):
    m = re.fullmatch(r"tile/(entries|0|[1-9][0-9]?)/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?", s, re.ASCII)
    need(
        m and (m[1] == "entries" or int(m[1]) <= 63) and (m[3] is None or int(m[3]) <= 255),
        "tile",
        "not a path of a tile",
    )
    need(not m[2].startswith("x000/"), "tile", "a needless group")
    n = int(m[2].replace("x", "").replace("/", ""))
    need(n < INT64 >> 8, "tile", "a tile that no log has")
    return m[1], n, int(m[3]) if m[3] else 256


def tile_name(level, n, width):
    groups = ["%03d" % (n % 1000)]
    while n >= 1000:
        n //= 1000
        groups.insert(0, "x%03d" % (n % 1000))
    return f"tile/{level}/{'/'.join(groups)}" + (f".p/{width}" if width < 256 else "")


def padding_entry(secret, index):
    return hmac.new(secret, struct.pack(">Q", index), hashlib.sha256).hexdigest().encode()


# ---- section 8: exchange ----


def make_batch(have, envelopes):
    return b"tocsin-batch/v1\nhave %d\n" % have + b"".join(struct.pack(">I", len(e)) + e for e in envelopes)


def parse_batch(b):
    m = re.match(rb"tocsin-batch/v1\nhave (0|[1-9][0-9]{0,18})\n", b)
    need(len(b) <= LIMIT_BATCH_BYTES and m, "size", "not a batch")
    have, rest, out = number(m[1].decode(), "size"), b[m.end() :], []
    while rest:
        need(len(rest) >= 4, "size", "a length is cut")
        n = struct.unpack(">I", rest[:4])[0]
        need(len(rest) >= 4 + n, "size", "an envelope is cut")
        out.append(rest[4 : 4 + n])
        rest = rest[4 + n :]
    need(len(out) <= LIMIT_BATCH, "size", "too many envelopes")
    return have, out


class Answer:
    """ITEMS: for each envelope ("accepted", id, index, hashes) or ("refused", code, sentence)."""

    def __init__(self, b):
        c = "answer"
        head, cut, note = b.partition(b"\n\n")
        need(cut, c, "no empty line in an answer")
        lines = utf8(head, c).split("\n")
        need(lines[0] == "tocsin-answer/v1" and len(lines) > 1, c, "not an answer")
        words = lines[1].split(" ")
        need(len(words) == 2 and words[0] == "consistency", c, "no consistency line")
        k = number(words[1], c, LIMIT_PROOF)
        self.consistency, lines = hash_lines(lines[2 : 2 + k]), lines[2 + k :]
        need(len(self.consistency) == k, c, "hashes are missing")
        self.items = []
        while lines:
            words = lines[0].split(" ")
            if words[0] == "accepted":
                need(len(words) == 4, c, "accepted: an id, an index, a number")
                unhex(words[1], 32, c)
                k = number(words[3], c, LIMIT_PROOF)
                hashes = hash_lines(lines[1 : 1 + k])
                need(len(hashes) == k, c, "hashes are missing")
                self.items.append(("accepted", words[1], number(words[2], c), hashes))
                lines = lines[1 + k :]
            else:
                m = re.fullmatch("refused ([a-z]+) ([^\x00-\x1f]+)", lines[0])
                need(m, c, "an unknown line")
                self.items.append(("refused", m[1], m[2]))
                lines = lines[1:]
        self.checkpoint = Checkpoint(Note(note))

    def verify(self, log, exercise, sent, have, have_root):
        """Does this answer what was sent, by the log named, which only grew from what was held? Whole or not at
        all. An id may be None."""
        cp = Checkpoint.verified(self.checkpoint.note.raw, log)
        if have:
            need(consistent(have, cp.size, self.consistency, have_root, cp.root), "answer", "the log did not only grow")
        else:
            need(not self.consistency, "answer", "a consistency proof from nothing")
        need(len(self.items) == len(sent), "answer", "not one line an envelope")
        for ident, item in zip(sent, self.items):
            if item[0] == "accepted" and ident is not None:
                need(item[1] == ident, "answer", "the receipt of something else")
                what = leaf(entry(exercise, "accepted", ident))
                need(in_tree(item[2], cp.size, what, item[3], cp.root), "answer", "not in the log")
        return self.items


def resume_text(text):
    """Origin and size of a resume note's text."""
    c = "resume"
    need(len(text) <= LIMIT_STATEMENT, c, "a resume note of more than 4 KiB")
    lines = text_lines(text, c)
    need(lines[0] in [p + " resume" for p in PREFIX.values()], c, "not a resume note")
    r = Reader(lines[1:], c)
    for key in ("from", "to"):
        words = r.one(key).split(" ")
        need(
            len(words) == 2 and is_name(words[0]) and is_exercise(words[0]) == lines[0].startswith(PREFIX[True]),
            c,
            "a party",
        )
        unhex(words[1], 16, c)
    parse_time(r.one("at"), c)
    origin = r.one("origin")
    need(" " not in origin, c, "the origin of a log")
    size = number(r.one("size"), c)
    parse_time(r.one("since"), c)
    r.end()
    return origin, size
