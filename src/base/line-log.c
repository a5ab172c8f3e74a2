/* SPDX-License-Identifier: Apache-2.0 */
#include "base/line-log.h"

#include <pthread.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fs.h"

struct LineLog {
    int fd;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more, done;
    Buf waiting;
    uint64_t lines, dropped; /* `lines` of `waiting` */
    bool ending, ended;
};

static void *write_lines(void *p) {
    LineLog *l = p;
    _cleanup_(buf_done) Buf out = buf_new(l->waiting.max);
    pthread_mutex_lock(&l->lock);
    while (!l->ending || l->waiting.n) {
        if (!l->waiting.n) {
            pthread_cond_wait(&l->more, &l->lock);
            continue;
        }
        Buf full = l->waiting;
        uint64_t lines = l->lines;
        l->waiting = out;
        l->lines = 0;
        out = full;
        pthread_mutex_unlock(&l->lock);
        int r = fs_write_all(l->fd, out.p, out.n);
        buf_clear(&out);
        pthread_mutex_lock(&l->lock);
        if (r < 0)
            l->dropped += lines;
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
    if (fits) {
        fits = buf_str(&l->waiting, line) == 0 && buf_putc(&l->waiting, '\n') == 0;
        l->lines++;
        if (l->lines == 1)
            pthread_cond_signal(&l->more);
    } else {
        l->dropped++;
    }
    pthread_mutex_unlock(&l->lock);
    return fits;
}

uint64_t line_log_dropped(LineLog *l) {
    pthread_mutex_lock(&l->lock);
    uint64_t n = l->dropped;
    pthread_mutex_unlock(&l->lock);
    return n;
}

void line_log_free(LineLog *l, unsigned seconds) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += seconds;
    pthread_mutex_lock(&l->lock);
    l->ending = true;
    pthread_cond_signal(&l->more);
    while (!l->ended && pthread_cond_timedwait(&l->done, &l->lock, &until) != ETIMEDOUT)
        ;
    bool ended = l->ended;
    pthread_mutex_unlock(&l->lock);
    if (!ended) /* its reader does not read; the thread ends with the process */
        return;
    pthread_join(l->thread, NULL);
    buf_done(&l->waiting);
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->more);
    pthread_cond_destroy(&l->done);
    free(l);
}
