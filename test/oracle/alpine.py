# SPDX-License-Identifier: Apache-2.0
"""Alpine: secdb (fixed versions per source package; version 0 says "never affected") and the OSV records made of it."""
import collections, json, os, re
import core, versions
from core import Package, Record


def ids_of(text):
    """The ids of one secdb entry: its CVEs, else its first word that is the id of something ("CVE-????-????? XSA-312" is XSA-312)."""
    cves = re.findall(r"\bCVE-[0-9]{4}-[0-9]{4,}", text)
    if cves:
        return list(dict.fromkeys(cves))
    words = [w for w in text.split() if re.fullmatch(r"[A-Z][A-Za-z0-9]*(-[A-Za-z0-9]+)+|[A-Z]+[0-9]+-[0-9]+", w)]
    return words[:1]


def records(feeds, release):
    table = collections.defaultdict(lambda: collections.defaultdict(list))
    for name, text in core.tar_members(feeds + "/alpine/alpine-secdb.tar.zst"):
        if not name.startswith(release + "/"):
            continue
        for package in json.loads(text)["packages"]:
            package = package["pkg"]
            for version, entries in (package["secfixes"] or {}).items():
                for entry in entries or []:
                    for i in ids_of(entry):
                        r = Record("not-affected", "", "", name) if version == "0" else Record("fixed", version, "", name)
                        table[package["name"]][i].append(r)
    for doc in core.json_lines(feeds + "/alpine/alpine-osv-slim.jsonl.zst"):
        for affected in doc["affected"]:
            if affected["package"]["ecosystem"] == "Alpine:v" + release:
                for e in affected["ranges"][0]["events"]:
                    if "fixed" in e:
                        table[affected["package"]["name"]][doc["id"]].append(Record("fixed", e["fixed"], "", "osv " + doc["id"]))
    return table


def read_installed(root):
    out = []
    with open(os.path.join(root, "lib/apk/db/installed"), encoding="utf-8") as f:
        for paragraph in f.read().split("\n\n"):
            fields = dict(line.split(":", 1) for line in paragraph.splitlines() if line[1:2] == ":" and line[0] in "PVAo")
            if "P" in fields:
                out.append(Package(fields["P"], fields["V"], fields["A"], fields.get("o", fields["P"]), fields["V"]))
    return out


def around(fix):
    """Versions below the fix, at it and above it."""
    base, _, revision = fix.rpartition("-r")
    below = [base + "-r%d" % (int(revision) - 1)] if int(revision) else []
    below += [re.split("_", base)[0] + "_alpha1-r0", "0.0-r0"]
    return next(b for b in below if versions.apk(b, fix) < 0), fix, base + "-r%d" % (int(revision) + 1)


def made_up(rows):
    out, seen = [], set()
    for n, (source, i, r) in enumerate(rows):
        for at, version in enumerate(around(r.fixed) if r.fixed else ("0.0-r0", "1.0-r0", "99-r0")):
            name = source if source not in seen and at == n % 3 else "%s-%d%s" % (source, n, "bat"[at])
            origin = "o:%s\n" % source
            if name == source:
                seen.add(source)
                origin = "" if n % 2 else origin
            arch = ("x86_64", "noarch")[n % 2]
            out.append("C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nP:%s\nV:%s\nA:%s\nS:1\nI:1\nT:made up\nL:MIT\n%sF:usr\nR:x\n" % (name, version, arch, origin))
    return out


def run(feeds, distro, release, root, count):
    table = records(feeds, release)
    # Rows whose version apk itself does not accept are no rows for "at the fix"; they still stand beside others in the table.
    valid = {s: {i: [r for r in rs if not r.fixed or (versions.apk_parts(r.fixed) and "-r" in r.fixed)] for i, rs in ids.items()} for s, ids in table.items()}
    rows = core.sample_rows(valid, count, 30)
    core.write(root, "etc/os-release", 'ID=alpine\nVERSION_ID=%s.3\n' % release)
    core.write(root, "lib/apk/db/installed", "\n".join(made_up(rows)) + "\n")
    packages = read_installed(root)
    want, why = core.expected(packages, table, {}, versions.apk_loose)
    return packages, want, why, len(rows)
