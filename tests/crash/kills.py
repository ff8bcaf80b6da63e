#!/usr/bin/env python3
"""kill -9 at any instant: a State's clerk publishes and acknowledges, is killed, and is looked at afresh.

usage: kills.py CLERK COUNT [SEED]

Each of COUNT rounds: after a number of acknowledgements and some milliseconds the clerk is killed, now and then the one
that tidies up after it too.  Then nothing acknowledged may be missing, the store must hold together, no size be signed
twice, and what was left half done be finished with the same bytes.  What is random comes from SEED."""
import random
import subprocess
import sys
import time

from lab import Lab, Wrong

LONG = 400  # entries after which a new State begins, so that checking stays quick


def killed(lab, name, rng, *args):
    """Start the clerk and kill it; what it said until then."""
    with subprocess.Popen([lab.clerk, lab.path(name), *args], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True) as clerk:
        output = ""
        for _ in range(rng.choice((0, 0, 1, 2, 3, 5, 8))):
            output += clerk.stdout.readline()
        time.sleep(rng.random() * (0.05 if not output else 0.01))
        clerk.kill()
        return output + clerk.stdout.read()


def main():
    clerk, count = sys.argv[1], int(sys.argv[2])
    rng = random.Random(sys.argv[3] if len(sys.argv) > 3 else "comity")
    acknowledged = twice = 0
    with Lab(clerk) as lab:
        history = lab.begun("state", 1)
        for turn in range(count):
            try:
                history.take(killed(lab, "state", rng, "write", "1000000"))
                if rng.random() < 0.25:
                    history.take(killed(lab, "state", rng, "check"))
                    twice += 1
                lab.check("state", history)
            except Wrong as wrong:
                print(f"round {turn}: {wrong}")
                return 1
            if max(history.signed) > LONG:
                acknowledged += len(history.signed)
                history = lab.begun("state", 1)
        left = ", ".join(f"{n} {state}" for state, n in sorted(lab.states.items()))
        print(f"{count} kills, {twice} of the next one too, {acknowledged + len(history.signed)} trees signed: "
              f"none lost, none signed twice; they left {left}")
    return 0


sys.exit(main())
