/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/feed-util.h"

static bool detect(Str path, Str head) {
    (void) path;
    return feed_has(head, "\"urlprefix\"") && feed_has(head, "\"reponame\"") && (feed_has(head, "\"packages\"") || feed_has(head, "\"archs\""));
}

/* Alpine names its release; Wolfi and Chainguard, which publish the same format, are told by where their packages lie. */
static bool release_of(const Node *root, char *key, size_t n) {
    Str release = node_get_str(root, "distroversion"), prefix = node_get_str(root, "urlprefix");
    if (feed_has(prefix, "chainguard") || feed_has(prefix, "cgr.dev"))
        snprintf(key, n, "chainguard");
    else if (feed_has(prefix, "wolfi"))
        snprintf(key, n, "wolfi");
    else if (str_eqz(release, "edge"))
        snprintf(key, n, "alpine:edge");
    else if (release.n > 1 && release.n < 16 && release.p[0] == 'v')
        snprintf(key, n, "alpine:%.*s", STR_FMT(str_from_at(release, 1)));
    else
        return false;
    return true;
}

/* "CVE-2017-12122 TALOS-2017-0488": the CVE, or else the first that is named. "CVE-????-?????" stands for one not assigned yet. */
static Str best_id(Str text) {
    Str rest = text, word, first = STR_NULL;
    while (str_split(&rest, ' ', &word)) {
        word = str_trim(word);
        if (feed_is_cve(word))
            return word;
        if (str_empty(first) && word.n > 3 && str_chr(word, '-') > 0 && str_chr(word, '?') < 0)
            first = word;
    }
    return first;
}

static int fix_rows(const FeedSink *sink, Str release, Str package, const Node *fix) {
    Str version = fix->key;
    node_each(item, fix) {
        Str rest = str_trim(node_str(item)), word;
        AdvisoryRow row = {.id = best_id(rest), .status = FIX_FIXED, .fixed = version};
        if (str_eqz(version, "0")) { /* Alpine: the package was never affected */
            row.status = FIX_NOT_AFFECTED;
            row.fixed = STR_NULL;
        }
        if (str_empty(row.id)) {
            sink->problem(sink->userdata, item->line, "%.*s %.*s: no id in \"%.*s\"", STR_FMT(package), STR_FMT(version), STR_FMT(str_head(rest, 60)));
            continue;
        }
        /* Several CVEs in one string are several rows. */
        do {
            int r = sink->row(sink->userdata, release, package, &row);
            if (r < 0)
                return r;
            Str last = row.id;
            while (str_split(&rest, ' ', &word))
                if (feed_is_cve(word) && !str_eq(word, last)) {
                    row.id = word;
                    break;
                }
            if (str_eq(row.id, last))
                break;
        } while (true);
    }
    return 0;
}

static int parse(const FeedInput *in, const FeedSink *sink) {
    _cleanup_(arena_done) Arena a = {0};
    Node *root = NULL;
    char release[64];
    int r = feed_json(in, sink, &a, &root);
    if (r == 0 && !release_of(root, release, sizeof(release))) {
        sink->problem(sink->userdata, 1, "neither a \"distroversion\" like \"v3.20\" nor a known \"urlprefix\"");
        r = -EINVAL;
    }
    node_each(entry, r < 0 ? NULL : node_get(root, "packages")) {
        const Node *package = node_get(entry, "pkg");
        Str package_name = node_get_str(package, "name");
        sink->count(sink->userdata);
        if (str_empty(package_name)) {
            sink->problem(sink->userdata, entry->line, "a package without name");
            continue;
        }
        node_each(fix, node_get(package, "secfixes")) {
            r = fix_rows(sink, str_from(release), package_name, fix);
            if (r < 0)
                break;
        }
        if (r < 0)
            break;
    }
    return r;
}

const Feed feed_alpine_secdb = {
    .name = "alpine-secdb",
    .doc = "Alpine, Wolfi and Chainguard: fixed versions per source package (secdb)",
    .source = "https://secdb.alpinelinux.org/, https://packages.wolfi.dev/os/security.json; no licence is stated",
    .detect = detect,
    .parse = parse,
    .fuzzer = "feed",
    .rank = 61,
};
