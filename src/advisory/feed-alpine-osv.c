/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/osv-distro.h"

static bool release(Str rest, char *key, size_t n, Str *ret_repositories) {
    (void) ret_repositories;
    if (rest.n < 2 || rest.n > 16 || rest.p[0] != 'v')
        return false;
    snprintf(key, n, "alpine:%.*s", STR_FMT(str_from_at(rest, 1)));
    return true;
}

static const OsvDistro alpine = {"Alpine", "ALPINE-", release};

static bool detect(Str path, Str head) {
    (void) path;
    return osv_distro_detect(head, "Alpine");
}

static int record(const FeedInput *in, const FeedSink *sink, Arena *a, uint32_t line, const Node *root) {
    (void) in;
    return osv_distro_record(&alpine, sink, a, line, root);
}

static int parse(const FeedInput *in, const FeedSink *sink) {
    return feed_each_record(in, sink, record);
}

const Feed feed_alpine_osv = {
    .name = "alpine-osv",
    .doc = "Alpine: secdb with descriptions and CVSS, as OSV",
    .source = "https://google.github.io/osv.dev/data/ (ecosystem Alpine); CVE texts of NVD are public domain",
    .detect = detect,
    .parse = parse,
    .lines = true,
    .fuzzer = "feed",
    .rank = 60,
};
