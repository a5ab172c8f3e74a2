/* SPDX-License-Identifier: Apache-2.0 */
#include "deliver/queue.h"

#include <errno.h>
#include <time.h>

#include "base/alloc.h"

/* What a message takes besides its line. */
enum { OVERHEAD = sizeof(Message) + 32 };

void queue_init(Queue *q, size_t max) {
    *q = (Queue) {.max = max};
    q->last = &q->first;
    pthread_mutex_init(&q->lock, NULL);
    pthread_condattr_t a;
    pthread_condattr_init(&a);
    pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
    pthread_cond_init(&q->more, &a);
    pthread_condattr_destroy(&a);
}

void messages_free(Message *list) {
    while (list) {
        Message *next = list->next;
        free(list);
        list = next;
    }
}

void queue_done(Queue *q) {
    messages_free(q->first);
    pthread_mutex_destroy(&q->lock);
    pthread_cond_destroy(&q->more);
}

Message *message_new(int64_t time, int severity, Str line) {
    Message *m = xmalloc(sizeof(*m) + line.n + 1);
    char *copy = (char *) (m + 1);
    memcpy(copy, line.p, line.n);
    copy[line.n] = '\n';
    *m = (Message) {.time = time, .severity = severity, .line = str_n(copy, line.n)};
    return m;
}

static void push(Queue *q, Message *m) {
    *q->last = m;
    q->last = &m->next;
    q->n++;
    q->bytes += m->line.n + OVERHEAD;
}

bool queue_add(Queue *q, int64_t time, int severity, Str line) {
    pthread_mutex_lock(&q->lock);
    bool fits = !q->ending && q->bytes + line.n + OVERHEAD <= q->max;
    if (fits) {
        push(q, message_new(time, severity, line));
        q->changes++;
        pthread_cond_broadcast(&q->more);
    }
    pthread_mutex_unlock(&q->lock);
    return fits;
}

Message *queue_take(Queue *q) {
    pthread_mutex_lock(&q->lock);
    Message *m = q->first;
    if (m) {
        q->first = m->next;
        if (!q->first)
            q->last = &q->first;
        q->n--;
        q->bytes -= m->line.n + OVERHEAD;
        m->next = NULL;
    }
    pthread_mutex_unlock(&q->lock);
    return m;
}

Message *queue_take_all(Queue *q) {
    pthread_mutex_lock(&q->lock);
    Message *all = q->first;
    q->first = NULL;
    q->last = &q->first;
    q->n = q->bytes = 0;
    pthread_mutex_unlock(&q->lock);
    return all;
}

void queue_put_back(Queue *q, Message *list) {
    pthread_mutex_lock(&q->lock);
    Message *behind = q->first;
    q->first = NULL;
    q->last = &q->first;
    size_t n = q->n, bytes = q->bytes;
    q->n = q->bytes = 0;
    for (Message *next; list; list = next) {
        next = list->next;
        list->next = NULL;
        push(q, list);
    }
    if (behind) {
        *q->last = behind;
        while (behind->next)
            behind = behind->next;
        q->last = &behind->next;
    }
    q->n += n;
    q->bytes += bytes;
    pthread_mutex_unlock(&q->lock);
}

void queue_wake(Queue *q) {
    pthread_mutex_lock(&q->lock);
    q->changes++;
    pthread_cond_broadcast(&q->more);
    pthread_mutex_unlock(&q->lock);
}

uint64_t queue_changes(Queue *q) {
    pthread_mutex_lock(&q->lock);
    uint64_t n = q->changes;
    pthread_mutex_unlock(&q->lock);
    return n;
}

void queue_wait(Queue *q, uint64_t seen, int64_t until) {
    const struct timespec t = {.tv_sec = until / 1000000000, .tv_nsec = until % 1000000000};
    pthread_mutex_lock(&q->lock);
    while (q->changes == seen) {
        if (until == INT64_MAX)
            pthread_cond_wait(&q->more, &q->lock);
        else if (pthread_cond_timedwait(&q->more, &q->lock, &t) == ETIMEDOUT)
            break;
    }
    pthread_mutex_unlock(&q->lock);
}

void queue_end(Queue *q) {
    pthread_mutex_lock(&q->lock);
    q->ending = true;
    q->changes++;
    pthread_cond_broadcast(&q->more);
    pthread_mutex_unlock(&q->lock);
}

size_t queue_count(Queue *q) {
    pthread_mutex_lock(&q->lock);
    size_t n = q->n;
    pthread_mutex_unlock(&q->lock);
    return n;
}
