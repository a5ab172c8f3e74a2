# SPDX-License-Identifier: Apache-2.0
"""AlmaLinux: OSV records of its errata. Fixed binary packages; the module stream stands in the summary."""
import core, rpm
from core import Record


def records(feeds, release):
    by_binary = rpm.table()
    for doc in core.json_lines(feeds + "/almalinux/almalinux-osv.jsonl.zst"):
        ids = [r for r in doc["related"] if r.startswith("CVE-")]
        # A security advisory that names no CVE stands for itself; bug fixes and enhancements without one are no vulnerabilities.
        if not ids and doc["id"].startswith("ALSA-"):
            ids = [doc["id"]]
        streams = rpm.streams_of(doc["summary"])
        for affected in doc["affected"] if ids else ():
            if affected["package"]["ecosystem"] != "AlmaLinux:" + release or rpm.debug(affected["package"]["name"]):
                continue
            for e in affected["ranges"][0]["events"]:
                if "fixed" not in e:
                    continue
                modular = ".module" in e["fixed"]
                applies = rpm.Applies(streams if modular else (), modular)
                for i in ids:
                    by_binary[affected["package"]["name"]][i].append(
                        Record("fixed", e["fixed"], "", "%s %s" % (doc["id"], doc["summary"]), applies))
    return {}, by_binary


def run(feeds, distro, release, root, count):
    tables = records(feeds, release)
    rows = core.sample_rows(tables[1], count, 25, 400)
    return rpm.finish(root, 'ID="almalinux"\nVERSION_ID="%s.10"\nPLATFORM_ID="platform:el%s"\n' % (release, release), tables, rows)
