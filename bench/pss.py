#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Peak of the summed PSS of a process and all its descendants.

pss.py [--apart SUFFIX] [--every MS] -- COMMAND…
Prints "PEAK_KIB APART_KIB SAMPLES". Clean pages of mapped files whose name ends in SUFFIX (a database, which the kernel can drop at
any time) are counted apart: APART_KIB is what they were at that peak. A shared page counts once over the tree: that is what PSS is for.
"""
import argparse
import os
import subprocess
import sys
import time


def children(pid):
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as f:
                yield from (int(c) for c in f.read().split())
    except OSError:
        return


def tree(pid):
    todo, seen = [pid], set()
    while todo:
        p = todo.pop()
        if p not in seen:
            seen.add(p)
            todo.extend(children(p))
    return seen


def rollup(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup") as f:
            for line in f:
                if line.startswith("Pss:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


def clean_pages(pid, suffix):
    """Clean file-backed KiB of the mappings whose file ends in suffix."""
    try:
        with open(f"/proc/{pid}/maps") as f:
            if suffix not in f.read():
                return 0
        total, mine, pss = 0, False, 0
        with open(f"/proc/{pid}/smaps") as f:
            for line in f:
                key = line.split(None, 1)[0]
                if not key.endswith(":"):
                    mine = line.rstrip().endswith(suffix)
                elif mine and key == "Pss:":
                    total += int(line.split()[1])
                elif mine and key in ("Shared_Dirty:", "Private_Dirty:"):
                    total -= int(line.split()[1])
        return max(total, 0)
    except OSError:
        return 0


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--apart", default="")
    ap.add_argument("--every", type=float, default=4)
    ap.add_argument("command", nargs="+")
    o = ap.parse_args()
    child = subprocess.Popen(o.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    peak = apart_at_peak = samples = 0
    while child.poll() is None:
        total = apart = 0
        for pid in tree(child.pid):
            total += rollup(pid)
            if o.apart:
                apart += clean_pages(pid, o.apart)
        samples += 1
        if total - apart > peak:
            peak, apart_at_peak = total - apart, apart
        time.sleep(o.every / 1000)
    if child.returncode not in (0, 3):
        sys.exit(f"pss: exit code {child.returncode}: {' '.join(o.command)}")
    print(peak, apart_at_peak, samples)


main()
