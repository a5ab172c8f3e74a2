#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""status.py DATABASE spread|most < Packages > status: a dpkg status of 1,000 packages of bookworm, each of another source package. 250 of
the sources have records in the database, spread over the alphabet or those with the most; 750 have none."""
import sqlite3
import sys


def spread(items, n):
    return [items[i * len(items) // n] for i in range(n)]


def varint(b, at):
    value = shift = 0
    while True:
        value |= (b[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if b[at - 1] < 0x80:
            return value, at


def text(b, at):
    n, at = varint(b, at)
    return b[at:at + n].decode(), at + n


def sources_with_records(path, release):
    """Package names of a release, and how many bytes their records take (docs/advisory-database.md)."""
    db = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
    releases, = db.execute("select value from meta where number = 2").fetchone()
    n, at = varint(releases, 0)
    first = 0
    for _ in range(n):
        name, at = text(releases, at)
        count, at = varint(releases, at)
        _, at = varint(releases, at)[0], sum(varint(releases, at))
        if name == release:
            rows = db.execute("select value from package_rows where number >= ? and number < ?", (first, first + count))
            return {text(value, 0)[0]: len(value) for value, in rows}
        first += count
    return {}


known = sources_with_records(sys.argv[1], "debian:12")
with_records, others, seen = [], [], set()
for record in sys.stdin.read().split("\n\n"):
    fields = dict(line.split(": ", 1) for line in record.split("\n") if ": " in line and not line.startswith(" "))
    source = fields.get("Source", fields.get("Package", "")).split(" ")[0]
    if not source or source in seen:
        continue
    seen.add(source)
    entry = "".join(f"{k}: {fields[k]}\n" for k in ("Package", "Source", "Version", "Architecture") if k in fields) + "Status: install ok installed\n"
    if source in known:
        with_records.append((known[source], entry))
    else:
        others.append(entry)
if sys.argv[2] == "most":
    chosen = sorted(with_records, key=lambda x: (-x[0], x[1]))[:250]
else:
    chosen = spread(sorted(with_records, key=lambda x: x[1]), 250)
print("\n".join(sorted([entry for _, entry in chosen] + spread(others, 750))))
