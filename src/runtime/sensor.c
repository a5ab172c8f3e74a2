/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/sensor.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "policy/window.h"
#include "runtime/domains.h"
#include "runtime/late.h"
#include "runtime/loss.h"
#include "runtime/own.h"
#include "runtime/running.h"

enum { MATCHES_MAX = 1024, LINE_MAX_BYTES = 1 << 20, EVENTS_AT_ONCE = 4096, ASKED_MAX = 64, ROUNDS_AT_END = 64, WINDOWS_BYTES = 4 << 20 };

/* An evaluator remembers what it found out for a matcher: they live and die together. */
struct SensorRules {
    RuleMatcher *matcher;
    RuleMatcher *ordered;    /* sequences: they go by the order of events */
    PushDown *down;
    Evaluator *evaluator;
    bool windows;            /* some of `matcher` fire by several events */
    SensorJudge *judge;      /* NULL: every rule that holds makes an alert */
    void *userdata;
    StrArray domains;        /* that they compare with */
};

/* What io_uring was asked to open or connect to, by the address of the request. */
typedef struct Asked {
    uint64_t request;
    WireAddress to;
    size_t n;
    char name[256];
} Asked;

struct Sensor {
    SensorOptions o;
    Asked asked[ASKED_MAX];  /* by hash of the request */
    OwnRules *own;
    Event *told;             /* what the sensor says itself */
    Losses losses;
    uint64_t named_losses;   /* of those, the ones whose container is known */
    bool behind;             /* there may be more in the rings */
    const char *blind;       /* what loader_check() said last */
    uint64_t gone, gone_told; /* files that were gone, since that was said; when that was */
    SensorRules *rules;
    Loader *loader;
    Tables tables;
    Event *event, *later;
    LateEvents *late;        /* for rules->ordered */
    Buf text, json;
    RuleMatch *match;
    Windows *windows;
    char hostname[HOST_NAME_MAX + 1];
    SensorTotals totals;
    int failed;              /* what alert() said */
};

bool sensor_built(void) {
    return true;
}

static uint64_t since_boot(void) {
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (uint64_t) t.tv_sec * 1000000000 + (uint64_t) t.tv_nsec;
}

SensorRules *sensor_rules_new(Rule *const *rules, size_t n) {
    SensorRules *r = xcalloc(1, sizeof(*r));
    const Source *syscall = source_by_name(STR("syscall"));
    Vec(Rule *) sequences = {0}, others = {0};
    for (size_t i = 0; i < n; i++) {
        r->windows |= rules[i]->window && rules[i]->enabled;
        if (rules[i]->window && !rules[i]->window->count)
            vec_push(&sequences, rules[i]);
        else
            vec_push(&others, rules[i]);
    }
    r->matcher = rule_matcher_new(others.p, others.n, syscall, "evt.type");
    r->ordered = rule_matcher_new(sequences.p, sequences.n, syscall, "evt.type");
    vec_done(&sequences);
    vec_done(&others);
    r->evaluator = evaluator_new();
    uint64_t seed = 0;
    if (getentropy(&seed, sizeof(seed)) < 0)
        seed = (uint64_t) (uintptr_t) r ^ since_boot();
    r->down = push_down_new(rules, n, seed);
    r->domains = domains_wanted(rules, n);
    return r;
}

void sensor_rules_set_judge(SensorRules *r, SensorJudge *judge, void *userdata) {
    r->judge = judge;
    r->userdata = userdata;
}

void sensor_rules_free(SensorRules *r) {
    if (!r)
        return;
    rule_matcher_free(r->matcher);
    rule_matcher_free(r->ordered);
    push_down_free(r->down);
    evaluator_free(r->evaluator);
    free((Str *) r->domains.p);
    free(r);
}

static void add_image(Sensor *s, Event *e) {
    const WireEvent *w = &e->wire;
    Str path = e->path;
    Image image = {.id = w->process.image, .inode = w->file.inode, .device = w->file.device, .changed = w->file.changed, .modified = w->file.modified, .time = w->time, .exepath = path, .filename = e->string[WIRE_NAME],
                   .args = e->string[WIRE_ARGS], .env = e->string[WIRE_ENV], .layer = w->file.layer, .writable = w->flags & WIRE_EXE_WRITABLE};
    image.memfd = str_starts(path, STR("/memfd:"));
    if (image.memfd)
        image.exepath = str_from_at(path, 1);
    e->image = images_add(s->tables.images, &image);
}

