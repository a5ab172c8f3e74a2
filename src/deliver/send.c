/* SPDX-License-Identifier: Apache-2.0 */
/* The threads of an output. The sender takes one message after the other and tries until the receiver has it, at growing intervals. Where there is a spool, another thread
 * puts messages there as they come, and the sender takes them from there: a receiver that hangs does not keep them in memory, where they would be gone with the process. */
#include <stdarg.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/time.h"
#include "deliver/channel.h"
#include "deliver/notice.h"

#define SECOND INT64_C(1000000000)
#define DELAY_FIRST (SECOND / 2)
#define DELAY_LAST (30 * SECOND)
#define SPOOL_AGAIN (2 * SECOND)

enum { SAY_EVERY = 10, NOTICE_SEVERITY = 2 };

static void say(const Channel *o, bool bad, const char *fmt, ...) _printf_(3, 4);
static void say(const Channel *o, bool bad, const char *fmt, ...) {
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    o->o->say(o->o->userdata, bad, text);
}

void channel_problem(Channel *o, const char *text) {
    pthread_mutex_lock(&o->lock);
    bool had = o->counts.since != 0;
    if (text) {
        o->counts.failures++;
        if (!had)
            o->counts.since = time_now();
        snprintf(o->counts.problem, sizeof(o->counts.problem), "%s", text);
    } else {
        o->counts.since = 0;
        o->counts.problem[0] = 0;
    }
    pthread_mutex_unlock(&o->lock);
    if (text && !had)
        say(o, true, "output %s: %s; alerts wait for it", o->name, text);
    else if (!text && had)
        say(o, false, "output %s: works again", o->name);
}

void channel_lost(Channel *o, uint64_t n, const char *why) {
    if (n == 0)
        return;
    int64_t now = time_steady_ns() / SECOND;
    pthread_mutex_lock(&o->lock);
    o->counts.lost += n;
    uint64_t lost = o->counts.lost;
    bool due = o->said_lost == 0 || now - o->said_lost >= SAY_EVERY;
    if (due)
        o->said_lost = now;
    pthread_mutex_unlock(&o->lock);
    if (due)
        say(o, true, "output %s: %llu alert%s lost so far: %s", o->name, (unsigned long long) lost, lost == 1 ? "" : "s", why);
}

int channel_waiting(void *output) {
    Channel *o = output;
    return o->ending && time_steady_ns() >= o->until ? -ECANCELED : 0;
}

/* Between two attempts; false: no more attempts, since it ends. */
static bool pause_for(Channel *o, int64_t delay) {
    for (int64_t until = time_steady_ns() + delay; time_steady_ns() < until;) {
        uint64_t seen = queue_changes(&o->queue);
        if (o->ending)
            break;
        queue_wait(&o->queue, seen, until);
    }
    return !o->ending;
}

typedef enum Fate { FATE_SENT, FATE_REFUSED, FATE_KEPT } Fate;

/* Until the receiver has it or does not want it; FATE_KEPT: it ends before. */
static Fate deliver(Channel *o, const Message *m) {
    for (int64_t delay = DELAY_FIRST;; delay = MIN(2 * delay, DELAY_LAST)) {
        _cleanup_error_ Error err = {0};
        int r = o->kind->send(o, m, &err);
        if (r == 0) {
            channel_problem(o, NULL);
            return FATE_SENT;
        }
        if (r == -EBADMSG) {
            say(o, true, "output %s: an alert was refused: %s", o->name, error_text(&err, r));
            return FATE_REFUSED;
        }
        if (r == -EPIPE && o->kind->essential) {
            say(o, true, "output %s: %s: nobody reads it any more", o->name, error_text(&err, r));
            o->broken = true;
            return FATE_KEPT;
        }
        channel_problem(o, error_text(&err, r));
        if (!pause_for(o, delay))
            return FATE_KEPT;
    }
}

/* The next one, from the spool or the queue. NULL: it ends. */
static Message *next(Channel *o, bool *ret_spooled) {
    for (;;) {
        Message *m = NULL;
        _cleanup_error_ Error err = {0};
        uint64_t seen = queue_changes(&o->queue);
        bool last = o->ending && (!o->spool || o->spooled);
        uint64_t lost = 0;
        int r = o->spool ? alert_spool_first(o->spool, &m, &lost, &err) : 0;
        if (r == -EBADMSG) {
            say(o, true, "output %s: %s; the spool is set aside, by a name that ends in .broken", o->name, error_text(&err, r));
            channel_lost(o, lost, "in the broken spool");
            continue;
        }
        *ret_spooled = r == 1;
        if (r == 0 && (!o->spool || o->direct || last))
            m = queue_take(&o->queue);
        if (r < 0)
            channel_problem(o, error_text(&err, r));
        if (m || last)
            return m;
        if (o->reopening && o->kind->reopen) {
            o->reopening = false;
            o->kind->reopen(o);
        }
        /* While it ends, the spooler does so first. */
        queue_wait(&o->queue, seen, o->ending || r < 0 ? time_steady_ns() + SECOND : INT64_MAX);
    }
}

