/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/match.h"

#include <stdlib.h>

#include "advisory/cvss.h"
#include "base/map.h"
#include "base/vec.h"
#include "version/version.h"

struct Matcher {
    AdvisoryDb *db;
    const Inventory *inv;
    Arena scratch;        /* of one package */
    Vec(AdvisoryRow) rows;
    Vec(Str) cpes;        /* of the content sets, without their front; none: not known */
    Map details;          /* id -> VulnDetail, NULL when the database has none: a CVE of a source has many binary packages */
    Arena detail_arena;
};

/* "enterprise_linux:9::baseos" of "cpe:/o:redhat:enterprise_linux:9::baseos": whether the front is "o" or "a" differs between
 * feeds, and some leave it out. */
static Str cpe_product(Str cpe) {
    Str front;
    if (str_starts(cpe, STR("cpe:/")))
        for (int i = 0; i < 3 && str_cut(cpe, ':', &front, &cpe); i++)
            ;
    return cpe;
}

int matcher_new(AdvisoryDb *db, const Inventory *inv, Matcher **ret, Error *err) {
    _cleanup_(matcher_freep) Matcher *m = xcalloc(1, sizeof(*m));
    m->db = db;
    m->inv = inv;
    for (size_t i = 0; i < inv->n_content_sets; i++) {
        Str cpes, cpe;
        int r = advisory_db_repository_cpes(db, inv->content_sets[i], &m->detail_arena, &cpes, err);
        if (r < 0)
            return r;
        while (r == 1 && str_split(&cpes, ' ', &cpe))
            vec_push(&m->cpes, cpe_product(cpe));
    }
    *ret = TAKE_PTR(m);
    return 0;
}

void matcher_free(Matcher *m) {
    vec_done(&m->rows);
    vec_done(&m->cpes);
    map_done(&m->details);
    arena_done(&m->scratch);
    arena_done(&m->detail_arena);
    free(m);
}

static int compare(PackageType type, Str a, Str b) {
    switch (type) {
    case PACKAGE_APK:
        return version_apk_compare(a, b);
    case PACKAGE_RPM:
        return version_rpm_compare(a, b);
    default:
        return version_dpkg_compare(a, b);
    }
}

/* Rows about source packages are compared with the source's version. An rpm's source name carries no epoch: the binary's is taken,
 * which comes from the same spec file. */
static Str version_to_compare(Matcher *m, const Package *p, const AdvisoryRow *row) {
    const PackageFact *f = &p->fact;
    Str epoch, rest;
    if (row->binary_name || str_empty(f->source_version))
        return f->version;
    if (f->type == PACKAGE_RPM && !str_cut(f->source_version, ':', &epoch, &rest) && str_cut(f->version, ':', &epoch, &rest))
        return arena_printf(&m->scratch, "%.*s:%.*s", STR_FMT(epoch), STR_FMT(f->source_version));
    return f->source_version;
}

/* "nodejs:18" of the label "nodejs:18:8090020231127152326:a75119d5". */
static Str module_stream(Str label) {
    Str name, rest, stream, more;
    if (!str_cut(label, ':', &name, &rest))
        return label;
    if (!str_cut(rest, ':', &stream, &more))
        return label;
    return str_head(label, name.n + 1 + stream.n);
}

static bool has_word(Str words, Str word) {
    Str w;
    while (str_split(&words, ' ', &w))
        if (str_eq(w, word))
            return true;
    return false;
}

static bool arch_applies(const PackageFact *p, const AdvisoryRow *row) {
    return str_empty(row->arches) || has_word(row->arches, p->arch) || str_eq(p->arch, STR("noarch")) || has_word(row->arches, STR("noarch"));
}

/* "enterprise_linux:9" stands for all its repositories ("enterprise_linux:9::baseos"). */
static bool cpe_covers(Str general, Str special) {
    return str_starts(special, general) && (special.n == general.n || special.p[general.n] == ':');
}

/* Where the system's repositories are known (content sets), those decide. Otherwise the ordinary repositories of the release are assumed,
 * and what followed them after the release's end of life (ELS), but not the support of minor releases, whose fixes carry other
 * versions. */
