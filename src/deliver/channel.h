/* SPDX-License-Identifier: Apache-2.0 */
/* Channel: one way out for alerts. A kind is one file with a row of this type and a line in channel.list.h. */
#pragma once

#include <stdatomic.h>

#include "deliver/deliver.h"
#include "deliver/queue.h"
#include "deliver/alert-spool.h"

typedef struct Channel Channel;

typedef struct ChannelKey {
    const char *name, *arg, *doc;
} ChannelKey;

typedef struct ChannelKind {
    const char *name;
    const char *target;      /* what stands behind the colon: "PATH"; NULL: nothing may */
    const char *doc;
    const ChannelKey *keys;   /* besides channel_keys; ended by a NULL name */
    bool remote;             /* a receiver that may be away: has a spool unless spool=none, takes spool_keys */
    bool alone;              /* two of them must not go to one target */
    bool essential;          /* the end of its reader is the end of the program */
    DeliverFormat format;    /* where format= does not say; DELIVER_FORMATS: the caller's */
    /* Checks the settings and opens what is here. */
    int (*open)(Channel *o, Error *err);
    /* One line to the receiver. -EBADMSG: it does not want this one, ever; -EPIPE of an essential one: nobody reads it any more; all else is tried again later. */
    int (*send)(Channel *o, const Message *m, Error *err);
    /* What was opened is to be opened anew; NULL: nothing. */
    void (*reopen)(Channel *o);
    void (*close)(Channel *o);
} ChannelKind;

extern const ChannelKey channel_keys[], channel_spool_keys[];
/* Ended by NULL. */
extern const ChannelKind *const channel_kinds[];

enum { CHANNEL_SETTINGS_MAX = 16 };

struct Channel {
    const ChannelKind *kind;
    const DeliverOptions *o;
    char *text;              /* the settings, cut into pieces */
    const char *target;      /* "" when there is none */
    const char *key[CHANNEL_SETTINGS_MAX], *value[CHANNEL_SETTINGS_MAX];
    size_t n_settings;
    char *name, *shown;      /* `shown` is the target without secrets */
    DeliverFormat format;
    void *state;             /* of the kind */
    Queue queue;
    AlertSpool *spool;            /* NULL: none */
    pthread_t sender, spooler;
    bool started;
    pthread_mutex_t lock;    /* of what follows */
    DeliverState counts;
    uint64_t told_lost;      /* of counts.lost the receiver knows */
    int64_t said_lost;       /* when losses were said last */
    _Atomic bool direct;     /* the spool takes nothing: the sender takes from the queue */
    _Atomic bool ending, reopening, broken, spooled; /* `spooled`: the spooler has ended */
    _Atomic bool in_hand;    /* the sender is at an alert that is in no spool, and not counted yet */
    _Atomic int64_t until;   /* nanoseconds of CLOCK_MONOTONIC: nothing is waited for beyond, once it is ending */
};

/* The value of a key; NULL: not given. */
const char *channel_setting(const Channel *o, const char *key);
/* Of a key with a number, with K, M, G (1024) where `size`; `def` when it is not given. -EINVAL says what is wrong. */
int channel_number(const Channel *o, const char *key, bool size, uint64_t least, uint64_t most, uint64_t def, uint64_t *ret, Error *err);
/* A secret of KEY-file or KEY-env, which are not both given: fresh, without white space at its ends; NULL when neither is. */
int channel_secret(const Channel *o, const char *key, char **ret, Error *err);
/* Is it to give up waiting? For calls that wait: a negative errno, or 0. */
int channel_waiting(void *output);

void channel_problem(Channel *o, const char *text);
void channel_lost(Channel *o, uint64_t n, const char *why);
int channel_start(Channel *o, Error *err);
/* To be called for all outputs first: they end by `until` at the latest. */
void channel_end(Channel *o, int64_t until);
/* Waits for that. */
void channel_join(Channel *o);
void channel_free(Channel *o);
/* "KIND:TARGET KEY=VALUE …". */
int channel_parse(const DeliverOptions *d, const char *text, DeliverFormat format, Channel **ret, Error *err);
