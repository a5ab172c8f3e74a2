/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll admit: the webhook that the API server asks before it lets something into the cluster. */
#include <fcntl.h>
#include <libgen.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/confine.h"
#include "base/fs.h"
#include "cmd/admit-bundles.h"
#include "cmd/admit-facts.h"
#include "cmd/admit.h"
#include "cmd/cli.h"
#include "cmd/message.h"
#include "cmd/policy.h"
#include "cmd/scan-options.h"
#include "kube/admission-service.h"

/* Bodies of so many bytes may be under way at once: their trees are ten times as large. */
enum { BODIES_MAX = 24 << 20, LOG_MAX = 8 << 20, IDLE_S = 120, LOG_S = 2, METRICS_MAX = 1 << 20 };

/* A connection stays with the thread that took it. More threads than processors, so that many connections of one thread, or one large review, leave no processor idle while others wait. */
enum { THREADS_PER_CPU = 4, THREADS_MAX = 32 };

/* Larger pieces (bodies of batches and of large reviews) go back to the system when they are freed. By itself the C library keeps them as soon as the first one was freed: twice the memory. */
enum { LARGE_PIECE = 1 << 20 };

/* Rules that are read anew every so often, for exceptions end. */
enum { RELOAD_S = 3600 };

/* What reviews are judged by; there may be two while it is read anew. */
typedef struct Loaded {
    AdmissionConfig config;
    PolicyChosen policy;
    Policy *defaults;        /* NULL: nothing is put in */
    Arena arena;
} Loaded;

typedef struct Admit {
    TlsServerOptions tls_options;
    TlsServer *tls;
    AdmissionService *service;
    HttpServer *http;
    FactKeeper *facts;
    BundleKeeper bundles;
    AuditService *audit;     /* NULL: --audit was not asked for */
    LineLog *log, *alerts;   /* one and the same where both go to one file */
    int log_fd, alerts_fd;
    int log_failed, alerts_failed; /* what was told of them last */
    int64_t loaded;          /* when rules were read, or tried to be: time_steady() */
    struct stat metrics;     /* of --metrics-add when it was read */
} Admit;

static void log_done(LineLog *l, const char *what) {
    uint64_t lost = l ? line_log_free(l, LOG_S) : 0;
    if (lost)
        message_warning("%llu lines of the log of %s were lost", (unsigned long long) lost, what);
}

static void admit_done(Admit *m) {
    if (m->http)
        http_server_free(m->http);
    if (m->audit)
        audit_service_stop(m->audit);
    if (m->facts)
        fact_keeper_stop(m->facts);
    if (m->service)
        admission_service_free(m->service);
    bundle_keeper_stop(&m->bundles);
    if (m->tls)
        tls_server_free(m->tls);
    log_done(m->alerts == m->log ? NULL : m->alerts, "alerts");
    log_done(m->log, "decisions");
    if (m->log_fd > STDERR_FILENO)
        close(m->log_fd);
    if (m->alerts_fd > STDERR_FILENO)
        close(m->alerts_fd);
}

static void loaded_free(void *p) {
    Loaded *l = p;
    policy_chosen_done(&l->policy);
    if (l->defaults)
        policy_free(l->defaults);
    arena_done(&l->arena);
    free(l);
}

static unsigned threads(void) {
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return (unsigned) MIN(MAX(n, 1L) * THREADS_PER_CPU, (long) THREADS_MAX);
}

/* Out of the same texts. */
static int load_defaults(const Cli *cli, Loaded *l) {
    _cleanup_(diag_done) Diag d = {0};
    int r = policy_make(&(RuleSetOptions) {.as_of = time_now()}, l->policy.texts.p, l->policy.texts.n, str_from(cli_value(cli, "--defaults")), &l->defaults, &d);
    if (r < 0)
        message_diag(&d);
    return r < 0 ? EXIT_USAGE : 0;
}

/* Reads options and rules, for reviews from now on. */
static int load(Cli *cli, Admit *m) {
    Loaded *l = xcalloc(1, sizeof(*l));
    int x = admit_config(cli, &l->arena, &l->config);
    if (x == 0)
        x = policy_open(cli, time_now(), &l->policy);
    if (x == 0 && admit_mutates(cli, "defaults"))
        x = load_defaults(cli, l);
    if (x) {
        loaded_free(l);
        return x;
    }
    if (cli_flag(cli, "--audit") && !policy_asks(l->policy.policy, STR("k8s_audit")))
        message_warning("--audit: the policy has no rule about audit events");
    l->config.defaults = l->defaults;
    l->config.policy = l->policy.policy;
    l->config.context = l->policy.context;
    l->config.minor = KUBE_MINOR_NEWEST;
    policy_version_of(l->policy.policy, "kubernetes", &l->config.minor);
    l->config.rules_read = time_now();
    m->loaded = time_steady();
    admission_service_config(m->service, &l->config, l, loaded_free);
    return 0;
}

