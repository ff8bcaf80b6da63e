#!/usr/bin/env python3
"""The corpus of bad inputs, 85 to 118, c1 to c8 and v1 to v3: what comes in at the programs, by number.

usage: programs.py BIN [--print]

Each row of cases.py goes in where it would come from outside.  The exit status (or the status of HTTP) and the whole text of
the refusal are as the row says; the State's log, trust and drafts are as they were.  --print shows what was said instead of
judging it."""
import json
import os
import sys

import cases
from node import Node


def standing(node):
    """What no bad input may change."""
    logs = json.loads(node.must("fr", "log", "list", "--json"))["logs"]
    heads = [[log[name] for name in ("origin", "size", "root", "epoch")] for log in logs]
    return heads, [node.comity("fr", *args, "--json")[1] for args in (("trust", "list"), ("diff",), ("peer", "list"))]


def main():
    show = "--print" in sys.argv
    wrong = 0
    with Node(sys.argv[1]) as node:
        for name, state in (("fr", "FR"), ("ke", "KE")):
            node.must(name, "init", "--network", "test.example", "--state", state, "--listen", "tcp://127.0.0.1:1")
        node.must("obs", "init", "--network", "test.example", "--observer", "Observatory")
        before = standing(node)
        for group in (cases.files, cases.bundles, cases.commands, cases.tables, cases.daemon):
            for number, what, said, want in group(node):
                if show:
                    print(f"    ({number!r}, {what!r}, {said!r}),")
                elif said != want:
                    wrong += 1
                    print(f"{number}, {what}:\n    said {said!r}\n    not  {want!r}")
            node.stop()
            if standing(node) != before:
                wrong += 1
                print(f"after {group.__name__}: what the node holds has changed")
    print(f"{wrong} wrong" if wrong else "every one is refused as it has to be")
    return 1 if wrong else 0


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C.UTF-8"
    sys.exit(main())
