"""A State's node for the corpus: its data directory, its programs, and raw connections to its daemon."""
import base64
import hashlib
import os
import shutil
import socket
import struct
import subprocess
import tempfile


def armour(data):
    """Bytes as an invitation's text."""
    text = base64.b64encode(data).decode()
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    total = base64.b64encode(hashlib.sha256(data).digest()[:6]).decode()
    return "\n".join(["-----BEGIN COMITY INVITATION-----", "", *lines, f"={total}", "-----END COMITY INVITATION-----", ""])


def unarmour(text):
    body = text.split("-----BEGIN COMITY INVITATION-----")[1].split("-----END")[0]
    lines = (line.strip() for line in body.splitlines())
    return base64.b64decode("".join(line for line in lines if ":" not in line and not line.startswith("=")))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Node:
    def __init__(self, binaries):
        self.bin = binaries
        self.dir = tempfile.mkdtemp(prefix="comity-corpus-")
        self.child = None
        self.write("pass", b"a passphrase for tests\n", 0o600)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.dir, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, data, mode=0o644):
        with open(self.path(name), "wb", opener=lambda path, flags: os.open(path, flags, mode)) as file:
            file.write(data)
        os.chmod(self.path(name), mode)
        return self.path(name)

    def comity(self, data, *args):
        """(status, output, complaint), with the scratch directory's name left out."""
        argv = [os.path.join(self.bin, "comity"), *args]
        argv += ["--data", self.path(data), "--yes", "--passphrase-file", self.path("pass")] if data else []
        done = subprocess.run(argv, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=120, cwd=self.dir)
        say = [part.decode(errors="backslashreplace").replace(self.dir, "DIR") for part in (done.stdout, done.stderr)]
        return done.returncode, say[0], say[1]

    def must(self, data, *args):
        status, output, complaint = self.comity(data, *args)
        if status:
            raise SystemExit(f"comity {' '.join(args)}: {status}: {complaint or output}")
        return output

    # ---- the daemon ----

    def start(self, data):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            ready.bind(self.path("notify"))
            ready.settimeout(120)
            with open(self.path("daemon.log"), "ab") as log:
                self.child = subprocess.Popen([os.path.join(self.bin, "comityd"), "--data", self.path(data)], stdout=log,
                                              stderr=log, env={**os.environ, "NOTIFY_SOCKET": self.path("notify")})
            while b"READY=1" not in ready.recv(4096):
                pass
        os.remove(self.path("notify"))

    def stop(self):
        if self.child:
            self.child.terminate()
            self.child.wait()
            self.child = None

    def connect(self, where):
        """A port of HTTP, or the path of the control socket."""
        s = socket.socket(socket.AF_INET if isinstance(where, int) else socket.AF_UNIX)
        s.settimeout(60)
        s.connect(("127.0.0.1", where) if isinstance(where, int) else where)
        return s

    def exchange(self, where, data, end=True):
        """Send, read until the node closes: what it said."""
        answer = b""
        with self.connect(where) as s:
            try:
                s.sendall(data)
                if end:
                    s.shutdown(socket.SHUT_WR)
                while piece := s.recv(65536):
                    answer += piece
            except OSError:  # closed by the node, at one moment or another
                pass
        return answer


def frame(body):
    return struct.pack(">I", len(body)) + body
