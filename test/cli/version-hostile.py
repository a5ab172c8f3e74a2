#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pairs of versions of a language ecosystem, a tab between: version-hostile.py SCHEME COUNT. The same ones in every run.

Unlike version-pairs.py, some are no versions at all: what is valid is compared with the ecosystem's tool too. A part are real
versions and mutations of them, a part is put together from the scheme's words, a part is noise (other scripts, spaces, huge
numbers)."""
import random
import re
import sys

scheme, count = sys.argv[1], int(sys.argv[2])
rng = random.Random(20260301)

SEMVER = ["1.0.0", "0.0.0", "4.17.21", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.11", "1.0.0-rc.1", "2.0.0-0", "1.2.3+build.5",
          "16.0.0-next.0", "5.0.0-beta.0-canary.2", "0.0.0-20230405123456-abcdef123456", "3.0.0-rc.1+exp.sha.5114f85", "10.20.30", "1.0.0-x-y-z.--"]
REAL = {
    "npm": SEMVER + ["v1.2.3", "=1.2.3", "1.2.3beta", "01.02.03", "1.2.3-01", "v=1.0.0"],
    "go": SEMVER + ["v1.2.3", "v1", "v1.2", "v0.0.0-20200622213623-75b288015ac9", "v2.0.0+incompatible", "1.21.0-0", "1.4.2-0.20190515193647-d1b0ee6e6de1"],
    "cargo": SEMVER + ["0.10.55+3.0.7", "1.0.0-alpha.01", "18446744073709551615.0.0", "18446744073709551616.0.0"],
    "hex": SEMVER + ["1.2", "1.2.3-dev", "2.0.0-rc.10"],
    "pep440": ["1.0", "1.0.0", "1.0a1", "1.0.dev456", "1.0a2.dev456", "1.0b2.post345", "1.0rc1", "1.0+abc.5", "1.0+5", "1.0.post456", "1!1.0", "2023.7.22",
               "1.0-1", "1.0.post1.dev2", "4.2rc1", "1.1.0.post1", "v1.0", "1.0-alpha.1", "1.0.RC-2", "1.0c1", "1.0.rev1", "1.0preview3", "0.9.99", "3.2.0b2.dev0"],
    "gem": ["1.0", "7.0.4.3", "2.2.0.pre1", "1.0.0.rc1", "1.13.10-x86_64-linux", "1.0.a", "1.0.b2", "3.0.0.beta2", "0.0.1.alpha", "1.0.0-1", "1", "5.2.8.1",
            "2.0.0.preview1", "1.0.0.0", "1.a.0.0", "1.0.0.a.0.1"],
    "composer": ["1.0.0", "v2.3.1", "1.0", "1", "1.0.0.0", "1.0-beta1", "1.0.0-RC2", "2.0.0-alpha", "1.2.3-patch1", "1.2.3-pl2", "dev-master", "dev-feature/x", "1.x-dev",
                 "2.1.x-dev", "1.0.0-dev", "2010.01.02", "20100102-203040", "1.0.0+build1", "1.0.0-stable", "6.4.0-BETA2", "1.0.0-p3", "2.0-rc.1", "1.2.3.4-beta-dev", "master"],
    "maven": ["1.0", "1", "1.0-SNAPSHOT", "2.0.0.RELEASE", "2.17.1", "1.0-alpha-1", "1.0-beta2", "1.0.Final", "3.0.0.Beta1", "1.0-rc1", "1.0.CR1", "31.1-jre", "31.1-android",
              "1.0-m1", "1.0.M2", "1.0-sp", "1.0-ga", "9.4.48.v20220622", "2.3.0-b170127.1453", "1.0.0-20230101.123456-1", "1-1.foo-bar1baz-.1", "4.1.100.Final", "1.0.RC2", "1.0-x"],
}[scheme]
WORDS = {
    "pep440": ["a", "b", "c", "rc", "alpha", "beta", "pre", "preview", "post", "rev", "r", "dev", "A", "RC", "Dev", "POST", "+1", "+a", "+a.1", "+1.a", "+ubuntu-1"],
    "gem": ["a", "b", "pre", "rc", "beta", "RC", "A", "x", "alpha1", "1a", "a1b2"],
    "composer": ["alpha", "beta", "RC", "a", "b", "p", "pl", "patch", "dev", "stable", "rc", "Beta", "DEV", "x", "*", "+build"],
    "maven": ["alpha", "beta", "milestone", "rc", "cr", "snapshot", "ga", "final", "release", "sp", "a", "b", "m", "x", "SNAPSHOT", "Final", "jre", "RC", "foo", "v"],
}.get(scheme, ["a", "b", "A", "B", "alpha", "beta", "rc", "RC", "x-y", "-", "-1", "1-", "0a", "00", "a0", "0x1"])
JOINTS = {"pep440": ["", "", ".", "-", "_"], "gem": [".", ".", "", "-"], "composer": ["-", "-", ".", "_", ""], "maven": ["-", "-", ".", ".", ""]}.get(
    scheme, ["-", "-", "-", ".", ".", "+", ""])
NUMBERS = ["0", "0", "1", "1", "2", "3", "9", "10", "11", "00", "01", "010", "2023", "20230405123456", "2147483647", "2147483648", "9007199254740991",
           "9007199254740993", "9223372036854775807", "9223372036854775808", "18446744073709551616", "9" * 25, "1" + "0" * 30]
NOISE = list("..--++__~~!!=v V*@#/%") + ["\u00e9", "\u4e2d", "\U0001f600", "\u0430", "..", "-.", "", "x", "\\", "'", '"'] + ([] if scheme == "maven" else ["\u0661"])
BODY = {"pep440": "0123abcrv..--_+!", "gem": "0012abZ..-", "composer": "0012abpxRC..--_dev", "maven": "0012abmxR...---"}.get(scheme, "0012abZ...--+")
LENGTHS = [1, 2, 3, 3, 3, 4, 5] if scheme in ("pep440", "gem", "composer", "maven") else [3] * 12 + [1, 2, 2, 4]


def number():
    return rng.choice(NUMBERS[:9] if rng.random() < 0.85 else NUMBERS)


def made():
    v = ".".join(number() for _ in range(rng.choice(LENGTHS)))
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        v += rng.choice(JOINTS) + (rng.choice(WORDS) if rng.random() < 0.75 else number())
        if rng.random() < 0.5:
            v += rng.choice(("", ".", "", "-")) + number()
    return v


def mutate(v):
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at = rng.randrange(len(v) + 1)
        kind = rng.randrange(7)
        if kind == 0:
            v = v[:at] + rng.choice(JOINTS) + rng.choice(WORDS + NUMBERS) + v[at:]
        elif kind == 1:
            v = v[:at] + v[at + rng.randrange(1, 3):]
        elif kind == 2:
            v = v[:at] + rng.choice(BODY) + v[at + 1:]
        elif kind == 3:
            v = v + rng.choice(JOINTS) + rng.choice(WORDS + NUMBERS)
        elif kind == 4:
            v = rng.choice((v.upper(), v.lower(), v.swapcase()))
        else:
            v = re.sub(r"[0-9]+", lambda m: m.group() if rng.random() < 0.6 else number(), v)
    return v


def noise():
    v = rng.choice(REAL)
    for _ in range(rng.choice((1, 1, 2))):
        at = rng.randrange(len(v) + 1)
        v = v[:at] + rng.choice(NOISE) + v[at:]
    return rng.choice((v, v, v, " " + v, v + "  ", "", v * 30))


def pair():
    kind = rng.random()
    if kind < 0.4:
        a = rng.choice(REAL)
        b = rng.choice(REAL) if rng.random() < 0.2 else mutate(a)
        return (mutate(a) if rng.random() < 0.3 else a), b
    if kind < 0.75:
        a = made()
        return a, mutate(a) if rng.random() < 0.6 else made()
    if kind < 0.92:
        a = "".join(rng.choice(BODY) for _ in range(rng.randrange(1, 9)))
        if scheme not in ("pep440", "gem", "composer", "maven") and rng.random() < 0.7:
            a = "1.0.0-" + a
        return a, mutate(a)
    return noise(), rng.choice((noise, made))()


# node-semver rounds numbers of 16 digits and more, and looks no further when two of them are equal then: that is no order.
LONG = re.compile(r"[0-9]{16}")
seen = set()
while len(seen) < count:
    a, b = pair()
    if scheme == "npm" and LONG.search(a) and LONG.search(b):
        continue
    if (a, b) not in seen and not (set(a + b) & set("\t\n\r\0")):
        print(a, b, sep="\t")
        seen.add((a, b))
