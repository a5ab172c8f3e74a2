/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/digest.h"

#include "advisory/schema.h"
#include "base/wire.h"

static int add_table(Store *s, Hasher *h, const char *sql, Error *err) {
    _cleanup_(store_stmt_freep) StoreStmt *st = NULL;
    int r = store_prepare(s, sql, &st, err);
    if (r < 0)
        return r;
    Buf head = buf_new(64);
    while ((r = store_step(st, err)) == 1) {
        Str value = store_str(st, 1);
        buf_clear(&head);
        wire_put_i64(&head, store_i64(st, 0));
        wire_put_u64(&head, value.n);
        hasher_add(h, head.p, head.n);
        hasher_add(h, value.p, value.n);
    }
    buf_done(&head);
    return r;
}

int advisory_content_digest(Store *s, char ret[static ADVISORY_DIGEST_MAX], Error *err) {
    /* The digest itself is number 0 of `meta`. */
    static const char *const queries[] = {
#define T(NAME, name) TABLE_##NAME == TABLE_META ? "SELECT number, value FROM " name " WHERE number > 0 ORDER BY number" \
                                                 : "SELECT number, value FROM " name " ORDER BY number",
        ADVISORY_TABLES(T)
#undef T
    };
    _cleanup_(hasher_freep) Hasher *h = hasher_new(DIGEST_SHA256);
    for (size_t i = 0; i < ARRAY_SIZE(queries); i++) {
        hasher_add(h, &(char) {(char) i}, 1);
        int r = add_table(s, h, queries[i], err);
        if (r < 0)
            return r;
    }
    char hex[DIGEST_HEX_MAX + 1];
    hasher_hex(h, hex);
    snprintf(ret, ADVISORY_DIGEST_MAX, "sha256:%.64s", hex);
    return 0;
}
