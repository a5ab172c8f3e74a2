/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/feed-util.h"

/* Products by endoflife.date's name -> the releases' keys. The others of its some 460 products are of no use here. */
static const struct {
    const char *product, *key;
} products[] = {
    {"debian", "debian"},         {"ubuntu", "ubuntu"},       {"alpine-linux", "alpine"}, {"alpine", "alpine"},
    {"rhel", "rhel"},             {"almalinux", "almalinux"}, {"rocky-linux", "rocky"},   {"amazon-linux", "amazon"},
    {"sles", "sles"},             {"opensuse", "opensuse-leap"}, {"oracle-linux", "oracle"}, {"fedora", "fedora"},
};

static const char *key_of(Str product) {
    for (size_t i = 0; i < ARRAY_SIZE(products); i++)
        if (str_eqz(product, products[i].product))
            return products[i].key;
    return NULL;
}

static bool is_page(Str head) {
    return str_starts(head, STR("---\n")) && feed_has(head, "\ntitle:") && (feed_has(head, "\npermalink:") || feed_has(head, "\nreleases:"));
}

static bool is_api(Str path, Str head) {
    Str base = feed_basename(path);
    if (feed_has(head, "\"schema_version\"") && feed_has(head, "\"eolFrom\""))
        return true;
    return str_ends(base, STR(".json")) && feed_has(head, "\"cycle\"") && feed_has(head, "\"eol\"");
}

static bool detect(Str path, Str head) {
    return is_page(head) || is_api(path, head);
}

/* A date, or true for "ended at an unknown date", which is told as the release's own date: it is past in any case. */
static int64_t end_of(const Node *release, const char *key, const char *fallback) {
    const Node *n = node_get(release, key);
    if (node_true(n) && fallback)
        return feed_time(node_get_str(release, fallback));
    return feed_time(node_str(n));
}

static int one_release(const FeedSink *sink, const char *family, Str cycle, int64_t eol, int64_t extended, uint32_t line) {
    char key[96];
    sink->count(sink->userdata);
    if (str_empty(cycle) || cycle.n > 32) {
        sink->problem(sink->userdata, line, "%s: a release without name", family);
        return 0;
    }
    if (eol == TIME_NONE && extended == TIME_NONE)
        return 0;
    snprintf(key, sizeof(key), "%s:%.*s", family, STR_FMT(cycle));
    return sink->eol(sink->userdata, str_from(key), eol, extended);
}

/* Markdown with the data as YAML in front, between two "---". */
static int parse_page(const FeedInput *in, const FeedSink *sink, const char *name, Arena *a, Diag *d) {
    Str front = str_from_at(in->bytes, 4);
    ssize_t end = str_find(front, STR("\n---"));
    if (end >= 0)
        front = str_head(front, (size_t) end + 1);
    Node *root = NULL;
    size_t documents;
    int r = yaml_parse(front, name, in->limits, a, d, &root, &documents);
    if (r < 0)
        return r;
    Str product = node_get_str(root, "permalink");
    if (product.n && product.p[0] == '/')
        product = str_from_at(product, 1);
    const char *family = key_of(product);
    if (!family)
        return 0;
    node_each(release, node_get(root, "releases")) {
        r = one_release(sink, family, node_get_str(release, "releaseCycle"), end_of(release, "eol", "releaseDate"), end_of(release, "eoes", NULL), release->line);
        if (r < 0)
            return r;
    }
    return 0;
}

/* The API: a list of cycles in a file named after the product, or (v1) a document that names it. */
static int parse_api(const FeedInput *in, const FeedSink *sink, const char *name, Arena *a, Diag *d) {
    Node *root = NULL;
    int r = json_parse(in->bytes, name, in->limits, a, d, &root);
    if (r < 0)
        return r;
    bool v1 = node_is(root, NODE_MAP);
    Str base = feed_basename(in->path);
    Str product = v1 ? node_get_str(node_get(root, "result"), "name") : str_head(base, base.n - MIN(base.n, (size_t) 5));
    if (v1)
        sink->date(sink->userdata, feed_time(node_get_str(root, "last_modified")));
    const char *family = key_of(product);
    const Node *list = v1 ? node_path(root, "result", "releases", NULL) : root;
    node_each(release, family ? list : NULL) {
        Str cycle = node_get_str(release, v1 ? "name" : "cycle");
        int64_t eol = v1 ? end_of(release, "eolFrom", NULL) : end_of(release, "eol", "releaseDate");
        int64_t extended = end_of(release, v1 ? "eoesFrom" : "extendedSupport", NULL);
        r = one_release(sink, family, cycle, eol, extended, release->line);
        if (r < 0)
            return r;
    }
    return 0;
}

static int parse(const FeedInput *in, const FeedSink *sink) {
    _cleanup_free_ char *name = str_dup(in->path);
    Arena a = {0};
    Diag d = {0};
    int r = is_page(str_head(in->bytes, FEED_HEAD_MAX)) ? parse_page(in, sink, name, &a, &d) : parse_api(in, sink, name, &a, &d);
    if (r < 0 && d.items.n)
        sink->problem(sink->userdata, d.items.p[0].line, "%s", d.items.p[0].message);
    diag_done(&d);
    arena_done(&a);
    return r;
}

const Feed feed_endoflife = {
    .name = "endoflife",
    .doc = "endoflife.date: end of standard and extended support of distribution releases",
    .source = "https://endoflife.date/docs/api, https://github.com/endoflife-date/endoflife.date; MIT",
    .detect = detect,
    .parse = parse,
    .fuzzer = "feed",
    .rank = 99,
};
