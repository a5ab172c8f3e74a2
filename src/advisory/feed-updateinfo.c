/* SPDX-License-Identifier: Apache-2.0 */
/* updateinfo.xml, which the repositories of every rpm distribution carry. It says nothing reliable of the release it is for, so:
 *  1. a component of the document's path that is a release key, with ':' or '-' before the version ("rocky:9/updateinfo.xml",
 *     "oracle-9/baseos/updateinfo.xml"), decides: that is how a person says it;
 *  2. else the collection's name or short name, the <release> of the update, or its platform ("AlmaLinux 9", "Fedora 40",
 *     "openSUSE Leap 15.6", "ol9", "amazon-linux-2023");
 *  3. else the update is left out and said to be so. */
#include "advisory/feed-rpm.h"

#include <ctype.h>

#include "base/map.h"

/* Adding a distribution: one row. */
static const struct {
    const char *words;  /* in lower case, as they stand before a version in names of collections */
    const char *key;
    bool whole;         /* the key has the whole version, not the major one */
} names[] = {
    {"almalinux", "almalinux", false},
    {"rocky linux", "rocky", false},
    {"rocky", "rocky", false},
    {"oracle linux", "oracle", false},
    {"oracle", "oracle", false},
    {"ol", "oracle", false},
    {"red hat enterprise linux", "rhel", false},
    {"rhel", "rhel", false},
    {"centos stream", "rhel", false},
    {"centos", "rhel", false},
    {"fedora", "fedora", false},
    {"amazon linux", "amazon", true},
    {"amazon-linux", "amazon", true},
    {"amazon", "amazon", true},
    {"opensuse leap", "opensuse-leap", true},
    {"opensuse-leap", "opensuse-leap", true},
    {"sles", "sles", true},
};

/* The release key that a text spells, STR_NULL when none: words, then at once or after one of " -:_", a version that ends where a word
 * ends. `whole_text`: nothing else may stand before or behind. */
static Str release_in(Arena *a, Str text, bool whole_text) {
    char lower[128] = {0};
    size_t n = MIN(text.n, sizeof(lower));
    for (size_t i = 0; i < n; i++)
        lower[i] = (char) tolower((unsigned char) text.p[i]);
    for (size_t k = 0; k < ARRAY_SIZE(names); k++) {
        Str words = str_from(names[k].words);
        lint_assume(words.p);
        for (size_t at = 0; at + words.n < n; at++) {
            if (memcmp(lower + at, words.p, words.n) != 0 || (at > 0 && (whole_text || isalnum((unsigned char) lower[at - 1]))))
                continue;
            size_t from = at + words.n;
            if (strchr(" -:_", lower[from]) && lower[from])
                from++;
            size_t end = from;
            while (end < n && (isdigit((unsigned char) lower[end]) || (lower[end] == '.' && end + 1 < n && isdigit((unsigned char) lower[end + 1]))))
                end++;
            if (end == from || (end < n && (isalpha((unsigned char) lower[end]) || whole_text)))
                continue;
            Str version = str_n(lower + from, end - from);
            ssize_t dot = str_chr(version, '.');
            if (!names[k].whole && dot >= 0)
                version = str_head(version, (size_t) dot);
            return arena_printf(a, "%s:%.*s", names[k].key, STR_FMT(version));
        }
    }
    return STR_NULL;
}

static Str release_of_path(Arena *a, Str path) {
    Str component, found = STR_NULL;
    while (str_split(&path, '/', &component)) {
        Str key = release_in(a, component, true);
        if (!str_empty(key))
            found = key;
    }
    return found;
}

static Str text_of(const Node *element, const char *child) {
    const Node *c = node_get(element, child);
    return str_trim(node_is(c, NODE_STRING) ? c->text : node_get_str(c, ""));
}

typedef struct Entry {
    Str package, evr, arches, module;
} Entry;

static void collect(Arena *a, Map *entries, const Node *collection) {
    Str module = STR_NULL;
    node_each(m, collection)
        if (str_eqz(m->key, "module"))
            module = arena_printf(a, "%.*s:%.*s", STR_FMT(node_get_str(m, "@name")), STR_FMT(node_get_str(m, "@stream")));
    node_each(p, collection) {
        if (!str_eqz(p->key, "package"))
            continue;
        Str name = node_get_str(p, "@name"), epoch = node_get_str(p, "@epoch"), version = node_get_str(p, "@version");
        Str build = node_get_str(p, "@release"), arch = node_get_str(p, "@arch");
        if (str_empty(name) || str_empty(version) || str_empty(build) || str_eqz(arch, "src") || rpm_is_debug(name))
            continue;
        Str evr = str_empty(epoch) || str_eqz(epoch, "0")
                      ? arena_printf(a, "%.*s-%.*s", STR_FMT(version), STR_FMT(build))
                      : arena_printf(a, "%.*s:%.*s-%.*s", STR_FMT(epoch), STR_FMT(version), STR_FMT(build));
        Str key = arena_printf(a, "%.*s %.*s %.*s", STR_FMT(name), STR_FMT(evr), STR_FMT(module));
        void **slot = map_slot(entries, key, NULL);
        Entry *e = *slot;
        if (!e) {
            *slot = e = arena_new(a, Entry);
            *e = (Entry) {name, evr, arch, module};
            continue;
        }
        bool known = false;
        Str rest = e->arches, word;
        while (str_split(&rest, ' ', &word))
            known = known || str_eq(word, arch);
        if (!known && e->arches.n < 100)
            e->arches = arena_printf(a, "%.*s %.*s", STR_FMT(e->arches), STR_FMT(arch));
    }
}

