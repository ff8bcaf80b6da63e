#!/usr/bin/env python3
"""The power is cut: every change of a State that publishes is written down, and of any point in them what could then be
on the disk is made and opened.

usage: power.py CLERK SHIM IMAGES [SEED]

IMAGES of them with every promise of the system kept: none may be bad, none may lack what was acknowledged.  Then a part of
it for each promise broken on purpose (no fdatasync, no O_DSYNC, no sync of directories): so many of these have to be
bad that the test shows that it can fail.  What is random comes from SEED."""
import os
import random
import sys

from images import Disk, read_trace, write_out
from lab import History, Lab, Wrong

BROKEN = ("fdatasync", "O_DSYNC", "fsync of a directory")
BATCHES = 6


def recorded(lab, shim):
    """The changes of a clerk that publishes from the base on."""
    trace = lab.path("trace")
    directory = lab.fresh("work", "base")
    status, output, complaint = lab.run("work", "write", str(BATCHES), env={
        "LD_PRELOAD": shim, "FAULTY_DIR": directory, "FAULTY_TRACE": trace})
    if status:
        raise Wrong(f"recording: {complaint}")
    return read_trace(trace)


def image(lab, changes, rng, broken, torn):
    """One directory as a cut may leave it; the point of the cut, and the disk.  What is broken shows after a promise."""
    disk = Disk(lab.path("base"), broken)
    said = [i + 1 for i, change in enumerate(changes) if change[0] == "A"]
    cut = rng.choice(said) if broken else rng.randint(1, len(changes))
    for i, change in enumerate(changes[:cut]):
        disk.take(change, i == cut - 1)
    directory = lab.fresh("image")
    os.mkdir(directory + "/db", 0o700)
    os.mkdir(directory + "/ledger", 0o700)
    write_out(disk.after_cut(rng, torn), directory)
    return cut, disk


def judged(lab, known, disk):
    """Look at the image; what is wrong with it, or ""."""
    history = History()
    history.signed = {**known.signed, **disk.signed}
    history.acknowledged = known.acknowledged
    history.take(disk.said)
    try:
        lab.check("image", history)
        history.take(lab.must("image", "write", "1"))
    except Wrong as wrong:
        return str(wrong)
    return ""


def main():
    clerk, shim, count = sys.argv[1], os.path.abspath(sys.argv[2]), int(sys.argv[3])
    rng = random.Random(sys.argv[4] if len(sys.argv) > 4 else "comity")
    with Lab(clerk) as lab:
        known = lab.begun("base", 3)
        changes = recorded(lab, shim)
        for turn in range(count):
            cut, disk = image(lab, changes, rng, "", turn % 2 == 1)
            wrong = judged(lab, known, disk)
            if wrong:
                print(f"image {turn}, cut at change {cut} of {len(changes)}: {wrong}")
                return 1
        print(f"{count} images of {len(changes)} changes, none bad")
        share = max(count // 6, 12)
        for broken in BROKEN:
            bad = 0
            for turn in range(share):
                _, disk = image(lab, changes, rng, broken, turn % 2 == 1)
                bad += judged(lab, known, disk) != ""
            print(f"without {broken}: {bad} of {share} images bad")
            if not bad:
                print("the test cannot fail: it tests nothing")
                return 1
    return 0


sys.exit(main())
