#!/usr/bin/env python3
"""Reads every file of tests/vectors: what is valid must be taken as it says, what is invalid refused.
usage: vectors.py FOLDER"""
import json
import os
import sys

import bundle
import formats as f


def same(got, wanted):
    if got != wanted:
        raise AssertionError(f"got {got!r}, wanted {wanted!r}")


def note(o):
    n = f.Note(o["note"].encode())
    n.must([f.Key.parse(o["vkey"])])
    same(n.text.decode(), o["text"])


def vkey(o):
    same(f.Key.parse(o["vkey"]).public.hex(), o["public_key"])


def body(o):
    b = f.Body(o["body"].encode(), o["lines"])
    same(b.root.hex(), o["root"])
    same(list(b.fields), o["open"])
    same(f.close_line(b.lines[0]).decode(), "= " + o["first_line_closed"])


def plaintext(o):
    raw = o["plaintext"].encode()
    n, rest, before = f.split_plaintext(raw)
    f.Body(rest, 16, True, before)
    same([n.raw.decode(), len(raw), f.sha256(raw).hex()], [o["note"], o["size"], o["sha256"]])


def statement(o):
    s = f.Statement(o["text"].encode())
    same([s.id, s.kind, s.from_name, s.to_name], [o["id"], o["kind"], o["from"], o["to"]])
    same(f.entry(s.exercise, "issued", s.id).decode(), o["issued_entry"])
    same(f.entry(s.exercise, "accepted", s.id).decode(), o["accepted_entry"])


def card(o):
    c = f.Card(o["text"].encode())
    same([c.id, c.name, c.fp()], [o["id"], o["name"], o["fp"]])


def checkpoint(o):
    c = f.Checkpoint.verified(o["note"].encode(), f.Key.parse(o["vkey"]))
    same([c.origin, c.size, c.root.hex()], [o["origin"], o["size"], o["root"]])


def cosignature(o):
    at = f.Note(o["note"].encode()).cosigned(f.Key.parse(o["vkey"]))
    f.need(at is not None, "note", "not cosigned")
    same(at, o["time"])


def tlogproof(o):
    p = f.TlogProof(o["proof"].encode())
    p.verify(f.Key.parse(o["vkey"]), f.entry(False, "accepted", o["id"]))
    same([p.index, p.checkpoint.size], [o["index"], o["size"]])


def chain(o):
    c = f.Chain(o["chain"].encode())
    same(
        [c.name, c.last.seq, c.last.id, c.last.fp(), c.last.log.name], [o["name"], o["seq"], o["id"], o["fp"], o["log"]]
    )


def entry(o):
    made = f.sha256(f"{o['prefix']} {o['what']} {o['id']}".encode()).hex()
    f.need(made == o["entry"], "entry", "another entry")
    same(f.leaf(made.encode()).hex(), o["leaf"])


def safety(o):
    nodes = [(n["name"], f.Key.parse(n["vkey"])) for n in o["nodes"]]
    f.need(f.safety_number(o["prefix"] != "tocsin/v1", nodes) == o["number"], "safety", "another number")


def batch(o):
    have, envelopes = f.parse_batch(bytes.fromhex(o["batch"]))
    same([have, [e.hex() for e in envelopes]], [o["have"], o["envelopes"]])
    same(f.make_batch(have, envelopes).hex(), o["batch"])


def answer(o):
    items = f.Answer(o["answer"].encode()).verify(
        f.Key.parse(o["vkey"]), False, o["sent"], o["have"], bytes.fromhex(o["have_root"])
    )
    same([str(i[2]) if i[0] == "accepted" else i[1] for i in items], o["results"])


def resume(o):
    note = f.Note(o["note"].encode())
    note.must([f.Key.parse(o["vkey"])])
    same(f.resume_text(note.text), (o["origin"], o["size"]))


def evidence(o):
    files = {name: text.encode() for name, text in o["files"].items()}
    v = bundle.Verdict(files, [bundle.parse_trusted(c.encode()) for c in o["cards"]])
    same(
        [v.statement.id, v.level, sorted(v.told), sorted(v.withheld)],
        [o["id"], o["level"], sorted(o["told"]), sorted(o["withheld"])],
    )
    if "witnessed" in o:
        same(v.witnessed, o["witnessed"])


CHECKS = {
    "note": note,
    "vkey": vkey,
    "body": body,
    "plaintext": plaintext,
    "statement": statement,
    "card": card,
    "checkpoint": checkpoint,
    "cosignature": cosignature,
    "tlog-proof": tlogproof,
    "chain": chain,
    "entry": entry,
    "safety-number": safety,
    "batch": batch,
    "answer": answer,
    "resume-note": resume,
    "evidence": evidence,
    "tile-path": lambda o: f.tile_path(o["path"]),
    "witness-request": lambda o: f.witness_request(o["request"].encode()),
}


def merkle(all_of_it):
    leaves = [f.leaf(bytes.fromhex(e)) for e in all_of_it["entries"]]
    roots = [bytes.fromhex(r) for r in all_of_it["roots"]]
    bad = [n for n, root in enumerate(roots) if f.merkle(leaves[:n]) != root]
    count = len(roots)
    for right in (True, False):
        for o in all_of_it["inclusion"]["valid" if right else "invalid"]:
            proof = [bytes.fromhex(h) for h in o["proof"]]
            if f.in_tree(o["index"], o["size"], leaves[o["index"]], proof, roots[o["size"]]) != right:
                bad.append(o)
            if right and f.prove_in(leaves[: o["size"]], o["index"]) != proof:
                bad.append(o)
            count += 1
        for o in all_of_it["consistency"]["valid" if right else "invalid"]:
            proof = [bytes.fromhex(h) for h in o["proof"]]
            if f.consistent(o["old"], o["size"], proof, roots[o["old"]], roots[o["size"]]) != right:
                bad.append(o)
            if right and f.prove_consistent(leaves[: o["size"]], o["old"]) != proof:
                bad.append(o)
            count += 1
    return count, [f"merkle: {x}" for x in bad]


def run(name, all_of_it):
    """How many examples, and a sentence for each on which we differ."""
    if name == "merkle":
        return merkle(all_of_it)
    bad, count = [], 0
    for kind in ("valid", "invalid"):
        for o in all_of_it[kind]:
            count += 1
            try:
                CHECKS[name](o)
                if kind == "invalid":
                    bad.append(f"{name}: taken, though {o['why']}")
            except f.Refused as e:
                if kind == "valid":
                    bad.append(f"{name}: valid example {count} is refused: {e}")
            except (AssertionError, KeyError) as e:
                bad.append(f"{name}: example {count}: {'taken, though ' + o['why'] if kind == 'invalid' else e}")
    return count, bad


def main(folder):
    total, bad = 0, []
    for file in sorted(os.listdir(folder)):
        if file.endswith(".json"):
            with open(os.path.join(folder, file), encoding="utf-8") as h:
                count, worse = run(file[:-5], json.load(h))
            total += count
            bad += worse
    for line in bad:
        print(line)
    print(f"{total} examples, {len(bad)} on which the second implementation differs")
    return 1 if bad or total < 100 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
