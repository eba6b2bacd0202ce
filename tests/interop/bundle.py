"""Evidence (docs/PROTOCOL.md, section 9): checking a bundle, and making one."""
import os
import re

import formats as f

FILES = (
    "statement.note",
    "body.txt",
    "opened.txt",
    "issued.tlog-proof",
    "receipt.tlog-proof",
    "sender.cards",
    "recipient.cards",
    "quorum.txt",
    "README.txt",
    "check.sh",
)


def need(true, sentence):
    f.need(true, "evidence", sentence)


class Later:
    """A single card that is not the first of its chain."""

    def __init__(self, raw):
        note = f.Note(raw)
        self.card = f.Card(note.text)
        note.must([self.card.identity])
        self.name = self.card.name


def parse_trusted(raw):
    if len(f.split_notes(raw)) == 1 and f.Card(f.split_notes(raw)[0].text).seq > 1:
        return Later(raw)
    return f.Chain(raw)


def trust(chain, named):
    """CHAIN, with what the verifier knows beyond it, and whether it counts."""
    yes = False
    for held in (x for x in named if isinstance(x, f.Chain) and x.name == chain.name):
        ours, theirs = [c.id for c in held.cards], [c.id for c in chain.cards]
        n = min(len(ours), len(theirs))
        need(ours[:n] == theirs[:n], f"{chain.name} shows two histories, or is another node")
        chain, yes = held if len(ours) > len(theirs) else chain, True
    for later in (x for x in named if isinstance(x, Later) and x.name == chain.name):
        card, last = later.card, chain.last
        if card.seq <= last.seq:
            need(chain.cards[card.seq - 1].id == card.id, f"another card {card.seq} of {chain.name}")
            yes = True
            continue
        need(card.seq > last.seq + 1 or card.prev == last.id, "the card named does not follow")
        yes = yes or card.seq == last.seq + 1 or card.identity.public == last.identity.public
        if yes:
            need(card.at >= last.at and card.log_n >= last.log_n, "the card named is older")
            chain.cards.append(card)
            chain.last = card
    return chain, yes


def earliest(chain, note):
    """The earliest cosignature by a witness key of CHAIN that was not revoked then: time and key."""
    best, gone = None, chain.revoked()
    for card in chain.cards:
        at = note.cosigned(card.witness) if card.witness else None
        if at is not None and not (card.witness.public in gone and f.format_time(at) >= gone[card.witness.public]):
            best = min(best or (at, card.witness.public), (at, card.witness.public))
    return best


def witnessed(note, chains, owner, k):
    """When K organisations other than OWNER had cosigned; None: they have not. And how many have."""
    seen = []
    for chain in chains:
        one = earliest(chain, note) if chain.name != owner else None
        if one:
            seen.append((one[0], one[1], chain.name, chain.last.identity.public))
    seen.sort()
    organisations = []
    for one in seen:
        if not any(one[1] == x[1] or one[2] == x[2] or one[3] == x[3] for x in organisations):
            organisations.append(one)
    return organisations[k - 1][0] if 0 < k <= len(organisations) else None, len(organisations)


def parse_quorum(raw):
    lines = f.text_lines(raw, "evidence")
    m = re.fullmatch("quorum (none|[1-9][0-9]?)", lines[0])
    need(m and (m[1] == "none" or int(m[1]) <= 64), "quorum.txt")
    names = [line[8:] for line in lines[1:]]
    need(all(line.startswith("witness ") and f.is_name(line[8:]) for line in lines[1:]), "quorum.txt")
    need(len(names) <= 64 and len(set(names)) == len(names), "quorum.txt")
    return 0 if m[1] == "none" else int(m[1]), names


def parse_body(files, s):
    """Fields told, and known and withheld."""
    lines = files["body.txt"].split(b"\n")
    need(lines[-1] == b"" and len(lines) == s.lines + 1, "body.txt has another number of lines")
    told, withheld, leaves = {}, {}, []
    for line in lines[:-1]:
        if line.startswith(b"# ") or line.startswith(b"= "):
            is_hash = f.unhex(f.utf8(line[2:], "evidence"), 32, "evidence")
            leaves.append(is_hash if line.startswith(b"# ") else f.leaf(line))
        else:
            name, value = f.parse_open(line)
            need(name not in told, "a name twice")
            told[name] = value
            leaves.append(f.leaf(line))
    need(f.merkle(leaves) == s.root, "body.txt is not the body of this statement")
    before, opened = -1, files.get("opened.txt", b"")
    need(opened == b"" or opened.endswith(b"\n"), "opened.txt is cut")
    for row in opened.split(b"\n")[:-1]:
        position, _, line = row.partition(b" ")
        position = f.number(f.utf8(position, "evidence"), "evidence", s.lines - 1)
        need(position > before and f.close_line(line) == lines[position], "opened.txt does not fit")
        name, value = f.parse_open(line)
        need(name not in told and name not in withheld, "a name twice")
        withheld[name], before = value, position
    return told, withheld


