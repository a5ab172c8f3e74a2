/* SPDX-License-Identifier: Apache-2.0 */
/* Events of the sensor's own, for its own rules: what it noticed that is no system call. */
#include "runtime/sensor-private.h"

/* An event of the sensor's own; what it is about is filled in, and sensor_evaluate() called. */
static Event *tell(Sensor *s, enum WireOwn which) {
    Event *e = s->told;
    size_t n;
    memset(e, 0, offsetof(Event, room));
    e->kind = &sensor_kinds(&n)[sensor_own_kind(which)];
    e->tables = &s->tables;
    e->wire.time = since_boot();
    e->time = s->tables.boot + (int64_t) e->wire.time;
    e->wire.file.fd = -1;
    return e;
}

/* Nobody does that by accident more than now and then. */
void sensor_tell_gone(Sensor *s, const Event *of) {
    enum { EACH = 1000000000 };
    s->gone++;
    if (of->wire.time < s->gone_told + EACH)
        return;
    Event *e = tell(s, WIRE_OWN_GONE);
    e->wire.process = of->wire.process;
    e->image = of->image;
    memcpy(e->ancestor, of->ancestor, sizeof(e->ancestor));
    e->container = of->container;
    e->cwd = of->cwd;
    e->string[WIRE_NAME] = of->name;
    e->wire.arg[0] = s->gone;
    s->gone_told = of->wire.time;
    s->gone = 0;
    sensor_evaluate(s, s->rules->matcher, e);
}

static void tell_loss(Sensor *s, const WireLoss *loss, const char *cause, const char *kind, uint64_t n) {
    Event *e = tell(s, WIRE_OWN_LOST);
    const Cgroups *c = s->tables.cgroups;
    e->wire.arg[0] = n;
    e->wire.arg[1] = sensor_rules_about(s->rules, kind);
    e->string[WIRE_NAME] = str_from(cause);
    e->string[WIRE_NAME2] = str_from(kind);
    /* Who has a home has namespaces of its own. */
    if (loss->cgroup)
        e->container = cgroups_container(s->tables.cgroups, loss->cgroup, loss->is_home ? cgroups_host_mnt_ns(c) + 1 : cgroups_host_mnt_ns(c), loss->is_home);
    sensor_evaluate(s, s->rules->matcher, e);
}

static void tell_more(Sensor *s, const WireLoss *loss, uint64_t total) {
    size_t n;
    const Kind *kinds = sensor_kinds(&n);
    uint64_t more = losses_untold(&s->losses, loss, total);
    if (more && loss->cause != WIRE_LOST_UNREAD && loss->kind < n) /* that is an alert of its own */
        tell_loss(s, loss, loader_cause(loss->cause), kinds[loss->kind].name, more);
}

static void tell_one(void *userdata, const WireLoss *loss, uint64_t total) {
    Sensor *s = userdata;
    if (!cgroups_known(s->tables.cgroups, loss->cgroup)) {
        vec_push(&s->past, *loss);
        return;
    }
    s->named_losses += total;
    tell_more(s, loss, total);
}

/* Of containers that ended long ago: their counts make room for those of others. */
static void fold_past(Sensor *s) {
    for (size_t i = 0; i < s->past.n; i++) {
        const WireLoss *loss = &s->past.p[i];
        uint64_t total = loader_forget_loss(s->loader, loss);
        tell_more(s, loss, total);
        losses_restart(&s->losses, loss);
        s->past_losses += total;
    }
    s->past.n = 0;
}

void sensor_tell_losses(Sensor *s) {
    /* The sum first: what is lost meanwhile is in the parts, and told of by them. */
    LoaderCounts c;
    if (loader_counts(s->loader, &c) < 0)
        return;
    uint64_t all = 0;
    for (size_t i = 0; i < WIRE_CAUSES * WIRE_KINDS; i++)
        all += c.lost[i / WIRE_KINDS][i % WIRE_KINDS];
    s->named_losses = 0;
    loader_losses(s->loader, tell_one, s);
    fold_past(s);
    s->named_losses += s->past_losses;
    const struct {
        WireLoss as;
        const char *cause;
        uint64_t total;
    } others[] = {
        {{.cause = WIRE_CAUSES}, "more containers than are told apart", all > s->named_losses ? all - s->named_losses : 0},
        {{.cause = WIRE_CAUSES + 1}, "programs that the kernel left out", c.missed},
        {{.cause = WIRE_CAUSES + 2}, "not readable", s->totals.unknown},
    };
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        uint64_t more = losses_untold(&s->losses, &others[i].as, others[i].total);
        if (more)
            tell_loss(s, &others[i].as, others[i].cause, "any", more);
    }
    losses_end_round(&s->losses);
}

void sensor_tell_names(Sensor *s) {
    DomainsState now;
    domains_state(s->tables.domains, &now);
    if (now.restarts > s->names.restarts || (now.dead && !s->names.dead)) {
        Event *e = tell(s, WIRE_OWN_NAMES);
        e->string[WIRE_NAME] = now.dead ? STR("nothing is looked up until the sensor is restarted") : STR("it was begun anew");
        sensor_evaluate(s, s->rules->matcher, e);
    }
    s->names = now;
}

void sensor_tell_blind(Sensor *s, const char *what) {
    Event *e = tell(s, WIRE_OWN_BLIND);
    e->string[WIRE_NAME] = str_from(what);
    sensor_evaluate(s, s->rules->matcher, e);
}
