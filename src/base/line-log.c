/* SPDX-License-Identifier: Apache-2.0 */
#include "base/line-log.h"

#include <pthread.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"

/* After each write it gathers lines for so long, or until the buffer is a quarter full: whoever logs thousands of lines a second does not wake the thread for each. */
enum { GATHER_NS = 4 * 1000 * 1000 };

/* What could not be written (a disk that is full) is tried again after so long. */
enum { RETRY_S = 1 };

struct LineLog {
    int fd;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more, done;
    Buf waiting;
    uint64_t dropped;
    int failed;              /* negative: why the last write did not go through */
    size_t enough;           /* so many bytes wake the thread; it is asleep for as long as there are fewer */
    bool ending, ended;
};

/* Both under the lock. */
static void wait_for(LineLog *l, size_t bytes) {
    l->enough = bytes;
    while (!l->ending && l->waiting.n < bytes)
        pthread_cond_wait(&l->more, &l->lock);
}

static void gather(LineLog *l) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += GATHER_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    l->enough = l->waiting.max / 4;
    while (!l->ending && l->waiting.n < l->enough && pthread_cond_clockwait(&l->more, &l->lock, CLOCK_MONOTONIC, &until) != ETIMEDOUT)
        ;
}

/* From *at on, which tells how far it came: the next try goes on in the middle of a line. */
static int write_from(int fd, const Buf *out, size_t *at) {
    while (*at < out->n) {
        ssize_t w = write(fd, out->p + *at, out->n - *at);
        if (w < 0 && errno != EINTR)
            return -errno;
        *at += w > 0 ? (size_t) w : 0;
    }
    return 0;
}

/* Under the lock. Waits for a better time; false: there is none to wait for. */
static bool again(LineLog *l) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += RETRY_S;
    l->enough = SIZE_MAX;
    if (l->ending || l->failed == -EPIPE)
        return false;
    while (!l->ending && pthread_cond_clockwait(&l->more, &l->lock, CLOCK_MONOTONIC, &until) != ETIMEDOUT)
        ;
    return true;
}

/* Under the lock, which it lets go of while it writes. */
static void write_all(LineLog *l, const Buf *out) {
    size_t at = 0;
    do {
        pthread_mutex_unlock(&l->lock);
        int r = write_from(l->fd, out, &at);
        pthread_mutex_lock(&l->lock);
        l->failed = r;
    } while (l->failed < 0 && again(l));
    for (; at < out->n; at++)
        l->dropped += out->p[at] == '\n';
}

static void *write_lines(void *p) {
    LineLog *l = p;
    _cleanup_(buf_done) Buf out = buf_new(l->waiting.max);
    pthread_mutex_lock(&l->lock);
    while (wait_for(l, 1), l->waiting.n) {
        Buf full = l->waiting;
        l->waiting = out;
        out = full;
        write_all(l, &out);
        buf_clear(&out);
        gather(l);
    }
    l->ended = true;
    pthread_cond_signal(&l->done);
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

int line_log_new(int fd, size_t max, LineLog **ret, Error *err) {
    LineLog *l = xcalloc(1, sizeof(*l));
    l->fd = fd;
    l->waiting = buf_new(max);
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->more, NULL);
    pthread_cond_init(&l->done, NULL);
    int r = -pthread_create(&l->thread, NULL, write_lines, l);
    if (r < 0) {
        free(l);
        return error_errno(err, r, "starting the thread of a log");
    }
    *ret = l;
    return 0;
}

bool line_log_add(LineLog *l, Str line) {
    pthread_mutex_lock(&l->lock);
    bool fits = line.n < l->waiting.max && l->waiting.n < l->waiting.max - line.n - 1;
    bool wake = false;
    if (fits) {
        size_t before = l->waiting.n;
        fits = buf_str(&l->waiting, line) == 0 && buf_putc(&l->waiting, '\n') == 0;
        wake = before < l->enough && l->waiting.n >= l->enough;
    } else {
        l->dropped++;
    }
    pthread_mutex_unlock(&l->lock);
    /* Behind the lock, which it wants first. */
    if (wake)
        pthread_cond_signal(&l->more);
    return fits;
}

uint64_t line_log_dropped(LineLog *l) {
    pthread_mutex_lock(&l->lock);
    uint64_t n = l->dropped;
    pthread_mutex_unlock(&l->lock);
    return n;
}

int line_log_failed(LineLog *l) {
    pthread_mutex_lock(&l->lock);
    int r = l->failed;
    pthread_mutex_unlock(&l->lock);
    return r;
}

uint64_t line_log_free(LineLog *l, unsigned seconds) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += seconds;
    pthread_mutex_lock(&l->lock);
    l->ending = true;
    pthread_cond_signal(&l->more);
    while (!l->ended && pthread_cond_clockwait(&l->done, &l->lock, CLOCK_MONOTONIC, &until) != ETIMEDOUT)
        ;
    bool ended = l->ended;
    uint64_t dropped = l->dropped;
    for (size_t i = 0; i < l->waiting.n && !ended; i++)
        dropped += l->waiting.p[i] == '\n';
    pthread_mutex_unlock(&l->lock);
    if (!ended) /* its reader does not read; the thread ends with the process */
        return dropped;
    pthread_join(l->thread, NULL);
    buf_done(&l->waiting);
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->more);
    pthread_cond_destroy(&l->done);
    free(l);
    return dropped;
}
