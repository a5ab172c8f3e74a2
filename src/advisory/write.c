/* SPDX-License-Identifier: Apache-2.0 */
/* The builder's second half: puts what was collected into order and writes the tables, each in the order of its key. */
#include <stdlib.h>

#include "advisory/codec.h"
#include "advisory/collect.h"
#include "advisory/merge.h"
#include "advisory/schema.h"
#include "base/time.h"

typedef struct Writer {
    Collect *c;
    Store *s;
    Error *err;
    const Feed *const *feeds;
    size_t n_feeds;
    const MapEntry *strings;      /* strings[id - 1].key */
    uint32_t *rank;               /* of a string, by StringId */
    uint32_t *by_rank;            /* and back */
    bool *failed;                 /* by file */
    uint32_t *feed_number;        /* by place in feeds(): number in the database; UINT32_MAX: not in it */
    uint64_t *feed_rows;          /* by place in feeds() */
} Writer;

static Str text(const Writer *w, StringId id) {
    return id ? w->strings[id - 1].key : STR("");
}

/* Sorting slices by their first eight bytes is mostly comparing integers. */
typedef struct Prefixed {
    uint64_t prefix;
    StringId id;
} Prefixed;

static int by_text(const void *x, const void *y, void *userdata) {
    const Prefixed *a = x, *b = y;
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    const Writer *w = userdata;
    return str_cmp(text(w, a->id), text(w, b->id));
}

static void rank_strings(Writer *w) {
    size_t n = w->c->strings.n;
    _cleanup_free_ Prefixed *v = xreallocarray(NULL, n + 1, sizeof(Prefixed));
    for (size_t i = 0; i <= n; i++) {
        Str s = text(w, (StringId) i);
        uint64_t prefix = 0;
        for (size_t k = 0; k < 8; k++)
            prefix = prefix << 8 | (k < s.n ? (unsigned char) s.p[k] : 0);
        v[i] = (Prefixed) {prefix, (StringId) i};
    }
    qsort_r(v, n + 1, sizeof(*v), by_text, w);
    w->rank = xreallocarray(NULL, n + 1, sizeof(uint32_t));
    w->by_rank = xreallocarray(NULL, n + 1, sizeof(uint32_t));
    for (size_t i = 0; i <= n; i++) {
        w->rank[v[i].id] = (uint32_t) i;
        w->by_rank[i] = v[i].id;
    }
}

