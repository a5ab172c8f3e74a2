/* SPDX-License-Identifier: Apache-2.0 */
/* Red Hat advisories as OSV: binary packages, one entry for each repository ("Red Hat:enterprise_linux:9::baseos" is the CPE
 * cpe:/o:redhat:enterprise_linux:9::baseos without its front). Entries of one package and fix become one row with all CPEs. */
#include "advisory/feed-rpm.h"
#include "base/map.h"
#include "base/vec.h"

typedef struct Cpe {
    Str cpe;
    struct Cpe *next;
} Cpe;

typedef struct Entry {
    Str release, package, introduced, fixed;
    Cpe *first, *last;
    size_t bytes;
} Entry;

typedef struct Walk {
    Arena *a;
    Map *entries;   /* "release package introduced fixed" -> Entry */
    Str release, package, cpe;
} Walk;

static int range(void *userdata, Str introduced, Str fixed, Str last) {
    Walk *w = userdata;
    if (str_empty(fixed))
        return 0;
    Str key = arena_printf(w->a, "%.*s %.*s %.*s %.*s", STR_FMT(w->release), STR_FMT(w->package), STR_FMT(introduced), STR_FMT(fixed));
    void **slot = map_slot(w->entries, key, NULL);
    Entry *e = *slot;
    if (!e) {
        *slot = e = arena_new(w->a, Entry);
        *e = (Entry) {.release = w->release, .package = w->package, .introduced = introduced, .fixed = fixed};
    }
    if (e->last && str_eq(e->last->cpe, w->cpe))
        return 0;
    Cpe *cpe = arena_new(w->a, Cpe);
    cpe->cpe = w->cpe;
    if (e->last)
        e->last->next = cpe;
    else
        e->first = cpe;
    e->last = cpe;
    e->bytes += w->cpe.n + 1;
    return 0;
}

static Str join(Arena *a, const Entry *e) {
    char *out = arena_bytes(a, e->bytes + 1);
    size_t n = 0;
    for (const Cpe *c = e->first; c; c = c->next) {
        if (n)
            out[n++] = ' ';
        memcpy(out + n, c->cpe.p, c->cpe.n);
        n += c->cpe.n;
    }
    return str_n(out, n);
}

/* "https://access.redhat.com/security/updates/classification/#important": the advisory's severity. */
static Severity classification(const Node *references) {
    Severity s = SEVERITY_UNKNOWN;
    node_each(ref, references) {
        Str url = node_get_str(ref, "url"), before, word;
        if (feed_has(url, "/classification/") && str_cut(url, '#', &before, &word))
            severity_parse(word, &s);
    }
    return s;
}

static int record(const FeedInput *in, const FeedSink *sink, Arena *a, uint32_t line, const Node *root) {
    RpmAdvisory adv;
    VulnDetail d;
    int r = rpm_osv_begin(sink, a, line, root, "redhat", node_get_str(root, "summary"), &adv, &d);
    if (r <= 0)
        return r;
    adv.severity = classification(node_get(root, "references"));
    _cleanup_(map_done) Map entries = {0};
    node_each(affected, node_get(root, "affected")) {
        const Node *package = node_get(affected, "package");
        Str ecosystem = node_get_str(package, "ecosystem"), front, product, version;
        Walk w = {.a = a, .entries = &entries, .package = node_get_str(package, "name")};
        if (!str_starts(ecosystem, STR("Red Hat:")) || rpm_is_debug(w.package) || str_empty(w.package))
            continue;
        w.cpe = str_from_at(ecosystem, 8);
        if (!str_cut(w.cpe, ':', &product, &version))
            continue;
        /* Layered products have packages of their own, on whatever release. */
        if (!str_eqz(product, "enterprise_linux") && !str_starts(product, STR("rhel_")))
            continue;
        if (str_cut(version, ':', &front, &product))
            version = front;
        if (!rpm_release(a, version, "", "rhel", &w.release))
            continue;
        r = feed_osv_ranges(affected, range, &w);
        if (r < 0)
            return r;
    }
    for (size_t i = 0; i < entries.n; i++) {
        const Entry *e = entries.entries[i].value;
        r = rpm_advisory_row(&adv, e->release, e->package, e->introduced, e->fixed, STR_NULL, join(a, e));
        if (r < 0)
            return r;
    }
    return rpm_advisory_details(&adv, node_get_str(root, "details"), &d);
}

static bool detect(Str path, Str head) {
    return feed_head_id(head, "RHSA- RHBA- RHEA-");
}

static int parse(const FeedInput *in, const FeedSink *sink) {
    return feed_each_record(in, sink, record);
}

const Feed feed_redhat_osv = {
    .name = "redhat-osv",
    .doc = "Red Hat advisories (RHSA, RHBA, RHEA) as OSV records, published by Red Hat: fixed versions of binary packages by repository.",
    .source = "https://security.access.redhat.com/data/osv/ (CC-BY-4.0)",
    .detect = detect,
    .parse = parse,
    .lines = true,
    .fuzzer = "feed",
    .rank = 50,
};
