/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/sensor.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"

enum { MATCHES_MAX = 1024, LINE_MAX_BYTES = 1 << 20, ARGS_MAX = 4096 };

typedef struct Sensor {
    const SensorOptions *o;
    RuleMatcher *matcher;
    Evaluator *evaluator;
    Loader *loader;
    Tables tables;
    Event *event;
    Buf line;
    RuleMatch *match;
    char hostname[HOST_NAME_MAX + 1];
    SensorTotals *totals;
    int failed;              /* what alert() said */
} Sensor;

bool sensor_built(void) {
    return true;
}

static void add_image(Sensor *s, Event *e) {
    const WireEvent *w = &e->wire;
    Str path = e->path;
    Image image = {.id = w->process.image, .inode = w->file.inode, .changed = w->file.changed, .modified = w->file.modified, .time = w->time, .exepath = path, .filename = e->string[WIRE_NAME],
                   .args = e->string[WIRE_ARGS], .env = e->string[WIRE_ENV], .layer = w->file.layer};
    image.memfd = str_starts(path, STR("/memfd:"));
    if (image.memfd)
        image.exepath = str_from_at(path, 1);
    e->image = images_add(s->tables.images, &image);
}

static void alert(Sensor *s, const RuleMatch *m, const Subject *subject, const Event *e) {
    s->totals->limited += m->limited;
    if (s->failed < 0 || (m->limited && m->rule->on_error == ON_ERROR_ALLOW))
        return;
    buf_clear(&s->line);
    alert_write(s->o->format, m->rule, e, subject, s->evaluator, str_from(s->hostname), &s->line);
    s->failed = s->o->alert(s->o->userdata, buf_view(&s->line));
    s->totals->alerts++;
}

/* The rules that fired by the first name, in order, are in s->match: a rule fires once for an event. */
static bool fired(const Sensor *s, size_t n, const Rule *rule) {
    for (size_t i = 0; i < n; i++)
        if (s->match[i].rule == rule)
            return true;
    return false;
}

/* A file has two names, Falco's and the kernel's: a rule fires when it holds for either of them as a whole. So neither can what a rule is about be hidden behind a
 * link, nor can what it excepts be used to hide. */
static void evaluate(Sensor *s, Event *e) {
    Subject subject = {.source = source_by_name(STR("syscall")), .ops = &event_ops, .object = e};
    size_t n = rule_matcher_match(s->matcher, &subject, s->evaluator, s->o->first_match, s->match, MATCHES_MAX);
    for (size_t i = 0; i < n; i++)
        alert(s, &s->match[i], &subject, e);
    Str other = s->o->strict_falco ? STR_NULL : event_other_name(e);
    if (!other.p || (n && s->o->first_match))
        return;
    e->description = other;
    size_t m = rule_matcher_match(s->matcher, &subject, s->evaluator, s->o->first_match, s->match + n, MATCHES_MAX);
    for (size_t i = 0; i < m; i++)
        if (!fired(s, n, s->match[n + i].rule))
            alert(s, &s->match[n + i], &subject, e);
}

static void on_event(void *userdata, Str bytes) {
    Sensor *s = userdata;
    Event *e = s->event;
    /* What it refers to may have arrived in the other ring only now. That is looked for before the event's room is used. */
    const WireEvent *w = (const WireEvent *) (const void *) bytes.p;
    if (bytes.n >= sizeof(*w) && w->type == WIRE_SYSCALL && w->process.image && !images_get(s->tables.images, w->process.image))
        loader_consume_first(s->loader);
    if (event_decode(bytes, e) < 0) {
        s->totals->unknown++;
        return;
    }
    e->tables = &s->tables;
    e->number = ++s->totals->events;
    event_resolve(e);
    if (e->wire.type == WIRE_CGROUP) {
        cgroups_add(s->tables.cgroups, e->wire.arg[0], e->string[WIRE_CGROUP_PATH], e->image ? e->image->args : STR_NULL, e->cwd);
        return;
    }
    if (e->wire.type == WIRE_EXEC)
        add_image(s, e);
    evaluate(s, e);
}

static Str read_proc(uint32_t pid, const char *name, char *room, size_t max) {
    char path[64];
    snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
    _cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : fs_pread_all(fd, room, max, 0);
    return n > 0 ? str_n(room, (size_t) n) : STR_NULL;
}

