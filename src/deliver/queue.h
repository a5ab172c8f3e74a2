/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that wait for a thread, bounded in bytes. */
#pragma once

#include <pthread.h>

#include "base/str.h"

typedef struct Message {
    struct Message *next;
    int64_t time;            /* nanoseconds since 1970 */
    int severity;            /* of RFC 5424 */
    Str line;                /* owned with the message, a "\n" behind it that is not counted */
} Message;

typedef struct Queue {
    pthread_mutex_t lock;
    pthread_cond_t more;
    Message *first, **last;
    size_t n, bytes, max;
    uint64_t changes;        /* counts messages that came, queue_wake() and queue_end() */
    bool ending;
} Queue;

void queue_init(Queue *q, size_t max);
void queue_done(Queue *q);
/* Copies it. false: there is no room. */
bool queue_add(Queue *q, int64_t time, int severity, Str line);
Message *message_new(int64_t time, int severity, Str line);
/* The first one, which the caller frees. NULL: there is none. */
Message *queue_take(Queue *q);
/* All of them, a list. */
Message *queue_take_all(Queue *q);
/* What queue_take_all() gave and could not be used is first again. */
void queue_put_back(Queue *q, Message *list);
void messages_free(Message *list);
/* Wakes who is in queue_wait(). */
void queue_wake(Queue *q);
/* Waits until something has changed since queue_changes() was `seen`, or until `until` (time_steady_ns(); INT64_MAX is never). What is decided in between is to be looked at after queue_changes(). */
uint64_t queue_changes(Queue *q);
void queue_wait(Queue *q, uint64_t seen, int64_t until);
/* Nothing is waited for any more. */
void queue_end(Queue *q);
size_t queue_count(Queue *q);
