#!/usr/bin/env python3
"""Writes a C file with texts to be compiled in: embed-text.py OUTPUT ROOT SYMBOL FILE… [-- SYMBOL FILE…]…
Each SYMBOL is a `const EmbeddedText SYMBOL[]` (policy/shipped.h) with names relative to ROOT, ended by a NULL name."""
import os, sys

output, root, rest = sys.argv[1], sys.argv[2], sys.argv[3:]
escapes = {ord('"'): '\\"', ord("\\"): "\\\\", ord("\t"): "\\t", ord("?"): "\\?"}
out = ['#include "policy/shipped.h"', ""]
while rest:
    group = rest[: rest.index("--")] if "--" in rest else rest
    rest = rest[len(group) + 1 :]
    out.append(f"const EmbeddedText {group[0]}[] = {{")
    for path in group[1:]:
        text = open(path, "rb").read()
        name = os.path.relpath(path, root)
        out.append(f'    {{"{name}", {len(text)},')
        for line in text.split(b"\n"):
            shown = "".join(escapes.get(b, chr(b)) if 32 <= b < 127 or b == 9 else f"\\{b:03o}" for b in line)
            out.append(f'     "{shown}\\n"')
        out.append("    },")
    out.append("    {0},\n};\n")
with open(output, "w") as f:
    f.write("\n".join(out))
