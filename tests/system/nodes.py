"""Nodes as real processes, each with a directory, a disk and a network of its own, driven by the public commands alone."""
import json
import os
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import room

NETWORK = "test.example"
CODES = ("FR KE JP BR DE IN ZA MX NO EG PT VN PE TH SE GH CL NZ FI MA AT BE CH DK ES IE IT NL PL RO TR UA "
         "AR BO CO CR CU EC UY VE").split()
DISK_MIB = 96


class Refused(Exception):
    """A command ended with another status than 0."""


class Node:
    def __init__(self, federation, name, number):
        self.federation, self.name, self.number = federation, name, number
        self.disk = os.path.join(federation.dir, name)
        self.dir = os.path.join(self.disk, "node")
        self.observer = name.startswith("observer")
        self.daemon = None
        self.starts = 0

    def __repr__(self):
        return self.name

    def run(self, *words, limit=120):
        """The command's status, output and errors."""
        command = [os.path.join(self.federation.bin, "comity"), *words, "--data", self.dir, "--yes", "--passphrase-file",
                   self.federation.passphrase]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
        except subprocess.TimeoutExpired:
            return 124, "", "no answer in %d s" % limit
        return done.returncode, done.stdout, done.stderr

    def tell(self, *words):
        status, out, errors = self.run(*words)
        if status != 0:
            raise Refused("%s: comity %s: %d: %s%s" % (self, " ".join(words), status, out, errors))
        return out

    def ask(self, *words, bad=(1, 3)):
        """Its JSON document; also of a command that has found something wrong."""
        status, out, errors = self.run(*words, "--json")
        if status != 0 and (status not in bad or not out):
            raise Refused("%s: comity %s: %d: %s%s" % (self, " ".join(words), status, out, errors))
        return json.loads(out)

    # ---- the process ----

    def start(self, environment=None):
        self.starts += 1
        log = open(os.path.join(self.federation.dir, self.name + ".log"), "ab")
        command = [os.path.join(self.federation.bin, "comityd"), "--data", self.dir]
        if self.federation.cable:
            command = self.federation.cable.within(self.number, command)
        self.daemon = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       env={**os.environ, **(environment or {})})
        log.close()

    def stop(self, number=signal.SIGTERM, limit=120):
        """End it; its status."""
        self.daemon.send_signal(number)
        status = self.daemon.wait(limit)
        self.daemon = None
        return status

    def alive(self):
        return self.daemon is not None and self.daemon.poll() is None

    def proc(self, what):
        return "/proc/%d/%s" % (self.daemon.pid, what)

    def resident(self):
        """KiB."""
        with open(self.proc("status")) as lines:
            return int(next(line.split()[1] for line in lines if line.startswith("VmRSS")))

    def descriptors(self):
        return len(os.listdir(self.proc("fd")))

    def threads(self):
        return len(os.listdir(self.proc("task")))

    def processor_s(self):
        with open(self.proc("stat")) as text:
            fields = text.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def disk_bytes(self):
        """What its files take on the disk."""
        return sum(os.stat(os.path.join(path, name)).st_blocks * 512 for path, _, names in os.walk(self.dir)
                   for name in names)

    # ---- what it says ----

    def answers(self):
        try:
            return self.ask("status", bad=(1, 2, 3))["running"]
        except (Refused, json.JSONDecodeError):
            return False

    def may_sign(self):
        try:
            status = self.ask("status", bad=(1, 2, 3))
        except (Refused, json.JSONDecodeError):
            return False
        return status["running"] and (self.observer or status["confirmed"])

    def heads(self):
        """Each log's size, root and flags, as `log list` has them; None if it does not answer."""
        try:
            logs = self.ask("log", "list")["logs"]
        except (Refused, json.JSONDecodeError):
            return None
        return {log["origin"]: (log["size"], log["root"], tuple(sorted(log["flags"]))) for log in logs}

    def contacts(self, *words):
        return {(each["state"], each["id"]): each for each in self.ask("contact", "list", *words)["contacts"]}


