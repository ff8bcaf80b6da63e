#!/usr/bin/env python3
"""No byte of a member-only value is in what the public view says: no page, answer, tile, receipt, refusal or header; nor
in what a node without that view says, nor in the numbers and the closed page of any.
usage: secrecy.py APISERVER"""
import base64
import re
import sys
import urllib.parse

from asking import Server

CANARY = "Kanarienvogel7b3f91"
wrong = []
seen = {"answers": 0, "bytes": 0}


def spellings(text):
    """As it is, in any case, in hex, in base64 at each of its three places, percent-encoded, as in a URL."""
    raw = text.encode()
    yield raw.lower()
    yield raw.hex().encode()
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw)
        yield coded[4 if shift else 0:len(coded) - 4].lower()
    yield "".join("%%%02x" % c for c in raw).encode()
    yield "".join("\\u%04x" % c for c in raw).encode()


NEEDLES = list(spellings(CANARY))


def holds(data):
    low = data.lower()
    return any(needle in low for needle in NEEDLES)


def look(server, path, method="GET", headers=None):
    answer = server.ask(path, method, headers)
    everything = answer.body + "\n".join("%s: %s" % h for h in answer.headers.items()).encode()
    seen["answers"] += 1
    seen["bytes"] += len(everything)
    if holds(everything):
        wrong.append("%s %s: %d %r" % (method, path, answer.status, everything[:300]))
    return answer


def crawl(server):
    """Every page that a page links to, from the first one on."""
    todo, done = ["/"], set()
    while todo and len(done) < 400:
        path = todo.pop()
        if path in done:
            continue
        done.add(path)
        answer = look(server, path)
        if answer.kind != "text/html":
            continue
        for link in re.findall(r'(?:href|src|action)="([^"]+)"', answer.body.decode()):
            target = urllib.parse.urljoin("http://x" + path, link.replace("&amp;", "&"))
            if target.startswith("http://x/"):
                todo.append(target[len("http://x"):].split("#")[0])
    return done


def api_paths(server):
    contacts = ["FR/%08x%016x%08x" % (i, 0, i) for i in range(1, 6)] + ["KE/%08x%016x%08x" % (4, 0, 4)]
    yield from ("/api/v1/states", "/api/v1/states/FR", "/api/v1/states/KE", "/api/v1/network", "/api/v1/status",
                "/api/v1/changes", "/api/v1/drafts", "/api/v1/logs", "/api/v1/openapi.yaml", "/metrics", "/healthz")
    yield from ("/api/v1/contacts" + q for q in ("", "?all=1&limit=500", "?state=KE&limit=500", "?at=2999-06-01",
                                                  "?open=now", "?stale=1", "?language=sw"))
    for contact in contacts:
        for tail in ("", "/history", "/receipt", "/receipt?public=0", "?at=2999-06-01"):
            yield "/api/v1/contacts/" + contact + tail
    for origin, size in ((server.own, 8), (server.other, 302)):
        log = "/api/v1/logs/" + origin
        yield from (log, log + "/notes", log + "/parts", "/log/" + origin + "/checkpoint")
        yield "/api/v1/states/%s/entries?limit=500" % origin.split("/")[1]
        for i in list(range(min(size, 20))) + [size - 1]:
            yield "%s/entries/%d" % (log, i)
            yield "%s/entries/%d/receipt" % (log, i)
        for level in ("0", "1", "entries"):
            for n, width in (("000", 256), ("000.p/8", 8), ("000.p/1", 1), ("001.p/46", 46)):
                yield "/log/%s/tile/%s/%s" % (origin, level, n)


def bad_paths():
    yield from ("/none", "/api/v1/none", "/contact/FR/zz", "/state/XX", "/?q=%zz", "/api/v1/contacts?limit=x",
                "/api/v1/contacts/FR/0000", "/m/", "/m/wrong-token-wrong-token/api/v1/contacts", "/log/a/b/c/checkpoint")


def main(program):
    if not all(holds(s) for s in (CANARY.encode(), b"xy" + base64.b64encode(b"ab" + CANARY.encode() + b"c"))):
        raise AssertionError("the scan would not find it")
    with Server(program, CANARY) as server:
        members = server.ask(server.views["members"] + "/api/v1/contacts?all=1&limit=500")
        pages = server.ask(server.views["members"] + "/")
        if not holds(members.body) or not holds(pages.body + members.body):
            raise AssertionError("the members' view does not show what the public one may not")
        for path in api_paths(server):
            look(server, path)
            look(server, path, "HEAD")
        # What is searched by a value that only members see is not found, and tells nothing by its count.
        for word in (CANARY, CANARY[:8], "Wizara", "254700000001"):
            found = server.ask("/api/v1/contacts?q=" + word)
            if b'"total":0' not in found.body:
                wrong.append("the public search finds %s" % word)
        pages = crawl(server)
        for path in bad_paths():
            for method in ("GET", "HEAD", "POST"):
                look(server, path, method)
            look(server, path, headers={"Host": "evil.example"})
            look(server, path, headers={"If-None-Match": "*"})
        for path in ("/metrics", "/healthz", "/style.css"):
            look(server, server.views["members"] + path if path == "/metrics" else path)
    for line in wrong[:40]:
        print("WRONG", line)
    print("%d answers, %d bytes, %d pages: %d wrong" % (seen["answers"], seen["bytes"], len(pages), len(wrong)))
    return 1 if wrong or server.status != 0 or len(pages) < 5 else 0


sys.exit(main(*sys.argv[1:]))
