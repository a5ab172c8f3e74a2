#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Package databases of rpm, written without rpm.

rpmdb.py ndb FILE          headers as "number|hex" lines on standard input -> an ndb database (Debian's rpm cannot write one)
rpmdb.py bdb FILE 1234|4321 [PAGE]  the same -> a Berkeley DB hash of that byte order, by db5.3_load
rpmdb.py samples TOP       the small databases and headers below test/corpus and test/case
"""
import os, sqlite3, struct, subprocess, sys, zlib

INT16, INT32, INT64, STRING, BIN, ARRAY, I18N = 3, 4, 5, 6, 7, 8, 9


def header(entries):
    """A header blob from (tag, type, value) in any order."""
    index, data = b"", b""
    for tag, kind, value in sorted(entries):
        if kind in (STRING, ARRAY, I18N):
            values = [value] if kind == STRING else value
            raw = b"".join(v.encode() + b"\0" for v in values)
            count = len(values)
        elif kind == BIN:
            raw, count = value, len(value)
        else:
            size, code = {INT16: (2, "H"), INT32: (4, "I"), INT64: (8, "Q")}[kind]
            data += b"\0" * (-len(data) % size)
            raw, count = struct.pack(">%d%s" % (len(value), code), *value), len(value)
        index += struct.pack(">4I", tag, kind, len(data), count)
        data += raw
    return struct.pack(">2I", len(index) // 16, len(data)) + index + data


def package(name, version, release, files=(), **more):
    dirs = sorted({os.path.dirname(f) + "/" for f in files})
    tags = {
        1000: (STRING, name), 1001: (STRING, version), 1002: (STRING, release), 1009: (INT32, [12345]),
        1011: (STRING, "Example Vendor"), 1014: (STRING, "MIT"), 1015: (STRING, "Builder <builder@example.org>"),
        1022: (STRING, "x86_64"), 1044: (STRING, "%s-%s-%s.src.rpm" % (more.get("source", name), version, release)),
        273: (STRING, "ab" * 32),
    }
    if files:
        tags[1116] = (INT32, [dirs.index(os.path.dirname(f) + "/") for f in files])
        tags[1117] = (ARRAY, [os.path.basename(f) for f in files])
        tags[1118] = (ARRAY, dirs)
        tags[1030] = (INT16, [0o100644] * len(files))
    for tag, value in more.get("tags", {}).items():
        if value is None:
            tags.pop(tag, None)
        else:
            tags[tag] = value
    return header([(t, k, v) for t, (k, v) in tags.items()])


def ndb(blobs):
    pages = max(1, -(-(len(blobs) + 2) // 256))
    slots = [struct.pack("<4I", 0x506d7052, 0, 1, pages), struct.pack("<4I", len(blobs) + 1, 0, 0, 0)]
    body, at = b"", pages * 256
    body = []
    for number, blob in blobs:
        count = (16 + len(blob) + 12 + 15) // 16
        b = struct.pack("<4I", 0x53626c42, number, 0, len(blob)) + blob
        b += b"\0" * (count * 16 - 12 - len(b))
        b += struct.pack("<3I", zlib.adler32(b), len(blob), 0x45626c42)
        slots.append(struct.pack("<4I", 0x746f6c53, number, at, count))
        at += count
        body.append(b)
    while len(slots) < pages * 256:
        slots.append(struct.pack("<4I", 0x746f6c53, 0, 0, 0))
    return b"".join(slots) + b"".join(body)


def bdb(blobs, order, page, path):
    code = "<I" if order == 1234 else ">I"
    lines = ["VERSION=3", "format=bytevalue", "type=hash", "db_lorder=%d" % order, "db_pagesize=%d" % page, "HEADER=END"]
    for number, blob in [(n, b) for n, b in blobs] + [(0, struct.pack(code, max([n for n, _ in blobs], default=0)))]:
        lines += [" " + struct.pack(code, number).hex(), " " + blob.hex()]
    if os.path.exists(path):
        os.remove(path)
    subprocess.run(["db5.3_load", path], input="\n".join(lines + ["DATA=END", ""]), text=True, check=True)


def sqlite(blobs, path, page=512):
    if os.path.exists(path):
        os.remove(path)
    db = sqlite3.connect(path)
    db.execute("pragma page_size = %d" % page)
    db.execute("create table 'Packages' (hnum integer primary key autoincrement, blob blob not null)")
    db.execute("create table 'Name' (key text not null, hnum integer not null, idx integer not null)")
    db.executemany("insert into Packages values (?, ?)", blobs)
    db.commit()
    db.close()


def read_blobs():
    out = []
    for line in sys.stdin:
        number, blob = line.strip().split("|")
        out.append((int(number), bytes.fromhex(blob)))
    return out


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


def samples(top):
    bash = package("bash", "5.1.8", "9.el9", ["/usr/bin/bash", "/usr/bin/sh", "/etc/skel/.bashrc"],
                   tags={1049: (ARRAY, ["rpmlib(CompressedFileNames)", "libc.so.6", "libc.so.6", "filesystem"])})
    node = package("nodejs", "18.19.0", "1.module+el9", ["/usr/bin/node"],
                   tags={1003: (INT32, [1]), 5096: (STRING, "nodejs:18:9030020231213141412:rhel9"), 5009: (INT64, [5 << 30]), 1009: None})
    key = package("gpg-pubkey", "fd431d51", "4ae0493b", tags={1044: None})
    big = package("glibc-langpack", "2.34", "100.el9", ["/usr/share/locale/l%d/LC_MESSAGES/libc.mo" % i for i in range(40)], source="glibc")
    old = package("old", "1", "1", tags={1027: (ARRAY, ["/bin/old", "/etc/old.conf"]), 273: None, 269: (STRING, "cd" * 20), 5096: (STRING, "(none)")})
    blobs = list(enumerate([bash, node, key, big, old], 1))
    case, corpus = top + "/test/case/analyze/", top + "/test/corpus/"

    sysroot = "/root/var/lib/rpm/"
    for name in ("rpm-sqlite", "rpm-ndb", "rpm-bdb", "rpm-bdb-big-endian", "rpm-truncated", "rpm-damaged"):
        os.makedirs(case + name + sysroot, exist_ok=True)
    sqlite(blobs, case + "rpm-sqlite" + sysroot + "rpmdb.sqlite")
    write(case + "rpm-ndb/root/usr/lib/sysimage/rpm/Packages.db", ndb(blobs))
    os.rmdir(case + "rpm-ndb" + sysroot)
    os.rmdir(case + "rpm-ndb/root/var/lib")
    os.rmdir(case + "rpm-ndb/root/var")
    bdb(blobs, 1234, 512, case + "rpm-bdb" + sysroot + "Packages")
    bdb(blobs, 4321, 512, case + "rpm-bdb-big-endian" + sysroot + "Packages")
    cut = lambda path, n: open(path, "rb").read()[:n]
    write(case + "rpm-truncated" + sysroot + "rpmdb.sqlite", cut(case + "rpm-sqlite" + sysroot + "rpmdb.sqlite", 3072))
    write(case + "rpm-truncated" + sysroot + "Packages", cut(case + "rpm-bdb" + sysroot + "Packages", 2048))
    write(case + "rpm-truncated" + sysroot + "Packages.db", ndb(blobs)[:5000])
    # One byte of bash's blob, the offset of another package's slot, and a header that points outside of itself.
    bad = bytearray(ndb(blobs[:2] + [(3, node[:-40]), (4, old)]))
    bad[4096 + 16 + 8 + 3] ^= 0x40
    bad[5 * 16 + 8] ^= 0xff
    write(case + "rpm-damaged" + sysroot + "Packages.db", bytes(bad))
    write(case + "rpm-damaged" + sysroot + "Packages", b"\0" * 4096)
    write(case + "rpm-damaged" + sysroot + "rpmdb.sqlite", b"not a database")
    wal = struct.pack(">8I", 0x377f0682, 3007000, 512, 0, 1, 2, 3, 4) + struct.pack(">6I", 2, 5, 1, 2, 0, 0) + b"\0" * 512
    write(case + "rpm-damaged" + sysroot + "rpmdb.sqlite-wal", wal)

    for name, blob in (("bash", bash), ("module", node), ("old", old), ("cut", bash[:100]), ("no-name", package("", "1", "1")),
                       ("outside", header([(1000, STRING, "x")])[:-1] + b"x"), ("counts", struct.pack(">2I", 0xffffffff, 0xffffffff))):
        write(corpus + "rpm-header/" + name, blob)
    for name, data in (("good", ndb(blobs)), ("damaged", bytes(bad)), ("empty", ndb([])), ("cut", ndb(blobs)[:4500])):
        write(corpus + "rpmdb-ndb/" + name, data)
    few = blobs[:2] + blobs[3:4]
    for name, order in (("little", 1234), ("big", 4321)):
        os.makedirs(corpus + "rpmdb-bdb", exist_ok=True)
        bdb(few, order, 512, corpus + "rpmdb-bdb/" + name)
    good = open(corpus + "rpmdb-bdb/little", "rb").read()
    write(corpus + "rpmdb-bdb/cut", good[:1500])
    write(corpus + "rpmdb-bdb/page-size", good[:20] + struct.pack("<I", 3) + good[24:600])
    os.makedirs(corpus + "rpmdb-sqlite", exist_ok=True)
    sqlite(few, corpus + "rpmdb-sqlite/good")
    sqlite(few, corpus + "rpmdb-sqlite/page-4096", 4096)
    good = open(corpus + "rpmdb-sqlite/good", "rb").read()
    write(corpus + "rpmdb-sqlite/cut", good[:1700])
    write(corpus + "rpmdb-sqlite/wal", wal)
    # An interior page that is its own child.
    loop = bytearray(good)
    loop[100:112] = bytes([5, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 1])
    write(corpus + "rpmdb-sqlite/loop", bytes(loop))


if __name__ == "__main__":
    if sys.argv[1] == "ndb":
        write(os.path.abspath(sys.argv[2]), ndb(read_blobs()))
    elif sys.argv[1] == "bdb":
        bdb(read_blobs(), int(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else 4096, sys.argv[2])
    else:
        samples(sys.argv[2])
