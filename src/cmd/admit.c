/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll admit: the webhook that the API server asks before it lets something into the cluster. */
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>

#include "base/confine.h"
#include "cmd/admit.h"
#include "cmd/cli.h"
#include "cmd/message.h"
#include "cmd/policy.h"
#include "cmd/scan-options.h"
#include "kube/admission-service.h"

/* Bodies of so many bytes may be under way at once: their trees are ten times as large. */
enum { BODIES_MAX = 24 << 20, LOG_MAX = 8 << 20, IDLE_S = 120, THREADS_MIN = 2, THREADS_MAX = 16, LOG_S = 2 };

typedef struct Admit {
    AdmissionConfig config;
    PolicyChosen policy;
    Arena arena;
    TlsServerOptions tls_options;
    TlsServer *tls;
    AdmissionService *service;
    HttpServer *http;
    LineLog *log;
    int log_fd;
} Admit;

static void admit_done(Admit *m) {
    if (m->http)
        http_server_free(m->http);
    if (m->service)
        admission_service_free(m->service);
    if (m->tls)
        tls_server_free(m->tls);
    if (m->log)
        line_log_free(m->log, LOG_S);
    if (m->log_fd > STDERR_FILENO)
        close(m->log_fd);
    policy_chosen_done(&m->policy);
    arena_done(&m->arena);
}

static unsigned threads(void) {
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return (unsigned) MIN(MAX(n, (long) THREADS_MIN), (long) THREADS_MAX);
}

static int load_policy(Cli *cli, Admit *m) {
    int x = policy_open(cli, time_now(), &m->policy);
    if (x)
        return x;
    m->config.policy = m->policy.policy;
    m->config.context = m->policy.context;
    m->config.minor = KUBE_MINOR_NEWEST;
    policy_version_of(m->policy.policy, "kubernetes", &m->config.minor);
    return 0;
}

static int open_log(const Cli *cli, Admit *m, Error *err) {
    const char *path = cli_value(cli, "--decision-log");
    if (strcmp(path, "none") == 0)
        return 0;
    m->log_fd = strcmp(path, "-") == 0 ? STDOUT_FILENO : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    return m->log_fd < 0 ? error_errno(err, -errno, "opening %s", path) : 0;
}

static int open_server(Cli *cli, Admit *m, Error *err) {
    size_t n;
    uint64_t connections = 0;
    m->tls_options = (TlsServerOptions) {cli_value(cli, "--tls-certificate"), cli_value(cli, "--tls-key"), cli_value(cli, "--client-ca"), cli_values(cli, "--client-name", &n)};
    int r = m->tls_options.certificate ? tls_server_new(&m->tls_options, &m->tls, err) : 0;
    if (r < 0)
        return r;
    str_to_u64(str_from(cli_value(cli, "--connections")), UINT32_MAX, &connections);
    m->service = admission_service_new(&(AdmissionServiceOptions) {.config = &m->config, .threads = threads()});
    HttpServerOptions o = {
        .address = cli_value(cli, "--listen"),
        .routes = admission_routes,
        .userdata = m->service,
        .tls = m->tls,
        .threads = threads(),
        .connections = (unsigned) connections,
        .bodies_max = BODIES_MAX,
        .request_s = admit_seconds(cli, "--request-timeout"),
        .idle_s = IDLE_S,
    };
    return http_server_open(&o, &m->http, err);
}

/* Kubernetes mounts files as links to links, which are replaced all together: what may be read is the directory. */
static char *directory_of(const char *path) {
    _cleanup_free_ char *copy = xstrdup(path);
    return xstrdup(dirname(copy));
}

static int confine(const Cli *cli, Error *err) {
    static const char *const files[] = {"--tls-certificate", "--tls-key", "--client-ca", NULL};
    char *read[ARRAY_SIZE(files)] = {NULL};
    size_t n = 0;
    for (size_t i = 0; files[i]; i++)
        if (cli_value(cli, files[i]))
            read[n++] = directory_of(cli_value(cli, files[i]));
    int r = confine_files(&(ServerFiles) {.read = (const char *const *) read}, err);
    for (size_t i = 0; i < n; i++)
        free(read[i]);
    return r;
}