static bool repository_applies(const Matcher *m, const AdvisoryRow *row) {
    static const char *const minor_support[] = {"rhel_eus", "rhel_aus", "rhel_tus", "rhel_e4s"};
    Str words = row->repositories, w;
    if (str_empty(words))
        return true;
    while (str_split(&words, ' ', &w)) {
        Str cpe = cpe_product(w), product = cpe, version;
        bool other = false;
        for (size_t i = 0; i < m->cpes.n; i++)
            if (cpe_covers(cpe, m->cpes.p[i]) || cpe_covers(m->cpes.p[i], cpe))
                return true;
        str_cut(cpe, ':', &product, &version);
        for (size_t i = 0; i < ARRAY_SIZE(minor_support); i++)
            other = other || str_eqz(product, minor_support[i]);
        if (m->cpes.n == 0 && !other)
            return true;
    }
    return false;
}

/* "*": of a module that the record does not name. */
static bool module_applies(Str row, Str stream) {
    return str_eq(row, stream) || (str_eqz(row, "*") && !str_empty(stream));
}

static int add_row(void *userdata, const AdvisoryRow *r) {
    Matcher *m = userdata;
    AdvisoryRow c = *r;
    Str *strings[] = {&c.id, &c.feed, &c.status_text, &c.introduced, &c.fixed, &c.advisory, &c.module, &c.arches, &c.repositories};
    for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
        if (!str_empty(*strings[i]))
            *strings[i] = arena_str(&m->scratch, *strings[i]);
    vec_push(&m->rows, c);
    return 0;
}

/* With one look-up its slices last as long as the rows are needed: no copies. */
static int keep_row(void *userdata, const AdvisoryRow *r) {
    Matcher *m = userdata;
    vec_push(&m->rows, *r);
    return 0;
}

static int add_source_row(void *userdata, const AdvisoryRow *r) {
    return r->binary_name ? 0 : add_row(userdata, r);
}

static int add_binary_row(void *userdata, const AdvisoryRow *r) {
    return r->binary_name ? add_row(userdata, r) : 0;
}

static int cmp_row(const void *a, const void *b) {
    const AdvisoryRow *x = a, *y = b;
    int r = str_cmp(x->id, y->id);
    r = r ? r : str_cmp(x->feed, y->feed);
    r = r ? r : str_cmp(x->fixed, y->fixed);
    r = r ? r : str_cmp(x->advisory, y->advisory);
    r = r ? r : str_cmp(x->module, y->module);
    return r ? r : str_cmp(x->repositories, y->repositories);
}

/* How much a statement without a fix tells: the more decided one speaks where several do. */
static int weight(FixStatus s) {
    static const int order[FIX_N_] = {
        [FIX_UNKNOWN] = 0, [FIX_UNDER_INVESTIGATION] = 1, [FIX_AFFECTED] = 2, [FIX_DEFERRED] = 3, [FIX_WONT_FIX] = 4, [FIX_END_OF_LIFE] = 5};
    return order[s];
}

/* The rows of one id -> one decision:
 * 1. Only rows of the package's module stream, architecture and repositories count.
 * 2. Where any of them names a fixed version, these decide: affected when any puts the package below its fix.
 * 3. Otherwise "not affected" is believed; then the most decided of the other statements. */
static MatchDecision decide(Matcher *m, const Package *p, const AdvisoryRow *rows, size_t n) {
    MatchDecision d = {.rows = rows, .n_rows = n, .row = &rows[0]};
    const AdvisoryRow *below = NULL, *at = NULL, *says_not = NULL, *open = NULL, *early = NULL;
    Str stream = module_stream(p->fact.module);
    bool other_arch = false, other_repository = false;
    for (size_t i = 0; i < n; i++) {
        const AdvisoryRow *r = &rows[i];
        if (!module_applies(r->module, stream))
            continue;
        if (!arch_applies(&p->fact, r)) {
            other_arch = true;
            continue;
        }
        if (!repository_applies(m, r)) {
            other_repository = true;
            continue;
        }
        Str v = version_to_compare(m, p, r);
        bool before = !str_empty(r->introduced) && compare(p->fact.type, v, r->introduced) < 0;
        if (r->status == FIX_FIXED && !str_empty(r->fixed)) {
            if (before)
                early = early ? early : r;
            else if (compare(p->fact.type, v, r->fixed) >= 0)
                at = at ? at : r;
            else if (!below || compare(p->fact.type, r->fixed, below->fixed) > 0)
                below = r;
        } else if (r->status == FIX_NOT_AFFECTED) {
            says_not = says_not ? says_not : r;
        } else if (before) {
            early = early ? early : r;
        } else if (!open || weight(r->status) > weight(open->status)) {
            open = r;
        }
    }
    if (below)
        d = (MatchDecision) {below, rows, n, true, MATCH_BELOW_FIX, STR_NULL};
    else if (at)
        d = (MatchDecision) {at, rows, n, false, MATCH_AT_OR_ABOVE_FIX, STR_NULL};
    else if (says_not)
        d = (MatchDecision) {says_not, rows, n, false, MATCH_VENDOR_SAYS_NOT, STR_NULL};
    else if (open)
        d = (MatchDecision) {open, rows, n, true, MATCH_NO_FIX, STR_NULL};
    else if (early)
        d = (MatchDecision) {early, rows, n, false, MATCH_BEFORE_INTRODUCED, STR_NULL};
    else
        d.reason = other_repository ? MATCH_OTHER_REPOSITORY : other_arch ? MATCH_OTHER_ARCH : MATCH_OTHER_MODULE;
    d.compared = version_to_compare(m, p, d.row);
    return d;
}

