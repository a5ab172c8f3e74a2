/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/feed-util.h"

static bool detect(Str path, Str head) {
    (void) path;
    return feed_has(head, "\"releases\"") && feed_has(head, "\"urgency\"") && feed_has(head, "\"repositories\"") &&
           !feed_has(head, "\"ecosystem\"");
}

static const struct {
    const char *codename, *key;
} releases[] = {
    {"jessie", "debian:8"},    {"stretch", "debian:9"}, {"buster", "debian:10"}, {"bullseye", "debian:11"}, {"bookworm", "debian:12"},
    {"trixie", "debian:13"},   {"forky", "debian:14"},  {"duke", "debian:15"},   {"sid", "debian:sid"},
};

static const char *release_of(Str codename) {
    for (size_t i = 0; i < ARRAY_SIZE(releases); i++)
        if (str_eqz(codename, releases[i].codename))
            return releases[i].key;
    return NULL;
}

/* false: the record says nothing that we understand. */
static bool status_of(const Node *release, AdvisoryRow *row) {
    Str status = node_get_str(release, "status"), fixed = node_get_str(release, "fixed_version"), urgency = node_get_str(release, "urgency");
    const Node *nodsa = node_get(release, "nodsa");
    Str reason = node_get_str(release, "nodsa_reason");
    if (str_eqz(status, "resolved")) {
        row->status = str_empty(fixed) || str_eqz(fixed, "0") ? FIX_NOT_AFFECTED : FIX_FIXED;
        row->fixed = row->status == FIX_FIXED ? fixed : STR_NULL;
    } else if (str_eqz(status, "undetermined")) {
        row->status = FIX_UNDER_INVESTIGATION;
        row->status_text = status;
    } else if (str_eqz(status, "open")) {
        row->status = FIX_AFFECTED;
        if (str_eqz(reason, "ignored")) {
            row->status = FIX_WONT_FIX;
            row->status_text = reason;
        } else if (str_eqz(reason, "postponed")) {
            row->status = FIX_DEFERRED;
            row->status_text = reason;
        } else if (nodsa) /* a fix may still come with a point release */
            row->status_text = STR("no-dsa");
    } else
        return false;
    if (str_eqz(urgency, "end-of-life") && row->status != FIX_FIXED && row->status != FIX_NOT_AFFECTED) {
        row->status = FIX_END_OF_LIFE;
        row->status_text = urgency;
    }
    /* "low**" is low by automatic assignment. */
    while (urgency.n && urgency.p[urgency.n - 1] == '*')
        urgency.n--;
    (void) severity_parse(urgency, &row->severity);
    return true;
}

typedef struct Walk {
    const FeedInput *in;
    const FeedSink *sink;
    char *name;
    uint32_t base;  /* lines of the document before the package at hand */
} Walk;

static int one_cve(Walk *w, Arena *a, Str package, const Node *cve) {
    Str id = cve->key;
    if (str_empty(id)) {
        w->sink->problem(w->sink->userdata, w->base + cve->line, "%.*s: a record without id", STR_FMT(package));
        return 0;
    }
    VulnDetail d = feed_detail_new(id);
    d.title = feed_title(a, node_get_str(cve, "description"));
    int r = w->sink->detail(w->sink->userdata, &d);
    node_each(release, node_get(cve, "releases")) {
        if (r < 0)
            break;
        const char *key = release_of(release->key);
        if (!key)
            continue;
        AdvisoryRow row = {.id = id};
        if (!status_of(release, &row)) {
            w->sink->problem(w->sink->userdata, w->base + release->line, "%.*s in %.*s: unknown status", STR_FMT(id), STR_FMT(package));
            continue;
        }
        r = w->sink->row(w->sink->userdata, str_from(key), package, &row);
    }
    w->sink->count(w->sink->userdata);
    return r;
}

/* One package at a time: the tree of the whole document would be several times its 70 MB. */
static int one_package(void *userdata, Str package, Str value, uint32_t line) {
    Walk *w = userdata;
    w->base = line - 1;
    Arena a = {0};
    Diag d = {0};
    Node *root = NULL;
    int r = json_parse(value, w->name, w->in->limits, &a, &d, &root);
    if (r < 0 || !node_is(root, NODE_MAP) || str_empty(package)) {
        w->sink->count(w->sink->userdata);
        w->sink->problem(w->sink->userdata, line, "package \"%.*s\": %s", STR_FMT(str_head(package, 100)), d.items.n ? d.items.p[0].message : "not a map of CVE records");
        r = r == -EINVAL || r == -E2BIG ? 0 : r;
    } else
        node_each(cve, root) {
            r = one_cve(w, &a, package, cve);
            if (r < 0)
                break;
        }
    diag_done(&d);
    arena_done(&a);
    return r;
}

static int parse(const FeedInput *in, const FeedSink *sink) {
    _cleanup_free_ char *name = str_dup(in->path);
    Walk w = {in, sink, name, 0};
    int r = feed_each_member(in->bytes, 1, one_package, &w);
    if (r == -EINVAL)
        sink->problem(sink->userdata, 0, "not a JSON object of packages to its end");
    return r;
}

const Feed feed_debian_tracker = {
    .name = "debian-tracker",
    .doc = "Debian: the security tracker's own JSON, with no-dsa, ignored and postponed",
    .source = "https://security-tracker.debian.org/tracker/data/json; terms of the Debian project",
    .detect = detect,
    .parse = parse,
    .fuzzer = "feed",
    .rank = 41,
};