static int update(const FeedInput *in, const FeedSink *sink, Arena *a, Str path_release, const Node *u) {
    /* Enhancements and bug fixes mend no vulnerability, unless they name one. */
    Str id = text_of(u, "id"), type = node_get_str(u, "@type"), title = text_of(u, "title");
    if (str_empty(id)) {
        sink->problem(sink->userdata, u->line, "an update without id");
        return 0;
    }
    RpmAdvisory adv = rpm_advisory_new(sink, a, id, title);
    severity_parse(text_of(u, "severity"), &adv.severity);
    VulnDetail d = feed_detail_new(id);
    char urls[2048];
    size_t n_urls = 0;
    node_each(ref, node_get(u, "references")) {
        Str cve = node_get_str(ref, "@id"), url = node_get_str(ref, "@href");
        if (!feed_is_cve(cve))
            cve = node_get_str(ref, "@title");
        rpm_advisory_cve(&adv, cve);
        if (url.n && n_urls + url.n + 1 < sizeof(urls) && str_chr(url, ' ') < 0) {
            if (n_urls)
                urls[n_urls++] = ' ';
            memcpy(urls + n_urls, url.p, url.n);
            n_urls += url.n;
        }
    }
    if (!str_eqz(type, "security") && adv.n_cves == 0)
        return 0;
    const Node *date = node_get(u, "updated") ? node_get(u, "updated") : node_get(u, "issued");
    int64_t t = feed_time(str_head(node_get_str(date, "@date"), 10));
    if (t != TIME_NONE)
        sink->date(sink->userdata, t);

    Str release = path_release;
    _cleanup_(map_done) Map entries = {0};
    node_each(list, u) {
        if (!str_eqz(list->key, "pkglist"))
            continue;
        node_each(collection, list) {
            if (!str_eqz(collection->key, "collection"))
                continue;
            if (str_empty(release))
                release = release_in(a, text_of(collection, "name"), false);
            if (str_empty(release))
                release = release_in(a, node_get_str(collection, "@short"), false);
            collect(a, &entries, collection);
        }
    }
    if (str_empty(release))
        release = release_in(a, text_of(u, "release"), false);
    if (str_empty(release)) {
        sink->problem(sink->userdata, u->line, "%.*s: no release is named: put the file in a directory called as the release, such as \"rocky:9\"",
                      STR_FMT(str_head(id, 60)));
        return 0;
    }
    RpmAdvisory modular = adv;
    for (size_t i = 0; i < entries.n; i++) {
        const Entry *e = entries.entries[i].value;
        RpmAdvisory *by = &adv;
        if (!str_empty(e->module)) {
            modular.modules[0] = e->module;
            modular.n_modules = 1;
            by = &modular;
        }
        int r = rpm_advisory_row(by, release, e->package, STR_NULL, e->evr, e->arches, STR_NULL);
        if (r < 0)
            return r;
    }
    d.title = feed_title(a, title);
    d.references = arena_str(a, str_n(urls, n_urls));
    return rpm_advisory_details(&adv, text_of(u, "description"), &d);
}

static int parse(const FeedInput *in, const FeedSink *sink) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_free_ char *name = str_dup(in->path);
    Node *root = NULL;
    int r = xml_parse(in->bytes, name, in->limits, &a, &d, &root);
    if (r < 0) {
        sink->problem(sink->userdata, d.items.n ? d.items.p[0].line : 0, "%s", d.items.n ? d.items.p[0].message : "no XML document");
        return r == -EINVAL || r == -E2BIG ? 0 : r;
    }
    Str release = release_of_path(&a, in->path);
    node_each(u, root) {
        if (!str_eqz(u->key, "update"))
            continue;
        _cleanup_(arena_done) Arena own = {0};
        r = update(in, sink, &own, release, u);
        sink->count(sink->userdata);
        if (r < 0)
            return r;
    }
    return 0;
}

static bool detect(Str path, Str head) {
    return str_starts(str_trim(head), STR("<")) && (feed_has(head, "<updates>") || feed_has(head, "<updates "));
}

const Feed feed_updateinfo = {
    .name = "updateinfo",
    .doc = "updateinfo.xml of any rpm repository. Its release comes from a directory called as the release key (\"rocky:9\", "
           "\"oracle-9\") in the file's path, else from the collection's name.",
    .source = "https://github.com/openSUSE/libsolv, repo_updateinfoxml; written by createrepo_c and modifyrepo_c",
    .detect = detect,
    .parse = parse,
    .fuzzer = "updateinfo",
    .rank = 70,
};
