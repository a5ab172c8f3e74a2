/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll scan: an image in, its findings out. */
#include "cmd/policy.h"
#include "cmd/scan-facts.h"
#include "cmd/scan-run.h"

static int run(Cli *cli) {
    ScanRequest q;
    _cleanup_(report_done) Report r = {0};
    _cleanup_(policy_chosen_done) PolicyChosen policy = {0};
    bool judged = false;
    int x = scan_request(cli, &q);
    /* What is wrong with it is said before anything is read. */
    if (x == 0)
        x = policy_open_options(cli, q.as_of, &policy, &judged);
    if (x == 0)
        x = scan_facts_check(cli, judged);
    q.policy = judged ? &policy : NULL;
    if (x == 0)
        x = scan_run_collect(cli, &q, cli->args[0], &r);
    if (x == 0)
        x = scan_run_match(cli, &q, &r);
    if (x == 0)
        x = scan_run_report(cli, &q, &r);
    if (x == EXIT_DONE || x == EXIT_FINDINGS || x == EXIT_INCOMPLETE)
        x = scan_facts_put(cli, &r, x);
    scan_request_done(&q);
    return x;
}

const Command command_scan = {
    .name = "scan",
    .summary = "Finds the vulnerabilities of an image, a root file system or an SBOM",
    .arguments = "IMAGE",
    .description = "IMAGE is a directory (a root file system, / for this machine), an OCI layout, an archive of docker save or of an OCI layout "
                   "(each also compressed, - for standard input), an image in the store of Docker, containerd or Podman, or a registry reference. "
                   "With --repo it is a source repository: everything in it is looked at but .git, also what .gitignore names, for what was built or installed there is shipped as often as not. "
                   "Every byte of an image that is read is verified against its digests.\n\n"
                   "The report says what was looked at, how old the data is, and what could not be seen. Exit codes: 0 done, 1 findings at or over "
                   "--fail-on or denied by --policy, 2 usage, 3 not everything could be looked at.",
    .examples = "plimsoll scan /  # this machine\n"
                "plimsoll scan --repo .  # the lock files of a repository\n"
                "plimsoll scan debian:12  # from a local store, or from Docker Hub\n"
                "docker save app | plimsoll scan -  # an archive from a pipe\n"
                "plimsoll scan --fail-on high --ignore-unfixed registry.example/app@sha256:…  # as a gate in a pipeline\n"
                "plimsoll scan --policy production registry.example/app:1.4  # a verdict: deny, warn or allow\n"
                "plimsoll scan --policy production --facts facts.db registry.example/app:1.4  # remembered for `plimsoll admit`\n"
                "plimsoll scan --format sarif --output app.sarif app.tar  # for code scanning\n",
    .options = {scan_format_options, policy_options, policy_rules_options, policy_added_options, policy_scope_options, scan_facts_options, verdict_options, findings_options, exception_options, time_options, evaluate_options, incomplete_options, database_options, image_options, cache_options, secret_options, malware_options, license_options, registry_options},
    .min_args = 1,
    .max_args = 1,
    .workers = true,
    .prepare = scan_prepare,
    .run = run,
};
