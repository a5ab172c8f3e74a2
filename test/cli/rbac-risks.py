#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each risk of the table: a role with exactly its rights has it; without one of them it has not. Prints what is wrong. usage: rbac-risks.py PLIMSOLL DIR"""
import json
import os
import subprocess
import sys

API = "rbac.authorization.k8s.io"
plimsoll, folder = sys.argv[1], sys.argv[2]
table = json.loads(subprocess.run([plimsoll, "list", "rbac-risks", "--format", "json"], capture_output=True, text=True, check=True).stdout)
items, expected, unexpected = [], set(), set()


def add(name, rules):
    items.append({"apiVersion": API + "/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules})
    items.append({"apiVersion": API + "/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name}, "roleRef": {"apiGroup": API, "kind": "ClusterRole", "name": name},
                  "subjects": [{"kind": "User", "apiGroup": API, "name": name}]})


def rule(right, verb, resource):
    group = right.split()[1]
    return {"verbs": [verb], "apiGroups": ["" if group == "-" else group], "resources": [resource]}


n = 0
for risk in table:
    for way in risk["rights"].split(";"):
        rights = [r.strip() for r in way.split("&")]
        for i, right in enumerate(rights):
            verbs, _, resources = right.split()
            others = [rule(o, o.split()[0].split(",")[0], o.split()[2].split(",")[0]) for k, o in enumerate(rights) if k != i]
            for verb in verbs.split(","):
                for resource in resources.split(","):
                    n += 1
                    add(f"yes-{n}", [rule(right, verb, resource)] + others)
                    expected.add((risk["name"], f"yes-{n}"))
                    if others:
                        add(f"no-{n}", others)
                        unexpected.add((risk["name"], f"no-{n}"))
            if verbs != "*":
                n += 1
                add(f"no-{n}", [rule(right, "frobnicate", resources.split(",")[0])] + others)
                unexpected.add((risk["name"], f"no-{n}"))
                add(f"no-group-{n}", [{**rule(right, verbs.split(",")[0], resources.split(",")[0]), "apiGroups": ["example.com"]}] + others)
                unexpected.add((risk["name"], f"no-group-{n}"))
path = os.path.join(folder, "all-risks.json")
with open(path, "w") as f:
    json.dump({"apiVersion": "v1", "kind": "List", "items": items}, f)
out = json.loads(subprocess.run([plimsoll, "rbac", "risks", "-q", "-f", "json", "-m", path], capture_output=True, text=True).stdout)
found = {(f["id"], f["policy"]["subject"].split()[1]) for f in out["findings"]}
for what in sorted(expected - found):
    print("missing", *what)
for what in sorted(unexpected & found):
    print("wrong", *what)
if n < 50:
    print("only", n, "cases")
