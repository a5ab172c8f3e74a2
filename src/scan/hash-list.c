/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/hash-list.h"

#include <endian.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/vec.h"

enum { DIGEST_N = 32, DIGITS = 2 * DIGEST_N, NAME_MAX_ = 255, SORTED_LINE_MAX = 4096 };

typedef struct Known {
    uint8_t digest[DIGEST_N];
    uint32_t file;           /* in `files` */
    uint32_t name;           /* where it begins in `names`, each ended by NUL; the end of the one before: none */
} Known;

/* A text that is in order. */
typedef struct Sorted {
    Str lines;               /* behind the comments at its beginning */
    uint32_t file;           /* in `files` */
    void *map;               /* what to unmap; NULL: the caller's */
    size_t map_n;
} Sorted;

struct HashList {
    Vec(Known) known;
    Vec(Sorted) sorted;
    size_t n_sorted;         /* digests in them */
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

/* A whole digest at once, 16 digits at a time; false when some are none. */
static bool take_whole(const char *p, uint8_t digest[DIGEST_N]) {
    typedef uint8_t Digits __attribute__((vector_size(16)));
    typedef uint16_t Pairs __attribute__((vector_size(16)));
    typedef uint8_t Bytes __attribute__((vector_size(8)));
    typedef uint64_t Halves __attribute__((vector_size(16)));
    for (size_t i = 0; i < DIGITS; i += sizeof(Digits)) {
        Digits c;
        memcpy(&c, p + i, sizeof(c));
        const Digits decimal = c - '0', letter = (c | 0x20) - 'a';
        const Digits is_decimal = (Digits) (decimal < 10), is_letter = (Digits) (letter < 6);
        const Halves all = (Halves) (is_decimal | is_letter);
        if ((all[0] & all[1]) != UINT64_MAX)
            return false;
        const Digits value = (is_decimal & decimal) | (is_letter & (letter + 10));
        Pairs pair;
        memcpy(&pair, &value, sizeof(pair));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        pair = pair >> 8 << 4 | (pair & 15);
#else
        pair = (pair & 15) << 4 | pair >> 8;
#endif
        const Bytes bytes = __builtin_convertvector(pair, Bytes);
        memcpy(digest + i / 2, &bytes, sizeof(bytes));
    }
    return true;
}

/* The digest that begins a line; how many of its digits there are. */
static size_t take_digest(Str line, uint8_t digest[DIGEST_N]) {
    size_t n = 0;
    if (line.n >= DIGITS && take_whole(line.p, digest))
        return DIGITS;
    for (; n < DIGITS && n < line.n; n++) {
        int x = nibble(line.p[n]);
        if (x < 0)
            break;
        digest[n / 2] = (uint8_t) (digest[n / 2] << 4 | x);
    }
    return n;
}

/* What follows the digest; empty: no name. */
static Str take_name(Str rest) {
    Str name = str_head(str_trim(rest), NAME_MAX_);
    return str_chr(name, 0) < 0 ? name : STR_NULL;
}

static int take_line(HashList *l, Str line, const char *file, uint32_t number, Diag *d) {
    Known k = {.file = (uint32_t) l->files.n - 1, .name = (uint32_t) l->names.n - 1};
    size_t at = 0;
    while (at < line.n && is_space(line.p[at]))
        at++;
    if (at == line.n || line.p[at] == '#')
        return 0;
    const uint32_t col = (uint32_t) at + 1;
    const size_t n = take_digest(str_from_at(line, at), k.digest);
    at += n;
    if (n == DIGITS && at < line.n && nibble(line.p[at]) >= 0)
        return diag_add(d, DIAG_ERROR, file, number, (uint32_t) at + 1, "more than the %d hex digits of SHA-256", DIGITS);
    if (n < DIGITS && (at == line.n || is_space(line.p[at])))
        return diag_add(d, DIAG_ERROR, file, number, col, "expected the %d hex digits of SHA-256, found %zu%s", DIGITS, n, n == 32 ? ": MD5 is not taken" : n == 40 ? ": SHA-1 is not taken" : "");
    if (at < line.n && !is_space(line.p[at]))
        return diag_add(d, DIAG_ERROR, file, number, (uint32_t) at + 1, "expected %s", n < DIGITS ? "a hex digit of SHA-256" : "white space behind the digest");
    Str name = take_name(str_from_at(line, at));
    if (is_of_nothing(k.digest))
        return 0;
    if (name.n) {
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
    vec_reserve(&l->known, text.n / (DIGITS + 1));
    while (str_line(&text, &line) && ret != -E2BIG) {
        int r = take_line(l, line, file, ++number, d);
        ret = r < 0 ? r : ret;
    }
    return ret;
}

static bool take_sorted(HashList *l, Str text, const char *file, bool mapped) {
    enum { FORGET = 8 << 20 };
    Str lines = text, rest, line;
    uint8_t last[DIGEST_N] = {0};
    size_t n = 0, forgotten = 0;
    for (rest = text; str_line(&rest, &line) && (str_empty(line) || line.p[0] == '#');)
        lines = rest;
    for (rest = lines; str_line(&rest, &line); n++) {
        uint8_t digest[DIGEST_N];
        if (line.n > SORTED_LINE_MAX || take_digest(line, digest) < DIGITS || (line.n > DIGITS && !is_space(line.p[DIGITS])) || memcmp(last, digest, DIGEST_N) > 0)
            return false;
        memcpy(last, digest, DIGEST_N);
        /* Each page is looked at once here: what was need not stay in our memory. */
        if (mapped && (size_t) (line.p - text.p) > forgotten + FORGET) {
            madvise((void *) (text.p + forgotten), FORGET, MADV_DONTNEED);
            forgotten += FORGET;
        }
    }
    if (n == 0)
        return false;
    vec_push(&l->files, xstrdup(file));
    vec_push(&l->sorted, ((Sorted) {.lines = lines, .file = (uint32_t) l->files.n - 1}));
    l->n_sorted += n;
    return true;
}

bool hash_list_add_sorted(HashList *l, Str text, const char *file) {
    return take_sorted(l, text, file, false);
}

static int add_unsorted(HashList *l, Str text, const char *file, const Limits *limits, Diag *d, Error *err) {
    if (text.n > limits->document_bytes)
        return error_set(err, -EFBIG, "%s: more than %llu bytes, which a list that is not sorted may have: sort it (LC_ALL=C sort), without blank lines", file,
                         (unsigned long long) limits->document_bytes);
    int r = hash_list_add(l, text, file, d);
    return r == -E2BIG ? error_set(err, r, "%s: the names take more than %zu bytes: cut the list, or leave the names out", file, l->names.max) : r;
}

int hash_list_read(HashList *l, const char *file, const Limits *limits, Diag *d, Error *err) {
    _cleanup_fd_ int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0)
        return error_errno(err, -errno, "%s", file);
    if (!S_ISREG(st.st_mode) || st.st_size == 0) {
        _cleanup_free_ char *text = NULL;
        size_t n;
        int r = fs_read_fd(fd, file, limits->document_bytes, &text, &n, err);
        return r < 0 ? r : add_unsorted(l, str_n(text, n), file, limits, d, err);
    }
    const size_t n = (size_t) st.st_size;
    void *map = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED)
        return error_errno(err, -errno, "%s: cannot be mapped", file);
    if (take_sorted(l, str_n(map, n), file, true)) {
        madvise(map, n, MADV_DONTNEED);
        madvise(map, n, MADV_RANDOM);
        l->sorted.p[l->sorted.n - 1].map = map;
        l->sorted.p[l->sorted.n - 1].map_n = n;
        return 0;
    }
    int r = add_unsorted(l, str_n(map, n), file, limits, d, err);
    munmap(map, n);
    return r;
}

