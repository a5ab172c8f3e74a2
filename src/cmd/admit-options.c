/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/admit.h"

#include "cmd/message.h"

enum { SECONDS_MAX = 3600, DAYS_MAX = 36500, BUDGET_MAX_MS = 30000, CONNECTIONS_MAX = 100000 };

static int check_number(Str value, uint64_t least, uint64_t most, Error *err) {
    uint64_t n;
    if (str_to_u64(value, most, &n) < 0 || n < least)
        return error_set(err, -EINVAL, "expected a whole number from %llu to %llu, found '%.*s'", (unsigned long long) least, (unsigned long long) most, STR_FMT(value));
    return 0;
}

static int check_seconds(Str value, Error *err) {
    return check_number(value, 1, SECONDS_MAX, err);
}

static int check_drain(Str value, Error *err) {
    return check_number(value, 0, SECONDS_MAX, err);
}

static int check_budget(Str value, Error *err) {
    return check_number(value, 1, BUDGET_MAX_MS, err);
}

static int check_connections(Str value, Error *err) {
    return check_number(value, 1, CONNECTIONS_MAX, err);
}

static int check_days(Str value, Error *err) {
    return check_number(value, 0, DAYS_MAX, err);
}

static int check_mode(Str value, Error *err) {
    Str namespace, mode = value;
    AdmissionMode m;
    str_cut(value, '=', &namespace, &mode);
    return admission_mode_parse(mode, &m) < 0 ? error_set(err, -EINVAL, "expected MODE or NAMESPACE=MODE, where MODE is enforce, warn or audit, found '%.*s'", STR_FMT(value)) : 0;
}

