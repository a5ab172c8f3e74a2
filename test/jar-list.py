#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""jar-list.py DIR…: "GROUP:ARTIFACT VERSION" of every pom.properties in the archives below, archives within them too."""
import io, os, sys, zipfile


def walk(data, seen):
    with zipfile.ZipFile(data) as z:
        for name in z.namelist():
            if name.endswith("/pom.properties") and name.startswith("META-INF/maven/"):
                lines = z.read(name).decode("latin-1").splitlines()
                values = dict(map(str.strip, line.split("=", 1)) for line in lines if "=" in line and not line.startswith("#"))
                seen.add(f"{values['groupId']}:{values['artifactId']} {values['version']}")
            elif name.endswith((".jar", ".war", ".ear")):
                walk(io.BytesIO(z.read(name)), seen)


seen = set()
for top in sys.argv[1:]:
    for directory, _, files in os.walk(top):
        for name in files:
            path = os.path.join(directory, name)
            if name.endswith((".jar", ".war", ".ear")) and not os.path.islink(path):
                walk(path, seen)
print("\n".join(sorted(seen)))
