/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/findings.h"

#include <stdlib.h>

#include "advisory/match.h"
#include "base/map.h"
#include "harden/check.h"
#include "parse/node.h"

typedef struct Collect {
    Report *report;
    Matcher *matcher;
    const Package *package;
    bool only_headers;      /* of the kernel: counted */
    Error *err;
} Collect;

static int take(void *userdata, const MatchDecision *d) {
    Collect *c = userdata;
    Finding f;
    if (!d->affected)
        return 0;
    if (c->only_headers) {
        c->report->n_kernel_headers++;
        return 0;
    }
    int r = matcher_finding(c->matcher, c->package, d, &c->report->arena, &f, c->err);
    if (r >= 0)
        scan_add_finding(c->report, &f);
    return r;
}

/* The kernel's headers: what they were made from has the kernel's flaws, they have none of its code. "linux-libc-dev",
 * "linux-headers-6.1.0-18-amd64", "kernel-headers", "kernel-devel". */
static bool is_kernel_headers(const PackageFact *f) {
    Str source = str_empty(f->source_name) ? f->name : f->source_name;
    if (!package_type_is_os(f->type) || !(str_starts(source, STR("linux")) || str_starts(source, STR("kernel"))))
        return false;
    return str_starts(f->name, STR("linux-libc-dev")) || str_starts(f->name, STR("kernel-devel")) || str_find(f->name, STR("-headers")) >= 0;
}

/* A program that was not built from a release of its module: every advisory would seem to apply, and none can be told to. */
static bool has_no_version(const PackageFact *f) {
    return !package_type_is_os(f->type) && str_empty(f->version);
}

/* The distribution, which patches what it packages, speaks of its own; of what no registry has nobody does. */
static bool is_judged(const Package *p) {
    return !p->owner && !(p->fact.flags & PACKAGE_PRIVATE);
}

Str scan_passed_over(Arena *a, const Package *p, const MatchOptions *options) {
    if (p->owner)
        return arena_printf(a, "its files belong to %.*s of the distribution, whose own advisories speak of it", STR_FMT(p->owner->fact.name));
    if (p->fact.flags & PACKAGE_PRIVATE)
        return STR("it is a project's own or data, and calls itself so: no registry's advisories speak of it");
    if (has_no_version(&p->fact))
        return STR("its version is not known, as for a program that was not built from a release: there is nothing to compare");
    if (!options->kernel_headers && is_kernel_headers(&p->fact))
        return STR("it holds only headers of the kernel; --kernel-headers of scan reports it");
    return STR_NULL;
}

/* Binaries that no package manager knows are judged by the records of a feed that knows few of them: those it does not are named. */
static void tell_unknown(Report *r, const Buf *names) {
    if (names->n)
        scan_add_gap(r, GAP_UNSUPPORTED_PACKAGES, str_from(package_type_name(PACKAGE_GENERIC)), "no feed speaks of %.*s", STR_FMT(buf_view(names)));
}

static int match_packages(Report *r, AdvisoryDb *db, const MatchOptions *options, Error *err) {
    _cleanup_(matcher_freep) Matcher *m = NULL;
    _cleanup_(buf_done) Buf unknown = buf_new(1000);
    Str last = STR_NULL;
    int x = matcher_new(db, &r->inventory, &m, err);
    for (size_t i = 0; x >= 0 && i < r->inventory.n_packages; i++) {
        const Package *p = &r->inventory.packages[i];
        if (!is_judged(p) || has_no_version(&p->fact))
            continue;
        Collect c = {r, m, p, !options->kernel_headers && is_kernel_headers(&p->fact), err};
        x = matcher_package(m, p, take, &c, err);
        if (x == 0 && p->fact.type == PACKAGE_GENERIC && !str_eq(p->fact.name, last)) {
            buf_printf(&unknown, "%s%.*s", unknown.n ? ", " : "", STR_FMT(p->fact.name));
            last = p->fact.name;
        }
    }
    tell_unknown(r, &unknown);
    return x;
}

