#!/usr/bin/env python3
"""A real node under attack by one hostile peer after the other, while honest States publish and read through it.

usage: hostile.py HOSTILE PROGRAMS [--seconds 60] [--kinds silent,plain,...]

HOSTILE is the program tests/system/hostile, PROGRAMS the directory of comity and comityd.  The middle node listens; France
publishes and Kenya reads, both linked with it alone, so that every entry passes through the node under attack twice.  For
each kind the delay from France's head to Kenya's is printed beside the undisturbed one of the same run, with the memory,
descriptors and threads of the node.  Delays are printed and never judged.  What is judged: the node lives, memory stays below
256 MiB, descriptors and threads come back, every entry arrives, and nobody's log is harmed.  Attackers run at nice 19,
since elsewhere they would have machines of their own."""
import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import nodes

KINDS = "silent plain records strangers trickle frames oversize changes fetch deaf huge many".split()
LIMIT = 300


class Watch(threading.Thread):
    """When a node's page told of each new size of a log: a long poll that never ends."""

    def __init__(self, node, address, origin):
        super().__init__(daemon=True)
        self.node, self.address, self.origin = node, address, origin
        self.prefix = node.tell("web").strip().split(self.address, 1)[1].rstrip("/")
        self.seen = {}

    def run(self):
        cursor = ""
        while True:
            try:
                connection = http.client.HTTPConnection(self.address, timeout=60)
                while True:
                    connection.request("GET", "%s/api/v1/changes?wait=30%s" % (self.prefix, cursor and "&since=" + cursor))
                    answer = json.loads(connection.getresponse().read())
                    now = time.monotonic()
                    cursor = answer["cursor"]
                    for log in answer["changes"]:
                        if log["origin"] == self.origin:
                            self.seen.setdefault(log["size"], now)
            except (OSError, http.client.HTTPException, KeyError, json.JSONDecodeError):
                time.sleep(0.2)


