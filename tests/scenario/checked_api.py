#!/usr/bin/env python3
"""Stands before a node's Unix socket and holds every request and answer against docs/openapi.yaml.

Usage: checked_api.py OPENAPI LISTEN REAL FAULTS [COVERED]

What passes is not changed. A request that was done but does not fit, and an answer that does not fit, are a line in FAULTS; each operation that
was answered well is a line in COVERED.
"""
import asyncio
import json
import os
import re
import sys

import jsonschema
import yaml

LIMIT = 256 << 20


class Book:
    def __init__(self, path):
        with open(path, encoding="utf-8") as f:
            doc = yaml.load(f, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.problem = self.checker(doc["components"]["responses"]["problem"]["content"]["application/problem+json"]["schema"])
        self.rows = []
        for path, methods in doc["paths"].items():
            pattern = re.compile("".join("[^/]+" if p.startswith("{") else re.escape(p) for p in re.split(r"(\{[^}]*\})", path)) + r"\Z")
            for method, op in methods.items():
                content = op["responses"]["200"]["content"]
                (kind, media), = content.items()
                body = op.get("requestBody", {}).get("content", {}).get("application/json")
                self.rows.append({"path": path, "pattern": pattern, "method": method.upper(), "type": kind, "answer": self.checker(media["schema"]),
                                  "body": self.checker(body["schema"]) if body else None,
                                  "query": {p["name"] for p in op.get("parameters", []) if p["in"] == "query"}})

    @staticmethod
    def checker(schema):
        jsonschema.Draft202012Validator.check_schema(schema)
        return jsonschema.Draft202012Validator(schema)

    def find(self, method, path):
        # A path without a variable part wins over one with it.
        found = [r for r in self.rows if r["method"] == method and r["pattern"].match(path)]
        return min(found, key=lambda r: r["path"].count("{"), default=None)

    def faults(self, method, target, body, status, head, answer):
        """What does not fit, and the operation's name when all does and it was done."""
        path, _, query = target.partition("?")
        row = self.find(method, path)
        kind = head.get("content-type", "")
        if status >= 400:
            if status in (400, 413, 431) and kind.startswith("text/plain"):
                return [], None         # refused as HTTP, before the API saw it
            if kind != "application/problem+json":
                return [f"status {status} with the type {kind!r}"], None
            problem = json.loads(answer)
            return [e.message for e in self.problem.iter_errors(problem)], None
        if row is None:
            return ["not in the document, but done"], None
        name = f"{row['method']} {row['path']}"
        faults = [f"the parameter {p.split('=')[0]} is not in the document" for p in query.split("&") if p and p.split("=")[0] not in row["query"]]
        if row["body"] and body:
            faults += ["sent: " + self.words(e) for e in row["body"].iter_errors(json.loads(body))]
        if row["type"] != kind and row["type"] != "*/*":
            faults.append(f"answered with the type {kind!r} instead of {row['type']!r}")
        if row["type"] == "application/json" and not faults:
            faults += ["answered: " + self.words(e) for e in row["answer"].iter_errors(json.loads(answer))]
        return faults, None if faults else name

    @staticmethod
    def words(e):
        return f"{'/'.join(str(p) for p in e.absolute_path)}: {e.message[:300]}"


async def read_head(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    fields = {}
    for line in lines[1:]:
        if line:
            name, _, value = line.partition(":")
            fields[name.lower()] = value.strip()
    return head, lines[0], fields


async def relay(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()


class Proxy:
    def __init__(self, book, real, faults, covered):
        self.book, self.real, self.fault_file, self.covered_file = book, real, faults, covered
        self.told = set()

    def note(self, method, target, body, status, head, answer):
        try:
            faults, done = self.book.faults(method, target, body, status, head, answer)
        except (ValueError, KeyError) as e:
            faults, done = [f"cannot be read: {e}"], None
        with open(self.fault_file, "a", encoding="utf-8") as f:
            for fault in faults:
                f.write(f"{method} {target.partition('?')[0]}: {fault}\n")
        if done and self.covered_file and done not in self.told:
            self.told.add(done)
            with open(self.covered_file, "a", encoding="utf-8") as f:
                f.write(done + "\n")

    async def handle(self, reader, writer):
        try:
            up_reader, up_writer = await asyncio.open_unix_connection(self.real, limit=LIMIT)
        except OSError:
            writer.close()
            return
        try:
            while True:
                head, first, fields = await read_head(reader)
                method, target, _ = first.split(" ", 2)
                if fields.get("expect"):
                    writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                    head = re.sub(rb"(?i)\r\nexpect:[^\r]*", b"", head)
                body = await reader.readexactly(int(fields.get("content-length", "0")))
                up_writer.write(head + body)
                ahead, afirst, afields = await read_head(up_reader)
                status = int(afirst.split(" ")[1])
                if "chunked" in afields.get("transfer-encoding", ""):
                    # A stream: only its head is looked at.
                    row = self.book.find(method, target.partition("?")[0])
                    if row and row["type"] == afields.get("content-type") and self.covered_file:
                        with open(self.covered_file, "a", encoding="utf-8") as f:
                            f.write(f"{row['method']} {row['path']}\n")
                    writer.write(ahead)
                    await relay(up_reader, writer)
                    return
                answer = b"" if method == "HEAD" else await up_reader.readexactly(int(afields.get("content-length", "0")))
                if method != "HEAD":
                    self.note(method, target, body, status, afields, answer)
                writer.write(ahead + answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ValueError):
            pass
        finally:
            up_writer.close()
            writer.close()


async def main():
    openapi, listen, real, faults = sys.argv[1:5]
    covered = sys.argv[5] if len(sys.argv) > 5 else None
    proxy = Proxy(Book(openapi), real, faults, covered)
    old = os.umask(0o177)
    server = await asyncio.start_unix_server(proxy.handle, listen, limit=LIMIT)
    os.umask(old)
    async with server:
        await server.serve_forever()


asyncio.run(main())
