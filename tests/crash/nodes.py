#!/usr/bin/env python3
"""kill -9 of comityd while an officer publishes through it, of comity, or of both.

usage: nodes.py BIN COUNT [SEED]

In each of COUNT rounds a contact is drafted and published, and one of the two is killed, or both, some milliseconds later.
The daemon then starts again; what was acknowledged is there, publishing goes on with the same bytes, no size is signed
twice, and the doctor finds nothing wrong.  What is random comes from SEED."""
import json
import random
import shutil
import subprocess
import sys
import time

from lab import Wrong
from programs import Programs, signed, whole


def add(p, data, number):
    """Draft a contact: whether that was acknowledged."""
    return p.run(data, "contact", "add", "--kind", "technical", "--organisation", f"Office {number}", "--email",
                 f"office{number}@example.org")[0] == 0


def published(p, data, known):
    """Publish whatever is drafted, however often that takes; how many contacts there are then."""
    for _ in range(3):
        if p.run(data, "publish")[0] == 0 or not json.loads(p.run(data, "diff", "--json")[1] or "{}").get("changes"):
            break
    for size, what in signed(data).items():
        if known.setdefault(size, what) != what:
            raise Wrong(f"two histories: size {size} was signed twice")
    return len(json.loads(p.must(data, "contact", "list", "--json"))["contacts"])


def one_round(p, data, rng, known):
    """Kill something while a publication is under way."""
    child = p.started(data)
    officer = subprocess.Popen(p.argv(data, "publish"), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    time.sleep(rng.random() * 0.3)
    victims = rng.choice(((child,), (officer,), (child, officer)))
    for victim in victims:
        victim.kill()
    officer.wait()
    if child in victims:
        child.wait()
        child = p.started(data)
    contacts = published(p, data, known)
    child.kill()
    child.wait()
    return contacts


def main():
    count = int(sys.argv[2])
    rng = random.Random(sys.argv[3] if len(sys.argv) > 3 else "comity")
    p = Programs(sys.argv[1], "")
    known, drafted, data = {}, 0, p.base
    try:
        p.must(data, "init", "--network", "test.example", "--state", "FR")
        for turn in range(count):
            drafted += add(p, data, turn)
            contacts = one_round(p, data, rng, known)
            if contacts < drafted:
                raise Wrong(f"round {turn}: {drafted} contacts were acknowledged, {contacts} are there")
        whole(p, data, known)
        print(f"{count} rounds, {len(known)} trees signed: nothing lost, nothing signed twice")
    except Wrong as wrong:
        print(wrong)
        return 1
    finally:
        shutil.rmtree(p.dir, ignore_errors=True)
    return 0


sys.exit(main())
