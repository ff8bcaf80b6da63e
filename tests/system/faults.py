"""What befalls nodes and the network between them, chosen by a seed; each fault begins, lasts, and ends."""
import os
import signal

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
YEARS_10 = 315360000


class Fault:
    """node: the one process or disk that it befalls; None if only paths are worse."""

    node = None

    def __init__(self, length):
        self.length = length

    def begin(self):
        pass

    def end(self):
        pass

    def path(self, source, target):
        """What this fault does to one direction: loss, delay, jitter, doubled, rate; None for nothing."""


class Weather(Fault):
    kind = "bad weather"

    def __init__(self, length, dice, nodes):
        super().__init__(length)
        self.loss, self.delay = dice.choice([10, 50, 150, 300]), dice.choice([5, 40, 150, 400])
        self.jitter, self.doubled = dice.choice([0, 10, 100, 300]), dice.choice([0, 20, 200])

    def path(self, source, target):
        return self.loss, self.delay, self.jitter, self.doubled, 0

    def __str__(self):
        return "%.0f %% lost, %d to %d ms, %.0f %% doubled" % (self.loss / 10, self.delay, self.delay + self.jitter,
                                                               self.doubled / 10)


class Slow(Fault):
    kind = "slow line"

    def __init__(self, length, dice, nodes):
        super().__init__(length)
        self.at, self.rate = dice.choice(nodes), dice.choice([2, 8, 32])

    def path(self, source, target):
        return (0, 0, 0, 0, self.rate) if self.at in (source, target) else None

    def __str__(self):
        return "%s at %d KiB/s" % (self.at, self.rate)


class Partition(Fault):
    kind = "partition"

    def __init__(self, length, dice, nodes):
        super().__init__(length)
        self.half = set(dice.sample(nodes, dice.randint(1, len(nodes) - 1)))
        self.nodes = nodes

    def path(self, source, target):
        return (1000, 0, 0, 0, 0) if (source in self.half) != (target in self.half) else None

    def __str__(self):
        return "%s | %s" % tuple(" ".join(str(n) for n in self.nodes if (n in self.half) == side) for side in (True, False))


class OneWay(Partition):
    """Packets of the half get out, those to it are lost: links look whole from one side."""

    kind = "one-way cut"

    def path(self, source, target):
        return (1000, 0, 0, 0, 0) if source not in self.half and target in self.half else None

    def __str__(self):
        return super().__str__().replace("|", ">")


class Kill(Fault):
    kind = "kill -9"

    def __init__(self, length, dice, nodes):
        super().__init__(length)
        self.node = dice.choice(nodes)

    def begin(self):
        self.node.stop(signal.SIGKILL)

    def end(self):
        self.node.start()

    def __str__(self):
        return str(self.node)


class Freeze(Kill):
    """The process stands still while its connections stay open."""

    kind = "frozen"

    def begin(self):
        self.node.daemon.send_signal(signal.SIGSTOP)

    def end(self):
        self.node.daemon.send_signal(signal.SIGCONT)


class Full(Kill):
    kind = "disk full"

    def begin(self):
        with open(os.path.join(self.node.disk, "ballast"), "wb", buffering=0) as out:
            for size in (1 << 20, 4096):
                try:
                    while True:
                        out.write(b"\0" * size)
                except OSError:
                    pass

    def end(self):
        os.remove(os.path.join(self.node.disk, "ballast"))


class Clock(Kill):
    kind = "clock"

    def __init__(self, length, dice, nodes):
        super().__init__(length, dice, nodes)
        self.offset = dice.choice([-YEARS_10, -3600, 3600, YEARS_10])

    def begin(self):
        self.node.stop()
        self.node.start({"LD_PRELOAD": FAKETIME, "FAKETIME": "%+d" % self.offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1"})

    def end(self):
        self.node.stop()
        self.node.start()

    def __str__(self):
        return "%s is %+d s off" % (self.node, self.offset)


KINDS = [Weather, Weather, Slow, Partition, Partition, OneWay, Kill, Kill, Kill, Freeze, Full]


def plan(dice, nodes, length, clock):
    """[(when, fault)] for so many seconds: the seed alone decides."""
    kinds = KINDS + [Clock] * bool(clock and os.path.exists(FAKETIME))
    longest = min(45, max(4, length / 4))
    listed, busy, at = [], {}, 0.5
    while at < length:
        fault = dice.choice(kinds)(dice.uniform(1, longest), dice, nodes)
        if fault.node is None or busy.get(fault.node, 0) < at:
            listed.append((at, fault))
            busy[fault.node] = at + fault.length + 1
        at += dice.uniform(0.5, max(2, longest / 3))
    return listed


def together(active, source, target):
    """What all that is active makes of one direction."""
    paths = [path for path in (fault.path(source, target) for fault in active) if path]
    if not paths:
        return 0, 0, 0, 0, 0
    loss, delay, jitter, doubled, _ = (max(column) for column in zip(*paths))
    rates = [path[4] for path in paths if path[4]]
    return loss, delay, jitter, doubled, min(rates, default=0)