/* A process that was there before: what it runs is read from /proc, and the kernel told which image that is. */
static void add_process(Sensor *s, uint32_t pid) {
    uint64_t id = (uint64_t) 1 << 63 | pid;
    if (loader_set_image(s->loader, pid, id) < 0)
        return;
    static const char exe[] = "exe";
    char args[ARGS_MAX], path[64], target[PATH_MAX];
    snprintf(path, sizeof(path), "/proc/%u/%s", pid, exe);
    ssize_t n = readlink(path, target, sizeof(target));
    struct stat st;
    Image image = {.id = id, .args = read_proc(pid, "cmdline", args, sizeof(args)), .exepath = n > 0 ? str_n(target, (size_t) n) : STR_NULL};
    if (n > 0 && stat(path, &st) == 0) {
        image.inode = st.st_ino;
        image.changed = (uint64_t) st.st_ctim.tv_sec * 1000000000 + (uint64_t) st.st_ctim.tv_nsec;
        image.modified = (uint64_t) st.st_mtim.tv_sec * 1000000000 + (uint64_t) st.st_mtim.tv_nsec;
    }
    images_add(s->tables.images, &image);
}

static void add_processes(Sensor *s) {
    DIR *d = opendir("/proc");
    if (!d)
        return;
    for (struct dirent *e; (e = readdir(d));) {
        uint64_t pid;
        if (str_to_u64(str_from(e->d_name), INT32_MAX, &pid) == 0)
            add_process(s, (uint32_t) pid);
    }
    closedir(d);
}

static void say_armed(Sensor *s, const char *missing) {
    if (*missing) {
        _cleanup_free_ char *text = xasprintf("hooks that this kernel does not offer: %s", missing);
        s->o->say(s->o->userdata, text);
    }
    s->o->say(s->o->userdata, "armed");
}

static int serve(Sensor *s, Error *err) {
    struct pollfd p[] = {{.fd = loader_fd(s->loader), .events = POLLIN}, {.fd = s->o->stop, .events = POLLIN}};
    while (s->failed >= 0) {
        if (poll(p, ARRAY_SIZE(p), -1) < 0 && errno != EINTR)
            return error_errno(err, -errno, "waiting for events");
        bool stop = p[1].revents;
        int n = loader_consume(s->loader);
        if (n < 0)
            return error_errno(err, n, "reading events");
        if (stop)
            return 0;
    }
    return error_errno(err, s->failed, "writing alerts");
}

static int start(Sensor *s, Error *err) {
    size_t n;
    const Kind *kinds = sensor_kinds(&n);
    bool wanted[WIRE_KINDS] = {0};
    for (size_t i = 0; i < n; i++)
        wanted[i] = rule_matcher_candidates(s->matcher, str_from(kinds[i].name)) > 0;
    LoaderOptions lo = {.wanted = wanted, .env = true, .event = on_event, .userdata = s, .ring_bytes = s->o->ring_bytes};
    int r = loader_new(&lo, &s->loader, err);
    const char *missing = "";
    if (r >= 0)
        r = loader_attach(s->loader, &missing, err);
    if (r < 0)
        return r;
    r = cgroups_scan(s->tables.cgroups);
    if (r < 0)
        return error_errno(err, r, "no cgroup hierarchy can be read: mount one (mount -t cgroup2 cgroup2 /sys/fs/cgroup)");
    add_processes(s);
    say_armed(s, missing);
    return serve(s, err);
}

int sensor_run(const SensorOptions *o, SensorTotals *ret, Error *err) {
    *ret = (SensorTotals) {0};
    Sensor s = {.o = o, .totals = ret, .line = buf_new(LINE_MAX_BYTES), .event = xcalloc(1, sizeof(Event)), .match = xcalloc((size_t) 2 * MATCHES_MAX, sizeof(RuleMatch))};
    gethostname(s.hostname, sizeof(s.hostname) - 1);
    s.matcher = rule_matcher_new(o->rules, o->n_rules, source_by_name(STR("syscall")), "evt.type");
    s.evaluator = evaluator_new();
    tables_init(&s.tables);
    int r = start(&s, err);
    if (s.loader)
        loader_counts(s.loader, &ret->kernel);
    loader_free(s.loader);
    tables_done(&s.tables);
    rule_matcher_free(s.matcher);
    evaluator_free(s.evaluator);
    buf_done(&s.line);
    free(s.event);
    free(s.match);
    return r;
}
