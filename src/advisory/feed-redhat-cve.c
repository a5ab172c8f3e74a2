/* SPDX-License-Identifier: Apache-2.0 */
/* Red Hat's Security Data API, one record a CVE: what is open in which release and what will be done about it, severity and
 * score of each CVE, and fixed source packages. */
#include "advisory/feed-rpm.h"

static const struct {
    const char *word;
    FixStatus status;
} states[] = {
    {"Affected", FIX_AFFECTED},
    {"Will not fix", FIX_WONT_FIX},
    {"Out of support scope", FIX_END_OF_LIFE},
    {"Not affected", FIX_NOT_AFFECTED},
    {"Fix deferred", FIX_DEFERRED},
    {"Under investigation", FIX_UNDER_INVESTIGATION},
    {"New", FIX_UNDER_INVESTIGATION},
};

/* "cpe:/o:redhat:enterprise_linux:9" -> release "rhel:9", repositories "" (all); "cpe:/a:redhat:rhel_eus:9.2::nfv" -> "rhel:9",
 * "rhel_eus:9.2::nfv". false for layered products. */
static bool release_of_cpe(Arena *a, Str cpe, Str *ret_release, Str *ret_repositories) {
    Str product, version, rest;
    if (str_starts(cpe, STR("cpe:/o:redhat:")) || str_starts(cpe, STR("cpe:/a:redhat:")))
        cpe = str_from_at(cpe, 14);
    else
        return false;
    if (!str_cut(cpe, ':', &product, &version))
        return false;
    bool whole = str_eqz(product, "enterprise_linux");
    if (!whole && !str_starts(product, STR("rhel_")))
        return false;
    Str edition = STR_NULL;
    if (str_cut(version, ':', &rest, &edition))
        version = rest;
    if (!rpm_release(a, version, "", "rhel", ret_release))
        return false;
    *ret_repositories = whole && str_empty(edition) ? STR_NULL : cpe;
    return true;
}

static int states_of(const FeedSink *sink, Arena *a, Str id, Severity severity, const Node *list) {
    node_each(p, list) {
        Str release, repositories, name = node_get_str(p, "package_name"), state = node_get_str(p, "fix_state"), module, rest;
        if (str_empty(name) || !release_of_cpe(a, node_get_str(p, "cpe"), &release, &repositories))
            continue;
        AdvisoryRow row = {.id = id, .status_text = state, .severity = severity, .repositories = repositories};
        severity_parse(node_get_str(p, "impact"), &row.severity);
        for (size_t i = 0; i < ARRAY_SIZE(states); i++)
            if (str_eqz(state, states[i].word))
                row.status = states[i].status;
        /* "nodejs:18/nodejs" is a package of a module; "rhel9/toolbox" is a container image. */
        if (str_cut(name, '/', &module, &rest)) {
            if (str_chr(module, ':') < 0)
                continue;
            row.module = module;
            name = rest;
        } else if (str_cut(name, ':', &module, &rest)) {
            row.module = name;
            name = module;
        }
        int r = sink->row(sink->userdata, release, name, &row);
        if (r < 0)
            return r;
    }
    return 0;
}

static int fixes_of(const FeedSink *sink, Arena *a, Str id, Severity severity, const Node *list) {
    node_each(p, list) {
        Str release, repositories, name, evr, package = node_get_str(p, "package");
        /* Modules are named without their packages' versions ("nodejs:18-8090020231019.a75119d5"): redhat-osv has those. */
        if (str_chr(package, '/') >= 0 || rpm_nevra(package, false, &name, &evr, NULL) < 0 || str_chr(name, ':') >= 0
            || str_chr(evr, ':') < 0 || !release_of_cpe(a, node_get_str(p, "cpe"), &release, &repositories))
            continue;
        if (feed_has(evr, ".module+"))
            continue;
        AdvisoryRow row = {
            .id = id,
            .status = FIX_FIXED,
            .fixed = rpm_evr(evr),
            .severity = severity,
            .advisory = node_get_str(p, "advisory"),
            .repositories = repositories,
        };
        severity_parse(node_get_str(p, "impact"), &row.severity);
        int r = sink->row(sink->userdata, release, name, &row);
        if (r < 0)
            return r;
    }
    return 0;
}

static void add_vector(VulnDetail *d, Str vector) {
    if (!str_empty(vector) && vector.n <= 300)
        d->cvss[d->n_cvss++] = (Cvss) {.vector = vector, .source = STR("redhat"), .score10 = -1};
}

static int record(const FeedInput *in, const FeedSink *sink, Arena *a, uint32_t line, const Node *root) {
    Str id = node_get_str(root, "name");
    if (!feed_is_cve(id)) {
        sink->problem(sink->userdata, line, "\"name\" is no CVE");
        return -EINVAL;
    }
    VulnDetail d = feed_detail_new(id);
    d.published = feed_time(node_get_str(root, "public_date"));
    if (d.published != TIME_NONE)
        sink->date(sink->userdata, d.published);
    Severity severity = SEVERITY_UNKNOWN;
    severity_parse(node_get_str(root, "threat_severity"), &severity);
    add_vector(&d, node_get_str(node_get(root, "cvss3"), "cvss3_scoring_vector"));
    add_vector(&d, node_get_str(node_get(root, "cvss"), "cvss_scoring_vector"));
    Str title = node_get_str(node_get(root, "bugzilla"), "description");
    if (str_starts(title, id))
        title = str_trim(str_from_at(title, id.n));
    if (str_empty(title))
        title = node_str(node_first(node_get(root, "details")));
    if (!str_empty(title))
        d.title = feed_title(a, title);
    int r = states_of(sink, a, id, severity, node_get(root, "package_state"));
    if (r == 0)
        r = fixes_of(sink, a, id, severity, node_get(root, "affected_release"));
    return r < 0 ? r : sink->detail(sink->userdata, &d);
}

static bool detect(Str path, Str head) {
    return feed_has(head, "\"public_date\"") && feed_has(head, "\"name\"") && feed_has(head, "\"CVE-");
}

static int parse(const FeedInput *in, const FeedSink *sink) {
    return feed_each_record(in, sink, record);
}

const Feed feed_redhat_cve = {
    .name = "redhat-cve",
    .doc = "Red Hat's statements by CVE: severity, score, and the state of packages without a fix.",
    .source = "https://docs.redhat.com/en/documentation/red_hat_security_data_api/ (CC-BY-4.0)",
    .detect = detect,
    .parse = parse,
    .lines = true,
    .fuzzer = "feed",
    .rank = 30,
};
