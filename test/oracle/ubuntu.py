# SPDX-License-Identifier: Apache-2.0
"""Ubuntu: the CVE tracker, a state for each source package in each release and in its ESM archives."""
import collections, re
import core, debian, versions
from core import Record

CODENAMES = {"20.04": "focal", "22.04": "jammy", "24.04": "noble"}


def statement(state, note, where):
    """The tracker's words: https://git.launchpad.net/ubuntu-cve-tracker, README."""
    if state == "released":
        # A few notes have a stray parenthesis: "(1.58.1-1".
        note = note.strip(" ()")
        return Record("fixed", note, "", where) if re.match(r"([0-9]+:)?[0-9]", note) else None
    if state == "ignored":
        return Record("end-of-life" if re.search(r"end of (life|standard support|kernel support|ESM support)|out of standard support", note) else "will-not-fix", "", "", "%s: %s" % (where, note))
    status = {"needed": "affected", "pending": "affected", "active": "affected", "needs-triage": "under-investigation",
              "deferred": "deferred", "not-affected": "not-affected"}.get(state)
    return Record(status, "", "", "%s: %s %s" % (where, state, note)) if status else None


def records(feeds, release):
    codename = CODENAMES[release]
    table = collections.defaultdict(lambda: collections.defaultdict(list))
    for doc in core.json_lines(feeds + "/ubuntu/ubuntu-cve-tracker-slim-focal-noble.jsonl.zst"):
        for where, packages in doc["packages"].items():
            if where.split("/")[-1] != codename:
                continue
            for name, package in packages.items():
                r = statement(package["status"], package.get("note", ""), where)
                if r:
                    table[name][doc["candidate"]].append(r)
    return table


def run(feeds, distro, release, root, count):
    table = records(feeds, release)
    rows = core.sample_rows(table, count, 8)
    core.write(root, "etc/os-release", 'ID=ubuntu\nVERSION_ID="%s"\nVERSION_CODENAME=%s\n' % (release, CODENAMES[release]))
    core.write(root, "var/lib/dpkg/status", "\n".join(debian.made_up(rows)) + "\n")
    packages = debian.read_status(root)
    want, why = core.expected(packages, table, {}, versions.dpkg)
    return packages, want, why, len(rows)
