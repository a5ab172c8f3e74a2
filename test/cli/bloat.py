#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The numbers of `plimsoll bloat --format json`, computed anew from the layer tars of an OCI layout.

  bloat.py make DIR SEED     writes lines for mkimage.py: files that later layers overwrite, delete, duplicate
  bloat.py diff A B          paths that differ between two layouts, as "added PATH"
  bloat.py LAYOUT REPORT     compares; prints what differs"""
import collections, gzip, hashlib, io, json, random, subprocess, sys, tarfile


def make(out, seed):
    rng = random.Random(seed)
    for i in range(8):
        with open(f"{out}/content{i}", "wb") as f:
            f.write(rng.randbytes(rng.choice([1, 700, 5000, 70000])))
    dirs = ["a", "a/b", "a/b/c", "d", "d/e", "usr/lib", "usr/share/doc"]
    names = [f"{d}/f{i}" for d in dirs for i in range(6)]
    for layer in range(5):
        print("layer", rng.choice(["gzip", "plain", "zstd"]) if layer else "gzip")
        used = set()
        for name in rng.sample(names, 14):
            print(rng.choice(["file", "exec"]), name, f"{out}/content{rng.randrange(8)}")
            used.add(name)
        if layer == 0:
            print("file gone/dir/below", f"{out}/content1")
            continue
        for name in rng.sample([n for n in names if n not in used], 5):
            d, _, base = name.rpartition("/")
            print("text", f"{d}/.wh.{base}", "")
        if layer == 2:
            print("text d/.wh.e ")
            print("file d/e/again", f"{out}/content0")
        if layer == 3:
            print("text a/b/.wh..wh..opq ")
            print("link a/link f1")
        if layer == 4:
            print("text gone/dir now-a-file")


def layers_of(layout):
    blob = lambda digest: open(f"{layout}/blobs/sha256/{digest[7:]}", "rb").read()
    index = json.load(open(f"{layout}/index.json"))
    manifest = json.loads(blob(index["manifests"][0]["digest"]))
    for d in manifest["layers"]:
        data = blob(d["digest"])
        if d["mediaType"].endswith("+gzip"):
            data = gzip.decompress(data)
        elif d["mediaType"].endswith("+zstd"):
            data = subprocess.run(["zstd", "-dcq"], input=data, stdout=subprocess.PIPE, check=True).stdout
        yield tarfile.open(fileobj=io.BytesIO(data))


def compute(layout, modes=None):
    view, hidden, layers, every = {}, [], [], [0, 0]

    def hide(path, by, deleted):
        layer, size, _ = view.pop(path)
        hidden.append((path, size, layer, by, deleted))

    for i, tar in enumerate(layers_of(layout)):
        members = [m for m in tar]
        new = {m.name for m in members if "/.wh." not in "/" + m.name}
        for m in members:
            d, _, base = m.name.rpartition("/")
            if base == ".wh..wh..opq":
                for p in [p for p in view if p.startswith(d + "/") and view[p][0] < i]:
                    hide(p, i, p not in new)
            elif base.startswith(".wh."):
                gone = (d + "/" if d else "") + base[4:]
                for p in [p for p in view if (p == gone or p.startswith(gone + "/")) and view[p][0] < i]:
                    hide(p, i, p not in new)
        files = [m for m in members if m.name in new and not m.isdir()]
        for m in files:
            for p in [p for p in view if p == m.name or p.startswith(m.name + "/")]:
                hide(p, i, p != m.name)
            data = tar.extractfile(m).read() if m.isreg() else None
            if modes is not None:
                modes[m.name] = (m.type, m.mode, m.linkname)
            view[m.name] = (i, m.size, hashlib.sha256(data).digest() if data is not None else None)
        regular = [m for m in files if m.isreg()]
        layers.append([len(regular), sum(m.size for m in regular)])
        every[0] += len(regular)
        every[1] += layers[-1][1]
    if modes is not None:
        return {p: (v[2], modes[p]) for p, v in view.items()}
    regular = {p: v for p, v in view.items() if v[2] is not None}
    same = collections.defaultdict(list)
    dirs = collections.Counter()
    for path, (_, size, digest) in regular.items():
        if size:
            same[digest].append((path, size))
        while "/" in path:
            path = path.rpartition("/")[0]
            dirs[path] += size
    doubles = sorted((v[0][1] * (len(v) - 1), len(v), sorted(p for p, _ in v)[:10]) for v in same.values() if len(v) > 1)
    totals = {k: [sum(1 for h in hidden if h[4] == k), sum(h[1] for h in hidden if h[4] == k)] for k in (False, True)}
    return {
        "all": every, "visible": [len(regular), sum(v[1] for v in regular.values())],
        "overwritten": totals[False], "deleted": totals[True],
        "duplicated": [sum(d[1] - 1 for d in doubles), sum(d[0] for d in doubles)],
        "layers": [l + [sum(h[1] for h in hidden if h[2] == i and not h[4]), sum(h[1] for h in hidden if h[2] == i and h[4])] for i, l in enumerate(layers)],
        "hidden": sorted(h for h in hidden if h[1]), "doubles": doubles, "directories": sorted(dirs.items()),
    }


def reported(path):
    r = json.load(open(path))
    pair = lambda c: [c["files"], c["bytes"]]
    return {
        "all": pair(r["all"]), "visible": pair(r["visible"]), **{k: pair(r["wasted"][k]) for k in ("overwritten", "deleted", "duplicated")},
        "layers": [[l["files"], l["bytes"], l["overwritten"], l["deleted"]] for l in r["layers"]],
        "hidden": sorted((f["path"], f["bytes"], f["layer"], f["hidden_by"], f["how"] == "deleted") for f in r["hidden_files"]),
        "doubles": sorted((d["wasted"], d["copies"], [p["path"] for p in d["places"]]) for d in r["duplicates"]),
        "directories": sorted((d["path"], d["bytes"]) for d in r["directories"]),
    }


if sys.argv[1] == "make":
    make(sys.argv[2], int(sys.argv[3]))
elif sys.argv[1] == "diff":
    a, b = compute(sys.argv[2], {}), compute(sys.argv[3], {})
    for p in sorted(p for p in a.keys() | b.keys() if a.get(p) != b.get(p)):
        print("added" if p not in a else "removed" if p not in b else "changed", p)
else:
    want, got = compute(sys.argv[1]), reported(sys.argv[2])
    bad = [k for k in want if want[k] != got[k]]
    for k in bad:
        print(f"{k}: computed {want[k]}, reported {got[k]}")
    sys.exit(bool(bad))
