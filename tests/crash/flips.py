#!/usr/bin/env python3
"""One bit of what is stored is another: in the database, the signer's ledger, or a batch that is signed and not handed in.

usage: flips.py CLERK SHIM COUNT [SEED]

Each of COUNT times, on a copy of a State's directory, a bit is flipped and the State then publishes as if nothing were.
Either the damage is found and said, now or by who looks through the store, or it does no harm; and nothing is ever signed
but what would have been signed without it.  What is random comes from SEED."""
import os
import random
import sys

from lab import History, Lab, Wrong
from sweep import half_done

FILES = ("db/data.mdb",) * 8 + ("ledger/ledger", "ledger/pending")


def flip(path, rng):
    with open(path, "r+b") as file:
        at = rng.randrange(os.path.getsize(path))
        file.seek(at)
        byte = file.read(1)[0] ^ 1 << rng.randrange(8)
        file.seek(at)
        file.write(bytes((byte,)))
    return at


def kind_of(lab, expected):
    """What has come of a flip; it may only have been signed what is expected."""
    status, output, complaint = lab.run("flipped", "trust", "1")
    if status not in (-11, -7, -6):  # a damaged pointer of LMDB's, or what it asserts
        if status not in (0, 1, 2) or (status and not complaint.strip()):
            raise Wrong(f"status {status}: {complaint.strip()}")
    history = History()
    history.signed = dict(expected.signed)
    history.take(output)
    if set(history.signed) - set(expected.signed):
        raise Wrong(f"signed sizes that nobody asked for: {output}")
    if status < 0:
        return "ended the process"
    if status:
        return "refused"
    status, _, complaint = lab.run("flipped", "check")
    if status == 0:
        return "harmless"
    if status > 0 and complaint.strip():
        return "found by looking"
    return "ended the process that looked"


def main():
    clerk, shim, count = sys.argv[1], os.path.abspath(sys.argv[2]), int(sys.argv[3])
    rng = random.Random(sys.argv[4] if len(sys.argv) > 4 else "comity")
    seen = {}
    with Lab(clerk) as lab:
        lab.begun("base", 6)
        half_done(lab, shim)
        expected = History()
        for base in ("base", "half"):
            lab.fresh("sound", base)
            expected.take(lab.must("sound", "trust", "1"))
        for turn in range(count):
            name = rng.choice(FILES)
            lab.fresh("flipped", "half" if name == "ledger/pending" else rng.choice(("base", "half")))
            at = flip(lab.path("flipped") + "/" + name, rng)
            try:
                kind = kind_of(lab, expected)
            except Wrong as wrong:
                print(f"flip {turn}, {name} at {at}: {wrong}")
                return 1
            seen[name, kind] = seen.get((name, kind), 0) + 1
    for (name, kind), number in sorted(seen.items()):
        print(f"{name:15} {kind:30} {number}")
    print(f"{count} flips: nothing else was signed")
    return 0


sys.exit(main())
