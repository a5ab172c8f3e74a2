/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/hash-list.h"

#include <stdlib.h>

#include "base/fs.h"
#include "base/vec.h"

enum { DIGEST_N = 32, DIGITS = 2 * DIGEST_N, NAME_MAX_ = 255 };

typedef struct Known {
    uint8_t digest[DIGEST_N];
    uint32_t file;           /* in `files` */
    uint32_t name;           /* where it begins in `names`, each ended by NUL; 0: none */
} Known;

struct HashList {
    Vec(Known) known;
    Vec(char *) files;
    Buf names;
};

HashList *hash_list_new(void) {
    HashList *l = xcalloc(1, sizeof(*l));
    l->names = buf_new(BUF_OWN_MAX);
    buf_putc(&l->names, 0);
    return l;
}

/* Of a hex digit its value and 16; 0 for all others. Lists have millions of lines. */
static const uint8_t hex[256] = {
    ['0'] = 16, ['1'] = 17, ['2'] = 18, ['3'] = 19, ['4'] = 20, ['5'] = 21, ['6'] = 22, ['7'] = 23, ['8'] = 24, ['9'] = 25, ['a'] = 26, ['b'] = 27, ['c'] = 28,
    ['d'] = 29, ['e'] = 30, ['f'] = 31, ['A'] = 26, ['B'] = 27, ['C'] = 28, ['D'] = 29, ['E'] = 30, ['F'] = 31,
};

static int nibble(char c) {
    return (int) hex[(unsigned char) c] - 16;
}

static bool is_space(char c) {
    return c == ' ' || c == '\t';
}

/* SHA-256 of no bytes. */
static bool is_of_nothing(const uint8_t *digest) {
    static const uint8_t nothing[DIGEST_N] = {0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
                                              0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};
    return memcmp(digest, nothing, sizeof(nothing)) == 0;
}

static int take_line(HashList *l, Str line, const char *file, uint32_t number, Diag *d) {
    Known k = {.file = (uint32_t) l->files.n - 1};
    size_t at = 0, n = 0;
    while (at < line.n && is_space(line.p[at]))
        at++;
    if (at == line.n || line.p[at] == '#')
        return 0;
    const uint32_t col = (uint32_t) at + 1;
    for (; n < DIGITS && at + n < line.n; n++) {
        int x = nibble(line.p[at + n]);
        if (x < 0)
            break;
        k.digest[n / 2] = (uint8_t) (k.digest[n / 2] << 4 | x);
    }
    at += n;
    if (n == DIGITS && at < line.n && nibble(line.p[at]) >= 0)
        return diag_add(d, DIAG_ERROR, file, number, (uint32_t) at + 1, "more than the %d hex digits of SHA-256", DIGITS);
    if (n < DIGITS && (at == line.n || is_space(line.p[at])))
        return diag_add(d, DIAG_ERROR, file, number, col, "expected the %d hex digits of SHA-256, found %zu%s", DIGITS, n, n == 32 ? ": MD5 is not taken" : n == 40 ? ": SHA-1 is not taken" : "");
    if (at < line.n && !is_space(line.p[at]))
        return diag_add(d, DIAG_ERROR, file, number, (uint32_t) at + 1, "expected %s", n < DIGITS ? "a hex digit of SHA-256" : "white space behind the digest");
    Str name = str_head(str_trim(str_from_at(line, at)), NAME_MAX_);
    if (is_of_nothing(k.digest))
        return 0;
    if (name.n && str_chr(name, 0) < 0) {
        k.name = (uint32_t) l->names.n;
        buf_str(&l->names, name);
        buf_putc(&l->names, 0);
    }
    vec_push(&l->known, k);
    return l->names.failed;
}

int hash_list_add(HashList *l, Str text, const char *file, Diag *d) {
    Str line;
    uint32_t number = 0;
    int ret = 0;
    vec_push(&l->files, xstrdup(file));
    while (str_line(&text, &line) && ret != -E2BIG) {
        int r = take_line(l, line, file, ++number, d);
        ret = r < 0 ? r : ret;
    }
    return ret;
}

int hash_list_read(HashList *l, const char *file, const Limits *limits, Diag *d, Error *err) {
    _cleanup_free_ char *text = NULL;
    size_t n;
    int r = fs_read(file, limits->document_bytes, &text, &n, err);
    if (r < 0)
        return r;
    r = hash_list_add(l, str_n(text, n), file, d);
    return r == -E2BIG ? error_set(err, r, "%s: the names take more than %zu bytes: cut the list, or leave the names out", file, l->names.max) : r;
}

static int cmp(const void *a, const void *b) {
    const Known *x = a, *y = b;
    int r = memcmp(x->digest, y->digest, DIGEST_N);
    if (r == 0)
        r = (x->file > y->file) - (x->file < y->file);
    return r ? r : (x->name > y->name) - (x->name < y->name);
}

static size_t bucket(const Known *k) {
    return (size_t) k->digest[0] << 8 | k->digest[1];
}

/* Digests are spread evenly: by their first two bytes a list of a million falls into lists of fifteen. */
void hash_list_sort(HashList *l) {
    enum { BUCKETS = 1 << 16 };
    const size_t n = l->known.n;
    size_t *begin = xcalloc(BUCKETS + 1, sizeof(*begin));
    Known *sorted = xcalloc(n + 1, sizeof(*sorted));
    for (size_t i = 0; i < n; i++)
        begin[bucket(&l->known.p[i]) + 1]++;
    for (size_t i = 0; i < BUCKETS; i++)
        begin[i + 1] += begin[i];
    for (size_t i = 0; i < n; i++)
        sorted[begin[bucket(&l->known.p[i])]++] = l->known.p[i];
    /* Each begins now where the next one did. */
    for (size_t i = 0, from = 0; i < BUCKETS; from = begin[i++])
        if (begin[i] - from > 1)
            qsort(&sorted[from], begin[i] - from, sizeof(*sorted), cmp);
    free(l->known.p);
    l->known.p = sorted;
    l->known.cap = n + 1;
    free(begin);
}

bool hash_list_find(const HashList *l, Str digest, Str *ret_file, Str *ret_name) {
    size_t low = 0, high = l->known.n;
    if (digest.n != DIGEST_N)
        return false;
    /* The first of equals. */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(l->known.p[middle].digest, digest.p, DIGEST_N) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == l->known.n || memcmp(l->known.p[low].digest, digest.p, DIGEST_N) != 0)
        return false;
    *ret_file = str_from(l->files.p[l->known.p[low].file]);
    *ret_name = str_from(l->names.p + l->known.p[low].name);
    return true;
}

size_t hash_list_count(const HashList *l) {
    return l->known.n;
}

void hash_list_free(HashList *l) {
    for (size_t i = 0; l && i < l->files.n; i++)
        free(l->files.p[i]);
    if (l) {
        vec_done(&l->files);
        vec_done(&l->known);
        buf_done(&l->names);
    }
    free(l);
}