static int open_log(const char *path, int *ret, Error *err) {
    if (strcmp(path, "none") == 0)
        return 0;
    *ret = strcmp(path, "-") == 0 ? STDOUT_FILENO : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    return *ret < 0 ? error_errno(err, -errno, "opening %s", path) : 0;
}

static bool has_one_log(const Cli *cli) {
    return strcmp(cli_value(cli, "--decision-log"), cli_value(cli, "--alert-log")) == 0;
}

static int open_logs(const Cli *cli, Admit *m, Error *err) {
    int r = open_log(cli_value(cli, "--decision-log"), &m->log_fd, err);
    return r < 0 || !cli_flag(cli, "--audit") || has_one_log(cli) ? r : open_log(cli_value(cli, "--alert-log"), &m->alerts_fd, err);
}

static int open_server(Cli *cli, Admit *m, Error *err) {
    size_t n;
    uint64_t connections = 0;
    m->tls_options = (TlsServerOptions) {cli_value(cli, "--tls-certificate"), cli_value(cli, "--tls-key"), cli_value(cli, "--client-ca"), cli_values(cli, "--client-name", &n)};
    int r = m->tls_options.certificate ? tls_server_new(&m->tls_options, &m->tls, err) : 0;
    if (r < 0)
        return r;
    str_to_u64(str_from(cli_value(cli, "--connections")), UINT32_MAX, &connections);
    HttpServerOptions o = {
        .address = cli_value(cli, "--listen"),
        .routes = admission_routes(cli_flag(cli, "--audit")),
        .userdata = m->service,
        .tls = m->tls,
        .threads = MIN(threads(), (unsigned) connections),
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

/* Rules beyond are not read again. */
enum { PATHS_MAX = 64 };

typedef struct Paths {
    const char *p[PATHS_MAX + 1];
    char *owned[PATHS_MAX];
    size_t n;
} Paths;

static void add_path(Paths *l, const char *path, bool whole) {
    if (!path || l->n == PATHS_MAX)
        return;
    l->owned[l->n] = whole ? xstrdup(path) : directory_of(path);
    l->p[l->n] = l->owned[l->n];
    l->n++;
}

static void paths_done(Paths *l) {
    for (size_t i = 0; i < l->n; i++)
        free(l->owned[i]);
}

static int confine(Cli *cli, Error *err) {
    _cleanup_(paths_done) Paths read = {0}, write = {0};
    static const char *const rules[] = {"--rules", "--rules-add"};
    const char *policy = cli_value(cli, "--policy");
    add_path(&read, cli_value(cli, "--tls-certificate"), false);
    add_path(&read, cli_value(cli, "--tls-key"), false);
    add_path(&read, cli_value(cli, "--client-ca"), false);
    add_path(&read, policy && policy_is_path(policy) && !bundle_is_remote(policy) ? policy : NULL, true);
    for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
        size_t n;
        const char *const *paths = cli_values(cli, rules[i], &n);
        for (size_t k = 0; k < n; k++)
            add_path(&read, bundle_is_remote(paths[k]) ? NULL : paths[k], true);
    }
    add_path(&read, cli_value(cli, "--metrics-add"), false);
    _cleanup_free_ char *bundles = admit_has_bundles(cli) ? admit_bundles_dir(cli) : NULL;
    add_path(&read, bundles, true);
    add_path(&write, cli_value(cli, "--facts"), false);
    return confine_files(&(ServerFiles) {.read = read.p, .write = write.p}, err);
}

static int start(Cli *cli, Admit *m, Error *err) {
    int r = confine(cli, err);
    if (r == 0 && m->log_fd > 0)
        r = line_log_new(m->log_fd, LOG_MAX, &m->log, err);
    if (r == 0 && m->alerts_fd > 0)
        r = line_log_new(m->alerts_fd, LOG_MAX, &m->alerts, err);
    if (has_one_log(cli))
        m->alerts = m->log;
    if (r == 0 && cli_flag(cli, "--audit"))
        r = audit_service_start(&(AuditServiceOptions) {.rules = admission_service_rules, .owner = m->service, .log = m->alerts}, &m->audit, err);
    admission_service_watch(m->service, &(AdmissionWatched) {.http = m->http, .tls = m->tls, .log = m->log, .audit = m->audit, .bundles_asked = m->bundles.asked});
    if (r == 0 && cli_value(cli, "--facts"))
        r = fact_keeper_start(cli_value(cli, "--facts"), m->service, &m->facts, err);
    if (r == 0)
        r = http_server_start(m->http, err);
    return r < 0 ? r : confine_calls(err);
}

/* What others measured. A file that is gone, or too large, counts no more. */
static void refresh_metrics(const Cli *cli, Admit *m) {
    _cleanup_error_ Error err = {0};
    const char *path = cli_value(cli, "--metrics-add");
    struct stat st = {0};
    char *text = NULL;
    size_t n = 0;
    if (!path)
        return;
    if (stat(path, &st) < 0)
        memset(&st, 0, sizeof(st));
    if (st.st_ino == m->metrics.st_ino && st.st_size == m->metrics.st_size && st.st_mtim.tv_sec == m->metrics.st_mtim.tv_sec && st.st_mtim.tv_nsec == m->metrics.st_mtim.tv_nsec)
        return;
    m->metrics = st;
    int r = st.st_ino ? fs_read(path, METRICS_MAX, &text, &n, &err) : 0;
    if (r < 0)
        message_error("%s", error_text(&err, r));
    admission_service_metrics_add(m->service, text);
}

/* Whether a log can be written, when that changes. */
static void tell_log(LineLog *l, const char *path, int *told) {
    const int r = l ? line_log_failed(l) : 0;
    if (r == *told)
        return;
    *told = r;
    path = strcmp(path, "-") == 0 ? "standard output" : path;
    if (r < 0)
        message_error("%s: %s; lines wait in memory, and what finds no room there is lost", path, strerror(-r));
    else
        message_note("%s can be written again; %llu lines were lost so far", path, (unsigned long long) line_log_dropped(l));
}

/* `all`: whether or not anything seems to have changed. */
static void refresh(Cli *cli, Admit *m, bool all) {
    _cleanup_error_ Error err = {0};
    int r = m->tls ? tls_server_refresh(m->tls, all, &err) : 0;
    if (r > 0)
        message_note("the certificate was read anew");
    else if (r < 0)
        message_error("%s; the certificate that was read before stays in use", error_text(&err, r));
    if (!all && time_steady() - m->loaded < RELOAD_S)
        return;
    if (load(cli, m) == 0) {
        message_note("the rules were read anew");
    } else {
        message_error("the rules that were read before stay in use");
        m->loaded = time_steady();
    }
}

/* Until a signal says to end, then for as long as it takes to be forgotten. */
static void serve(Cli *cli, Admit *m, const sigset_t *signals) {
    const struct timespec second = {.tv_sec = 1};
    for (int ending = -1; ending != 0; ending -= ending > 0) {
        int got = sigtimedwait(signals, NULL, &second);
        http_server_tick(m->http);
        if (got < 0 || got == SIGHUP) {
            refresh(cli, m, got == SIGHUP);
            refresh_metrics(cli, m);
            tell_log(m->log, cli_value(cli, "--decision-log"), &m->log_failed);
            tell_log(m->alerts == m->log ? NULL : m->alerts, cli_value(cli, "--alert-log"), &m->alerts_failed);
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
    mallopt(M_MMAP_THRESHOLD, LARGE_PIECE);
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    /* Of all threads, for they inherit it. */
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    if (admit_has_bundles(cli) && cli_flag(cli, "--no-cache"))
        return message_usage("admit", "policy bundles of registries come by the cache: leave --no-cache out");
    m.service = admission_service_new(&(AdmissionServiceOptions) {.threads = threads(), .asks = cli_flag(cli, "--queue-unknown")});
    int x = load(cli, &m);
    if (x)
        return x;
    int r = bundle_keeper_start(cli, admit_seconds(cli, "--bundle-every"), &m.bundles, &err);
    if (r == 0)
        r = open_logs(cli, &m, &err);
    if (r == 0)
        r = open_server(cli, &m, &err);
    if (r == 0)
        r = start(cli, &m, &err);
    if (r < 0)
        return message_fail(r == -EINVAL || r == -EPERM ? EXIT_USAGE : EXIT_INCOMPLETE, &err, r);
    message_note("listening on port %u%s", http_server_port(m.http), m.tls ? "" : " without TLS");
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
                   "allowed, allowed with warnings, or refused with the reasons. POST /validate takes reviews; /healthz, /readyz and /metrics are for the kubelet and Prometheus. With --audit, "
                   "POST /audit takes the events of the API server's audit log and puts the rules of source k8s_audit to them, as `plimsoll audit-log` does with files.\n\n"
                   "Answers come from memory: nothing waits for a disk or the network. Files of certificates are read again when they change; these and rules on SIGHUP. Once it serves, the process has confined itself: no "
                   "outgoing connections, no programs, no files but those that it was given.\n\n"
                   "It ends on SIGTERM or SIGINT, after --drain seconds in which it still answers, or at once on a second signal.",
    .examples = "plimsoll admit --listen :8443 --tls-certificate tls.crt --tls-key tls.key  # with the rules of the set production\n"
                "plimsoll admit --policy regulated --mode warn --mode 'prod-*=enforce' …  # enforced in some namespaces only\n"
                "plimsoll admit --audit --alert-log /var/log/plimsoll/alerts.jsonl …  # and alerts of audit events\n"
                "plimsoll admit --break-glass-group oncall …  # who may pass all rules, with a reason, on record\n",
    .options = {admit_options, policy_options, policy_rules_options, policy_added_options, policy_scope_options, registry_options, cache_options},
    .max_args = 0,
    .prints_nothing = true,
    .workers = true,
    .run = run,
};
