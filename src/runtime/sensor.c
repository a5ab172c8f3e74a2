/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/alloc.h"
#include "runtime/domains.h"
#include "runtime/running.h"
#include "runtime/script.h"
#include "runtime/sensor-private.h"

enum { LINE_MAX_BYTES = 1 << 20, EVENTS_AT_ONCE = 4096, ROUNDS_AT_END = 64, WINDOWS_BYTES = 4 << 20 };

bool sensor_built(void) {
    return true;
}

static void mark_living(void *userdata, const WireLiving *one) {
    Sensor *s = userdata;
    images_mark(s->tables.images, one->image);
    if (one->home)
        cgroups_mark(s->tables.cgroups, one->home);
}

/* What no process runs or belongs to any more. `read`: everything up to then was read from the rings. */
static void look_for_ended(Sensor *s, uint64_t read) {
    uint64_t now = since_boot();
    s->ends_unknown = s->ends_unknown || loader_living(s->loader, mark_living, s) < 0;
    if (s->ends_unknown)
        return;
    images_sweep(s->tables.images, now, read);
    cgroups_marked(s->tables.cgroups, now);
}

/* What an execution named, where the kernel says that it is a script. The kernel's name for a descriptor is /dev/fd/NUMBER, perhaps with a name below it. */
static Str named_script(const Event *e, char *room, size_t max) {
    static const Str fds = STR("/dev/fd/");
    Str name = e->string[WIRE_NAME], number;
    if (!(e->wire.flags & WIRE_SCRIPT) || !e->string[WIRE_BASE].p || !str_starts(name, fds))
        return e->wire.flags & WIRE_SCRIPT ? name : STR_NULL;
    name = str_from_at(name, fds.n);
    size_t n = path_from_names(e->string[WIRE_BASE], room, max);
    if (str_cut(name, '/', &number, &name) && n < max && name.n < max - n) {
        room[n++] = '/';
        memcpy(room + n, name.p, name.n);
        n += name.n;
    }
    return str_n(room, n);
}

static void add_image(Sensor *s, Event *e) {
    if (images_crowded(s->tables.images) && !s->ends_unknown)
        look_for_ended(s, 0);
    const WireEvent *w = &e->wire;
    Str path = e->path;
    Image image = {.id = w->process.image, .inode = w->file.inode, .device = w->file.device, .changed = w->file.changed, .modified = w->file.modified, .time = w->time, .exepath = path, .filename = e->string[WIRE_NAME],
                   .args = e->string[WIRE_ARGS], .env = e->string[WIRE_ENV], .layer = w->file.layer, .writable = w->flags & WIRE_EXE_WRITABLE};
    image.memfd = str_starts(path, STR("/memfd:"));
    if (image.memfd)
        image.exepath = str_from_at(path, 1);
    char room[2 * WIRE_STRING_MAX], script[2 * WIRE_STRING_MAX];
    image.script = script_of(&image, named_script(e, room, sizeof(room)), e->cwd, script, sizeof(script));
    e->image = images_add(s->tables.images, &image);
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

static void add_domain(void *userdata, const IpValue *ip) {
    uint64_t *bits = userdata, words[2] = {0};
    uint32_t address;
    memcpy(words, ip->bytes, sizeof(words));
    memcpy(&address, ip->bytes, sizeof(address));
    if (ip->family == 4) {
        words[0] = 0;
        words[1] = filter_mapped(address);
    }
    uint32_t bit = filter_domain_bit(words[0], words[1]);
    bits[bit / 64] |= (uint64_t) 1 << bit % 64;
}

/* The programs send what such an address is an end of. */
static void tell_domains(Sensor *s) {
    uint64_t bits[FILTER_DOMAINS] = {0};
    domains_each(s->tables.domains, add_domain, bits);
    loader_set_domains(s->loader, bits);
}

static void push_down(Sensor *s) {
    tell_domains(s);
    const Str *names;
    size_t n = push_down_names(s->rules->down, &names);
    aliases_set(s->aliases, names, n);
    loader_set_env(s->loader, push_down_env(s->rules->down));
    loader_set_filter(s->loader, s->o.no_push_down ? NULL : push_down_tables(s->rules->down));
}

/* A file of several names: is one of them a name that rules look for? If not, the programs need not send it for its names' sake. */
static void look_for_alias(Sensor *s, Event *e) {
    const WireFile *f = &e->wire.file;
    if (s->o.strict_falco || aliases_name(s->aliases, e, &e->alias) == 0)
        loader_harmless(s->loader, filter_file_key(push_down_tables(s->rules->down)->seed, f->device, f->inode, f->changed, e->wire.process.mnt_ns));
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
        return e->alias.n || (!known && (opens ? e->path.p && !s->o.strict_falco : w->file.remote.port != 0));
    }
    if (w->type == WIRE_SYSCALL && w->entrance == WIRE_IO_URING) {
        a->request = e->name.n <= sizeof(a->name) ? w->arg[5] : 0;
        a->to = w->file.named;
        a->n = MIN(e->name.n, sizeof(a->name));
        memcpy(a->name, e->name.p ? e->name.p : "", a->n);
    }
    return true;
}

