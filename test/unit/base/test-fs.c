/* SPDX-License-Identifier: Apache-2.0 */
/* fs, time, error, diag, hash */
#include "base/diag.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/time.h"
#include "unit/tap.h"

static void normalises(const char *in, ssize_t want_n, const char *want) {
    char out[64];
    ssize_t n = fs_normalise(str_from(in), 20, out);
    CHECK_INT(n, want_n);
    if (n >= 0 && want)
        CHECK_STR(str_n(out, (size_t) n), want);
}

TEST(archive_paths_become_canonical) {
    normalises("./a//b/./c/", 5, "a/b/c");
    normalises("/etc/passwd", 10, "etc/passwd");
    normalises("a/../b", 1, "b");
    normalises("a/b/../../c", 1, "c");
    normalises("./", 0, "");
    normalises("../x", -EXDEV, NULL);
    normalises("a/../../x", -EXDEV, NULL);
    normalises("aaaaaaaaaaaaaaaaaaaaaa", -ENAMETOOLONG, NULL);
    char out[8];
    CHECK_INT(fs_normalise(STR("a\0b"), 20, out), -EINVAL);
}

TEST(dates_are_read_and_written) {
    int64_t t;
    char text[TIME_TEXT_MAX];
    CHECK_INT(time_parse(STR("1970-01-01T00:00:00Z"), &t), 0);
    CHECK_INT(t, 0);
    CHECK_INT(time_parse(STR("2024-02-29T23:59:59.123456789+02:00"), &t), 0);
    CHECK_STR(str_from(time_format(t, text)), "2024-02-29T21:59:59Z");
    CHECK_INT(time_parse(STR("2025-02-12"), &t), 0);
    CHECK_STR(str_from(time_format_date(t, text)), "2025-02-12");
    CHECK_INT(time_parse(STR("2023-02-29"), &t), -EINVAL);
    CHECK_INT(time_parse(STR("2023-13-01"), &t), -EINVAL);
    CHECK_INT(time_parse(STR("2023-01-01T"), &t), -EINVAL);
    CHECK_INT(time_parse(STR("yesterday"), &t), -EINVAL);
    CHECK_STR(str_from(time_format(TIME_NONE, text)), "");
}

TEST(errors_wrap) {
    _cleanup_error_ Error e = {0};
    CHECK_INT(error_set(&e, -ENOENT, "no layer %d", 3), -ENOENT);
    CHECK_INT(error_wrap(&e, -ENOENT, "image %s", "x"), -ENOENT);
    CHECK_STR(str_from(e.message), "image x: no layer 3");
    CHECK_INT(error_set(NULL, -EIO, "nobody listens"), -EIO);
}

TEST(diagnostics_keep_a_hundred_and_count_all) {
    Diag d = {0};
    for (int i = 0; i < 150; i++)
        diag_add(&d, DIAG_ERROR, "f.yaml", 3, 7, "problem %d", i);
    CHECK_INT(d.errors, 150);
    CHECK_INT(d.items.n, DIAG_KEEP);
    char *text = diag_item_text(&d.items.p[0]);
    CHECK_STR(str_from(text), "f.yaml:3:7: error: problem 0");
    free(text);
    text = diag_text(&d);
    CHECK(strstr(text, "and 50 more") != NULL);
    free(text);
    diag_done(&d);
}

TEST(sha256_of_abc) {
    char hex[65];
    sha256_hex("abc", 3, hex);
    CHECK_STR(str_from(hex), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(files_over_the_limit_are_refused) {
    _cleanup_error_ Error e = {0};
    char *p;
    size_t n;
    int fd = fs_temp(NULL, &e);
    CHECK(fd >= 0);
    CHECK_INT(fs_write_all(fd, "12345", 5), 0);
    lseek(fd, 0, SEEK_SET);
    CHECK_INT(fs_read_fd(fd, "temp", 4, &p, &n, &e), -EFBIG);
    lseek(fd, 0, SEEK_SET);
    CHECK_INT(fs_read_fd(fd, "temp", 5, &p, &n, &e), 0);
    CHECK_INT(n, 5);
    free(p);
    close(fd);
}

TEST_MAIN()
