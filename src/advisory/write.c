/* SPDX-License-Identifier: Apache-2.0 */
/* The builder's second half: puts what was collected into order and writes the tables, each in the order of its numbers. */
#include "advisory/write.h"

#include <stdlib.h>

#define INSERT(name) "INSERT INTO " name " VALUES(?1, ?2)"

int write_value(Writer *w, AdvisoryTable t, int64_t number, Buf *content) {
    unsigned char sum[ADVISORY_CHECKSUM];
    put_le64(sum, advisory_checksum(t, number, buf_view(content)));
    buf_add(content, sum, sizeof(sum));
    if (content->failed)
        return error_errno(w->err, content->failed, "a value of the database");
    store_bind_i64(w->insert[t], 1, number);
    store_bind_blob(w->insert[t], 2, buf_view(content));
    return store_run(w->insert[t], w->err);
}

static int by_pair(const void *x, const void *y, void *userdata) {
    const Writer *w = userdata;
    const CollectPair *a = x, *b = y;
    const uint32_t ra[] = {w->rank[a->a], w->rank[a->b]}, rb[] = {w->rank[b->a], w->rank[b->b]};
    return write_by_u32(ra, rb, 2);
}

void write_order_pairs(Writer *w, CollectPair *v, size_t n) {
    if (n > 1)
        qsort_r(v, n, sizeof(*v), by_pair, w);
}

static int write_repositories(Writer *w) {
    CollectPair *v = w->c->repositories.p;
    size_t n = w->c->repositories.n;
    write_order_pairs(w, v, n);
    Vec(IndexEntry) entries = {0};
    Buf cpes = buf_new(BUF_OWN_MAX), one = buf_new(BUF_OWN_MAX);
    int r = 0;
    for (size_t i = 0, end; i < n && r >= 0; i = end) {
        Str name = write_text(w, v[i].a);
        buf_clear(&cpes);
        for (end = i; end < n && v[end].a == v[i].a; end++)
            if (end == i || v[end].b != v[end - 1].b)
                buf_printf(&cpes, "%s%.*s", cpes.n ? " " : "", STR_FMT(write_text(w, v[end].b)));
        buf_clear(&one);
        wire_put_str(&one, name);
        wire_put_str(&one, buf_view(&cpes));
        IndexEntry e = {index_hash(name), (uint32_t) entries.n};
        vec_push(&entries, e);
        r = write_value(w, TABLE_REPOSITORIES, e.number, &one);
    }
    if (r >= 0) {
        buf_clear(&one);
        codec_index_encode(&one, entries.p, entries.n);
        r = write_value(w, TABLE_INDEXES, (int64_t) w->n_releases + INDEX_REPOSITORIES, &one);
    }
    vec_done(&entries);
    buf_done(&cpes);
    buf_done(&one);
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
    Collect *c = w->c;
    Buf list = buf_new(BUF_OWN_MAX);
    if (c->eol.n > 1)
        qsort_r(c->eol.p, c->eol.n, sizeof(CollectEol), by_eol, w);
    for (size_t i = 0; i < c->eol.n; i++) {
        const CollectEol *e = &c->eol.p[i];
        if (i && e->release == c->eol.p[i - 1].release)
            continue;
        wire_put_str(&list, write_text(w, e->release));
        wire_put_i64(&list, e->eol);
        wire_put_i64(&list, e->extended);
    }
    int r = write_value(w, TABLE_META, META_EOL, &list);
    buf_done(&list);
    return r;
}

static int write_feeds(Writer *w) {
    BuildReport *report = w->c->report;
    Buf list = buf_new(BUF_OWN_MAX);
    wire_put_u64(&list, report->feeds.n);
    for (size_t i = 0; i < report->feeds.n; i++) {
        BuildFeed *f = &report->feeds.p[i];
        const Feed *feed = feed_by_name(f->name);
        for (size_t k = 0; k < w->n_feeds; k++)
            if (w->feeds[k] == feed)
                f->rows = w->feed_rows[k];
        wire_put_str(&list, f->name);
        wire_put_i64(&list, f->date);
        wire_put_u64(&list, f->records);
        wire_put_u64(&list, f->rows);
        wire_put_u64(&list, f->problems);
        wire_put_str(&list, str_from(f->digest));
        wire_put_u64(&list, feed->rank);
    }
    int r = write_value(w, TABLE_META, META_FEEDS, &list);
    buf_done(&list);
    return r;
}

/* Takes out what files that could not be read to their end have given. Rows are left to write_order_rows(). */
#define keep_whole(w, v)                                \
    do {                                                \
        size_t kept_ = 0;                               \
        for (size_t i_ = 0; i_ < (v)->n; i_++)          \
            if (!(w)->failed[(v)->p[i_].file])          \
                (v)->p[kept_++] = (v)->p[i_];           \
        (v)->n = kept_;                                 \
    } while (0)

static int write_all(Writer *w) {
    static const char *const create[] = {
#define T(NAME, name) "CREATE TABLE " name "(number INTEGER PRIMARY KEY, value BLOB NOT NULL)",
        ADVISORY_TABLES(T)
#undef T
    };
    static const char *const insert[] = {
#define T(NAME, name) INSERT(name),
        ADVISORY_TABLES(T)
#undef T
    };
    Collect *c = w->c;
    int r = store_exec(w->s, "PRAGMA application_id=1347177811; PRAGMA user_version=2", w->err);
    for (size_t t = 0; t < TABLE_N_ && r >= 0; t++) {
        r = store_exec(w->s, create[t], w->err);
        if (r >= 0)
            r = store_prepare(w->s, insert[t], &w->insert[t], w->err);
    }
    if (r < 0)
        return r;
    keep_whole(w, &c->details);
    keep_whole(w, &c->kev);
    keep_whole(w, &c->repositories);
    keep_whole(w, &c->eol);
    write_join_aliases(w);
    free(c->strings.index); /* no more look-ups: only the list is needed */
    c->strings.index = NULL;
    write_rank_strings(w);
    _cleanup_free_ uint32_t *keys = NULL, *statements = NULL;
    write_order_rows(w, &keys, &statements);
    write_number_details(w, keys);
    r = write_rows(w, keys, statements);
    if (r >= 0)
        r = write_details(w);
    if (r >= 0)
        r = write_repositories(w);
    if (r >= 0)
        r = write_eol(w);
    if (r >= 0)
        r = write_feeds(w);
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
    map_done(&c->keys);
    int r = write_all(&w);
    for (size_t t = 0; t < TABLE_N_; t++)
        store_stmt_freep(&w.insert[t]);
    vec_done(&w.detailed);
    free(w.detail_number);
    free(w.rank);
    free(w.by_rank);
    return r;
}

int collect_write_digest(Store *s, const char *digest, Error *err) {
    Writer w = {.s = s, .err = err};
    Buf text = buf_new(BUF_OWN_MAX);
    buf_putz(&text, digest);
    int r = store_prepare(s, INSERT("meta"), &w.insert[TABLE_META], err);
    if (r >= 0)
        r = write_value(&w, TABLE_META, META_DIGEST, &text);
    store_stmt_freep(&w.insert[TABLE_META]);
    buf_done(&text);
    return r;
}