static void on_event(void *userdata, Str bytes) {
    Sensor *s = userdata;
    Event *e = s->event;
    if (s->until && since_boot() > s->until) {
        s->totals.unread++;
        return;
    }
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
        cgroups_add(s->tables.cgroups, e->wire.arg[0], e->string[WIRE_CGROUP_PATH], e->image ? e->image->args : STR_NULL, e->cwd, e->container ? p->home : 0, e->time);
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
    if (e->wire.type == WIRE_EXEC) {
        add_image(s, e);
        if (!e->container)
            cgroups_executed(s->tables.cgroups, e->string[WIRE_ARGS], e->cwd);
        aliases_executed(s->aliases, e);
    }
    if (aliases_several(e))
        look_for_alias(s, e);
    if (!is_news(s, e))
        return;
    if (e->wire.type == WIRE_SYSCALL && e->wire.flags & WIRE_NO_FILE && e->wire.result >= 0 && event_is_open(e))
        sensor_tell_gone(s, e);
    sensor_evaluate(s, s->rules->matcher, e);
    sensor_evaluate_in_order(s, e, bytes);
}

/* A directory's device is its file system's, also of an overlay. */
static uint32_t device_of_root(void) {
    struct stat st;
    if (stat("/proc/1/root", &st) < 0 && stat("/", &st) < 0)
        return 0;
    return (uint32_t) (major(st.st_dev) << 20 | minor(st.st_dev));
}

int sensor_new(const SensorOptions *o, SensorRules *rules, Sensor **ret, Error *err) {
    _cleanup_(sensor_freep) Sensor *s = xcalloc(1, sizeof(*s));
    s->o = *o;
    s->rules = rules;
    s->text = buf_new(LINE_MAX_BYTES);
    s->json = buf_new(LINE_MAX_BYTES);
    s->aliases = aliases_new();
    s->event = xcalloc(1, sizeof(Event));
    s->later = xcalloc(1, sizeof(Event));
    s->late = late_new();
    s->windows = windows_new(WINDOWS_BYTES);
    s->told = xcalloc(1, sizeof(Event));
    s->match = xcalloc((size_t) (1 + OTHER_NAMES) * MATCHES_MAX, sizeof(RuleMatch));
    gethostname(s->hostname, sizeof(s->hostname) - 1);
    tables_init(&s->tables);
    bool kinds[WIRE_KINDS] = {0};
    sensor_rules_kinds(rules, kinds);
    LoaderOptions lo = {.wanted = kinds, .event = on_event, .userdata = s, .ring_bytes = o->ring_bytes, .host_mnt_ns = cgroups_host_mnt_ns(s->tables.cgroups), .host_root = device_of_root()};
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

int sensor_names_fd(const Sensor *s) {
    return domains_fd(s->tables.domains);
}

void sensor_take_names(Sensor *s) {
    if (domains_update(s->tables.domains))
        tell_domains(s);
}

static void check_programs(Sensor *s) {
    const char *what = loader_check(s->loader);
    if (what) {
        push_down(s);
        if (what != s->blind)
            sensor_tell_blind(s, what);
    }
    s->blind = what;
}

static void tick(Sensor *s) {
    check_programs(s);
    tables_clock(&s->tables);
    uint64_t read = s->behind ? s->event->wire.time : since_boot();
    cgroups_sweep(s->tables.cgroups, read);
    if ((images_to_sweep(s->tables.images) || cgroups_to_look(s->tables.cgroups, read)) && !s->ends_unknown)
        look_for_ended(s, read);
    sensor_tell_losses(s);
    sensor_tell_names(s);
}

int sensor_consume(Sensor *s, Error *err) {
    int n = loader_consume(s->loader, EVENTS_AT_ONCE);
    if (n < 0)
        return error_errno(err, n, "reading events");
    s->behind = n >= EVENTS_AT_ONCE;
    if (!s->behind)
        sensor_evaluate_late(s, UINT64_MAX); /* there is nothing older in the other ring */
    if (loader_tick(s->loader))
        tick(s);
    return s->failed < 0 ? error_errno(err, s->failed, "writing alerts") : s->behind ? SENSOR_MORE : n ? SENSOR_SOME : SENSOR_QUIET;
}

int sensor_finish(Sensor *s, Error *err) {
    int r = SENSOR_MORE;
    s->until = since_boot() + SENSOR_FINISH_S * UINT64_C(1000000000);
    for (int i = 0; i < ROUNDS_AT_END && r > SENSOR_QUIET; i++)
        r = sensor_consume(s, err);
    if (r >= 0)
        sensor_tell_losses(s);
    return r >= 0 && s->failed < 0 ? error_errno(err, s->failed, "writing alerts") : r;
}

int sensor_set_rules(Sensor *s, SensorRules *rules, Error *err) {
    _cleanup_(sensor_rules_freep) SensorRules *fresh = rules;
    uint64_t now = since_boot();
    for (int n = 1; n > 0 && s->event->wire.time < now;) {
        n = loader_consume(s->loader, EVENTS_AT_ONCE);
        if (n < 0)
            return error_errno(err, n, "reading events");
    }
    int r = domains_set(s->tables.domains, rules->domains, err);
    if (r < 0)
        return r;
    sensor_evaluate_late(s, UINT64_MAX);
    bool kinds[WIRE_KINDS] = {0};
    sensor_rules_kinds(rules, kinds);
    SensorRules *old = s->rules;
    s->rules = TAKE_PTR(fresh);
    push_down(s);
    loader_set_kinds(s->loader, kinds);
    sensor_rules_free(old);
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
    ret->executions = images_count(s->tables.images);
    ret->executions_forgotten = images_forgotten(s->tables.images);
    ret->loss_counters = s->losses.told.n;
    domains_state(s->tables.domains, &ret->domains);
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
    aliases_free(s->aliases);
    free(s->event);
    free(s->told);
    losses_done(&s->losses);
    vec_done(&s->past);
    free(s->later);
    late_free(s->late);
    free(s->match);
    free(s);
}
