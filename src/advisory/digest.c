/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/digest.h"

#include "advisory/schema.h"
#include "base/hash.h"
#include "base/wire.h"

static int add_table(Store *s, Hasher *h, const char *sql, const char *columns, Error *err) {
    _cleanup_(store_stmt_freep) StoreStmt *st = NULL;
    int r = store_prepare(s, sql, &st, err);
    if (r < 0)
        return r;
    Buf b = buf_new(BUF_OWN_MAX);
    wire_put_str(&b, str_from(columns));
    while ((r = store_step(st, err)) == 1) {
        for (int i = 0; columns[i]; i++)
            if (columns[i] == 'i')
                wire_put_i64(&b, store_i64(st, i));
            else
                wire_put_str(&b, store_str(st, i));
        if (b.failed) {
            r = error_errno(err, b.failed, "the digest of the database");
            break;
        }
        hasher_add(h, b.p, b.n);
        buf_clear(&b);
    }
    buf_done(&b);
    return r;
}

int advisory_content_digest(Store *s, char ret[static ADVISORY_DIGEST_MAX], Error *err) {
    static const struct {
        const char *sql, *columns;
    } tables[] = {
#define Q(sql, columns) {sql, columns},
        ADVISORY_DIGEST_QUERIES
#undef Q
    };
    _cleanup_(hasher_freep) Hasher *h = hasher_new(DIGEST_SHA256);
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
        int r = add_table(s, h, tables[i].sql, tables[i].columns, err);
        if (r < 0)
            return r;
    }
    char hex[DIGEST_HEX_MAX + 1];
    hasher_hex(h, hex);
    snprintf(ret, ADVISORY_DIGEST_MAX, "sha256:%.64s", hex);
    return 0;
}
