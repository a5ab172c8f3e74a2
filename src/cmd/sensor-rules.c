/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of the sensor: read at its start, and again when it is told to. */
#include <pthread.h>
#include <sys/eventfd.h>

#include "base/alloc.h"
#include "cmd/cli.h"
#include "cmd/message.h"
#include "cmd/sensor.h"

void sensor_loaded_free(SensorLoaded *l) {
    if (!l)
        return;
    sensor_rules_free(l->rules);
    policy_chosen_done(&l->policy);
    vec_done(&l->chosen);
    vec_done(&l->enabled);
    free(l);
}

/* What the set says of a rule where it holds: `rule` is one of l->enabled, and so has its place among the entries. */
static const Rule *judge(void *userdata, const Rule *rule, const Subject *s, Evaluator *e) {
    const SensorLoaded *l = userdata;
    size_t n;
    const PolicyRule *all = policy_rules(l->policy.policy, &n), *entry = policy_judge(l->policy.policy, (size_t) (rule - l->chosen.p), s, &l->policy.context, e);
    return entry ? &l->chosen.p[entry - all] : NULL;
}

/* Is there anything in the policy that depends on the event? */
static bool choose(SensorLoaded *l) {
    size_t n;
    const PolicyRule *all = policy_rules(l->policy.policy, &n);
    _cleanup_free_ bool *later = xcalloc(n + 1, sizeof(*later));
    bool depends = false;
    for (size_t i = 0; i < n; i++) {
        Rule r = *all[i].rule;
        r.priority = all[i].priority;
        r.enabled = all[i].action != RULE_ACTION_N_ || all[i].next;
        depends |= all[i].scope || all[i].n_uses || all[i].next;
        vec_push(&l->chosen, r);
        later[all[i].next] = true; /* 1 + its place; 0 for none */
    }
    for (size_t i = 0; i < n; i++)
        if (!later[i + 1])
            vec_push(&l->enabled, &l->chosen.p[i]);
    return depends;
}

/* What somebody may take for watched, and is not. */
static void warn(SensorLoaded *l) {
    enum { NAMED = 5 };
    _cleanup_free_ bool *never = xcalloc(l->enabled.n + 1, sizeof(*never));
    l->n_never = sensor_rules_never(l->rules, l->enabled.p, l->enabled.n, never);
    size_t told = 0;
    for (size_t i = 0; i < l->enabled.n && told < NAMED; i++)
        if (never[i]) {
            const Rule *r = l->enabled.p[i];
            message_warning("%s:%u: rule \"%.*s\" can never fire: the sensor makes no event of the types that it asks for", r->file, r->place.line, STR_FMT(r->name));
            told++;
        }
    if (l->n_never > told)
        message_warning("%zu more rules can never fire, for the same reason", l->n_never - told);
    if (l->n_rules == 0)
        message_warning("there is no rule on system calls: the sensor's own alerts are all that will come");
}

int sensor_load(Cli *cli, SensorLoaded **ret) {
    SensorLoaded *l = xcalloc(1, sizeof(*l));
    int x = policy_open_source(cli, "syscall", time_now(), &l->policy);
    if (x) {
        sensor_loaded_free(l);
        return x;
    }
    bool depends = choose(l);
    l->rules = sensor_rules_new(l->enabled.p, l->enabled.n);
    if (depends)
        sensor_rules_set_judge(l->rules, judge, l);
    l->since = time_now();
    for (size_t i = 0; i < l->enabled.n; i++)
        l->n_rules += l->enabled.p[i]->enabled && str_eqz(str_from(l->enabled.p[i]->source->name), "syscall");
    warn(l);
    *ret = l;
    return 0;
}

struct SensorReload {
    Cli *cli;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more;
    int fd;
    bool asked, ending;
    SensorLoaded *loaded;    /* not taken yet */
};

static void *load_rules(void *p) {
    SensorReload *r = p;
    pthread_mutex_lock(&r->lock);
    while (!r->ending) {
        if (!r->asked) {
            pthread_cond_wait(&r->more, &r->lock);
            continue;
        }
        r->asked = false;
        pthread_mutex_unlock(&r->lock);
        SensorLoaded *l = NULL;
        if (sensor_load(r->cli, &l))
            message_error("the rules that were read before stay in use");
        pthread_mutex_lock(&r->lock);
        sensor_loaded_free(r->loaded);
        r->loaded = l;
        eventfd_write(r->fd, 1);
    }
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

int sensor_reload_new(Cli *cli, SensorReload **ret, Error *err) {
    SensorReload *r = xcalloc(1, sizeof(*r));
    r->cli = cli;
    r->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->more, NULL);
    int e = r->fd < 0 ? -errno : -pthread_create(&r->thread, NULL, load_rules, r);
    if (e < 0) {
        fd_closep(&r->fd);
        free(r);
        return error_errno(err, e, "starting the thread that reads rules again");
    }
    *ret = r;
    return 0;
}

void sensor_reload_begin(SensorReload *r) {
    pthread_mutex_lock(&r->lock);
    r->asked = true;
    pthread_cond_signal(&r->more);
    pthread_mutex_unlock(&r->lock);
}

int sensor_reload_fd(const SensorReload *r) {
    return r->fd;
}

SensorLoaded *sensor_reload_take(SensorReload *r) {
    eventfd_t n;
    pthread_mutex_lock(&r->lock);
    eventfd_read(r->fd, &n);
    SensorLoaded *l = TAKE_PTR(r->loaded);
    pthread_mutex_unlock(&r->lock);
    return l;
}

void sensor_reload_free(SensorReload *r) {
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    r->ending = true;
    pthread_cond_signal(&r->more);
    pthread_mutex_unlock(&r->lock);
    pthread_join(r->thread, NULL);
    sensor_loaded_free(r->loaded);
    close(r->fd);
    pthread_mutex_destroy(&r->lock);
    pthread_cond_destroy(&r->more);
    free(r);
}
