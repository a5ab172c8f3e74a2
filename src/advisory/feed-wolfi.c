/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/feed-util.h"

static bool detect(Str path, Str head) {
    return (str_ends(path, STR(".yaml")) || str_ends(path, STR(".yml"))) && str_starts(str_trim(head), STR("schema-version:")) &&
           feed_has(head, "advisories:") && feed_has(head, "package:");
}

/* The last event by time decides; among equal times the last in the file. */
static const Node *last_event(const Node *advisory) {
    const Node *last = NULL;
    int64_t newest = TIME_NONE;
    node_each(event, node_get(advisory, "events")) {
        int64_t t = feed_time(node_get_str(event, "timestamp"));
        if (!last || t >= newest) {
            last = event;
            newest = t;
        }
    }
    return last;
}

/* Which states there are: https://github.com/chainguard-dev/advisory-schema. */
static const struct {
    const char *type;
    FixStatus status;
} states[] = {
    {"fixed", FIX_FIXED},
    {"detection", FIX_AFFECTED},
    {"true-positive-determination", FIX_AFFECTED},
    {"pending-upstream-fix", FIX_DEFERRED},
    {"fix-not-planned", FIX_WONT_FIX},
    {"false-positive-determination", FIX_NOT_AFFECTED},
    {"analysis-not-planned", FIX_UNDER_INVESTIGATION},
};

static bool status_of(const Node *event, AdvisoryRow *row) {
    Str type = node_get_str(event, "type");
    for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
        if (!str_eqz(type, states[i].type))
            continue;
        row->status = states[i].status;
        row->status_text = type;
        const Node *data = node_get(event, "data");
        if (row->status == FIX_FIXED) {
            row->fixed = node_get_str(data, "fixed-version");
            row->status_text = STR_NULL;
            if (str_eqz(row->fixed, "0")) { /* before the first package */
                row->fixed = STR_NULL;
                row->status = FIX_NOT_AFFECTED;
            } else if (str_empty(row->fixed))
                return false;
        } else if (row->status == FIX_NOT_AFFECTED && !str_empty(node_get_str(data, "type")))
            row->status_text = node_get_str(data, "type");
        return true;
    }
    return false;
}

static int advisory_rows(const FeedSink *sink, Arena *a, Str package, const Node *advisory) {
    AdvisoryRow row = {.advisory = node_get_str(advisory, "id")};
    const Node *event = last_event(advisory), *aliases = node_get(advisory, "aliases");
    if (str_empty(row.advisory) || !event || !status_of(event, &row)) {
        sink->problem(sink->userdata, advisory->line, "%.*s: an advisory without id, events or fixed version", STR_FMT(package));
        return 0;
    }
    sink->date(sink->userdata, feed_time(node_get_str(event, "timestamp")));
    int r = 0;
    size_t n = 0;
    node_each(alias, aliases) {
        if (!feed_is_cve(node_str(alias)))
            continue;
        row.id = node_str(alias);
        r = sink->row(sink->userdata, STR("wolfi"), package, &row);
        if (r < 0)
            return r;
        if (n++ == 0) {
            VulnDetail d = feed_detail_new(row.id);
            d.aliases = feed_join(a, aliases, NULL, 50);
            r = sink->detail(sink->userdata, &d);
            if (r < 0)
                return r;
        }
    }
    if (n)
        return 0;
    Str first = node_str(node_first(aliases));
    row.id = str_empty(first) ? row.advisory : first;
    return sink->row(sink->userdata, STR("wolfi"), package, &row);
}

static int record(const FeedSink *sink, Arena *a, const Node *root, Str path) {
    Str package = node_get_str(node_get(root, "package"), "name");
    if (str_empty(package)) {
        sink->problem(sink->userdata, 1, "no package name");
        return -EINVAL;
    }
    node_each(advisory, node_get(root, "advisories")) {
        sink->count(sink->userdata);
        int r = advisory_rows(sink, a, package, advisory);
        if (r < 0)
            return r;
    }
    return 0;
}

static int parse(const FeedInput *in, const FeedSink *sink) {
    return feed_yaml_record(in, sink, record);
}

const Feed feed_wolfi = {
    .name = "wolfi",
    .doc = "Wolfi: advisories per package with their events",
    .source = "https://github.com/wolfi-dev/advisories; Apache-2.0 until May 2025",
    .detect = detect,
    .parse = parse,
    .fuzzer = "feed",
    .rank = 62,
};
