#!/usr/bin/env python3
"""A federation of real processes for a long time: first nothing happens, and what the links cost is counted; then somebody
publishes now and then, and what the processes take is printed.

usage: soak.py CABLE PROGRAMS [--nodes 20] [--quiet 10] [--minutes 60] [--every 6] [--seed 1]

--quiet and --minutes are lengths in minutes, --every the seconds between two publications.  Fails if descriptors or threads
grow, if memory of their own grows by more than 16 MiB after the first five minutes, or if the nodes do not agree in the end."""
import argparse
import random
import sys
import time

import nodes
import room
from judge import Judge
from network import Press

LIMIT = 900
OWN_GROWTH = 16 * 1024  # KiB


def own_kib(node):
    """Memory of its own: without the pages of the database, which the kernel takes back when it wants them."""
    with open(node.proc("status")) as lines:
        return int(next(line.split()[1] for line in lines if line.startswith("RssAnon")))


def look(federation):
    rows = [(node.resident(), own_kib(node), node.descriptors(), node.threads(), node.disk_bytes() // 1024)
            for node in federation.nodes]
    return {"least": [min(column) for column in zip(*rows)], "most": [max(column) for column in zip(*rows)], "all": rows}


def row(minute, entries, seen):
    cells = ["%d to %d" % pair for pair in zip(seen["least"], seen["most"])]
    print("%6.0f %8d %18s %18s %12s %12s %18s" % (minute, entries, *cells), flush=True)


def quiet(federation, minutes):
    """What the links cost while nothing happens."""
    links = len(federation.nodes) * (len(federation.nodes) - 1) // 2
    time.sleep(70)  # what was still to be said
    before = federation.cable.count()
    time.sleep(minutes * 60)
    packets, octets, payload, _ = (after - was for after, was in zip(federation.cable.count(), before))
    each = links * minutes
    print("# idle, %d links for %g min: each a minute %.0f bytes of TCP's payload, %.0f bytes as IPv4 packets, %.1f packets, "
          "both directions together" % (links, minutes, payload / each, octets / each, packets / each), flush=True)


def entries(federation):
    return sum(size for size, _, _ in federation.nodes[0].heads().values())


def soak(o, federation, judge):
    press = Press(random.Random(o.seed))
    print("%6s %8s %18s %18s %12s %12s %18s" % ("minute", "entries", "resident KiB", "of its own KiB", "descriptors", "threads",
                                                "on the disk KiB"))
    start, first = look(federation), None
    row(0, entries(federation), start)
    began, minute = time.monotonic(), 0
    while time.monotonic() - began < o.minutes * 60:
        press.soon(press.dice.choice(federation.states()))
        time.sleep(o.every)
        if time.monotonic() - began >= (minute + 5) * 60:
            minute += 5
            first = first or look(federation)
            row(minute, entries(federation), look(federation))
    press.rest()
    nodes.wait(LIMIT, federation.settled, "the nodes agree")
    verdict(o, federation, judge, start, first or start)
    judge.contacts(press.acknowledged)
    judge.check(press.refused == 0, "all of %d publications were acknowledged" % press.tries)


def verdict(o, federation, judge, start, first):
    end = look(federation)
    row(o.minutes, entries(federation), end)
    worse = [(str(node), was, now) for node, was, now in zip(federation.nodes, first["all"], end["all"])
             if now[1] > was[1] + OWN_GROWTH]
    judge.check(not worse, "no node's own memory has grown by 16 MiB", worse)
    worse = [(str(node), was, now) for node, was, now in zip(federation.nodes, start["all"], end["all"])
             if now[2] > was[2] + 2 or now[3] > was[3]]
    judge.check(not worse, "descriptors and threads are as at the start", worse)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("cable")
    parser.add_argument("programs")
    for name, default in (("nodes", 20), ("quiet", 10), ("minutes", 60), ("every", 6), ("seed", 1)):
        parser.add_argument("--" + name, type=type(default) if name in ("nodes", "seed") else float, default=default)
    o = parser.parse_args()
    room.enter()
    with room.workplace() as place:
        federation = nodes.Federation(o.programs, place, room.Cable(o.cable, o.nodes, o.seed))
        judge = Judge(federation)
        federation.make([code.lower() for code in nodes.CODES[:o.nodes - 1]] + ["observer"])
        federation.introduce()
        federation.start()
        nodes.wait(LIMIT, federation.settled, "the nodes agree")
        print("# %d nodes are made, introduced and linked" % o.nodes, flush=True)
        if o.quiet:
            quiet(federation, o.quiet)
        if o.minutes:
            soak(o, federation, judge)
        judge.logs(judge.heads())
        judge.statuses(0)
        if judge.wrong:
            federation.logs()
        federation.end()
    return 1 if judge.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
