/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/match.h"

#include <stdlib.h>

#include "advisory/cvss.h"
#include "advisory/match-language.h"
#include "base/vec.h"

/* The outcome of a comparison with a bound. The strings of one blob of rows are there once each: their place tells them apart. */
typedef struct Compared {
    const char *version, *bound;
    int result;
} Compared;

enum { COMPARED_MAX = 64 };

struct Matcher {
    AdvisoryDb *db;
    const Inventory *inv;
    Arena scratch;        /* of one package */
    const VersionScheme *scheme;     /* of the package at hand, as the rest */
    Str own_version, source_version;
    Compared compared[COMPARED_MAX];
    Vec(AdvisoryRow) rows;
    Vec(Str) cpes;        /* of the content sets, without their front; none: not known */
    Arena arena;
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
        int r = advisory_db_repository_cpes(db, inv->content_sets[i], &m->arena, &cpes, err);
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
    arena_done(&m->scratch);
    arena_done(&m->arena);
    free(m);
}

static int compare_bound(Matcher *m, Str version, Str bound) {
    Compared *c = &m->compared[((uintptr_t) bound.p ^ (uintptr_t) bound.p >> 6) % COMPARED_MAX];
    if (c->version != version.p || c->bound != bound.p)
        *c = (Compared) {version.p, bound.p, m->scheme->compare(version, bound)};
    return c->result;
}

/* Rows about source packages are compared with the source's version. An rpm's source name carries no epoch: the binary's is taken,
 * which comes from the same spec file. */
static Str source_version(Matcher *m, const PackageFact *f) {
    Str epoch, rest;
    if (str_empty(f->source_version))
        return f->version;
    if (f->type == PACKAGE_RPM && !str_cut(f->source_version, ':', &epoch, &rest) && str_cut(f->version, ':', &epoch, &rest))
        return arena_printf(&m->scratch, "%.*s:%.*s", STR_FMT(epoch), STR_FMT(f->source_version));
    return f->source_version;
}

