#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Constraints and versions, a tab between: version-constraints.py gem|composer COUNT. The same ones in every run. Most are of the forms
that RubySec and FriendsOfPHP write; the versions lie around the ends of the ranges. None has what Composer reads as another form (wildcards,
branches): those are errors here, on purpose."""
import random
import re
import sys

scheme, count = sys.argv[1], int(sys.argv[2])
rng = random.Random(20260302)
TAILS = {"gem": ["", "", "", ".rc1", ".a", ".pre.2", "-x86", ".0", "a1"],
         "composer": ["", "", "", "-beta1", "-RC2", "-dev", "-alpha", "-p1", "beta2", "_b1", ".0", "-stable", "+build", "-beta+b"]}[scheme]
OPS = {"gem": ["=", "!=", "<", "<=", ">", ">=", "~>", "~>", ">=", ""], "composer": ["=", "==", "!=", "<>", "<", "<=", ">", ">=", "<", ">=", ""]}[scheme]


def version():
    v = ".".join(rng.choice(("0", "1", "2", "3", "9", "10", "99")) for _ in range(rng.choice((1, 2, 3, 3, 3, 4))))
    return v + rng.choice(TAILS)


def near(v):
    kind = rng.randrange(6)
    if kind == 0:
        return v
    if kind == 1:
        return re.sub(r"(\d+)(?!.*\d)", lambda m: str(int(m.group()) + rng.choice((-1, 1)) if int(m.group()) else 1), v)
    if kind == 2:
        return v + (rng.choice(TAILS) if scheme == "gem" or re.fullmatch("[0-9.]+", v) else "")
    if kind == 3:
        return re.sub(r"[^0-9.].*", "", v) + rng.choice(TAILS)
    if kind == 4:
        return re.sub(r"^(\d+)", lambda m: str(int(m.group()) + 1), v)
    return version()


def space():
    return rng.choice(("", "", " ")) if scheme == "gem" or rng.random() < 0.2 else ""


def comparisons():
    made = []
    for _ in range(rng.choice((1, 1, 2, 2, 3))):
        made.append((rng.choice(OPS), version() if not made or rng.random() < 0.5 else near(made[0][1])))
    return made


seen = set()
while len(seen) < count:
    alternatives = [comparisons() for _ in range(rng.choice((1, 1, 1, 2, 3)) if scheme == "composer" else 1)]
    text = rng.choice(("|", "||", " || ")).join(
        rng.choice((",", ", ")).join(op + space() + v for op, v in alternative) for alternative in alternatives)
    if rng.random() < 0.05:
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice(("x", ",", ">", "=", "!") if scheme == "gem" else (">", "=", "!", "%")) + text[at + rng.randrange(2):]
    v = near(rng.choice(rng.choice(alternatives))[1])
    if rng.random() < 0.02:
        v = rng.choice(("dev-main", "1.x-dev", "junk", ""))
    if (text, v) not in seen:
        print(text, v, sep="\t")
        seen.add((text, v))
