/* SPDX-License-Identifier: Apache-2.0 */
/* RubySec's ruby-advisory-db: a YAML file for each vulnerability of a gem. What it states are the versions that are patched and those that never
 * had the flaw; all others are affected. Records of interpreters (rubies/) are left to feeds that know how those are installed. */
#include <stdlib.h>

#include "advisory/cvss.h"
#include "advisory/feed-range.h"
#include "base/vec.h"

enum { SPANS_MAX = 1000 };

typedef Vec(VersionSpan) Spans;

static bool detect(Str path, Str head) {
    return (str_ends(path, STR(".yml")) || str_ends(path, STR(".yaml"))) && (feed_has(head, "\ngem:") || str_starts(head, STR("gem:"))) && feed_has(head, "\ntitle:") &&
           feed_has(head, "\nurl:");
}

static int add_spans(const FeedSink *sink, Arena *a, const Node *list, bool fix, Spans *spans) {
    node_each(item, list) {
        _cleanup_error_ Error err = {0};
        VersionRange range;
        VersionSpan s;
        int r = version_range_parse(node_str(item), VERSION_RANGE_GEM, a, &range, &err);
        if (r >= 0 && range.n)
            r = feed_range_span(&range, 0, a, &s);
        if (r < 0 || range.n == 0 || spans->n == SPANS_MAX) {
            sink->problem(sink->userdata, item->line, "\"%.*s\" is no constraint that can be understood", STR_FMT(str_head(node_str(item), 100)));
            return -EINVAL;
        }
        s.fix = fix;
        vec_push(spans, s);
    }
    return 0;
}

static int by_from(const void *x, const void *y, void *userdata) {
    const VersionSpan *a = x, *b = y;
    int r = cut_compare(userdata, a->from, b->from);
    return r ? r : cut_compare(userdata, a->to, b->to);
}

/* What is between the spans is affected. */
static int rows_between(const FeedSink *sink, Str gem, const AdvisoryRow *row, Spans *spans) {
    const VersionScheme *scheme = version_scheme(STR("gem"));
    if (spans->n > 1)
        qsort_r(spans->p, spans->n, sizeof(VersionSpan), by_from, (void *) scheme);
    Cut at = {CUT_START, STR_NULL};
    for (size_t i = 0; i < spans->n; i++) {
        const VersionSpan *s = &spans->p[i];
        int r = cut_compare(scheme, at, s->from) < 0 ? feed_range_rows(sink, STR("rubygems"), gem, row, at, s->from, s->fix) : 0;
        if (r < 0)
            return r;
        if (cut_compare(scheme, s->to, at) > 0)
            at = s->to;
    }
    return at.side == CUT_END ? 0 : feed_range_rows(sink, STR("rubygems"), gem, row, at, (Cut) {CUT_END, STR_NULL}, false);
}

/* A number is text as it is written. */
static Str scalar(const Node *n) {
    return node_is(n, NODE_NUMBER) ? n->text : node_str(n);
}

/* The record states scores, not vectors: they give a severity. */
static Severity severity_of(const Node *root) {
    static const struct {
        const char *key;
        CvssVersion version;
    } scores[] = {{"cvss_v4", CVSS_V40}, {"cvss_v3", CVSS_V31}, {"cvss_v2", CVSS_V2}};
    for (size_t i = 0; i < ARRAY_SIZE(scores); i++) {
        Str text = scalar(node_get(root, scores[i].key)), whole = text, tenths = STR_NULL;
        uint64_t high, low = 0;
        str_cut(text, '.', &whole, &tenths);
        if (!str_empty(text) && str_to_u64(whole, 10, &high) == 0 && (str_empty(tenths) || str_to_u64(str_head(tenths, 1), 9, &low) == 0))
            return cvss_severity(scores[i].version, (int) (high * 10 + low));
    }
    return SEVERITY_UNKNOWN;
}

/* "2022-24839" stands for CVE-2022-24839, "gx8x-g87m-h5q6" for GHSA-…; those of before have OSVDB's number. */
static Str named(Arena *a, const char *prefix, Str number) {
    bool whole = str_starts(number, str_from(prefix));
    return str_empty(number) || number.n > 100 || str_chr(number, ' ') >= 0 ? STR_NULL : whole ? number : arena_printf(a, "%s%.*s", prefix, STR_FMT(number));
}

static int record(const FeedSink *sink, Arena *a, const Node *root, Str path) {
    (void) path;
    Str gem = node_get_str(root, "gem"), cve = named(a, "CVE-", node_get_str(root, "cve")), ghsa = named(a, "GHSA-", node_get_str(root, "ghsa"));
    Str osvdb = named(a, "OSVDB-", scalar(node_get(root, "osvdb")));
    cve = feed_is_cve(cve) ? cve : STR_NULL;
    Str id = cve.n ? cve : ghsa.n ? ghsa : osvdb;
    sink->count(sink->userdata);
    if (str_empty(gem) || str_empty(id)) {
        sink->problem(sink->userdata, root->line, "a record needs gem and one of cve, ghsa, osvdb");
        return -EINVAL;
    }
    Spans spans = {0};
    AdvisoryRow row = {.id = id, .advisory = ghsa.n ? ghsa : id};
    int r = add_spans(sink, a, node_get(root, "patched_versions"), true, &spans);
    if (r >= 0)
        r = add_spans(sink, a, node_get(root, "unaffected_versions"), false, &spans);
    if (r >= 0)
        r = rows_between(sink, gem, &row, &spans);
    vec_done(&spans);
    if (r < 0)
        return r;
    VulnDetail d = feed_detail_new(id);
    Str related = feed_join(a, node_path(root, "related", "url", NULL), NULL, 10);
    d.title = feed_title(a, node_get_str(root, "title"));
    d.references = str_trim(arena_printf(a, "%.*s %.*s", STR_FMT(node_get_str(root, "url")), STR_FMT(related)));
    d.aliases = str_trim(arena_printf(a, "%.*s %.*s", STR_FMT(cve.n ? ghsa : STR_NULL), STR_FMT(osvdb.n && !str_eq(id, osvdb) ? osvdb : STR_NULL)));
    d.published = feed_time(node_get_str(root, "date"));
    d.severity = severity_of(root);
    d.severity_source = d.severity ? STR("rubysec") : STR_NULL;
    return sink->detail(sink->userdata, &d);
}

static int parse(const FeedInput *in, const FeedSink *sink) {
    return feed_yaml_record(in, sink, record);
}

const Feed feed_rubysec = {
    .name = "rubysec",
    .doc = "RubySec's ruby-advisory-db: vulnerabilities of gems, with the versions that are patched or never had the flaw.",
    .source = "https://github.com/rubysec/ruby-advisory-db (public domain)",
    .detect = detect,
    .parse = parse,
    .aliases = true,
    .fuzzer = "feed",
    .rank = 42,
};
