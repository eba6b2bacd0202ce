#!/usr/bin/env python3
"""Prints one line "ok NAME" or "not ok NAME" for each test in meson's testlog.json; a TAP test counts by its points."""
import json
import re
import sys

for line in open(sys.argv[1], encoding="utf-8"):
    test = json.loads(line)
    points = re.findall(r"^(ok|not ok)\b(.*)$", test.get("stdout") or "", re.M)
    failed = test["result"] not in ("OK", "SKIP", "EXPECTEDFAIL")
    for word, name in points:
        print(word, test["name"], name.strip(" -"))
    if not points or (failed and all(word == "ok" for word, _ in points)):
        print("not ok" if failed else "ok", test["name"])
