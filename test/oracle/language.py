#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What packages of languages should be found vulnerable, computed from the raw records: no code in common with the product.

  language.py FEEDS ECOSYSTEM SEED N PACKAGES EXPECTED

N packages with records and N/5 malicious ones are drawn; for each bound that a record states there are versions below, at and above it. PACKAGES
becomes match-list's input: type, name, version[, linked import paths]. EXPECTED becomes what it should say: type, name, version, id, kind, fixed.
FEEDS holds ghsa/, pypa/, go-vulndb/, rustsec/, malicious/ (OSV, a record a line, zstd), rubysec/ and friendsofphp/ (tars of YAML, zstd). docs/matching.md has the rules."""
import collections, functools, io, json, os, random, re, subprocess, sys, tarfile

TYPES = {"npm": "npm", "PyPI": "pypi", "Go": "golang", "Maven": "maven", "crates.io": "cargo", "RubyGems": "gem", "Packagist": "composer", "NuGet": "nuget",
         "Hex": "hex", "Pub": "pub", "SwiftURL": "swift"}


def sign(a, b):
    return (a > b) - (a < b)


# --- orders ------------------------------------------------------------------------------------------------------------------------

def semver_key(text):
    """semver.org, rule 11; missing numbers are zeros."""
    text = text.lstrip("v").split("+")[0]
    core, _, pre = text.partition("-")
    numbers = [int(x) for x in core.split(".") if x.isdigit()]
    numbers = tuple((numbers + [0, 0, 0])[:3])
    if not pre:
        return numbers, 1, ()
    return numbers, 0, tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in pre.split("."))


def pep440_key(text):
    from packaging.version import Version
    return Version(text)


def gem_compare(a, b):
    """Gem::Version: digits and words; words before numbers; zeros at the end mean nothing."""
    def segments(text):
        parts = [int(x) if x.isdigit() else x for x in re.findall(r"[0-9]+|[A-Za-z]+", text.replace("-", ".pre."))]
        first = next((i for i, x in enumerate(parts) if isinstance(x, str)), len(parts))
        head, tail = parts[:first], parts[first:]
        while head and head[-1] == 0:
            head.pop()
        while tail and tail[-1] == 0:
            tail.pop()
        return head + tail
    x, y = segments(a), segments(b)
    for i in range(max(len(x), len(y))):
        p, q = (x[i] if i < len(x) else 0), (y[i] if i < len(y) else 0)
        if p == q:
            continue
        if isinstance(p, str) != isinstance(q, str):
            return -1 if isinstance(p, str) else 1
        return sign(p, q)
    return 0


QUALIFIERS = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"]
ALIASES = {"a": "alpha", "b": "beta", "m": "milestone", "cr": "rc", "ga": "", "final": "", "release": ""}


def maven_items(text):
    """ComparableVersion's list of items (Maven 3.8): numbers, words and, behind a dash or where digits and letters meet, lists."""
    text = text.lower()
    root = []
    stack = [root]

    def word(s, before_digit):
        if before_digit and len(s) == 1:
            s = {"a": "alpha", "b": "beta", "m": "milestone"}.get(s, s)
        return {"cr": "rc", "ga": "", "final": "", "release": ""}.get(s, s)

    def trim(items):
        for i in range(len(items) - 1, -1, -1):
            if items[i] in (0, "", []):
                del items[i]
            elif not isinstance(items[i], list):
                break

    def sub():
        new = []
        stack[-1].append(new)
        stack.append(new)

    start, digits = 0, False
    for i, c in enumerate(text):
        if c == "." or c == "-":
            if i == start:
                stack[-1].append(0)
            else:
                stack[-1].append(int(text[start:i]) if digits else word(text[start:i], False))
            start = i + 1
            if c == "-":
                sub()
        elif c.isdigit():
            if not digits and i > start:
                if stack[-1]: # ".x" is "-x" for any word
                    sub()
                stack[-1].append(word(text[start:i], True))
                start = i
                sub()
            digits = True
        else:
            if digits and i > start:
                stack[-1].append(int(text[start:i]))
                start = i
                sub()
            digits = False
    if len(text) > start:
        if not digits and stack[-1]:
            sub()
        stack[-1].append(int(text[start:]) if digits else word(text[start:], False))
    for items in reversed(stack):
        trim(items)
    return root


