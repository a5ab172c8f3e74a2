#!/usr/bin/env python3
"""Makes lock files to measure with: `lockfiles.py large OUT` one package-lock.json of 20 MB, `lockfiles.py many OUT` a directory with
1,000 files of ten formats, 200 packages each. The same bytes every time."""
import base64, hashlib, json, os, random, sys

rng = random.Random(1)
HOST = "https://registry.example"


def names(n, prefix="package"):
    return [(f"{prefix}-{i}-{rng.choice(['utils', 'core', 'loader', 'plugin'])}", f"{rng.randrange(9)}.{rng.randrange(30)}.{rng.randrange(30)}") for i in range(n)]


def sri(name):
    return "sha512-" + base64.b64encode(hashlib.sha512(name.encode()).digest()).decode()


def sha(name):
    return hashlib.sha256(name.encode()).hexdigest()


def npm(packages, size=None):
    entries, total = {"": {"name": "app", "version": "1.0.0"}}, 0
    for i, (n, v) in enumerate(packages):
        e = {"version": v, "resolved": f"{HOST}/{n}/-/{n}-{v}.tgz", "integrity": sri(n), "dev": i % 3 == 0, "license": "MIT",
             "dependencies": {f"package-{rng.randrange(10**6)}-core": "^1.0.0" for _ in range(rng.randrange(6))}, "engines": {"node": ">=12"}}
        entries["node_modules/" + n] = e
        total += len(json.dumps(e, indent=2)) + 60
        if size and total > size:
            break
    return json.dumps({"name": "app", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": entries}, indent=2) + "\n"


def yarn(packages):
    return "# yarn lockfile v1\n\n" + "".join(f'\n{n}@^{v}:\n  version "{v}"\n  resolved "{HOST}/{n}/-/{n}-{v}.tgz#{sha(n)[:40]}"\n  integrity {sri(n)}\n  dependencies:\n    ms "^2.0.0"\n' for n, v in packages)


def berry(packages):
    return "__metadata:\n  version: 8\n\n" + "".join(f'"{n}@npm:^{v}":\n  version: {v}\n  resolution: "{n}@npm:{v}"\n  dependencies:\n    ms: "npm:^2.0.0"\n  checksum: 10c0/{sha(n)}\n  languageName: node\n  linkType: hard\n\n' for n, v in packages)


def pnpm(packages):
    out = ["lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n"]
    out += [f"      {n}:\n        specifier: ^{v}\n        version: {v}\n" for n, v in packages[:20]]
    out += ["packages:\n"] + [f"  {n}@{v}:\n    resolution: {{integrity: {sri(n)}}}\n    engines: {{node: '>=12'}}\n" for n, v in packages]
    out += ["snapshots:\n"] + [f"  {n}@{v}:\n    dependencies:\n      {o}: {w}\n" for (n, v), (o, w) in zip(packages, packages[1:] + packages[:1])]
    return "".join(out)


def poetry(packages):
    return "".join(f'[[package]]\nname = "{n}"\nversion = "{v}"\ndescription = "a package"\noptional = false\ngroups = ["main"]\nfiles = [\n    {{file = "{n}-{v}-py3-none-any.whl", hash = "sha256:{sha(n)}"}},\n]\n\n' for n, v in packages)


def uv(packages):
    return 'version = 1\n\n[[package]]\nname = "app"\nversion = "0"\nsource = { virtual = "." }\ndependencies = [{ name = "%s" }]\n\n' % packages[0][0] + "".join(
        f'[[package]]\nname = "{n}"\nversion = "{v}"\nsource = {{ registry = "{HOST}/simple" }}\ndependencies = [\n    {{ name = "{o}" }},\n]\nsdist = {{ url = "{HOST}/{n}.tar.gz", hash = "sha256:{sha(n)}", size = 1000 }}\n\n' for (n, v), (o, _) in zip(packages, packages[1:] + packages[:1]))


def composer(packages):
    entry = lambda n, v: {"name": "acme/" + n, "version": v, "source": {"type": "git", "url": f"https://github.com/acme/{n}.git", "reference": sha(n)[:40]}, "require": {"php": ">=8"}, "type": "library", "license": ["MIT"], "description": "a package"}
    return json.dumps({"content-hash": "0", "packages": [entry(*p) for p in packages], "packages-dev": []}, indent=4) + "\n"


def cargo(packages):
    return "version = 3\n\n" + "".join(f'[[package]]\nname = "{n}"\nversion = "{v}"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\nchecksum = "{sha(n)}"\ndependencies = [\n "libc",\n "cfg-if",\n]\n\n' for n, v in packages)


def gomod(packages):
    return "module example.com/app\n\ngo 1.21\n\nrequire (\n" + "".join(f"\tgithub.com/acme/{n} v{v} // indirect\n" for n, v in packages) + ")\n"


def gemfile(packages):
    return f"GEM\n  remote: {HOST}/\n  specs:\n" + "".join(f"    {n} ({v})\n      rack (>= 2)\n" for n, v in packages) + "\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  rack\n"


FORMATS = [("package-lock.json", npm), ("yarn.lock", yarn), ("yarn.lock", berry), ("pnpm-lock.yaml", pnpm), ("poetry.lock", poetry), ("uv.lock", uv), ("composer.lock", composer), ("Cargo.lock", cargo), ("go.mod", gomod), ("Gemfile.lock", gemfile)]


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


what, out = sys.argv[1:]
if what == "large":
    os.makedirs(out)
    write(out + "/package-lock.json", npm(names(100000), 20_000_000))
else:
    for i in range(1000):
        name, make = FORMATS[i % len(FORMATS)]
        os.makedirs(f"{out}/project-{i}")
        write(f"{out}/project-{i}/{name}", make(names(200, f"package{i}")))
