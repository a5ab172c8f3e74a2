#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pairs of valid versions, a tab between: version-pairs.py dpkg|rpm COUNT. The same ones in every run.

Half of the pairs are a realistic version and a mutation of it (they differ late, where rules are subtle), the others are
two strings from the scheme's alphabet, short enough to collide often."""
import random
import re
import sys

scheme, count = sys.argv[1], int(sys.argv[2])
rng = random.Random(20260101)

REAL = {
    "dpkg": ["1.0-1", "2:8.2.2434-3+deb12u1", "1.1.1n-0+deb11u5", "3.0.11-1~deb12u2", "1:9.18.19-1~deb12u1", "7.88.1-10+deb12u4", "2.36-9+deb12u3",
             "20230311", "0.0~git20211212.abc123-2", "6.1.55-1", "1.2.13.dfsg-1", "5.36.0-7", "252.17-1~deb12u1", "4.94.2-7+b1", "1.0.0~rc1+dfsg-3.1",
             "9", "10.0", "1:0", "0~~1", "4:12.2.0-3ubuntu1~22.04.1", "1.18.0-6ubuntu14.4", "2.0.0+really1.9-1", "1.0-1-2"],
    "rpm": ["1.0-1", "5.14.0-362.8.1.el9_3", "1:1.1.1k-9.el8_7", "3.0.7-24.el9", "2.34-83.el9.12", "0:2.9.13-5", "1.2~rc1-1", "1.2^20200101git-1",
            "4.18.0-513.9.1.el8_9", "1.8.3-4.module+el8.9.0+19784+8b8d3a1c", "20230311-1", "32:9.11.36-11.el8_9.1", "2.0.0-1.amzn2023.0.2",
            "7.76.1-26.el9_3.2", "1.0", "1.0a-1", "1.01-1", "1.0+git-2", "0.9_beta2-1"],
}[scheme]
BODY = {"dpkg": "0011223349aabzAZ..++~~-", "rpm": "0011223349aabzAZ..__++~~^^"}[scheme]
PIECES = ["~", "~~", "~rc1", "a", "b", "Z", "0", "00", "01", "1", "10", ".", ".0", ".1", "+", "+b1", "9" * 25, "0" * 12, "123456789012345678901"]
PIECES += ["^", "^git1", "_", "__", "+el9"] if scheme == "rpm" else ["-", "-1", "dfsg", "deb12u1", "+dfsg1"]
VALID = {
    "dpkg": re.compile(r"(\d{1,6}:[0-9][A-Za-z0-9.+~:-]*|[0-9][A-Za-z0-9.+~-]*)\Z"),
    "rpm": re.compile(r"(\d{1,6}:)?[A-Za-z0-9._+~^]+(-[A-Za-z0-9._+~^]+)?\Z"),
}[scheme]


def valid(v):
    return VALID.match(v) and not v.endswith("-") and (scheme == "rpm" or re.match(r"(\d+:)?[0-9].*", v.rsplit("-", 1)[0]))


def mutate(v):
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at = rng.randrange(len(v) + 1)
        kind = rng.randrange(6)
        if kind == 0:
            v = v[:at] + rng.choice(PIECES) + v[at:]
        elif kind == 1:
            v = v[:at] + v[at + rng.randrange(1, 3):]
        elif kind == 2:
            v = v[:at] + rng.choice(BODY) + v[at + 1:]
        elif kind == 3:
            v = v + rng.choice(PIECES)
        elif kind == 4:
            v = re.sub(r"^\d+:", "", v) if rng.random() < 0.5 else f"{rng.choice((0, 0, 1, 2, 10))}:" + re.sub(r"^\d+:", "", v)
        else:
            v = re.sub(r"\d+", lambda m: m.group() if rng.random() < 0.7 else str(int(m.group()) + rng.choice((-1, 1, 10)) if int(m.group()) else 1), v)
    return v


def short():
    v = "".join(rng.choice(BODY) for _ in range(rng.randrange(1, 9)))
    if rng.random() < 0.3:
        v += "-" + "".join(rng.choice(BODY.replace("-", "")) for _ in range(rng.randrange(1, 5)))
    return v


seen = set()
while len(seen) < count:
    if len(seen) % 2:
        a = rng.choice(REAL)
        b = mutate(a)
        a = mutate(a) if rng.random() < 0.5 else a
    else:
        a, b = short(), short()
        if rng.random() < 0.5:
            b = mutate(a)
    if valid(a) and valid(b) and (a, b) not in seen:
        print(a, b, sep="\t")
        seen.add((a, b))
