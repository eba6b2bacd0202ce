#!/usr/bin/env python3
"""A second implementation of docs/PROTOCOL.md, written from that text: the standard library of Python and the programs
age and age-keygen. It is for tests, not for use: it keeps its keys in a plain file."""
import json
import os
import sys
import time

import formats as f
import node as n


def card(folder):
    """the node's card chain"""
    sys.stdout.buffer.write(n.Node(folder).chain.raw)


def meet(folder, file):
    """takes a partner's chain; prints the safety number"""
    node = n.Node(folder)
    with open(file, "rb") as h:
        chain = node.take(h.read())
    print(
        f.safety_number(node.card.exercise, [(node.card.name, node.card.identity), (chain.name, chain.last.identity)])
    )


def warn(folder, name, file, close=""):
    """sends a warning and checks its receipt; prints the id"""
    node = n.Node(folder)
    with open(file, encoding="utf-8") as h:
        fields = json.load(h)
    chain = node.partner(name)
    ident, envelope = node.issue(chain, "warning", fields, close.split(","))
    item = node.send(chain, [(ident, envelope)]).items[0]
    f.need(item[0] == "accepted", item[1], item[2])
    again = node.send(chain, [(ident, envelope)]).items[0]
    f.need(again[:3] == item[:3], "answer", "the same id has another index")
    print(ident)


def respond(folder, name, ident, stage):
    """answers a warning; prints the id"""
    node = n.Node(folder)
    chain = node.partner(name)
    mine, envelope = node.issue(chain, "response", {"stage": stage, "handling.tlp": "amber"}, re=[ident])
    item = node.send(chain, [(mine, envelope)]).items[0]
    f.need(item[0] == "accepted", item[1], item[2])
    print(mine)


def receipt(folder, name, ident):
    """fetches the published receipt, checks it and the tiles under it, prints index, size and who cosigned"""
    node = n.Node(folder)
    chain = node.partner(name)
    url = chain.last.url[0]
    for _ in range(100):
        status, kind, raw = n.ask("GET", url + "/exchange/v1/receipts/" + ident)
        if status != 404:
            break
        time.sleep(0.2)
    f.need(status == 200 and kind == n.TEXT, "answer", f"{status} {kind}")
    proof = f.TlogProof(raw)
    entry = f.entry(node.card.exercise, "accepted", ident)
    proof.verify(chain.last.log, entry)
    f.need(proof.checkpoint.size % 16 == 0, "answer", "the published size is no multiple of 16")
    status, kind, raw = n.ask("GET", url + "/log/checkpoint")
    f.need(status == 200 and kind == n.TEXT, "answer", f"checkpoint: {status} {kind}")
    cp = f.Checkpoint.verified(raw, chain.last.log)
    f.need(cp.size < 256, "answer", "this reads logs of one tile only")
    status, kind, tile = n.ask("GET", f"{url}/log/{f.tile_name(0, 0, cp.size)}")
    f.need(
        status == 200 and kind == n.OCTETS and len(tile) == 32 * cp.size, "answer", f"tile: {status} {kind} {len(tile)}"
    )
    leaves = [tile[i : i + 32] for i in range(0, len(tile), 32)]
    f.need(f.merkle(leaves) == cp.root, "answer", "the tile is not the checkpoint's")
    status, kind, bundle = n.ask("GET", f"{url}/log/{f.tile_name('entries', 0, cp.size)}")
    f.need(status == 200 and len(bundle) == 66 * cp.size, "answer", f"entries: {status} {len(bundle)}")
    entries = [bundle[i + 2 : i + 66] for i in range(0, len(bundle), 66)]
    f.need(
        [f.leaf(e) for e in entries] == leaves and entries[proof.index] == entry, "answer", "entries and tile differ"
    )
    f.need(
        entries[0] == f.entry(node.card.exercise, "issued", chain.cards[0].id),
        "answer",
        "the first entry is not the first card",
    )
    witnesses = [
        c.name
        for c in node.partners() + [node.chain]
        if c.last.witness and proof.checkpoint.note.cosigned(c.last.witness)
    ]
    print(proof.index, proof.checkpoint.size, *sorted(witnesses))


def show(folder, ident):
    """kind, sender and fields of what was received, as JSON"""
    node = n.Node(folder)
    s = f.Statement(f.Note(node.read("statements", ident, "note")).text)
    body = node.read("statements", ident, "body")
    fields = {}
    for line in body.split(b"\n")[: s.lines]:
        if not line.startswith(b"= "):
            name, value = f.parse_open(line)
            fields[name] = value
    print(json.dumps({"kind": s.kind, "from": s.from_name, "re": s.re, "fields": fields}, ensure_ascii=False))


def forge(folder, name):
    """sends what is malformed; one line for each: what, wanted code, got code; ends with 1 when one differs"""
    import forge as module

    return module.run(n.Node(folder), name)


def statuses(folder, name):
    """asks for what each table of statuses names; as forge. Ends by showing two cards, so that it is distrusted"""
    import forge as module

    return module.run_statuses(n.Node(folder), name)


def verify(bundle, *cards):
    """checks a folder of evidence against the card chains named"""
    import bundle as module

    return module.check(bundle, cards)


def evidence(folder, name, ident, out):
    """writes a folder of evidence for a statement that this node sent"""
    import bundle as module

    return module.write(n.Node(folder), name, ident, out)


COMMANDS = {
    "init": n.Node.make,
    "card": card,
    "meet": meet,
    "serve": lambda folder, port: n.serve(folder, int(port)),
    "warn": warn,
    "respond": respond,
    "receipt": receipt,
    "show": show,
    "forge": forge,
    "statuses": statuses,
    "verify": verify,
    "evidence": evidence,
}


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in COMMANDS:
        print("usage: second.py COMMAND FOLDER ...\ncommands: " + " ".join(COMMANDS), file=sys.stderr)
        return 2
    os.umask(0o077)
    try:
        return COMMANDS[sys.argv[1]](*sys.argv[2:]) or 0
    except f.Refused as e:
        print(e, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