/* Past its end of life nobody mends a release: that is a finding of its own, graver once extended support has ended, too. */
static int check_eol(Report *r, AdvisoryDb *db, Error *err) {
    int64_t eol, extended;
    char when[TIME_TEXT_MAX], until[TIME_TEXT_MAX];
    const Os *os = &r->inventory.os;
    int x = advisory_db_eol(db, os->release, &eol, &extended, err);
    if (x <= 0 || eol == TIME_NONE || r->coverage.as_of < eol)
        return x;
    bool still = extended != TIME_NONE && r->coverage.as_of < extended;
    Finding f = {.kind = FINDING_EOL, .id = STR("EOL"), .severity = still ? SEVERITY_LOW : SEVERITY_HIGH, .severity_source = STR("plimsoll"), .status = FIX_END_OF_LIFE,
                 .feed = STR("endoflife"), .epss = -1, .epss_percentile = -1, .published = TIME_NONE, .layer = LAYER_NONE, .is_new = true};
    f.cvss.score10 = -1;
    f.title = arena_printf(&r->arena, "%.*s is past its end of life", STR_FMT(os->pretty_name.n ? os->pretty_name : os->release));
    f.detail = still ? arena_printf(&r->arena, "standard support ended on %s; extended support (where you have it) ends on %s", time_format_date(eol, when), time_format_date(extended, until))
                     : arena_printf(&r->arena, "support ended on %s: newly found vulnerabilities are not fixed and may not even be recorded; move to a supported release",
                                    time_format_date(still || extended == TIME_NONE ? eol : extended, when));
    scan_add_finding(r, &f);
    return 0;
}

/* What the database has of one release or ecosystem: its feeds are marked, their age is looked at, and none at all is a gap. */
static int check_release(Report *r, AdvisoryDb *db, Str release, const char *without, const FeedInfo *all, size_t n_all, bool *speaks, Error *err) {
    Str *names;
    size_t n;
    int x = advisory_db_release_feeds(db, release, &r->arena, &names, &n, err);
    for (size_t i = 0; x >= 0 && i < n_all; i++)
        for (size_t k = 0; k < n; k++)
            speaks[i] = speaks[i] || str_eq(names[k], all[i].name);
    if (x >= 0 && n == 0)
        scan_add_gap(r, GAP_NO_ADVISORIES, release, "%s (plimsoll db status shows what it has)", without);
    return x;
}

/* The releases and ecosystems that the inventory has packages of. */
static int check_releases(Report *r, AdvisoryDb *db, const FeedInfo *all, size_t n_all, bool *speaks, Error *err) {
    size_t packages[PACKAGE_TYPE_N_] = {0};
    const Inventory *inv = &r->inventory;
    int x = 0;
    for (size_t i = 0; i < inv->n_packages; i++)
        packages[inv->packages[i].fact.type] += is_judged(&inv->packages[i]);
    bool os = packages[PACKAGE_DEB] || packages[PACKAGE_APK] || packages[PACKAGE_RPM];
    if (os && !str_empty(inv->os.release))
        x = check_release(r, db, inv->os.release, "the advisory database has no data for this release: no package of it could be matched", all, n_all, speaks, err);
    for (PackageType t = 0; x >= 0 && t < PACKAGE_TYPE_N_; t++) {
        if (packages[t] == 0 || package_type_is_os(t))
            continue;
        Str ecosystem = str_from(package_type_info(t)->ecosystem);
        if (str_empty(ecosystem))
            scan_add_gap(r, GAP_UNSUPPORTED_PACKAGES, str_from(package_type_name(t)), "%zu found and not judged: there are no advisories for packages of this type here",
                         packages[t]);
        else
            x = check_release(r, db, ecosystem, "the advisory database has no data for this ecosystem: no package of it could be matched", all, n_all, speaks, err);
    }
    return x;
}

