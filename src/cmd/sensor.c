/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll sensor: rules on what happens on this machine, as it happens. */
#include "cmd/message.h"
#include "cmd/sensor.h"
#include "deliver/limit.h"
#include "net/http-server.h"

static int check_limit(Str value, Error *err) {
    uint64_t most, seconds;
    return alert_limit_parse(value, &most, &seconds, err);
}

static int check_group(Str value, Error *err) {
    uint64_t seconds;
    return str_to_u64(value, 86400, &seconds) < 0 ? error_set(err, -EINVAL, "expected seconds, at most 86400; found '%.*s'", STR_FMT(value)) : 0;
}

static int check_metrics(Str value, Error *err) {
    _cleanup_free_ char *text = str_dup(value);
    return http_server_check(text, true) < 0 ? error_set(err, -EINVAL, "expected an address of loopback and a port, as 127.0.0.1:9100 or [::1]:9100; found '%s'", text) : 0;
}

const Option sensor_socket_options[] = {
    {.name = "--status-socket", .arg = "PATH", .doc = "Socket of the running sensor, by which it tells of itself, and by which a second one is refused; none: it has no socket", .def = "/run/plimsoll/sensor.sock",
     .check = sensor_socket_check, .env = "PLIMSOLL_SENSOR_SOCKET", .config = "sensor.status-socket", .is_file = true},
    {0},
};

static const Option options[] = {
    {.name = "--format", .letter = 'f', .arg = "FORMAT", .doc = "How an alert is written: a line of text, or a line of JSON with Falco's keys", .values = "text|json", .def = "text"},
    {.name = "--rule-matching", .arg = "MODE", .doc = "all: every rule that matches an event makes an alert; first: the first one only, as in Falco", .values = "all|first", .def = "all"},
    {.name = "--strict-falco", .doc = "Files go by Falco's name only: the argument joined with its directory, links not followed. Otherwise a rule fires also when it holds for the path that the kernel opened"},
    {.name = "--no-push-down", .doc = "For tests and diagnosis: the kernel decides by the kind of call only, and every event of a kind that a rule is about is sent to the sensor. The alerts are the same, the cost is not"},
    {.name = "--ring-bytes", .arg = "BYTES", .doc = "Size of the ring that events of system calls come through: a power of two of at least 4096. Executions have one of their own", .def = "8388608"},
    {.name = "--alert-to", .arg = "OUTPUT", .doc = "Where alerts go: KIND[:TARGET] [KEY=VALUE …], as `plimsoll list outputs` has them; several outputs do not wait for each other", .def = "stdout",
     .env = "PLIMSOLL_SENSOR_ALERT_TO", .config = "sensor.alert-to", .repeat = true},
    {.name = "--spool", .arg = "DIR", .doc = "Directory in which alerts wait for receivers that are away; none keeps them in memory only", .def = "/var/lib/plimsoll/spool", .env = "PLIMSOLL_SENSOR_SPOOL",
     .config = "sensor.spool", .is_file = true},
    {.name = "--limit-alerts", .arg = "N/SECONDS", .doc = "At most so many alerts of one rule in one container; how many more there were is told at the end of that time", .check = check_limit,
     .env = "PLIMSOLL_SENSOR_LIMIT_ALERTS", .config = "sensor.limit-alerts"},
    {.name = "--group-alerts", .arg = "SECONDS", .doc = "Alerts of one rule in one container with the same text are one in so many seconds, and then one with the number of the others; 0: they are not", .check = check_group,
     .def = "0", .env = "PLIMSOLL_SENSOR_GROUP_ALERTS", .config = "sensor.group-alerts"},
    {.name = "--metrics-listen", .arg = "ADDRESS:PORT", .doc = "Serves /metrics for Prometheus there, on loopback only", .check = check_metrics, .env = "PLIMSOLL_SENSOR_METRICS_LISTEN", .config = "sensor.metrics-listen"},
    {.name = "--no-confinement", .doc = "Keeps its capabilities and the use of all system calls after it is armed: for debuggers", .env = "PLIMSOLL_SENSOR_NO_CONFINEMENT", .config = "sensor.no-confinement"},
    {0},
};

static int read_ring(Cli *cli, uint32_t *ret) {
    uint64_t n;
    if (str_to_u64(str_from(cli_value(cli, "--ring-bytes")), UINT32_MAX / 2, &n) < 0 || n < 4096 || (n & (n - 1)))
        return message_usage(cli->command->name, "--ring-bytes: expected a power of two of at least 4096, found '%s'", cli_value(cli, "--ring-bytes"));
    *ret = (uint32_t) n;
    return 0;
}

static int run(Cli *cli) {
    if (!sensor_built()) {
        message_error("this program was built without the sensor; meson setup -Dsensor=enabled says what it needs");
        return EXIT_INCOMPLETE;
    }
    SensorOptions o = {.first_match = strcmp(cli_value(cli, "--rule-matching"), "first") == 0, .strict_falco = cli_flag(cli, "--strict-falco"),
                       .no_push_down = cli_flag(cli, "--no-push-down")};
    int x = read_ring(cli, &o.ring_bytes);
    return x ? x : sensor_watch(cli, &o);
}

const Command command_sensor = {
    .name = "sensor",
    .summary = "Watches this machine and its containers with rules, as things happen",
    .description = "Runs in the foreground. Programs in the kernel (eBPF) report system calls and executions that a loaded rule is about; each rule that fires makes one alert at once: "
                   "a line on standard output, or what --alert-to asks for. Rules files are Falco's; rules of source syscall count. Without --rules and --policy those that come with the program are used, as the set production chooses them.\n\n"
                   "\"armed\" on standard error says that everything is attached. SIGHUP reads the rules again, and no event is lost over it; faulty ones are said, and the old ones stay. SIGINT or SIGTERM stops it; it then says how many events there were and how many were lost, by cause. It needs "
                   "root, and a kernel with BTF.\n\n"
                   "Once it is armed it gives up capabilities and system calls that it does not need any more. One sensor runs on a machine; `plimsoll sensor status` asks it how it is.\n\n"
                   "Exit codes: 0 when it was stopped; 2 for wrong options or rules; 3 when it cannot watch.",
    .examples = "plimsoll sensor  # with the rules that come with the program\n"
                "plimsoll sensor --rules falco_rules.yaml  # with Falco's\n"
                "plimsoll sensor --rules rules/ --format json | jq -r .rule  # names of rules, as they fire\n"
                "plimsoll sensor --alert-to file:/var/log/plimsoll.log --alert-to 'webhook:https://alerts.example/ token-file=/etc/plimsoll/token'  # to several places\n",
    .options = {policy_options, policy_rules_options, policy_added_options, policy_scope_options, options, sensor_socket_options},
    .prints_nothing = true,
    .run = run,
};
