# SPDX-License-Identifier: Apache-2.0
"""Version order of dpkg, rpm and apk, from their descriptions: deb-version(7), rpm-version(7), apk-package(5)."""
import functools, re


@functools.lru_cache(maxsize=None)
def _dpkg_part(s):
    key = []
    s = s or "0"
    while s:
        text = re.match(r"[^0-9]*", s).group()
        s = s[len(text):]
        digits = re.match(r"[0-9]*", s).group()
        s = s[len(digits):]
        key.append((tuple(-1 if c == "~" else ord(c) if c.isalpha() else ord(c) + 256 for c in text) + (0,), int(digits or 0)))
    return tuple(key) + (((0,), 0),)


@functools.lru_cache(maxsize=None)
def dpkg_key(v):
    """A key that sorts as dpkg does."""
    epoch, colon, rest = v.partition(":")
    if not colon:
        epoch, rest = "0", v
    upstream, dash, revision = rest.rpartition("-")
    if not dash:
        upstream, revision = rest, ""
    return (int(epoch), _dpkg_part(upstream), _dpkg_part(revision))


def dpkg(a, b):
    a, b = dpkg_key(a), dpkg_key(b)
    return (a > b) - (a < b)


@functools.lru_cache(maxsize=None)
def _rpm_segments(s):
    return re.findall(r"[0-9]+|[A-Za-z]+|~|\^", s)


def rpmvercmp(a, b):
    """One field (version or release)."""
    if a == b:
        return 0
    a, b = list(_rpm_segments(a)), list(_rpm_segments(b))
    for i in range(max(len(a), len(b))):
        x, y = (a[i] if i < len(a) else None), (b[i] if i < len(b) else None)
        if x == "~" or y == "~":
            if x != y:
                return -1 if x == "~" else 1
            continue
        if x == "^" or y == "^":
            if x == y:
                continue
            # The end sorts before a caret, and a caret before anything else.
            if x == "^":
                return 1 if y is None else -1
            return -1 if x is None else 1
        if x is None or y is None:
            return 1 if y is None else -1
        if x.isdigit() != y.isdigit():
            return 1 if x.isdigit() else -1
        p, q = (int(x), int(y)) if x.isdigit() else (x, y)
        if p != q:
            return 1 if p > q else -1
    return 0


def rpm_split(evr):
    epoch, colon, rest = evr.partition(":")
    if not colon:
        epoch, rest = "0", evr
    version, _, release = rest.partition("-")
    return int(epoch), version, release


@functools.lru_cache(maxsize=1 << 20)
def rpm(a, b):
    (e, v, r), (f, w, s) = rpm_split(a), rpm_split(b)
    return (e > f) - (e < f) or rpmvercmp(v, w) or rpmvercmp(r, s)


_SUFFIX = {"alpha": -4, "beta": -3, "pre": -2, "rc": -1, "cvs": 1, "svn": 2, "git": 3, "hg": 4, "p": 5}
_APK = re.compile(r"([0-9]+(?:\.[0-9]+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]*)*)(?:~[0-9a-f]+)?(?:-r([0-9]+))?")


@functools.lru_cache(maxsize=None)
def apk_parts(v):
    m = _APK.fullmatch(v)
    if not m:
        return None
    numbers, letter, suffixes, revision = m.groups()
    return (numbers.split("."), letter, [(_SUFFIX[n], int(d or 0)) for n, d in re.findall(r"_([a-z]+)([0-9]*)", suffixes)], int(revision or 0))


def apk(a, b):
    """None where one of them is no version."""
    x, y = apk_parts(a), apk_parts(b)
    if not x or not y:
        return None
    for i, (p, q) in enumerate(zip(x[0], y[0])):
        # Behind a dot, a leading zero makes it a fraction: compared as text.
        if i and (p[0] == "0" or q[0] == "0"):
            if p != q:
                return 1 if p > q else -1
        elif int(p) != int(q):
            return 1 if int(p) > int(q) else -1
    if len(x[0]) != len(y[0]):
        return 1 if len(x[0]) > len(y[0]) else -1
    if x[1] != y[1]:
        return 1 if x[1] > y[1] else -1
    for p, q in zip(x[2] + [(0, 0)], y[2] + [(0, 0)]):
        if p != q:
            return 1 if p > q else -1
    return (x[3] > y[3]) - (x[3] < y[3])


def apk_loose(a, b):
    """As apk(), and where one is no version ("6.6.2p1-r0"): by what stands before the first letter or sign that makes it none."""
    order = apk(a, b)
    if order is None:
        cut = lambda v: v if apk_parts(v) else re.match(r"[0-9]+(\.[0-9]+)*", v).group()
        order = apk(cut(a), cut(b))
    return order