static Str version_to_compare(const Matcher *m, const AdvisoryRow *row) {
    return row->binary_name ? m->own_version : m->source_version;
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

static bool arch_applies(const PackageFact *p, const AdvisoryRow *row) {
    return str_empty(row->arches) || str_has_word(row->arches, p->arch) || str_eq(p->arch, STR("noarch")) || str_has_word(row->arches, STR("noarch"));
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
        Str v = version_to_compare(m, r);
        bool before = !str_empty(r->introduced) && compare_bound(m, v, r->introduced) < 0;
        if (r->status == FIX_FIXED && !str_empty(r->fixed)) {
            if (before)
                early = early ? early : r;
            else if (compare_bound(m, v, r->fixed) >= 0)
                at = at ? at : r;
            else if (!below || m->scheme->compare(r->fixed, below->fixed) > 0)
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
        d = (MatchDecision) {below, rows, n, true, MATCH_BELOW_FIX, .fixed = below->fixed};
    else if (at)
        d = (MatchDecision) {at, rows, n, false, MATCH_AT_OR_ABOVE_FIX};
    else if (says_not)
        d = (MatchDecision) {says_not, rows, n, false, MATCH_VENDOR_SAYS_NOT};
    else if (open)
        d = (MatchDecision) {open, rows, n, true, MATCH_NO_FIX};
    else if (early)
        d = (MatchDecision) {early, rows, n, false, MATCH_BEFORE_INTRODUCED};
    else
        d.reason = other_repository ? MATCH_OTHER_REPOSITORY : other_arch ? MATCH_OTHER_ARCH : MATCH_OTHER_MODULE;
    d.compared = version_to_compare(m, d.row);
    return d;
}

static int os_rows(Matcher *m, const PackageFact *f, Error *err) {
    Str source = str_empty(f->source_name) ? f->name : f->source_name;
    if (str_empty(m->inv->os.release))
        return 0;
    if (str_eq(source, f->name))
        return advisory_db_rows(m->db, m->inv->os.release, f->name, add_row, m, err);
    int r = advisory_db_rows(m->db, m->inv->os.release, source, add_source_row, m, err);
    size_t n = m->rows.n;
    if (r >= 0)
        r = advisory_db_rows(m->db, m->inv->os.release, f->name, add_binary_row, m, err);
    if (n && m->rows.n > n) /* each look-up is in this order */
        vec_sort(&m->rows, cmp_row);
    return r;
}

static int language_rows(Matcher *m, const PackageFact *f, Str ecosystem, Error *err) {
    return advisory_db_rows(m->db, ecosystem, package_name_normal(&m->scratch, ecosystem, f->name), add_row, m, err);
}

int matcher_package(Matcher *m, const Package *p, int (*decision)(void *userdata, const MatchDecision *d), void *userdata, Error *err) {
    const PackageFact *f = &p->fact;
    const PackageTypeInfo *type = package_type_info(f->type);
    arena_done(&m->scratch);
    m->rows.n = 0;
    m->scheme = version_scheme(str_from(type->scheme));
    m->own_version = f->version;
    m->source_version = source_version(m, f);
    memset(m->compared, 0, sizeof(m->compared));
    int r = package_type_is_os(f->type) ? os_rows(m, f, err) : language_rows(m, f, str_from(type->ecosystem), err);
    if (r < 0)
        return r;
    for (size_t i = 0, end; i < m->rows.n; i = end) {
        for (end = i + 1; end < m->rows.n && m->rows.p[end].detail == m->rows.p[i].detail; end++)
            ;
        MatchDecision d = package_type_is_os(f->type) ? decide(m, p, &m->rows.p[i], end - i) : match_language(m->scheme, f, &m->rows.p[i], end - i);
        r = decision(userdata, &d);
        if (r < 0)
            return r;
    }
    return m->rows.n > 0;
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
        if (str_empty(id) || !same_fix || str_has_word(buf_view(&b), id))
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
static void rate(Finding *f, const MatchDecision *d, const VulnDetail *v, const Cvss *cvss, Arena *a) {
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
        CvssVersion version = cvss_version(cvss->vector);
        f->severity = cvss_severity(version, cvss->score10);
        f->severity_source = arena_printf(a, "cvss-v%d.%d:%.*s", version / 10, version % 10, STR_FMT(cvss->source));
    } else if (v->severity != SEVERITY_UNKNOWN) {
        f->severity = v->severity;
        f->severity_source = copy(a, v->severity_source);
    }
}

static bool is_malicious(const MatchDecision *d) {
    for (size_t i = 0; i < d->n_rows; i++)
        if (d->rows[i].malicious)
            return true;
    return false;
}

/* The other names of it: those of the records about this package, and GitHub's, which most tools show. */
static Str join_names(Arena *a, const MatchDecision *d, const VulnDetail *v) {
    Buf b = buf_new(4096);
    Str words = v->aliases, word;
    for (size_t i = 0; i < d->n_rows || str_split(&words, ' ', &word); i++) {
        if (i < d->n_rows)
            word = d->rows[i].advisory;
        else if (!str_starts(word, STR("GHSA-")))
            continue;
        if (str_empty(word) || str_eq(word, d->row->id) || str_has_word(buf_view(&b), word))
            continue;
        if (b.n)
            buf_putc(&b, ' ');
        buf_str(&b, word);
    }
    Str s = copy(a, buf_view(&b));
    buf_done(&b);
    return s;
}

int matcher_finding(Matcher *m, const Package *p, const MatchDecision *d, Arena *a, Finding *ret, Error *err) {
    VulnDetail v;
    int r = advisory_db_row_detail(m->db, d->row, &v, err);
    if (r < 0)
        return r;
    Finding f = {.kind = is_malicious(d) ? FINDING_MALICIOUS : FINDING_VULNERABILITY, .id = copy(a, d->row->id), .package = p, .status = d->row->status, .status_text = copy(a, d->row->status_text),
                 .feed = copy(a, d->row->feed), .advisories = package_type_is_os(p->fact.type) ? join_advisories(a, d) : join_names(a, d, &v), .title = copy(a, v.title), .references = copy(a, v.references),
                 .epss = v.epss, .epss_percentile = v.epss_percentile, .kev = v.kev, .kev_due = copy(a, v.kev_due), .published = v.published,
                 .fixed_version = copy(a, d->fixed), .layer = p->layer, .path = p->path, .line = p->fact.line, .is_new = true};
    f.cvss.score10 = -1;
    const Cvss *cvss = v.n_cvss && v.cvss[0].score10 >= 0 ? &v.cvss[0] : NULL;
    if (cvss)
        f.cvss = (Cvss) {copy(a, cvss->vector), copy(a, cvss->source), cvss->score10};
    rate(&f, d, &v, cvss, a);
    *ret = f;
    return 0;
}

Str match_reason_text(Arena *a, const MatchDecision *d) {
    const AdvisoryRow *r = d->row;
    switch (d->reason) {
    case MATCH_BELOW_FIX:
        return arena_printf(a, "installed %.*s is below the fixed version %.*s", STR_FMT(d->compared), STR_FMT(d->fixed));
    case MATCH_IN_RANGE:
        return arena_printf(a, "installed %.*s is affected, and no fixed version is named", STR_FMT(d->compared));
    case MATCH_NO_FIX:
        return arena_printf(a, "no fixed version for installed %.*s; the vendor says: %s%s%.*s", STR_FMT(d->compared), fix_status_name(r->status),
                            str_empty(r->status_text) ? "" : ", ", STR_FMT(r->status_text));
    case MATCH_AT_OR_ABOVE_FIX:
        return arena_printf(a, "installed %.*s is at or above the fixed version %.*s", STR_FMT(d->compared), STR_FMT(r->fixed));
    case MATCH_BEFORE_INTRODUCED:
        return arena_printf(a, "installed %.*s is below %.*s, which brought the flaw", STR_FMT(d->compared), STR_FMT(r->introduced));
    case MATCH_ABOVE_LAST:
        return arena_printf(a, "installed %.*s is above %.*s, the last affected version", STR_FMT(d->compared), STR_FMT(r->last_affected));
    case MATCH_NOT_LINKED:
        return arena_printf(a, "package not linked: the flaw is in %.*s, of which nothing is in this binary", STR_FMT(r->imports));
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
