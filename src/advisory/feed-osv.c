/* SPDX-License-Identifier: Apache-2.0 */
/* OSV records of language ecosystems: GHSA, PyPA, Go, RustSec, Bitnami, malicious packages … The release key is the ecosystem in
 * lower case ("npm", "pypi", "crates.io", "github-actions"), the id is the CVE where the record names one. Package names are as
 * package_name_normal() has them.
 *
 * A list of versions beside ranges says the same again, version by version: it is left out. Where there are no ranges, each version
 * becomes a row of its own, at most VERSIONS_MAX of them. */
#include <ctype.h>

#include "advisory/feed-rpm.h"
#include "model/fact.h"

enum { VERSIONS_MAX = 1000, IDS_MAX = 16, IMPORTS_BYTES = 64 << 10 };

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
    Str last_known;   /* GHSA: "<= 1.2.3" or "< 1.2.4", for ranges that state no end: a bound, not a fix */
    AdvisoryRow row;
    size_t ranges;
} Walk;

static int emit(Walk *w, FixStatus status, Str introduced, Str fixed, Str last) {
    for (size_t i = 0; i < w->n_ids; i++) {
        AdvisoryRow row = w->row;
        row.id = w->ids[i];
        row.introduced = introduced;
        row.fixed = fixed;
        row.last_affected = last;
        row.status = status;
        int r = w->sink->row(w->sink->userdata, w->release, w->package, &row);
        if (r < 0)
            return r;
    }
    return 0;
}

static int range(void *userdata, Str introduced, Str fixed, Str last) {
    Walk *w = userdata;
    FixStatus status = str_empty(fixed) ? FIX_AFFECTED : FIX_FIXED;
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
    return emit(w, status, introduced, fixed, last);
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

static int versions(Walk *w, const Node *affected, uint32_t line) {
    size_t n = 0;
    node_each(v, node_get(affected, "versions")) {
        if (++n > VERSIONS_MAX) {
            w->sink->problem(w->sink->userdata, line, "%.*s: %zu versions listed, %d kept", STR_FMT(str_head(w->ids[0], 60)),
                             node_count(node_get(affected, "versions")), VERSIONS_MAX);
            break;
        }
        Str version = node_str(v);
        int r = str_empty(version) ? 0 : emit(w, FIX_AFFECTED, version, STR_NULL, version);
        if (r < 0)
            return r;
    }
    return 0;
}

/* GitHub's records link to FriendsOfPHP's, which mostly have no other id in common with them. */
static Str with_friends(Arena *a, Str aliases, const Node *references) {
    static const Str mark = STR("FriendsOfPHP/security-advisories/blob/master/");
    node_each(reference, references) {
        Str url = node_get_str(reference, "url");
        ssize_t at = str_find(url, mark);
        Str path = at < 0 ? STR_NULL : str_from_at(url, (size_t) at + mark.n);
        if (path.n > 5 && str_ends(path, STR(".yaml")) && str_chr(path, ' ') < 0)
            aliases = arena_printf(a, "%.*s " FEED_FRIENDSOFPHP_PREFIX "%.*s", STR_FMT(aliases), STR_FMT(str_head(path, path.n - 5)));
    }
    return aliases;
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

/* Import paths of a Go module that have the flaw. Empty, which means all of them, also where the list cannot be kept whole. */
static Str imports(Arena *a, const Node *list) {
    Buf b = buf_new(IMPORTS_BYTES);
    node_each(import, list) {
        Str path = node_get_str(import, "path");
        if (str_empty(path) || str_chr(path, ' ') >= 0)
            b.failed = -EINVAL;
        if (b.n)
            buf_putc(&b, ' ');
        buf_str(&b, path);
    }
    Str s = b.failed ? STR_NULL : arena_str(a, buf_view(&b));
    buf_done(&b);
    return s;
}

/* GitHub's mirrors may lack "withdrawn", which its records say in words, too. */
static bool says_withdrawn(Str text) {
    static const char *const words[] = {"withdrawn", "duplicate advisory", "duplicate of ghsa"};
    while (text.n && strchr("#*_ \r\n\t", text.p[0]))
        text = str_from_at(text, 1);
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (str_ieq(str_head(text, strlen(words[i])), str_from(words[i])))
            return true;
    return false;
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
    VulnDetail d = feed_osv_detail(a, root, source);
    if (d.modified != TIME_NONE && d.modified > 0)
        sink->date(sink->userdata, d.modified);
    else
        d.modified = TIME_NONE;
    Str aliases = arena_printf(a, "%.*s %.*s", STR_FMT(id), STR_FMT(d.aliases));
    if (str_starts(id, STR("GHSA-"))) {
        aliases = with_friends(a, aliases, node_get(root, "references"));
        d.withdrawn = d.withdrawn || says_withdrawn(node_get_str(root, "summary")) || says_withdrawn(node_get_str(root, "details"));
    }

    Walk w = {.sink = sink};
    node_each(alias, node_get(root, "aliases"))
        if (feed_is_cve(node_str(alias)) && w.n_ids < IDS_MAX)
            w.ids[w.n_ids++] = node_str(alias);
    if (feed_is_cve(id))
        w.n_ids = 0;
    if (w.n_ids == 0)
        w.ids[w.n_ids++] = id;
    w.row.advisory = id;
    w.row.malicious = str_starts(id, STR("MAL-"));
    if (w.row.malicious)
        w.row.severity = SEVERITY_CRITICAL;
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
        w.package = package_name_normal(a, w.release, w.package);
        w.row.imports = imports(a, node_path(affected, "ecosystem_specific", "imports", NULL));
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
    .aliases = true,
    .general = true,
    .fuzzer = "feed",
    .rank = 40,
};