static Str line(Sensor *s, AlertFormat format, const Rule *rule, const Subject *subject, const Event *e, Evaluator *v, Buf *out) {
    buf_clear(out);
    alert_write(format, rule, e, subject, v, str_from(s->hostname), out);
    return buf_view(out);
}

/* Does it make an alert? */
static bool alert(Sensor *s, const RuleMatch *m, const Subject *subject, const Event *e, Evaluator *v) {
    s->totals.limited += m->limited;
    if (s->failed < 0 || (m->limited && m->rule->on_error == ON_ERROR_ALLOW))
        return false;
    const SensorRules *rules = s->rules;
    const Rule *rule = rules->judge && v == rules->evaluator ? rules->judge(rules->userdata, m->rule, subject, v) : m->rule;
    /* What a limit ended is not known to hold, so it does not count. */
    if (!rule || (rule->window && (m->limited || !windows_add(s->windows, rule->window, subject, e->wire.time, v))))
        return false;
    SensorAlert a = {.rule = rule, .container = e->container, .time = e->time};
    if (s->o.text)
        a.text = line(s, ALERT_TEXT, rule, subject, e, v, &s->text);
    if (s->o.json)
        a.json = line(s, ALERT_JSON, rule, subject, e, v, &s->json);
    s->failed = s->o.alert(s->o.userdata, &a);
    s->totals.alerts++;
    return true;
}

/* The rules that fired by the first name, in order, are in s->match: a rule fires once for an event. */
static bool fired(const Sensor *s, size_t n, const Rule *rule) {
    for (size_t i = 0; i < n; i++)
        if (s->match[i].rule == rule)
            return true;
    return false;
}

/* The sensor's own rules, on what is no system call. */
static void evaluate_own(Sensor *s, const Event *e, const Subject *subject) {
    Evaluator *v;
    size_t n = own_rules_match(s->own, subject, &v, s->match, MATCHES_MAX);
    for (size_t i = 0; i < n; i++)
        alert(s, &s->match[i], subject, e, v);
}

/* A file has two names, Falco's and the kernel's: a rule fires when it holds for either of them as a whole. So neither can what a rule is about be hidden behind a
 * link, nor can what it excepts be used to hide. */
static void evaluate(Sensor *s, const RuleMatcher *matcher, Event *e) {
    Subject subject = {.source = source_by_name(STR("syscall")), .ops = &event_ops, .object = e};
    if (e->kind->number[0] < 0 && matcher == s->rules->matcher)
        evaluate_own(s, e, &subject);
    /* The first that holds may make no alert, and then the next one is asked. */
    const SensorRules *rules = s->rules;
    bool first = s->o.first_match && !rules->windows && !rules->judge, done = false;
    size_t n = rule_matcher_match(matcher, &subject, rules->evaluator, first, s->match, MATCHES_MAX);
    for (size_t i = 0; i < n && !done; i++)
        done = alert(s, &s->match[i], &subject, e, rules->evaluator) && s->o.first_match;
    Str name = e->description, other = s->o.strict_falco ? STR_NULL : event_other_name(e);
    if (!other.p || done)
        return;
    e->description = other;
    size_t m = rule_matcher_match(matcher, &subject, rules->evaluator, first, s->match + n, MATCHES_MAX);
    for (size_t i = 0; i < m && !done; i++)
        if (!fired(s, n, s->match[n + i].rule))
            done = alert(s, &s->match[n + i], &subject, e, rules->evaluator) && s->o.first_match;
    e->description = name;
}

/* Sequences on the executions that are older than `before`. */
static void evaluate_late(Sensor *s, uint64_t before) {
    for (LateEvent l; late_next(s->late, before, &l);) {
        Event *e = s->later;
        if (event_decode(l.bytes, e) < 0)
            continue;
        e->tables = &s->tables;
        e->number = l.number;
        event_resolve(e);
        evaluate(s, s->rules->ordered, e);
    }
}

