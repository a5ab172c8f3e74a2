# SPDX-License-Identifier: Apache-2.0
"""Amazon Linux: ALAS as updateinfo in JSON, each collection a repository (core, and the topics of extras)."""
import re
import core, rpm
from core import Record


def topic_start(topic, epoch, version):
    """Rows of an extras topic count from the version in the topic's name on ("postgresql14": 14), where the fixed version is of that series."""
    series = re.search(r"[0-9][0-9.]*$", topic)
    if not series or not re.match(re.escape(series.group()) + r"(?![0-9])", version):
        return ""
    return rpm.trim("%s:%s" % (epoch, series.group()))


def records(feeds, release):
    by_binary = rpm.table()
    for doc in core.json_lines(feeds + "/amazon/amazon-alas.jsonl.zst"):
        collection = doc["Pkglist"]["Collection"]
        base, _, topic = collection["Short"].partition("---")
        if base != "amazon-linux-" + release:
            continue
        ids = [r["ID"] for r in doc["References"]["Reference"] or [] if r["Type"] == "cve" and re.fullmatch(r"CVE-[0-9]{4}-[0-9]{4,}", r["ID"])] or [doc["ID"]]
        for p in collection["Package"]:
            if rpm.debug(p["Name"]) or p["Arch"] == "src":
                continue
            fixed = "%s:%s-%s" % (p["Epoch"], p["Version"], p["Release"])
            applies = rpm.Applies(arches=[p["Arch"]])
            for i in ids:
                by_binary[p["Name"]][i].append(Record("fixed", rpm.trim(fixed), topic_start(topic, p["Epoch"], p["Version"]), "%s %s %s" % (doc["ID"], collection["Short"], p["Arch"]), applies))
    return {}, by_binary


def run(feeds, distro, release, root, count):
    tables = records(feeds, release)
    rows = core.sample_rows(tables[1], count, 25, 400)
    return rpm.finish(root, 'NAME="Amazon Linux"\nID="amzn"\nID_LIKE="centos rhel fedora"\nVERSION_ID="%s"\n' % release, tables, rows)
