#!/usr/bin/env python3
"""Every change of a file fails once: for n = 1, 2, 3, ... until nothing fails any more, in each way.

usage: sweep.py CLERK SHIM [STEP [FIRST]]

A State's clerk publishes, on a copy of one directory, while the n-th change of a file below it fails; so do making the
State and finishing what a crash has left.  The clerk must then have said so, and must not have acknowledged what is
lost; and without the fault all goes on from there.  STEP looks only at every STEP-th n, from FIRST (1) on."""
import os
import sys

from lab import History, Lab, Wrong, fault

KILLS = ("kill", "after", "torn")
ERRORS = ("enospc", "enospc-on", "eio", "eio-on", "short")
POINTS_MAX = 2000


def judge(lab, how, history, status, output, complaint):
    """What one run with a fault may leave."""
    history.take(output)
    if how in KILLS and status != -9:
        raise Wrong(f"was to be killed, and ended with {status}: {complaint.strip()}")
    if how in ERRORS and status not in (0, 2):
        raise Wrong(f"ended with {status}: {complaint.strip()}")
    if status == 2 and not complaint.strip():
        raise Wrong("failed without a word")
    lab.check("run", history)
    history.take(lab.must("run", "write", "1"))


def point(lab, shim, task, how, at):
    """One run; False if the n-th change was never reached, None if it has left nothing to go on from."""
    name, base, args, known = task
    history = History()
    history.signed, history.acknowledged = dict(known.signed), known.acknowledged
    directory = lab.fresh("run", base)
    fired = lab.path("fired")
    if os.path.exists(fired):
        os.remove(fired)
    status, output, complaint = lab.run("run", *args, env=fault(shim, directory, at, how, fired))
    if not os.path.exists(fired):
        if status:
            raise Wrong(f"{name}: without a fault: {complaint}")
        return False
    try:
        if name == "begin":  # half a State is no State: what counts is that it says so
            if how in ERRORS and status == 0:
                lab.check("run", history)
            elif how in ERRORS and not complaint.strip():
                raise Wrong("failed without a word")
        else:
            judge(lab, how, history, status, output, complaint)
    except Wrong as wrong:
        raise Wrong(f"{name}, {how} at {at}: {wrong}") from wrong
    return True


def half_done(lab, shim):
    """A directory in which a batch is signed and not handed in."""
    for at in range(1, POINTS_MAX):
        directory = lab.fresh("half", "base")
        if lab.run("half", "write", "1", env=fault(shim, directory, at, "kill", lab.path("fired")))[0] != -9:
            break
        lab.fresh("look", "half")
        if "STATE half" in lab.must("look", "check"):
            return
    raise Wrong(f"no crash leaves a batch half done, or {shim} is not at work")


def main():
    clerk, shim = sys.argv[1], os.path.abspath(sys.argv[2])
    step = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    first = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    with Lab(clerk) as lab:
        try:
            history = lab.begun("base", 2)
            half_done(lab, shim)
            tasks = [("publish", "base", ("write", "2"), history), ("finish", "half", ("check",), history),
                     ("begin", None, ("begin",), History())]
            for task in tasks:
                if not point(lab, shim, task, "kill", 1):
                    raise Wrong(f"{task[0]}: it changes nothing, or {shim} is not at work")
                for number, how in enumerate(KILLS + ERRORS):
                    at, runs = first + number % min(step, 3), 0
                    while at < POINTS_MAX and point(lab, shim, task, how, at):
                        at, runs = at + step, runs + 1
                    print(f"{task[0]:8} {how:9} {runs} of some {at} changes: nothing lost", flush=True)
        except Wrong as wrong:
            print(wrong)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