/* Feeds that speak of what is judged, and those that speak of every vulnerability (scores, exploitation, end of life). */
static int list_feeds(Report *r, AdvisoryDb *db, unsigned max_age, Error *err) {
    static const char *const general[] = {"epss", "kev", "endoflife"};
    Coverage *c = &r->coverage;
    FeedInfo *all;
    char date[TIME_TEXT_MAX];
    size_t n_all;
    int x = advisory_db_feeds(db, &r->arena, &all, &n_all, err);
    if (x < 0)
        return x;
    bool *speaks = arena_alloc(&r->arena, n_all + 1);
    x = check_releases(r, db, all, n_all, speaks, err);
    if (x < 0)
        return x;
    c->database_digest = arena_str(&r->arena, advisory_db_digest(db));
    c->feeds = arena_alloc(&r->arena, (n_all + 1) * sizeof(FeedInfo));
    for (size_t i = 0; i < n_all; i++) {
        if (speaks[i] && max_age && all[i].date != TIME_NONE && (c->as_of - all[i].date) / (24 * 3600) > max_age)
            scan_add_gap(r, GAP_STALE_DATABASE, all[i].name, "its data is of %s, more than the %u days old that --max-feed-age allows: get a newer database with plimsoll db update or db build",
                         time_format_date(all[i].date, date), max_age);
        for (size_t k = 0; k < ARRAY_SIZE(general); k++)
            speaks[i] = speaks[i] || str_eqz(all[i].name, general[k]);
        if (speaks[i])
            c->feeds[c->n_feeds++] = (FeedInfo) {arena_str(&r->arena, all[i].name), all[i].date, all[i].records, arena_str(&r->arena, all[i].digest)};
    }
    return 0;
}

int scan_match(Report *r, AdvisoryDb *db, const char *why, const MatchOptions *options, Error *err) {
    if (!db) {
        scan_add_gap(r, GAP_NO_DATABASE, STR("advisory database"), "%s", why);
        return 0;
    }
    int x = list_feeds(r, db, options->max_age, err);
    if (x >= 0)
        x = match_packages(r, db, options, err);
    if (x >= 0 && !str_empty(r->inventory.os.release))
        x = check_eol(r, db, err);
    return x;
}

static void put_check(void *userdata, const Finding *f) {
    scan_add_finding(userdata, f);
}

int scan_harden(Report *r, const Limits *limits, Error *err) {
    CheckSink sink = {&r->arena, put_check, r};
    int x = harden_config(&r->artifact, limits, &sink);
    return x < 0 ? error_set(err, x, "%.*s: the image configuration is no JSON", STR_FMT(r->artifact.reference)) : 0;
}

int scan_match_archives(Report *r, const ArchiveOptions *options, Error *err) {
    _cleanup_(archives_freep) Archives *a = NULL;
    Coverage *c = &r->coverage;
    size_t n_info, n_gaps;
    int x = archives_load(&r->inventory, options, &a, err);
    if (x < 0)
        return x;
    c->archives_asked = true;
    const ArchiveInfo *info = archives_info(a, &n_info);
    FeedInfo *feeds = arena_alloc(&r->arena, (c->n_feeds + n_info + 1) * sizeof(FeedInfo));
    if (c->n_feeds)
        memcpy(feeds, c->feeds, c->n_feeds * sizeof(FeedInfo));
    for (size_t i = 0; i < n_info; i++)
        feeds[c->n_feeds++] = (FeedInfo) {.name = arena_printf(&r->arena, "archive %.*s", STR_FMT(info[i].name)), .date = info[i].date, .records = info[i].packages};
    c->feeds = feeds;
    const Gap *gaps = archives_gaps(a, &n_gaps);
    for (size_t i = 0; i < n_gaps; i++)
        scan_add_gap(r, gaps[i].kind, gaps[i].subject, "%.*s", STR_FMT(gaps[i].reason));
    for (size_t i = 0; i < r->inventory.n_packages; i++) {
        Finding f;
        if (archives_match(a, &r->inventory.packages[i], &r->arena, &f) == 1)
            scan_add_finding(r, &f);
    }
    return 0;
}

