/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/kube-client.h"

#include "cmd/message.h"
#include "plimsoll-version.h"

enum { TIMEOUT_MAX_S = 3600 };

static int check_seconds(Str value, Error *err) {
    uint64_t n;
    return str_to_u64(value, TIMEOUT_MAX_S, &n) == 0 && n ? 0 : error_set(err, -EINVAL, "expected seconds, 1 to %d, found '%.*s'", TIMEOUT_MAX_S, STR_FMT(value));
}

const Option kube_client_options[] = {
    {.name = "--kubeconfig",
     .arg = "FILE",
     .doc = "Reads how to reach the cluster from FILE; without it from the files of KUBECONFIG, else ~/.kube/config, else from the account of the pod that this runs in",
     .env = "PLIMSOLL_KUBECONFIG",
     .config = "kubernetes.kubeconfig",
     .is_file = true},
    {.name = "--kube-timeout",
     .arg = "SECONDS",
     .doc = "Waits so long for a connection to the API server and for each next byte of an answer, before it is asked again",
     .check = check_seconds,
     .def = "30",
     .env = "PLIMSOLL_KUBE_TIMEOUT",
     .config = "kubernetes.timeout"},
    {.name = "--context", .arg = "NAME", .doc = "Context of the kubeconfig; its current-context without it", .env = "PLIMSOLL_KUBE_CONTEXT", .config = "kubernetes.context"},
    {0},
};

int kube_client_from(Cli *cli, KubeClient **ret) {
    _cleanup_error_ Error err = {0};
    uint64_t seconds = 0;
    (void) str_to_u64(str_from(cli_value(cli, "--kube-timeout")), TIMEOUT_MAX_S, &seconds);
    const KubeClientOptions o = {
        .timeout_s = (unsigned) seconds,
        .kubeconfig = cli_value(cli, "--kubeconfig"),
        .context = cli_value(cli, "--context"),
        .user_agent = "plimsoll/" PLIMSOLL_VERSION,
        .terminal = isatty(STDIN_FILENO) && isatty(STDERR_FILENO),
    };
    int r = kube_client_open(&o, ret, &err);
    return r < 0 ? message_fail(r == -EINVAL || r == -ENOENT ? EXIT_USAGE : EXIT_INCOMPLETE, &err, r) : 0;
}
