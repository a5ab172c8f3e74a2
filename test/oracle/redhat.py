# SPDX-License-Identifier: Apache-2.0
"""Red Hat Enterprise Linux: OSV records of its errata (binary packages, by repository), and its CVE data (source packages): fixes, and
the state of what has none."""
import re
import core, rpm
from core import Record

STATES = {"Affected": "affected", "Will not fix": "will-not-fix", "Fix deferred": "deferred", "Out of support scope": "end-of-life",
          "Under investigation": "under-investigation", "Not affected": "not-affected"}


def ordinary(product, release):
    """ "enterprise_linux:8::appstream": of this release, and not of the extended support of a minor one."""
    name, _, version = product.partition(":")
    return version.split(":")[0].split(".")[0] == release and (name == "enterprise_linux" or name.startswith("rhel_")) and name not in ("rhel_eus", "rhel_aus", "rhel_tus", "rhel_e4s")


def records(feeds, release):
    by_source, by_binary = rpm.table(), rpm.table()
    for doc in core.json_lines(feeds + "/redhat/redhat-osv-slim-el7up.jsonl.zst"):
        ids = [r for r in doc["related"] if r.startswith("CVE-")]
        if not ids and doc["id"].startswith("RHSA-"):
            ids = [doc["id"]]
        streams = rpm.streams_of(re.sub(r"^Red Hat [A-Za-z ]*:", "", doc["summary"]))
        for affected in doc["affected"] if ids else ():
            name = affected["package"]["name"]
            product = affected["package"]["ecosystem"][len("Red Hat:"):]
            if not ordinary(product, release) or rpm.debug(name):
                continue
            for e in affected["ranges"][0]["events"]:
                if "fixed" not in e:
                    continue
                modular = ".module" in e["fixed"]
                applies = rpm.Applies(streams if modular else (), modular)
                for i in ids:
                    r = Record("fixed", rpm.trim(e["fixed"]), "", "%s %s" % (doc["id"], product), applies)
                    if not any(o.fixed == r.fixed and o.why == r.why for o in by_binary[name][i]):
                        by_binary[name][i].append(r)
    for doc in core.json_lines(feeds + "/redhat/redhat-cve-slim.jsonl.zst"):
        for state in doc.get("package_state") or []:
            product = re.sub(r"^cpe:/[ao]:redhat:", "", state["cpe"])
            if not ordinary(product, release):
                continue
            stream, slash, name = state["package_name"].rpartition("/")
            applies = rpm.Applies([stream] if slash else ())
            by_source[name][doc["name"]].append(Record(STATES[state["fix_state"]], "", "", "cve data: " + state["fix_state"], applies))
        for fix in doc.get("affected_release") or []:
            product = re.sub(r"^cpe:/[ao]:redhat:", "", fix["cpe"])
            m = re.fullmatch(r"(.+)-([0-9]+:[^-:]+-[^-:]+)", fix.get("package", ""))
            # A modular package stands here without its stream: the errata have it with one.
            if not m or ".module" in m[2] or not ordinary(product, release):
                continue
            applies = rpm.Applies()
            by_source[m[1]][doc["name"]].append(Record("fixed", rpm.trim(m[2]), "", "cve data: %s %s" % (fix["advisory"], product), applies))
    return by_source, by_binary


def run(feeds, distro, release, root, count):
    tables = records(feeds, release)
    rows = core.sample_rows(tables[1], count * 3 // 4, 25, 400)
    sources = core.sample_rows(tables[0], count // 4, 25, 400)
    return rpm.finish(root, 'ID="rhel"\nVERSION_ID="%s.10"\nPLATFORM_ID="platform:el%s"\n' % (release, release), tables, rows, sources)
