/* SPDX-License-Identifier: Apache-2.0 */
/* OSV records of language ecosystems: GHSA, PyPA, Go, RustSec, Bitnami, malicious packages … The release key is the ecosystem in
 * lower case ("npm", "pypi", "crates.io", "github-actions"), the id is the CVE where the record names one. Package names of PyPI are
 * normalised as PEP 503 says, those of NuGet and Packagist are in lower case.
 *
 * A list of versions beside ranges says the same again, version by version: it is left out. Where there are no ranges, each version
 * becomes a row of its own, at most VERSIONS_MAX of them. */
#include "advisory/feed-rpm.h"

#include <ctype.h>

enum { VERSIONS_MAX = 1000, IDS_MAX = 16 };

/* Adding an ecosystem: one line, in OSV's spelling. */
static const char *const ecosystems[] = {
    "npm", "PyPI", "Go", "crates.io", "Maven", "NuGet", "RubyGems", "Packagist", "Hex", "Pub", "SwiftURL", "GitHub Actions", "Bitnami",
    "CRAN", "Hackage", "Julia", "ConanCenter",
};

static const struct {
    const char *prefix, *source;
} sources[] = {
    {"GHSA-", "ghsa"}, {"PYSEC-", "pypa"}, {"GO-", "go-vulndb"}, {"RUSTSEC-", "rustsec"}, {"BIT-", "bitnami"}, {"MAL-", "openssf"},
};

typedef struct Walk {
    const FeedSink *sink;
    Str ids[IDS_MAX];
    size_t n_ids;
    Str release, package;
    Str last_known;   /* GHSA: "<= 1.2.3", for ranges that state no end */
    AdvisoryRow row;
    size_t ranges;
} Walk;

static int emit(Walk *w, Str introduced, Str fixed, Str last) {
    for (size_t i = 0; i < w->n_ids; i++) {
        AdvisoryRow row = w->row;
        row.id = w->ids[i];
        row.introduced = introduced;
        row.fixed = fixed;
        row.last_affected = last;
        row.status = str_empty(fixed) ? FIX_AFFECTED : FIX_FIXED;
        int r = w->sink->row(w->sink->userdata, w->release, w->package, &row);
        if (r < 0)
            return r;
    }
    return 0;
}

static int range(void *userdata, Str introduced, Str fixed, Str last) {
    Walk *w = userdata;
    w->ranges++;
    if (str_empty(fixed) && str_empty(last)) {
        if (str_starts(w->last_known, STR("<= ")))
            last = str_from_at(w->last_known, 3);
        else if (str_starts(w->last_known, STR("< ")))
            fixed = str_from_at(w->last_known, 2);
    }
    /* The lowest version of all is no bound. */
    if (str_eqz(introduced, "0.0.0-0"))
        introduced = STR_NULL;
    return emit(w, introduced, fixed, last);
}

static bool release_of(Arena *a, Str ecosystem, Str *ret) {
    Str front, rest;
    if (str_cut(ecosystem, ':', &front, &rest))
        ecosystem = front; /* "Maven:https://…" */
    for (size_t i = 0; i < ARRAY_SIZE(ecosystems); i++) {
        if (!str_ieq(ecosystem, str_from(ecosystems[i])))
            continue;
        char *out = arena_bytes(a, ecosystem.n);
        for (size_t k = 0; k < ecosystem.n; k++)
            out[k] = (char) (ecosystem.p[k] == ' ' ? '-' : tolower((unsigned char) ecosystem.p[k]));
        *ret = str_n(out, ecosystem.n);
        return true;
    }
    return false;
}

/* Names that an ecosystem takes for the same become one: PyPI's as PEP 503 says, NuGet's and Packagist's without case. */
static Str normal_name(Arena *a, Str release, Str name) {
    bool pypi = str_eqz(release, "pypi");
    if (!pypi && !str_eqz(release, "nuget") && !str_eqz(release, "packagist"))
        return name;
    char *out = arena_bytes(a, name.n);
    size_t n = 0;
    for (size_t i = 0; i < name.n; i++) {
        bool mark = pypi && (name.p[i] == '-' || name.p[i] == '_' || name.p[i] == '.');
        if (mark && n && out[n - 1] == '-')
            continue;
        out[n++] = mark ? '-' : (char) tolower((unsigned char) name.p[i]);
    }
    return str_n(out, n);
}