static void evaluate_in_order(Sensor *s, Event *e, Str bytes) {
    bool asked = rule_matcher_candidates(s->rules->ordered, str_from(e->kind->name)) > 0;
    if (e->wire.type == WIRE_EXEC && asked)
        late_add(s->late, e->wire.time, e->number, bytes);
    evaluate_late(s, e->wire.type == WIRE_EXEC ? 0 : e->wire.time);
    if (e->wire.type != WIRE_EXEC && asked)
        evaluate(s, s->rules->ordered, e);
}

/* What the programs may go by from here on: the directories of this event, and whether its process is on the host. */
static void learn(Sensor *s, const Event *e) {
    const WireProcess *p = &e->wire.process;
    const Cgroups *c = s->tables.cgroups;
    push_down_learn(s->rules->down, e, loader_directories(s->loader));
    if (e->container)
        return;
    if (p->home && cgroups_is_host(c, p->home))
        loader_set_host(s->loader, p->home, true);
    if (cgroups_is_host(c, p->cgroup))
        loader_set_host(s->loader, p->cgroup, true);
}

static void push_down(Sensor *s) {
    loader_set_env(s->loader, push_down_env(s->rules->down));
    loader_set_filter(s->loader, s->o.no_push_down ? NULL : push_down_tables(s->rules->down));
}

