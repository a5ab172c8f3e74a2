#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""status.py DATABASE < Packages > status: a dpkg status of 1,000 packages of bookworm, each of another source package: the 250 that
have most records in the database, and 750 that have none, spread over the alphabet."""
import sqlite3
import sys


def spread(items, n):
    return [items[i * len(items) // n] for i in range(n)]


db = sqlite3.connect(f"file:{sys.argv[1]}?immutable=1", uri=True)
known = {p: n for p, n in db.execute("select package, length(rows) from package_rows p join releases r on r.number = p.release where r.name = 'debian:12'")}
with_records, others, seen = [], [], set()
for record in sys.stdin.read().split("\n\n"):
    fields = dict(line.split(": ", 1) for line in record.split("\n") if ": " in line and not line.startswith(" "))
    source = fields.get("Source", fields.get("Package", "")).split(" ")[0]
    if not source or source in seen:
        continue
    seen.add(source)
    text = "".join(f"{k}: {fields[k]}\n" for k in ("Package", "Source", "Version", "Architecture") if k in fields) + "Status: install ok installed\n"
    if source in known:
        with_records.append((-known[source], text))
    else:
        others.append(text)
print("\n".join(sorted([text for _, text in sorted(with_records)[:250]] + spread(others, 750))))
