# SPDX-License-Identifier: Apache-2.0
"""Debian: OSV records of the security tracker, one per CVE, and those of its advisories (DSA, DLA)."""
import collections, os, re
import core, versions
from core import Package, Record


def records(feeds, release):
    """{source: {id: [Record]}}"""
    table = collections.defaultdict(lambda: collections.defaultdict(list))
    for name in ("debian-osv-cve-slim-11-12-13", "debian-osv-dsa-dla-slim-10up"):
        for doc in core.json_lines("%s/debian/%s.jsonl.zst" % (feeds, name)):
            ids = [doc["id"]]
            if not doc["id"].startswith("CVE-"):
                # An advisory is about the CVEs it names; one that names none stands for itself.
                ids = [r for r in doc.get("related", []) if r.startswith("CVE-")] or ids
            for affected in doc["affected"]:
                if affected["package"]["ecosystem"] != "Debian:" + release:
                    continue
                urgency = affected.get("ecosystem_specific", {}).get("urgency", "")
                for events in (r["events"] for r in affected["ranges"]):
                    introduced = fixed = ""
                    for e in events:
                        introduced = e.get("introduced", introduced)
                        fixed = e.get("fixed", fixed)
                    status = "fixed" if fixed else "end-of-life" if urgency == "end-of-life" else "affected"
                    for i in ids:
                        table[affected["package"]["name"]][i].append(
                            Record(status, fixed, "" if introduced == "0" else introduced, "%s, urgency %s" % (doc["id"], urgency or "-")))
    return table


def read_status(root):
    """Installed packages of var/lib/dpkg/status, as dpkg(1) has them."""
    out = []
    with open(os.path.join(root, "var/lib/dpkg/status"), encoding="utf-8") as f:
        for stanza in f.read().split("\n\n"):
            fields = dict(m.groups() for m in re.finditer(r"^([A-Za-z-]+):[ \t]*(.*)$", stanza, re.M))
            if "Package" not in fields or fields["Status"].split()[2] != "installed":
                continue
            source, _, version = fields.get("Source", fields["Package"]).partition(" ")
            out.append(Package(fields["Package"], fields["Version"], fields["Architecture"], source, version.strip("() ") or fields["Version"]))
    return out


def stanza(name, version, arch="amd64", source="", status="install ok installed"):
    return "Package: %s\nStatus: %s\nPriority: optional\nSection: misc\nArchitecture: %s\n%sVersion: %s\nDescription: made up\n more of it\n" % (
        name, status, arch, "Source: %s\n" % source if source else "", version)


def made_up(rows):
    """Stanzas of three packages for each row: below the fix, at it and above it."""
    out, bare = [], set()
    for n, (source, i, r) in enumerate(rows):
        if r.fixed:
            versions_of = (r.fixed + "~", r.fixed, r.fixed + "+1")
        else:
            versions_of = ("0~1", "1.0-1", "99:1.0-1")
        chosen = core.order("bare", source) % 3 if source not in bare else -1
        for at, version in enumerate(versions_of):
            arch = ("amd64", "arm64", "all")[core.order(n, at) % 3]
            name = "%s-%d%s" % (source, n, "bat"[at])
            if at == chosen:
                # Named as its source: no Source field at all.
                bare.add(source)
                out.append(stanza(source, version, arch))
            elif (n + at) % 2:
                # A binary with a version of its own, which must not be what is compared.
                out.append(stanza(name, "99:%d.0" % at if at == 0 else "0~%d" % at, arch, "%s (%s)" % (source, version)))
            else:
                out.append(stanza(name, version, arch, source))
        if n % 50 == 0 and r.fixed:
            out.append(stanza(source + "-gone%d" % n, r.fixed + "~", "amd64", source, "deinstall ok config-files"))
    return out


def run(feeds, distro, release, root, count, cap=14):
    """Packages, their expected findings and the records behind them. Without `root` a root is made up in `count` rows."""
    table = records(feeds, release)
    rows = []
    if count:
        rows = core.sample_rows(table, count, cap, huge=10**9)  # linux and chromium, too
        core.write(root, "etc/os-release", 'ID=debian\nVERSION_ID="%s"\n' % release)
        core.write(root, "var/lib/dpkg/status", "\n".join(made_up(rows)) + "\n")
    packages = read_status(root)
    want, why = core.expected(packages, table, {}, versions.dpkg)
    return packages, want, why, len(rows)
