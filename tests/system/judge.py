"""What has to hold once a federation has come to rest, asked through the public commands."""
import base64
import json
import os
import subprocess


def forms(text):
    """How a value might stand in a file, if somebody had written it there in one way or another."""
    raw = text.encode()
    shifted = [base64.b64encode(b"\0" * n + raw)[-(-n * 8 // 6):-4] for n in range(3)]
    return [raw, raw.hex().encode(), raw.hex().upper().encode(), text.encode("utf-16-le"), text.encode("utf-16-be"),
            raw.replace(b"@", b"%40"), *shifted]


def found_in(directory, needles):
    """Files below the directory that hold one of the needles."""
    hits = []
    for path, _, names in os.walk(directory):
        for name in names:
            full = os.path.join(path, name)
            if not os.path.isfile(full):
                continue
            with open(full, "rb") as file:
                content = file.read()
            hits += [(full, needle) for needle in needles if needle in content]
    return hits


class Judge:
    def __init__(self, federation):
        self.federation, self.wrong = federation, 0

    def check(self, good, sentence, detail=""):
        print("%s - %s%s" % ("ok" if good else "not ok", sentence, "" if good or not detail else ": %s" % (detail,)))
        self.wrong += not good
        return good

    def heads(self, forked=()):
        """The same everywhere, and nobody knows a fork but of those who made one."""
        nodes = self.federation.nodes
        heads = {node: node.heads() for node in nodes}
        first = heads[nodes[0]]
        self.check(all(each == first for each in heads.values()), "log list is the same on %d nodes" % len(nodes), heads)
        flagged = sorted(origin.split("/")[1] for origin, head in first.items() if head[2])
        self.check(flagged == sorted(forked), "a fork is known of %s" % (" ".join(forked).upper() or "nobody"), flagged)
        one = {origin: node.ask("log", "show", origin) for node in nodes for origin in first}
        self.check(all((show["size"], show["root"]) == first[origin][:2] for origin, show in one.items()),
                   "log show says the same")
        return first

    def logs(self, heads, forked=()):
        """Each log, on each node, recomputed from its entries.  Who has signed two histories is told so by doctor."""
        bad = []
        for node in self.federation.nodes:
            for origin, head in heads.items():
                verdict = node.ask("log", "verify", origin, bad=(1,))
                if not verdict["good"] or (verdict["size"], verdict["root"]) != head[:2]:
                    bad.append((node, verdict))
        self.check(not bad, "log verify holds on every node for every log", bad)
        bad = [(node, report["faults"]) for node in self.federation.nodes
               if (report := node.ask("doctor", bad=(1,)))["good"] == (node.name in forked)]
        self.check(not bad, "doctor finds nothing", bad)

    def statuses(self, wanted):
        got = {str(node): node.run("status")[0] for node in self.federation.nodes}
        self.check(all(status == wanted for status in got.values()), "status ends with %d" % wanted, got)

    def contacts(self, acknowledged):
        """acknowledged: organisation -> State.  The same contacts on all States, and none of those lost."""
        states = self.federation.states()
        first = states[0].contacts("--all")
        others = {node: node.contacts("--all") for node in states[1:]}
        different = [node for node, contacts in others.items()
                     if json.dumps(contacts_plain(contacts)) != json.dumps(contacts_plain(first))]
        self.check(not different, "%d contacts are the same on all States" % len(first), different)
        there = {each.get("organisation", {}).get("en") for each in first.values()}
        lost = [name for name in acknowledged if name not in there]
        self.check(not lost, "none of %d acknowledged contacts is lost" % len(acknowledged), lost)

    def secrets(self, canaries):
        """No member's value in what an observer has or says; and it is found where it may be."""
        needles = [form for canary in canaries for form in forms(canary)]
        state = self.federation.states()[-1]
        self.check(canaries and found_in(state.dir, [canaries[0].encode()]), "the search finds a member's value at a State")
        for observer in self.federation.observers():
            hits = found_in(observer.dir, needles)
            self.check(not hits, "no file of %s holds one of %d values" % (observer, len(canaries)), hits[:3])
            said = self.said(observer)
            hits = [needle for needle in needles if needle in said]
            self.check(not hits, "nor does what it answers (%d bytes)" % len(said), hits[:3])

    def said(self, observer):
        web = "http://%s" % self.federation.web(observer)
        paths = ["api/v1/" + path for path in ("contacts?limit=500", "changes", "states", "logs", "status", "summary")]
        said = b""
        for path in [*paths, "", "metrics"]:
            command = ["curl", "-s", "--max-time", "30", "%s/%s" % (web, path)]
            if self.federation.cable:
                command = self.federation.cable.within(observer.number, command)
            said += subprocess.run(command, capture_output=True, check=False).stdout
        for words in (["contact", "list", "--all"], ["export", "--format", "json"], ["log", "list"]):
            said += observer.run(*words)[1].encode()
        return said

    def bounds(self, before, links):
        """Memory and descriptors: (resident, descriptors) of each node before."""
        for node in self.federation.nodes:
            resident, descriptors = node.resident(), node.descriptors()
            if resident > 256 * 1024 or descriptors > before[node][1] + links:
                self.check(False, "%s stays within its bounds" % node, (resident, descriptors, before[node]))
        self.check(True, "memory stays below 256 MiB, descriptors where they were: at most %d MiB and %d" % (
            max(node.resident() for node in self.federation.nodes) // 1024,
            max(node.descriptors() for node in self.federation.nodes)))


def contacts_plain(contacts):
    """In one order, without what depends on the reader's clock."""
    return [{name: value for name, value in sorted(contact.items()) if name not in ("standing", "review_due", "stale")}
            for _, contact in sorted(contacts.items())]