/* Tells the receiver what it did not get. */
static void tell_losses(Channel *o) {
    pthread_mutex_lock(&o->lock);
    uint64_t lost = o->counts.lost, untold = lost - o->told_lost;
    pthread_mutex_unlock(&o->lock);
    if (untold == 0)
        return;
    _cleanup_(buf_done) Buf line = buf_new(4096);
    _cleanup_free_ char *text = xasprintf("%llu alert%s lost on %s way to this receiver", (unsigned long long) untold, untold == 1 ? " was" : "s were", untold == 1 ? "its" : "their");
    const Notice n = {.hostname = o->o->hostname, .rule = STR("Alerts lost"), .severity = NOTICE_SEVERITY, .time = time_now() * SECOND, .text = text, .count_key = "lost", .count = untold,
                      .of_key = "output.name", .of = str_from(o->name)};
    notice_write(o->format, &n, &line);
    _cleanup_free_ Message *m = message_new(n.time, n.severity, buf_view(&line));
    if (deliver(o, m) != FATE_KEPT)
        o->told_lost = lost;
}

static void *run_sender(void *p) {
    Channel *o = p;
    bool spooled;
    for (Message *m; (m = next(o, &spooled));) {
        _cleanup_free_ Message *own = m;
        _cleanup_error_ Error err = {0};
        o->in_hand = !spooled;
        Fate fate = deliver(o, own);
        if (fate == FATE_KEPT) {
            o->in_hand = false;
            channel_lost(o, !spooled, "not delivered at the end");
            break;
        }
        if (spooled && alert_spool_remove(o->spool, &err) < 0)
            say(o, true, "output %s: %s; after a restart an alert may come twice", o->name, error_text(&err, -EIO));
        pthread_mutex_lock(&o->lock);
        if (fate == FATE_SENT)
            o->counts.sent++;
        else
            o->counts.refused++;
        o->in_hand = false;
        pthread_mutex_unlock(&o->lock);
        tell_losses(o);
    }
    return NULL;
}

/* One round of the spooler: the list is on disk, or back in the queue. */
static void spool_list(Channel *o, Message *list) {
    _cleanup_error_ Error err = {0};
    uint64_t over = 0;
    int r = alert_spool_add(o->spool, list, &over, &err);
    if (r == 0) {
        if (o->direct)
            say(o, false, "output %s: the spool works again", o->name);
        o->direct = false;
        messages_free(list);
        channel_lost(o, over, "the spool is full");
    } else {
        if (!o->direct)
            say(o, true, "output %s: %s; alerts wait in memory", o->name, error_text(&err, r));
        queue_put_back(&o->queue, list);
        o->direct = true;
    }
    queue_wake(&o->queue);
    if (r < 0)
        pause_for(o, SPOOL_AGAIN);
}

static void *run_spooler(void *p) {
    Channel *o = p;
    for (;;) {
        uint64_t seen = queue_changes(&o->queue);
        bool last = o->ending;
        Message *list = queue_take_all(&o->queue);
        if (list)
            spool_list(o, list);
        else if (!last)
            queue_wait(&o->queue, seen, INT64_MAX);
        if (last)
            break;
    }
    o->spooled = true;
    queue_wake(&o->queue);
    return NULL;
}

int channel_start(Channel *o, Error *err) {
    int r = -pthread_create(&o->sender, NULL, run_sender, o);
    if (r == 0 && o->spool)
        r = -pthread_create(&o->spooler, NULL, run_spooler, o);
    o->started = r == 0;
    return r < 0 ? error_errno(err, r, "starting the threads of output %s", o->name) : 0;
}

void channel_end(Channel *o, int64_t until) {
    o->until = until;
    o->ending = true;
    queue_end(&o->queue);
}

void channel_join(Channel *o) {
    if (!o->started)
        return;
    struct timespec t = {.tv_sec = o->until / SECOND, .tv_nsec = o->until % SECOND};
    if (o->spool)
        pthread_join(o->spooler, NULL);
    /* One whose reader does not read ends with the process. */
    o->started = pthread_clockjoin_np(o->sender, NULL, CLOCK_MONOTONIC, &t) != 0;
    channel_lost(o, queue_count(&o->queue) + (o->started && o->in_hand), "not delivered at the end");
    messages_free(queue_take_all(&o->queue));
}
