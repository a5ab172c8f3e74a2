#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our findings beside those of gitleaks: `secrets-compare.py NAME GITLEAKS.json OURS`. OURS is what bench-secrets lists with PLIMSOLL_BENCH_LIST=1. One of theirs
counts as found when one of ours lies on its lines. Prints the counts, and every one of theirs that we do not have."""
import collections, json, sys

name, theirs, ours = sys.argv[1], json.load(open(sys.argv[2])), collections.defaultdict(set)
for line in open(sys.argv[3], errors="replace"):
    if "\t" in line and not line.startswith("cut off"):
        path, number = line.rstrip("\n").split("\t")[1].rsplit(":", 1)
        ours[path].add(int(number))
missed = [x for x in theirs if not any(x["StartLine"] - 1 <= n <= x["EndLine"] + 1 for n in ours[x["File"]])]
share = 100 * (1 - len(missed) / len(theirs)) if theirs else 100
print(f"{name}: gitleaks {len(theirs)} findings, plimsoll {sum(map(len, ours.values()))}; of theirs ours has {len(theirs) - len(missed)} ({share:.1f} %)")
# Only of planted ones is it known that they are true.
if name == "planted":
    print(f"  {'holds' if share >= 99 else 'MISSED':6} 99 % of gitleaks' true findings: {share:.1f} %")
for rule, n in collections.Counter(x["RuleID"] for x in missed).most_common():
    print(f"  not ours: {n} of {rule}")
for x in missed[:400]:
    print(f"    {x['File']}:{x['StartLine']}\t{x['RuleID']}")
