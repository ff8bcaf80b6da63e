"""What the crash tests share: a State's clerk in a directory of its own, faults for it, and its one history."""
import os
import shutil
import subprocess
import tempfile


class Wrong(Exception):
    """Something is not as it has to be after a crash."""


class History:
    """What was ever signed: of each size one root, by one signature; and what was acknowledged."""

    def __init__(self):
        self.signed = {}
        self.acknowledged = 0
        self.drafted = (0, 0)  # at this size, so many drafts

    def take(self, output):
        for line in output.splitlines():
            word, *rest = line.split()
            if word == "DRAFTED":
                self.drafted = int(rest[0]), int(rest[1])
            if word not in ("AT", "ACK"):
                continue
            size, signed = int(rest[0]), tuple(rest[1:])
            if self.signed.setdefault(size, signed) != signed:
                raise Wrong(f"two histories: size {size} was signed twice, differently")
            if word == "ACK":
                self.acknowledged = max(self.acknowledged, size)

    def take_checked(self, output):
        """After a crash: nothing acknowledged is lost."""
        self.take(output)
        words = [line.split() for line in output.splitlines()]
        at = [int(word[1]) for word in words if word[0] == "AT"]
        drafts = [int(word[1]) for word in words if word[0] == "DRAFTS"]
        if not at or at[-1] < self.acknowledged:
            raise Wrong(f"acknowledged to {self.acknowledged}, then holds {at[-1] if at else 'nothing'}")
        if at[-1] == self.drafted[0] and drafts[-1] < self.drafted[1]:
            raise Wrong(f"{self.drafted[1]} drafts were acknowledged, {drafts[-1]} are there")


class Lab:
    """Scratch space, removed at the end."""

    def __init__(self, clerk):
        self.clerk = clerk
        self.dir = tempfile.mkdtemp(prefix="comity-crash-")
        self.states = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.dir, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.dir, name)

    def fresh(self, name, base=None):
        """An empty directory of this name, or a copy of another."""
        path = self.path(name)
        shutil.rmtree(path, ignore_errors=True)
        if base:
            shutil.copytree(self.path(base), path)
        else:
            os.mkdir(path, 0o700)
        return path

    def run(self, name, *args, env=None):
        """The clerk's (status, output, complaint)."""
        done = subprocess.run([self.clerk, self.path(name), *args], env={**os.environ, **(env or {})}, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
        return done.returncode, done.stdout, done.stderr

    def must(self, name, *args):
        status, output, complaint = self.run(name, *args)
        if status:
            raise Wrong(f"clerk {' '.join(args)}: status {status}: {complaint.strip()}")
        return output

    def check(self, name, history):
        """Nothing is lost or signed twice, and what a crash has left is finished."""
        output = self.must(name, "check")
        history.take_checked(output)
        for line in output.splitlines():
            if line.startswith("STATE "):
                self.states[line[6:]] = self.states.get(line[6:], 0) + 1

    def begun(self, name, batches):
        """A State that has published so many batches; and its history."""
        history = History()
        self.fresh(name)
        self.must(name, "begin")
        history.take(self.must(name, "write", str(batches)))
        return history


def fault(shim, directory, at, how, fired):
    """The environment in which the n-th change of a file below a directory goes wrong."""
    return {"LD_PRELOAD": shim, "FAULTY_DIR": directory, "FAULTY_AT": str(at), "FAULTY_HOW": how, "FAULTY_FIRED": fired}
