/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll admit worker: scans what the webhook asked for, beside it, for the webhook itself never speaks to a registry. */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "cmd/admit-cluster.h"
#include "cmd/cli.h"
#include "cmd/kube-client.h"
#include "cmd/message.h"
#include "cmd/policy.h"
#include "store/fact-store.h"

extern char **environ;

enum { POLL_S = 5, MINUTES_MAX = 1440, DAYS_MAX = 3650, DAY_S = 86400 };

static int check_minutes(Str value, Error *err) {
    uint64_t n;
    return str_to_u64(value, MINUTES_MAX, &n) < 0 || n == 0 ? error_set(err, -EINVAL, "expected minutes from 1 to %d, found '%.*s'", MINUTES_MAX, STR_FMT(value)) : 0;
}

static int check_days(Str value, Error *err) {
    uint64_t n;
    return str_to_u64(value, DAYS_MAX, &n) < 0 || n == 0 ? error_set(err, -EINVAL, "expected days from 1 to %d, found '%.*s'", DAYS_MAX, STR_FMT(value)) : 0;
}

static const Option options[] = {
    {.name = "--facts", .arg = "FILE", .doc = "The store whose queue is worked off", .env = "PLIMSOLL_WORKER_FACTS", .config = "admit.worker-facts", .is_file = true},
    {.name = "--cluster", .doc = "Watches the pods of the cluster and scans their images as well, so that they are known before a pod with them is made anew"},
    {.name = "--every", .arg = "MINUTES", .doc = "How often all that the cluster runs is put beside the store again; what starts is seen at once", .check = check_minutes, .def = "10", .env = "PLIMSOLL_ADMIT_EVERY", .config = "admit.every"},
    {.name = "--check", .arg = "DIR", .doc = "Puts the rules to all that is in the cluster, too, as `plimsoll check --cluster` does: DIR/report.json, DIR/metrics.prom, DIR/policyreport.yaml. Nothing is written into the cluster",
     .env = "PLIMSOLL_WORKER_CHECK", .config = "admit.check", .is_file = true},
    {.name = "--check-every", .arg = "MINUTES", .doc = "How often --check looks", .check = check_minutes, .def = "60", .env = "PLIMSOLL_WORKER_CHECK_EVERY", .config = "admit.check-every"},
    {.name = "--update-every", .arg = "MINUTES", .doc = "Runs `plimsoll db update` at the start and so often, from where the settings say; never without it", .check = check_minutes,
     .env = "PLIMSOLL_WORKER_UPDATE_EVERY", .config = "admit.update-every"},
    {.name = "--keep", .arg = "DAYS", .doc = "Images that were scanned longer ago are forgotten: the store does not grow for ever", .check = check_days, .def = "90", .env = "PLIMSOLL_ADMIT_KEEP", .config = "admit.keep"},
    {.name = "--once", .doc = "Ends when nothing is left to scan, instead of waiting for more"},
    {.name = "--scan-timeout", .arg = "MINUTES", .doc = "A scan that takes longer is ended", .check = check_minutes, .def = "15", .env = "PLIMSOLL_SCAN_TIMEOUT", .config = "admit.scan-timeout"},
    {0},
};

/* Waits for the child or for a signal to end: the child's status, or -1. */
static int wait_for(pid_t pid, const sigset_t *signals, unsigned minutes, bool *ret_ending) {
    const struct timespec second = {.tv_sec = 1};
    int status;
    for (unsigned s = 0; s < minutes * 60 && !*ret_ending; s++) {
        if (waitpid(pid, &status, WNOHANG) == pid)
            return status;
        int got = sigtimedwait(signals, NULL, &second);
        *ret_ending = got == SIGTERM || got == SIGINT;
    }
    kill(pid, SIGTERM);
    waitpid(pid, &status, 0);
    return -1;
}

