/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll sensor while it watches: signals, rules that are read again, alerts on their way out. */
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>

#include "cmd/cli.h"
#include "cmd/message.h"
#include "cmd/sensor.h"
#include "deliver/deliver.h"
#include "runtime/kind.h"

/* How long outputs may take to deliver what waits at the end. */
enum { DELIVER_S = 3 };

/* Everything that ends with the command. */
typedef struct Run {
    Sensor *sensor;
    SensorLoaded *loaded;    /* what the sensor works with */
    SensorReload *reload;
    Deliver *deliver;
    int signals;
} Run;

static void run_done(Run *r) {
    sensor_free(r->sensor);
    sensor_reload_free(r->reload);
    sensor_loaded_free(r->loaded);
    if (r->deliver)
        deliver_stop(r->deliver, 0);
    deliver_free(r->deliver);
    fd_closep(&r->signals);
}

static void say(void *userdata, bool bad, const char *text) {
    if (bad)
        message_warning("%s", text);
    else
        message_note("%s", text);
}

static int on_alert(void *userdata, const SensorAlert *a) {
    Run *r = userdata;
    return deliver_send(r->deliver, &(DeliverAlert) {.time = a->time, .severity = (int) a->rule->priority, .line = {[DELIVER_TEXT] = a->text, [DELIVER_JSON] = a->json}});
}

static int open_outputs(Cli *cli, Run *r) {
    char hostname[HOST_NAME_MAX + 1] = "";
    gethostname(hostname, sizeof(hostname) - 1);
    r->deliver = deliver_new(&(DeliverOptions) {.hostname = hostname, .spool = cli_value(cli, "--spool"), .say = say});
    DeliverFormat format = strcmp(cli_value(cli, "--format"), "json") == 0 ? DELIVER_JSON : DELIVER_TEXT;
    size_t n;
    const char *const *texts = cli_values(cli, "--alert-to", &n);
    const char *const def = cli_value(cli, "--alert-to");
    for (size_t i = 0; i < MAX(n, (size_t) 1); i++) {
        _cleanup_error_ Error err = {0};
        int e = deliver_add(r->deliver, n ? texts[i] : def, format, &err);
        if (e == -EINVAL)
            return message_usage(cli->command->name, "--alert-to: %s", error_text(&err, e));
        if (e < 0)
            return message_fail(EXIT_INCOMPLETE, &err, e);
    }
    return 0;
}

static void print_outputs(const Deliver *d) {
    for (size_t i = 0; i < deliver_count(d); i++) {
        DeliverState s;
        deliver_state(d, i, &s);
        if (s.lost)
            fprintf(stderr, "lost: %llu alerts, output %s\n", (unsigned long long) s.lost, s.name);
        if (s.refused)
            fprintf(stderr, "refused: %llu alerts, output %s\n", (unsigned long long) s.refused, s.name);
        if (s.waiting)
            fprintf(stderr, "waiting: %llu alerts, output %s\n", (unsigned long long) s.waiting, s.name);
    }
}

static void print_totals(const SensorTotals *t) {
    uint64_t lost = 0;
    size_t n;
    const Kind *kinds = sensor_kinds(&n);
    for (size_t c = 0; c < WIRE_CAUSES; c++)
        for (size_t i = 0; i < n; i++)
            lost += t->kernel.lost[c][i];
    uint64_t settled = 0, sent = 0;
    for (size_t i = 0; i < n; i++)
        settled += t->kernel.settled[i], sent += t->kernel.seen[i];
    fprintf(stderr, "%llu calls looked at: %llu settled in the kernel, %llu sent%s\n", (unsigned long long) (settled + sent), (unsigned long long) settled, (unsigned long long) sent,
            t->kernel.unfiltered ? " (this kernel, older than 6.2, cannot settle any)" : "");
    fprintf(stderr, "stopped: %llu events, %llu alerts, %llu lost\n", (unsigned long long) t->events, (unsigned long long) t->alerts, (unsigned long long) (lost + t->kernel.missed));
    for (size_t c = 0; c < WIRE_CAUSES; c++)
        for (size_t i = 0; i < n; i++)
            if (t->kernel.lost[c][i])
                fprintf(stderr, "lost: %llu %s, %s\n", (unsigned long long) t->kernel.lost[c][i], kinds[i].name, loader_cause((enum WireCause) c));
    if (t->kernel.missed)
        fprintf(stderr, "lost: %llu of any kind, programs that the kernel left out\n", (unsigned long long) t->kernel.missed);
    if (t->unknown)
        fprintf(stderr, "lost: %llu of any kind, not readable\n", (unsigned long long) t->unknown);
}

