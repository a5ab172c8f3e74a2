/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "analyze/analyzer.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/map.h"
#include "scan/cache-file.h"

enum { CACHE_FORMAT = 3, NAME_MAX_ = 80 };

struct Cache {
    char *dir;
    uint64_t max_bytes;
};

int cache_open(const char *dir, uint64_t max_bytes, Cache **ret, Error *err) {
    struct stat st;
    int r = fs_mkdir_p(dir, err);
    if (r < 0)
        return r;
    if (stat(dir, &st) < 0)
        return error_errno(err, -errno, "cache %s", dir);
    /* Whoever can write here can decide what our reports say. */
    if (st.st_uid != geteuid() || (st.st_mode & 022))
        return error_set(err, -EPERM, "cache %s: must belong to the user that scans and be writable by nobody else (chmod 700, or choose another with --cache)", dir);
    Cache *c = xcalloc(1, sizeof(*c));
    c->dir = xstrdup(dir);
    c->max_bytes = max_bytes ? max_bytes : (uint64_t) 1 << 30;
    *ret = c;
    return 0;
}

void cache_close(Cache *c) {
    free(c->dir);
    free(c);
}

/* File name of the pair: a digest of the digest, so that nothing foreign becomes a path. */
static void pair_path(const Cache *c, Str blob, char **ret) {
    char hex[65];
    sha256_hex(blob.p, blob.n, hex);
    *ret = xasprintf("%s/pair-%s", c->dir, hex);
}

/* Everything that the facts depend on. */
static char *facts_key(Str diff_id, const LookFor *what) {
    Buf b = buf_new(BUF_OWN_MAX);
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    buf_printf(&b, "format %d.%d\ndiff_id %.*s\n", CACHE_FORMAT, FACT_FORMAT_VERSION, STR_FMT(diff_id));
    for (size_t i = 0; i < n; i++)
        if (what->analyzers >> i & 1)
            buf_printf(&b, "analyzer %s %u\n", all[i]->name, all[i]->version);
    for (size_t i = 0; i < what->n_aliases; i++)
        buf_printf(&b, "alias %.*s -> %.*s\n", STR_FMT(what->aliases[i].from), STR_FMT(what->aliases[i].to));
    if (what->secrets_digest)
        buf_printf(&b, "secrets %s\n", what->secrets_digest);
    if (what->yara_digest)
        buf_printf(&b, "yara %s\n", what->yara_digest);
    if (what->listing)
        buf_printf(&b, "listing 6.%d.%x.%x\n", what->listing, what->digests, what->package_digests);
    return buf_take(&b);
}

static char *facts_path(const Cache *c, const char *key) {
    char hex[65];
    sha256_hex(key, strlen(key), hex);
    return xasprintf("%s/facts-%s", c->dir, hex);
}

int cache_diff_id(Cache *c, Str blob, char *ret, size_t n) {
    _cleanup_free_ char *path = NULL, *text = NULL;
    size_t size;
    if (str_empty(blob))
        return 0;
    pair_path(c, blob, &path);
    if (fs_read(path, 512, &text, &size, NULL) < 0)
        return 0;
    /* "BLOB DIFF_ID\n" */
    Str b, d;
    if (!str_cut(str_n(text, size), ' ', &b, &d) || !str_eq(b, blob) || d.n < 2 || d.p[d.n - 1] != '\n' || d.n > n) {
        unlink(path);
        return 0;
    }
    memcpy(ret, d.p, d.n - 1);
    ret[d.n - 1] = 0;
    return 1;
}

int cache_get(Cache *c, Str diff_id, const LookFor *what, LayerFacts *ret) {
    _cleanup_free_ char *key = facts_key(diff_id, what), *path = facts_path(c, key), *bytes = NULL;
    size_t n;
    if (fs_read(path, BUF_OWN_MAX, &bytes, &n, NULL) < 0)
        return 0;
    if (cache_file_decode(str_n(bytes, n), str_from(key), ret) < 0) {
        unlink(path);
        return 0;
    }
    /* Its time is its last use: the oldest go first. */
    utimensat(AT_FDCWD, path, NULL, 0);
    return 1;
}

typedef struct Old {
    char name[NAME_MAX_];
    int64_t time;
    uint64_t size;
} Old;

static int cmp_old(const void *a, const void *b) {
    const Old *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Removes what was not used for longest until the rest fits. Another process may do the same meanwhile: what is gone is gone. */
static void trim(Cache *c) {
    Vec(Old) all = {0};
    uint64_t total = 0;
    DIR *d = opendir(c->dir);
    struct dirent *e;
    while (d && (e = readdir(d))) {
        struct stat st;
        Old o = {0};
        if (e->d_name[0] == '.' || strlen(e->d_name) >= sizeof(o.name) || fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
            continue;
        snprintf(o.name, sizeof(o.name), "%s", e->d_name);
        o.time = st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
        o.size = (uint64_t) st.st_size;
        total += o.size;
        vec_push(&all, o);
    }
    if (total > c->max_bytes) {
        vec_sort(&all, cmp_old);
        for (size_t i = 0; i < all.n && total > c->max_bytes; i++) {
            unlinkat(dirfd(d), all.p[i].name, 0);
            total -= all.p[i].size;
        }
    }
    if (d)
        closedir(d);
    vec_done(&all);
}

int cache_put(Cache *c, Str blob, Str diff_id, const LookFor *what, const LayerFacts *l, Error *err) {
    _cleanup_free_ char *key = facts_key(diff_id, what), *path = facts_path(c, key), *pair = NULL;
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    int r = cache_file_encode(str_from(key), l, &b);
    if (r < 0)
        return error_errno(err, r, "caching facts of %.*s", STR_FMT(diff_id));
    r = b.n > c->max_bytes ? 0 : fs_write_atomic(path, b.p, b.n, 0600, err);
    if (r == 0 && !str_empty(blob)) {
        pair_path(c, blob, &pair);
        buf_clear(&b);
        buf_printf(&b, "%.*s %.*s\n", STR_FMT(blob), STR_FMT(diff_id));
        r = fs_write_atomic(pair, b.p, b.n, 0600, err);
    }
    trim(c);
    return r < 0 ? error_wrap(err, r, "cache %s", c->dir) : 0;
}
