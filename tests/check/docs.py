#!/usr/bin/env python3
"""The documents tell the truth where a program can tell: links lead to files, every command and option that they
show is one that comity has, and the table of limits is what the program says.

usage: docs.py ROOT COMITY"""
import json
import pathlib
import re
import subprocess
import sys

root, comity = pathlib.Path(sys.argv[1]), sys.argv[2]
faults = []


def commands():
    """Every command and its options, from the program itself."""
    out = subprocess.run([comity, "help"], capture_output=True, text=True, check=True).stdout
    names = re.findall(r"^  ([a-z]+(?: [a-z]+)?)  ", out, re.M)
    table = {}
    for name in names:
        text = subprocess.run([comity, "help", *name.split()], capture_output=True, text=True, check=True).stdout
        table[name] = set(re.findall(r"--[a-z-]+", text))
    return table


def limits():
    """The rows of the table of limits, from the program itself."""
    out = subprocess.run([comity, "limits", "--json"], capture_output=True, text=True, check=True).stdout
    for limit in json.loads(out)["limits"]:
        counter = f"`{limit['counter']}`" if limit["counter"] else ""
        yield f"| {limit['name']} | {limit['value']:,} {limit['unit']} | {limit['beyond']} | {counter} |"


def shown(text):
    """The command lines that a document shows: indented lines and pieces between backticks; \\ joins lines."""
    text = text.replace("\\\n", " ")
    for line in text.splitlines():
        pieces = [line[4:]] if line.startswith("    ") else re.findall(r"`([^`]+)`", line)
        for piece in pieces:
            for part in re.split(r"&&|\||;|\$\(", piece.split(" #")[0]):
                words = part.split()
                if words and words[0].rsplit("/", 1)[-1] == "comity":
                    yield words[1:]


def judge(where, words, table):
    plain = [w for w in words if re.fullmatch(r"[a-z]+", w)]
    if not words or not re.fullmatch(r"[a-z]+", words[0]):
        return
    name = " ".join(words[:2]) if " ".join(words[:2]) in table else words[0]
    if name not in table:
        if not any(known.startswith(words[0] + " ") and len(plain) == 1 for known in table):
            faults.append(f"{where}: no command: comity {' '.join(words[:2])}")
        return
    for word in words:
        option = re.match(r"--[a-z-]+", word)
        if option and option.group() not in table[name]:
            faults.append(f"{where}: comity {name} has no {option.group()}")


def main():
    table = commands()
    operating = (root / "docs/operating.md").read_text()
    faults.extend(f"docs/operating.md lacks this row: {row}" for row in limits() if row not in operating)
    assert len(table) > 10, table
    for page in sorted([root / "README.md", *root.glob("docs/**/*.md")]):
        where, text = page.relative_to(root), page.read_text()
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
            if "://" not in link and not (page.parent / link).exists():
                faults.append(f"{where}: no such file: {link}")
        for words in shown(text):
            judge(where, words, table)
    for page in root.glob("docs/man/*.[1-9]"):
        if page.name == "comity.1":
            text = page.read_text()
            for name in table:
                if not re.search(r"^\.It Cm " + name.replace(" ", r" (Cm )?") + r"\b", text, re.M):
                    faults.append(f"{page.relative_to(root)}: does not describe comity {name}")
    for fault in faults:
        print("docs:", fault)
    return 1 if faults else 0


sys.exit(main())
