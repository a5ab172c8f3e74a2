# SPDX-License-Identifier: Apache-2.0
"""Rocky Linux: errata of its service (binary packages by architecture), and OSV records of the same (source packages)."""
import re
import core, rpm
from core import Record


def records(feeds, release):
    by_source, by_binary = rpm.table(), rpm.table()
    for doc in core.json_lines(feeds + "/rocky/rocky-errata.jsonl.zst"):
        ids = [c["name"] for c in doc["cves"] or [] if re.fullmatch(r"CVE-[0-9]{4}-[0-9]{4,}", c["name"])]
        if not ids and doc["name"].startswith("RLSA-"):
            ids = [doc["name"]]
        streams = rpm.streams_of(doc["synopsis"])
        arches = {}
        for product, rpms in (doc["rpms"] or {}).items():
            if not re.fullmatch(r"Rocky Linux %s(\.[0-9]+)?" % release, product):
                continue
            for nevra in rpms["nvras"]:
                m = re.fullmatch(r"(.+)-([0-9]+:[^-:]+-[^-:]+)\.([^.]+)\.rpm", nevra)
                if m and m[3] != "src" and not rpm.debug(m[1]):
                    arches.setdefault((m[1], rpm.trim(m[2])), []).append(m[3])
        for (name, fixed), names in arches.items():
            modular = ".module" in fixed
            applies = rpm.Applies(streams if modular else (), modular, sorted(set(names)))
            for i in ids:
                by_binary[name][i].append(Record("fixed", fixed, "", "%s %s %s" % (doc["name"], doc["synopsis"], " ".join(names)), applies))
    for doc in core.json_lines(feeds + "/rocky/rocky-osv.jsonl.zst"):
        ids = [r for r in doc.get("related", []) if r.startswith("CVE-")] or [doc["id"]]
        streams = rpm.streams_of(doc["summary"])
        for affected in doc["affected"]:
            if affected["package"]["ecosystem"] != "Rocky Linux:" + release or rpm.debug(affected["package"]["name"]):
                continue
            for r in affected["ranges"]:
                for e in r["events"]:
                    if "fixed" in e:
                        modular = ".module" in e["fixed"]
                        for i in ids:
                            by_source[affected["package"]["name"]][i].append(
                                Record("fixed", rpm.trim(e["fixed"]), "", "osv %s" % doc["id"], rpm.Applies(streams if modular else (), modular)))
    return by_source, by_binary


def run(feeds, distro, release, root, count):
    tables = records(feeds, release)
    rows = core.sample_rows(tables[1], count * 3 // 4, 25, 400)
    sources = core.sample_rows(tables[0], count // 4, 25, 400)
    return rpm.finish(root, 'ID="rocky"\nVERSION_ID="%s.10"\nPLATFORM_ID="platform:el%s"\n' % (release, release), tables, rows, sources)
