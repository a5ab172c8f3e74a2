#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judges the pods that were written by hand, each at the levels and versions that its judgements name.

pods-by-hand.py PLIMSOLL PODS_DIR

PODS_DIR holds the pods and judgement.tsv: file, level, version, verdict (allow or refuse), reason. The files of one level and version go into two runs of `plimsoll
check --policy pss-LEVEL@VERSION`: those that are to be allowed, which must exit with 0 and nothing said, and those that are to be refused, which must exit with 1
and a denial for each. Prints one line a disagreement, then the numbers; exit code 1 when there was one.
"""
import collections
import csv
import json
import os
import re
import subprocess
import sys

COLUMNS = ["file", "level", "version", "verdict", "reason"]


def read(directory):
    with open(os.path.join(directory, "judgement.tsv"), encoding="utf-8", newline="") as f:
        table = csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True)
        rows = list(table)
    if table.fieldnames != COLUMNS:
        sys.exit(f"judgement.tsv: columns {table.fieldnames}, expected {COLUMNS}")
    for number, row in enumerate(rows, 2):
        good = row["level"] in ("baseline", "restricted") and re.fullmatch(r"v1\.\d+|latest", row["version"]) and row["verdict"] in ("allow", "refuse") and row["reason"]
        if not good or None in row.values() or None in row:
            sys.exit(f"judgement.tsv:{number}: not a judgement: {row}")
    pods = sorted(n for n in os.listdir(directory) if n.endswith(".yaml"))
    judged = {row["file"] for row in rows}
    if judged != set(pods):
        sys.exit(f"judged, but no pod, or a pod that is not judged: {sorted(judged ^ set(pods))}")
    keys = collections.Counter((row["file"], row["level"], row["version"]) for row in rows)
    twice = [key for key, count in keys.items() if count > 1]
    if twice:
        sys.exit(f"judged twice: {twice}")
    return pods, rows


def check(plimsoll, directory, level, version, files):
    """(exit code, {file: what it is denied for}, gaps and messages)"""
    run = subprocess.run([plimsoll, "check", "--quiet", "--format", "json", "--policy", f"pss-{level}@{version}", *files],
                         cwd=directory, capture_output=True, text=True, timeout=120, check=False)
    try:
        report = json.loads(run.stdout)
    except json.JSONDecodeError:
        return run.returncode, {}, [run.stderr.strip() or "no report"]
    denied = collections.defaultdict(set)
    said = [json.dumps(gap) for gap in report["coverage"]["gaps"]]
    for finding in report["findings"]:
        if finding["kind"] == "policy" and finding["policy"]["action"] == "deny":
            denied[finding["path"]].add(finding["id"])
        else:
            said.append(f"{finding['path']}:{finding['line']}: {finding['title']}")
    return run.returncode, denied, said


def main():
    plimsoll, directory = os.path.abspath(sys.argv[1]), sys.argv[2]
    pods, rows = read(directory)
    groups = collections.defaultdict(list)
    for row in rows:
        groups[row["level"], row["version"], row["verdict"]].append(row)
    wrong = 0
    for (level, version, verdict), group in sorted(groups.items()):
        code, denied, said = check(plimsoll, directory, level, version, [row["file"] for row in group])
        before = wrong
        for row in group:
            got = "refuse" if denied.get(row["file"]) else "allow"
            if got != verdict:
                wrong += 1
                print(f"{row['file']}: {level} {version}: {got}, expected {verdict} ({row['reason']}); {sorted(denied.get(row['file'], ()))}")
        if said or (before == wrong and code != (1 if verdict == "refuse" else 0)):
            wrong += 1
            print(f"{level} {version}, pods to {verdict}: exit code {code}; {'; '.join(said)}")
    print(f"{len(pods)} pods, {len(rows)} judgements, {len(groups)} runs, {wrong} disagreements")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