static int open_signals(int *ret, Error *err) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    /* Of all threads, for they inherit it. */
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    *ret = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return *ret < 0 ? error_errno(err, -errno, "waiting for signals") : 0;
}

/* false: it is to stop. */
static bool take_signals(Run *r) {
    struct signalfd_siginfo info;
    while (read(r->signals, &info, sizeof(info)) == sizeof(info)) {
        if (info.ssi_signo != SIGHUP)
            return false;
        deliver_reopen(r->deliver);
        sensor_reload_begin(r->reload);
    }
    return true;
}

static int take_rules(Run *r, Error *err) {
    SensorLoaded *l = sensor_reload_take(r->reload);
    if (!l)
        return 0;
    int e = sensor_set_rules(r->sensor, TAKE_PTR(l->rules), err);
    sensor_loaded_free(r->loaded);
    r->loaded = l;
    if (e == 0)
        message_note("the rules were read anew");
    return e;
}

static int serve(Run *r, Error *err) {
    struct pollfd p[] = {{.fd = sensor_fd(r->sensor), .events = POLLIN}, {.fd = r->signals, .events = POLLIN}, {.fd = sensor_reload_fd(r->reload), .events = POLLIN}};
    for (int more = 0;;) {
        if (poll(p, ARRAY_SIZE(p), more ? 0 : -1) < 0 && errno != EINTR)
            return error_errno(err, -errno, "waiting for events");
        bool go_on = !p[1].revents || take_signals(r);
        int e = p[2].revents ? take_rules(r, err) : 0;
        more = e < 0 ? e : sensor_consume(r->sensor, err);
        if (more < 0 || !go_on)
            return MIN(more, 0);
    }
}

static int start(Cli *cli, Run *r, SensorOptions *o, Error *err) {
    const char *missing;
    o->alert = on_alert;
    o->userdata = r;
    o->text = deliver_wants(r->deliver, DELIVER_TEXT);
    o->json = deliver_wants(r->deliver, DELIVER_JSON);
    int e = open_signals(&r->signals, err);
    if (e == 0)
        e = sensor_new(o, TAKE_PTR(r->loaded->rules), &r->sensor, err);
    if (e == 0)
        e = sensor_arm(r->sensor, &missing, err);
    if (e == 0)
        e = sensor_reload_new(cli, &r->reload, err);
    if (e == 0)
        e = deliver_start(r->deliver, err);
    if (e < 0)
        return e;
    if (*missing)
        fprintf(stderr, "hooks that this kernel does not offer: %s\n", missing);
    fprintf(stderr, "armed\n");
    return 0;
}

int sensor_watch(Cli *cli, SensorOptions *o) {
    _cleanup_(run_done) Run r = {.signals = -1};
    _cleanup_error_ Error err = {0};
    int x = open_outputs(cli, &r);
    if (x == 0)
        x = sensor_load(cli, &r.loaded);
    if (x)
        return x;
    int e = start(cli, &r, o, &err);
    if (e == 0)
        e = serve(&r, &err);
    if (e < 0)
        return message_fail(EXIT_INCOMPLETE, &err, e);
    SensorTotals totals;
    sensor_totals(r.sensor, &totals);
    deliver_stop(r.deliver, DELIVER_S);
    print_totals(&totals);
    print_outputs(r.deliver);
    return EXIT_DONE;
}