/* Runs this program with these arguments: 0 with its exit code, or why there is none. */
static const char *run_self(char *const argv[], unsigned minutes, const sigset_t *signals, bool *ret_ending, int *ret_code) {
    posix_spawnattr_t attributes;
    sigset_t none;
    pid_t pid;
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    int r = posix_spawn(&pid, "/proc/self/exe", NULL, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    if (r)
        return "it could not be started";
    int status = wait_for(pid, signals, minutes, ret_ending);
    if (status < 0)
        return "it took too long";
    if (!WIFEXITED(status))
        return "it died";
    *ret_code = WEXITSTATUS(status);
    return *ret_code == EXIT_USAGE ? "it could not be started" : NULL;
}

static unsigned minutes_of(const Cli *cli, const char *option) {
    uint64_t n = 0;
    str_to_u64(str_from(cli_value(cli, option)), MINUTES_MAX, &n);
    return (unsigned) n;
}

static const char *policy_of(const Cli *cli) {
    const char *policy = cli_value(cli, "--policy");
    return policy ? policy : POLICY_DEFAULT;
}

/* Scans the reference with this program, which remembers the verdict itself; why it failed, or NULL. */
static const char *scan(const Cli *cli, const char *reference, const sigset_t *signals, bool *ret_ending) {
    const char *const argv[] = {"plimsoll", "--quiet", "scan", "--source", "registry", "--policy", policy_of(cli), "--facts", cli_value(cli, "--facts"), "--format", "json", "--output", "/dev/null", "--",
                                reference, NULL};
    int code = 0;
    const char *why = run_self((char *const *) argv, minutes_of(cli, "--scan-timeout"), signals, ret_ending, &code);
    return why ? why : code == EXIT_INCOMPLETE ? "the image could not be looked at, or not all of it" : NULL;
}

/* Without the network the old database stays in use. */
static void update(const Cli *cli, const sigset_t *signals, bool *ret_ending) {
    const char *const argv[] = {"plimsoll", "--quiet", "db", "update", NULL};
    int code = 0;
    const char *why = run_self((char *const *) argv, minutes_of(cli, "--scan-timeout"), signals, ret_ending, &code);
    if (!*ret_ending && (why || code))
        message_warning("updating the advisory database: %s; the one that is there stays in use", why ? why : "no source could be reached");
}

/* Puts the rules to what is in the cluster; the files in the directory of --check are replaced as a whole, or stay as they are. */
static void check(const Cli *cli, const sigset_t *signals, bool *ret_ending) {
    const char *dir = cli_value(cli, "--check"), *kubeconfig = cli_value(cli, "--kubeconfig"), *context = cli_value(cli, "--context");
    _cleanup_free_ char *report = xasprintf("%s/report.json", dir), *metrics = xasprintf("prometheus=%s/metrics.prom", dir), *reports = xasprintf("policyreport=%s/policyreport.yaml", dir);
    const char *argv[24] = {"plimsoll", "--quiet", "check", "--cluster", "--policy", policy_of(cli), "--format", "json", "--output", report, "--also", metrics, "--also", reports};
    size_t n = 14;
    int code = 0;
    struct stat before = {0}, after = {0};
    (void) stat(report, &before);
    if (kubeconfig) {
        argv[n++] = "--kubeconfig";
        argv[n++] = kubeconfig;
    }
    if (context) {
        argv[n++] = "--context";
        argv[n++] = context;
    }
    const char *why = run_self((char *const *) argv, minutes_of(cli, "--check-every"), signals, ret_ending, &code);
    if (why && !*ret_ending)
        message_warning("judging the cluster: %s; the files in %s stay as they were", why, dir);
    else if (code == EXIT_INCOMPLETE && stat(report, &after) == 0 && after.st_ino != before.st_ino)
        message_warning("judging the cluster: not all of it could be seen; the gaps are in %s", report);
    else if (code == EXIT_INCOMPLETE)
        message_warning("judging the cluster: it could not be seen, or not be written down; %s is as it was", report);
}

/* Is it out of the queue, and its tag good again? Then even an incomplete scan was remembered. */
static bool is_done(FactStore *s, const char *reference) {
    char *next = NULL;
    bool same = fact_store_next(s, time_now(), &next, NULL) == 1 && str_eqz(str_from(next), reference);
    free(next);
    return !same;
}

/* Is it time again? *last: time_steady(), TIME_NONE before the first time. A clock that is set changes nothing. */
static bool is_due(int64_t last, int64_t seconds) {
    return last == TIME_NONE || time_steady() - last >= seconds;
}

static bool due(int64_t *last, int64_t seconds) {
    bool r = is_due(*last, seconds);
    if (r)
        *last = time_steady();
    return r;
}

typedef struct Worker {
    const Cli *cli;
    ClusterWatch *cluster;   /* NULL: nothing is watched */
    FactStore *store;
    const sigset_t *signals;
    bool ending, waits;      /* waits: the pods of the cluster are not told in full yet */
    int64_t looked, forgot, checked, updated;
    char *failed;            /* a reference that the store is to take down as failed; NULL: none */
    const char *why;
    bool said;               /* that the store fails */
} Worker;

/* What came since the last time, or all of it: what was forgotten, or found no room in the queue, is asked for again. */
static int look_at_cluster(Worker *w, Error *err) {
    size_t asked = 0;
    bool all = is_due(w->looked, (int64_t) minutes_of(w->cli, "--every") * 60), listed = cluster_watch_listed(w->cluster);
    int r = cluster_watch_ask(w->cluster, w->store, all, time_now(), &asked, err);
    if (asked)
        message_note("%zu images of the cluster were not known", asked);
    if (r < 0)
        return r;
    w->looked = all && listed ? time_steady() : w->looked;
    w->waits = !listed;
    return 0;
}

static int forget(Worker *w, Error *err) {
    uint64_t keep = 0;
    if (!is_due(w->forgot, DAY_S))
        return 0;
    str_to_u64(str_from(cli_value(w->cli, "--keep")), DAYS_MAX, &keep);
    int r = fact_store_forget(w->store, time_now() - (int64_t) keep * DAY_S, err);
    if (r == 0)
        w->forgot = time_steady();
    return r;
}

static int take_down(Worker *w, Error *err) {
    int r = w->failed ? fact_store_failed(w->store, str_from(w->failed), str_from(w->why), time_now(), err) : 0;
    if (r == 0)
        free(TAKE_PTR(w->failed));
    return r;
}

/* 1: it scanned something; 0: there is nothing to do. Failures are taken down before anything else is begun: an image that cannot be remembered is not scanned again and again. */
static int turn(Worker *w, Error *err) {
    const Cli *cli = w->cli;
    if (cli_value(cli, "--update-every") && due(&w->updated, (int64_t) minutes_of(cli, "--update-every") * 60))
        update(cli, w->signals, &w->ending);
    if (!w->ending && cli_value(cli, "--check") && due(&w->checked, (int64_t) minutes_of(cli, "--check-every") * 60))
        check(cli, w->signals, &w->ending);
    int r = w->ending ? 0 : take_down(w, err);
    if (r == 0 && !w->ending)
        r = forget(w, err);
    if (r == 0 && !w->ending && w->cluster)
        r = look_at_cluster(w, err);
    _cleanup_free_ char *reference = NULL;
    if (r == 0 && !w->ending)
        r = fact_store_next(w->store, time_now(), &reference, err);
    if (r <= 0)
        return r;
    message_note("scanning %s", reference);
    const char *why = scan(cli, reference, w->signals, &w->ending);
    if (w->ending || is_done(w->store, reference))
        return 1;
    w->why = why ? why : "the scan remembered something else";
    w->failed = TAKE_PTR(reference);
    message_warning("%s: %s", w->failed, w->why);
    r = take_down(w, err);
    return r < 0 ? r : 1;
}

/* A full disk, or somebody who holds the store, may be over soon. */
static bool passes(int r) {
    return r == -ENOSPC || r == -EBUSY || r == -EIO;
}

static int work(Worker *w, Error *err) {
    const struct timespec pause = {.tv_sec = POLL_S}, second = {.tv_sec = 1};
    while (!w->ending) {
        _cleanup_error_ Error passing = {0};
        const bool once = cli_flag(w->cli, "--once");
        int r = turn(w, &passing);
        if (r < 0 && (once || !passes(r)))
            return error_set(err, r, "%s", error_text(&passing, r));
        if (r < 0 && !w->said)
            message_error("%s; it is tried again", error_text(&passing, r));
        else if (r >= 0 && w->said)
            message_note("the fact store can be written again");
        w->said = r < 0;
        if (r == 0 && once && !w->waits)
            break;
        if (r <= 0 && !w->ending) {
            int got = sigtimedwait(w->signals, NULL, w->cluster && r == 0 ? &second : &pause);
            w->ending = got == SIGTERM || got == SIGINT;
        }
    }
    return 0;
}

static int run(Cli *cli) {
    _cleanup_error_ Error err = {0};
    _cleanup_(fact_store_closep) FactStore *s = NULL;
    _cleanup_(kube_client_freep) KubeClient *client = NULL;
    _cleanup_(cluster_watch_stopp) ClusterWatch *cluster = NULL;
    sigset_t signals;
    if (!cli_value(cli, "--facts"))
        return message_usage("admit worker", "--facts says whose queue to work off");
    int x = cli_flag(cli, "--cluster") ? kube_client_from(cli, &client) : 0;
    if (x)
        return x;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    int r = fact_store_open(cli_value(cli, "--facts"), FACT_STORE_WRITE, &s, &err);
    if (r == 0 && client)
        r = cluster_watch_start(&(ClusterWatchOptions) {client, cli_value(cli, "--facts"), cli_flag(cli, "--once")}, &cluster, &err);
    Worker w = {.cli = cli, .cluster = cluster, .store = s, .signals = &signals, .looked = TIME_NONE, .forgot = TIME_NONE, .checked = TIME_NONE, .updated = TIME_NONE};
    if (r == 0)
        r = work(&w, &err);
    free(w.failed);
    return r < 0 ? message_fail(EXIT_INCOMPLETE, &err, r) : EXIT_DONE;
}

const Command command_admit_worker = {
    .name = "admit worker",
    .summary = "Scans the images that the webhook did not know",
    .description = "Takes images out of the queue of a fact store, which `plimsoll admit --queue-unknown` fills, and scans them with `plimsoll scan --policy … --facts …`, one after the other. Tags are "
                   "looked up again when they run out (--tag-ttl of scan), by another scan, of which the cache has most. What fails is tried again later, a few times.\n\n"
                   "It runs beside the webhook, which itself speaks to no registry. Settings of scan (registries, database, cache) come from the environment and plimsoll.yaml.",
    .examples = "plimsoll admit worker --cluster --facts /var/lib/plimsoll/facts.db --policy production  # and what the cluster runs\n"
                "plimsoll admit worker --facts /var/lib/plimsoll/facts.db --check /var/lib/plimsoll  # and judges what is in the cluster already\n"
                "plimsoll admit worker --facts /var/lib/plimsoll/facts.db --policy production\n",
    .options = {options, kube_client_options, policy_options},
    .max_args = 0,
    .prints_nothing = true,
    .run = run,
};
