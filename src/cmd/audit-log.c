/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll audit-log: the audit log of an API server in, what rules say of its events out. */
#include <limits.h>

#include "base/worker.h"
#include "check/audit-log.h"
#include "check/report.h"
#include "cmd/check-report.h"
#include "cmd/message.h"
#include "cmd/policy.h"
#include "cmd/progress.h"
#include "plimsoll-version.h"

static const Option options[] = {
    {.name = "--format", .letter = 'f', .arg = "FORMAT", .doc = "Output format", .list_values = check_report_formats, .def = "table"},
    {0},
};

static int look(Cli *cli, const ScanRequest *q, const PolicyChosen *policy, CheckWalk *w, Arena *a) {
    _cleanup_error_ Error err = {0};
    const CheckOptions o = {.rules = policy->texts.p, .n_rules = policy->texts.n, .policy_name = policy->name, .policy = policy->policy, .context = &policy->context, .as_of = q->as_of,
                            .limits = &q->limits};
    int r = 0;
    w->input = &check_input_k8s_audit;
    for (size_t i = 0; i < cli->n_args && r == 0; i++)
        r = check_walk(w, cli->args[i], &q->limits, &err);
    if (r < 0)
        return message_fail(EXIT_INCOMPLETE, &err, r);
    progress_begin("Reading", 0, 0);
    r = check_files(&o, w->items.p, w->items.n, a, &err);
    progress_end();
    if (r < 0)
        return message_fail(EXIT_INCOMPLETE, &err, r);
    for (size_t i = 0; i < w->items.n; i++)
        for (size_t k = 0; k < w->items.p[i].n_errors; k++)
            if (w->items.p[i].errors[k].level == DIAG_WARNING)
                message_warning("%s: %.*s", w->items.p[i].path, STR_FMT(w->items.p[i].errors[k].message));
    return 0;
}

static int run(Cli *cli) {
    ScanRequest q;
    _cleanup_(policy_chosen_done) PolicyChosen policy = {0};
    _cleanup_(check_walk_done) CheckWalk w = {0};
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(report_done) Report r = {0};
    int x = scan_request(cli, &q);
    if (x == 0)
        x = policy_open(cli, q.as_of, &policy);
    if (x == 0)
        x = look(cli, &q, &policy, &w, &a);
    if (x == 0) {
        r.tool_version = STR(PLIMSOLL_VERSION);
        check_report(&w, policy.policy, (const char *const *) cli->args, cli->n_args, q.as_of, worker_confinement(), &r);
        x = check_report_choose(&q, &r);
    }
    if (x == 0)
        x = check_report_write(cli, format_by_name(str_from(cli_value(cli, "--format"))), &r);
    scan_request_done(&q);
    return x;
}

const Command command_audit_log = {
    .name = "audit-log",
    .summary = "Finds attacks and dangerous changes in the audit log of an API server",
    .arguments = "FILE…",
    .description = "FILE is a log as the API server writes it with --audit-log-path (a line of JSON for each event), an EventList as it sends it to a webhook, or - for standard input. Rules of source "
                   "k8s_audit are evaluated on each event: those that come with the program, or those of --policy and --rules; Falco's rules for its k8saudit plugin run as they are. Each finding "
                   "stands at the line of its event. What events hold is up to the audit policy of the API server: rules about the content of requests need the level Request for these resources.\n\n"
                   "Lines that cannot be read, the last one cut off included, are said with their number. Exit codes: 0 done, 1 a finding is at or over --fail-on, 2 usage, 3 not everything could be read.",
    .examples = "plimsoll audit-log /var/log/kubernetes/audit.log  # what stands out\n"
                "plimsoll audit-log --fail-on high --format json audit.log  # in a job\n"
                "plimsoll audit-log --rules k8s_audit_rules.yaml -  # Falco's rules, a stream\n",
    .options = {options, verdict_options, time_options, incomplete_options, policy_options, policy_rules_options, policy_added_options, policy_scope_options, registry_options, cache_options},
    .min_args = 1,
    .max_args = UINT_MAX,
    .workers = true,
    .run = run,
};
