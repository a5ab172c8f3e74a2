/* SPDX-License-Identifier: Apache-2.0 */
/* The builder's details: numbered so that what one package is affected by lies side by side, in blocks, and found by id. */
#include <stdlib.h>

#include "advisory/merge.h"
#include "advisory/write.h"
#include "base/time.h"

typedef struct PackageRange {
    uint32_t package; /* rank */
    size_t from, to;  /* of the rows */
} PackageRange;

static int by_package(const void *x, const void *y) {
    const PackageRange *a = x, *b = y;
    if (a->package != b->package)
        return a->package < b->package ? -1 : 1;
    return a->from < b->from ? -1 : a->from > b->from;
}

static void number_id(Writer *w, uint32_t rank) {
    if (!w->detail_number[rank]) {
        vec_push(&w->detailed, rank);
        w->detail_number[rank] = (uint32_t) w->detailed.n;
    }
}

/* Details by id; of one id the feed of the lowest rank first. */
static int by_detail(const void *x, const void *y, void *userdata) {
    const Writer *w = userdata;
    const CollectDetail *a = x, *b = y;
    uint32_t ra = w->rank[a->id], rb = w->rank[b->id];
    if (ra != rb)
        return ra < rb ? -1 : 1;
    const Feed *fa = w->feeds[a->feed], *fb = w->feeds[b->feed];
    if (fa->rank != fb->rank)
        return fa->rank < fb->rank ? -1 : 1;
    if (a->feed != b->feed)
        return strcmp(fa->name, fb->name);
    return str_cmp(a->blob, b->blob);
}

/* Vulnerabilities of rows in the order of package names, whatever the release; then those that no row is about. */
void write_number_details(Writer *w, const uint32_t *keys) {
    Collect *c = w->c;
    Vec(PackageRange) ranges = {0};
    for (size_t i = 0, end; i < c->rows.n; i = end) {
        for (end = i + 1; end < c->rows.n && c->rows.p[end].key == c->rows.p[i].key; end++)
            ;
        PackageRange range = {w->rank[c->key_list.p[keys[c->rows.p[i].key]].package], i, end};
        vec_push(&ranges, range);
    }
    vec_sort(&ranges, by_package);
    w->detail_number = xcalloc(c->strings.n + 1, sizeof(uint32_t));
    for (size_t i = 0; i < ranges.n; i++)
        for (size_t k = ranges.p[i].from; k < ranges.p[i].to; k++)
            number_id(w, c->rows.p[k].id);
    vec_done(&ranges);
    if (c->details.n > 1)
        qsort_r(c->details.p, c->details.n, sizeof(CollectDetail), by_detail, w);
    write_order_pairs(w, c->kev.p, c->kev.n);
    for (size_t i = 0; i < c->details.n; i++)
        number_id(w, w->rank[c->details.p[i].id]);
    for (size_t i = 0; i < c->kev.n; i++)
        number_id(w, w->rank[c->kev.p[i].a]);
}

typedef struct DatedEpss {
    CollectEpss e;
    int64_t date;
} DatedEpss;

/* Of one CVE the newest file's value first. */
static int by_epss(const void *x, const void *y) {
    const DatedEpss *a = x, *b = y;
    if (a->e.cve != b->e.cve)
        return a->e.cve < b->e.cve ? -1 : 1;
    if (a->date != b->date)
        return a->date > b->date ? -1 : 1;
    if (a->e.epss != b->e.epss)
        return a->e.epss > b->e.epss ? -1 : 1;
    return a->e.percentile > b->e.percentile ? -1 : a->e.percentile < b->e.percentile;
}

