#!/usr/bin/env python3
"""A State's node on a disk that is nearly full, at every amount of room: it refuses what does not fit, lives, and goes on when
there is room again, without a new start and without having lost what it had acknowledged.

usage: full.py PROGRAMS [--step 12]

Writes that fit in part are the ones to look for: the system takes their beginning, and LMDB calls the rest an I/O error.
Skipped where no disk of its own can be mounted."""
import argparse
import os
import sys

import nodes
import room
from judge import Judge

LIMIT = 120
MOST_KIB = 400  # with so much room everything fits


def fill(node, free_kib):
    """Take all room of the node's disk but so much."""
    path = os.path.join(node.disk, "ballast")
    if os.path.exists(path):
        os.remove(path)
    disk = os.statvfs(node.disk)
    with open(path, "wb") as out:
        os.posix_fallocate(out.fileno(), 0, max(4096, disk.f_bavail * disk.f_frsize - free_kib * 1024))


def publish(node, number):
    """Whether it was drafted, and whether all drafts were published."""
    try:
        node.tell("contact", "add", "--kind", "technical", "--organisation", "en=Office %d" % number, "--email",
                  "office-%d@members.example" % number)
        drafted = True
    except nodes.Refused:
        drafted = False
    return drafted, node.run("publish")[0] == 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("programs")
    parser.add_argument("--step", type=int, default=12)
    o = parser.parse_args()
    room.enter()
    with room.workplace() as place:
        federation = nodes.Federation(o.programs, place)
        federation.make(["fr"])
        node, judge = federation.nodes[0], Judge(federation)
        node.start()
        nodes.wait(LIMIT, node.may_sign, "the node runs")
        drafts, refused = [], 0
        for number, free in enumerate(range(0, MOST_KIB, o.step)):
            fill(node, free)
            drafted, published = publish(node, number)
            drafts += ["Office %d" % number] * drafted
            refused += not published
            if not node.alive():
                judge.check(False, "with %d KiB of room the node lives" % free, node.daemon.returncode)
                break
        else:
            os.remove(os.path.join(node.disk, "ballast"))
            node.run("publish")
            judge.check(publish(node, 1000) == (True, True), "with room again it publishes, without a new start")
            judge.check(refused > 0, "%d of %d publications did not fit before" % (refused, number + 1))
            judge.contacts(drafts)
            judge.logs(node.heads())
            judge.statuses(0)
        if judge.wrong:
            federation.logs()
        federation.end()
    return 1 if judge.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
