/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/osv-distro.h"

static bool release(Str rest, char *key, size_t n, Str *ret_repositories) {
    (void) ret_repositories;
    uint64_t major;
    if (str_to_u64(rest, 999, &major) < 0)
        return false;
    snprintf(key, n, "debian:%llu", (unsigned long long) major);
    return true;
}

static const OsvDistro debian = {"Debian", "DEBIAN-", release};

static bool detect(Str path, Str head) {
    (void) path;
    return osv_distro_detect(head, "Debian");
}

static int record(const FeedInput *in, const FeedSink *sink, Arena *a, uint32_t line, const Node *root) {
    (void) in;
    return osv_distro_record(&debian, sink, a, line, root);
}

static int parse(const FeedInput *in, const FeedSink *sink) {
    return feed_each_record(in, sink, record);
}

const Feed feed_debian_osv = {
    .name = "debian-osv",
    .doc = "Debian: CVE records of the security tracker and DSA/DLA advisories, as OSV",
    .source = "https://google.github.io/osv.dev/data/ (ecosystem Debian); Debian's security tracker data, terms of the Debian project",
    .detect = detect,
    .parse = parse,
    .lines = true,
    .fuzzer = "feed",
    .rank = 40,
};
