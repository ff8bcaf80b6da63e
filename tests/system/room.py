"""A room of its own for a test with real processes: namespaces that end with it, whatever happens, and a network whose
every packet passes through tests/system/cable."""
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile

SKIPPED = 77


def skip(why):
    print("skipped: %s" % why)
    sys.exit(SKIPPED)


def entered():
    return os.getpid() == 1


def enter():
    """Go on as the first process of its own namespaces of processes, mounts and networks: when it ends, the kernel ends and
    removes all that was made in them.  Skips the test where that is not permitted."""
    if entered():
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
        return
    if not shutil.which("unshare") or not shutil.which("nsenter"):
        skip("unshare and nsenter are not there (deploy/install --tests)")
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        skip("/dev/net/tun may not be opened here, so there are no networks of its own")
    command = ["unshare", "--pid", "--fork", "--mount-proc", "--net", "--kill-child=KILL"]
    if os.geteuid() != 0:
        command[1:1] = ["--user", "--map-root-user"]
    probe = subprocess.run([*command, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, text=True)
    if probe.returncode != 0:
        skip("namespaces are not permitted here: %s" % (probe.stderr.strip() or "unshare fails"))
    sys.stdout.flush()
    os.execvp(command[0], [*command, sys.executable, *sys.argv])


def disk(path, mib):
    """A disk of so many MiB, which can be full."""
    os.makedirs(path, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=700,size=%dm" % mib, "none", path], check=True)


@contextlib.contextmanager
def workplace():
    """A directory in memory, seen from within alone."""
    path = tempfile.mkdtemp(prefix="comity-room-")
    disk(path, 4096)
    try:
        yield path
    finally:
        subprocess.run(["umount", "--recursive", "--lazy", path], check=False)
        os.rmdir(path)


class Cable:
    """Paths between nodes 1 to count; see tests/system/cable.c for what can be set."""

    def __init__(self, program, count, seed):
        self.process = subprocess.Popen([program, str(count), str(seed)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1)
        self.space, self.now = {}, {}
        while (words := self.process.stdout.readline().split()) != ["ready"]:
            if len(words) != 2:
                skip("no network of its own: cable ended with %d" % self.process.wait())
            self.space[int(words[0])] = "/proc/%d/fd/%s" % (self.process.pid, words[1])

    def order(self, line):
        self.process.stdin.write(line + "\n")
        return self.process.stdout.readline().split()

    def set(self, source, target, loss=0, delay=0, jitter=0, doubled=0, rate=0):
        wanted = (loss, delay, jitter, doubled, rate)
        if self.now.get((source, target), (0, 0, 0, 0, 0)) == wanted:
            return
        self.now[source, target] = wanted
        answer = self.order("set %d %d %s" % (source, target, " ".join("%d" % number for number in wanted)))
        assert answer == ["ok"], answer

    def count(self, source=0, target=0):
        """Packets, their bytes as IPv4, bytes that TCP carried, and packets lost on the way."""
        return [int(word) for word in self.order("count %d %d" % (source, target))]

    @staticmethod
    def address(number):
        return "10.77.0.%d" % number

    def within(self, number, command):
        """The command, in that node's network."""
        return ["nsenter", "--net=" + self.space[number], *command]
