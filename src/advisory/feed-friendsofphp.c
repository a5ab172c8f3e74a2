/* SPDX-License-Identifier: Apache-2.0 */
/* FriendsOfPHP's security-advisories: a YAML file for each vulnerability of a Composer package, with the affected versions of each branch. A record
 * without CVE goes by its place in the repository, which GitHub's records link to (feed-osv.c). */
#include "advisory/feed-range.h"

static bool detect(Str path, Str head) {
    return (str_ends(path, STR(".yaml")) || str_ends(path, STR(".yml"))) && feed_has(head, "\nbranches:") && feed_has(head, "composer://");
}

/* "FriendsOfPHP/cakephp/cakephp/2015-08-06" of "…/cakephp/cakephp/2015-08-06.yaml". */
static Str own_id(Arena *a, Str path, Str package) {
    Str base = feed_basename(path);
    ssize_t dot = str_rchr(base, '.');
    return arena_printf(a, FEED_FRIENDSOFPHP_PREFIX "%.*s/%.*s", STR_FMT(package), STR_FMT(str_head(base, dot < 0 ? base.n : (size_t) dot)));
}

/* All constraints of a branch must hold. "<1.4.2" is "<1.4.2-dev" to Composer, but nobody would install that as the fix: pre-releases of the fixed
 * version count as affected, as with GitHub's records. */
static int branch_rows(const FeedSink *sink, Arena *a, Str package, const AdvisoryRow *row, const Node *versions) {
    _cleanup_error_ Error err = {0};
    VersionRange range = {0};
    VersionSpan s;
    Buf text = buf_new(VERSION_RANGE_BYTES_MAX);
    node_each(v, versions)
        buf_printf(&text, "%s%.*s", text.n ? "," : "", STR_FMT(node_str(v)));
    Str own = arena_str(a, buf_view(&text));
    int r = text.failed ? text.failed : version_range_parse(own, VERSION_RANGE_COMPOSER, a, &range, &err);
    buf_done(&text);
    for (size_t i = 0; r >= 0 && i < range.n; i++) {
        if (i && range.bounds[i].alternative == range.bounds[i - 1].alternative)
            continue;
        r = feed_range_span(&range, range.bounds[i].alternative, a, &s);
        if (r >= 0 && s.to.side == CUT_BELOW && str_ends(s.to.version, STR("-dev")))
            s.to.version = str_head(s.to.version, s.to.version.n - 4);
        if (r >= 0)
            r = feed_range_rows(sink, STR("packagist"), package, row, s.from, s.to, true);
    }
    if (r == -EINVAL || r == -E2BIG || (r >= 0 && range.n == 0)) {
        sink->problem(sink->userdata, versions ? versions->line : 0, "\"%.*s\" is no constraint that can be understood", STR_FMT(str_head(own, 100)));
        return -EINVAL;
    }
    return r;
}

static int record(const FeedSink *sink, Arena *a, const Node *root, Str path) {
    Str reference = node_get_str(root, "reference"), cve = node_get_str(root, "cve");
    sink->count(sink->userdata);
    if (!str_starts(reference, STR("composer://")) || str_chr(str_from_at(reference, 11), '/') <= 0 || reference.n > 300) {
        sink->problem(sink->userdata, root->line, "a record needs \"reference: composer://vendor/package\"");
        return -EINVAL;
    }
    Str package = package_name_normal(a, STR("packagist"), str_from_at(reference, 11)), own = own_id(a, path, package);
    AdvisoryRow row = {.id = feed_is_cve(cve) ? cve : own, .advisory = own};
    bool all = true;
    node_each(branch, node_get(root, "branches")) {
        int r = branch_rows(sink, a, package, &row, node_get(branch, "versions"));
        if (r < 0 && r != -EINVAL)
            return r;
        all = all && r >= 0;
    }
    VulnDetail d = feed_detail_new(row.id);
    d.title = feed_title(a, node_get_str(root, "title"));
    d.references = str_chr(node_get_str(root, "link"), ' ') < 0 ? node_get_str(root, "link") : STR_NULL;
    d.aliases = str_eq(row.id, own) ? STR_NULL : own;
    int r = sink->detail(sink->userdata, &d);
    return r < 0 ? r : all ? 0 : -EINVAL;
}

static int parse(const FeedInput *in, const FeedSink *sink) {
    return feed_yaml_record(in, sink, record);
}

const Feed feed_friendsofphp = {
    .name = "friendsofphp",
    .doc = "FriendsOfPHP's security-advisories: vulnerabilities of Composer packages, with the affected versions of each branch.",
    .source = "https://github.com/FriendsOfPHP/security-advisories (Unlicense)",
    .detect = detect,
    .parse = parse,
    .aliases = true,
    .fuzzer = "feed",
    .rank = 44,
};
