#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Java archives, good and hostile: `java.py DIR` writes the trees of test/case/analyze that hold them."""
import io
import os
import struct
import sys
import zipfile

TIME = (2024, 1, 1, 0, 0, 0)


def zipped(members, stored=(), zip64=False, front=b"", comment=b""):
    """A zip archive of {name: bytes}; the names in `stored` are not packed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.comment = comment
        for name, data in members.items():
            info = zipfile.ZipInfo(name, TIME)
            info.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            with z.open(info, "w", force_zip64=zip64) as f:
                f.write(data)
    return front + out.getvalue()


def properties(group, artifact, version):
    return f"META-INF/maven/{group}/{artifact}/pom.properties", f"#Created by Apache Maven 3.8.7\nversion={version}\ngroupId={group}\nartifactId={artifact}\n".encode()


def jar(*artifacts, **manifest):
    members = {"META-INF/": b""}
    if manifest:
        members["META-INF/MANIFEST.MF"] = ("Manifest-Version: 1.0\r\n" + "".join(f"{k.replace('_', '-')}: {v}\r\n" for k, v in manifest.items()) + "\r\nName: x/Y.class\r\nBundle-Version: 99\r\n").encode()
    members.update(properties(*a) for a in artifacts)
    members["x/Y.class"] = b"\xca\xfe\xba\xbe\0\0\0\x34" * 4
    return members


def central(data):
    """Where the first record of the directory and the end record are."""
    return data.index(b"PK\1\2"), data.rindex(b"PK\5\6")


def patched(data, at, raw):
    return data[:at] + raw + data[at + len(raw):]


def good():
    spring = zipped(jar(("org.springframework", "spring-core", "5.3.9")))
    inner = zipped(jar(("com.example", "deep", "0.1")))
    war = zipped({**jar(("com.example", "shop", "2.0.0-RC1")), "WEB-INF/lib/spring-core-5.3.9.jar": spring, "WEB-INF/lib/commons-io-2.11.0.jar": zipped(
        jar(Bundle_SymbolicName="org.apache.commons.commons-io;singleton:=true", Bundle_Version="2.11.0", Bundle_License="https://www.apache.org/licenses/LICENSE-2.0.txt"))},
        stored={"WEB-INF/lib/spring-core-5.3.9.jar"})
    long = "org.example.a-symbolic-name-that-is-long-enough-to-be-wrapped.in-the.manifest.wrapped"
    wrapped = f"Manifest-Version: 1.0\nbundle-symbolicname: {long[:40]}\n {long[40:60]}\n {long[60:]}\nImplementation-Version: 7.8\nBundle-Version: 7.8.0.v2024\n".encode()
    return {
        "app/shop.war": war,
        "app/all.ear": zipped({"shop.war": war, "lib/deep-0.1.JAR": inner, "META-INF/application.xml": b"<application/>"}),
        # A shaded archive: itself and what it took in, one of them twice.
        "app/shaded-1.0.jar": zipped({**jar(("com.example", "shaded", "1.0"), ("com.google.guava", "guava", "31.1-jre"), ("org.slf4j", "slf4j-api", "1.7.32"), Bundle_License="MIT"),
                                      "META-INF/maven/again/guava/pom.properties": properties("com.google.guava", "guava", "31.1-jre")[1]}),
        # Renamed, and with only another's properties.
        "app/x.jar": zipped(jar(("com.example", "renamed", "1.0-beta-1"), Bundle_SymbolicName="com.example.renamed", Bundle_Version="1.0.0.beta-1")),
        "app/guice.jar": zipped(jar(("cglib", "cglib", "3.2.12"), Bundle_SymbolicName="com.google.inject", Bundle_Version="4.2.3")),
        # One that does not name itself.
        "app/server-3.1.jar": zipped(jar(("org.slf4j", "slf4j-api", "1.7.32"), ("com.example", "part", "1"), Bundle_SymbolicName="com.example.server")),
        "lib/jetty-server-9.4.50.jar": zipped(jar(Bundle_SymbolicName="org.eclipse.jetty.server", Bundle_Version="9.4.50.v20221201")),
        "lib/log4j-1.2-api-2.17.1.jar": zipped(jar(Implementation_Vendor_Id="org.apache.logging.log4j", Implementation_Version="2.17.1")),
        "lib/snap-1.0-20240131.101500-7.jar": zipped(jar()),
        "lib/renamed.jar": zipped(jar(Implementation_Title="real-name", Implementation_Version="4.5.6", Automatic_Module_Name="com.example.real.name")),
        "lib/wrapped.jar": zipped({"META-INF/MANIFEST.MF": wrapped}),
        "lib/template-1.2.jar": zipped(dict([properties("${project.groupId}", "template", "${project.version}")])),
        "lib/escaped.jar": zipped({"META-INF/maven/a/b/pom.properties": b"! by hand\r\ngroupId : com.example\\:x\r\n  groupId\tcom.example\r\nartifactId:esc\\aped\rversion = 1.0 \r"}),
        "lib/unknown.jar": zipped(jar()),
        "opt/front.jar": zipped(jar(("com.example", "front", "1.1")), front=b"#!/bin/sh\nexec java -jar \"$0\"\n" + b"x" * 1000, comment=b"PK\5\6 no end, but it may look like one: " + b"\0" * 30),
        "opt/wide.jar": zipped(jar(("com.example", "wide", "6.4")), zip64=True),
        "opt/text.jar": b"no archive\n",
        "opt/empty.jar": b"PK\5\6" + b"\0" * 18,
    }


def zip64_end(data):
    """The same archive with a ZIP64 end record, as for one of more than 65,535 members."""
    _, end = central(data)
    n, size, offset = struct.unpack_from("<HII", data, end + 10)
    record = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, n, n, size, offset)
    return data[:end] + record + b"PK\6\7" + struct.pack("<IQI", 0, end, 1) + patched(data[end:], 8, b"\xff" * 12)


def damaged():
    whole = zipped(jar(("com.example", "whole", "1.0"), Bundle_Version="1.0"))
    first, end = central(whole)
    of_properties = whole.index(b"PK\1\2", whole.index(b"pom.properties", first) - 80)
    deep = zipped(jar(("com.example", "bottom", "1")))
    for i in range(12):
        deep = zipped({**jar((f"com.example", f"level{i}", "1")), f"level{i}.jar": deep})
    return {
        "cut.jar": whole[:-40],
        "directory.jar": patched(whole, of_properties, b"XX"),
        "end.jar": patched(whole, end + 16, struct.pack("<I", 1 << 30)),
        "local.jar": patched(whole, of_properties + 42, struct.pack("<I", 1 << 30)),
        "crc.jar": patched(whole, of_properties + 16, b"\0\0\0\0"),
        "size.jar": patched(whole, of_properties + 24, b"\1\0\0\0"),
        "encrypted.jar": patched(whole, of_properties + 8, b"\1\0"),
        "method.jar": patched(whole, of_properties + 10, b"\x0c\0"),
        "deflate.jar": whole.replace(whole[whole.index(b"pom.properties") + 14:][:20], b"\xff" * 20, 1),
        "bomb.jar": zipped({**jar(("com.example", "before", "1")), "META-INF/maven/a/b/pom.properties": b"x" * (1 << 20), "a.jar": b"\0" * (3 << 20)}),
        "deep.jar": deep,
        "zip64.jar": patched(zip64_end(whole), len(whole) - (len(whole) - end) + 40, struct.pack("<Q", 1 << 62)),
        "inner.war": zipped({**jar(("com.example", "outer", "1")), "lib/broken-1.0.jar": whole[:-40], "lib/text.jar": b"text"}),
        "names.jar": zipped(dict([properties("com.example", "two words", "1"), properties("com.example", "a/../b", "1\x1b[31m")])),
    }


def trees():
    more = {"opt/wide-end.jar": zip64_end(zipped(jar(("com.example", "wide-end", "6.4"))))}
    return {"java-archive": {**good(), **more}, "java-archive-damaged": damaged()}


def main(top):
    for case, files in trees().items():
        for path, data in files.items():
            path = os.path.join(top, case, "root", path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(data)


if __name__ == "__main__":
    main(sys.argv[1])