int matcher_package(Matcher *m, const Package *p, int (*decision)(void *userdata, const MatchDecision *d), void *userdata, Error *err) {
    const PackageFact *f = &p->fact;
    Str source = str_empty(f->source_name) ? f->name : f->source_name;
    if (str_empty(m->inv->os.release) || !package_type_is_os(f->type))
        return 0;
    arena_done(&m->scratch);
    m->rows.n = 0;
    int r;
    if (str_eq(source, f->name)) {
        r = advisory_db_rows(m->db, m->inv->os.release, f->name, keep_row, m, err);
    } else {
        r = advisory_db_rows(m->db, m->inv->os.release, source, add_source_row, m, err);
        if (r >= 0)
            r = advisory_db_rows(m->db, m->inv->os.release, f->name, add_binary_row, m, err);
    }
    if (r < 0)
        return r;
    /* The database gives them in this order; only two look-ups together need sorting. */
    for (size_t i = 1; i < m->rows.n; i++)
        if (cmp_row(&m->rows.p[i - 1], &m->rows.p[i]) > 0) {
            vec_sort(&m->rows, cmp_row);
            break;
        }
    for (size_t i = 0, end; i < m->rows.n; i = end) {
        for (end = i + 1; end < m->rows.n && str_eq(m->rows.p[end].id, m->rows.p[i].id); end++)
            ;
        MatchDecision d = decide(m, p, &m->rows.p[i], end - i);
        r = decision(userdata, &d);
        if (r < 0)
            return r;
    }
    return 0;
}

static int detail_of(Matcher *m, Str id, const VulnDetail **ret, Error *err) {
    void **found = map_find(&m->details, id);
    if (found) {
        *ret = *found;
        return 0;
    }
    VulnDetail *d = arena_new(&m->detail_arena, VulnDetail);
    int r = advisory_db_detail(m->db, id, &m->detail_arena, d, err);
    if (r < 0)
        return r;
    map_set(&m->details, arena_str(&m->detail_arena, id), r == 1 ? d : NULL);
    *ret = r == 1 ? d : NULL;
    return 0;
}

/* The newest version of the standard wins, then NVD's vector, then the order of the database. */
static const Cvss *best_cvss(const VulnDetail *d, CvssScore *ret) {
    const Cvss *best = NULL;
    for (size_t i = 0; i < d->n_cvss; i++) {
        CvssScore s;
        if (cvss_parse(d->cvss[i].vector, &s) < 0)
            continue;
        bool better = !best || s.version > ret->version || (s.version == ret->version && str_eq(d->cvss[i].source, STR("nvd")) && !str_eq(best->source, STR("nvd")));
        if (better) {
            best = &d->cvss[i];
            *ret = s;
        }
    }
    return best;
}

static Str copy(Arena *a, Str s) {
    return str_empty(s) ? STR_NULL : arena_str(a, s);
}

/* All advisories that the deciding rows' siblings name, without repeats. */
static Str join_advisories(Arena *a, const MatchDecision *d) {
    Buf b = buf_new(4096);
    for (size_t i = 0; i < d->n_rows; i++) {
        Str id = d->rows[i].advisory;
        bool same_fix = str_eq(d->rows[i].fixed, d->row->fixed) && str_eq(d->rows[i].module, d->row->module);
        if (str_empty(id) || !same_fix || has_word(buf_view(&b), id))
            continue;
        if (b.n)
            buf_putc(&b, ' ');
        buf_str(&b, id);
    }
    Str s = copy(a, buf_view(&b));
    buf_done(&b);
    return s;
}