def maven_word(s):
    return (QUALIFIERS.index(s), "") if s in QUALIFIERS else (len(QUALIFIERS), s)


def maven_item(a, b):
    if a is None:
        return -maven_item(b, None) if b is not None else 0
    if isinstance(a, int):
        if b is None:
            return 0 if a == 0 else 1
        return sign(a, b) if isinstance(b, int) else 1
    if isinstance(a, str):
        if b is None:
            return sign(maven_word(a), maven_word(""))
        return sign(maven_word(a), maven_word(b)) if isinstance(b, str) else -1
    if b is None:
        for x in a:
            r = maven_item(x, None)
            if r:
                return r
        return 0
    if isinstance(b, int):
        return -1
    if isinstance(b, str):
        return 1
    for i in range(max(len(a), len(b))):
        l, r = (a[i] if i < len(a) else None), (b[i] if i < len(b) else None)
        x = maven_item(l, r) if l is not None else -maven_item(r, l) if r is not None else 0
        if x:
            return x
    return 0


COMPOSER = re.compile(r"v?([0-9]{1,5})(\.[0-9]+)?(\.[0-9]+)?(\.[0-9]+)?(?:[._-]?(?:(stable|beta|b|rc|alpha|a|patch|pl|p)((?:[.-]?[0-9]+)*))?([.-]?dev)?)", re.I)
PHP_WORDS = {"dev": -4, "alpha": -3, "a": -3, "beta": -2, "b": -2, "rc": -1, "patch": 2, "pl": 2, "p": 2}


def composer_key(text):
    """Composer's normal form, in the order of PHP's version_compare(): a number is above the end and below "patch"."""
    m = COMPOSER.fullmatch(text)
    key = [(1, int((part or ".0").lstrip("."))) for part in m.groups()[:4]]
    if m[5] and m[5].lower() != "stable":
        key += [(PHP_WORDS[m[5].lower()], 0)] + [(1, int(n)) for n in re.findall("[0-9]+", m[6])]
    if m[7] and (m[5] or "").lower() != "stable":
        key.append((PHP_WORDS["dev"], 0))
    return key + [(0, 0)]


def nuget_key(text):
    """NuGet.Versioning: up to four numbers, labels without regard to case."""
    core, _, pre = text.split("+")[0].partition("-")
    numbers = tuple((list(map(int, core.split("."))) + [0, 0, 0])[:4])
    return numbers, not pre, tuple((0, int(p), "") if p.isdigit() else (1, 0, p.lower()) for p in pre.split(".")) if pre else ()


def pub_key(text):
    """pub_semver: build metadata order, too; none comes first."""
    build = text.partition("+")[2]
    return semver_key(text), bool(build), tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in build.split("."))


def by_key(key):
    return lambda a, b: sign(key(a), key(b))


COMPARE = {
    "npm": by_key(semver_key), "crates.io": by_key(semver_key), "Go": by_key(semver_key), "PyPI": by_key(pep440_key), "RubyGems": gem_compare,
    "Maven": lambda a, b: maven_item(maven_items(a), maven_items(b)),
    "Packagist": by_key(composer_key), "NuGet": by_key(nuget_key), "Hex": by_key(semver_key), "Pub": by_key(pub_key), "SwiftURL": by_key(semver_key),
}
SEMVER = r"v?[0-9]+(\.[0-9]+){0,2}(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?"