class Verdict:
    """What a bundle proves to whoever trusts the cards NAMED."""

    def __init__(self, files, named):
        others = {
            m[1]: raw
            for name, raw in files.items()
            if (m := re.fullmatch(r"witnesses/(.+)\.cards", name)) and f.is_name(m[1])
        }
        need(all(n in FILES or n[10:-6] in others for n in files), "a file that does not belong here")
        need(all(n in files for n in ("statement.note", "body.txt", "sender.cards")), "a file is missing")
        self.note = f.Note(files["statement.note"])
        self.statement = s = f.Statement(self.note.text)
        alone = (s.from_name, s.from_fp) == (s.to_name, s.to_fp)
        need(alone or s.from_name != s.to_name, "two nodes of one name")
        need(alone or "recipient.cards" in files, "recipient.cards is missing")
        need(not (alone and "receipt.tlog-proof" in files), "a receipt of nobody")
        self.trusted = {}
        self.chains = {name: self.chain(raw, name, named) for name, raw in others.items()}
        self.sender = self.chain(files["sender.cards"], s.from_name, named)
        self.recipient = self.sender if alone else self.chain(files["recipient.cards"], s.to_name, named)
        need(
            self.sender.party(s.from_name, s.from_fp) and self.recipient.party(s.to_name, s.to_fp),
            "another fingerprint",
        )
        for side in (self.sender, self.recipient):
            held = self.chains.setdefault(side.name, side)
            n = min(len(held.cards), len(side.cards))
            need([c.id for c in held.cards[:n]] == [c.id for c in side.cards[:n]], "two histories in one bundle")
        owners = {}
        for chain in self.chains.values():
            for k in (k.public for card in chain.cards for k in card.keys()):
                need(owners.setdefault(k, chain.name) == chain.name, "two organisations with one key")
        need("quorum.txt" in files or "receipt.tlog-proof" not in files, "quorum.txt is missing")
        self.k, self.names = parse_quorum(files["quorum.txt"]) if "quorum.txt" in files else (0, [])
        need(set(others) <= set(self.names) | set(s.by), "cards that nothing needs")
        self.told, self.withheld = parse_body(files, s)
        self.issued, issued_at = self.entry(files.get("issued.tlog-proof"), self.sender, "issued")
        self.received, self.witnessed = self.entry(files.get("receipt.tlog-proof"), self.recipient, "accepted")
        self.signatures("0")
        times = [t for t in (issued_at, self.witnessed) if t is not None]
        self.good = self.trusted[s.from_name]
        try:
            self.signatures(f.format_time(min(times)) if times else "9")
        except f.Refused:
            self.good = False
        if not self.trusted[self.recipient.name]:
            self.received, self.witnessed = False, None
        self.level = (
            "none"
            if not self.good
            else "one-sided"
            if not self.received
            else "received"
            if self.witnessed is None
            else "witnessed"
        )

    def chain(self, raw, name, named):
        chain = f.Chain(raw)
        need(chain.name == name and chain.last.exercise == self.statement.exercise, "the cards of somebody else")
        chain, self.trusted[name] = trust(chain, named)
        return chain

    def signatures(self, known):
        s, counted = self.statement, []
        for name in [s.from_name] + s.by:
            need(name in self.chains, f"no cards of {name}")
            chain = self.sender if name == s.from_name else self.chains[name]
            counted += [(k.name, k.id) for k in chain.signed(self.note, s.at, known)]
        need(
            sorted(set(counted)) == sorted((name, ident) for name, ident, _ in self.note.lines),
            "lines that no card explains",
        )

    def entry(self, raw, owner, what):
        """Is the entry proven, and since when is it witnessed?"""
        if raw is None:
            return False, None
        proof = f.TlogProof(raw)
        log = owner.logs().get(proof.checkpoint.origin)
        need(log, "the log of somebody else")
        proof.verify(log, f.entry(self.statement.exercise, what, self.statement.id))
        for name in self.names:
            if name in self.chains:
                witnessed(proof.checkpoint.note, [self.chains[name]], owner.name, 1)
        known = [self.chains[name] for name in self.names if self.trusted.get(name)]
        at, _ = witnessed(proof.checkpoint.note, known, owner.name, self.k)
        gone = owner.revoked().get(log.public)
        return gone is None or (at is not None and f.format_time(at) < gone), at


def read(folder):
    files = {}
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            with open(path, "rb") as h:
                files[os.path.relpath(path, folder)] = h.read()
    return files


def check(folder, cards):
    named = []
    for file in cards:
        with open(file, "rb") as h:
            named.append(parse_trusted(h.read()))
    v = Verdict(read(folder), named)
    print(v.level, v.statement.id)
    for what, fields in (("told", v.told), ("withheld", v.withheld)):
        print(what, *sorted(fields))
    return 0 if v.good else 1


def write(node, name, ident, out):
    """What was told to NAME in statement IDENT, with the closed lines that this node opens, and the receipt."""
    chain = node.partner(name)
    status, _, receipt = node.ask("GET", chain.last.url[0] + "/exchange/v1/receipts/" + ident)
    need(status == 200, "no receipt yet")
    note, leaves = node.publish()
    index = node.state["index"][f"issued {ident}"]
    count = f.Statement(f.Note(node.read("statements", ident, "note")).text).lines
    body = b"".join(line + b"\n" for line in node.read("statements", ident, "body").split(b"\n")[:count])
    os.makedirs(out)
    for file, content in (
        ("statement.note", node.read("statements", ident, "note")),
        ("body.txt", body),
        ("opened.txt", node.read("statements", ident, "opened")),
        ("receipt.tlog-proof", receipt),
        ("issued.tlog-proof", f.make_tlogproof(index, f.prove_in(leaves, index), note)),
        ("sender.cards", node.chain.raw),
        ("recipient.cards", chain.raw),
        ("quorum.txt", f"quorum 1\nwitness {node.card.name}\n".encode()),
    ):
        with open(os.path.join(out, file), "wb") as h:
            h.write(content)
    return 0
