# SPDX-License-Identifier: Apache-2.0
"""What all sets share: reading feeds, deciding by docs/matching.md, comparing with `plimsoll scan`."""
import collections, hashlib, io, json, os, subprocess, tarfile

# What a package is: `source` and `source_version` are what records about sources are compared with.
Package = collections.namedtuple("Package", "name version arch source source_version module")
Package.__new__.__defaults__ = ("",)

# One statement about a package: `why` is shown when there is a difference. `applies(package)`, if any, restricts it.
Record = collections.namedtuple("Record", "status fixed introduced why applies")
Record.__new__.__defaults__ = ("", "", "", None)

# The most decided first.
DECIDED = ["end-of-life", "will-not-fix", "deferred", "affected", "under-investigation"]


def unpack(path):
    out = subprocess.run(["zstd", "-dcq", "--long=27", path], stdout=subprocess.PIPE, check=True).stdout
    return out


def json_lines(path):
    for line in unpack(path).splitlines():
        yield json.loads(line)


def tar_members(path):
    with tarfile.open(fileobj=io.BytesIO(unpack(path))) as tar:
        for member in tar:
            if member.isfile():
                yield member.name, tar.extractfile(member).read()


def order(*key):
    """A number that looks random and is the same in every run."""
    return int.from_bytes(hashlib.blake2b("\0".join(map(str, key)).encode(), digest_size=8).digest(), "big")


def decide(records, version, compare):
    """None when the package is not affected, else (status, fixed version): rule 4."""
    fixes = [r for r in records if r.fixed]
    if fixes:
        below = [r for r in fixes if compare(version, r.fixed) < 0 and (not r.introduced or compare(version, r.introduced) >= 0)]
        if not below:
            return None
        best = below[0].fixed
        for r in below[1:]:
            if compare(r.fixed, best) > 0:
                best = r.fixed
        return "fixed", best
    if any(r.status == "not-affected" for r in records):
        return None
    open_ones = [r.status for r in records if not r.introduced or compare(version, r.introduced) >= 0]
    return (min(open_ones, key=DECIDED.index), "") if open_ones else None


def expected(packages, by_source, by_binary, compare):
    """{(id, package, arch, version): (status, fix)} for records {name: {id: [Record]}} about sources and about binaries."""
    found, why = {}, {}
    for p in packages:
        ids = collections.defaultdict(list)
        for table, name, version in ((by_source, p.source, p.source_version), (by_binary, p.name, p.version)):
            for i, records in table.get(name, {}).items():
                ids[i] += [(r, version) for r in records if not r.applies or r.applies(p)]
        for i, pairs in ids.items():
            # A version of a source and one of a binary are never compared with each other: each record brings its own.
            result = decide_pairs(pairs, compare)
            key = (i, p.name, p.arch, p.version)
            why[key] = [r for r, _ in pairs]
            if result:
                found[key] = result
    return found, why


def decide_pairs(pairs, compare):
    versions = {v for _, v in pairs}
    if len(versions) <= 1:
        return decide([r for r, _ in pairs], next(iter(versions), ""), compare)
    fixes = [(r, v) for r, v in pairs if r.fixed]
    if not fixes:
        return decide([r for r, _ in pairs], pairs[0][1], compare)
    best = ""
    for r, v in fixes:
        if compare(v, r.fixed) < 0 and (not r.introduced or compare(v, r.introduced) >= 0) and (not best or compare(r.fixed, best) > 0):
            best = r.fixed
    return ("fixed", best) if best else None


def sample_rows(table, count, cap, huge=1000):
    """Rows (name, id, Record): `count` of them in an order that looks random. Of a name with more than `cap` ids one row is taken, and of those
    with more than `huge` (kernels) only every tenth name: each row brings all findings of its name."""
    rows = []
    for name, ids in table.items():
        if len(ids) > huge and order("huge", name) % 10:
            continue
        pairs = sorted(((i, r) for i, records in ids.items() for r in records), key=lambda p: order(name, p[0], p[1].why))
        rows += [(name, i, r) for i, r in (pairs if len(ids) <= cap else pairs[:1])]
    rows.sort(key=lambda r: order("row", r[0], r[1], r[2].why))
    return rows[:count]


def scan(plimsoll, db, image, report):
    p = subprocess.run([plimsoll, "scan", "--quiet", "--no-cache", "--archives", "never", "--db", db, "--format", "json", "--output", report, image],
                       stderr=subprocess.PIPE, text=True)
    if p.returncode:
        raise SystemExit("plimsoll scan %s: exit code %d: %s" % (image, p.returncode, p.stderr.strip()))
    with open(report, "rb") as f:
        doc = json.load(f)
    found = {}
    for f in doc["findings"]:
        if f["kind"] != "vulnerability":
            continue
        q = f["package"]
        key = (f["id"], q["name"], q["architecture"] or "", q["version"])
        if key in found:
            raise SystemExit("two findings %s" % (key,))
        found[key] = (f["status"], f["fixed_version"] or "")
    return found, doc["summary"]["packages"]


def compare(title, packages, want, why, got, got_packages, shown=25):
    """Prints the numbers, and differences with the records concerned; True when there is none."""
    differences = [k for k in sorted(want.keys() | got.keys()) if want.get(k) != got.get(k)]
    print("%s: %d packages, %d findings expected, %d differences" % (title, len(packages), len(want), len(differences)))
    if got_packages != len(packages):
        print("  plimsoll sees %d packages" % got_packages)
    for k in differences[:shown]:
        print("  %s %s [%s] %s: expected %s, plimsoll says %s" % (*k, want.get(k, "nothing"), got.get(k, "nothing")))
        for r in why.get(k, [])[:6]:
            print("    %s %s%s (%s)" % (r.status, r.fixed, " since " + r.introduced if r.introduced else "", r.why))
    return not differences and got_packages == len(packages) and bool(want)


def write(root, path, text):
    path = os.path.join(root, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb" if isinstance(text, bytes) else "w") as f:
        f.write(text)