static int versions(Walk *w, const Node *affected, uint32_t line) {
    size_t n = 0;
    node_each(v, node_get(affected, "versions")) {
        if (++n > VERSIONS_MAX) {
            w->sink->problem(w->sink->userdata, line, "%.*s: %zu versions listed, %d kept", STR_FMT(str_head(w->ids[0], 60)),
                             node_count(node_get(affected, "versions")), VERSIONS_MAX);
            break;
        }
        Str version = node_str(v);
        int r = str_empty(version) ? 0 : emit(w, version, STR_NULL, version);
        if (r < 0)
            return r;
    }
    return 0;
}

/* The words but this one. */
static Str others(Arena *a, Str words, Str but) {
    char *out = arena_bytes(a, words.n + 1);
    size_t n = 0;
    Str word;
    while (str_split(&words, ' ', &word)) {
        if (str_empty(word) || str_eq(word, but))
            continue;
        if (n)
            out[n++] = ' ';
        memcpy(out + n, word.p, word.n);
        n += word.n;
    }
    return str_n(out, n);
}

static int record(const FeedInput *in, const FeedSink *sink, Arena *a, uint32_t line, const Node *root) {
    Str id = node_get_str(root, "id"), source = STR("osv");
    if (str_empty(id) || id.n > 200 || str_chr(id, ' ') >= 0) {
        sink->problem(sink->userdata, line, "no id");
        return -EINVAL;
    }
    for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
        if (str_starts(id, str_from(sources[i].prefix)))
            source = str_from(sources[i].source);
    bool malicious = str_starts(id, STR("MAL-"));
    VulnDetail d = feed_osv_detail(a, root, source);
    if (d.modified != TIME_NONE && d.modified > 0)
        sink->date(sink->userdata, d.modified);
    else
        d.modified = TIME_NONE;
    Str aliases = arena_printf(a, "%.*s %.*s", STR_FMT(id), STR_FMT(d.aliases));
    /* GitHub's mirrors may lack "withdrawn" and say it in words. */
    d.withdrawn = d.withdrawn || str_starts(d.title, STR("Withdrawn"));

    Walk w = {.sink = sink};
    node_each(alias, node_get(root, "aliases"))
        if (feed_is_cve(node_str(alias)) && w.n_ids < IDS_MAX)
            w.ids[w.n_ids++] = node_str(alias);
    if (feed_is_cve(id))
        w.n_ids = 0;
    if (w.n_ids == 0)
        w.ids[w.n_ids++] = id;
    w.row.advisory = str_eq(w.ids[0], id) ? STR_NULL : id;
    if (malicious) {
        w.row.severity = SEVERITY_CRITICAL;
        w.row.status_text = STR("malicious");
    }
    Severity severity;
    if (severity_parse(node_get_str(node_get(root, "database_specific"), "severity"), &severity) == 0) {
        d.severity = severity;
        d.severity_source = source;
    }
    node_each(affected, node_get(root, "affected")) {
        const Node *package = node_get(affected, "package");
        w.package = node_get_str(package, "name");
        if (str_empty(w.package) || !release_of(a, node_get_str(package, "ecosystem"), &w.release))
            continue;
        w.package = normal_name(a, w.release, w.package);
        if (d.n_cvss == 0)
            feed_osv_severity(node_get(affected, "severity"), source, &d);
        if (d.withdrawn)
            continue;
        w.last_known = node_get_str(node_get(affected, "database_specific"), "last_known_affected_version_range");
        w.ranges = 0;
        int r = feed_osv_ranges(affected, range, &w);
        if (r >= 0 && w.ranges == 0)
            r = versions(&w, affected, line);
        if (r < 0)
            return r;
    }
    /* A withdrawn record says nothing of the CVE, which others may uphold. */
    if (d.withdrawn) {
        w.ids[0] = id;
        w.n_ids = 1;
    }
    for (size_t i = 0; i < w.n_ids; i++) {
        d.id = w.ids[i];
        d.aliases = others(a, aliases, d.id);
        int r = sink->detail(sink->userdata, &d);
        if (r < 0)
            return r;
    }
    return 0;
}

static bool detect(Str path, Str head) {
    return feed_has(head, "\"id\"") && (feed_has(head, "\"schema_version\"") || feed_has(head, "\"affected\"") || feed_has(head, "\"modified\""));
}

static int parse(const FeedInput *in, const FeedSink *sink) {
    return feed_each_record(in, sink, record);
}

const Feed feed_osv = {
    .name = "osv",
    .doc = "OSV records of language ecosystems: npm, PyPI, Go, crates.io, Maven, NuGet, RubyGems, Packagist, Hex, Pub, SwiftURL, "
           "GitHub Actions, Bitnami, and malicious packages.",
    .source = "https://ossf.github.io/osv-schema/ (each publisher's own licence)",
    .detect = detect,
    .parse = parse,
    .lines = true,
    .general = true,
    .fuzzer = "feed",
    .rank = 40,
};
