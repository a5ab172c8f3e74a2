/* SPDX-License-Identifier: Apache-2.0 */
/* The builder's order: strings get ranks, and rows are sorted by what they say, not by when they came. */
#include <stdlib.h>

#include "advisory/write.h"

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
    return str_cmp(write_text(w, a->id), write_text(w, b->id));
}

void write_rank_strings(Writer *w) {
    size_t n = w->c->strings.n;
    _cleanup_free_ Prefixed *v = xreallocarray(NULL, n + 1, sizeof(Prefixed));
    for (size_t i = 0; i <= n; i++) {
        Str s = write_text(w, (StringId) i);
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

int write_by_u32(const uint32_t *a, const uint32_t *b, size_t n) {
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
    return write_by_u32(((const RankedKey *) x)->rank, ((const RankedKey *) y)->rank, 2);
}

enum { STATEMENT_FIELDS = 13 };

/* Statements in order, without the file they came from: feed, then the rest as ranks. */
typedef struct RankedStatement {
    uint32_t rank[STATEMENT_FIELDS];
    uint32_t number;
} RankedStatement;

static int by_statement(const void *x, const void *y) {
    return write_by_u32(((const RankedStatement *) x)->rank, ((const RankedStatement *) y)->rank, STATEMENT_FIELDS);
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

void write_order_rows(Writer *w, uint32_t **ret_keys, uint32_t **ret_statements) {
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
                {w->feed_number[s->feed], s->status, s->severity, s->binary_name, s->malicious, w->rank[s->status_text], w->rank[s->introduced],
                 w->rank[s->last_affected], w->rank[s->advisory], w->rank[s->module], w->rank[s->arches], w->rank[s->repositories], w->rank[s->imports]},
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
