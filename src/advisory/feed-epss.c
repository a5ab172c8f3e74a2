/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/feed-util.h"

static bool detect(Str path, Str head) {
    (void) path;
    Str line;
    if (!str_line(&head, &line))
        return false;
    if (str_starts(line, STR("#model_version:")) || str_starts(line, STR("cve,epss,percentile")))
        return true;
    Str id, rest;
    return str_cut(line, ';', &id, &rest) && feed_is_cve(id) && str_chr(rest, ';') > 0;
}

/* "0.00043" × 10^7, without the locale and the cost of strtod. */
static bool probability(Str s, double *ret) {
    double v = 0, unit = 1;
    bool point = false;
    if (s.n == 0 || s.n > 20)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        v = v * 10 + (s.p[i] - '0');
        unit *= point ? 10 : 1;
    }
    *ret = v / unit;
    return *ret <= 1;
}

static void comment(const FeedSink *sink, Str line) {
    Str part;
    line = str_from_at(line, 1);
    while (str_split(&line, ',', &part))
        if (str_starts(part, STR("score_date:")))
            sink->date(sink->userdata, feed_time(str_from_at(part, 11)));
}

static int parse(const FeedInput *in, const FeedSink *sink) {
    Str rest = in->bytes, line;
    uint32_t number = in->first_line ? in->first_line : 1;
    for (; str_line(&rest, &line); number++) {
        if (line.n && line.p[0] == '#') {
            comment(sink, line);
            continue;
        }
        if (str_empty(line) || str_starts(line, STR("cve,")))
            continue;
        Str id, values, epss, percentile;
        char sep = str_chr(line, ';') >= 0 ? ';' : ',';
        VulnDetail d = feed_detail_new(STR_NULL);
        sink->count(sink->userdata);
        if (!str_cut(line, sep, &id, &values) || !str_cut(values, sep, &epss, &percentile) || !feed_is_cve(id) ||
            !probability(epss, &d.epss) || !probability(percentile, &d.epss_percentile)) {
            sink->problem(sink->userdata, number, "not \"CVE, probability, percentile\": \"%.*s\"", STR_FMT(str_head(line, 80)));
            continue;
        }
        d.id = id;
        int r = sink->detail(sink->userdata, &d);
        if (r < 0)
            return r;
    }
    return 0;
}

const Feed feed_epss = {
    .name = "epss",
    .doc = "FIRST: probability that a vulnerability will be exploited in the next 30 days",
    .source = "https://www.first.org/epss/data_stats; free to use with attribution to FIRST",
    .detect = detect,
    .parse = parse,
    .lines = true,
    .fuzzer = "feed",
    .rank = 95,
};
