/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll sensor: rules on what happens on this machine, as it happens. */
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>

#include "base/fs.h"
#include "cmd/message.h"
#include "cmd/sensor.h"
#include "runtime/kind.h"

static const Option options[] = {
    {.name = "--format", .letter = 'f', .arg = "FORMAT", .doc = "How an alert is written: a line of text, or a line of JSON with Falco's keys", .values = "text|json", .def = "text"},
    {.name = "--rule-matching", .arg = "MODE", .doc = "all: every rule that matches an event makes an alert; first: the first one only, as in Falco", .values = "all|first", .def = "all"},
    {.name = "--strict-falco", .doc = "Files go by Falco's name only: the argument joined with its directory, links not followed. Otherwise a rule fires also when it holds for the path that the kernel opened"},
    {.name = "--no-push-down", .doc = "For tests and diagnosis: the kernel decides by the kind of call only, and every event of a kind that a rule is about is sent to the sensor. The alerts are the same, the cost is not"},
    {.name = "--ring-bytes", .arg = "BYTES", .doc = "Size of the ring that events of system calls come through: a power of two of at least 4096. Executions have one of their own", .def = "8388608"},
    {0},
};

static int write_line(void *userdata, const SensorAlert *a) {
    Str line = a->json.p ? a->json : a->text;
    return dprintf(STDOUT_FILENO, "%.*s\n", STR_FMT(line)) < 0 ? -errno : 0;
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
    if (t->forgotten)
        fprintf(stderr, "lost: %llu keys of thresholds and sequences, no room\n", (unsigned long long) t->forgotten);
    if (t->unknown)
        fprintf(stderr, "lost: %llu of any kind, not readable\n", (unsigned long long) t->unknown);
}

static int read_ring(Cli *cli, uint32_t *ret) {
    uint64_t n;
    if (str_to_u64(str_from(cli_value(cli, "--ring-bytes")), UINT32_MAX / 2, &n) < 0 || n < 4096 || (n & (n - 1)))
        return message_usage(cli->command->name, "--ring-bytes: expected a power of two of at least 4096, found '%s'", cli_value(cli, "--ring-bytes"));
    *ret = (uint32_t) n;
    return 0;
}

/* Everything that ends with the command. */
typedef struct Run {
    Sensor *sensor;
    SensorLoaded *loaded;    /* what the sensor works with */
    SensorReload *reload;
    int signals;
} Run;

static void run_done(Run *r) {
    sensor_free(r->sensor);
    sensor_reload_free(r->reload);
    sensor_loaded_free(r->loaded);
    fd_closep(&r->signals);
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

static int start(Cli *cli, Run *r, const SensorOptions *o, Error *err) {
    const char *missing;
    int e = open_signals(&r->signals, err);
    if (e == 0)
        e = sensor_new(o, TAKE_PTR(r->loaded->rules), &r->sensor, err);
    if (e == 0)
        e = sensor_arm(r->sensor, &missing, err);
    if (e == 0)
        e = sensor_reload_new(cli, &r->reload, err);
    if (e < 0)
        return e;
    if (*missing)
        fprintf(stderr, "hooks that this kernel does not offer: %s\n", missing);
    fprintf(stderr, "armed\n");
    return 0;
}

static int run(Cli *cli) {
    _cleanup_(run_done) Run r = {.signals = -1};
    _cleanup_error_ Error err = {0};
    if (!sensor_built()) {
        message_error("this program was built without the sensor; meson setup -Dsensor=enabled says what it needs");
        return EXIT_INCOMPLETE;
    }
    bool json = strcmp(cli_value(cli, "--format"), "json") == 0;
    SensorOptions o = {.first_match = strcmp(cli_value(cli, "--rule-matching"), "first") == 0, .text = !json, .json = json, .strict_falco = cli_flag(cli, "--strict-falco"), .no_push_down = cli_flag(cli, "--no-push-down"), .alert = write_line};
    int x = read_ring(cli, &o.ring_bytes);
    if (x == 0)
        x = sensor_load(cli, &r.loaded);
    if (x)
        return x;
    int e = start(cli, &r, &o, &err);
    if (e == 0)
        e = serve(&r, &err);
    if (e == 0)
        e = sensor_finish(r.sensor, &err);
    if (e < 0)
        return message_fail(EXIT_INCOMPLETE, &err, e);
    SensorTotals totals;
    sensor_totals(r.sensor, &totals);
    print_totals(&totals);
    return EXIT_DONE;
}

const Command command_sensor = {
    .name = "sensor",
    .summary = "Watches this machine and its containers with rules, as things happen",
    .description = "Runs in the foreground. Programs in the kernel (eBPF) report system calls and executions that a loaded rule is about; each rule that fires makes one line on standard output at "
                   "once. Rules files are Falco's; rules of source syscall count. Without --rules and --policy those that come with the program are used, as the set production chooses them.\n\n"
                   "\"armed\" on standard error says that everything is attached. SIGHUP reads the rules again, and no event is lost over it; faulty ones are said, and the old ones stay. SIGINT or SIGTERM stops it; it then says how many events there were and how many were lost, by cause. It needs "
                   "root, and a kernel with BTF.\n\n"
                   "Exit codes: 0 when it was stopped; 2 for wrong options or rules; 3 when it cannot watch.",
    .examples = "plimsoll sensor  # with the rules that come with the program\n"
                "plimsoll sensor --rules falco_rules.yaml  # with Falco's\n"
                "plimsoll sensor --rules rules/ --format json | jq -r .rule  # names of rules, as they fire\n",
    .options = {policy_options, policy_rules_options, policy_added_options, policy_scope_options, options},
    .prints_nothing = true,
    .run = run,
};
