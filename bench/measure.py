#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs commands side by side, several rounds, and checks what their medians must fulfil.

measure.py [--rounds N] [--cpu LIST] < plan     Lines of the plan, fields separated by tabs:
  run    NAME  COMMAND       measured: wall clock and CPU seconds of the shell command; it must exit 0 or 3
  value  NAME  EXPRESSION    a number made of others, shown
  check  TEXT  LEFT <= RIGHT shown with what is missing; NAME is the median wall clock, NAME_cpu the median CPU time
Each round runs every command once, so that a disturbance meets all of them. Exit code: 0 always; a target that is missed is
a result, not an error. A command that fails is one.
"""
import argparse
import os
import resource
import statistics
import subprocess
import sys
import time


def once(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    code = subprocess.call(["bash", "-c", "exec >/dev/null; " + command], stdin=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # 3 is plimsoll's "not everything could be looked at", which an image without advisories gives.
    if code not in (0, 3):
        sys.exit(f"measure: exit code {code}: {command}")
    return wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--rounds", type=int, default=int(os.environ.get("PLIMSOLL_BENCH_ROUNDS", "7")))
    ap.add_argument("--cpu")
    o = ap.parse_args()
    if o.cpu:
        os.sched_setaffinity(0, {int(c) for c in o.cpu.split(",")})
    plan = [line.rstrip("\n").split("\t") for line in sys.stdin if line.strip()]
    runs = {p[1]: p[2] for p in plan if p[0] == "run"}
    seen = {name: [] for name in runs}
    for command in runs.values():
        once(command)  # the files that it reads come into memory
    for _ in range(o.rounds):
        for name, command in runs.items():
            seen[name].append(once(command))
    known = {}
    for what, name, *rest in plan:
        if what == "run":
            wall = statistics.median(w for w, _ in seen[name])
            cpu = statistics.median(c for _, c in seen[name])
            low, high = min(w for w, _ in seen[name]), max(w for w, _ in seen[name])
            known[name], known[name + "_cpu"] = wall, cpu
            print(f"  {name:22} {wall:8.3f} s   cpu {cpu:8.3f} s   ({low:.3f} to {high:.3f})")
        elif what == "value":
            known[name] = eval(rest[0], {"__builtins__": {}, "max": max, "min": min}, known)
            print(f"  {name:22} {known[name]:8.3f} s   = {rest[0]}")
        elif what == "check":
            left, right = (eval(side, {"__builtins__": {}, "max": max, "min": min}, known) for side in rest[0].split("<="))
            verdict = "holds" if left <= right else "MISSED"
            print(f"  {verdict:6} {name}: {left:.3f} s, {100 * left / right:.0f} % of {right:.3f} s ({rest[0].split('<=')[1].strip()})")
    sys.stdout.flush()


main()