const Option admit_options[] = {
    {.name = "--listen", .arg = "ADDRESS:PORT", .doc = "Where to listen; :8443 is port 8443 of all addresses. Without a certificate only loopback is served", .def = "127.0.0.1:8443",
     .env = "PLIMSOLL_ADMIT_LISTEN", .config = "admit.listen"},
    {.name = "--tls-certificate", .arg = "FILE", .doc = "The server's certificate and those between it and its authority, as PEM; read again when the file changes", .env = "PLIMSOLL_ADMIT_TLS_CERTIFICATE",
     .config = "admit.tls.certificate", .is_file = true},
    {.name = "--tls-key", .arg = "FILE", .doc = "The private key of the certificate, as PEM", .env = "PLIMSOLL_ADMIT_TLS_KEY", .config = "admit.tls.key", .is_file = true},
    {.name = "--client-ca", .arg = "FILE", .doc = "Reviews are taken from clients only whose certificates one of these authorities (PEM) has signed", .env = "PLIMSOLL_ADMIT_CLIENT_CA",
     .config = "admit.tls.client-ca", .is_file = true},
    {.name = "--client-name", .arg = "NAME", .doc = "Of those clients only the ones with this common name", .env = "PLIMSOLL_ADMIT_CLIENT_NAMES", .config = "admit.tls.client-names", .repeat = true},
    {.name = "--mode", .arg = "[NAMESPACE=]MODE", .doc = "enforce refuses what a rule denies, warn lets it in with warnings, audit only records it. NAMESPACE is a pattern of shell; the last that matches holds",
     .check = check_mode, .env = "PLIMSOLL_ADMIT_MODE", .config = "admit.mode", .repeat = true},
    {.name = "--exempt-namespace", .arg = "PATTERN", .doc = "Nothing in these namespaces is judged; kube-system, kube-node-lease and the program's own (POD_NAMESPACE) always are exempt unless --judge-all is given",
     .env = "PLIMSOLL_ADMIT_EXEMPT", .config = "admit.exempt", .repeat = true},
    {.name = "--judge-all", .doc = "Judges kube-system, kube-node-lease and the program's own namespace, too", .env = "PLIMSOLL_ADMIT_JUDGE_ALL", .config = "admit.judge-all"},
    {.name = "--all-updates", .doc = "Denies updates also for what the object had before; without it an update is denied for what it brings", .env = "PLIMSOLL_ADMIT_ALL_UPDATES", .config = "admit.all-updates"},
    {.name = "--break-glass-user", .arg = "PATTERN", .doc = "Users whom the annotation " ADMISSION_BREAK_GLASS ": REASON lets past every rule; without them and groups it does nothing",
     .env = "PLIMSOLL_ADMIT_BREAK_GLASS_USERS", .config = "admit.break-glass.users", .repeat = true},
    {.name = "--break-glass-group", .arg = "PATTERN", .doc = "Groups whose members the annotation lets past every rule", .env = "PLIMSOLL_ADMIT_BREAK_GLASS_GROUPS", .config = "admit.break-glass.groups",
     .repeat = true},
    {.name = "--fail", .arg = "MODE", .doc = "What cannot be judged is refused (closed) or let in with a warning (open). What a single rule cannot decide in time its own on-error decides", .values = "closed|open",
     .def = "closed", .env = "PLIMSOLL_ADMIT_FAIL", .config = "admit.fail"},
    {.name = "--time-budget", .arg = "MILLISECONDS", .doc = "Time for the rules of one review", .check = check_budget, .def = "1000", .env = "PLIMSOLL_ADMIT_TIME_BUDGET", .config = "admit.time-budget"},
    {.name = "--facts", .arg = "FILE", .doc = "Fact store that `plimsoll scan --facts` fills: what scans said of images counts. Its directory is one that can be written to", .env = "PLIMSOLL_ADMIT_FACTS",
     .config = "admit.facts", .is_file = true},
    {.name = "--unknown-image", .arg = "ACTION", .doc = "What comes of an image that no scan has settled, or whose tag leads nobody knows where", .values = "deny|warn|allow", .def = "warn",
     .env = "PLIMSOLL_ADMIT_UNKNOWN_IMAGE", .config = "admit.unknown-image"},
    {.name = "--queue-unknown", .doc = "Puts such images into the store's queue, for `plimsoll admit worker` to scan", .env = "PLIMSOLL_ADMIT_QUEUE_UNKNOWN", .config = "admit.queue-unknown"},
    {.name = "--max-scan-age", .arg = "DAYS", .doc = "An older scan settles nothing; 0 is any age", .check = check_days, .def = "0", .env = "PLIMSOLL_ADMIT_MAX_SCAN_AGE", .config = "admit.max-scan-age"},
    {.name = "--mutate", .arg = "KIND", .doc = "Lets /mutate change objects: pin gives tags the digest that was judged, defaults puts in what --defaults says", .values = "pin|defaults",
     .env = "PLIMSOLL_ADMIT_MUTATE", .config = "admit.mutate", .repeat = true},
    {.name = "--defaults", .arg = "SET", .doc = "Policy set whose fixes --mutate defaults puts in where an object says nothing", .def = "secure-defaults", .env = "PLIMSOLL_ADMIT_DEFAULTS",
     .config = "admit.defaults"},
    {.name = "--decision-log", .arg = "FILE", .doc = "Where every decision goes as a line of JSON: - is standard output, none is nowhere", .def = "-", .env = "PLIMSOLL_ADMIT_DECISION_LOG",
     .config = "admit.decision-log", .is_file = true},
    {.name = "--audit", .doc = "Takes audit events at /audit, from the webhook back end of the API server (--audit-webhook-config-file), and puts the rules of source k8s_audit to them",
     .env = "PLIMSOLL_ADMIT_AUDIT", .config = "admit.audit"},
    {.name = "--alert-log", .arg = "FILE", .doc = "Where every alert of an audit event goes as a line of JSON: - is standard output, none is nowhere", .def = "-", .env = "PLIMSOLL_ADMIT_ALERT_LOG",
     .config = "admit.alert-log", .is_file = true},
    {.name = "--bundle-every", .arg = "SECONDS", .doc = "How often registries are asked for policy bundles (oci://…), by a process beside the webhook; until they answer the last one holds", .check = check_seconds, .def = "300",
     .env = "PLIMSOLL_ADMIT_BUNDLE_EVERY", .config = "admit.bundle-every"},
    {.name = "--metrics-add", .arg = "FILE", .doc = "Adds the lines of this file to /metrics: metrics.prom of `plimsoll admit worker --check`", .env = "PLIMSOLL_ADMIT_METRICS_ADD", .config = "admit.metrics-add",
     .is_file = true},
    {.name = "--connections", .arg = "N", .doc = "Connections at the same time", .check = check_connections, .def = "1000", .env = "PLIMSOLL_ADMIT_CONNECTIONS", .config = "admit.connections"},
    {.name = "--request-timeout", .arg = "SECONDS", .doc = "Time for a handshake and for a request to arrive whole", .check = check_seconds, .def = "10", .env = "PLIMSOLL_ADMIT_REQUEST_TIMEOUT",
     .config = "admit.request-timeout"},
    {.name = "--drain", .arg = "SECONDS", .doc = "How long it goes on answering after it was told to end, so that the API server has found the other replica", .check = check_drain, .def = "5",
     .env = "PLIMSOLL_ADMIT_DRAIN", .config = "admit.drain"},
    {0},
};

