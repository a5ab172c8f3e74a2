/* SPDX-License-Identifier: Apache-2.0 */
/* Bolt databases (the inputs are corpus/bolt's: two meta pages, a branch, nested and inlined buckets), tar-split lines and
 * decompression. */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "parse/bolt.h"
#include "parse/decompress.h"
#include "parse/tar-split.h"
#include "unit/tap.h"

static Str corpus(const char *name) {
    const char *top = getenv("TOP");
    _cleanup_free_ char *path = xasprintf("%s/test/corpus/%s", top ? top : ".", name);
    char *p;
    size_t n;
    _cleanup_error_ Error err = {0};
    if (fs_read(path, 1 << 20, &p, &n, &err) < 0) {
        printf("Bail out! %s\n", err.message);
        exit(1);
    }
    return str_n(p, n);
}

static int image_target(Bolt *b, Str *ret_digest) {
    static const char *const path[] = {"v1", "default", "images", "docker.io/library/app:1", "target"};
    BoltBucket at = bolt_root(b);
    for (size_t i = 0; i < ARRAY_SIZE(path); i++) {
        int r = bolt_bucket(b, &at, path[i], &at);
        if (r < 0)
            return r;
    }
    return bolt_get(b, &at, "digest", ret_digest);
}

TEST(bolt_buckets_and_values) {
    Str s = corpus("bolt/images"), digest = STR_NULL;
    Bolt b = {0};
    CHECK_INT(bolt_open(s, &b), 0);
    CHECK_INT(b.txid, 2);
    CHECK_INT(image_target(&b, &digest), 0);
    CHECK_STR(str_head(digest, 11), "sha256:aaaa");
    BoltBucket root = bolt_root(&b), none;
    CHECK_INT(bolt_bucket(&b, &root, "v2", &none), -ENOENT);
    CHECK_INT(bolt_get(&b, &root, "v1", &digest), -ENOENT); /* a bucket is no value */
    free((void *) (uintptr_t) s.p);
}

TEST(bolt_survives_one_damaged_meta_page) {
    Str s = corpus("bolt/first-meta-damaged"), digest = STR_NULL;
    Bolt b = {0};
    CHECK_INT(bolt_open(s, &b), 0);
    CHECK_INT(image_target(&b, &digest), 0);
    free((void *) (uintptr_t) s.p);
}

static int count(void *userdata, Str key, Str value, const BoltBucket *bucket) {
    ++*(size_t *) userdata;
    return 0;
}

TEST(bolt_damage_is_found) {
    static const char *const names[] = {"bolt/loop", "bolt/count", "bolt/position", "bolt/root-outside", "bolt/truncated"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        Str s = corpus(names[i]), digest;
        Bolt b = {0};
        int r = bolt_open(s, &b);
        if (r == 0)
            r = image_target(&b, &digest);
        CHECK_MSG(r == -EBADMSG && b.problem, "%s: result %d, %s", names[i], r, b.problem ? b.problem : "no reason");
        free((void *) (uintptr_t) s.p);
    }
    Bolt b = {0};
    CHECK_INT(bolt_open(STR("not a database"), &b), -EBADMSG);
    Str s = corpus("bolt/both-meta-damaged");
    CHECK_INT(bolt_open(s, &b), -EBADMSG);
    free((void *) (uintptr_t) s.p);
    s = corpus("bolt/images");
    size_t n = 0;
    CHECK_INT(bolt_open(s, &b), 0);
    BoltBucket root = bolt_root(&b);
    CHECK_INT(bolt_each(&b, &root, count, &n), 0);
    CHECK_INT(n, 1);
    free((void *) (uintptr_t) s.p);
}

static void line(const char *text, int want, bool is_file, const char *bytes, uint64_t size) {
    _cleanup_(buf_done) Buf b = buf_new(1000);
    TarSplitEntry e = {0};
    int r = tar_split_line(str_from(text), &b, &e);
    CHECK_MSG(r == want, "%s: result %d, expected %d", text, r, want);
    if (r == 1) {
        CHECK(e.is_file == is_file);
        CHECK_STR(e.bytes, bytes);
        CHECK_INT(e.size, size);
    }
}

TEST(tar_split_lines) {
    line("{\"type\":2,\"payload\":\"aGVhZGVy\",\"position\":0}", 1, false, "header", 0);
    line("{\"type\":2,\"payload\":\"aGVhZGU=\"}", 1, false, "heade", 0);
    line("{\"type\":2,\"payload\":\"aGVhZA==\"}", 1, false, "head", 0);
    line("{\"type\":2,\"payload\":\"\"}", 1, false, "", 0);
    line("{\"type\":1,\"name\":\"etc/x\",\"size\":3,\"payload\":\"AAAA\"}", 1, true, "etc/x", 3);
    line("{\"type\":1,\"name_raw\":\"/w==\",\"size\":3}", 1, true, "\xff", 3);
    line("{\"type\":1,\"name\":\"etc/\",\"payload\":null}", 0, true, "", 0);
    line("{\"type\":3}", -EBADMSG, false, "", 0);
    line("{\"type\":2,\"payload\":\"aGVhZA=\"}", -EBADMSG, false, "", 0);
    line("{\"type\":2,\"payload\":\"aG=hZA==\"}", -EBADMSG, false, "", 0);
    line("{\"type\":2,\"payload\":\"====\"}", -EBADMSG, false, "", 0);
    line("{\"type\":1,\"name\":\"x\",\"size\":-1}", -EBADMSG, false, "", 0);
    line("not json", -EBADMSG, false, "", 0);
}

static ssize_t from_memory(void *userdata, void *p, size_t n) {
    Str *rest = userdata;
    n = MIN(MIN(n, rest->n), (size_t) 7); /* every boundary is met */
    if (n)
        memcpy(p, rest->p, n);
    *rest = str_from_at(*rest, n);
    return (ssize_t) n;
}

/* Bytes that came out, or the error. */
static ssize_t unpack(const char *name, Error *err) {
    Str s = corpus(name), rest = s;
    _cleanup_(decompressor_freep) Decompressor *d = decompressor_new(compression_detect(s.p, s.n), from_memory, &rest);
    char out[1000];
    ssize_t total = 0, n;
    while ((n = decompressor_read(d, out, sizeof(out), err)) > 0)
        total += n;
    if (n == 0)
        CHECK_INT(decompressor_consumed(d), s.n);
    free((void *) (uintptr_t) s.p);
    return n < 0 ? n : total;
}

TEST(decompresses) {
    _cleanup_error_ Error err = {0};
    CHECK_INT(unpack("decompress/gzip-members", &err), 2700 + 6);
    CHECK_INT(unpack("decompress/xz", &err), 5400);
    CHECK_INT(unpack("decompress/bzip2", &err), 5400);
    CHECK_INT(unpack("decompress/zstd-skippable", &err), 5400);
    CHECK_INT(unpack("decompress/plain", &err), 100);
    CHECK_INT(unpack("decompress/empty", &err), 0);
    CHECK_MSG(!err.message, "%s", err.message);
}

TEST(decompression_finds_damage) {
    static const char *const names[] = {"gzip-truncated", "gzip-crc", "gzip-garbage", "xz-truncated", "bzip2-truncated", "zstd-truncated"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        _cleanup_error_ Error err = {0};
        _cleanup_free_ char *path = xasprintf("decompress/%s", names[i]);
        ssize_t r = unpack(path, &err);
        CHECK_MSG(r == -EBADMSG && err.message, "%s: result %zd", names[i], r);
    }
}

TEST_MAIN()
