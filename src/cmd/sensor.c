/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll sensor: rules on what happens on this machine, as it happens. */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>

#include "base/fs.h"
#include "cmd/message.h"
#include "cmd/policy.h"
#include "runtime/kind.h"
#include "runtime/sensor.h"

static const Option options[] = {
    {.name = "--format", .letter = 'f', .arg = "FORMAT", .doc = "How an alert is written: a line of text, or a line of JSON with Falco's keys", .values = "text|json", .def = "text"},
    {.name = "--rule-matching", .arg = "MODE", .doc = "all: every rule that matches an event makes an alert; first: the first one only, as in Falco", .values = "all|first", .def = "all"},
    {.name = "--strict-falco", .doc = "Files go by Falco's name only: the argument joined with its directory, links not followed. Otherwise a rule fires also when it holds for the path that the kernel opened"},
    {.name = "--ring-bytes", .arg = "BYTES", .doc = "Size of the ring that events of system calls come through: a power of two of at least 4096. Executions have one of their own", .def = "8388608"},
    {0},
};

static void say(void *userdata, const char *text) {
    fprintf(stderr, "%s\n", text);
}

static int write_line(void *userdata, Str line) {
    return fs_write_all(STDOUT_FILENO, line.p, line.n);
}

static void print_totals(const SensorTotals *t) {
    uint64_t lost = 0;
    size_t n;
    const Kind *kinds = sensor_kinds(&n);
    for (size_t c = 0; c < WIRE_CAUSES; c++)
        for (size_t i = 0; i < n; i++)
            lost += t->kernel.lost[c][i];
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

static int read_ring(Cli *cli, uint32_t *ret) {
    uint64_t n;
    if (str_to_u64(str_from(cli_value(cli, "--ring-bytes")), UINT32_MAX / 2, &n) < 0 || n < 4096 || (n & (n - 1)))
        return message_usage(cli->command->name, "--ring-bytes: expected a power of two of at least 4096, found '%s'", cli_value(cli, "--ring-bytes"));
    *ret = (uint32_t) n;
    return 0;
}

static int run(Cli *cli) {
    _cleanup_(policy_rules_done) PolicyRules p = {0};
    _cleanup_error_ Error err = {0};
    SensorTotals totals;
    if (!sensor_built()) {
        message_error("this program was built without the sensor; meson setup -Dsensor=enabled says what it needs");
        return EXIT_INCOMPLETE;
    }
    size_t n;
    const char *const *paths = cli_values(cli, "--rules", &n);
    if (n == 0)
        return message_usage(cli->command->name, "--rules: name the rules files to load");
    SensorOptions o = {.first_match = strcmp(cli_value(cli, "--rule-matching"), "first") == 0, .format = strcmp(cli_value(cli, "--format"), "json") == 0 ? ALERT_JSON : ALERT_TEXT,
                       .strict_falco = cli_flag(cli, "--strict-falco"), .say = say, .alert = write_line};
    RuleSetOptions ro = {.first_match = o.first_match, .as_of = time_now()};
    int x = read_ring(cli, &o.ring_bytes);
    if (x == 0)
        x = policy_rules_load_good(cli, paths, n, &ro, &p);
    if (x)
        return x;
    o.rules = rule_set_rules(p.set, &o.n_rules);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    _cleanup_fd_ int fd = signalfd(-1, &set, SFD_CLOEXEC);
    if (fd < 0)
        return message_fail(EXIT_INCOMPLETE, &err, error_errno(&err, -errno, "waiting for signals"));
    o.stop = fd;
    int r = sensor_run(&o, &totals, &err);
    if (r < 0)
        return message_fail(EXIT_INCOMPLETE, &err, r);
    print_totals(&totals);
    return EXIT_DONE;
}

const Command command_sensor = {
    .name = "sensor",
    .summary = "Watches this machine and its containers with rules, as things happen",
    .description = "Runs in the foreground. Programs in the kernel (eBPF) report system calls and executions that a loaded rule is about; each rule that fires makes one line on standard output at "
                   "once. Rules files are Falco's; rules of source syscall count.\n\n"
                   "\"armed\" on standard error says that everything is attached. SIGINT or SIGTERM stops it; it then says how many events there were and how many were lost, by cause. It needs "
                   "root, and a kernel with BTF.\n\n"
                   "Exit codes: 0 when it was stopped; 2 for wrong options or rules; 3 when it cannot watch.",
    .examples = "plimsoll sensor --rules falco_rules.yaml  # alerts as text\n"
                "plimsoll sensor --rules rules/ --format json | jq -r .rule  # names of rules, as they fire\n",
    .options = {policy_rules_options, options},
    .prints_nothing = true,
    .run = run,
};
