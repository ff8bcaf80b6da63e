"""The rows: each a number of the corpus, what it is, what the program said, and what it has to say.

A group makes its inputs, hands them in and gives (number, what, said, wanted), where said is "status: text"."""
import os
import socket
import struct
import subprocess

from node import armour, frame, free_port, unarmour
from wanted import WANTED


def row(number, what, said):
    return number, what, said, WANTED.get((number, what))


def told(result):
    """Exit status and the complaint, or what was printed if there is none."""
    status, output, complaint = result
    return f"{status}: {(complaint or output).strip()}"


def files(node):
    """85 to 97: an invitation that somebody brings in a file."""
    good = node.must("ke", "invite").encode()
    data = unarmour(good.decode())
    own = node.must("fr", "invite").encode()
    observer = node.must("obs", "invite")
    made = {
        ("85", "an empty file"): b"",
        ("86", "no invitation"): b"PK\x03\x04 something else\n",
        ("86", "another mark in it"): armour(data.replace(b"invitation/v1", b"invitation/v9")).encode(),
        ("88", "a count larger than the file"): armour(b"\xdd\x7f\xff\xff\xff" + data[1:]).encode(),
        ("89", "a value that ends past the file"): armour(data[:-5]).encode(),
        ("92", "cut in its middle"): good[:len(good) // 2],
        ("92", "cut at its last line"): good[:-20],
        ("94", "the own State's"): own,
        ("96", "an observer's, where a State's is wanted"): observer.encode(),
    }
    for (number, what), content in made.items():
        path = node.write("invitation", content)
        yield row(number, what, told(node.comity("fr", "trust", "add", path)).splitlines()[-1])
    os.mkdir(node.path("directory"))
    os.mkfifo(node.path("fifo"))
    with open(node.path("sparse"), "wb") as sparse:
        sparse.truncate(2 << 30)
    for number, what, path in (("87", "a directory", node.path("directory")), ("87", "a FIFO", node.path("fifo")),
                               ("87", "/dev/zero", "/dev/zero"), ("87", "a file that is not there", node.path("nothing")),
                               ("90", "2 GiB of nothing", node.path("sparse"))):
        yield row(number, what, told(node.comity("fr", "trust", "add", path)))


def last(result):
    """Exit status and the last line that was said."""
    said = told(result)
    return said.split(":")[0] + ": " + said.splitlines()[-1].removeprefix(said.split(":")[0] + ": ")


def records(data):
    """A bundle's first line, and its records."""
    line, at = data.index(b"\n") + 1, []
    place = line
    while place < len(data):
        size = 5 + struct.unpack(">I", data[place + 1:place + 5])[0]
        at.append(data[place:place + size])
        place += size
    return data[:line], at


def text(value):
    """msgpack of a text of 32 to 255 bytes, or fewer than 32."""
    return (bytes([0xa0 | len(value)]) if len(value) < 32 else bytes([0xd9, len(value)])) + value.encode()


def record(kind, value):
    return kind + struct.pack(">I", len(value)) + value


def bundles(node):
    """85 to 97: a bundle that a courier brings."""
    name = node.path("ke.bundle")
    node.must("ke", "bundle", "export", name)
    with open(name, "rb") as file:
        good = file.read()
    line, (header, log, package, end) = records(good)
    begun = line + header
    where = "../../etc/x/ke/0123456789abcdef"
    long = record(b"L", b"\x94" + text("x" * 81) + b"\0\0\xc4\x20" + bytes(32))
    made = {
        ("85", "an empty bundle"): b"",
        ("85", "nothing behind the first line"): line,
        ("85", "nothing behind the header"): begun,
        ("86", "no bundle"): b"PK\x03\x04 something else\n",
        ("86", "a bundle of another version"): good.replace(b"/v1\n", b"/v2\n", 1),
        ("86", "an invitation"): node.must("ke", "invite").encode(),
        ("88", "a length beyond any record"): begun + b"P\xff\xff\xff\xff" + package[5:],
        ("88", "a length one beyond its bound"): begun + log + b"P" + struct.pack(">I", (1 << 20) - 4095) + package[5:],
        ("88", "counts at the end that are not so"): begun + log + package + record(b"E", b"\x93\x05" + end[7:]),
        ("89", "a record that ends past the file"): begun + log + b"P" + struct.pack(">I", (1 << 20) - 4096) + package[5:],
        ("89", "an entry that ends past its record"): begun + log + package[:-40] + end,
        ("92", "a bundle cut in its package"): good[:len(good) // 2],
        ("92", "a bundle without its last byte"): good[:-1],
        ("93", "a package before its log"): begun + package + log + end,
        ("93", "a second header"): begun + header + log + package + end,
        ("93", "something behind the end"): good + b"x",
        ("97", "a log by the name of a path"): begun + record(b"L", b"\x94" + text(where) + b"\0\0\xc4\x20" + bytes(32)),
        ("97", "a log with a name that is too long"): begun + long,
        ("97", "a maker by the name of a path"):
            line + record(b"H", b"\x95" + text("test.example") + text(where) + b"\xc2\0" + text("x")),
    }
    for (number, what), content in made.items():
        path = node.write("bundle", content)
        yield row(number, what, last(node.comity("fr", "bundle", "import", path)))
    os.symlink(name, node.path("link"))
    with open(node.path("hollow"), "wb") as sparse:
        sparse.write(begun)
        sparse.truncate(2 << 30)
    for number, what, path in (("87", "a directory as a bundle", node.path("directory")),
                               ("87", "a FIFO as a bundle", node.path("fifo")),
                               ("87", "/dev/zero as a bundle", "/dev/zero"), ("87", "a symbolic link", node.path("link")),
                               ("87", "a bundle that is not there", node.path("nothing")),
                               ("90", "2 GiB of nothing as a bundle", node.path("sparse")),
                               ("90", "2 GiB of nothing behind a header", node.path("hollow"))):
        yield row(number, what, last(node.comity("fr", "bundle", "import", path)))
    yield row("96", "members' parts for an observer", told(node.comity("obs", "bundle", "import", name)))
    yield row("96", "a whole log that nobody here follows", told(node.comity("fr", "bundle", "import", name)))


def configuration(node):
    with open(node.path("fr/comity.conf"), "rb") as file:
        return file.read()


def commands(node):
    """98 to 108: arguments and configuration."""
    for what, args in {
            **{f"--limit {value[:30]!r}": ("contact", "list", "--limit", value)
               for value in ("-1", "1e3", "0x10", "18446744073709551616", "", "0", "501")},
            "an option that is no option": ("contact", "list", "--jsn"),
            "a command that is none": ("contakt", "list"),
            "an argument too many": ("status", "extra"),
            "options end at --": ("contact", "show", "--"),
            "nothing": ("",),
            "a mebibyte": ("contact", "show", "x" * (100 * 1024)),
            "not UTF-8": ("contact", "search", os.fsdecode(b"\xff\xfe")),
            "a seat at the terminal": ("contact", "show", "FR/\x1b[2J"),
    }.items():
        number = "99" if what.endswith("no option") or "command" in what else "98"
        said = told(node.comity("fr", *args))
        yield row(number, what, said if len(said) < 600 else said[:200] + "...")
    key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    yield row("102", "a peer without tcp://", told(node.comity("fr", "peer", "add", key, "http://x:1")))
    yield row("102", "a peer that is no key", told(node.comity("fr", "peer", "add", "00" * 32, "tcp://127.0.0.1:1")))
    kept = configuration(node)
    # Without its comments, so that the numbers of lines say nothing of which settings there are.
    conf = b"\n".join(line for line in kept.splitlines() if line and not line.startswith(b";")) + b"\n"
    for number, what, content in (
            ("99", "a setting that is none", conf + b"\n[node]\nnetwrok = x\n"),
            ("100", "a setting twice", conf.replace(b"[contacts]", b"network = other.example\n[contacts]")),
            ("101", "an include, which there is not", b"include = /dev/zero\n" + conf),
            ("103", "the members' page to the world", conf.replace(b"view =", b"listen = 0.0.0.0:7680\nview =")),
            ("107", "a number too large", conf.replace(b"[trust]\n", b"[trust]\nendorsements = 1000000000000\n")),
            ("108", "NUL at its end", conf + b"\0"),
            ("108", "NUL in a line", conf.replace(b"test", b"te\0st", 1)), ("108", "carriage returns alone", conf.replace(b"\n", b"\r")),
            ("104", "a gigabyte of a line", conf + b"x" * 100000)):
        node.write("fr/comity.conf", content, 0o600)
        said = node.comity("fr", "status") if number != "103" else daemon_says(node)
        yield row(number, what, told(said))
    node.write("fr/comity.conf", kept, 0o600)
    yield from keys(node)


def daemon_says(node):
    """What comityd says that does not start."""
    done = subprocess.run([os.path.join(node.bin, "comityd"), "--data", node.path("fr")], check=False, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode().replace(node.dir, "DIR"), ""


def keys(node):
    """105: files of keys."""
    path = node.path("fr/operator.key")
    with open(path, "rb") as file:
        key = file.read()
    node.must("fr", "contact", "add", "--kind", "technical", "--organisation", "A", "--email", "a@example.org")
    for what, content, mode in (("others can read it", key, 0o644), ("a byte more", key + b"\n", 0o600),
                                ("cut short", key[:-10], 0o600), ("something else", b"-----BEGIN PUBLIC KEY-----\n", 0o600),
                                ("empty", b"", 0o600)):
        node.write("fr/operator.key", content, mode)
        yield row("105", what, told(node.comity("fr", "publish")))
    os.rename(path, node.path("moved.key"))
    os.symlink(node.path("moved.key"), path)
    node.write("moved.key", key, 0o600)
    yield row("105", "a symbolic link", told(node.comity("fr", "publish")))
    os.remove(path)
    os.rename(node.path("moved.key"), path)
    node.must("fr", "discard", "--all")


def tables(node):
    """v1 to v3: tables and cards of other programs."""
    head = b"kind,organisation,email\n"
    cards = b"BEGIN:VCARD\r\nVERSION:4.0\r\n"
    for number, what, name, content in (
            ("v1", "an empty table", "t.csv", b""),
            ("v1", "a head alone", "t.csv", head),
            ("v1", "no head", "t.csv", b"technical,A,a@example.org\n"),
            ("v1", "a column twice", "t.csv", b"kind,organisation,email,email,kind\ntechnical,A,a@example.org,b,c\n"),
            ("v1", "a quote left open", "t.csv", head + b'technical,"A,a@example.org\n'),
            ("v1", "two quotes at the end", "t.csv", head + b'technical,A,""'),
            ("v1", "a million columns", "t.csv", b"kind," * 1000000 + b"\n"),
            ("v1", "a cell of 16 MiB", "t.csv", head + b"technical,A," + b"x" * (16 << 20) + b"\n"),
            ("v1", "half of UTF-16", "t.csv", b"\xff\xfek\x00i"),
            ("v1", "no text", "t.csv", bytes(range(256)) * 4),
            ("v2", "a formula for an address", "t.csv", head + b"technical,A,=cmd|' /C calc'!A0\n"),
            ("v3", "no end", "c.vcf", cards + b"FN:A\r\n"),
            ("v3", "cards in cards", "c.vcf", b"BEGIN:VCARD\r\n" * 10000),
            ("v3", "a line that names another", "c.vcf", cards + b"FN:a\nEMAIL:evil@x\r\nEND:VCARD\r\n"),
            ("v3", "a million semicolons", "c.vcf", cards + b"N:" + b";" * 1000000 + b"\r\nEND:VCARD\r\n"),
            ("v3", "a file of this machine", "c.vcf",
             cards + b"FN:A\r\nPHOTO;VALUE=uri:file:///etc/passwd\r\nEND:VCARD\r\n")):
        path = node.write(name, content)
        said = told(node.comity("fr", "import", path, "--kind", "technical"))
        yield row(number, what, said if len(said) < 1500 else said[:1500] + "...")
        node.comity("fr", "discard", "--all")


def answer(said, length):
    """The status line of an answer of HTTP, or that there is none.  Who is refused while he sends may not see it."""
    if length > 16384 and (not said or said.startswith((b"HTTP/1.1 431", b"HTTP/1.1 414"))):
        return "too long: refused, or cut off"
    return said.split(b"\r\n", 1)[0].decode(errors="backslashreplace") if said else "closed"


def http(node, port):
    """109 to 118."""
    name = b"Host: 127.0.0.1:%d\r\n" % port
    host = name + b"Connection: close\r\n"
    get = b"GET / HTTP/1.1\r\n"
    for number, what, request in (
            ("109", "no Host", get + b"\r\n"), ("109", "two Hosts", get + host + host + b"\r\n"),
            ("109", "another Host", get + b"Host: evil.example\r\n\r\n"),
            ("109", "a Host that only begins like it", get + b"Host: 127.0.0.1.evil\r\n\r\n"),
            ("109", "another port", get + b"Host: localhost:1\r\n\r\n"),
            ("109", "a zone", get + b"Host: [::1]%25x\r\n\r\n"),
            *(("110", method.decode(), method + b" / HTTP/1.1\r\n" + host + b"\r\n")
              for method in (b"POST", b"PUT", b"DELETE", b"TRACE", b"CONNECT", b"OPTIONS")),
            ("111", "another site's script", get + host + b"Origin: https://evil\r\n\r\n"),
            ("111", "another site's frame", get + host + b"Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n\r\n"),
            ("112", "length and encoding", get + host + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello"),
            ("112", "two lengths", get + host + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
            ("112", "in chunks", get + host + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            ("113", "a line that goes on", get + host + b"X: a\r\n b\r\n\r\n"),
            ("113", "NUL in a header", get + host + b"X: a\0b\r\n\r\n"),
            ("113", "a space before the colon", get + host + b"X : a\r\n\r\n"),
            ("114", "a header of 64 KiB", get + host + b"X: " + b"y" * 65536 + b"\r\n\r\n"),
            ("114", "a thousand headers", get + host + b"X: y\r\n" * 1000 + b"\r\n"),
            ("114", "an address of 8 KiB", b"GET /" + b"a" * 8192 + b" HTTP/1.1\r\n" + host + b"\r\n"),
            *(("116", path.decode(), b"GET " + path + b" HTTP/1.1\r\n" + host + b"\r\n")
              for path in (b"/../../etc/passwd", b"/%2e%2e/%2e%2e/etc/passwd", b"/%00", b"//", b"/\\", b"/%252e%252e/")),
            ("118", "HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
            ("118", "TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500)),
            ("118", "a limit below zero", b"GET /api/v1/contacts?limit=-1 HTTP/1.1\r\n" + host + b"\r\n"),
            ("118", "a limit of a thousand million", b"GET /api/v1/contacts?limit=1000000000 HTTP/1.1\r\n" + host + b"\r\n"),
            ("118", "If-None-Match of 64 KiB", get + host + b"If-None-Match: " + b"x" * 65536 + b"\r\n\r\n")):
        yield row(number, what, answer(node.exchange(port, request), len(request)))
    many = node.exchange(port, (b"GET /healthz HTTP/1.1\r\n" + name + b"\r\n") * 99 +
                         b"GET /healthz HTTP/1.1\r\n" + host + b"\r\n")
    yield row("118", "a hundred in a row", str(many.count(b"HTTP/1.1 200 OK")))


HELLO = frame(b"\x97\x00\x01\x91\x01\xactest.example\xc4\x10" + bytes(16) + b"\xa0\xce\x00\x10\x00\x00")


def call(number, name):
    return frame(b"\x94" + bytes((number, 8, 0xa0 + len(name))) + name + b"\xc4\x02{}")


def control(node, path):
    """c1 to c5: the control socket."""
    for number, what, sent in (
            ("c2", "a frame of no bytes first", frame(b"")), ("c2", "a frame of 4 GiB", b"\xff\xff\xff\xff"),
            ("c2", "a frame of 2 MiB", HELLO + struct.pack(">I", 2 << 20)), ("c3", "half a request", HELLO + call(1, b"log-state")[:9]),
            ("c2", "a CALL and no HELLO", call(1, b"log-state"))):
        said = node.exchange(path, sent)
        yield row(number, what, "closed" if len(said) < 128 else "answered")
    yield row("c1", "nothing at all", "closed" if len(node.exchange(path, b"", end=False)) < 128 else "answered")
    said = node.exchange(path, HELLO + call(1, b"GET /api/v1/status") + call(2, b"GET /api/v1/status"))
    yield row("c4", "a second one while one runs", str(b"one request at a time" in said))
    before = len(os.listdir(f"/proc/{node.child.pid}/fd"))
    with node.connect(path) as s:
        socket.send_fds(s, [HELLO], [0, 1, 2])
        s.recv(16)
        more = len(os.listdir(f"/proc/{node.child.pid}/fd")) - before
        yield row("c5", "three descriptors with it", "kept none" if more <= 1 else f"kept {more}")


def daemon(node):
    """109 to 118 and c1 to c8, at a daemon that runs."""
    conf, port = configuration(node), free_port()
    web = b"listen = 127.0.0.1:%d\nview = public" % port
    node.write("fr/comity.conf", conf.replace(b"view = members", web), 0o600)
    node.start("fr")
    yield from http(node, port)
    sockets = [os.path.join(where, name) for where, _, names in os.walk(node.path("fr")) for name in names
               if not os.path.isfile(os.path.join(where, name))]
    yield from control(node, sockets[0])
    node.stop()
    node.write("fr/comity.conf", conf, 0o600)
