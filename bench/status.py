#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""status.py DATABASE < Packages > status: a dpkg status of 1,000 packages of bookworm, of which 400 come from 400 source packages that
have records in the database, spread over the alphabet; the others are of source packages that have none."""
import sqlite3
import sys


def spread(items, n):
    return [items[i * len(items) // n] for i in range(n)]


db = sqlite3.connect(f"file:{sys.argv[1]}?immutable=1", uri=True)
known = {p for p, in db.execute("select package from package_rows p join releases r on r.number = p.release where r.name = 'debian:12'")}
with_records, others, seen = [], [], set()
for record in sys.stdin.read().split("\n\n"):
    fields = dict(line.split(": ", 1) for line in record.split("\n") if ": " in line and not line.startswith(" "))
    source = fields.get("Source", fields.get("Package", "")).split(" ")[0]
    if not source or source in seen:
        continue
    seen.add(source)
    text = "".join(f"{k}: {fields[k]}\n" for k in ("Package", "Source", "Version", "Architecture") if k in fields) + "Status: install ok installed\n"
    (with_records if source in known else others).append(text)
print("\n".join(sorted(spread(with_records, 400) + spread(others, 600))))
