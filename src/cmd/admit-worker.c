/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll admit worker: scans what the webhook asked for, beside it, for the webhook itself never speaks to a registry. */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
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

/* Scans the reference with this program, which remembers the verdict itself; why it failed, or NULL. */
static const char *scan(const Cli *cli, const char *reference, const sigset_t *signals, bool *ret_ending) {
    const char *policy = cli_value(cli, "--policy");
    char *const argv[] = {(char *) "plimsoll", (char *) "--quiet", (char *) "scan", (char *) "--source", (char *) "registry", (char *) "--policy", (char *) (policy ? policy : "production"),
                          (char *) "--facts", (char *) cli_value(cli, "--facts"), (char *) "--format", (char *) "json", (char *) "--output", (char *) "/dev/null", (char *) "--", (char *) reference, NULL};
    posix_spawnattr_t attributes;
    sigset_t none;
    pid_t pid;
    uint64_t minutes = 0;
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    int r = posix_spawn(&pid, "/proc/self/exe", NULL, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    if (r)
        return "the scan could not be started";
    str_to_u64(str_from(cli_value(cli, "--scan-timeout")), MINUTES_MAX, &minutes);
    int status = wait_for(pid, signals, (unsigned) minutes, ret_ending);
    if (status < 0)
        return "the scan took too long";
    if (!WIFEXITED(status))
        return "the scan died";
    return WEXITSTATUS(status) == EXIT_USAGE ? "the scan could not be started" : WEXITSTATUS(status) == EXIT_INCOMPLETE ? "the image could not be looked at, or not all of it" : NULL;
}

/* Is it out of the queue, and its tag good again? Then even an incomplete scan was remembered. */
static bool is_done(FactStore *s, const char *reference) {
    char *next = NULL;
    bool same = fact_store_next(s, time_now(), &next, NULL) == 1 && strcmp(next, reference) == 0;
    free(next);
    return !same;
}

/* What came since the last time, or all of it: what was forgotten, or found no room in the queue, is asked for again. */
static void look_at_cluster(ClusterWatch *cluster, FactStore *s, bool all) {
    _cleanup_error_ Error err = {0};
    size_t asked = 0;
    int r = cluster_watch_ask(cluster, s, all, time_now(), &asked, &err);
    if (r < 0)
        message_warning("%s", error_text(&err, r));
    else if (asked)
        message_note("%zu images of the cluster were not known", asked);
}

static int work(const Cli *cli, ClusterWatch *cluster, FactStore *s, const sigset_t *signals, Error *err) {
    const struct timespec pause = {.tv_sec = POLL_S}, second = {.tv_sec = 1};
    bool ending = false, waits = false;
    uint64_t every = 0, keep = 0;
    int64_t looked = 0, forgot = 0;
    str_to_u64(str_from(cli_value(cli, "--every")), MINUTES_MAX, &every);
    str_to_u64(str_from(cli_value(cli, "--keep")), DAYS_MAX, &keep);
    while (!ending) {
        if (time_now() - forgot >= DAY_S) {
            int x = fact_store_forget(s, time_now() - (int64_t) keep * DAY_S, err);
            if (x < 0)
                return x;
            forgot = time_now();
        }
        if (cluster) {
            bool all = time_now() - looked >= (int64_t) every * 60, listed = cluster_watch_listed(cluster);
            look_at_cluster(cluster, s, all);
            looked = all && listed ? time_now() : looked;
            waits = !listed;
        }
        _cleanup_free_ char *reference = NULL;
        int r = fact_store_next(s, time_now(), &reference, err);
        if (r < 0)
            return r;
        if (r == 0 && cli_flag(cli, "--once") && !waits)
            break;
        if (r == 0) {
            int got = sigtimedwait(signals, NULL, cluster ? &second : &pause);
            ending = got == SIGTERM || got == SIGINT;
            continue;
        }
        message_note("scanning %s", reference);
        const char *why = scan(cli, reference, signals, &ending);
        if (ending || is_done(s, reference))
            continue;
        message_warning("%s: %s", reference, why ? why : "the scan remembered something else");
        r = fact_store_failed(s, str_from(reference), str_from(why ? why : "the scan remembered something else"), time_now(), err);
        if (r < 0)
            return r;
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
    if (r == 0)
        r = work(cli, cluster, s, &signals, &err);
    return r < 0 ? message_fail(EXIT_INCOMPLETE, &err, r) : EXIT_DONE;
}

const Command command_admit_worker = {
    .name = "admit worker",
    .summary = "Scans the images that the webhook did not know",
    .description = "Takes images out of the queue of a fact store, which `plimsoll admit --queue-unknown` fills, and scans them with `plimsoll scan --policy … --facts …`, one after the other. Tags are "
                   "looked up again when they run out (--tag-ttl of scan), by another scan, of which the cache has most. What fails is tried again later, a few times.\n\n"
                   "It runs beside the webhook, which itself speaks to no registry. Settings of scan (registries, database, cache) come from the environment and plimsoll.yaml.",
    .examples = "plimsoll admit worker --cluster --facts /var/lib/plimsoll/facts.db --policy production  # and what the cluster runs\n"
                "plimsoll admit worker --facts /var/lib/plimsoll/facts.db --policy production\n",
    .options = {options, kube_client_options, policy_options},
    .max_args = 0,
    .prints_nothing = true,
    .run = run,
};
