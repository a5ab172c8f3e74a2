#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""config-peers-collect.py RULES SOURCE OUT: manifests from the examples of the shipped Kubernetes rules (one that fires and one that does not of each), and the Dockerfiles
below SOURCE, each in a directory of its own below OUT; at most 200 of each kind."""
import pathlib, sys, yaml

MOST = 200
rules, source, out = map(pathlib.Path, sys.argv[1:])
seen, manifests = set(), []
for path in sorted(rules.glob("*.yaml")):
    for item in yaml.safe_load(path.read_text()):
        examples = item.get("examples", {})
        for example in examples.get("fires", [])[:1] + examples.get("quiet", [])[:1]:
            if isinstance(example, dict) and isinstance(example.get("apiVersion"), str) and isinstance(example.get("kind"), str):
                text = yaml.safe_dump(example, sort_keys=False)
                if text not in seen:
                    seen.add(text)
                    manifests.append(text)
dockerfiles = []
for path in sorted(source.rglob("*ockerfile*")):
    if path.is_file() and path.suffix != ".go":
        text = path.read_bytes()
        if b"\nFROM" in b"\n" + text.upper() and text not in seen:
            seen.add(text)
            dockerfiles.append(text.decode(errors="replace"))
# Evenly over all of them.
pick = lambda all: [all[i * len(all) // min(MOST, len(all))] for i in range(min(MOST, len(all)))]
for name, texts in (("manifest.yaml", pick(manifests)), ("Dockerfile", pick(dockerfiles))):
    for i, text in enumerate(texts):
        place = out / f"{name.split('.')[0].lower()}-{i:03}"
        place.mkdir(parents=True)
        (place / name).write_text(text)
print(len(pick(manifests)), "manifests of", len(manifests), ",", len(pick(dockerfiles)), "Dockerfiles of", len(dockerfiles), file=sys.stderr)
