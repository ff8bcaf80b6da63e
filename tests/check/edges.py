#!/usr/bin/env python3
"""Every bound of proto/limits.h is called by name in a test, or stands in tests/check/edges.txt with the test that shows it in
another way, or with the reason why none does.

usage: edges.py ROOT"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
LAYERS = ["proto", "store", "node", "lib", "corpus", "fuzz", "system", "web"]


def named():
    """Every word of every test."""
    words = set()
    for layer in LAYERS:
        for path in (root / "tests" / layer).glob("**/*"):
            if path.suffix in (".c", ".h", ".py", ".sh", ".js"):
                words.update(re.findall(r"\w+", path.read_text()))
    return words


def table():
    """NAME -> what the file says of it."""
    path = root / "tests/check/edges.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    return dict(line.split(" ", 1) for line in lines if line and not line.startswith("#"))


def there(shown):
    """Whether FILE:FUNCTION is."""
    path, _, function = shown.partition(":")
    return (root / path).is_file() and re.search(r"\b%s\(" % re.escape(function), (root / path).read_text())


def main():
    bounds = re.findall(r"^#define ([A-Z]\w*)[ \t\\]+\S", (root / "proto/limits.h").read_text(), re.M)
    words, elsewhere, faults = named(), table(), []
    for bound in bounds:
        if bound not in words and bound not in elsewhere:
            faults.append(f"{bound}: no test calls it by name, and tests/check/edges.txt does not say how it is shown")
        if bound in words and bound in elsewhere:
            faults.append(f"{bound}: a test calls it by name: its line in tests/check/edges.txt is not wanted any more")
    for name, shown in elsewhere.items():
        if name not in bounds:
            faults.append(f"tests/check/edges.txt: {name} is no bound of proto/limits.h")
        if not shown.startswith("- ") and not there(shown):
            faults.append(f"tests/check/edges.txt: {name}: there is no {shown}")
    for fault in faults:
        print(fault)
    return bool(faults) or not bounds


sys.exit(main())
