#!/usr/bin/env python3
"""comity and comityd themselves, each time a change of a file fails or ends them: n = 1, 2, 3, ...

usage: programs.py BIN SHIM [STEP [FIRST]]

init, contact add, import, publish, backup, restore and the daemon run on a copy of one State's data directory, while the
n-th change of a file in it goes wrong.  A command that fails has to say so; afterwards the doctor finds nothing wrong,
what was acknowledged is there, nothing is signed twice, and the same command works once the fault is gone.  STEP looks
only at every STEP-th n, from FIRST (1) on."""
import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile

from lab import Wrong, fault

KILLS = ("kill", "after", "torn")
ERRORS = ("enospc", "enospc-on", "eio", "eio-on", "short")
POINTS_MAX = 2000
TABLE = "kind,organisation,email\ntechnical,Gamma,c@example.org\ntechnical,Delta,d@example.org\n"


class Programs:
    def __init__(self, binaries, shim):
        self.bin, self.shim = binaries, os.path.abspath(shim)
        self.dir = tempfile.mkdtemp(prefix="comity-crash-")
        self.base = self.path("base")
        self.said = set()
        with open(self.path("pass"), "w", opener=lambda p, f: os.open(p, f, 0o600), encoding="utf-8") as file:
            file.write("a passphrase for tests\n")
        with open(self.path("table.csv"), "w", encoding="utf-8") as file:
            file.write(TABLE)

    def path(self, name):
        return os.path.join(self.dir, name)

    def argv(self, data, *args):
        return [os.path.join(self.bin, "comity"), *args, "--data", data, "--yes", "--passphrase-file", self.path("pass")]

    def run(self, data, *args, env=None):
        done = subprocess.run(self.argv(data, *args), env={**os.environ, **(env or {})}, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return done.returncode, done.stdout, done.stderr

    def must(self, data, *args):
        status, output, complaint = self.run(data, *args)
        if status:
            raise Wrong(f"comity {' '.join(args)}: status {status}: {complaint.strip() or output.strip()}")
        return output

    def started(self, data):
        """A daemon that is ready."""
        address = self.path("notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready, open(self.path("daemon.log"), "ab") as log:
            ready.bind(address)
            ready.settimeout(120)
            child = subprocess.Popen([os.path.join(self.bin, "comityd"), "--data", data], stdout=log, stderr=log,
                                     env={**os.environ, "NOTIFY_SOCKET": address})
            while b"READY=1" not in ready.recv(4096):
                pass
        os.remove(address)
        return child

    def daemon(self, data, env=None):
        """Start it, end it when it is ready: (status, "", what it said)."""
        said = self.path("daemon.log")
        address = self.path("notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready, open(said, "w+", encoding="utf-8") as log:
            if os.path.exists(address):
                os.remove(address)
            ready.bind(address)
            ready.settimeout(0.05)
            with subprocess.Popen([os.path.join(self.bin, "comityd"), "--data", data], stdout=log, stderr=log,
                                  env={**os.environ, "NOTIFY_SOCKET": address, **(env or {})}) as child:
                while child.poll() is None:
                    try:
                        if b"READY=1" in ready.recv(4096):
                            child.terminate()
                            break
                    except TimeoutError:
                        pass
                status = child.wait()
            log.seek(0)
            return status, "", log.read()

    def copy(self, base, name):
        shutil.rmtree(self.path(name), ignore_errors=True)
        shutil.copytree(base, self.path(name))
        return self.path(name)


def signed(data):
    """What the ledger says was signed: {size: (root, signature)}."""
    try:
        with open(os.path.join(data, "ledger", "ledger"), encoding="ascii") as file:
            line = dict(text.rstrip("\n").split(" ", 1) for text in file if " " in text)
    except FileNotFoundError:
        return {}
    return {int(line["size"]): tuple(base64.b64decode(part) for part in (line["root"], line["signed"].split()[1]))}


def whole(p, data, known):
    """The doctor is content, and no size was signed twice."""
    p.must(data, "doctor")
    for size, what in signed(data).items():
        if known.setdefault(size, what) != what:
            raise Wrong(f"two histories: size {size} was signed twice")


# Each: how it runs, and what must be so when it has said that it is done.
def init(p, env):
    shutil.rmtree(p.path("made"), ignore_errors=True)
    return p.run(p.path("made"), "init", "--network", "test.example", "--state", "FR", env=env)


def init_done(p, _):
    data = p.path("made")
    if not os.path.exists(data):
        p.must(data, "init", "--network", "test.example", "--state", "FR")
    whole(p, data, {})


def on_copy(*args):
    return lambda p, env: p.run(p.copy(p.base, "work"), *args, env=env)


def then_publish(contacts):
    """Afterwards there are so many contacts, however often it had to be done."""
    def done(p, status, args):
        data, known = p.path("work"), signed(p.base)
        whole(p, data, known)
        if status and args:
            p.must(data, *args)
        if "no drafts" not in p.run(data, "diff")[1].lower():
            p.run(data, "publish")
        whole(p, data, known)
        held = len(json.loads(p.must(data, "contact", "list", "--json"))["contacts"])
        if held < contacts:
            raise Wrong(f"{held} contacts, not {contacts}")
    return done


def backup(p, env):
    for name in ("copy", "copy.tar"):
        shutil.rmtree(p.path(name), ignore_errors=True)
        if os.path.exists(p.path(name)):
            os.remove(p.path(name))
    return p.run(p.copy(p.base, "work"), "backup", p.path("copy"), env=env)


def backup_done(p, _):
    whole(p, p.path("work"), signed(p.base))
    if not os.path.exists(p.path("copy")):  # what has its name is whole, even if it failed afterwards
        p.must(p.path("work"), "backup", p.path("copy"))
    shutil.rmtree(p.path("back"), ignore_errors=True)
    p.must(p.path("back"), "restore", p.path("copy"))


def restore(p, env):
    shutil.rmtree(p.path("back"), ignore_errors=True)
    return p.run(p.path("back"), "restore", p.path("saved"), env=env)


def restore_done(p, _):
    if not os.path.exists(p.path("back")):
        p.must(p.path("back"), "restore", p.path("saved"))
    faults = json.loads(p.run(p.path("back"), "doctor", "--json")[1])["faults"]
    if [fault["where"] for fault in faults] != ["ledger"]:  # which no backup has
        raise Wrong(f"what was put back is not whole: {faults}")


def comityd(p, env):
    return p.daemon(p.copy(p.base, "work"), env)


def comityd_done(p, _):
    status, _, said = p.daemon(p.path("work"))
    if status:
        raise Wrong(f"it does not start again: {said.strip()}")
    whole(p, p.path("work"), signed(p.base))


ADD = ("contact", "add", "--kind", "technical", "--organisation", "Beta", "--email", "b@example.org")
TASKS = (("init", init, init_done), ("contact add", on_copy(*ADD), lambda p, s: then_publish(2)(p, s, ADD)),
         ("import", lambda p, env: p.run(p.copy(p.base, "work"), "import", p.path("table.csv"), env=env),
          lambda p, s: then_publish(3)(p, s, ("import", p.path("table.csv")))),
         ("publish", on_copy("publish"), lambda p, s: then_publish(1)(p, s, ())), ("backup", backup, backup_done),
         ("restore", restore, restore_done), ("comityd", comityd, comityd_done))


def point(p, task, how, at):
    """One run; False if the n-th change was never reached."""
    name, run, done = task
    fired = p.path("fired")
    if os.path.exists(fired):
        os.remove(fired)
    status, _, complaint = run(p, fault(p.shim, p.dir, at, how, fired))
    if not os.path.exists(fired):
        if status:
            raise Wrong(f"{name}: without a fault: {complaint}")
        return False
    try:
        if how in KILLS and status != -9:
            raise Wrong(f"was to be killed, and ended with {status}: {complaint.strip()}")
        if how in ERRORS and status not in (0, 1, 70):
            raise Wrong(f"ended with {status}: {complaint.strip()}")
        if status > 0 and not complaint.strip():
            raise Wrong("failed without a word")
        p.said.add((name, how, complaint.strip().splitlines()[-1].replace(p.dir, "") if status > 0 else ""))
        done(p, status)
    except Wrong as wrong:
        raise Wrong(f"{name}, {how} at {at}: {wrong}") from wrong
    return True


def main():
    step = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    first = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    p = Programs(sys.argv[1], sys.argv[2])
    wrongs = 0
    try:
        p.must(p.base, "init", "--network", "test.example", "--state", "FR")
        p.must(p.base, "contact", "add", "--kind", "technical", "--organisation", "Alpha", "--email", "a@example.org")
        p.must(p.base, "backup", p.path("saved"))
        for task in TASKS:
            if not point(p, task, "kill", 1):
                raise Wrong(f"{task[0]}: it changes nothing, or {p.shim} is not at work")
            for number, how in enumerate(KILLS + ERRORS):
                at, runs = first + number % min(step, 3), 0
                try:
                    while at < POINTS_MAX and point(p, task, how, at):
                        at, runs = at + step, runs + 1
                except Wrong as wrong:
                    print(wrong, flush=True)
                    wrongs += 1
                    continue
                print(f"{task[0]:12} {how:9} {runs} of some {at} changes: nothing lost", flush=True)
        if os.environ.get("COMITY_TELL"):
            print("\n".join(f"{name}, {how}: {text}" for name, how, text in sorted(p.said) if text))
    except Wrong as wrong:
        print(wrong)
        wrongs += 1
    finally:
        shutil.rmtree(p.dir, ignore_errors=True)
    return 1 if wrongs else 0


if __name__ == "__main__":
    sys.exit(main())
