"""What a power cut can leave of a directory: its changes, as faulty.c has written them down, played back to any point,
with any part of what was not yet synced.

A file is a list of bytes that are on the disk, and of writes that are not, page by page; a name belongs to a file from
the time when its directory is synced, or by chance before that.  A write to a descriptor with O_DSYNC is on the disk when
the next change begins.  Each promise can be broken on purpose: then the test has to fail."""
import base64
import os
import struct

PAGE = 4096
SECTOR = 512
HEAD = struct.Struct("=QQQQ")
PASSED_OVER = ("/lock", "/lock.mdb")  # locks mean nothing after a cut


def read_trace(path):
    """The changes: (kind, path, number, bytes)."""
    changes = []
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    while at < len(data):
        kind, name_len, number, length = HEAD.unpack_from(data, at)
        at += HEAD.size
        name = data[at:at + name_len].decode()
        changes.append((chr(kind), name, number, data[at + name_len:at + name_len + length]))
        at += name_len + length
    return changes


def put(content, at, data):
    if len(content) < at + len(data):
        content.extend(bytes(at + len(data) - len(content)))
    content[at:at + len(data)] = data


def pages(at, data):
    """The write in pieces, none of which crosses a page."""
    while data:
        length = PAGE - at % PAGE
        yield at, data[:length]
        at, data = at + length, data[length:]


class File:
    def __init__(self, content=b""):
        self.disk = bytearray(content)
        self.cached = []  # ("w", at, data) or ("t", length, None), in their order

    def apply(self, change):
        kind, at, data = change
        if kind == "w":
            put(self.disk, at, data)
        elif at < len(self.disk):
            del self.disk[at:]
        else:
            put(self.disk, len(self.disk), bytes(at - len(self.disk)))

    def sync(self):
        for change in self.cached:
            self.apply(change)
        self.cached = []

    def write_through(self, at, data):
        """On the disk at once, and not undone by what waits."""
        put(self.disk, at, data)
        for i, (kind, start, old) in enumerate(self.cached):
            if kind == "w" and start < at + len(data) and at < start + len(old):
                newer = bytearray(old)
                low, high = max(at, start), min(at + len(data), start + len(old))
                newer[low - start:high - start] = data[low - at:high - at]
                self.cached[i] = (kind, start, bytes(newer))

    def newest(self):
        """What a program reads of it."""
        copy = File(self.disk)
        copy.cached = list(self.cached)
        copy.sync()
        return copy.disk

    def after_cut(self, rng, torn):
        """What may be found in it."""
        left = File(self.disk)
        waiting = list(self.cached)
        for kind, at, data in waiting:
            if rng.random() < 0.5:
                continue
            if kind == "w" and torn and rng.random() < 0.5:
                data = data[:SECTOR * rng.randint(0, len(data) // SECTOR)]
            left.apply((kind, at, data))
        return left.disk


class Disk:
    def __init__(self, directory, broken=""):
        self.broken = broken  # "fdatasync", "O_DSYNC" or "fsync of a directory" is not done
        self.name, self.on_disk, self.waiting = {}, {}, []
        self.said = ""  # on standard output
        self.signed = {}  # what may have left: the ledger says so, and is believed to be safe
        for where, _, files in os.walk(directory):
            for file in files:
                path = os.path.join(where, file)
                with open(path, "rb") as content:
                    self.name[path[len(directory):]] = File(content.read())
        self.on_disk = dict(self.name)

    def rename(self, old, new):
        file = self.name.pop(old, None)
        if file:
            self.name[new] = file
            self.waiting.append(((old, None), (new, file)))

    def make(self, name):
        self.name[name] = File()
        self.waiting.append(((name, self.name[name]),))

    def remove(self, name):
        self.name.pop(name, None)
        self.waiting.append(((name, None),))

    def sync_directory(self, directory):
        kept = []
        for change in self.waiting:
            if os.path.dirname(change[0][0]) == directory:
                self.settle(self.on_disk, change)
            else:
                kept.append(change)
        self.waiting = kept

    @staticmethod
    def settle(names, change):
        for name, file in change:
            if file:
                names[name] = file
            else:
                names.pop(name, None)

    def note_signed(self):
        """As lab.History: of a size, its root and signature."""
        ledger = self.name.get("/ledger/ledger")
        text = ledger.newest().decode() if ledger else ""
        line = dict(line.split(" ", 1) for line in text.splitlines()[1:])
        if "signed" in line:
            parts = line["root"], line["signed"].split()[1]
            self.signed[int(line["size"])] = tuple(base64.b64decode(part).hex() for part in parts)

    def take(self, change, last):
        """One change; the last one may have been under way at the cut."""
        kind, name, number, data = change
        file = self.name.get(name)
        if kind == "M":
            self.make(name)
        elif kind == "W":
            file.cached += [("w", at, piece) for at, piece in pages(number, data)]
        elif kind == "D" and (last or self.broken == "O_DSYNC"):
            file.cached += [("w", at, piece) for at, piece in pages(number, data)]
        elif kind == "D":
            file.write_through(number, data)
        elif kind == "T":
            file.cached.append(("t", number, None))
        elif kind == "S" and self.broken != "fdatasync":
            file.sync()
        elif kind == "Y":
            self.note_signed()
            if self.broken != "fsync of a directory":
                self.sync_directory(name)
        elif kind == "R":
            self.rename(name, data.decode())
        elif kind == "U":
            self.remove(name)
        elif kind == "A":
            self.said += data.decode()

    def after_cut(self, rng, torn):
        """Names and contents that may be found: {path: bytes}."""
        names = dict(self.on_disk)
        if rng.random() < 0.5:  # a journal: the first ones, in their order
            found = self.waiting[:rng.randint(0, len(self.waiting))]
        else:
            found = [change for change in self.waiting if rng.random() < 0.5]
        for change in found:
            self.settle(names, change)
        return {name: file.after_cut(rng, torn) for name, file in names.items() if not name.endswith(PASSED_OVER)}


def write_out(found, directory):
    for name, content in found.items():
        os.makedirs(os.path.dirname(directory + name), mode=0o700, exist_ok=True)
        with open(directory + name, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(content)
