#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Computes what `plimsoll scan` must find from the raw feed files, sharing no code with it, and compares.

oracle.py FEEDS PLIMSOLL DB WORK SET [ROOT [IMAGE]]

SET is a release key such as debian:12. Without ROOT a root file system is made up below WORK, of packages below, at and above the fixed
versions of the feeds' rows; with IMAGE that one is scanned in place of ROOT.
Exit code: 0 no difference, 1 differences.
"""
import os, sys, time
import almalinux, alpine, amazon, core, debian, redhat, rocky, ubuntu

# Release key -> (module, number of rows that are sampled)
SETS = {
    "debian:12": (debian, 5000),
    "debian:11": (debian, 2000),
    "ubuntu:22.04": (ubuntu, 4000),
    "alpine:3.20": (alpine, 2500),
    "almalinux:8": (almalinux, 2000),
    "amazon:2": (amazon, 2000),
    "amazon:2023": (amazon, 1000),
    "rhel:8": (redhat, 2000),
    "rocky:8": (rocky, 2000),
}


def main(feeds, plimsoll, db, work, key, root=None, image=None):
    module, count = SETS[key]
    start = time.monotonic()
    if root:
        count = 0
    else:
        root = os.path.join(work, key.replace(":", "-"))
    distro, release = key.split(":")
    packages, want, why, rows = module.run(feeds, distro, release, root, count)
    computed = time.monotonic()
    report = os.path.join(work, "report.json")
    got, seen = core.scan(plimsoll, db, image or root, report)
    os.remove(report)
    title = "%s, %s" % (key, "%d rows" % rows if rows else "image" if image else "a real system")
    good = core.compare(title, packages, want, why, got, seen)
    print("  %.1f s for the expectation, %.1f s for the scan" % (computed - start, time.monotonic() - computed))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