static int cmp(const void *a, const void *b) {
    const Known *x = a, *y = b;
    int r = memcmp(x->digest, y->digest, DIGEST_N);
    if (r == 0)
        r = (x->file > y->file) - (x->file < y->file);
    return r ? r : (x->name > y->name) - (x->name < y->name);
}

static uint64_t first_bytes(const Known *k) {
    uint64_t x;
    memcpy(&x, k->digest, sizeof(x));
    return be64toh(x);
}

/* A few at a time: calls would take longer than the sorting. */
static void sort_few(Known *p, size_t n) {
    for (size_t i = 1; i < n; i++) {
        const Known k = p[i];
        const uint64_t first = first_bytes(&k);
        size_t at = i;
        for (; at > 0; at--) {
            const uint64_t before = first_bytes(&p[at - 1]);
            if (before < first || (before == first && cmp(&p[at - 1], &k) <= 0))
                break;
            p[at] = p[at - 1];
        }
        p[at] = k;
    }
}

static size_t bucket(const Known *k) {
    return (size_t) k->digest[0] << 8 | k->digest[1];
}

/* Digests are spread evenly: by their first two bytes a list of a million falls into lists of fifteen. */
void hash_list_sort(HashList *l) {
    enum { BUCKETS = 1 << 16, FEW = 64 };
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
        if (begin[i] - from <= FEW)
            sort_few(&sorted[from], begin[i] - from);
        else
            qsort(&sorted[from], begin[i] - from, sizeof(*sorted), cmp);
    free(l->known.p);
    l->known.p = sorted;
    l->known.cap = n + 1;
    free(begin);
}