unsigned admit_seconds(const Cli *cli, const char *name) {
    uint64_t n = 0;
    str_to_u64(str_from(cli_value(cli, name)), SECONDS_MAX, &n);
    return (unsigned) n;
}

/* The values of an option that repeats, with room for a few more. */
static StrArray texts(Cli *cli, const char *name, size_t more, Arena *a) {
    size_t n;
    const char *const *values = cli_values(cli, name, &n);
    Str *p = arena_alloc(a, (n + more) * sizeof(*p));
    for (size_t i = 0; i < n; i++)
        p[i] = str_from(values[i]);
    return (StrArray) {p, n};
}

static void take_exempt(Cli *cli, Arena *a, AdmissionConfig *ret) {
    ret->exempt = texts(cli, "--exempt-namespace", 3, a);
    if (cli_flag(cli, "--judge-all"))
        return;
    Str *p = (Str *) ret->exempt.p;
    p[ret->exempt.n++] = STR("kube-system");
    p[ret->exempt.n++] = STR("kube-node-lease");
    const char *own = getenv("POD_NAMESPACE");
    if (own && *own)
        p[ret->exempt.n++] = str_from(own);
}

static void take_modes(Cli *cli, Arena *a, AdmissionConfig *ret) {
    StrArray all = texts(cli, "--mode", 0, a);
    AdmissionModeOf *p = arena_alloc(a, (all.n + 1) * sizeof(*p));
    for (size_t i = 0; i < all.n; i++) {
        Str mode = all.p[i];
        p[i].namespace = STR("*");
        str_cut(all.p[i], '=', &p[i].namespace, &mode);
        admission_mode_parse(mode, &p[i].mode);
    }
    ret->modes = p;
    ret->n_modes = all.n;
}

bool admit_mutates(Cli *cli, const char *kind) {
    size_t n;
    const char *const *values = cli_values(cli, "--mutate", &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(values[i], kind) == 0)
            return true;
    return false;
}

int admit_config(Cli *cli, Arena *a, AdmissionConfig *ret) {
    uint64_t ms = 0, days = 0;
    take_modes(cli, a, ret);
    take_exempt(cli, a, ret);
    ret->breakers = texts(cli, "--break-glass-user", 0, a);
    ret->breaker_groups = texts(cli, "--break-glass-group", 0, a);
    ret->all_updates = cli_flag(cli, "--all-updates");
    ret->fail_open = strcmp(cli_value(cli, "--fail"), "open") == 0;
    str_to_u64(str_from(cli_value(cli, "--time-budget")), BUDGET_MAX_MS, &ms);
    ret->budget = (int64_t) ms * 1000000;
    str_to_u64(str_from(cli_value(cli, "--max-scan-age")), DAYS_MAX, &days);
    ret->image_max_age = (int64_t) days * 86400;
    ret->pin = admit_mutates(cli, "pin");
    if (ret->pin && !cli_value(cli, "--facts"))
        return message_usage("admit", "--mutate pin needs --facts: where tags lead is in the store");
    ret->images = cli_value(cli, "--facts") != NULL;
    rule_action_parse(str_from(cli_value(cli, "--unknown-image")), &ret->unknown_image);
    if (cli_flag(cli, "--queue-unknown") && !ret->images)
        return message_usage("admit", "--queue-unknown needs --facts: the queue is in the store");
    if (!cli_value(cli, "--tls-certificate") != !cli_value(cli, "--tls-key"))
        return message_usage("admit", "--tls-certificate and --tls-key belong together");
    if (cli_value(cli, "--client-ca") && !cli_value(cli, "--tls-certificate"))
        return message_usage("admit", "--client-ca needs --tls-certificate and --tls-key");
    return 0;
}
