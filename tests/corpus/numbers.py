#!/usr/bin/env python3
"""Every number of the corpus leads to a test that runs.

usage: numbers.py ROOT

Numbers 1 to 118, c1 to c8 and v1 to v3 each stand in a table (tests/corpus, tests/node/test_harmless.c), or in elsewhere.txt
with the name of a test function that is there and is called."""
import pathlib
import re
import sys

TABLES = ("tests/corpus/badframes.c", "tests/corpus/signed.c", "tests/corpus/wanted.py", "tests/node/test_harmless.c")
ALL = [str(n) for n in range(1, 119)] + [f"c{n}" for n in range(1, 9)] + [f"v{n}" for n in range(1, 4)]


def main():
    root = pathlib.Path(sys.argv[1])
    found, wrong = set(), []
    for name in TABLES:
        text = (root / name).read_text(encoding="utf-8")
        found |= set(re.findall(r"""[{(]["']([cv]?\d{1,3})["'],""", text))
        found |= set(re.findall(r"""\w+\("(\d{1,3}), """, text))
    for line in (root / "tests/corpus/elsewhere.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        number, test, function = line.split()[:3]
        layer, name = test.split("/")
        path = root / "tests" / layer / (f"{name}.c" if layer == "corpus" else f"test_{name}.c")
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if f"static void {function}(" not in text or text.count(function) < 2:
            wrong.append(f"{number}: {test} has no test {function}")
        found.add(number)
    wrong += [f"{number}: no test" for number in ALL if number not in found]
    print("\n".join(wrong) or f"{len(ALL)} numbers, each with a test")
    return 1 if wrong else 0


sys.exit(main())
