/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/feed-util.h"

#include <ctype.h>

static bool detect(Str path, Str head) {
    (void) path;
    return feed_has(head, "\"candidate\"") && feed_has(head, "\"priority\"") && !feed_has(head, "\"ecosystem\"");
}

static const struct {
    const char *codename, *key;
} releases[] = {
    {"trusty", "ubuntu:14.04"},  {"xenial", "ubuntu:16.04"},   {"bionic", "ubuntu:18.04"}, {"focal", "ubuntu:20.04"},
    {"jammy", "ubuntu:22.04"},   {"lunar", "ubuntu:23.04"},    {"mantic", "ubuntu:23.10"}, {"noble", "ubuntu:24.04"},
    {"oracular", "ubuntu:24.10"}, {"plucky", "ubuntu:25.04"}, {"questing", "ubuntu:25.10"}, {"resolute", "ubuntu:26.04"},
};

/* "focal", "esm-apps/focal" and "trusty/esm" (its extended archive before esm-infra had a name). */
static const char *release_of(Str name, Str *ret_repositories) {
    Str before, after;
    *ret_repositories = STR_NULL;
    if (str_cut(name, '/', &before, &after)) {
        if (str_eqz(after, "esm")) {
            name = before;
            *ret_repositories = STR("esm-infra");
        } else if (str_eqz(before, "esm-apps") || str_eqz(before, "esm-infra")) {
            name = after;
            *ret_repositories = before;
        } else /* archives of certified, hardware or robotics products */
            return NULL;
    }
    for (size_t i = 0; i < ARRAY_SIZE(releases); i++)
        if (str_eqz(name, releases[i].codename))
            return releases[i].key;
    return NULL;
}

static bool out_of_support(Str note) {
    static const char *const words[] = {"end of life", "end-of-life", "end of standard support", "end of kernel support", "out of support"};
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (feed_has(note, words[i]))
            return true;
    return false;
}

/* false: the package is not in this release. */
static bool status_of(Str status, Str note, AdvisoryRow *row) {
    if (str_eqz(status, "released"))
        row->status = FIX_FIXED;
    else if (str_eqz(status, "needed") || str_eqz(status, "active") || str_eqz(status, "pending"))
        row->status = FIX_AFFECTED;
    else if (str_eqz(status, "needs-triage") || str_eqz(status, "in-progress"))
        row->status = FIX_UNDER_INVESTIGATION;
    else if (str_eqz(status, "deferred"))
        row->status = FIX_DEFERRED;
    else if (str_eqz(status, "ignored"))
        row->status = out_of_support(note) ? FIX_END_OF_LIFE : FIX_WONT_FIX;
    else if (str_eqz(status, "not-affected"))
        row->status = FIX_NOT_AFFECTED;
    else if (str_eqz(status, "DNE"))
        return false;
    else
        row->status = FIX_UNKNOWN;
    return true;
}

/* The version of a note such as "1.0-1ubuntu0.1+esm2 (regression)"; people also left "(1.58.1-1". false: there is none. */
static bool version_of(Str note, Str *ret) {
    Str version, rest;
    if (!str_cut(note, ' ', &version, &rest))
        version = note;
    if (str_starts(version, STR("(")))
        version = str_from_at(version, 1);
    if (str_ends(version, STR(")")))
        version.n--;
    *ret = version;
    return version.n && isdigit((unsigned char) version.p[0]);
}

static int package_rows(const FeedSink *sink, Arena *a, Str id, Severity severity, const Node *release, uint32_t line) {
    AdvisoryRow row = {.id = id};
    const char *key = release_of(release->key, &row.repositories);
    if (!key)
        return 0;
    Str repositories = row.repositories;
    node_each(package, release) {
        Str name = node_get_str(package, "name"), status = node_get_str(package, "status"), note = str_trim(node_get_str(package, "note"));
        row = (AdvisoryRow) {.id = id, .severity = severity, .repositories = repositories};
        if (str_empty(name))
            name = package->key;
        if (!status_of(status, note, &row))
            continue;
        if (row.status == FIX_FIXED && !version_of(note, &row.fixed)) {
            sink->problem(sink->userdata, line, "%.*s: %.*s is released in %.*s with no version", STR_FMT(id), STR_FMT(name), STR_FMT(release->key));
            continue;
        }
        /* Versions and the like are evidence enough in `fixed`; the reason why nothing is done is worth keeping. */
        bool reason = row.status == FIX_WONT_FIX || row.status == FIX_END_OF_LIFE || row.status == FIX_DEFERRED || str_eqz(status, "pending");
        row.status_text = reason && !str_empty(note) ? arena_printf(a, "%.*s: %.*s", STR_FMT(status), STR_FMT(str_head(note, 200))) : status;
        Severity own;
        if (severity_parse(node_get_str(package, "priority"), &own) == 0 && own != SEVERITY_UNKNOWN)
            row.severity = own;
        int r = sink->row(sink->userdata, str_from(key), name, &row);
        if (r < 0)
            return r;
    }
    return 0;
}

/* {"nvd": " CVSS:3.1/AV:N/… [9.8 CRITICAL]"} */
static void cvss(const Node *map, VulnDetail *d) {
    node_each(item, map) {
        Str text = str_trim(node_str(item)), vector, rest;
        if (!str_cut(text, ' ', &vector, &rest))
            vector = text;
        if (str_starts(vector, STR("CVSS:")) && vector.n < 300 && d->n_cvss < ARRAY_SIZE(d->cvss))
            d->cvss[d->n_cvss++] = (Cvss) {vector, item->key, -1};
    }
}

static int64_t date_of(Str s) {
    return feed_time(str_ends(s, STR(" UTC")) ? str_head(s, s.n - 4) : s);
}

static int record(const FeedInput *in, const FeedSink *sink, Arena *a, uint32_t line, const Node *root) {
    (void) in;
    Str id = node_get_str(root, "candidate");
    if (str_empty(id)) {
        sink->problem(sink->userdata, line, "a record without \"candidate\"");
        return -EINVAL;
    }
    VulnDetail d = feed_detail_new(id);
    d.title = feed_title(a, node_get_str(root, "description"));
    d.references = feed_join(a, node_get(root, "references"), NULL, 10);
    d.published = date_of(node_get_str(root, "public_date"));
    cvss(node_get(root, "cvss"), &d);
    sink->date(sink->userdata, d.published);
    int r = sink->detail(sink->userdata, &d);
    Severity severity = SEVERITY_UNKNOWN;
    (void) severity_parse(node_get_str(root, "priority"), &severity);
    node_each(release, node_get(root, "packages")) {
        if (r < 0)
            break;
        r = package_rows(sink, a, id, severity, release, line);
    }
    return r;
}

static int parse(const FeedInput *in, const FeedSink *sink) {
    return feed_each_record(in, sink, record);
}

const Feed feed_ubuntu_tracker = {
    .name = "ubuntu-tracker",
    .doc = "Ubuntu: the CVE tracker, with the state of each package in each release and its ESM archives",
    .source = "https://git.launchpad.net/ubuntu-cve-tracker, as JSON of https://github.com/vulsio/vuls-data-raw-ubuntu-cve-tracker; terms of Canonical",
    .detect = detect,
    .parse = parse,
    .lines = true,
    .fuzzer = "feed",
    .rank = 30,
};
