/* SPDX-License-Identifier: Apache-2.0 */
/* The builder's rows: one blob a package, and the index of the packages of each release. */
#include <stdlib.h>

#include "advisory/write.h"

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
        vec_push(&l->list, write_text(w, id));
        l->number[id] = (uint32_t) l->list.n;
    }
    return l->number[id];
}

static CodecRow codec_row(const Writer *w, LocalStrings *l, const CollectRow *r, const CollectStatement *s) {
    CodecRow out = {.cve = -1, .feed = (uint16_t) w->feed_number[s->feed], .status = s->status, .severity = s->severity, .binary_name = s->binary_name, .malicious = s->malicious};
    StringId id = w->by_rank[r->id];
    if (!cve_pack(write_text(w, id), &out.cve))
        out.id = local(w, l, id);
    out.status_text = local(w, l, s->status_text);
    out.introduced = local(w, l, s->introduced);
    out.fixed = local(w, l, w->by_rank[r->fixed]);
    out.last_affected = local(w, l, s->last_affected);
    out.advisory = local(w, l, s->advisory);
    out.module = local(w, l, s->module);
    out.arches = local(w, l, s->arches);
    out.repositories = local(w, l, s->repositories);
    out.imports = local(w, l, s->imports);
    out.detail = w->detail_number[r->id];
    return out;
}

/* What is gathered of a release until its last package is written. */
typedef struct Release {
    StringId name;
    bool *has;            /* by place in feeds(): does it speak of the release? */
    Vec(IndexEntry) index;
    Buf list;             /* of the releases before, as META_RELEASES has them */
    size_t n;
} Release;

static int end_release(Writer *w, Release *x) {
    if (!x->name)
        return 0;
    Buf feeds = buf_new(BUF_OWN_MAX), index = buf_new(BUF_OWN_MAX);
    for (size_t number = 0; number < w->c->report->feeds.n; number++)
        for (size_t i = 0; i < w->n_feeds; i++)
            if (x->has[i] && w->feed_number[i] == number)
                wire_put_u64(&feeds, number);
    wire_put_str(&x->list, write_text(w, x->name));
    wire_put_u64(&x->list, x->index.n);
    wire_put_str(&x->list, buf_view(&feeds));
    codec_index_encode(&index, x->index.p, x->index.n);
    int r = write_value(w, TABLE_INDEXES, (int64_t) x->n++, &index);
    memset(x->has, 0, w->n_feeds * sizeof(bool));
    x->index.n = 0;
    x->name = 0;
    buf_done(&feeds);
    buf_done(&index);
    return r;
}

int write_rows(Writer *w, const uint32_t *keys, const uint32_t *statements) {
    Collect *c = w->c;
    size_t n_strings = c->strings.n + 1;
    LocalStrings l = {.number = xcalloc(n_strings, sizeof(uint32_t)), .stamp = xcalloc(n_strings, sizeof(uint32_t))};
    Vec(CodecRow) out = {0};
    Buf blob = buf_new(BUF_OWN_MAX), list = buf_new(BUF_OWN_MAX);
    _cleanup_free_ bool *has = xcalloc(w->n_feeds + 1, sizeof(bool));
    Release release = {.has = has, .list = buf_new(BUF_OWN_MAX)};
    int r = 0;
    for (size_t i = 0; i < c->rows.n && r >= 0;) {
        CollectKey key = c->key_list.p[keys[c->rows.p[i].key]];
        Str package = write_text(w, key.package);
        if (key.release != release.name && (r = end_release(w, &release)) < 0)
            break;
        release.name = key.release;
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
        codec_rows_encode(&blob, package, l.list.p, l.list.n, out.p, out.n);
        IndexEntry entry = {index_hash(package), (uint32_t) release.index.n};
        vec_push(&release.index, entry);
        r = write_value(w, TABLE_PACKAGE_ROWS, (int64_t) c->report->packages++, &blob);
        i = end;
    }
    if (r >= 0)
        r = end_release(w, &release);
    if (r >= 0) {
        wire_put_u64(&list, release.n);
        buf_str(&list, buf_view(&release.list));
        r = write_value(w, TABLE_META, META_RELEASES, &list);
    }
    w->n_releases = release.n;
    c->report->rows = c->rows.n;
    buf_done(&blob);
    buf_done(&list);
    buf_done(&release.list);
    vec_done(&release.index);
    vec_done(&out);
    vec_done(&l.list);
    free(l.number);
    free(l.stamp);
    vec_done(&c->rows);
    return r;
}