def valid(ecosystem, text):
    if ecosystem == "PyPI":
        from packaging.version import InvalidVersion
        try:
            pep440_key(text)
        except InvalidVersion:
            return False
        return True
    if ecosystem == "Packagist":
        return bool(COMPOSER.fullmatch(text))
    if ecosystem == "NuGet":
        return bool(re.fullmatch(r"[0-9]+(\.[0-9]+){1,3}(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z.-]+)?", text)) and not re.search(r"[-.]0[0-9]+($|[.+])", text.partition("-")[2])
    if ecosystem in ("npm", "crates.io", "Go", "Hex", "Pub", "SwiftURL"):
        match = re.fullmatch(SEMVER if ecosystem not in ("Hex", "Pub") else r"[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?", text)
        return bool(match) and all(not re.fullmatch(r"0[0-9]+", p) for p in re.split(r"[.+-]", text.lstrip("v"))) and not text.endswith(".") and ".." not in text
    if ecosystem == "RubyGems":
        return bool(re.fullmatch(r"[0-9]+(\.[0-9A-Za-z]+)*(-[0-9A-Za-z]+(\.[0-9A-Za-z]+)*)?", text))
    return bool(re.fullmatch(r"[0-9A-Za-z._-]+", text))


# --- records -----------------------------------------------------------------------------------------------------------------------

Range = collections.namedtuple("Range", "introduced fixed last fix imports record malicious")
Branch = collections.namedtuple("Branch", "bounds record malicious imports") # of FriendsOfPHP: (operator, version) that must all hold
Requirement = collections.namedtuple("Requirement", "patched unaffected record malicious imports")


def unpacked(path):
    return subprocess.run(["zstd", "-dcq", "--long=31", path], check=True, stdout=subprocess.PIPE).stdout


def osv_records(feeds):
    for name in ("ghsa", "pypa", "go-vulndb", "rustsec", "malicious"):
        for file in sorted(os.listdir(f"{feeds}/{name}")):
            for line in unpacked(f"{feeds}/{name}/{file}").splitlines():
                yield json.loads(line)


def withdrawn(record):
    words = re.compile(r"[#*_\s]*(withdrawn|duplicate advisory|duplicate of ghsa)", re.I)
    if record.get("withdrawn") or record.get("summary", "").startswith("Withdrawn"):
        return True
    return record["id"].startswith("GHSA-") and bool(words.match(record.get("summary", "")) or words.match(record.get("details", "")))


def normal(ecosystem, name):
    if ecosystem == "PyPI":
        return re.sub(r"[-_.]+", "-", name).lower()
    return name.lower() if ecosystem in ("NuGet", "Packagist", "SwiftURL") else name


def ranges_of(affected, record):
    imports = frozenset(i["path"] for i in affected.get("ecosystem_specific", {}).get("imports", []) or []) if isinstance(affected.get("ecosystem_specific"), dict) else frozenset()
    known = affected.get("database_specific", {}).get("last_known_affected_version_range", "") if isinstance(affected.get("database_specific"), dict) else ""
    malicious = record["id"].startswith("MAL-")
    out, any_range = [], False
    for r in affected.get("ranges", []):
        if r["type"] == "GIT":
            continue
        pairs, introduced = [], None
        for e in r["events"]:
            if "introduced" in e:
                if introduced is not None:
                    pairs.append((introduced, None, None))
                introduced = e["introduced"]
            elif introduced is not None and ("fixed" in e or "last_affected" in e):
                pairs.append((introduced, e.get("fixed"), e.get("last_affected")))
                introduced = None
        if introduced is not None:
            pairs.append((introduced, None, None))
        for introduced, fixed, last in pairs:
            any_range = True
            fix = fixed is not None
            if fixed is None and last is None:
                if known.startswith("<= "):
                    last = known[3:]
                elif known.startswith("< "):
                    fixed = known[2:]
            out.append(Range(None if introduced in ("0", "0.0.0-0") else introduced, fixed, last, fix, imports, record["id"], malicious))
    if not any_range:
        out += [Range(v, None, v, False, imports, record["id"], malicious) for v in affected.get("versions", [])]
    return out


def rubysec_records(feeds):
    import yaml
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    for file in sorted(os.listdir(f"{feeds}/rubysec")):
        for member in (tar := tarfile.open(fileobj=io.BytesIO(unpacked(f"{feeds}/rubysec/{file}")))):
            if member.isfile() and member.name.endswith(".yml"):
                record = yaml.load(tar.extractfile(member), loader)
                if record.get("gem"):
                    yield record