/* One value of each CVE, in ascending order. */
static size_t order_epss(Writer *w, DatedEpss **ret) {
    Collect *c = w->c;
    size_t n_files = c->report->files.n, n = 0, kept = 0;
    _cleanup_free_ int64_t *dates = xcalloc(n_files + 1, sizeof(int64_t));
    for (size_t i = 0; i < n_files; i++)
        dates[i] = TIME_NONE;
    for (size_t i = 0; i < c->parts.n; i++)
        dates[c->parts.p[i].file] = MAX(dates[c->parts.p[i].file], c->parts.p[i].date);
    DatedEpss *v = xreallocarray(NULL, c->epss.n + 1, sizeof(DatedEpss));
    for (size_t i = 0; i < c->epss.n; i++)
        if (!w->failed[c->epss.p[i].file])
            v[n++] = (DatedEpss) {c->epss.p[i], dates[c->epss.p[i].file]};
    qsort(v, n, sizeof(*v), by_epss);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || v[i].e.cve != v[kept - 1].e.cve)
            v[kept++] = v[i];
    *ret = v;
    return kept;
}

static const DatedEpss *epss_of(const DatedEpss *v, size_t n, int64_t cve) {
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (v[mid].e.cve < cve)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && v[lo].e.cve == cve ? &v[lo] : NULL;
}

/* What all feeds together say of the vulnerabilities, by id. */
typedef struct Known {
    const DatedEpss *epss;
    size_t n_epss;
    const CollectPair *kev; /* in order */
    size_t n_kev;
} Known;

static void add_kev(const Writer *w, const Known *k, uint32_t rank, VulnDetail *d) {
    size_t lo = 0, hi = k->n_kev;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (w->rank[k->kev[mid].a] < rank)
            lo = mid + 1;
        else
            hi = mid;
    }
    /* The first of several has the earliest due date. */
    if (lo < k->n_kev && w->rank[k->kev[lo].a] == rank) {
        d->kev = true;
        d->kev_due = write_text(w, k->kev[lo].b);
    }
}

typedef Vec(IndexEntry) Names;

