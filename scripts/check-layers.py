#!/usr/bin/env python3
"""Checks every #include "room/…" under src/ against src/LAYERS. Prints each breach as file:line."""
import pathlib, re, sys

root = pathlib.Path(__file__).resolve().parent.parent / "src"
allowed = {}
for line in (root / "LAYERS").read_text().splitlines():
    line = line.split("#")[0].strip()
    if line:
        room, rest = line.split(":")
        allowed[room.strip()] = set(rest.split()) | {"base", room.strip()}
bad = 0
for path in sorted(root.rglob("*.[ch]")):
    room = path.relative_to(root).parts[0]
    if path.parent == root:
        continue
    if room not in allowed:
        print(f"{path.relative_to(root.parent)}:1: room '{room}' is not in src/LAYERS")
        bad += 1
        continue
    for n, text in enumerate(path.read_text().splitlines(), 1):
        m = re.match(r'\s*#\s*include\s+"([^"]+)"', text)
        if not m:
            continue
        if m.group(1) in ("plimsoll-version.h", "sensor.skel.h"):  # made by the build
            continue
        target = m.group(1).split("/")[0] if "/" in m.group(1) else None
        if target is None or target not in allowed and not m.group(1).endswith(".list.h"):
            print(f"{path.relative_to(root.parent)}:{n}: include \"{m.group(1)}\" by its room: \"room/file.h\"")
            bad += 1
        elif target not in allowed[room]:
            print(f"{path.relative_to(root.parent)}:{n}: {room} may not include {target} (src/LAYERS)")
            bad += 1
print(f"{bad} layer breaches" if bad else "layers hold")
sys.exit(1 if bad else 0)
