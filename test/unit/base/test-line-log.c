/* SPDX-License-Identifier: Apache-2.0 */
/* Lines behind a disk that is full, a reader that stops, and one that is gone. */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/line-log.h"
#include "unit/tap.h"

enum { LOG_BYTES = 8192, LINES = 40 };

static LineLog *log_of(int fd) {
    Error err = {0};
    LineLog *l = NULL;
    CHECK_INT(line_log_new(fd, LOG_BYTES, &l, &err), 0);
    error_done(&err);
    return l;
}

/* "line 7 xxxx…": longer than what a pipe of a page takes at once is made of. */
static bool add(LineLog *l, unsigned i, size_t pad) {
    Buf b = buf_new(BUF_OWN_MAX);
    buf_printf(&b, "line %u ", i);
    for (size_t k = 0; k < pad; k++)
        buf_putc(&b, 'x');
    bool taken = line_log_add(l, buf_view(&b));
    buf_done(&b);
    return taken;
}

/* Until the log's last write went as said; false: it never did. */
static bool comes_to(LineLog *l, int failed) {
    for (unsigned i = 0; i < 1000; i++) {
        if (line_log_failed(l) == failed)
            return true;
        usleep(10 * 1000);
    }
    return false;
}

/* Is the text "line 0 …" to "line N-1 …", each whole? Their number, or -1. */
static int whole_lines(Str text) {
    Str line;
    int n = 0;
    if (text.n && text.p[text.n - 1] != '\n')
        return -1;
    while (str_line(&text, &line)) {
        char want[32];
        snprintf(want, sizeof(want), "line %d x", n);
        if (!str_starts(line, str_from(want)) || str_find(line, STR("xl")) >= 0)
            return -1;
        n++;
    }
    return n;
}

TEST(a_full_disk_is_said_and_nothing_is_lost_that_finds_room) {
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    char path[] = "/tmp/plimsoll-line-log.XXXXXX";
    int file = mkstemp(path);
    unlink(path);
    LineLog *l = log_of(fd);
    add(l, 0, 50);
    CHECK(comes_to(l, -ENOSPC));
    for (unsigned i = 1; i < LINES; i++)
        CHECK(add(l, i, 50));
    CHECK_INT(line_log_dropped(l), 0);
    /* The disk has room again. */
    dup2(file, fd);
    CHECK(comes_to(l, 0));
    CHECK_INT(line_log_free(l, 5), 0);
    char text[LOG_BYTES];
    ssize_t n = pread(file, text, sizeof(text), 0);
    CHECK_INT(whole_lines(str_n(text, (size_t) n)), LINES);
    close(fd);
    close(file);
}

TEST(what_finds_no_room_is_counted) {
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    LineLog *l = log_of(fd);
    unsigned taken = 1, i = 1;
    add(l, 0, 500);
    CHECK(comes_to(l, -ENOSPC));
    for (; i < 100; i++)
        taken += add(l, i, 500);
    CHECK(taken > 10 && taken < 20);
    CHECK_INT(line_log_dropped(l), 100 - taken);
    /* It ends though the disk stays full, and tells of all. */
    CHECK_INT(line_log_free(l, 5), 100);
    close(fd);
}

TEST(a_line_that_was_cut_off_goes_on) {
    int ends[2];
    CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
    /* Says at once that it is full, in the middle of a line, as a disk does. */
    fcntl(ends[1], F_SETPIPE_SZ, 4096);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    LineLog *l = log_of(ends[1]);
    for (unsigned i = 0; i < LINES; i++)
        CHECK(add(l, i, 180));
    CHECK(comes_to(l, -EAGAIN));
    char text[2 * LOG_BYTES];
    size_t n = 0;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    for (unsigned tries = 0; tries < 1000 && whole_lines(str_n(text, n)) < LINES; tries++) {
        ssize_t got = read(ends[0], text + n, MIN(sizeof(text) - n, (size_t) 1000));
        n += got > 0 ? (size_t) got : 0;
        if (got <= 0)
            usleep(10 * 1000);
    }
    CHECK_INT(whole_lines(str_n(text, n)), LINES);
    CHECK_INT(line_log_free(l, 5), 0);
    close(ends[0]);
    close(ends[1]);
}

TEST(nobody_reads_any_more) {
    int ends[2];
    CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
    signal(SIGPIPE, SIG_IGN);
    close(ends[0]);
    LineLog *l = log_of(ends[1]);
    for (unsigned i = 0; i < 3; i++)
        add(l, i, 50);
    CHECK(comes_to(l, -EPIPE));
    CHECK_INT(line_log_free(l, 5), 3);
    close(ends[1]);
}

TEST_MAIN()