static int by_u32(const uint32_t *a, const uint32_t *b, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

typedef struct RankedKey {
    uint32_t rank[2]; /* release, package */
    uint32_t number;
} RankedKey;

static int by_key(const void *x, const void *y) {
    return by_u32(((const RankedKey *) x)->rank, ((const RankedKey *) y)->rank, 2);
}

/* Statements in order, without the file they came from: feed, then the rest as ranks. */
typedef struct RankedStatement {
    uint32_t rank[11];
    uint32_t number;
} RankedStatement;

static int by_statement(const void *x, const void *y) {
    return by_u32(((const RankedStatement *) x)->rank, ((const RankedStatement *) y)->rank, 11);
}

static int by_row(const void *x, const void *y) {
    const CollectRow *a = x, *b = y;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    if (a->statement != b->statement)
        return a->statement < b->statement ? -1 : 1;
    return a->fixed < b->fixed ? -1 : a->fixed > b->fixed;
}

/* Turns the rows' numbers into ranks, leaves out those of failed files, sorts, and drops repeats. *keys and *statements map ranks back
 * to numbers; the caller frees them. */
static void order_rows(Writer *w, uint32_t **ret_keys, uint32_t **ret_statements) {
    Collect *c = w->c;
    size_t n_keys = c->key_list.n, n_statements = c->statements.n;
    uint32_t *keys = xreallocarray(NULL, n_keys + 1, sizeof(uint32_t)), *statements = xreallocarray(NULL, n_statements + 1, sizeof(uint32_t));
    _cleanup_free_ uint32_t *key_rank = xreallocarray(NULL, n_keys + 1, sizeof(uint32_t));
    _cleanup_free_ uint32_t *statement_rank = xreallocarray(NULL, n_statements + 1, sizeof(uint32_t));
    {
        _cleanup_free_ RankedKey *v = xreallocarray(NULL, n_keys + 1, sizeof(RankedKey));
        for (size_t i = 0; i < n_keys; i++)
            v[i] = (RankedKey) {{w->rank[c->key_list.p[i].release], w->rank[c->key_list.p[i].package]}, (uint32_t) i};
        qsort(v, n_keys, sizeof(*v), by_key);
        for (size_t i = 0; i < n_keys; i++) {
            keys[i] = v[i].number;
            key_rank[v[i].number] = (uint32_t) i;
        }
    }
    {
        _cleanup_free_ RankedStatement *v = xreallocarray(NULL, n_statements + 1, sizeof(RankedStatement));
        for (size_t i = 0; i < n_statements; i++) {
            const CollectStatement *s = &c->statements.p[i];
            v[i] = (RankedStatement) {
                {w->feed_number[s->feed], s->status, s->severity, s->binary_name, w->rank[s->status_text], w->rank[s->introduced],
                 w->rank[s->last_affected], w->rank[s->advisory], w->rank[s->module], w->rank[s->arches], w->rank[s->repositories]},
                (uint32_t) i,
            };
        }
        qsort(v, n_statements, sizeof(*v), by_statement);
        size_t at = 0;
        for (size_t i = 0; i < n_statements; i++) {
            if (i && by_statement(&v[i - 1], &v[i]) != 0)
                at++;
            statements[at] = v[i].number;
            statement_rank[v[i].number] = (uint32_t) at;
        }
    }
    size_t n = 0;
    CollectRow *rows = c->rows.p;
    for (size_t i = 0; i < c->rows.n; i++) {
        CollectRow r = rows[i];
        if (w->failed[c->statements.p[r.statement].file])
            continue;
        rows[n++] = (CollectRow) {key_rank[r.key], w->rank[r.id], statement_rank[r.statement], w->rank[r.fixed]};
    }
    if (n > 1)
        qsort(rows, n, sizeof(*rows), by_row);
    c->rows.n = 0;
    for (size_t i = 0; i < n; i++)
        if (i == 0 || by_row(&rows[i - 1], &rows[i]) != 0)
            rows[c->rows.n++] = rows[i];
    *ret_keys = keys;
    *ret_statements = statements;
}

/* A package's own string table: numbers of strings in the order of their first use. */
typedef struct LocalStrings {
    uint32_t *number; /* by StringId; valid when stamp says so */
    uint32_t *stamp;
    uint32_t now;
    Vec(Str) list;
} LocalStrings;

static uint32_t local(const Writer *w, LocalStrings *l, StringId id) {
    if (!id)
        return 0;
    if (l->stamp[id] != l->now) {
        l->stamp[id] = l->now;
        vec_push(&l->list, text(w, id));
        l->number[id] = (uint32_t) l->list.n;
    }
    return l->number[id];
}

static CodecRow codec_row(const Writer *w, LocalStrings *l, const CollectRow *r, const CollectStatement *s) {
    CodecRow out = {.cve = -1, .feed = (uint16_t) w->feed_number[s->feed], .status = s->status, .severity = s->severity, .binary_name = s->binary_name};
    StringId id = w->by_rank[r->id];
    if (!cve_pack(text(w, id), &out.cve))
        out.id = local(w, l, id);
    out.status_text = local(w, l, s->status_text);
    out.introduced = local(w, l, s->introduced);
    out.fixed = local(w, l, w->by_rank[r->fixed]);
    out.last_affected = local(w, l, s->last_affected);
    out.advisory = local(w, l, s->advisory);
    out.module = local(w, l, s->module);
    out.arches = local(w, l, s->arches);
    out.repositories = local(w, l, s->repositories);
    return out;
}

static int write_release(Writer *w, StoreStmt *st, StoreStmt *st_feed, int64_t number, Str name, const bool *has) {
    store_bind_i64(st, 1, number);
    store_bind_text(st, 2, name);
    int r = store_run(st, w->err);
    for (size_t i = 0; i < w->n_feeds && r >= 0; i++) {
        if (!has[i])
            continue;
        store_bind_i64(st_feed, 1, number);
        store_bind_i64(st_feed, 2, w->feed_number[i]);
        r = store_run(st_feed, w->err);
    }
    return r;
}

static int write_rows(Writer *w) {
    Collect *c = w->c;
    _cleanup_free_ uint32_t *keys = NULL, *statements = NULL;
    order_rows(w, &keys, &statements);
    _cleanup_(store_stmt_freep) StoreStmt *st = NULL, *st_release = NULL, *st_feed = NULL;
    int r;
    if ((r = store_prepare(w->s, "INSERT INTO package_rows VALUES(?1, ?2, ?3)", &st, w->err)) < 0 ||
        (r = store_prepare(w->s, "INSERT INTO releases VALUES(?1, ?2)", &st_release, w->err)) < 0 ||
        (r = store_prepare(w->s, "INSERT OR IGNORE INTO release_feeds VALUES(?1, ?2)", &st_feed, w->err)) < 0)
        return r;

    size_t n_strings = c->strings.n + 1;
    LocalStrings l = {.number = xcalloc(n_strings, sizeof(uint32_t)), .stamp = xcalloc(n_strings, sizeof(uint32_t))};
    Vec(CodecRow) out = {0};
    Buf blob = buf_new(BUF_OWN_MAX);
    _cleanup_free_ bool *has = xcalloc(w->n_feeds + 1, sizeof(bool));
    StringId release = 0;
    int64_t number = -1;
    for (size_t i = 0; i < c->rows.n && r >= 0;) {
        CollectKey key = c->key_list.p[keys[c->rows.p[i].key]];
        if (key.release != release) {
            if (number >= 0 && (r = write_release(w, st_release, st_feed, number, text(w, release), has)) < 0)
                break;
            memset(has, 0, w->n_feeds * sizeof(bool));
            release = key.release;
            number++;
        }
        l.now++;
        l.list.n = 0;
        out.n = 0;
        size_t end = i;
        for (; end < c->rows.n && c->rows.p[end].key == c->rows.p[i].key; end++) {
            const CollectStatement *s = &c->statements.p[statements[c->rows.p[end].statement]];
            has[s->feed] = true;
            w->feed_rows[s->feed]++;
            vec_push(&out, codec_row(w, &l, &c->rows.p[end], s));
        }
        buf_clear(&blob);
        codec_rows_encode(&blob, l.list.p, l.list.n, out.p, out.n);
        if (blob.failed) {
            r = error_errno(w->err, blob.failed, "rows of %.*s", STR_FMT(text(w, key.package)));
            break;
        }
        store_bind_i64(st, 1, number);
        store_bind_text(st, 2, text(w, key.package));
        store_bind_blob(st, 3, buf_view(&blob));
        r = store_run(st, w->err);
        c->report->packages++;
        i = end;
    }
    if (r >= 0 && number >= 0)
        r = write_release(w, st_release, st_feed, number, text(w, release), has);
    c->report->rows = c->rows.n;
    buf_done(&blob);
    vec_done(&out);
    vec_done(&l.list);
    free(l.number);
    free(l.stamp);
    vec_done(&c->rows);
    return r;
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

static int write_detail(Writer *w, StoreStmt *st_cve, StoreStmt *st_other, Str id, const Str *blobs, size_t n) {
    Buf blob = buf_new(BUF_OWN_MAX);
    int r = merge_details(id, blobs, n, &blob);
    int64_t cve;
    StoreStmt *st = st_other;
    if (r >= 0) {
        if (cve_pack(id, &cve)) {
            st = st_cve;
            store_bind_i64(st, 1, cve);
        } else
            store_bind_text(st, 1, id);
        store_bind_blob(st, 2, buf_view(&blob));
        r = store_run(st, w->err);
    } else
        error_errno(w->err, r, "details of %.*s", STR_FMT(id));
    buf_done(&blob);
    return r;
}

static int write_details(Writer *w) {
    Collect *c = w->c;
    _cleanup_(store_stmt_freep) StoreStmt *st_cve = NULL, *st_other = NULL;
    int r;
    if ((r = store_prepare(w->s, "INSERT INTO cves VALUES(?1, ?2)", &st_cve, w->err)) < 0 ||
        (r = store_prepare(w->s, "INSERT INTO others VALUES(?1, ?2)", &st_other, w->err)) < 0)
        return r;
    size_t n = 0;
    for (size_t i = 0; i < c->details.n; i++)
        if (!w->failed[c->details.p[i].file])
            c->details.p[n++] = c->details.p[i];
    if (n > 1)
        qsort_r(c->details.p, n, sizeof(CollectDetail), by_detail, w);
    Vec(Str) blobs = {0};
    for (size_t i = 0; i < n && r >= 0;) {
        size_t end = i;
        blobs.n = 0;
        for (; end < n && c->details.p[end].id == c->details.p[i].id; end++)
            vec_push(&blobs, c->details.p[end].blob);
        r = write_detail(w, st_cve, st_other, text(w, c->details.p[i].id), blobs.p, blobs.n);
        c->report->vulnerabilities++;
        i = end;
    }
    vec_done(&blobs);
    return r;
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

static int write_epss(Writer *w) {
    Collect *c = w->c;
    _cleanup_(store_stmt_freep) StoreStmt *st = NULL;
    int r = store_prepare(w->s, "INSERT INTO epss VALUES(?1, ?2)", &st, w->err);
    if (r < 0)
        return r;
    size_t n_files = c->report->files.n, n = 0;
    _cleanup_free_ int64_t *dates = xcalloc(n_files + 1, sizeof(int64_t));
    for (size_t i = 0; i < n_files; i++)
        dates[i] = TIME_NONE;
    for (size_t i = 0; i < c->parts.n; i++)
        dates[c->parts.p[i].file] = MAX(dates[c->parts.p[i].file], c->parts.p[i].date);
    _cleanup_free_ DatedEpss *v = xreallocarray(NULL, c->epss.n + 1, sizeof(DatedEpss));
    for (size_t i = 0; i < c->epss.n; i++)
        if (!w->failed[c->epss.p[i].file])
            v[n++] = (DatedEpss) {c->epss.p[i], dates[c->epss.p[i].file]};
    qsort(v, n, sizeof(*v), by_epss);
    Buf entries = buf_new(BUF_OWN_MAX);
    for (size_t i = 0; i < n && r >= 0;) {
        int64_t block = v[i].e.cve >> 8;
        buf_clear(&entries);
        size_t at = i;
        for (; at < n && v[at].e.cve >> 8 == block; at++)
            if (at == i || v[at].e.cve != v[at - 1].e.cve)
                codec_epss_put(&entries, (uint8_t) v[at].e.cve, v[at].e.epss, v[at].e.percentile);
        store_bind_i64(st, 1, block);
        store_bind_blob(st, 2, buf_view(&entries));
        r = store_run(st, w->err);
        i = at;
    }
    buf_done(&entries);
    return r;
}

static int by_pair(const void *x, const void *y, void *userdata) {
    const Writer *w = userdata;
    const CollectPair *a = x, *b = y;
    const uint32_t ra[] = {w->rank[a->a], w->rank[a->b]}, rb[] = {w->rank[b->a], w->rank[b->b]};
    return by_u32(ra, rb, 2);
}

/* Pairs whose file was read, in order. */
static size_t order_pairs(Writer *w, CollectPair *v, size_t all) {
    size_t n = 0;
    for (size_t i = 0; i < all; i++)
        if (!w->failed[v[i].file])
            v[n++] = v[i];
    if (n > 1)
        qsort_r(v, n, sizeof(*v), by_pair, w);
    return n;
}

static int write_kev(Writer *w) {
    _cleanup_(store_stmt_freep) StoreStmt *st = NULL;
    int r = store_prepare(w->s, "INSERT INTO kev VALUES(?1, ?2)", &st, w->err);
    CollectPair *v = w->c->kev.p;
    size_t n = order_pairs(w, v, w->c->kev.n);
    for (size_t i = 0; i < n && r >= 0; i++) {
        if (i && v[i].a == v[i - 1].a) /* the earliest due date counts */
            continue;
        store_bind_text(st, 1, text(w, v[i].a));
        store_bind_text(st, 2, text(w, v[i].b));
        r = store_run(st, w->err);
    }
    return r;
}

static int write_repositories(Writer *w) {
    _cleanup_(store_stmt_freep) StoreStmt *st = NULL;
    int r = store_prepare(w->s, "INSERT INTO repositories VALUES(?1, ?2)", &st, w->err);
    CollectPair *v = w->c->repositories.p;
    size_t n = order_pairs(w, v, w->c->repositories.n);
    Buf cpes = buf_new(BUF_OWN_MAX);
    for (size_t i = 0; i < n && r >= 0;) {
        size_t end = i;
        buf_clear(&cpes);
        for (; end < n && v[end].a == v[i].a; end++)
            if (end == i || v[end].b != v[end - 1].b)
                buf_printf(&cpes, "%s%.*s", cpes.n ? " " : "", STR_FMT(text(w, v[end].b)));
        store_bind_text(st, 1, text(w, v[i].a));
        store_bind_text(st, 2, buf_view(&cpes));
        r = store_run(st, w->err);
        i = end;
    }
    buf_done(&cpes);
    return r;
}

static int by_eol(const void *x, const void *y, void *userdata) {
    const Writer *w = userdata;
    const CollectEol *a = x, *b = y;
    if (a->release != b->release)
        return w->rank[a->release] < w->rank[b->release] ? -1 : 1;
    /* The later dates first: where two sources differ, support that one of them knows of is believed. */
    if (a->eol != b->eol)
        return a->eol > b->eol ? -1 : 1;
    return a->extended > b->extended ? -1 : a->extended < b->extended;
}

static int write_eol(Writer *w) {
    _cleanup_(store_stmt_freep) StoreStmt *st = NULL;
    int r = store_prepare(w->s, "INSERT INTO eol VALUES(?1, ?2, ?3)", &st, w->err);
    Collect *c = w->c;
    if (c->eol.n > 1)
        qsort_r(c->eol.p, c->eol.n, sizeof(CollectEol), by_eol, w);
    StringId last = 0;
    for (size_t i = 0; i < c->eol.n && r >= 0; i++) {
        const CollectEol *e = &c->eol.p[i];
        if (w->failed[e->file] || e->release == last)
            continue;
        last = e->release;
        store_bind_text(st, 1, text(w, e->release));
        store_bind_i64(st, 2, e->eol);
        store_bind_i64(st, 3, e->extended);
        r = store_run(st, w->err);
    }
    return r;
}

static int write_feeds(Writer *w) {
    _cleanup_(store_stmt_freep) StoreStmt *st = NULL;
    int r = store_prepare(w->s, "INSERT INTO feeds VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", &st, w->err);
    BuildReport *report = w->c->report;
    for (size_t i = 0; i < report->feeds.n && r >= 0; i++) {
        BuildFeed *f = &report->feeds.p[i];
        const Feed *feed = feed_by_name(f->name);
        for (size_t k = 0; k < w->n_feeds; k++)
            if (w->feeds[k] == feed)
                f->rows = w->feed_rows[k];
        store_bind_i64(st, 1, (int64_t) i);
        store_bind_text(st, 2, f->name);
        store_bind_i64(st, 3, f->date);
        store_bind_i64(st, 4, (int64_t) f->records);
        store_bind_i64(st, 5, (int64_t) f->rows);
        store_bind_i64(st, 6, (int64_t) f->problems);
        store_bind_text(st, 7, str_from(f->digest));
        store_bind_i64(st, 8, feed->rank);
        r = store_run(st, w->err);
    }
    return r;
}

int collect_write(Collect *c, Store *s, Error *err) {
    Writer w = {.c = c, .s = s, .err = err, .strings = c->strings.entries};
    w.feeds = feeds(&w.n_feeds);
    _cleanup_free_ bool *failed = xcalloc(c->report->files.n + 1, sizeof(bool));
    for (size_t i = 0; i < c->report->files.n; i++)
        failed[i] = !str_empty(c->report->files.p[i].failure);
    w.failed = failed;
    _cleanup_free_ uint32_t *numbers = xcalloc(w.n_feeds + 1, sizeof(uint32_t));
    for (size_t i = 0; i < w.n_feeds; i++) {
        numbers[i] = UINT32_MAX;
        for (size_t k = 0; k < c->report->feeds.n; k++)
            if (str_eqz(c->report->feeds.p[k].name, w.feeds[i]->name))
                numbers[i] = (uint32_t) k;
    }
    w.feed_number = numbers;
    _cleanup_free_ uint64_t *feed_rows = xcalloc(w.n_feeds + 1, sizeof(uint64_t));
    w.feed_rows = feed_rows;
    free(c->strings.index); /* no more look-ups: only the list is needed */
    c->strings.index = NULL;
    map_done(&c->keys);
    rank_strings(&w);

    int r = store_exec(s, ADVISORY_SCHEMA, err);
    if (r >= 0)
        r = write_rows(&w);
    if (r >= 0)
        r = write_details(&w);
    if (r >= 0)
        r = write_kev(&w);
    if (r >= 0)
        r = write_epss(&w);
    if (r >= 0)
        r = write_eol(&w);
    if (r >= 0)
        r = write_repositories(&w);
    if (r >= 0)
        r = write_feeds(&w);
    free(w.rank);
    free(w.by_rank);
    return r;
}