class Attack:
    def __init__(self, options, directory):
        self.o = options
        self.federation = nodes.Federation(options.programs, directory, base=options.base)
        self.wrong = 0

    def check(self, good, sentence, detail=""):
        if not good:
            print("not ok - %s%s" % (sentence, ": %s" % (detail,) if detail else ""), flush=True)
        self.wrong += not good

    def make(self):
        self.federation.make(["jp", "fr", "ke", "at"], silent=("fr", "ke", "at"))
        self.hub, self.publisher, self.reader, self.enemy = self.federation.nodes
        self.federation.introduce({"jp": "fr ke at", "fr": "jp", "ke": "jp fr", "at": ""})
        for node in (self.hub, self.publisher, self.reader):
            node.start()
        nodes.wait(LIMIT, lambda: self.publisher.may_sign() and self.reader.heads() == self.both(), "the nodes are linked")
        status = self.hub.ask("status", bad=(1, 2))
        self.hub_id, self.origin = status["node"], self.publisher.ask("status", bad=(1, 2))["origin"]
        self.watches = [Watch(node, self.federation.web(node), self.origin) for node in (self.publisher, self.reader)]
        for watch in self.watches:
            watch.start()

    def both(self):
        """The heads of the logs that the reader follows, as the node under attack has them."""
        return {origin: head for origin, head in self.hub.heads().items() if origin.split("/")[1] != "at"}

    # ---- publishing and its delay ----

    def publish(self, number):
        """The size that the publisher's log has then."""
        self.publisher.tell("contact", "add", "--kind", "technical", "--organisation", "en=Office %d" % number, "--email",
                            "office-%d@members.example" % number)
        self.publisher.tell("publish")
        return self.publisher.ask("log", "show", "FR")["size"]

    def delays(self, sizes):
        """Seconds from the publisher's page to the reader's, which may tell of several entries at once."""
        here, there = (sorted(watch.seen.items()) for watch in self.watches)
        when = lambda seen, size: next((at for reached, at in seen if reached >= size), None)
        pairs = [(when(here, size), when(there, size)) for size in sizes]
        return [max(0.0, to - since) for since, to in pairs if since is not None and to is not None]

    def period(self, seconds, meanwhile=lambda: None):
        """Publish for so long; the sizes, all of which the reader has in the end."""
        sizes, end = [], time.monotonic() + seconds
        while time.monotonic() < end or len(sizes) < 2:
            self.number = getattr(self, "number", 0) + 1
            sizes.append(self.publish(self.number))
            meanwhile()
            time.sleep(self.o.pause)
        nodes.wait(LIMIT, lambda: (self.reader.ask("log", "show", "FR")["size"] >= sizes[-1]), "the last entry arrives")
        nodes.wait(LIMIT, lambda: sizes[-1] in self.watches[1].seen, "the reader's page tells of it", pause=0.02)
        return sizes

    # ---- one kind ----

    def look(self):
        self.most = [max(pair) for pair in zip(self.most, (self.hub.resident(), self.hub.descriptors(), self.hub.threads()))]

    def calm(self):
        return self.hub.descriptors(), self.hub.threads()

    def back(self):
        now = self.calm()
        return all(is_now <= was for is_now, was in zip(now, self.before))

    def one(self, kind):
        self.most = [0, 0, 0]
        processor = self.hub.processor_s()
        enemy = subprocess.Popen([self.o.hostile, kind, str(self.o.base + self.hub.number), self.hub_id,
                                  os.path.join(self.enemy.dir, "node.key"), nodes.NETWORK, "%d" % (1000 * self.o.seconds)],
                                 stdout=subprocess.PIPE, text=True, preexec_fn=lambda: os.nice(19))
        began = time.monotonic()
        sizes = self.period(self.o.seconds, self.look)
        said = enemy.communicate()[0].strip()
        busy = 100 * (self.hub.processor_s() - processor) / (time.monotonic() - began)
        self.row(kind, self.delays(sizes), busy, said)
        self.check(enemy.returncode == 0, "the attacker runs", said)
        self.check(self.hub.alive(), "%s: the node is alive" % kind)
        self.check(self.most[0] < self.o.resident * 1024, "%s: memory stays below %d MiB" % (kind, self.o.resident), self.most[0])
        try:
            nodes.wait(LIMIT, self.back, "descriptors and threads come back")
        except TimeoutError:
            self.check(False, "%s: descriptors and threads are back" % kind, (self.before, self.calm()))

    def row(self, kind, delays, busy, said):
        if not delays:
            print("%-10s no delay was seen" % kind, flush=True)
            return
        middle = statistics.median(delays)
        most = sorted(delays)[int(0.95 * (len(delays) - 1))]
        if kind == "nobody":
            self.quiet = middle
        print("%-10s %4d %8.1f %8.1f %6.2f %9.1f %5d %4d %5.0f  %s" % (
            kind, len(delays), 1000 * middle, 1000 * most, middle / self.quiet, self.most[0] / 1024, self.most[1], self.most[2],
            busy, said), flush=True)

    def go(self):
        self.make()
        print("%-10s %4s %8s %8s %6s %9s %5s %4s %5s  %s" % ("kind", "n", "ms", "95 %", "ratio", "MiB", "fds", "thr", "cpu %",
                                                            "what it did"))
        self.period(min(3, self.o.seconds))  # what is opened once and kept
        self.most = [0, 0, 0]
        self.row("nobody", self.delays(self.period(self.o.seconds, self.look)), 0, "undisturbed")
        self.before = self.calm()
        for kind in self.o.kinds:
            self.one(kind)
        self.most = [0, 0, 0]
        self.row("nobody*", self.delays(self.period(self.o.seconds, self.look)), 0, "afterwards")
        self.check(self.reader.heads() == self.both(), "both hold the same heads")
        flags = [head[2] for head in self.hub.heads().values()]
        self.check(not any(flags), "no log is harmed", flags)
        for node in (self.hub, self.publisher, self.reader):
            self.check(node.ask("doctor", bad=(1,))["good"], "%s: doctor finds nothing" % node)
        self.metrics()

    def metrics(self):
        """What the node has counted of all this."""
        prefix = self.hub.tell("web").strip()
        text = subprocess.run(["curl", "-s", "--max-time", "30", prefix + "metrics"], capture_output=True, text=True).stdout
        counted = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        for name in counted:
            if name.startswith(("comity_link", "comity_peer", "comity_gate")):
                print("# %s %s" % (name, counted[name]))
        for kind, name in (("silent", 'comity_links_refused_total{reason="half_open"}'),
                           ("strangers", 'comity_links_refused_total{reason="other"}'),
                           ("changes", "comity_links_paused_total")):
            self.check(kind not in self.o.kinds or int(counted[name]) > 0, "%s are counted in %s" % (kind, name))


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("hostile")
    parser.add_argument("programs")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--kinds", type=lambda text: text.split(","), default=KINDS)
    parser.add_argument("--pause", type=float, default=0.1)
    parser.add_argument("--resident", type=int, default=256, help="MiB that the node may take")
    parser.add_argument("--base", type=int, default=13000 + os.getpid() % 20 * 250)
    o = parser.parse_args()
    if set(o.kinds) - set(KINDS):
        parser.error("kinds: " + " ".join(KINDS))
    with tempfile.TemporaryDirectory(prefix="comity-hostile-") as directory:
        attack = Attack(o, directory)
        try:
            attack.go()
        except BaseException:
            attack.federation.logs()
            raise
        finally:
            attack.federation.end()
    print("%s - a node under %d kinds of attack" % ("not ok" if attack.wrong else "ok", len(o.kinds)))
    return 1 if attack.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
