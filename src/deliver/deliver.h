/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts on their way out. Each output has a queue and threads of its own, so that whoever makes alerts never waits for a disk or a receiver. What an output cannot take is
 * counted, said, and told to the receiver as soon as it takes something again. */
#pragma once

#include "base/buf.h"
#include "base/error.h"

typedef enum DeliverFormat { DELIVER_TEXT, DELIVER_JSON, DELIVER_FORMATS } DeliverFormat;

typedef struct DeliverAlert {
    int64_t time;            /* nanoseconds since 1970 */
    int severity;            /* of RFC 5424: 0 emergency to 7 debug */
    Str line[DELIVER_FORMATS]; /* without "\n" at its end; one that no output wants may be STR_NULL */
} DeliverAlert;

typedef struct DeliverOptions {
    const char *hostname;
    const char *spool;       /* directory for what waits for receivers */
    /* A line for people; `bad`: something does not work. Called in any thread. */
    void (*say)(void *userdata, bool bad, const char *text);
    void *userdata;
} DeliverOptions;

typedef struct Deliver Deliver;
/* Strings of `o` are copied. */
Deliver *deliver_new(const DeliverOptions *o);
/* Adds an output "KIND:TARGET KEY=VALUE …" and opens what it needs here (files, spool, certificates), but waits for no receiver. -EINVAL: `text` is wrong; others: the machine refuses. */
int deliver_add(Deliver *d, const char *text, DeliverFormat format, Error *err);
/* Does an output want lines of this format? */
bool deliver_wants(const Deliver *d, DeliverFormat format);
/* Is standard output one of them? Whose reader is gone ends the program. */
bool deliver_to_stdout(const Deliver *d);
/* Starts the threads. */
int deliver_start(Deliver *d, Error *err);
/* Hands over an alert; never waits. Negative: standard output is gone, nobody reads it any more. */
int deliver_send(Deliver *d, const DeliverAlert *a);
/* Files that were moved away are made anew. */
void deliver_reopen(Deliver *d);

typedef struct DeliverState {
    const char *name, *kind, *target; /* no secrets */
    uint64_t sent;           /* taken by the receiver */
    uint64_t lost;           /* that neither queue nor spool had room for, or that were not delivered at the end */
    uint64_t refused;        /* that the receiver does not want */
    uint64_t failures;       /* attempts that failed */
    uint64_t waiting;        /* in the queue and in the spool */
    uint64_t spool_bytes, spool_max; /* 0: it has no spool */
    int64_t since;           /* seconds since 1970: the problem began; 0: there is none */
    char problem[256];
} DeliverState;
size_t deliver_count(const Deliver *d);
void deliver_state(const Deliver *d, size_t i, DeliverState *ret);

/* Delivers what waits as far as that goes within `seconds`, and ends. What is in a spool stays there for the next time. */
void deliver_stop(Deliver *d, unsigned seconds);
/* After deliver_stop(), which leaves the counts. */
void deliver_free(Deliver *d);
DEFINE_CLEANUP(Deliver, deliver_free, deliver_freep);
