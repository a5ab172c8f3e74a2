#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The packages of `npm ls --json` or `pnpm ls --json` on standard input, one "NAME@VERSION" a line; an alias is the package that its address names."""
import json, re, sys

document, found = json.load(sys.stdin), set()


def walk(node):
    for key in ("dependencies", "devDependencies", "optionalDependencies"):
        for name, d in node.get(key, {}).items():
            if d.get("version"):
                m = re.search(r"([^/]+|@[^/]+/[^/]+)/-/[^/]+\.tgz$", d.get("resolved", ""))
                found.add((m.group(1).split("//")[-1] if m else d.get("from", name)) + "@" + d["version"])
            walk(d)


for root in document if isinstance(document, list) else [document]:
    walk(root)
print("\n".join(sorted(found)))