static bool same_address(const WireAddress *a, const WireAddress *b) {
    return a->family == b->family && a->port == b->port && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* A request of io_uring is told of when it is made, what it opened or connected to later. Is that something else than it said? */
static bool is_news(Sensor *s, const Event *e) {
    const WireEvent *w = &e->wire;
    Asked *a = &s->asked[(w->arg[5] * 0x9E3779B97F4A7C15u) >> 58];
    bool opens = event_is_open(e);
    if (w->type == WIRE_DONE) {
        bool known = a->request == w->arg[5] && (opens ? str_eq(str_n(a->name, a->n), e->path) : same_address(&a->to, &w->file.remote));
        return !known && (opens ? e->path.p && !s->o.strict_falco : w->file.remote.port != 0);
    }
    if (w->type == WIRE_SYSCALL && w->entrance == WIRE_IO_URING) {
        a->request = e->name.n <= sizeof(a->name) ? w->arg[5] : 0;
        a->to = w->file.named;
        a->n = MIN(e->name.n, sizeof(a->name));
        memcpy(a->name, e->name.p ? e->name.p : "", a->n);
    }
    return true;
}

/* An event of the sensor's own; what it is about is filled in, and evaluate() called. */
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

/* A second thread closed the descriptor before the call returned: nobody does that by accident more than now and then. */
static void tell_gone(Sensor *s, const Event *of) {
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
    evaluate(s, s->rules->matcher, e);
}

static void on_event(void *userdata, Str bytes) {
    Sensor *s = userdata;
    Event *e = s->event;
    /* What it refers to may have arrived in the other ring only now. That is looked for before the event's room is used. */
    const WireEvent *w = (const WireEvent *) (const void *) bytes.p;
    if (bytes.n >= sizeof(*w) && w->type == WIRE_SYSCALL && w->process.image && !images_get(s->tables.images, w->process.image))
        loader_consume_first(s->loader);
    if (event_decode(bytes, e) < 0) {
        s->totals.unknown++;
        return;
    }
    e->tables = &s->tables;
    e->number = ++s->totals.events;
    event_resolve(e);
    const WireProcess *p = &e->wire.process;
    if (e->wire.type == WIRE_CGROUP) {
        loader_set_host(s->loader, e->wire.arg[0], false);
        cgroups_add(s->tables.cgroups, e->wire.arg[0], e->string[WIRE_CGROUP_PATH], e->image ? e->image->args : STR_NULL, e->cwd, e->container ? p->home : 0);
        return;
    }
    if (e->wire.type == WIRE_CGROUP_GONE) {
        cgroups_removed(s->tables.cgroups, e->wire.arg[0], e->wire.time);
        return;
    }
    if (e->wire.type == WIRE_MOVE)
        cgroups_keep(s->tables.cgroups, e->wire.arg[1]);
    if (e->wire.type == WIRE_SYSCALL && !s->o.no_push_down)
        learn(s, e);
    if (p->home && !e->container && cgroups_is_host(s->tables.cgroups, p->home))
        loader_no_container(s->loader, p->home);
    if (e->wire.type == WIRE_EXEC)
        add_image(s, e);
    if (!is_news(s, e))
        return;
    if (e->wire.type == WIRE_SYSCALL && e->wire.flags & WIRE_NO_FILE && e->wire.result >= 0 && event_is_open(e))
        tell_gone(s, e);
    evaluate(s, s->rules->matcher, e);
    evaluate_in_order(s, e, bytes);
}

static void wanted(const SensorRules *r, bool *ret) {
    size_t n;
    const Kind *kinds = sensor_kinds(&n);
    for (size_t i = 0; i < n; i++)
        ret[i] = rule_matcher_candidates(r->matcher, str_from(kinds[i].name)) + rule_matcher_candidates(r->ordered, str_from(kinds[i].name)) > 0;
}

int sensor_new(const SensorOptions *o, SensorRules *rules, Sensor **ret, Error *err) {
    _cleanup_(sensor_freep) Sensor *s = xcalloc(1, sizeof(*s));
    s->o = *o;
    s->rules = rules;
    s->text = buf_new(LINE_MAX_BYTES);
    s->json = buf_new(LINE_MAX_BYTES);
    s->event = xcalloc(1, sizeof(Event));
    s->later = xcalloc(1, sizeof(Event));
    s->late = late_new();
    s->windows = windows_new(WINDOWS_BYTES);
    s->told = xcalloc(1, sizeof(Event));
    s->match = xcalloc((size_t) 2 * MATCHES_MAX, sizeof(RuleMatch));
    gethostname(s->hostname, sizeof(s->hostname) - 1);
    tables_init(&s->tables);
    bool kinds[WIRE_KINDS] = {0};
    wanted(rules, kinds);
    LoaderOptions lo = {.wanted = kinds, .event = on_event, .userdata = s, .ring_bytes = o->ring_bytes, .host_mnt_ns = cgroups_host_mnt_ns(s->tables.cgroups)};
    int r = own_rules_new(&s->own, err);
    if (r >= 0)
        r = domains_set(s->tables.domains, rules->domains, err);
    if (r >= 0)
        r = loader_new(&lo, &s->loader, err);
    if (r < 0)
        return r;
    push_down(s);
    *ret = TAKE_PTR(s);
    return 0;
}

int sensor_arm(Sensor *s, const char **ret_missing, Error *err) {
    int r = loader_attach(s->loader, ret_missing, err);
    if (r < 0)
        return r;
    r = cgroups_scan(s->tables.cgroups);
    if (r < 0)
        return error_errno(err, r, "no cgroup hierarchy can be read: mount one (mount -t cgroup2 cgroup2 /sys/fs/cgroup)");
    processes_add(s->loader, &s->tables);
    return 0;
}

int sensor_fd(const Sensor *s) {
    return loader_fd(s->loader);
}

static void tell_loss(Sensor *s, const WireLoss *loss, const char *cause, const char *kind, uint64_t n) {
    Event *e = tell(s, WIRE_OWN_LOST);
    const Cgroups *c = s->tables.cgroups;
    e->wire.arg[0] = n;
    e->wire.arg[1] = rule_matcher_candidates(s->rules->matcher, str_from(kind)) + rule_matcher_candidates(s->rules->ordered, str_from(kind));
    e->string[WIRE_NAME] = str_from(cause);
    e->string[WIRE_NAME2] = str_from(kind);
    /* Who has a home has namespaces of its own. */
    if (loss->cgroup)
        e->container = cgroups_container(s->tables.cgroups, loss->cgroup, loss->is_home ? cgroups_host_mnt_ns(c) + 1 : cgroups_host_mnt_ns(c), loss->is_home);
    evaluate(s, s->rules->matcher, e);
}

static void tell_one(void *userdata, const WireLoss *loss, uint64_t total) {
    Sensor *s = userdata;
    size_t n;
    const Kind *kinds = sensor_kinds(&n);
    uint64_t more = losses_untold(&s->losses, loss, total);
    s->named_losses += total;
    if (more && loss->cause != WIRE_LOST_UNREAD && loss->kind < n) /* that is an alert of its own */
        tell_loss(s, loss, loader_cause(loss->cause), kinds[loss->kind].name, more);
}

static void tell_losses(Sensor *s) {
    /* The sum first: what is lost meanwhile is in the parts, and told of by them. */
    LoaderCounts c;
    if (loader_counts(s->loader, &c) < 0)
        return;
    uint64_t all = 0;
    for (size_t i = 0; i < WIRE_CAUSES * WIRE_KINDS; i++)
        all += c.lost[i / WIRE_KINDS][i % WIRE_KINDS];
    s->named_losses = 0;
    loader_losses(s->loader, tell_one, s);
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
}

static void check_programs(Sensor *s) {
    const char *what = loader_check(s->loader);
    if (what) {
        push_down(s);
        if (what != s->blind) {
            Event *e = tell(s, WIRE_OWN_BLIND);
            e->string[WIRE_NAME] = str_from(what);
            evaluate(s, s->rules->matcher, e);
        }
    }
    s->blind = what;
}

static void tick(Sensor *s) {
    check_programs(s);
    tables_clock(&s->tables);
    cgroups_sweep(s->tables.cgroups, s->behind ? s->event->wire.time : since_boot());
    tell_losses(s);
}

int sensor_consume(Sensor *s, Error *err) {
    domains_update(s->tables.domains);
    int n = loader_consume(s->loader, EVENTS_AT_ONCE);
    if (n < 0)
        return error_errno(err, n, "reading events");
    s->behind = n >= EVENTS_AT_ONCE;
    if (!s->behind)
        evaluate_late(s, UINT64_MAX); /* there is nothing older in the other ring */
    if (loader_tick(s->loader))
        tick(s);
    return s->failed < 0 ? error_errno(err, s->failed, "writing alerts") : s->behind;
}

int sensor_finish(Sensor *s, Error *err) {
    int r = 1;
    for (int i = 0; i < ROUNDS_AT_END && r > 0; i++)
        r = sensor_consume(s, err);
    if (r >= 0)
        tell_losses(s);
    return r >= 0 && s->failed < 0 ? error_errno(err, s->failed, "writing alerts") : r;
}

int sensor_set_rules(Sensor *s, SensorRules *rules, Error *err) {
    _cleanup_(sensor_rules_freep) SensorRules *old = rules;
    uint64_t now = since_boot();
    for (int n = 1; n > 0 && s->event->wire.time < now;) {
        n = loader_consume(s->loader, EVENTS_AT_ONCE);
        if (n < 0)
            return error_errno(err, n, "reading events");
    }
    int r = domains_set(s->tables.domains, rules->domains, err);
    if (r < 0)
        return r;
    evaluate_late(s, UINT64_MAX);
    bool kinds[WIRE_KINDS] = {0};
    wanted(rules, kinds);
    old = s->rules;
    s->rules = rules;
    push_down(s);
    loader_set_kinds(s->loader, kinds);
    return 0;
}

size_t sensor_hooks(const Sensor *s, LoaderHook *ret, size_t max) {
    return loader_hooks(s->loader, ret, max);
}

void sensor_totals(const Sensor *s, SensorTotals *ret) {
    WindowCounts w;
    *ret = s->totals;
    windows_counts(s->windows, &w);
    ret->forgotten = w.evicted;
    loader_counts(s->loader, &ret->kernel);
}

void sensor_free(Sensor *s) {
    if (!s)
        return;
    loader_free(s->loader);
    tables_done(&s->tables);
    sensor_rules_free(s->rules);
    own_rules_free(s->own);
    windows_free(s->windows);
    buf_done(&s->text);
    buf_done(&s->json);
    free(s->event);
    free(s->told);
    losses_done(&s->losses);
    free(s->later);
    late_free(s->late);
    free(s->match);
    free(s);
}
