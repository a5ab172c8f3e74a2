/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/pem.h"

#include "base/base64.h"

/* "-----BEGIN LABEL-----": its label. Blanks around it are those of indented text. */
static bool boundary(Str line, Str word, Str *ret_label) {
    line = str_trim(line);
    if (!str_starts(line, STR("-----")) || !str_ends(line, STR("-----")) || line.n < 10 + word.n + 1)
        return false;
    Str middle = str_head(str_from_at(line, 5), line.n - 10);
    if (!str_starts(middle, word))
        return false;
    *ret_label = str_from_at(middle, word.n);
    return true;
}

bool pem_next(PemReader *r, PemBlock *ret) {
    PemBlock b = {0};
    bool open = false, headers = false;
    Str line, label;
    const char *content = NULL;
    while (str_line(&r->rest, &line)) {
        r->line++;
        if (boundary(line, STR("BEGIN "), &label)) {
            b = (PemBlock) {.label = label, .line = r->line};
            open = true;
            headers = false;
            content = r->rest.p;
        } else if (!open) {
            continue;
        } else if (boundary(line, STR("END "), &label)) {
            if (str_eq(label, b.label)) {
                b.base64 = str_n(content, (size_t) (line.p - content));
                *ret = b;
                return true;
            }
            open = false;
        } else if (str_chr(line, ':') >= 0) {
            headers = true;
        } else if (headers && str_empty(str_trim(line))) {
            b.headers = str_n(content, (size_t) (line.p - content));
            content = r->rest.p;
            headers = false;
        }
    }
    return false;
}

Str pem_content(const PemBlock *b, Arena *a) {
    char *packed = arena_bytes(a, b->base64.n + 1);
    size_t n = 0;
    for (size_t i = 0; packed && i < b->base64.n; i++)
        if (!strchr(" \t\r\n", b->base64.p[i]) || b->base64.p[i] == 0)
            packed[n++] = b->base64.p[i];
    return packed ? base64_decode(str_n(packed, n), a) : STR_NULL;
}
