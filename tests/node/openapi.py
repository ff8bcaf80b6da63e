#!/usr/bin/env python3
"""The description of the API is that of the API: every route is in it, with its parameters, and every answer of both views
is as it says, to the last member.
usage: openapi.py APISERVER SOURCE"""
import json
import os
import re
import sys
import threading

try:
    import jsonschema
    import yaml
except ImportError as error:
    print("skipped: %s; deploy/install --tests installs it" % error)
    sys.exit(77)
from asking import Server

ID = "00000001000000000000000000000001"
wrong = []


def check(good, *what):
    if not good:
        wrong.append(" ".join(str(w) for w in what))


def refs(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from refs(value)
    elif isinstance(node, list):
        for value in node:
            yield from refs(value)


def look_up(document, ref):
    node = document
    for word in ref[2:].split("/"):
        node = node[word.replace("~1", "/").replace("~0", "~")]
    return node


def resolved(document, node):
    return look_up(document, node["$ref"]) if "$ref" in node else node


def check_document(document):
    check(document["openapi"] == "3.1.0", "another version than 3.1.0")
    for ref in set(refs(document)):
        try:
            look_up(document, ref)
        except KeyError:
            check(False, ref, "leads nowhere")
    for name, schema in document["components"]["schemas"].items():
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            check(False, "schema", name, error.message)
    for path, item in document["paths"].items():
        named = {p["name"] for p in parameters(document, item) if p["in"] == "path" and p["required"]}
        check(named == set(re.findall(r"{(\w+)}", path)), path, "has other parameters than are described")


def parameters(document, item):
    return [resolved(document, p) for p in item["get"].get("parameters", [])]


def check_routes(document, source):
    """The table of routes in node/api.c, and the paths that are described: the same, with the same parameters."""
    with open(os.path.join(source, "node/api.c"), encoding="utf-8") as f:
        table = re.findall(r'{\s*"(/[^"]+)",\s*"([^"]*)",\s*api_\w+', f.read())
    check(len(table) > 15, "the routes cannot be read")
    described = {}
    for path, item in document["paths"].items():
        query = {p["name"] for p in parameters(document, item) if p["in"] == "query"}
        described[re.sub(r"{\w+}", "*", path)] = query
    for path, query in table:
        path = path.replace("/tile/entries/**", "/tile/*/*").replace("/tile/**", "/tile/*/*")
        check(path in described, path, "is not described")
        check(described.get(path) == set(query.split()), path, "takes", query, "and not", described.get(path))
    routes = {p.replace("/tile/entries/**", "/tile/*/*").replace("/tile/**", "/tile/*/*") for p, _ in table}
    beyond = set(described) - routes - {"/healthz", "/api/v1/openapi.yaml"}
    check(not beyond, "described, but no route:", beyond)


def samples(server):
    """For each described path, what to ask: the words at its braces, and the query."""
    log = dict(zip(("network", "code", "hash"), server.own.split("/")))
    other = dict(zip(("network", "code", "hash"), server.other.split("/")))
    long = {"state": "FR", "id": ID}
    return {
        "/api/v1/states/{state}": [({"state": "FR"}, ""), ({"state": "ke"}, "")],
        "/api/v1/states/{state}/entries": [({"state": "FR"}, ""), ({"state": "FR"}, "limit=2"),
                                           ({"state": "KE"}, "from=295"), ({"state": "FR"}, "since=2026-01-01")],
        "/api/v1/states/{state}/erasures": [({"state": "FR"}, ""), ({"state": "KE"}, "")],
        "/api/v1/contacts": [({}, ""), ({}, "all=1"), ({}, "q=alert"), ({}, "state=fr&kind=technical&language=fr"),
                             ({}, "limit=1"), ({}, "limit=1&after=FR/" + ID), ({}, "at=2998-12-31"),
                             ({}, "open=now"), ({}, "stale=1"), ({}, "q=nobody+at+all")],
        "/api/v1/contacts/{state}/{id}": [(long, ""), ({"state": "fr", "id": "000000010"}, ""), (long, "at=2999-06-01"),
                                          ({"state": "FR", "id": "00000003"}, "")],
        "/api/v1/contacts/{state}/{id}/history": [(long, ""), ({"state": "FR", "id": "00000003"}, "")],
        "/api/v1/contacts/{state}/{id}/receipt": [(long, ""), (long, "public=1"), (long, "at=2999-06-01")],
        "/api/v1/logs/{network}/{code}/{hash}": [(log, ""), (other, "")],
        "/api/v1/logs/{network}/{code}/{hash}/entries/{index}":
            [(dict(log, index=str(i)), "") for i in range(8)] + [(dict(other, index="301"), "")],
        "/api/v1/logs/{network}/{code}/{hash}/entries/{index}/receipt":
            [(dict(log, index=str(i)), "") for i in range(8)] + [(dict(other, index="256"), "public=0")],
        "/api/v1/logs/{network}/{code}/{hash}/notes": [(log, "")],
        "/api/v1/logs/{network}/{code}/{hash}/parts": [(log, ""), (other, "from=300")],
        "/api/v1/changes": [({}, ""), ({}, "since=" + "0" * 32 + "-0-" + "0" * 32), ({}, "wait=0")],
        "/log/{network}/{code}/{hash}/checkpoint": [(log, ""), (other, "")],
        "/log/{network}/{code}/{hash}/tile/{level}/{tile}":
            [(dict(other, level=level, tile=tile), "") for level in ("0", "entries")
             for tile in ("000", "000.p/255", "001.p/46", "001.p/1")] + [(dict(other, level="1", tile="000.p/1"), "")],
    }


def check_schema(document, where, schema, answer):
    try:
        value = json.loads(answer.body)
    except ValueError as error:
        check(False, where, "is no JSON:", error)
        return
    whole = {"components": document["components"], "allOf": [schema]}
    for error in jsonschema.Draft202012Validator(whole).iter_errors(value):
        check(False, where, "at", "/".join(str(p) for p in error.absolute_path), error.message[:300])


def check_answer(document, where, item, answer):
    """An answer against what is described for its status."""
    responses = item["get"]["responses"]
    response = resolved(document, responses.get(str(answer.status), responses["default"]))
    content = response.get("content", {})
    check(answer.kind in content, where, answer.status, "has the type", answer.kind or "none", "and not", *content)
    schema = content.get(answer.kind, {}).get("schema")
    if schema is not None:
        check_schema(document, where, schema, answer)
    if answer.status >= 400 and answer.kind == "application/problem+json":
        check(json.loads(answer.body)["status"] == answer.status, where, "names another status than its own")


def check_caching(server, where, path, view, answer):
    """HEAD, conditional GET, and for how long it may be kept."""
    keep = answer.headers["cache-control"]
    if "/healthz" in path or "/m/" in path:
        asset = "openapi.yaml" in path
        check(keep == ("no-cache" if asset else "no-store"), where, "may be kept:", keep)
    else:
        check(keep == ("public, max-age=31536000, immutable" if "/tile/" in path else "no-cache"), where, "keep", keep)
    check(answer.headers.get("x-content-type-options") == "nosniff", where, "may be sniffed")
    head = server.ask(path, "HEAD")
    check(head.status == 200 and head.body == b"", where, "HEAD")
    if not re.search("status|metrics|changes", path):
        check(head.headers["content-length"] == answer.headers["content-length"], where, "HEAD has another length")
    etag = answer.headers.get("etag")
    check(etag is not None or "/healthz" in path, where, "has no ETag")
    if etag is not None and not re.search("status|metrics", path):
        for header in ("ETAG", '"x", ETAG', "W/ETAG", "*"):
            same = server.ask(path, headers={"If-None-Match": header.replace("ETAG", etag)})
            if same.status == 200:  # the clock has moved on: local times, and what follows from them
                etag = same.headers["etag"]
                same = server.ask(path, headers={"If-None-Match": header.replace("ETAG", etag)})
            check(same.status == 304 and same.body == b"" and same.headers.get("etag") == etag, where, header,
                  same.status)
        check(server.ask(path, headers={"If-None-Match": '"other"'}).status == 200, where, "is never the same")


def check_good(document, server):
    members_only = ("/api/v1/drafts", "/api/v1/states/{state}/erasures")
    asked = samples(server)
    usual = dict(zip(("network", "code", "hash"), server.own.split("/")), state="FR", id=ID, index="0")
    for path, item in document["paths"].items():
        for words, query in asked.get(path, [(usual, "")]):
            real = path
            for name, word in words.items():
                real = real.replace("{%s}" % name, word)
            for view, prefix in server.views.items():
                if path == "/healthz" and view == "members":
                    continue
                target = prefix + real + ("?" + query if query else "")
                where = view + " " + real + ("?" + query if query else "")
                answer = server.ask(target)
                want = 404 if path in members_only and view == "public" else 200
                check(answer.status == want, where, answer.status, answer.body[:200])
                check_answer(document, where, item, answer)
                if answer.status == 200:
                    check_caching(server, where, target, view, answer)


def check_bad(document, server):
    contact, log = "/api/v1/contacts/FR/" + ID, "/api/v1/logs/" + server.own
    bad = {
        400: ["/api/v1/states?x=1", "/api/v1/states?x=%3Cscript%3E", "/api/v1/contacts?limit=0", "/api/v1/contacts?limit=501",
              "/api/v1/contacts?limit=a", "/api/v1/contacts?q=a&q=b", "/api/v1/contacts?q=%zz", "/api/v1/contacts?q=%ff",
              "/api/v1/contacts?q=" + "a" * 257, "/api/v1/contacts?at=yesterday", "/api/v1/contacts?state=FRA",
              "/api/v1/contacts?after=x", "/api/v1/contacts?open=then", "/api/v1/contacts?all=2",
              "/api/v1/contacts/FR/0000", contact + "?at=x", contact + "/receipt?public=2",
              "/api/v1/changes?since=x", "/api/v1/changes?wait=301", "/api/v1/changes?wait=-1", "/metrics?x=1"],
        404: ["/api/v1/none", "/api/v1/", "/api/", "/log/", "/api/v1/states/XX", "/api/v1/states/FRANCE", contact + "0",
              "/api/v1/contacts/FR/ffffffff", "/api/v1/contacts/FR/zz", contact + "/none", "/api/v1/logs/a/b/c",
              log + "/entries/8", log + "/entries/-1", log + "/entries/08", log + "/entries/99999999999999999999",
              log + "/entries/8/receipt", "/log/" + server.own + "/tile/0/000", "/log/" + server.own + "/tile/8/000",
              "/log/" + server.own + "/tile/0/0", "/log/" + server.own + "/tile/0/000.p/256",
              "/log/" + server.own + "/tile/0/x000/000", "/log/" + server.own + "/tile/entries/000.p/9",
              "/api/v1/../v1/states", "/api/v1/%73tates", "/api/v1/states/"],
    }
    item = {"get": {"responses": {"default": document["components"]["responses"]["Refusal"]}}}
    for status, paths in bad.items():
        for path in paths:
            for view, prefix in server.views.items():
                answer = server.ask(prefix + path)
                where = "%s %s" % (view, path)
                check(answer.status == status, where, answer.status, answer.body[:200])
                check_answer(document, where, item, answer)
                check(answer.headers["cache-control"] == "no-store", where, "a refusal may be kept")
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        answer = server.ask("/api/v1/states", method)
        check(answer.status == 405 and answer.headers.get("allow") == "GET, HEAD", method, answer.status)
        check_answer(document, method, item, answer)
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        answer = server.ask("/api/v1/states", headers=headers)
        check(answer.status in (421, 403), headers, answer.status)
        check_answer(document, str(headers), item, answer)
    answer = server.ask("/api/v1/states?" + "a" * 3000)
    check(answer.status == 414, "a long address", answer.status)
    check_answer(document, "a long address", item, answer)


def check_waiting(document, server):
    """A reader that waits is answered by the change, and by nothing else."""
    item = document["paths"]["/api/v1/changes"]
    for view, prefix in server.views.items():
        first = json.loads(server.ask(prefix + "/api/v1/changes").body)
        status = json.loads(server.ask(prefix + "/api/v1/status").body)
        check(first["cursor"] == status["cursor"], view, "the status has another cursor than the changes")
        found = []
        waiting = threading.Thread(target=lambda: found.append(
            server.ask(prefix + "/api/v1/changes?wait=60&since=" + first["cursor"])))
        waiting.start()
        waiting.join(0.3)
        check(waiting.is_alive(), view, "who waits was answered before anything had changed")
        server.publish()
        waiting.join(60)
        check(found, view, "who waits was not answered")
        for answer in found:
            check_answer(document, view + " waiting", item, answer)
            change = json.loads(answer.body)
            check([c["origin"] for c in change["changes"]] == [server.own] and change["cursor"] != first["cursor"],
                  view, "another change:", answer.body[:300])


def main(program, source):
    with open(os.path.join(source, "docs/openapi.yaml"), encoding="utf-8") as f:
        text = f.read()
    document = yaml.safe_load(text)
    check_document(document)
    check_routes(document, source)
    with Server(program, "canary") as server:
        check(server.ask("/api/v1/openapi.yaml").body == text.encode(), "another description is served")
        check_good(document, server)
        check_bad(document, server)
        check_waiting(document, server)
    check(server.status == 0, "the server ended with", server.status)
    for line in wrong[:60]:
        print("WRONG", line)
    print("%d paths, %d wrong" % (len(document["paths"]), len(wrong)))
    return 1 if wrong else 0


sys.exit(main(*sys.argv[1:]))
