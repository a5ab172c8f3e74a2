/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "base/time.h"
#include "base/vec.h"
#include "deliver/channel.h"

struct Deliver {
    DeliverOptions o;
    Vec(Channel *) outputs;
};

Deliver *deliver_new(const DeliverOptions *o) {
    Deliver *d = xcalloc(1, sizeof(*d));
    d->o = *o;
    d->o.hostname = xstrdup(o->hostname);
    d->o.spool = xstrdup(o->spool);
    return d;
}

int deliver_add(Deliver *d, const char *text, DeliverFormat format, Error *err) {
    Channel *o;
    int r = channel_parse(&d->o, text, format, &o, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < d->outputs.n && r == 0; i++) {
        const Channel *other = d->outputs.p[i];
        if (strcmp(other->name, o->name) == 0)
            r = error_set(err, -EINVAL, "two outputs are called %s: tell them apart with name=", o->name);
        else if (o->kind->alone && other->kind == o->kind && strcmp(other->target, o->target) == 0)
            r = error_set(err, -EINVAL, "%s: two outputs go to %s", o->kind->name, o->target);
    }
    if (r < 0) {
        channel_free(o);
        return r;
    }
    vec_push(&d->outputs, o);
    return 0;
}

bool deliver_wants(const Deliver *d, DeliverFormat format) {
    for (size_t i = 0; i < d->outputs.n; i++)
        if (d->outputs.p[i]->format == format)
            return true;
    return false;
}

bool deliver_to_stdout(const Deliver *d) {
    for (size_t i = 0; i < d->outputs.n; i++)
        if (d->outputs.p[i]->kind->essential)
            return true;
    return false;
}

int deliver_start(Deliver *d, Error *err) {
    int r = 0;
    for (size_t i = 0; i < d->outputs.n && r == 0; i++)
        r = channel_start(d->outputs.p[i], err);
    return r;
}

int deliver_send(Deliver *d, const DeliverAlert *a) {
    int r = 0;
    for (size_t i = 0; i < d->outputs.n; i++) {
        Channel *o = d->outputs.p[i];
        if (o->broken)
            r = -EPIPE;
        else if (!queue_add(&o->queue, a->time, a->severity, a->line[o->format]))
            channel_lost(o, 1, "more alerts than it takes");
    }
    return r;
}

void deliver_reopen(Deliver *d) {
    for (size_t i = 0; i < d->outputs.n; i++) {
        d->outputs.p[i]->reopening = true;
        queue_wake(&d->outputs.p[i]->queue);
    }
}

size_t deliver_count(const Deliver *d) {
    return d->outputs.n;
}

void deliver_state(const Deliver *d, size_t i, DeliverState *ret) {
    Channel *o = d->outputs.p[i];
    pthread_mutex_lock(&o->lock);
    *ret = o->counts;
    pthread_mutex_unlock(&o->lock);
    ret->name = o->name;
    ret->kind = o->kind->name;
    ret->target = o->shown;
    if (o->spool)
        alert_spool_counts(o->spool, &ret->waiting, &ret->spool_bytes, &ret->spool_max);
    ret->waiting += queue_count(&o->queue);
}

void deliver_stop(Deliver *d, unsigned seconds) {
    int64_t until = time_steady_ns() + (int64_t) seconds * 1000000000;
    for (size_t i = 0; i < d->outputs.n; i++)
        channel_end(d->outputs.p[i], until);
    for (size_t i = 0; i < d->outputs.n; i++)
        channel_join(d->outputs.p[i]);
}

void deliver_free(Deliver *d) {
    if (!d)
        return;
    bool used = false;
    for (size_t i = 0; i < d->outputs.n; i++)
        if (!d->outputs.p[i]->started)
            channel_free(d->outputs.p[i]);
        else
            used = true;
    /* A thread that still waits for its reader goes by all this until the process ends. */
    if (used)
        return;
    vec_done(&d->outputs);
    free((char *) d->o.hostname);
    free((char *) d->o.spool);
    free(d);
}