def friendsofphp_records(feeds):
    import yaml
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    for file in sorted(os.listdir(f"{feeds}/friendsofphp")):
        for member in (tar := tarfile.open(fileobj=io.BytesIO(unpacked(f"{feeds}/friendsofphp/{file}")))):
            if member.isfile() and member.name.endswith(".yaml"):
                record = yaml.load(tar.extractfile(member), loader)
                if isinstance(record, dict) and str(record.get("reference", "")).startswith("composer://"):
                    yield os.path.basename(member.name)[:-5], record


class Advisories:
    def __init__(self, feeds, ecosystem):
        self.compare = functools.lru_cache(None)(COMPARE[ecosystem])
        self.packages = collections.defaultdict(lambda: collections.defaultdict(list)) # name -> record's ids -> ranges
        self.links = collections.defaultdict(set)
        named = []
        for record in osv_records(feeds):
            if withdrawn(record):
                continue
            cves = sorted({a for a in record.get("aliases") or [] if re.fullmatch(r"CVE-[0-9]{4}-[0-9]{4,19}", a)})
            friends = [m[1] for m in (re.search(r"FriendsOfPHP/security-advisories/blob/master/(\S+)\.yaml$", r.get("url", "")) for r in record.get("references") or []) if m]
            self.link(record["id"], (record.get("aliases") or []) + ["FriendsOfPHP/" + f for f in friends], cves)
            for affected in record.get("affected", []):
                package = affected.get("package", {})
                if package.get("ecosystem", "").split(":")[0] != ecosystem:
                    continue
                for r in ranges_of(affected, record):
                    named.append((normal(ecosystem, package["name"]), cves or [record["id"]], r))
        for record in rubysec_records(feeds):
            cve = ["CVE-" + record["cve"]] if record.get("cve") else []
            others = (["GHSA-" + record["ghsa"]] if record.get("ghsa") else []) + (["OSVDB-" + record["osvdb"]] if record.get("osvdb") else [])
            if not cve and not others:
                continue
            self.link((cve + others)[0], (cve + others)[1:], cve)
            if ecosystem == "RubyGems":
                rule = Requirement(record.get("patched_versions") or [], record.get("unaffected_versions") or [], (others + cve)[0], False, frozenset())
                named.append((record["gem"], cve or others[:1], rule))
        for file, record in friendsofphp_records(feeds):
            name = record["reference"][len("composer://"):].lower()
            own, cve = f"FriendsOfPHP/{name}/{file}", [record["cve"]] if re.fullmatch(r"CVE-[0-9]{4}-[0-9]{4,19}", str(record.get("cve"))) else []
            self.link(own, cve, cve)
            for branch in (record.get("branches") or {}).values() if ecosystem == "Packagist" else ():
                bounds = [re.fullmatch(r"(>=|<=|>|<|=)\s*(\S+)", b).groups() for v in branch["versions"] for b in re.split(r"\s*,\s*|\s+(?=[<>=])", v.strip())]
                named.append((name, cve or [own], Branch(bounds, own, False, frozenset())))
        for name, ids, rule in named:
            for i in ids:
                self.packages[name][i if i.startswith("CVE-") else self.canonical(i)].append(rule)

    def link(self, own, aliases, cves):
        names = {own, *aliases}
        if cves:
            for n in names - set(cves):
                self.links[n] |= set(cves)
        else:
            for a in aliases:
                self.links[own].add(a)
                self.links[a].add(own)

    def canonical(self, start):
        """The nearest CVE over at most three links; else the best of the names."""
        seen, level = {start}, [start]
        hops = 0
        while level:
            following = sorted({t for n in level for t in self.links.get(n, ())} - seen)
            seen |= set(following)
            cves = [t for t in following if t.startswith("CVE-")]
            if cves and hops < 3:
                return min(cves)
            level = [t for t in following if not t.startswith("CVE-")]
            hops += 1
        return min((n for n in seen if not n.startswith("CVE-")), key=lambda n: (0 if n.startswith("MAL-") else 1 if n.startswith("GHSA-") else 2, n))

    def satisfies(self, version, requirement):
        """Gem::Requirement: all of a list with commas."""
        for part in requirement.split(","):
            op, bound = re.fullmatch(r"\s*(~>|>=|<=|!=|=|>|<)?\s*(\S+)\s*", part).groups()
            c = self.compare(version, bound)
            if op == "~>":
                # At least it, and its release below the bumped one: pre-releases of that are above.
                release = ".".join(re.match(r"[0-9]+(\.[0-9]+)*", version).group().split("."))
                parts = re.match(r"[0-9]+(\.[0-9]+)*", bound).group().split(".")
                parts = parts[:-1] if len(parts) > 1 else parts
                upper = ".".join(parts[:-1] + [str(int(parts[-1]) + 1)])
                ok = c >= 0 and self.compare(release, upper) < 0
            else:
                ok = {">=": c >= 0, "<=": c <= 0, "!=": c != 0, "=": c == 0, None: c == 0, ">": c > 0, "<": c < 0}[op]
            if not ok:
                return False
        return True

    def affects(self, rule, version):
        if isinstance(rule, Branch):
            # Composer takes ">=1.0" for ">=1.0-dev"; of "<1.0" the pre-releases of 1.0 count as affected.
            for op, bound in rule.bounds:
                stable = re.fullmatch(r"v?[0-9.]+", bound)
                c = self.compare(version, bound + "-dev" if op == ">=" and stable else bound)
                if not {">=": c >= 0, "<=": c <= 0, ">": c > 0, "<": c < 0, "=": c == 0}[op]:
                    return False
            return True
        if isinstance(rule, Requirement):
            return not any(self.satisfies(version, r) for r in rule.patched + rule.unaffected)
        if rule.introduced and self.compare(version, rule.introduced) < 0:
            return False
        if rule.fixed and self.compare(version, rule.fixed) >= 0:
            return False
        return not (rule.last and self.compare(version, rule.last) > 0)

    def fixes(self, rule, version):
        """Fixed versions that a rule names."""
        if isinstance(rule, Range):
            return [rule.fixed] if rule.fix and rule.fixed else []
        if isinstance(rule, Branch):
            below = [b for op, b in rule.bounds if op in ("<", "<=")]
            lowest = min(below, key=functools.cmp_to_key(self.compare)) if below else None
            return [lowest] if lowest and ("<", lowest) in rule.bounds else []
        # The beginning of what is patched, where right below it is affected.
        out = []
        for r in rule.patched:
            lower = [re.fullmatch(r"\s*(~>|>=|=)?\s*(\S+)\s*", p) for p in r.split(",")]
            lower = [m.group(2) for m in lower if m]
            if lower:
                out.append(max(lower, key=functools.cmp_to_key(self.compare)))
        spans = rule.patched + rule.unaffected
        return [f for f in out if not any(self.satisfies(f, r) and self.opens_below(r, f) for r in spans)]

    def opens_below(self, requirement, version):
        """Does it hold versions right below this one, too?"""
        for part in requirement.split(","):
            op, bound = re.fullmatch(r"\s*(~>|>=|<=|!=|=|>|<)?\s*(\S+)\s*", part).groups()
            if op in ("~>", ">=", "=", None) and self.compare(bound, version) == 0:
                return False
        return True

    def judge(self, name, version, linked):
        for i, rules in sorted(self.packages.get(name, {}).items()):
            hit = [r for r in rules if self.affects(r, version)]
            if not hit:
                continue
            if linked:
                precise = [r for r in hit if r.imports]
                if precise and not any(r.imports & linked for r in precise):
                    continue
            above = [f for r in rules for f in self.fixes(r, version) if self.compare(f, version) > 0]
            clean = [f for f in above if not any(self.affects(r, f) for r in rules)]
            best = min(clean or above, key=functools.cmp_to_key(self.compare)) if above else ""
            yield i, "malicious-package" if any(r.malicious for r in rules) else "vulnerability", best


