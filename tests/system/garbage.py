#!/usr/bin/env python3
"""Throw garbage at a node's surfaces, and see that it is refused: exit 1 if a connection is left hanging.

usage: garbage.py peer PORT | control SOCKET | http PORT

Every connection has to be closed by the node, or answered, within its deadlines; nothing here waits longer."""
import concurrent.futures
import os
import random
import socket
import struct
import sys

random.seed(20260101)
BOMB = b"\xdd\xff\xff\xff\xff"  # five bytes that claim four billion items


def frame(body):
    return struct.pack(">I", len(body)) + body


def rubbish():
    yield b"\0" * 4096
    yield b"\xff" * 4096
    yield BOMB
    yield struct.pack(">I", 0xFFFFFFFF)
    yield struct.pack(">I", 1 << 20 | 1) + b"x"
    yield struct.pack("<I", 256) + b"y" * 256
    for bomb in (BOMB, b"\xdf\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff", b"\x91" * 200,
                 b"\xc1", b"", b"\x92\x07\x02", b"\x94\x01\x08\xa4none\xc4\x02{}", b"\x97\x00\x01\x91\x01\xa1a\xc4\x10"):
        yield frame(bomb)
        yield frame(bomb) * 50
    yield b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(505)
    yield b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    for _ in range(60):
        yield bytes(random.getrandbits(8) for _ in range(random.randrange(1, 3000)))


def http_rubbish(port):
    host = b"Host: 127.0.0.1:%d\r\n" % port
    yield b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"
    yield b"GET / HTTP/1.1\r\n\r\n"
    yield b"GET / HTTP/1.1\r\n" + host + b"Host: evil.example\r\n\r\n"
    for method in (b"POST", b"PUT", b"DELETE", b"TRACE", b"CONNECT", b"OPTIONS", b"X" * 300):
        yield method + b" / HTTP/1.1\r\n" + host + b"Content-Length: 0\r\n\r\n"
    for path in (b"/../../etc/passwd", b"/%2e%2e/%2e%2e/etc/passwd", b"/%00", b"//", b"/\\", b"/m/00/", b"/m//",
                 b"/api/v1/contacts?limit=-1", b"/api/v1/contacts?limit=99999999999999999999",
                 b"/api/v1/contacts/FR/zz", b"/api/v1/contacts?q=%ff%fe", b"/log/x/tile/9/x999", b"/" + b"a" * 9000):
        yield b"GET " + path + b" HTTP/1.1\r\n" + host + b"\r\n"
    yield b"GET / HTTP/1.1\r\n" + host + b"X: " + b"y" * 70000 + b"\r\n\r\n"
    yield b"GET / HTTP/1.1\r\n" + host + b"".join(b"X-%d: y\r\n" % i for i in range(1000)) + b"\r\n"
    yield b"GET / HTTP/1.1\r\n" + host + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello"
    yield b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    yield b"\x16\x03\x01\x00\xa5" + os.urandom(165)
    yield (b"GET /healthz HTTP/1.1\r\n" + host + b"\r\n") * 100
    yield from (os.urandom(random.randrange(1, 3000)) for _ in range(30))


def connect(kind, where):
    if kind == "control":
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(30)
        s.connect(where)
        return s
    return socket.create_connection(("127.0.0.1", int(where)), timeout=30)


def throw(kind, where, data):
    """Send, say that nothing more comes, and read until the node closes; its answer, bounded."""
    answer = b""
    with connect(kind, where) as s:
        try:
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
            while len(answer) < 1 << 20:
                piece = s.recv(65536)
                if not piece:
                    break
                answer += piece
        except TimeoutError:
            raise
        except OSError:
            pass  # closed by the node, at one moment or another
    return answer


def wrong(kind, where, data):
    """What is wrong with how this piece was met; None if nothing."""
    try:
        answer = throw(kind, where, data)
    except TimeoutError:
        return f"{kind}: left hanging after {data[:40]!r}"
    if kind == "http" and (b"root:x:" in answer or answer.startswith(b"HTTP/1.1 200") and b"evil" in data):
        return f"http: answered {data[:60]!r} with {answer[:60]!r}"
    return None


def main():
    kind, where = sys.argv[1:]
    pieces = list(http_rubbish(int(where)) if kind == "http" else rubbish())
    # Several at a time: a page may keep a connection until its deadline.
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        for fault in pool.map(lambda data: wrong(kind, where, data), pieces):
            if fault:
                print(fault)
                return 1
    # Half-open ones, all at once: the node must close or bound them while others are served.
    idle = []
    try:
        for _ in range(40):
            idle.append(connect(kind, where))
            idle[-1].sendall(b"\0")
    except OSError:
        pass
    for s in idle:
        s.close()
    print(f"{kind}: {len(pieces)} pieces of rubbish refused")
    return 0


sys.exit(main())
