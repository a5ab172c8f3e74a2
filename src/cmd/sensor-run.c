/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll sensor while it watches: signals, rules that are read again, alerts on their way out. */
#include <limits.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>

#include "base/time.h"
#include "cmd/message.h"
#include "cmd/sensor.h"
#include "deliver/limit.h"
#include "deliver/notice.h"
#include "runtime/kind.h"

/* How long outputs may take to deliver what waits at the end. */
enum { DELIVER_S = 3, NOTICE_MAX = 16 << 10, STATUS_MAX = 4 << 20 };

/* Everything that ends with the command. */
typedef struct Run {
    Sensor *sensor;
    SensorLoaded *loaded;    /* what the sensor works with */
    SensorReload *reload;
    Deliver *deliver;
    AlertLimit *limit;       /* NULL: nothing is held back */
    int64_t flush;           /* when it is to be asked again, nanoseconds of CLOCK_MONOTONIC */
    SensorSocket socket;
    SensorMetrics *metrics;  /* NULL: none are served */
    SensorView view;
    int signals;
    char hostname[HOST_NAME_MAX + 1];
} Run;

static void run_done(Run *r) {
    sensor_metrics_free(r->metrics);
    sensor_socket_close(&r->socket);
    sensor_free(r->sensor);
    sensor_reload_free(r->reload);
    sensor_loaded_free(r->loaded);
    alert_limit_free(r->limit);
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

static int send_line(Run *r, int64_t time, int severity, Str text, Str json) {
    return deliver_send(r->deliver, &(DeliverAlert) {.time = time, .severity = severity, .line = {[DELIVER_TEXT] = text, [DELIVER_JSON] = json}});
}

/* What makes two alerts the same: all but the time, with which a text begins. */
static Str without_time(Str text) {
    ssize_t at = str_find(text, STR(": "));
    return at < 0 ? text : str_from_at(text, (size_t) at);
}

static int on_alert(void *userdata, const SensorAlert *a) {
    Run *r = userdata;
    int severity = (int) a->rule->priority;
    int64_t now = r->limit ? time_steady_ns() : 0;
    bool pass = !r->limit || alert_limit_pass(r->limit, a->rule->name, a->container ? a->container->id : STR("host"), severity, without_time(a->text), now);
    if (r->limit)
        r->flush = alert_limit_due(r->limit);
    if (!pass)
        return 0;
    return send_line(r, a->time, severity, a->text, a->json);
}

static void tell_held(void *userdata, const HeldBack *h) {
    Run *r = userdata;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    _cleanup_free_ char *text = xasprintf("%llu more alert%s of rule \"%.*s\" in %.*s %s held back in %llu second%s%s", (unsigned long long) h->n, h->n == 1 ? "" : "s", STR_FMT(h->rule),
                                          STR_FMT(h->container), h->n == 1 ? "was" : "were", (unsigned long long) h->seconds, h->seconds == 1 ? "" : "s",
                                          !h->same ? "" : h->n == 1 ? ": it said the same" : ": they said the same");
    const Notice n = {.hostname = r->hostname, .rule = h->rule, .severity = h->severity, .time = now.tv_sec * INT64_C(1000000000) + now.tv_nsec, .text = text, .count_key = "held_back",
                      .count = h->n, .of_key = "container.id", .of = h->container};
    Buf line[DELIVER_FORMATS] = {buf_new(NOTICE_MAX), buf_new(NOTICE_MAX)};
    for (DeliverFormat f = 0; f < DELIVER_FORMATS; f++)
        notice_write(f, &n, &line[f]);
    send_line(r, n.time, n.severity, buf_view(&line[DELIVER_TEXT]), buf_view(&line[DELIVER_JSON]));
    for (DeliverFormat f = 0; f < DELIVER_FORMATS; f++)
        buf_done(&line[f]);
}

static int open_outputs(Cli *cli, Run *r) {
    gethostname(r->hostname, sizeof(r->hostname) - 1);
    r->deliver = deliver_new(&(DeliverOptions) {.hostname = r->hostname, .spool = cli_value(cli, "--spool"), .say = say});
    DeliverFormat format = strcmp(cli_value(cli, "--format"), "json") == 0 ? DELIVER_JSON : DELIVER_TEXT;
    size_t n;
    const char *const *texts = cli_values(cli, "--alert-to", &n);
    const char *const def = cli_value(cli, "--alert-to");
    for (size_t i = 0; i < MAX(n, (size_t) 1); i++) {
        _cleanup_error_ Error err = {0};
        int e = deliver_add(r->deliver, n ? texts[i] : def, format, &err);
        if (e == -EINVAL)
            return message_usage(cli->command->name, "--alert-to: %s", error_text(&err, e));
        if (e < 0) {
            message_error("--alert-to: %s", error_text(&err, e));
            return EXIT_INCOMPLETE;
        }
    }
    return 0;
}

static void open_limit(Cli *cli, Run *r) {
    LimitOptions o = {0};
    const char *most = cli_value(cli, "--limit-alerts");
    r->flush = INT64_MAX;
    str_to_u64(str_from(cli_value(cli, "--group-alerts")), UINT32_MAX, &o.group);
    if (most)
        alert_limit_parse(str_from(most), &o.most, &o.seconds, NULL);
    if (o.group || o.seconds)
        r->limit = alert_limit_new(&o);
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
    uint64_t lost = t->kernel.missed + t->unknown + t->unread;
    size_t n;
    const Kind *kinds = sensor_kinds(&n);
    for (size_t c = 0; c < WIRE_CAUSES; c++)
        for (size_t i = 0; i < n; i++)
            lost += t->kernel.lost[c][i];
    uint64_t settled = 0, sent = 0;
    for (size_t i = 0; i < n; i++)
        settled += t->kernel.settled[i], sent += t->kernel.seen[i];
    fprintf(stderr, "%llu calls looked at: %llu settled in the kernel, %llu sent%s\n", (unsigned long long) (settled + sent), (unsigned long long) settled, (unsigned long long) sent,
            t->kernel.unfiltered ? " (this kernel, older than 6.2, cannot look at names)" : "");
    fprintf(stderr, "stopped: %llu events, %llu alerts, %llu lost\n", (unsigned long long) t->events, (unsigned long long) t->alerts, (unsigned long long) lost);
    for (size_t c = 0; c < WIRE_CAUSES; c++)
        for (size_t i = 0; i < n; i++)
            if (t->kernel.lost[c][i])
                fprintf(stderr, "lost: %llu %s, %s\n", (unsigned long long) t->kernel.lost[c][i], kinds[i].name, loader_cause((enum WireCause) c));
    if (t->kernel.missed)
        fprintf(stderr, "lost: %llu of any kind, programs that the kernel left out\n", (unsigned long long) t->kernel.missed);
    if (t->forgotten)
        fprintf(stderr, "lost: %llu keys of thresholds and sequences, no room\n", (unsigned long long) t->forgotten);
    if (t->executions_forgotten)
        fprintf(stderr, "lost: what %llu programs were executed with, no room\n", (unsigned long long) t->executions_forgotten);
    if (t->unknown)
        fprintf(stderr, "lost: %llu of any kind, not readable\n", (unsigned long long) t->unknown);
    if (t->unread)
        fprintf(stderr, "lost: %llu of any kind, not looked at within %d seconds of the end\n", (unsigned long long) t->unread, SENSOR_FINISH_S);
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

static void use_rules(Run *r, SensorLoaded *l) {
    r->loaded = l;
    r->view.rules_since = l->since;
    r->view.n_rules = l->n_rules;
    r->view.n_never = l->n_never;
}

static int take_rules(Run *r, Error *err) {
    SensorLoaded *l = sensor_reload_take(r->reload);
    if (!l) {
        r->view.failed_reloads++;
        return 0;
    }
    int e = sensor_set_rules(r->sensor, TAKE_PTR(l->rules), err);
    sensor_loaded_free(r->loaded);
    use_rules(r, l);
    malloc_trim(0); /* of all threads: what reading rules took, and the old ones */
    if (e == 0)
        message_note("the rules were read anew");
    return e;
}

static const SensorView *view(Run *r) {
    r->view.held = r->limit ? alert_limit_held(r->limit) : 0;
    return &r->view;
}

static void answer_status(Run *r) {
    _cleanup_(buf_done) Buf text = buf_new(STATUS_MAX);
    sensor_report_json(view(r), &text);
    sensor_socket_answer(&r->socket, buf_view(&text));
}

static void flush_limit(Run *r, bool all) {
    if (r->limit)
        r->flush = alert_limit_flush(r->limit, time_steady_ns(), all, tell_held, r);
}

/* While there are events, they are read so often: to be woken for each of them costs more than to look at it. The first one after a pause is read at once. */
enum { READ_EVERY_MS = 4 };

/* Until the next thing that is due. */
static int timeout_of(const Run *r, int there_was) {
    if (there_was)
        return there_was == SENSOR_MORE ? 0 : READ_EVERY_MS;
    if (r->flush == INT64_MAX)
        return -1;
    int64_t wait = (r->flush - time_steady_ns()) / 1000000 + 1;
    return (int) MAX(MIN(wait, (int64_t) 3600000), (int64_t) 0);
}

static int serve(Run *r, Error *err) {
    enum { EVENTS, NAMES, SIGNALS, RELOAD, STATUS, METRICS, READER, N_ };
    struct pollfd p[N_] = {[SIGNALS] = {.fd = r->signals}, [RELOAD] = {.fd = sensor_reload_fd(r->reload)}, [STATUS] = {.fd = r->socket.fd},
                           [METRICS] = {.fd = r->metrics ? sensor_metrics_fd(r->metrics) : -1}};
    for (size_t i = 0; i < N_; i++)
        p[i].events = POLLIN;
    /* Of it only that its reader is gone is waited for, which poll() says unasked. */
    p[READER] = (struct pollfd) {.fd = deliver_to_stdout(r->deliver) ? STDOUT_FILENO : -1};
    for (int there_was = SENSOR_QUIET;;) {
        p[EVENTS].fd = there_was == SENSOR_SOME ? -1 : sensor_fd(r->sensor);
        p[NAMES].fd = sensor_names_fd(r->sensor);
        if (poll(p, N_, timeout_of(r, there_was)) < 0 && errno != EINTR)
            return error_errno(err, -errno, "waiting for events");
        if (p[READER].revents)
            return error_set(err, -EPIPE, "nobody reads standard output any more");
        if (p[NAMES].revents)
            sensor_take_names(r->sensor);
        bool go_on = !p[SIGNALS].revents || take_signals(r);
        int e = p[RELOAD].revents ? take_rules(r, err) : 0;
        if (p[STATUS].revents)
            answer_status(r);
        if (p[METRICS].revents)
            sensor_metrics_answer(r->metrics, view(r));
        there_was = e < 0 ? e : sensor_consume(r->sensor, err);
        if (time_steady_ns() >= r->flush)
            flush_limit(r, false);
        if (there_was < 0 || !go_on)
            return MIN(there_was, 0);
    }
}

/* Everything that may still need privileges: programs in the kernel, sockets, libraries. */
static int open_all(Cli *cli, Run *r, SensorOptions *o, const char **missing, Error *err) {
    const char *socket = cli_value(cli, "--status-socket"), *metrics = cli_value(cli, "--metrics-listen");
    o->alert = on_alert;
    o->userdata = r;
    o->text = deliver_wants(r->deliver, DELIVER_TEXT) || r->limit;
    o->json = deliver_wants(r->deliver, DELIVER_JSON);
    int e = sensor_new(o, TAKE_PTR(r->loaded->rules), &r->sensor, err);
    if (e == 0 && strcmp(socket, "none") != 0)
        e = sensor_socket_open(socket, &r->socket, err);
    if (e == 0 && metrics)
        e = sensor_metrics_open(metrics, &r->metrics, err);
    if (e == 0)
        e = sensor_arm(r->sensor, missing, err);
    return e;
}

static int start(Cli *cli, Run *r, SensorOptions *o, Error *err) {
    const char *missing = "";
    bool confined = !cli_flag(cli, "--no-confinement");
    int e = open_all(cli, r, o, &missing, err);
    if (e == 0 && confined)
        e = sensor_confine_self(err);
    if (e == 0)
        e = sensor_reload_new(cli, &r->reload, err);
    if (e == 0)
        e = deliver_start(r->deliver, err);
    if (e == 0 && r->metrics)
        e = sensor_metrics_start(r->metrics, err);
    if (e == 0 && confined)
        e = sensor_confine_threads(err);
    if (e < 0)
        return e;
    r->view.since = time_now();
    r->view.sensor = r->sensor;
    r->view.deliver = r->deliver;
    if (*missing)
        fprintf(stderr, "hooks that this kernel does not offer: %s\n", missing);
    SensorTotals t;
    sensor_totals(r->sensor, &t);
    if (t.kernel.unfiltered && !o->no_push_down)
        fprintf(stderr, "names are not looked at in this kernel, which is older than 6.2: opens that only their names would settle are all sent to the sensor\n");
    if (r->metrics)
        message_note("metrics on port %u", sensor_metrics_port(r->metrics));
    malloc_trim(0); /* what reading rules and the kernel's types took is not needed again */
    fprintf(stderr, "armed\n");
    return 0;
}

int sensor_watch(Cli *cli, SensorOptions *o) {
    _cleanup_(run_done) Run r = {.signals = -1, .socket = {-1, -1, NULL}};
    _cleanup_error_ Error err = {0};
    SensorLoaded *loaded = NULL;
    /* Before anything that takes time: what is sent meanwhile is not lost. */
    int e = open_signals(&r.signals, &err);
    if (e < 0)
        return message_fail(EXIT_INCOMPLETE, &err, e);
    int x = open_outputs(cli, &r);
    if (x == 0)
        x = sensor_load(cli, &loaded);
    if (x)
        return x;
    use_rules(&r, loaded);
    open_limit(cli, &r);
    e = start(cli, &r, o, &err);
    if (e < 0)
        return message_fail(EXIT_INCOMPLETE, &err, e);
    e = serve(&r, &err);
    if (e == 0)
        e = sensor_finish(r.sensor, &err);
    if (e < 0)
        message_error("%s", error_text(&err, e));
    SensorTotals totals;
    sensor_totals(r.sensor, &totals);
    flush_limit(&r, true);
    deliver_stop(r.deliver, DELIVER_S);
    print_totals(&totals);
    print_outputs(r.deliver);
    return e < 0 ? EXIT_INCOMPLETE : EXIT_DONE;
}