# --- packages ----------------------------------------------------------------------------------------------------------------------

def bounds_of(rule):
    if isinstance(rule, Range):
        return [b for b in (rule.introduced, rule.fixed, rule.last) if b]
    if isinstance(rule, Branch):
        return [b for _, b in rule.bounds]
    return [m for r in rule.patched + rule.unaffected for m in re.findall(r"[0-9][0-9A-Za-z.]*", r)]


def around(ecosystem, bound):
    """Versions below, at and above a bound, pre-releases among them."""
    out = [bound]
    last = re.search(r"[0-9]+(?=[^0-9]*$)", bound)
    if last:
        n = int(last.group())
        for m in {max(n - 1, 0), n + 1}:
            out.append(bound[:last.start()] + str(m) + bound[last.end():])
    plain = re.match(r"v?[0-9]+(\.[0-9]+)*", bound)
    base = plain.group() if plain else bound
    if ecosystem == "PyPI":
        out += [base + "rc1", base + ".post1", base + ".dev1", base + ".0"]
    elif ecosystem == "RubyGems":
        out += [base + ".rc1", base + ".1", base + ".0"]
    elif ecosystem == "Maven":
        out += [base + "-alpha-1", base + "-SNAPSHOT", base + ".Final", base + "-sp1", base + ".1"]
    elif ecosystem == "Packagist":
        out += [base + suffix for suffix in ("-dev", "-alpha2", "-beta", "-RC1", "-patch1", ".0", ".1")]
    elif ecosystem == "NuGet":
        out += [base + suffix for suffix in ("-preview.1", "-RC1", "-rc2", ".0", ".1")]
    else:
        out += [bound + "+build.7"] if ecosystem == "Pub" else []
        full = (base + ".0.0")[: len(base) + 2 * (2 - base.count("."))] if base.count(".") < 2 else base
        out += [full, full + "-rc.1", full + "-0", full + "-alpha"]
    return [v for v in out if valid(ecosystem, v)]


