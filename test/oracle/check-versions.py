#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the version orders of this directory with the dpkg and rpm of this machine, on pairs of real and made-up versions.

check-versions.py [PAIRS]: exit code 1 and the pairs where there is a difference. apk is compared with its documented examples.
"""
import random, subprocess, sys
import versions

APK = """1.0 = 1.0;1.0 < 1.1;1.9 < 1.10;1.2.3 < 1.2.3.1;1.0-r1 < 1.0-r2;1.0-r9 < 1.0-r10;1.0a < 1.0b;1.0 < 1.0a;1.0_alpha < 1.0_beta
1.0_beta < 1.0_pre;1.0_pre < 1.0_rc;1.0_rc < 1.0;1.0 < 1.0_cvs;1.0_cvs < 1.0_svn;1.0_svn < 1.0_git;1.0_git < 1.0_hg;1.0_hg < 1.0_p
1.0_rc1 < 1.0_rc2;1.0_p1 < 1.0_p2;1.0_rc1-r5 < 1.0;1.0_p1 < 1.0.1;1.0_git20200101 < 1.0_git20210101;1.02 < 1.1;1.0.0_rc1_p1 > 1.0.0_rc1"""


def words(rng, parts):
    return "".join(rng.choice(parts) for _ in range(rng.randint(1, 6)))


def main(count):
    rng, bad = random.Random(1), []
    deb = lambda: rng.choice(["", "", "0:", "1:"]) + "1" + words(rng, ["0", "1", "10", ".", "~", "+", "a", "rc", "deb12u1", "09"]) + rng.choice(["", "-0", "-1", "-1~", "-0+deb", "-0ubuntu1"])
    for _ in range(count):
        a, b = deb(), deb()
        want = next(n for n, op in ((-1, "lt"), (0, "eq"), (1, "gt")) if not subprocess.run(["dpkg", "--compare-versions", a, op, b]).returncode)
        if versions.dpkg(a, b) != want:
            bad.append(("dpkg", a, b, want))
    field = lambda: words(rng, ["0", "1", "10", ".", "~", "^", "_", "a", "Z", "rc", "el8", "007"])
    pairs = [(field(), field()) for _ in range(count * 50)]
    for at in range(0, len(pairs), 500):
        part = pairs[at:at + 500]
        lua = "%{lua:" + "".join("print(rpm.vercmp('%s','%s')..' ')" % p for p in part) + "}"
        got = subprocess.run(["rpm", "--eval", lua], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
        assert len(got) == len(part), got[:3]
        bad += [("rpm", a, b, int(w)) for (a, b), w in zip(part, got) if versions.rpmvercmp(a, b) != int(w)]
    for line in APK.replace("\n", ";").split(";"):
        a, op, b = line.split()
        if versions.apk(a, b) != {"<": -1, "=": 0, ">": 1}[op]:
            bad.append(("apk", a, b, op))
    for b in bad[:20]:
        print("%s: %s %s is %s" % b)
    print("%d pairs of dpkg, %d of rpm: %d differences" % (count, len(pairs), len(bad)))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 400))