static const Known *find_known(const HashList *l, const char *digest) {
    size_t low = 0, high = l->known.n;
    /* The first of equals. */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(l->known.p[middle].digest, digest, DIGEST_N) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < l->known.n && memcmp(l->known.p[low].digest, digest, DIGEST_N) == 0 ? &l->known.p[low] : NULL;
}

/* The line of a digest in a text that is in order: the first of equals. */
static bool find_line(const Sorted *s, const char *digest, Str *ret) {
    const char *low = s->lines.p, *end = s->lines.p + s->lines.n, *high = end;
    uint8_t here[DIGEST_N] = {0};
    while (low < high) {
        const char *begin = memrchr(low, '\n', (size_t) (high - low) / 2);
        begin = begin ? begin + 1 : low;
        const char *stop = memchr(begin, '\n', (size_t) (end - begin));
        stop = stop ? stop : end;
        /* A file that somebody writes while we search has no digest there: then it is not found. */
        if (take_digest(str_n(begin, (size_t) (stop - begin)), here) == DIGITS && memcmp(here, digest, DIGEST_N) >= 0)
            high = begin;
        else
            low = stop < end ? stop + 1 : end;
    }
    Str rest = str_n(low, (size_t) (end - low));
    return str_line(&rest, ret) && take_digest(*ret, here) == DIGITS && memcmp(here, digest, DIGEST_N) == 0;
}

bool hash_list_find(const HashList *l, Str digest, Str *ret_file, Str *ret_name) {
    if (digest.n != DIGEST_N || is_of_nothing((const uint8_t *) digest.p))
        return false;
    const Known *known = find_known(l, digest.p);
    /* Lists in the order in which they were given. */
    for (size_t i = 0; i < l->sorted.n && (!known || l->sorted.p[i].file < known->file); i++) {
        Str line;
        if (!find_line(&l->sorted.p[i], digest.p, &line))
            continue;
        *ret_file = str_from(l->files.p[l->sorted.p[i].file]);
        *ret_name = take_name(str_from_at(line, DIGITS));
        return true;
    }
    if (!known)
        return false;
    *ret_file = str_from(l->files.p[known->file]);
    *ret_name = str_from(l->names.p + known->name);
    return true;
}

size_t hash_list_count(const HashList *l) {
    return l->known.n + l->n_sorted;
}

void hash_list_free(HashList *l) {
    for (size_t i = 0; l && i < l->files.n; i++)
        free(l->files.p[i]);
    for (size_t i = 0; l && i < l->sorted.n; i++)
        if (l->sorted.p[i].map)
            munmap(l->sorted.p[i].map, l->sorted.p[i].map_n);
    if (l) {
        vec_done(&l->files);
        vec_done(&l->sorted);
        vec_done(&l->known);
        buf_done(&l->names);
    }
    free(l);
}
