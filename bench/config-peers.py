#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""config-peers.py TABLE TRIVY.json PLIMSOLL.json DIR: which findings of Trivy's have none of ours of the same meaning in the same file, and why. The table, fields separated by
tabs: Trivy's check; our rules of that meaning, separated by |, - for none; why ours may be quiet where Trivy's is not; an expression that such a file matches. Exit code 1 when
one has no reason."""
import collections, json, pathlib, re, sys

table_path, theirs_path, ours_path, directory = sys.argv[1:]
table = {}
for line in open(table_path):
    if line.strip() and not line.startswith("#"):
        check, rules, reason, where = (line.rstrip("\n").split("\t") + ["", ""])[:4]
        table[check] = (set(rules.split("|")) - {"-"}, reason, where)
ours = collections.defaultdict(set)
document = json.load(open(ours_path))
inside = lambda path: path[len(directory):].lstrip("/") if path.startswith(directory) else path
for f in document["findings"]:
    ours[inside(f["path"])].add(f["id"])
refused = {inside(g["subject"]).split(":")[0] for g in document["coverage"]["gaps"] if g["kind"] == "unreadable-file"}
total = missing = unexplained = 0
lacking = collections.defaultdict(list)
for result in json.load(open(theirs_path))["Results"]:
    for f in result.get("Misconfigurations", []):
        total += 1
        row = f["ID"] if f["ID"] in table else next((k for k in table if k.endswith("*") and f["ID"].startswith(k[:-1])), "")
        rules, reason, where = table.get(row, (set(), "", ""))
        if rules & ours[result["Target"]]:
            continue
        missing += 1
        if not (where and re.search(where, pathlib.Path(directory, result["Target"]).read_text())):
            reason = ""
        if result["Target"] in refused:
            reason = "we refuse the file, with the place: a builder would refuse it, too"
        unexplained += not reason
        lacking[(f["ID"], f["Title"], reason or "NO REASON")].append(result["Target"])
print(f"{total} findings of Trivy's; {total - missing} have one of ours, {missing} have none; ours: {len(document['findings'])}")
for (check, title, reason), files in sorted(lacking.items(), key=lambda i: (-len(i[1]), i[0])):
    print(f"{len(files):4} {check:10} {title}: {reason}" + (f" ({files[0]})" if reason == "NO REASON" else ""))
sys.exit(1 if unexplained else 0)