class Federation:
    """States, and observers last; made, introduced, started, linked."""

    def __init__(self, programs, directory, cable=None, base=18700):
        self.bin, self.dir, self.cable, self.base = programs, directory, cable, base
        self.passphrase = os.path.join(directory, "passphrase")
        self.nodes = []
        with open(os.open(self.passphrase, os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
            out.write("a passphrase for tests\n")

    def states(self):
        return [node for node in self.nodes if not node.observer]

    def observers(self):
        return [node for node in self.nodes if node.observer]

    def address(self, node):
        return "%s:7600" % self.cable.address(node.number) if self.cable else "127.0.0.1:%d" % (self.base + node.number)

    def web(self, node):
        return "127.0.0.1:%d" % (7680 if self.cable else self.base + 200 + node.number)

    def make(self, names, silent=()):
        """Data directories; the silent ones do not listen."""
        self.nodes = [Node(self, name, number) for number, name in enumerate(names, 1)]
        for node in self.nodes:
            os.mkdir(node.disk, 0o700)
            if room.entered():
                room.disk(node.disk, DISK_MIB)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda node: self.init(node, node.name not in silent), self.nodes))

    def init(self, node, listens=True):
        who = ["--observer", "Observatory " + node.name, "--public-view"] if node.observer else ["--state", node.name.upper()]
        where = ["--listen", "tcp://" + self.address(node)] if listens else []
        node.tell("init", "--network", NETWORK, *who, *where, "--web", self.web(node))
        if room.entered():  # these disks are small, and some are to be filled to the last byte
            with open(os.path.join(node.dir, "comity.conf"), "a") as config:
                config.write("[disk]\ndisk_floor = none\n")

    def introduce(self, trusted=None):
        """Everybody trusts every State; or just those that are named for a node."""
        for node in self.nodes:
            node.tell("invite", "--out", self.invitation(node))
        for node in self.nodes:
            for other in self.states():
                if other is not node and (trusted is None or other.name in trusted[node.name]):
                    node.tell("trust", "add", self.invitation(other))
        for observer in self.observers():
            self.nodes[0].tell("observer", "accredit", self.invitation(observer))

    def invitation(self, node):
        return os.path.join(self.dir, node.name + ".invitation")

    def start(self, limit=300):
        for node in self.nodes:
            node.start()
        wait(limit, lambda: all(node.may_sign() for node in self.nodes), "all nodes are ready")
        if self.observers():
            self.nodes[0].tell("publish")

    def settled(self):
        """All say the same of every log."""
        first = self.nodes[0].heads()
        return first is not None and all(node.heads() == first for node in self.nodes[1:])

    def clone(self, node, number):
        """A copy of a stopped node, ledger and all, at another place in the network: what must never be done."""
        copy = Node(self, node.name + "-copy", number)
        room.disk(copy.disk, DISK_MIB)
        shutil.copytree(node.dir, copy.dir, dirs_exist_ok=True, symlinks=True, ignore=shutil.ignore_patterns("*.sock"))
        path = os.path.join(copy.dir, "comity.conf")
        with open(path) as text:
            changed = text.read().replace(self.address(node), self.address(copy))
        with open(path, "w") as text:
            text.write(changed)
        return copy

    def end(self):
        for node in self.nodes:
            if node.alive():
                node.daemon.send_signal(signal.SIGCONT)
                node.stop()

    def logs(self, lines=15):
        """The end of each daemon's log, for whoever has to find out."""
        for node in self.nodes:
            path = os.path.join(self.dir, node.name + ".log")
            if os.path.exists(path):
                with open(path, errors="replace") as text:
                    print("--- %s" % path, *text.read().splitlines()[-lines:], sep="\n")


def wait(limit, condition, what, pause=0.2):
    """Until the condition holds: how long it took.  The limit ends what would never end; it measures nothing."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > limit:
            raise TimeoutError("in vain for %d s: %s" % (limit, what))
        time.sleep(pause)
    return time.monotonic() - began
