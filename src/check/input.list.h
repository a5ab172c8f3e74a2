/* SPDX-License-Identifier: Apache-2.0 */
/* INPUT(symbol): the kinds of files that `plimsoll check` reads, each a CheckInput check_input_<symbol>. A file is of the first kind that recognises it. */
INPUT(dockerfile)
INPUT(helm)
INPUT(kustomize)
INPUT(k8s_audit)
INPUT(kubernetes)
INPUT(compose)
INPUT(cluster)
INPUT(github_actions)
INPUT(gitlab_ci)
