#!/usr/bin/env python3
"""A federation of real processes in namespaces of their own, under faults that a seed chooses; then it heals, and everything
has to hold that holds of a quiet one.

usage: network.py CABLE PROGRAMS [--nodes 20] [--minutes 5 | --seconds S] [--seed 1] [--no-fork] [--clock]

CABLE is the program tests/system/cable, PROGRAMS the directory of comity and comityd.  One of the nodes is an observer; one
State is copied, ledger and all, and started twice in a partition, so that it signs two histories.  The choice of faults
follows from the seed, their moments are real.  Ends with 0, 1 (something is wrong) or 77 (namespaces are not permitted)."""
import argparse
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import faults
import nodes
import room
from judge import Judge

HEAL_LIMIT = 900  # ends a run that would never come to rest; nothing is judged by it


class Press:
    """Publishes at the States, a contact at a time, and remembers what was acknowledged."""

    def __init__(self, dice):
        self.dice, self.number = dice, 0
        self.drafted, self.acknowledged, self.canaries = {}, {}, []
        self.busy, self.tries, self.refused = set(), 0, 0
        self.pool = ThreadPoolExecutor(3)

    def soon(self, node):
        if node in self.busy:
            return
        self.busy.add(node)
        self.number += 1
        self.pool.submit(self.safely, node, self.number)

    def safely(self, node, number):
        try:
            self.publish(node, number)
        except (nodes.Refused, OSError):
            self.refused += 1
        finally:
            self.busy.discard(node)

    def publish(self, node, number, *more):
        name, canary = "Office %d of %s" % (number, node), "canary-%d-%s@members.example" % (number, node)
        self.tries += 1
        node.tell("contact", "add", "--kind", "technical", "--organisation", "en=" + name, "--email", canary, "--public",
                  "organisation")
        self.drafted.setdefault(node, []).append(name)
        self.canaries.append(canary)
        node.tell("publish", *more)
        for each in self.drafted.pop(node):
            self.acknowledged[each] = node

    def rest(self):
        self.pool.shutdown(wait=True)