/* The vendor's word for this package; else a rating that covers all distributions; else what the CVSS vector gives. */
static void rate(Finding *f, const MatchDecision *d, const VulnDetail *v, const Cvss *cvss, const CvssScore *score, Arena *a) {
    if (d->row->severity != SEVERITY_UNKNOWN) {
        f->severity = d->row->severity;
        f->severity_source = copy(a, d->row->feed);
        return;
    }
    for (size_t i = 0; i < d->n_rows; i++)
        if (d->rows[i].severity > f->severity) {
            f->severity = d->rows[i].severity;
            f->severity_source = copy(a, d->rows[i].feed);
        }
    if (f->severity != SEVERITY_UNKNOWN)
        return;
    if (cvss) {
        f->severity = cvss_severity(score->version, score->score10);
        f->severity_source = arena_printf(a, "cvss-v%d.%d:%.*s", score->version / 10, score->version % 10, STR_FMT(cvss->source));
    } else if (v && v->severity != SEVERITY_UNKNOWN) {
        f->severity = v->severity;
        f->severity_source = copy(a, v->severity_source);
    }
}

int matcher_finding(Matcher *m, const Package *p, const MatchDecision *d, Arena *a, Finding *ret, Error *err) {
    const VulnDetail *v;
    int r = detail_of(m, d->row->id, &v, err);
    if (r < 0)
        return r;
    Finding f = {.kind = FINDING_VULNERABILITY, .id = copy(a, d->row->id), .package = p, .status = d->row->status, .status_text = copy(a, d->row->status_text),
                 .feed = copy(a, d->row->feed), .advisories = join_advisories(a, d), .epss = -1, .epss_percentile = -1, .published = TIME_NONE,
                 .layer = p->layer, .path = p->path, .is_new = true};
    f.cvss.score10 = -1;
    if (d->reason == MATCH_BELOW_FIX)
        f.fixed_version = copy(a, d->row->fixed);
    const Cvss *cvss = NULL;
    CvssScore score = {0};
    if (v) {
        cvss = best_cvss(v, &score);
        if (cvss)
            f.cvss = (Cvss) {copy(a, cvss->vector), copy(a, cvss->source), score.score10};
        f.title = copy(a, v->title);
        f.references = copy(a, v->references);
        f.epss = v->epss;
        f.epss_percentile = v->epss_percentile;
        f.kev = v->kev;
        f.kev_due = copy(a, v->kev_due);
        f.published = v->published;
    }
    rate(&f, d, v, cvss, &score, a);
    *ret = f;
    return 0;
}

Str match_reason_text(Arena *a, const MatchDecision *d) {
    const AdvisoryRow *r = d->row;
    switch (d->reason) {
    case MATCH_BELOW_FIX:
        return arena_printf(a, "installed %.*s is below the fixed version %.*s", STR_FMT(d->compared), STR_FMT(r->fixed));
    case MATCH_NO_FIX:
        return arena_printf(a, "no fixed version for installed %.*s; the vendor says: %s%s%.*s", STR_FMT(d->compared), fix_status_name(r->status),
                            str_empty(r->status_text) ? "" : ", ", STR_FMT(r->status_text));
    case MATCH_AT_OR_ABOVE_FIX:
        return arena_printf(a, "installed %.*s is at or above the fixed version %.*s", STR_FMT(d->compared), STR_FMT(r->fixed));
    case MATCH_BEFORE_INTRODUCED:
        return arena_printf(a, "installed %.*s is below %.*s, which brought the flaw", STR_FMT(d->compared), STR_FMT(r->introduced));
    case MATCH_VENDOR_SAYS_NOT:
        return arena_printf(a, "the vendor says not affected%s%.*s", str_empty(r->status_text) ? "" : ": ", STR_FMT(r->status_text));
    case MATCH_OTHER_MODULE:
        return arena_printf(a, "the records are about module \"%.*s\", which this package is not of", STR_FMT(r->module));
    case MATCH_OTHER_ARCH:
        return arena_printf(a, "the records are about architectures %.*s", STR_FMT(r->arches));
    case MATCH_OTHER_REPOSITORY:
        return arena_printf(a, "the records are about repositories %.*s, which this system does not use", STR_FMT(r->repositories));
    }
    return STR_NULL;
}
