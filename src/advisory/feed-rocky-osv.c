/* SPDX-License-Identifier: Apache-2.0 */
/* Rocky Linux errata as OSV: source packages; the severity is the first word of the summary. */
#include "advisory/feed-rpm.h"

static int record(const FeedInput *in, const FeedSink *sink, Arena *a, uint32_t line, const Node *root) {
    return rpm_osv_record(sink, a, line, root, "rocky", "Rocky Linux:", "rocky", false);
}

static bool detect(Str path, Str head) {
    return feed_head_id(head, "RLSA- RXSA- RLBA- RLEA-");
}

static int parse(const FeedInput *in, const FeedSink *sink) {
    return feed_each_record(in, sink, record);
}

const Feed feed_rocky_osv = {
    .name = "rocky-osv",
    .doc = "Rocky Linux errata (RLSA) as OSV records, published by the Rocky Enterprise Software Foundation.",
    .source = "https://osv.dev, ecosystem \"Rocky Linux\" (BSD-3-Clause)",
    .detect = detect,
    .parse = parse,
    .lines = true,
    .fuzzer = "feed",
    .rank = 61,
};