class Run:
    def __init__(self, options, federation):
        self.o, self.federation = options, federation
        self.dice = random.Random(options.seed)
        self.press = Press(random.Random(options.seed + 1))
        self.active, self.down = [], set()
        self.counts = {}
        self.began = time.monotonic()

    def say(self, text):
        print("%6.1f s  %s" % (time.monotonic() - self.began, text), flush=True)

    # ---- the faults ----

    def paths(self):
        """Tell the cable what all active faults make of every direction."""
        everyone = self.federation.nodes
        for source in everyone:
            for target in everyone:
                if source is not target:
                    self.federation.cable.set(source.number, target.number, *faults.together(self.active, source, target))

    def begin(self, fault):
        if fault.node and not fault.node.alive():
            return
        self.say("%s: %s, for %.0f s" % (fault.kind, fault, fault.length))
        self.counts[fault.kind] = self.counts.get(fault.kind, 0) + 1
        fault.until = time.monotonic() + fault.length
        fault.begin()
        self.active.append(fault)
        self.paths()

    def end(self, fault):
        self.active.remove(fault)
        fault.end()
        self.paths()

    def troubled(self, node):
        return any(fault.node is node for fault in self.active)

    def step(self):
        for fault in [fault for fault in self.active if time.monotonic() >= fault.until]:
            self.end(fault)
        state = self.press.dice.choice(self.federation.states())
        frozen = any(fault.node is state and fault.kind in ("frozen", "kill -9") for fault in self.active)
        if not frozen:
            self.press.soon(state)
        dead = [node for node in self.federation.nodes if not node.alive() and not self.troubled(node)]
        if dead:
            raise RuntimeError("%s ended by itself, with %s" % (dead, [node.daemon.poll() for node in dead]))
        time.sleep(self.o.pause)

    def storm(self):
        everyone = self.federation.nodes
        planned = faults.plan(self.dice, everyone, self.o.seconds, self.o.clock)
        start = time.monotonic()
        while time.monotonic() - start < self.o.seconds or planned:
            while planned and time.monotonic() - start >= planned[0][0]:
                self.begin(planned.pop(0)[1])
            self.step()

    def heal(self):
        for fault in list(self.active):
            self.end(fault)
        self.press.rest()
        self.say("healed: all lines are good, all nodes run")

    # ---- the fork ----

    def fork(self):
        """The last State's directory is copied while it is stopped, and both are started, with half of the others each."""
        everyone, twin = self.federation.nodes, self.federation.states()[-1]
        nodes.wait(HEAL_LIMIT, lambda: twin.may_sign() and self.federation.settled(), "the nodes agree before the fork")
        twin.stop()
        copy = self.federation.clone(twin, len(everyone) + 1)
        others = [node for node in everyone if node is not twin]
        half = {twin, *others[::2]}
        split = faults.Partition(0, self.dice, [*everyone, copy])
        split.half = half
        self.say("%s is started twice: %s" % (twin, split))
        self.active.append(split)
        everyone.append(copy)
        self.paths()
        for node in (twin, copy):
            node.start()
            nodes.wait(HEAL_LIMIT, node.answers, "%s runs" % node)
        log = twin.ask("log", "show", twin.name.upper())
        for node in (twin, copy):
            self.press.publish(node, 900 + node.number, "--confirm", "%d:%s" % (log["size"], log["root"]))
            self.press.acknowledged = {name: by for name, by in self.press.acknowledged.items() if by is not node}
        self.active.remove(split)
        self.paths()
        self.say("the halves meet")
        known = lambda: all(any(head[2] for head in (node.heads() or {}).values()) for node in everyone)
        took = nodes.wait(HEAL_LIMIT, known, "all know of the fork")
        self.say("all %d know of the fork after %.1f s" % (len(everyone), took))
        copy.stop()
        everyone.remove(copy)
        return [twin.name]

    # ---- all of it ----

    def go(self):
        before = {node: (node.resident(), node.descriptors()) for node in self.federation.nodes}
        self.storm()
        self.heal()
        took = nodes.wait(HEAL_LIMIT, self.federation.settled, "the nodes agree")
        self.say("all agree %.1f s after healing" % took)
        forked = [] if self.o.no_fork else self.fork()
        if forked:
            nodes.wait(HEAL_LIMIT, self.federation.settled, "the nodes agree on the fork")
        nodes.wait(HEAL_LIMIT, lambda: all(node.may_sign() for node in self.federation.nodes
                                           if node.name not in forked), "all may sign")
        print("# faults: " + ", ".join("%d %s" % (count, kind) for kind, count in sorted(self.counts.items())))
        print("# published: %d tried, %d not acknowledged at once; cable: %d packets, %d bytes, %d lost" % (
            self.press.tries, self.press.refused, *(self.federation.cable.count()[i] for i in (0, 1, 3))))
        return self.judge(before, forked)

    def judge(self, before, forked):
        judge = Judge(self.federation)
        heads = judge.heads(forked)
        judge.logs(heads, forked)
        judge.statuses(3 if forked else 0)
        judge.check(self.press.acknowledged, "something was published meanwhile")
        judge.contacts(self.press.acknowledged)
        judge.secrets(self.press.canaries)
        judge.bounds(before, 2 * len(self.federation.nodes) + 16)
        return judge.wrong


def options():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("cable")
    parser.add_argument("programs")
    parser.add_argument("--nodes", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-fork", action="store_true")
    parser.add_argument("--clock", action="store_true", help="set some nodes' clocks wrong, with libfaketime")
    parser.add_argument("--pause", type=float, default=0.4, help="seconds between publications")
    o = parser.parse_args()
    o.seconds = o.seconds or o.minutes * 60
    if not 4 <= o.nodes <= 40:
        parser.error("--nodes from 4 to 40")
    return o


def main():
    o = options()
    room.enter()
    with room.workplace() as place:
        cable = room.Cable(o.cable, o.nodes + 1, o.seed)
        federation = nodes.Federation(o.programs, place, cable)
        run = Run(o, federation)
        print("# seed %d, %d nodes, faults for %.0f s" % (o.seed, o.nodes, o.seconds))
        try:
            federation.make([code.lower() for code in nodes.CODES[:o.nodes - 1]] + ["observer"])
            federation.introduce()
            federation.start()
            run.say("%d nodes are made, introduced and linked" % o.nodes)
            wrong = run.go()
        except Exception:
            federation.logs()
            raise
        if wrong:
            federation.logs()
        federation.end()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
