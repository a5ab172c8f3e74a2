/* SPDX-License-Identifier: Apache-2.0 */
/* AlmaLinux errata as OSV: binary packages; the severity is the first word of the summary. */
#include "advisory/feed-rpm.h"

static int record(const FeedInput *in, const FeedSink *sink, Arena *a, uint32_t line, const Node *root) {
    return rpm_osv_record(sink, a, line, root, "almalinux", "AlmaLinux:", "almalinux", true);
}

static bool detect(Str path, Str head) {
    return feed_head_id(head, "ALSA- ALBA- ALEA-");
}

static int parse(const FeedInput *in, const FeedSink *sink) {
    return feed_each_record(in, sink, record);
}

const Feed feed_almalinux_osv = {
    .name = "almalinux-osv",
    .doc = "AlmaLinux errata (ALSA, ALBA, ALEA) as OSV records, published by the AlmaLinux OS Foundation.",
    .source = "https://github.com/AlmaLinux/osv-database (MIT)",
    .detect = detect,
    .parse = parse,
    .lines = true,
    .fuzzer = "feed",
    .rank = 60,
};
