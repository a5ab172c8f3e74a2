#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""peers-compare.py THEIRS OURS: which packages of one CycloneDX SBOM the other does not have, by type, name and version of their package URLs. Trivy writes an epoch as a
qualifier and Go's library as "v1.20.1"."""
import collections, json, re, sys, urllib.parse


def packages(path):
    found = set()
    for c in json.load(open(path)).get("components", []):
        m = re.fullmatch(r"pkg:([^/]+)/(.+?)(?:@([^?#]*))?(?:\?([^#]*))?(?:#.*)?", c.get("purl", ""))
        if m:
            name, version, epoch = urllib.parse.unquote(m[2]).lower(), urllib.parse.unquote(m[3] or ""), re.search(r"(?:^|&)epoch=(\d+)", m[4] or "")
            found.add((m[1], name, (epoch[1] + ":" if epoch else "") + (version.removeprefix("v") if name == "stdlib" else version)))
    return found


def kinds(found):
    return ", ".join(f"{n} {kind}" for kind, n in sorted(collections.Counter(kind for kind, _, _ in found).items()))


theirs, ours = packages(sys.argv[1]), packages(sys.argv[2])
missing = sorted(theirs - ours)
print(f"  {'MISSED' if missing else 'holds':6} every package that Trivy lists: it has {len(theirs)} ({kinds(theirs)}), plimsoll {len(ours)} ({kinds(ours)})")
for package in missing[:20]:
    print("         not ours:", " ".join(package))
if len(missing) > 20:
    print(f"         and {len(missing) - 20} more")
