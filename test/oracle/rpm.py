# SPDX-License-Identifier: Apache-2.0
"""What the RPM distributions share: a package database made without rpm and read back by it, and packages around the fixes of errata."""
import collections, os, re, shutil, sqlite3, struct, subprocess
import core, versions
from core import Package, Record

INT32, STRING = 4, 6
NAME, VERSION, RELEASE, EPOCH, VENDOR, ARCH, SOURCERPM, MODULE = 1000, 1001, 1002, 1003, 1011, 1022, 1044, 5096


def header(tags):
    """A header blob as the database keeps it: index and data, without magic."""
    index = data = b""
    for tag, value in sorted(tags.items()):
        if isinstance(value, int):
            data += b"\0" * (-len(data) % 4)
        raw = struct.pack(">I", value) if isinstance(value, int) else value.encode() + b"\0"
        index += struct.pack(">4I", tag, INT32 if isinstance(value, int) else STRING, len(data), 1)
        data += raw
    return struct.pack(">2I", len(tags), len(data)) + index + data


def write_database(root, packages):
    """rpm makes the empty database; the headers are put in directly, which takes seconds for what rpm would take an hour."""
    directory = os.path.abspath(os.path.join(root, "var/lib/rpm"))
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    subprocess.run(["rpm", "--dbpath", directory, "--define", "_db_backend sqlite", "--initdb"], check=True)
    db = sqlite3.connect(os.path.join(directory, "rpmdb.sqlite"))
    db.execute("PRAGMA journal_mode = delete")
    for p in packages:
        epoch, version, release = versions.rpm_split(p.version)
        tags = {NAME: p.name, VERSION: version, RELEASE: release, ARCH: p.arch, VENDOR: "Made up"}
        if epoch:
            tags[EPOCH] = epoch
        if p.module:
            tags[MODULE] = p.module + ":8060020220101000000:abcdef12"
        source = versions.rpm_split(p.source_version)
        tags[SOURCERPM] = "%s-%s-%s.src.rpm" % (p.source, source[1], source[2])
        db.execute("INSERT INTO Packages (blob) VALUES (?)", (header(tags),))
    db.commit()
    db.close()


def read_database(root):
    """The installed packages, as rpm itself lists them."""
    query = r"%{NAME}\t%|EPOCH?{%{EPOCH}}:{0}|\t%{VERSION}\t%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\t%|MODULARITYLABEL?{%{MODULARITYLABEL}}|\n"
    out = subprocess.run(["rpm", "--dbpath", os.path.abspath(os.path.join(root, "var/lib/rpm")), "--define", "_db_backend sqlite", "-qa", "--qf", query],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout
    packages = []
    for line in out.splitlines():
        name, epoch, version, release, arch, source, module = line.split("\t")
        prefix = "" if epoch == "0" else epoch + ":"
        source_name, source_version, source_release = source[:-len(".src.rpm")].rsplit("-", 2)
        packages.append(Package(name, "%s%s-%s" % (prefix, version, release), arch, source_name, "%s%s-%s" % (prefix, source_version, source_release),
                                ":".join(module.split(":")[:2])))
    return packages


class Applies:
    """Restricts a record to module streams and architectures."""

    def __init__(self, streams=(), modular=False, arches=()):
        self.streams, self.modular, self.arches = tuple(streams), modular or bool(streams), tuple(arches)

    def __call__(self, p):
        if self.arches and p.arch not in self.arches and p.arch != "noarch" and "noarch" not in self.arches:
            return False
        if not self.modular:
            return not p.module
        return p.module in self.streams if self.streams else bool(p.module)


def trim(evr):
    return evr[2:] if evr.startswith("0:") else evr


def made_up(rows, sources):
    """Packages of `rows` (records about binaries) and of `sources` (about sources), three for each row, and some that it is not about."""
    packages = {}
    for n, (source, i, r) in enumerate(rows + sources):
        name = source if n < len(rows) else source + "-part"
        a = r.applies
        arch = a.arches[n % len(a.arches)] if a.arches else ("x86_64", "aarch64", "noarch")[n % 3]
        module = a.streams[n % len(a.streams)] if a.streams else "unknown:1" if a.modular else ""
        fix = trim(r.fixed) if r.fixed else "1.0-1"
        variants = [(fix + "~", arch, module), (fix, arch, module), (fix + ".1", arch, module)]
        if n % 4 == 0:
            # Of another stream, or of a stream though the fix is of none: not what the record is about.
            variants.append((fix + "~~", arch, module.split(":")[0] + ":other" if module else "other:1"))
        if n % 4 == 1 and module:
            variants.append((fix + "~~", arch, ""))
        if n % 4 == 2 and a.arches:
            variants.append((fix + "~~", "s390x", module))
        for version, arch, module in variants:
            packages.setdefault((name, version, arch), Package(name, version, arch, source, version, module))
    return list(packages.values())


def finish(root, os_release, tables, rows, sources=()):
    """Writes the root, and reads it back."""
    core.write(root, "etc/os-release", os_release)
    write_database(root, made_up(rows, list(sources)))
    packages = read_database(root)
    by_source, by_binary = tables
    want, why = core.expected(packages, by_source, by_binary, versions.rpm)
    return packages, want, why, len(rows) + len(sources)


def table():
    return collections.defaultdict(lambda: collections.defaultdict(list))


def debug(name):
    """Debug symbols are no software that runs: matching leaves them out."""
    return name.endswith(("-debuginfo", "-debugsource")) or "-debuginfo-" in name


def streams_of(summary):
    """ "Moderate: virt:rhel and virt-devel:rhel security update" -> virt:rhel, virt-devel:rhel; "httpd:2.4/httpd" -> httpd:2.4."""
    return [s.split("/")[0] for s in re.findall(r"(?<![\w:./-])[A-Za-z0-9][\w.+-]*:[\w.+-]*[\w+]+(?:/[\w.+-]+)?(?![\w:])", summary)]