void scan_filter(Report *r, const FindingFilter *f) {
    size_t kept = 0;
    for (size_t i = 0; i < r->n_findings; i++) {
        const Finding *x = &r->findings[i];
        bool severity = f->severities == 0 || (f->severities >> x->severity & 1);
        bool fixed = !f->ignore_unfixed || (x->kind != FINDING_VULNERABILITY && x->kind != FINDING_UPDATE_PENDING) || !str_empty(x->fixed_version);
        if ((severity && fixed) || str_eqz(x->action, "deny")) /* what a rule denies stays: it decides the exit code */
            r->findings[kept++] = *x;
    }
    r->n_filtered += r->n_findings - kept;
    r->n_findings = kept;
}

static Str identity(Arena *a, Str kind, Str id, Str name, Str arch) {
    return arena_printf(a, "%.*s\t%.*s\t%.*s\t%.*s", STR_FMT(kind), STR_FMT(id), STR_FMT(name), STR_FMT(arch));
}

/* Two of one kind are two findings, which only their fingerprints tell apart: they are about no package. */
static bool is_by_fingerprint(FindingKind k) {
    return k == FINDING_SECRET || k == FINDING_KEY || k == FINDING_CERTIFICATE || k == FINDING_MALWARE || k == FINDING_INTEGRITY || k == FINDING_POLICY;
}

static bool is_named_by_fingerprint(Str kind) {
    for (FindingKind k = 0; k < FINDING_KIND_N_; k++)
        if (is_by_fingerprint(k) && str_eqz(kind, finding_kind_name(k)))
            return true;
    return false;
}

/* What the older report says of one finding. */
typedef struct Known {
    int64_t first_seen, fix_seen; /* 0: not known */
} Known;

static int64_t time_of(const Node *n, int64_t otherwise) {
    int64_t t;
    return time_parse(node_str(n), &t) == 0 && t > 0 ? t : otherwise;
}

/* Reports without first_seen had none themselves to go by: what they have was seen then. */
static Known *known_of(const Node *f, int64_t as_of, Arena *a) {
    Known *k = arena_new(a, Known);
    k->first_seen = time_of(node_get(f, "first_seen"), as_of);
    k->fix_seen = node_get_str(f, "fixed_version").n ? time_of(node_get(f, "fix_first_seen"), as_of) : 0;
    return k;
}

static void take_known(Report *r, Finding *f, const Known *k) {
    const int64_t now = r->coverage.as_of > 0 ? r->coverage.as_of : 0;
    f->is_new = f->is_new && !k;
    r->n_baseline += k != NULL;
    f->first_seen = k ? k->first_seen : now;
    f->fix_seen = !f->fixed_version.n ? 0 : k && k->fix_seen ? k->fix_seen : now;
}

int scan_baseline(Report *r, Str baseline, const char *name, const Limits *limits, Diag *d) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(map_done) Map known = {0};
    Node *root;
    int x = json_parse(baseline, name, limits, &a, d, &root);
    if (x < 0)
        return x;
    const Node *list = node_get(root, "findings");
    if (!node_is(list, NODE_LIST))
        return diag_add(d, DIAG_ERROR, name, root->line, root->col, "expected a report of plimsoll (--format json): there is no list \"findings\"");
    const int64_t as_of = time_of(node_path(root, "coverage", "as_of", NULL), 0);
    node_each(f, list) {
        const Node *p = node_get(f, "package");
        Str kind = node_get_str(f, "kind");
        map_set(&known, is_named_by_fingerprint(kind) ? node_get_str(f, "fingerprint") : identity(&a, kind, node_get_str(f, "id"), node_get_str(p, "name"), node_get_str(p, "architecture")),
                known_of(f, as_of, &a));
    }
    for (size_t i = 0; i < r->n_findings; i++) {
        Finding *f = &r->findings[i];
        const Package *p = f->package;
        Str key = identity(&a, str_from(finding_kind_name(f->kind)), f->id, p ? p->fact.name : STR_NULL,
                           p ? p->fact.arch : STR_NULL);
        char fingerprint[65];
        if (is_by_fingerprint(f->kind)) {
            finding_fingerprint(f, fingerprint);
            key = str_from(fingerprint);
        }
        take_known(r, f, map_get(&known, key));
    }
    return 0;
}
