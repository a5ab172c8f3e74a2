/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/osv-distro.h"

/* "22.04:LTS", "24.10", "Pro:18.04:LTS"; the archives of certified modules ("Pro:FIPS:…") are left out: their packages are told by
 * other version strings. */
static bool release(Str rest, char *key, size_t n, Str *ret_repositories) {
    if (str_starts(rest, STR("Pro:"))) {
        rest = str_from_at(rest, 4);
        *ret_repositories = STR("pro");
    }
    if (rest.n < 5 || rest.p[2] != '.' || (rest.n > 5 && rest.p[5] != ':'))
        return false;
    uint64_t year, month;
    if (str_to_u64(str_head(rest, 2), 99, &year) < 0 || str_to_u64(str_n(rest.p + 3, 2), 12, &month) < 0)
        return false;
    snprintf(key, n, "ubuntu:%.*s", STR_FMT(str_head(rest, 5)));
    return true;
}

static const OsvDistro ubuntu = {"Ubuntu", "UBUNTU-", release};

static bool detect(Str path, Str head) {
    (void) path;
    return osv_distro_detect(head, "Ubuntu");
}

static int record(const FeedInput *in, const FeedSink *sink, Arena *a, uint32_t line, const Node *root) {
    (void) in;
    return osv_distro_record(&ubuntu, sink, a, line, root);
}

static int parse(const FeedInput *in, const FeedSink *sink) {
    return feed_each_record(in, sink, record);
}

const Feed feed_ubuntu_osv = {
    .name = "ubuntu-osv",
    .doc = "Ubuntu: CVE records and USN notices with Pro (ESM) archives, as OSV",
    .source = "https://github.com/canonical/ubuntu-security-notices (osv/); CC-BY-SA-4.0",
    .detect = detect,
    .parse = parse,
    .lines = true,
    .fuzzer = "feed",
    .rank = 31,
};
