/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/check-cluster.h"

#include <signal.h>
#include <time.h>

#include "check/cluster.h"
#include "cmd/kube-client.h"
#include "cmd/message.h"
#include "cmd/progress.h"
#include "kube/access-subject.h"

enum { EVERY_MAX_S = 7 * 24 * 3600, STEP_MS = 200 };

static volatile sig_atomic_t stopped;

static void stop(int signal_number) {
    stopped = 1;
}

static int still_wanted(void *userdata) {
    return stopped ? -ECANCELED : 0;
}

/* 0 for what is no duration. */
static uint64_t seconds_of(Str value) {
    static const struct {
        char unit;
        uint64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}};
    uint64_t n;
    if (value.n < 2 || str_to_u64(str_head(value, value.n - 1), EVERY_MAX_S, &n) < 0)
        return 0;
    for (size_t i = 0; i < ARRAY_SIZE(units); i++)
        if (value.p[value.n - 1] == units[i].unit)
            return n * units[i].seconds <= EVERY_MAX_S ? n * units[i].seconds : 0;
    return 0;
}

int check_cluster_duration(Str value, Error *err) {
    return seconds_of(value) ? 0 : error_set(err, -EINVAL, "expected a duration of at most a week, such as 90s, 10m or 1h, found '%.*s'", STR_FMT(value));
}

int check_cluster_look(Cli *cli, const CheckOptions *check, CheckWalk *w, Arena *a, char **ret_name) {
    _cleanup_(kube_client_freep) KubeClient *client = NULL;
    _cleanup_error_ Error err = {0};
    size_t n;
    int x = kube_client_from(cli, &client);
    if (x)
        return x;
    const char *const *namespaces = cli_values(cli, "--namespace", &n);
    const ClusterOptions o = {.check = check, .namespaces = n ? namespaces : NULL, .builtin = cli_flag(cli, "--builtin"), .wait = still_wanted};
    progress_begin(kube_client_server(client), 0, 0);
    int r = check_cluster(client, &o, w, a, &err);
    progress_end();
    *ret_name = xstrdup(kube_client_server(client));
    if (stopped)
        return EXIT_INCOMPLETE;
    if (r == 0 && w->builtin)
        message_note("%llu roles and bindings that the API server lays down itself were not judged: --builtin judges them", (unsigned long long) w->builtin);
    /* By decision: whoever may list Secrets may read them, and most rules ask for nothing of theirs. */
    if (r == 0 && check->policy && access_wanted(check->policy))
        message_note("Secrets of the cluster were not read: rules about them find nothing here, and how old they are is not known (`plimsoll access --cluster --secret-metadata` reads their metadata)");
    return r < 0 ? message_fail(EXIT_INCOMPLETE, &err, r) : 0;
}

int check_cluster_again(Cli *cli, int (*once)(Cli *cli)) {
    const struct sigaction on_stop = {.sa_handler = stop};
    int64_t every = (int64_t) seconds_of(str_from(cli_value(cli, "--every"))) * 1000;
    sigaction(SIGTERM, &on_stop, NULL);
    sigaction(SIGINT, &on_stop, NULL);
    for (bool first = true; !stopped; first = false) {
        int x = once(cli);
        /* Later a policy that somebody is editing, or a cluster that is away, is no reason to give up: the message says it, and the last report stays. */
        if (first && x == EXIT_USAGE)
            return x;
        for (int64_t waited = 0; waited < every && !stopped; waited += STEP_MS) {
            const struct timespec ts = {.tv_nsec = STEP_MS * 1000000L};
            nanosleep(&ts, NULL);
        }
    }
    return EXIT_DONE;
}