def packages(known, ecosystem, seed, n):
    rng = random.Random(seed)
    # Most of npm and PyPI is malicious packages, whose ranges are simple: a fifth of them is enough.
    plain = sorted(p for p, ids in known.packages.items() if not any(i.startswith("MAL-") for i in ids))
    malicious = sorted(set(known.packages) - set(plain))
    chosen = rng.sample(plain, min(n, len(plain))) + rng.sample(malicious, min(n // 5, len(malicious)))
    lines = set()
    for name in sorted(chosen):
        rules = [r for rs in known.packages[name].values() for r in rs]
        bounds = sorted({b for r in rules for b in bounds_of(r)})
        if any(not valid(ecosystem, b) for b in bounds):
            print(f"{name}: a bound is no version of {ecosystem}: left out", file=sys.stderr)
            continue
        versions = sorted({v for b in (rng.sample(bounds, 12) if len(bounds) > 12 else bounds) for v in around(ecosystem, b)} | {"1.0.0"})
        for v in versions:
            lines.add((TYPES[ecosystem], name, v))
            paths = sorted({p for r in rules for p in r.imports})
            if paths and ecosystem == "Go":
                lines.add((TYPES[ecosystem], name, v, "example.org/other"))
                lines.add((TYPES[ecosystem], name, v, ",".join(["example.org/other"] + rng.sample(paths, 1))))
    return sorted(lines)


def main(feeds, ecosystem, seed, n, packages_path, expected_path):
    known = Advisories(feeds, ecosystem)
    lines = packages(known, ecosystem, seed, int(n))
    with open(packages_path, "w") as out:
        out.writelines("\t".join(line) + "\n" for line in lines)
    with open(expected_path, "w") as out:
        for type_, name, version, *linked in lines:
            for i, kind, fixed in known.judge(name, version, set(linked[0].split(",")) if linked else set()):
                print("\t".join([type_, name, version, i, kind, fixed]), file=out)
    print(f"{ecosystem}: {len(lines)} packages")


if __name__ == "__main__":
    main(*sys.argv[1:])
