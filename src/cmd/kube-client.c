/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/kube-client.h"

#include "cmd/message.h"
#include "plimsoll-version.h"

const Option kube_client_options[] = {
    {.name = "--kubeconfig",
     .arg = "FILE",
     .doc = "Reads how to reach the cluster from FILE; without it from the files of KUBECONFIG, else ~/.kube/config, else from the account of the pod that this runs in",
     .env = "PLIMSOLL_KUBECONFIG",
     .config = "kubernetes.kubeconfig",
     .is_file = true},
    {.name = "--context", .arg = "NAME", .doc = "Context of the kubeconfig; its current-context without it", .env = "PLIMSOLL_KUBE_CONTEXT", .config = "kubernetes.context"},
    {0},
};

int kube_client_from(Cli *cli, KubeClient **ret) {
    _cleanup_error_ Error err = {0};
    const KubeClientOptions o = {
        .kubeconfig = cli_value(cli, "--kubeconfig"),
        .context = cli_value(cli, "--context"),
        .user_agent = "plimsoll/" PLIMSOLL_VERSION,
        .terminal = isatty(STDIN_FILENO) && isatty(STDERR_FILENO),
    };
    int r = kube_client_open(&o, ret, &err);
    return r < 0 ? message_fail(r == -EINVAL || r == -ENOENT ? EXIT_USAGE : EXIT_INCOMPLETE, &err, r) : 0;
}
