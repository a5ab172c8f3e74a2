#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Small programs with what compilers leave in real ones: `binaries.py DIR` writes the trees of test/case/analyze that hold programs.

They have headers, tables and data, and no code. The real ones are in test/cli/go-binary.t and its like."""
import os
import struct
import sys
import zlib


class Elf:
    """An ELF file: sections are (name, type, address, bytes); one segment covers all, read and write."""

    def __init__(self, bits=64, big=False, machine=62, kind=2):
        self.bits, self.end, self.machine, self.kind, self.sections, self.segments = bits, ">" if big else "<", machine, kind, [], []
        self.base = 0x400000
        self.data = b""

    def word(self, v):
        return struct.pack(self.end + ("Q" if self.bits == 64 else "I"), v)

    def place(self, data, align=16):
        """Adds loaded bytes; returns their address."""
        self.data += b"\0" * (-len(self.data) % align)
        at = self.base + 0x100 + len(self.data)
        self.data += data
        return at

    def section(self, name, data, kind=1):
        at = self.place(data)
        self.sections.append((name, kind, at, len(data)))
        return at

    def bytes(self, tables=True):
        e, w = self.end, self.word
        head, ph, sh = (64, 56, 64) if self.bits == 64 else (52, 32, 40)
        names, rows = b"\0", [(0, 0, 0, 0, 0)]
        body = b"\0" * (0x100 - head - ph) + self.data
        for name, kind, at, n in self.sections:
            rows.append((len(names), kind, at, at - self.base, n))
            names += name.encode() + b"\0"
        rows.append((len(names), 3, 0, head + ph + len(body), len(names) + len(".shstrtab") + 1))
        names += b".shstrtab\0"
        body += names
        body += b"\0" * (-(head + ph + len(body)) % 8)
        at = head + ph + len(body)
        table = b""
        for name, kind, address, offset, n in rows:
            if self.bits == 64:
                table += struct.pack(e + "IIQQQQIIQQ", name, kind, 3, address, offset, n, 0, 0, 16, 0)
            else:
                table += struct.pack(e + "IIIIIIIIII", name, kind, 3, address, offset, n, 0, 0, 16, 0)
        size = at + len(table)
        if self.bits == 64:
            segment = struct.pack(e + "IIQQQQQQ", 1, 6, 0, self.base, self.base, size, size, 4096)
        else:
            segment = struct.pack(e + "IIIIIIII", 1, 0, self.base, self.base, size, size, 6, 4096)
        ident = b"\x7fELF" + bytes([2 if self.bits == 64 else 1, 2 if e == ">" else 1, 1]) + b"\0" * 9
        header = ident + struct.pack(e + "HHI", self.kind, self.machine, 1) + w(self.base + 0x100) + w(head) + w(at if tables else 0)
        header += struct.pack(e + "IHHHHHH", 0, head, ph, 1, sh, len(rows) if tables else 0, len(rows) - 1 if tables else 0)
        return header + segment + body + (table if tables else b"")


MARKS = bytes.fromhex("3077af0c9274080241e1c107e6d618e6"), bytes.fromhex("f932433186182072008242104116d8f2")


def varint(n):
    out = b""
    while n > 0x7f:
        out += bytes([n & 0x7f | 0x80])
        n >>= 7
    return out + bytes([n])


def go_inline(elf, version, modules, name=".go.buildinfo"):
    text = MARKS[0] + modules.encode() + MARKS[1]
    data = b"\xff Go buildinf:" + bytes([8, 2]) + b"\0" * 16 + varint(len(version)) + version.encode() + varint(len(text)) + text
    return elf.section(name, data) if name else elf.place(data)


def go_pointers(elf, version, modules):
    def string(s):
        at = elf.place(s)
        return elf.place(elf.word(at) + elf.word(len(s)))
    v, m = string(version.encode()), string(MARKS[0] + modules.encode() + MARKS[1])
    elf.section(".go.buildinfo", b"\xff Go buildinf:" + bytes([elf.bits // 8, elf.end == ">"]) + elf.word(v) + elf.word(m))


def go_functions(elf, magic, functions, name=".gopclntab"):
    """A table of program counters as Go writes it, as far as it names functions."""
    names = b"".join(f.encode() + b"\0" for f in functions)
    words = 7 if magic == 0xFFFFFFFA else 8
    start = 8 + words * elf.bits // 8
    values = [len(functions), 1] + ([elf.base] if words == 8 else []) + [start, start + len(names)] + [start + len(names)] * 3
    elf.section(name, struct.pack(elf.end + "IBBBB", magic, 0, 0, 1, elf.bits // 8) + b"".join(map(elf.word, values)) + names + b"\0" * 16)


FUNCTIONS = ["go:buildid", "type:.eq.example.com/tool/internal/x.T", "runtime.main", "runtime.(*mheap).alloc", "internal/abi.NoEscape", "net/http.(*Client).Do",
             "vendor/golang.org/x/net/http/httpguts.ValidHeaderFieldName", "gopkg.in/yaml%2ev3.Unmarshal", "gopkg.in/yaml%2ev3.(*Decoder).Decode",
             "example.com/old/sub.F", "example.com/dep.Map[go.shape.struct { example.com/other.X int }].func1", "example.com/dep/v2/pkg.glob..func1",
             "example.com/tool/internal/x.init.0", "main.main", "main.init", "cmpbody", "_rt0_amd64_linux"]
MODULES = """path\texample.com/tool/cmd/tool
mod\texample.com/tool\tv1.4.0\th1:aaaa=
dep\texample.com/dep\tv1.0.0\th1:bbbb=
dep\texample.com/dep/v2\tv2.3.4+incompatible\th1:cccc=
dep\texample.com/old\tv0.1.0
=>\texample.com/fork\tv0.1.1\th1:dddd=
dep\texample.com/local\tv0.9.0
=>\t../local\t(devel)\t
dep\tgopkg.in/yaml.v3\tv3.0.1\th1:eeee=
dep\texample.com/unused\tv0.0.0-20240101120000-abcdefabcdef\th1:ffff=
build\t-compiler=gc
build\tCGO_ENABLED=0
"""


def go_trees():
    good, damaged = {}, {}
    e = Elf()
    go_inline(e, "go1.22.1", MODULES)
    go_functions(e, 0xFFFFFFF1, FUNCTIONS)
    good["usr/bin/tool"] = e.bytes()

    # Big-endian, 32 bits, the form with pointers, no version but one that the builder's flags tell.
    e = Elf(32, True, 8)
    go_pointers(e, "go1.17", "path\texample.com/a\nmod\texample.com/a\t(devel)\t\nbuild\t-ldflags=\"-s -w -X main.commit=1.2.3 -X 'example.com/a/version.Version=v2.1.0'\"\n")
    go_functions(e, 0xFFFFFFFA, ["runtime.goexit", "main.main", "example.com/a/version.String"])
    good["usr/bin/old"] = e.bytes()

    # Cut down: no section table; built without modules; a toolchain between releases.
    e = Elf()
    e.place(b"\xff Go buildinf:" + b"\0" * 16 + b"x", 16)
    go_inline(e, "devel go1.23-c2d4f852 Tue Jan 2 10:00:00 2024 +0000 X:rangefunc", "path\tcommand-line-arguments\n", None)
    go_functions(e, 0xFFFFFFF1, FUNCTIONS)
    good["opt/stripped"] = e.bytes(tables=False)

    # Names that somebody scrambled: what is linked cannot be told.
    e = Elf()
    go_inline(e, "go1.21rc2 X:boringcrypto", "mod\texample.com/tool\tv1.0.0\t\ndep\texample.com/dep\tv1.0.0\t\n")
    go_functions(e, 0xFFFFFFF1, ["a1.b2", "c3.d4"])
    good["opt/scrambled"] = e.bytes()

    # Not Go's: nothing is said.
    e = Elf()
    e.section(".text", b"\xc3" * 32)
    good["usr/bin/other"] = e.bytes()

    e = Elf()
    e.section(".go.buildinfo", b"\xff Go buildinf:" + bytes([8, 2]) + b"\0" * 16 + varint(1 << 40) + b"go1.22.1")
    damaged["usr/bin/length"] = e.bytes()
    e = Elf()
    e.section(".go.buildinfo", b"\xff Go buildinf:" + bytes([8, 0]) + e.word(1 << 60) + e.word(0))
    damaged["usr/bin/pointers"] = e.bytes()
    e = Elf()
    go_inline(e, "go1.22.1", MODULES)
    # The names would begin behind the end.
    e.section(".gopclntab", struct.pack("<IBBBB", 0xFFFFFFF1, 0, 0, 1, 8) + struct.pack("<8Q", 1, 1, 0, 1 << 40, 1 << 41, 0, 0, 0))
    damaged["usr/bin/table"] = e.bytes()
    e = Elf()
    go_inline(e, "go1.22.1", "mod\texample.com/a\tv1.0.0\ndep\texample.com/\x1b[31m\tv1.0.0\ndep\t\tv1.0.0\ndep\texample.com/b\tv1.0.0 and more\n\n=>\n")
    damaged["usr/bin/names"] = e.bytes()
    whole = good["usr/bin/tool"]
    damaged["usr/bin/cut"] = whole[:0x180]
    damaged["usr/bin/header"] = whole[:40]
    return {"go-binary": good, "go-binary-damaged": damaged}


CRATES = """{"packages":[
{"name":"adler","version":"1.0.2","source":"crates.io"},
{"name":"cc","version":"1.0.73","source":"crates.io","kind":"build"},
{"name":"miniz_oxide","version":"0.5.4","source":"crates.io","dependencies":[0]},
{"name":"tool","version":"0.1.0","source":"local","dependencies":[1,2],"root":true},
{"name":"fork","version":"2.0.0-alpha.1","source":"git"}]}"""


def rust(data, **kind):
    e = Elf(**kind)
    e.section(".dep-v0", data)
    return e.bytes()


def pe(sections):
    """A 64-bit PE file of (name, bytes)."""
    header = b"MZ" + b"\0" * 58 + struct.pack("<I", 64) + b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, len(sections), 0, 0, 0, 112, 0x22)
    header += struct.pack("<H22xQ80x", 0x20B, 0x140000000)
    at, rows, body = 0x400, b"", b""
    for name, data in sections:
        data += b"\0" * (-len(data) % 512)
        rows += name.encode().ljust(8, b"\0") + struct.pack("<IIII12xI", len(data), 0x1000 + at, len(data), at, 0xC0000040)
        body, at = body + data, at + len(data)
    return (header + rows).ljust(0x400, b"\0") + body


def macho(sections, fat=False):
    """A 64-bit Mach-O file with one segment of (name, bytes)."""
    size = 72 + 80 * len(sections)
    at, rows, body = 32 + size, b"", b""
    for name, data in sections:
        data += b"\0" * (-len(data) % 16)
        rows += name.encode().ljust(16, b"\0") + b"__DATA".ljust(16, b"\0") + struct.pack("<QQII24x", 0x100000000 + at, len(data), at, 4)
        body, at = body + data, at + len(data)
    file = struct.pack("<IIIIIII4x", 0xFEEDFACF, 0x01000007, 3, 2, 1, size, 0)
    file += struct.pack("<II", 0x19, size) + b"__DATA".ljust(16, b"\0") + struct.pack("<QQQQIIII", 0x100000000, at, 0, at, 3, 3, len(sections), 0) + rows + body
    return struct.pack(">II5I", 0xCAFEBABE, 1, 0x01000007, 3, 64, len(file), 4).ljust(64, b"\0") + file if fat else file


def rust_trees():
    crates = zlib.compress(CRATES.encode())
    good = {"usr/bin/tool": rust(crates), "usr/lib/library.so": rust(crates, bits=32, big=True, kind=3, machine=8), "app/tool.exe": pe([(".text", b"\xc3"), (".dep-v0", crates)]),
            "app/mac": macho([("__data", b"\1"), (".dep-v0", crates)]), "app/universal": macho([(".dep-v0", crates)], True)}
    damaged = {
        "usr/bin/text": rust(b"{}"), "usr/bin/cut": rust(crates[:-20]), "usr/bin/checksum": rust(crates[:-1] + b"\0"), "usr/bin/bomb": rust(zlib.compress(b" " * (20 << 20), 9)),
        "usr/bin/json": rust(zlib.compress(b'{"packages":[\n{"name":}]}')), "usr/bin/other": rust(zlib.compress(b"[]")),
        "usr/bin/nameless": rust(zlib.compress(b'{"packages":[{"name":"a","version":"1"},{"name":"b"},7]}')),
        "usr/bin/commands": macho([(".dep-v0", crates)])[:20] + b"\xff\xff\xff\xff" + macho([(".dep-v0", crates)])[24:200],
        "usr/bin/sections.exe": pe([(".dep-v0", crates)])[:0x410]}
    return {"rust-binary": good, "rust-binary-damaged": damaged}


def constants(*texts, section=".rodata", **kind):
    e = Elf(**kind)
    data = b"\0" + b"\0".join(t.encode() for t in texts) + b"\0"
    if section:
        e.section(section, data)
    else:
        e.place(data)
    return e.bytes(tables=bool(section))


def known_trees():
    good = {
        "usr/local/bin/node": constants("node.js/v", "node.js/v20.11.1"), "usr/local/bin/python3.12": constants("3.1.2", "3.12.1", "3.12"),
        "usr/local/lib/libpython3.13.so.1.0": constants("3.13.0rc2", kind=3), "usr/sbin/nginx": constants("nginx version: nginx/1.25.4"),
        "usr/local/bin/openssl": constants("OpenSSL 1.1.1w  11 Sep 2023"), "usr/lib/libcrypto.so.3": constants("OpenSSL 3.2.1 30 Jan 2024", kind=3),
        "bin/busybox": constants("BusyBox v1.36.1 (2024-01-01)"), "usr/local/bin/redis-server": constants("6.0.0", "7.2.4", "c11-builtin"),
        "usr/local/bin/php": constants("X-Powered-By: PHP/8.3.0RC1"), "usr/local/bin/ruby": constants("ruby 3.3.0 (2023-12-25 revision 5124f9ac75) [x86_64-linux]"),
        "usr/local/bin/perl": constants("v6.1.1", "v5.38.2"), "usr/local/bin/bash": constants("@(#)Bash version 5.2.21(1) release GNU"),
        "usr/local/apache2/bin/httpd": constants("Apache/2.4", "Apache/2.4.58 (Unix)"), "usr/lib/postgresql/bin/postgres": constants("postgres (PostgreSQL) 16.2"),
        "opt/pg9/postgres": constants("postgres (PostgreSQL) 9.6.24"), "usr/sbin/mysqld": constants("/build/mysql-8.0.36/sql/sql_parse.cc"),
        "opt/maria/mysqld": constants("10.11.6", "10.11.6-MariaDB"), "usr/local/sbin/haproxy": constants(" version 1.2", " version 2.9.5-260dbb8, released 2024/02/15"),
        "usr/bin/memcached": constants("memcached 1.6.23"), "usr/sbin/lighttpd": constants("lighttpd/1.4.73"), "usr/lib/libcurl.so.4.8.0": constants("CLIENT libcurl 8.6.0", "libcurl/8.6.0", kind=3),
        "usr/lib/libz.so.1.3.1": constants(" deflate 1.3.1 Copyright 1995-2024 Jean-loup Gailly and Mark Adler ", kind=3),
        "lib/libc.so.6": constants("GNU C Library (GNU libc) stable release version 2.39.", kind=3), "opt/cut/node": constants("node.js/v18.0.0", section=None),
        "opt/java/release": b'IMPLEMENTOR="Eclipse Adoptium"\nJAVA_VERSION="17.0.10"\nJAVA_VERSION_DATE="2024-01-16"\n', "usr/local/go/VERSION": b"go1.22.1\ntime 2024-02-29T18:18:48Z\n",
        # None of these says anything.
        "usr/bin/other": constants("node.js/v20.11.1"), "opt/none/node": constants("node.js/vnext"), "opt/none/nginx": constants("nginx version: nginx/1.25.4.1"),
        "opt/none/python3.11": constants("3.12.1"), "opt/none/release": b"1.0\n", "opt/none/VERSION": b"go2\n", "opt/none/perl": b"#!/bin/sh\nv5.1.1\n",
        "opt/bitnami/node/bin/node": constants("node.js/v20.11.1")}
    return {"known-binary": good}


def main(top):
    for case, files in {**go_trees(), **rust_trees(), **known_trees()}.items():
        for path, data in files.items():
            path = os.path.join(top, case, "root", path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(data)
            os.chmod(path, 0o755)


if __name__ == "__main__":
    main(sys.argv[1])
