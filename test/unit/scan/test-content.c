/* SPDX-License-Identifier: Apache-2.0 */
/* The content of a file: the same bytes whether it is small, large, or larger than the disk has room for. */
#include "scan/content.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "unit/tap.h"

enum { STEP = 300 * 1000, N = 41 * STEP, HOLE = 1000 * 1000 }; /* 12.3 MB */

static char *all_bytes(void) {
    char *p = xmalloc(N);
    for (size_t i = 0; i < N; i++)
        p[i] = (char) (i * i >> 9 ^ i >> 16);
    memset(p + N - STEP - HOLE, 0, HOLE);
    return p;
}

static off_t size_of(int fd) {
    struct stat st;
    return fstat(fd, &st) == 0 ? st.st_size : -1;
}

/* As a layer job does it: looks at the first bytes, then takes the rest, of which one piece is a hole. */
static void fill(Content *c, const char *p, uint64_t expected) {
    const size_t hole = N - STEP - HOLE;
    content_borrow(c, p, STEP);
    CHECK(c->view.p == p && c->view.n == STEP);
    CHECK_INT(content_keep(c, expected), 0);
    CHECK_INT(content_see(c), 0);
    CHECK(c->view.n == STEP && memcmp(c->view.p, p, STEP) == 0);
    for (size_t at = STEP, n; at < N; at += n) {
        n = at < hole ? MIN((size_t) STEP, hole - at) : at == hole ? HOLE : STEP;
        CHECK_INT(content_add(c, at == hole ? NULL : p + at, n), 0);
    }
    CHECK_INT(content_see(c), 0);
    CHECK_INT(c->n, N);
    CHECK(c->view.n == N && memcmp(c->view.p, p, N) == 0);
}

TEST(large_content_goes_to_the_file) {
    _cleanup_free_ char *p = all_bytes();
    static const uint64_t expected[] = {N, 0, STEP};
    for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
        _cleanup_fd_ int fd = memfd_create("content", MFD_CLOEXEC);
        _cleanup_(content_done) Content c = content_new(N, fd);
        fill(&c, p, expected[i]);
        CHECK(c.in_file && size_of(fd) == N);
        /* What was let go is there when it is looked at again. */
        content_forget(&c, 0, 1 << 20);
        CHECK(memcmp(c.view.p, p, N) == 0);
        CHECK_INT(content_add(&c, p, 1), -E2BIG);
        /* The next file is not seen through the one before. */
        content_clear(&c);
        CHECK(c.n == 0 && c.view.n == 0 && !c.in_file);
        content_borrow(&c, p, 10);
        CHECK_INT(content_keep(&c, 20), 0);
        CHECK_INT(content_add(&c, p + 10, 10), 0);
        CHECK_INT(content_see(&c), 0);
        CHECK(!c.in_file && c.view.n == 20 && memcmp(c.view.p, p, 20) == 0);
    }
}

TEST(without_a_file_all_is_in_memory) {
    _cleanup_free_ char *p = all_bytes();
    _cleanup_(content_done) Content c = content_new(N, -1);
    fill(&c, p, N);
    CHECK(!c.in_file);
    content_forget(&c, 0, 1 << 20);
    CHECK(memcmp(c.view.p, p, N) == 0);
    CHECK_INT(content_add(&c, NULL, 1), -E2BIG);
}

TEST(a_full_disk_is_no_loss) {
    _cleanup_free_ char *p = all_bytes();
    struct rlimit old, small;
    CHECK_INT(getrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, SIG_IGN);
    /* Nothing fits; the first bytes fit; all but the last. */
    static const rlim_t room[] = {0, STEP + 1, N - 1};
    for (size_t i = 0; i < ARRAY_SIZE(room); i++) {
        small = (struct rlimit) {room[i], old.rlim_max};
        CHECK_INT(setrlimit(RLIMIT_FSIZE, &small), 0);
        _cleanup_fd_ int fd = memfd_create("content", MFD_CLOEXEC);
        _cleanup_(content_done) Content c = content_new(N, fd);
        fill(&c, p, i == 1 ? 0 : N);
        CHECK(!c.in_file && c.file < 0);
    }
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &old), 0);
}

TEST_MAIN()
