/* SPDX-License-Identifier: Apache-2.0 */
/* The cache: blobs/ALGORITHM/HEX, as OCI layouts have them, and tags/HASH, what a reference named when it was asked last. Several processes may use it: files appear by rename. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/time.h"
#include "base/vec.h"
#include "bundle/private.h"

enum { TAG_FILE_MAX = 4096 };
/* What was not used for longest goes when there is more. */
static const uint64_t cache_max = (uint64_t) 256 << 20;

bool bundle_cache_usable(const char *dir, bool make, Error *err) {
    struct stat st;
    if (make && fs_mkdir_p(dir, err) < 0)
        return false;
    if (stat(dir, &st) < 0)
        return error_errno(err, -errno, "%s", dir) == 0;
    if (st.st_uid != geteuid() || st.st_mode & (S_IWGRP | S_IWOTH))
        return error_set(err, -EPERM, "%s can be written by others", dir) == 0;
    return true;
}

static char *blob_path(const char *dir, Str digest) {
    Str algorithm, hex;
    if (digest_parse(digest, NULL, &hex) < 0 || !str_cut(digest, ':', &algorithm, &hex))
        return NULL;
    return xasprintf("%s/blobs/%.*s/%.*s", dir, STR_FMT(algorithm), STR_FMT(hex));
}

static bool write_file(const char *path, Str bytes) {
    _cleanup_free_ char *parent = xstrdup(path);
    *strrchr(parent, '/') = 0;
    return fs_mkdir_p(parent, NULL) >= 0 && fs_write_atomic(path, bytes.p, bytes.n, 0600, NULL) >= 0;
}

bool bundle_cache_get(const char *dir, Str digest, size_t max, Arena *a, Str *ret) {
    _cleanup_free_ char *path = dir ? blob_path(dir, digest) : NULL, *bytes = NULL;
    size_t n;
    if (!path || fs_read(path, max, &bytes, &n, NULL) < 0)
        return false;
    if (!digest_matches(digest, bytes, n)) {
        unlink(path);
        return false;
    }
    utimensat(AT_FDCWD, path, NULL, 0); /* it was used */
    *ret = arena_str(a, str_n(bytes, n));
    return ret->p;
}

typedef struct Kept {
    char name[DIGEST_HEX_MAX + 1];
    time_t used;
    uint64_t size;
} Kept;

static int by_use(const void *a, const void *b) {
    const Kept *x = a, *y = b;
    return x->used < y->used ? -1 : x->used > y->used;
}

/* Takes the oldest out until three quarters are left. */
static void prune(const char *dir) {
    _cleanup_free_ char *path = xasprintf("%s/blobs/sha256", dir);
    DIR *d = opendir(path);
    Vec(Kept) all = {0};
    uint64_t total = 0;
    for (struct dirent *e; d && (e = readdir(d));) {
        struct stat st;
        Kept k;
        if (strlen(e->d_name) >= sizeof(k.name) || fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
            continue;
        snprintf(k.name, sizeof(k.name), "%s", e->d_name);
        k.used = st.st_mtime;
        k.size = (uint64_t) st.st_size;
        total += k.size;
        vec_push(&all, k);
    }
    bool over = total > cache_max;
    if (over)
        vec_sort(&all, by_use);
    for (size_t i = 0; over && i < all.n && total > cache_max / 4 * 3; i++)
        if (unlinkat(dirfd(d), all.p[i].name, 0) == 0)
            total -= all.p[i].size;
    vec_done(&all);
    if (d)
        closedir(d);
}

void bundle_cache_put(const char *dir, Str digest, Str bytes) {
    _cleanup_free_ char *path = dir ? blob_path(dir, digest) : NULL;
    if (path && write_file(path, bytes))
        prune(dir);
}

static char *tag_path(const char *dir, Str reference) {
    char hex[65];
    sha256_hex(reference.p, reference.n, hex);
    return xasprintf("%s/tags/%s", dir, hex);
}

/* Three lines: reference, digest, seconds since 1970. */
bool bundle_cache_tag(const char *dir, Str reference, Arena *a, Str *ret_digest, int64_t *ret_time) {
    _cleanup_free_ char *path = dir ? tag_path(dir, reference) : NULL, *text = NULL;
    size_t n;
    uint64_t seconds;
    Str rest, whose, digest, when;
    if (!path || fs_read(path, TAG_FILE_MAX, &text, &n, NULL) < 0)
        return false;
    rest = str_n(text, n);
    if (!str_line(&rest, &whose) || !str_line(&rest, &digest) || !str_line(&rest, &when) || !str_eq(whose, reference) || digest_parse(digest, NULL, NULL) < 0 ||
        str_to_u64(when, (uint64_t) TIME_LAST, &seconds) < 0)
        return false;
    *ret_digest = arena_str(a, digest);
    *ret_time = (int64_t) seconds;
    return true;
}

void bundle_cache_set_tag(const char *dir, Str reference, Str digest) {
    _cleanup_free_ char *path = dir ? tag_path(dir, reference) : NULL, *text = xasprintf("%.*s\n%.*s\n%lld\n", STR_FMT(reference), STR_FMT(digest), (long long) time_now());
    if (path)
        (void) write_file(path, str_from(text));
}
