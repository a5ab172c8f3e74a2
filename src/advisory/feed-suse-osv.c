/* SPDX-License-Identifier: Apache-2.0 */
/* SUSE and openSUSE updates as OSV. Ecosystems are product names: "SUSE:Linux Enterprise Server 15 SP6" is "sles:15.6", and so are
 * the modules, extensions and support levels of the same service pack ("SUSE:Linux Enterprise Module for Basesystem 15 SP6",
 * "… 15 SP3-LTSS"), whose packages all lie on a SLES system; "openSUSE:Leap 15.6" is "opensuse-leap:15.6". */
#include "advisory/feed-rpm.h"

#include <ctype.h>

static size_t digits(Str s) {
    size_t n = 0;
    while (n < s.n && isdigit((unsigned char) s.p[n]))
        n++;
    return n;
}

/* The last "15 SP6", "15 SP6-LTSS" or "15" of a product name. `ret_support` is what follows the dash. */
static bool product_release(Arena *a, Str ecosystem, Str *ret_release, Str *ret_support) {
    *ret_support = STR_NULL;
    if (str_starts(ecosystem, STR("openSUSE:Leap Micro ")))
        return false;
    if (str_starts(ecosystem, STR("openSUSE:Leap "))) {
        Str version = str_from_at(ecosystem, 14);
        size_t n = digits(version);
        if (n == 0 || n == version.n || version.p[n] != '.' || n + 1 + digits(str_from_at(version, n + 1)) != version.n)
            return false;
        *ret_release = arena_printf(a, "opensuse-leap:%.*s", STR_FMT(version));
        return true;
    }
    if (str_eqz(ecosystem, "openSUSE:Tumbleweed")) {
        *ret_release = STR("opensuse-tumbleweed");
        return true;
    }
    if (!str_starts(ecosystem, STR("SUSE:Linux Enterprise ")))
        return false;
    Str rest = str_from_at(ecosystem, 22), word, major = STR_NULL, pack = STR_NULL, number;
    if (str_starts(rest, STR("Micro ")))
        return false;
    while (str_split(&rest, ' ', &word)) {
        Str text, support;
        if (str_cut(word, '-', &text, &support)) {
            word = text;
            *ret_support = support;
        }
        number = str_starts(word, STR("SP")) ? str_from_at(word, 2) : STR_NULL;
        if (word.n && digits(word) == word.n) {
            major = word;
            pack = STR_NULL;
        } else if (number.n && digits(number) == number.n && !str_empty(major)) {
            pack = number;
        }
    }
    if (str_empty(major))
        return false;
    *ret_release = str_empty(pack) ? arena_printf(a, "sles:%.*s", STR_FMT(major))
                                   : arena_printf(a, "sles:%.*s.%.*s", STR_FMT(major), STR_FMT(pack));
    return true;
}

typedef struct Walk {
    RpmAdvisory *adv;
    const Node *binaries;
    Str release, package;
} Walk;

static int range(void *userdata, Str introduced, Str fixed, Str last) {
    Walk *w = userdata;
    if (str_empty(fixed))
        return 0;
    /* The binary packages with their own versions, where the record lists them; else the source package. */
    size_t n = 0;
    node_each(group, w->binaries)
        node_each(binary, group) {
            Str version = node_str(binary);
            if (str_empty(version) || rpm_is_debug(binary->key))
                continue;
            n++;
            w->adv->binary_name = true;
            int r = rpm_advisory_row(w->adv, w->release, binary->key, STR_NULL, version, STR_NULL, STR_NULL);
            if (r < 0)
                return r;
        }
    if (n)
        return 0;
    w->adv->binary_name = false;
    return rpm_advisory_row(w->adv, w->release, w->package, introduced, fixed, STR_NULL, STR_NULL);
}

static int record(const FeedInput *in, const FeedSink *sink, Arena *a, uint32_t line, const Node *root) {
    Str support;
    RpmAdvisory adv;
    VulnDetail d;
    int r = rpm_osv_begin(sink, a, line, root, "suse", STR_NULL, &adv, &d);
    if (r <= 0)
        return r;
    severity_parse(node_get_str(node_get(root, "database_specific"), "severity"), &adv.severity);
    node_each(affected, node_get(root, "affected")) {
        const Node *package = node_get(affected, "package");
        Walk w = {.adv = &adv, .package = node_get_str(package, "name"), .binaries = node_path(affected, "ecosystem_specific", "binaries", NULL)};
        if (!product_release(a, node_get_str(package, "ecosystem"), &w.release, &support))
            continue;
        adv.status_text = support;
        r = feed_osv_ranges(affected, range, &w);
        if (r < 0)
            return r;
    }
    return rpm_advisory_details(&adv, node_get_str(root, "details"), &d);
}

static bool detect(Str path, Str head) {
    return feed_head_id(head, "SUSE- openSUSE-");
}

static int parse(const FeedInput *in, const FeedSink *sink) {
    return feed_each_record(in, sink, record);
}

const Feed feed_suse_osv = {
    .name = "suse-osv",
    .doc = "SUSE Linux Enterprise and openSUSE updates as OSV records, published by SUSE.",
    .source = "https://ftp.suse.com/pub/projects/security/osv/",
    .detect = detect,
    .parse = parse,
    .lines = true,
    .fuzzer = "feed",
    .rank = 64,
};