/* Place of the first detail of an id in the ordered list. */
static size_t first_detail(const Writer *w, uint32_t rank) {
    size_t lo = 0, hi = w->c->details.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (w->rank[w->c->details.p[mid].id] < rank)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Under its id, when that is no CVE, and under its other names. */
static void index_names(Names *names, uint32_t number, Str blob) {
    VulnDetail d;
    int64_t cve;
    if (codec_detail_decode(blob, &d) < 0)
        return;
    Str words = d.aliases, word = d.id;
    do {
        IndexEntry e = {index_hash(word), number};
        if (!str_empty(word) && !cve_pack(word, &cve))
            vec_push(names, e);
    } while (str_split(&words, ' ', &word));
}

static int write_blocks(Writer *w, const Known *known, Names *names) {
    Collect *c = w->c;
    Vec(Str) blobs = {0};
    Buf block = buf_new(BUF_OWN_MAX), one = buf_new(BUF_OWN_MAX);
    int r = 0;
    for (size_t i = 0; i < w->detailed.n && r >= 0; i++) {
        uint32_t rank = w->detailed.p[i];
        Str id = write_text(w, w->by_rank[rank]);
        VulnDetail scores = {.epss = -1, .epss_percentile = -1};
        int64_t cve;
        const DatedEpss *e = cve_pack(id, &cve) ? epss_of(known->epss, known->n_epss, cve) : NULL;
        if (e) {
            scores.epss = (double) e->e.epss / EPSS_SCALE;
            scores.epss_percentile = (double) e->e.percentile / EPSS_SCALE;
        }
        add_kev(w, known, rank, &scores);
        blobs.n = 0;
        for (size_t k = first_detail(w, rank); k < c->details.n && w->rank[c->details.p[k].id] == rank; k++)
            vec_push(&blobs, c->details.p[k].blob);
        buf_clear(&one);
        r = merge_details(id, blobs.p, blobs.n, &scores, &one);
        if (r < 0) {
            error_errno(w->err, r, "details of %.*s", STR_FMT(id));
            break;
        }
        index_names(names, (uint32_t) i + 1, buf_view(&one));
        codec_block_put(&block, buf_view(&one));
        if (i % DETAILS_BLOCK == DETAILS_BLOCK - 1 || i + 1 == w->detailed.n) {
            r = write_value(w, TABLE_DETAILS, (int64_t) (i / DETAILS_BLOCK), &block);
            buf_clear(&block);
        }
    }
    vec_done(&blobs);
    buf_done(&block);
    buf_done(&one);
    return r;
}

typedef Vec(CodecCve) Cves;

static int by_cve(const void *x, const void *y) {
    const CodecCve *a = x, *b = y;
    if (a->cve != b->cve)
        return a->cve < b->cve ? -1 : 1;
    return a->detail > b->detail ? -1 : a->detail < b->detail;
}

/* All CVEs that anything is known of, each once. */
static void gather_cves(const Writer *w, const Known *known, Cves *ret) {
    int64_t cve;
    for (size_t i = 0; i < known->n_epss; i++) {
        const CollectEpss *e = &known->epss[i].e;
        CodecCve c = {e->cve, 0, true, e->epss, e->percentile};
        vec_push(ret, c);
    }
    for (size_t i = 0; i < w->detailed.n; i++)
        if (cve_pack(write_text(w, w->by_rank[w->detailed.p[i]]), &cve)) {
            CodecCve c = {.cve = cve, .detail = (uint32_t) i + 1};
            vec_push(ret, c);
        }
    vec_sort(ret, by_cve);
    size_t n = 0;
    for (size_t i = 0; i < ret->n; i++) {
        if (n && ret->p[n - 1].cve == ret->p[i].cve) { /* details stand before EPSS */
            ret->p[n - 1].has_epss = ret->p[i].has_epss;
            ret->p[n - 1].epss = ret->p[i].epss;
            ret->p[n - 1].percentile = ret->p[i].percentile;
        } else
            ret->p[n++] = ret->p[i];
    }
    ret->n = n;
}

static int write_cves(Writer *w, const Known *known) {
    Cves all = {0};
    gather_cves(w, known, &all);
    Buf firsts = buf_new(BUF_OWN_MAX), block = buf_new(BUF_OWN_MAX);
    int64_t first = 0, last = 0;
    int r = 0;
    for (size_t i = 0; i < all.n && r >= 0; i++) {
        if (i % CVES_BLOCK == 0) {
            wire_put_u64(&firsts, (uint64_t) (all.p[i].cve - first));
            first = all.p[i].cve;
            last = 0;
        }
        codec_cve_put(&block, last, &all.p[i]);
        last = all.p[i].cve;
        if (i % CVES_BLOCK == CVES_BLOCK - 1 || i + 1 == all.n) {
            r = write_value(w, TABLE_CVES, (int64_t) (i / CVES_BLOCK), &block);
            buf_clear(&block);
        }
    }
    if (r >= 0)
        r = write_value(w, TABLE_META, META_CVES, &firsts);
    vec_done(&all);
    buf_done(&firsts);
    buf_done(&block);
    return r;
}

static int write_others(Writer *w, Names *names) {
    Buf index = buf_new(BUF_OWN_MAX);
    codec_index_encode(&index, names->p, names->n);
    int r = write_value(w, TABLE_INDEXES, (int64_t) w->n_releases + INDEX_OTHERS, &index);
    buf_done(&index);
    return r;
}

int write_details(Writer *w) {
    Collect *c = w->c;
    DatedEpss *epss;
    Known known = {.kev = c->kev.p, .n_kev = c->kev.n};
    known.n_epss = order_epss(w, &epss);
    known.epss = epss;
    Names names = {0};
    int r = write_blocks(w, &known, &names);
    if (r >= 0)
        r = write_cves(w, &known);
    if (r >= 0)
        r = write_others(w, &names);
    vec_done(&names);
    c->report->vulnerabilities = w->detailed.n;
    free(epss);
    return r;
}