static int start(const Cli *cli, Admit *m, Error *err) {
    int r = confine(cli, err);
    if (r == 0 && m->log_fd > 0)
        r = line_log_new(m->log_fd, LOG_MAX, &m->log, err);
    admission_service_watch(m->service, m->http, m->tls, m->log);
    if (r == 0)
        r = http_server_start(m->http, err);
    return r < 0 ? r : confine_calls(err);
}

static void refresh(Admit *m, bool all) {
    _cleanup_error_ Error err = {0};
    int r = m->tls ? tls_server_refresh(m->tls, all, &err) : 0;
    if (r > 0)
        message_note("the certificate was read anew");
    else if (r < 0)
        message_error("%s; the certificate that was read before stays in use", error_text(&err, r));
}

/* Until a signal says to end, then for as long as it takes to be forgotten. */
static void serve(const Cli *cli, Admit *m, const sigset_t *signals) {
    const struct timespec second = {.tv_sec = 1};
    for (int ending = -1; ending != 0; ending -= ending > 0) {
        int got = sigtimedwait(signals, NULL, &second);
        http_server_tick(m->http);
        if (got < 0 || got == SIGHUP) {
            refresh(m, got == SIGHUP);
        } else if (ending < 0) {
            admission_service_ready(m->service, false);
            ending = (int) admit_seconds(cli, "--drain") + 1;
        } else {
            break; /* told twice */
        }
    }
    http_server_stop(m->http, admit_seconds(cli, "--request-timeout"));
}

static int run(Cli *cli) {
    _cleanup_error_ Error err = {0};
    _cleanup_(admit_done) Admit m = {0};
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    /* Of all threads, for they inherit it. */
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    int x = admit_config(cli, &m.arena, &m.config);
    if (x == 0)
        x = load_policy(cli, &m);
    if (x)
        return x;
    int r = open_log(cli, &m, &err);
    if (r == 0)
        r = open_server(cli, &m, &err);
    if (r == 0)
        r = start(cli, &m, &err);
    if (r < 0)
        return message_fail(r == -EINVAL || r == -EPERM ? EXIT_USAGE : EXIT_INCOMPLETE, &err, r);
    Str policy = policy_name(m.policy.policy);
    message_note("policy %.*s, listening on port %u%s", STR_FMT(policy), http_server_port(m.http), m.tls ? "" : " without TLS");
    if (m.tls && tls_server_expires(m.tls) < time(NULL))
        message_warning("%s: the certificate has expired: the API server will not talk to this", m.tls_options.certificate);
    admission_service_ready(m.service, true);
    serve(cli, &m, &signals);
    return EXIT_DONE;
}

const Command command_admit = {
    .name = "admit",
    .summary = "Answers the API server of Kubernetes: may this object enter the cluster?",
    .description = "A validating admission webhook (admission.k8s.io/v1) over HTTPS. Each object is put to the rules of a policy set, the same that `plimsoll check` puts to files; the answer is "
                   "allowed, allowed with warnings, or refused with the reasons. POST /validate takes reviews; /healthz, /readyz and /metrics are for the kubelet and Prometheus.\n\n"
                   "Answers come from memory: nothing waits for a disk or the network. Files of certificates are read again when they change, or on SIGHUP. Once it serves, the process has confined itself: no "
                   "outgoing connections, no programs, no files but those that it was given.\n\n"
                   "It ends on SIGTERM or SIGINT, after --drain seconds in which it still answers, or at once on a second signal.",
    .examples = "plimsoll admit --listen :8443 --tls-certificate tls.crt --tls-key tls.key  # with the rules of the set production\n"
                "plimsoll admit --policy regulated --mode warn --mode 'prod-*=enforce' …  # enforced in some namespaces only\n"
                "plimsoll admit --break-glass-group oncall …  # who may pass all rules, with a reason, on record\n",
    .options = {admit_options, policy_options, policy_rules_options, policy_added_options, policy_scope_options, registry_options, cache_options},
    .max_args = 0,
    .prints_nothing = true,
    .workers = true,
    .run = run,
};
