/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll check: files that describe containers in, what rules say of them out. */
#include <limits.h>
#include <stdio.h>

#include "base/fs.h"
#include "base/worker.h"
#include "check/report.h"
#include "cmd/check-fix.h"
#include "cmd/check-cluster.h"
#include "cmd/cli.h"
#include "cmd/kube-client.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/policy.h"
#include "cmd/progress.h"
#include "cmd/scan-run.h"
#include "plimsoll-version.h"

static void list_formats(Buf *out) {
    for (const Format *f = formats(); f->name; f++)
        if (f->check)
            buf_printf(out, "%s%s", out->n ? "|" : "", f->name);
}

static void list_inputs(Buf *out) {
    size_t n;
    const CheckInput *const *all = check_inputs(&n);
    for (size_t i = 0; i < n; i++)
        if (all[i] != &check_input_cluster)
            buf_printf(out, "%s%s", out->n ? "|" : "", all[i]->name);
}

static int check_also(Str value, Error *err) {
    Str format, file;
    if (!str_cut(value, '=', &format, &file) || !file.n)
        return error_set(err, -EINVAL, "expected FORMAT=FILE");
    const Format *f = format_by_name(format);
    return f && f->check ? 0 : error_set(err, -EINVAL, "'%.*s' is none of the formats of --format", STR_FMT(format));
}

static const Option options[] = {
    {.name = "--format",
     .letter = 'f',
     .arg = "FORMAT",
     .doc = "Output format",
     .list_values = list_formats,
     .def = "table",
     .env = "PLIMSOLL_CHECK_FORMAT",
     .config = "check.format"},
    {.name = "--input",
     .arg = "KIND",
     .doc = "What the files that are named themselves, and standard input, are; without it names and texts tell",
     .list_values = list_inputs},
    {.name = "--cluster", .doc = "Checks the objects of a running cluster instead of files"},
    {.name = "--namespace", .letter = 'n', .arg = "NAME", .doc = "With --cluster only objects of this namespace; all without it", .repeat = true},
    {.name = "--builtin", .doc = "With --cluster: judges the roles and bindings that the API server lays down itself, too"},
    {.name = "--every", .arg = "DURATION", .doc = "With --cluster: looks again so long after the last time (90s, 10m, 1h), until it is told to end, and writes the report anew", .check = check_cluster_duration},
    {.name = "--also", .arg = "FORMAT=FILE", .doc = "Writes the report in this format as well", .check = check_also, .repeat = true},
    {.name = "--fix", .doc = "Edits the files where a finding has a safe fix, and reports what is left; comments and order stay as they are"},
    {.name = "--diff", .doc = "Prints what --fix would change, as a unified diff, instead of the report"},
    {0},
};

typedef struct Request {
    ScanRequest common;      /* what scan's rows mean here, too */
    const Format *format;
    PolicyChosen policy;
} Request;

static void request_done(Request *q) {
    policy_chosen_done(&q->policy);
    scan_request_done(&q->common);
}

static CheckOptions options_of(const Request *q) {
    return (CheckOptions) {.rules = q->policy.texts.p, .n_rules = q->policy.texts.n, .policy_name = q->policy.name, .policy = q->policy.policy, .context = &q->policy.context,
                           .as_of = q->common.as_of, .limits = &q->common.limits, .fixes = true};
}

static int take(Cli *cli, Request *q) {
    if (cli_flag(cli, "--fix") && cli_flag(cli, "--diff"))
        return message_usage("check", "--fix edits and --diff only shows: choose one");
    for (size_t i = 0; i < cli->n_args; i++)
        if (cli_flag(cli, "--fix") && strcmp(cli->args[i], "-") == 0)
            return message_usage("check", "standard input cannot be edited: --diff shows what --fix would change");
    const CliValue *format = cli_found(cli, cli_option(cli->command, STR("--format")));
    if (format && format->origin == ORIGIN_OPTION && cli_flag(cli, "--diff"))
        return message_usage("check", "--diff prints a unified diff instead of a report: it goes without --format");
    bool cluster = cli_flag(cli, "--cluster");
    if (cluster && (cli_flag(cli, "--fix") || cli_flag(cli, "--diff")))
        return message_usage("check", "a running cluster is only looked at: --fix and --diff are for its files");
    if (cluster && cli->n_args)
        return message_usage("check", "--cluster takes no PATH: check files and the cluster apart");
    if (!cluster && (cli_value(cli, "--every") || cli_flag(cli, "--builtin")))
        return message_usage("check", "--every and --builtin are for --cluster");
    if (!cluster && !cli->n_args)
        return message_usage("check", "name a PATH, or --cluster");
    int x = scan_request(cli, &q->common);
    if (x)
        return x;
    q->format = format_by_name(str_from(cli_value(cli, "--format")));
    return policy_open(cli, q->common.as_of, &q->policy);
}

static int look(Cli *cli, const Request *q, CheckWalk *w, Arena *a) {
    _cleanup_error_ Error err = {0};
    int r = 0;
    if (cli_value(cli, "--input"))
        w->input = check_input_by_name(str_from(cli_value(cli, "--input")));
    for (size_t i = 0; i < cli->n_args && r == 0; i++)
        r = check_walk(w, cli->args[i], &q->common.limits, &err);
    if (r < 0)
        return message_fail(EXIT_INCOMPLETE, &err, r);
    const CheckOptions o = options_of(q);
    progress_begin("Checking", 0, 0);
    r = check_files(&o, w->items.p, w->items.n, a, &err);
    progress_end();
    if (r < 0)
        return message_fail(EXIT_INCOMPLETE, &err, r);
    return cli_flag(cli, "--fix") ? check_fix_files(&o, w->items.p, w->items.n, a) : 0;
}

static void warnings(const CheckWalk *w) {
    for (size_t i = 0; i < w->items.n; i++)
        for (size_t k = 0; k < w->items.p[i].n_errors; k++) {
            const CheckError *e = &w->items.p[i].errors[k];
            if (e->level == DIAG_WARNING && e->line == 0)
                message_warning("%s: %.*s", w->items.p[i].path, STR_FMT(e->message));
            else if (e->level == DIAG_WARNING)
                message_warning("%s:%u:%u: %.*s", w->items.p[i].path, e->line, e->col, STR_FMT(e->message));
        }
}

/* The further formats: each file is replaced as a whole. */
static int write_also(Cli *cli, const Report *r) {
    size_t n;
    const char *const *also = cli_values(cli, "--also", &n);
    const FormatOptions fo = {.now = TIME_NONE};
    for (size_t i = 0; i < n; i++) {
        _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
        _cleanup_error_ Error err = {0};
        Str format, file;
        str_cut(str_from(also[i]), '=', &format, &file);
        const Format *f = format_by_name(format);
        lint_assume(f);
        int x = f->write(r, &fo, &out);
        x = x < 0 ? x : out.failed ? out.failed : fs_write_atomic(file.p, out.p, out.n, 0644, &err);
        if (x < 0)
            return message_fail(EXIT_INCOMPLETE, &err, x);
    }
    return 0;
}

static int write_report(Cli *cli, const Request *q, Report *r) {
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    FormatOptions fo = {.width = output_width(cli), .color = output_color(cli), .now = TIME_NONE};
    lint_assume(q->format);
    int x = q->format->write(r, &fo, &out);
    if (x < 0 || out.failed) {
        message_error("the report does not fit into memory: check fewer files at a time or choose another --format");
        return EXIT_INCOMPLETE;
    }
    x = output_write(cli, buf_view(&out));
    if (x == 0)
        x = write_also(cli, r);
    return x ? x : report_exit_code(r);
}

/* Which findings are shown, and which count. */
static int choose(const Request *q, Report *r) {
    FindingFilter f = {0};
    for (Severity s = 0; s < SEVERITY_N_; s++)
        f.severities |= q->common.severity[s] ? 1u << s : 0;
    scan_filter(r, &f);
    r->show_suppressed = q->common.show_suppressed;
    r->fail_on_set = q->common.fail_on_set;
    r->fail_on = q->common.fail_on;
    for (size_t i = 0; i < r->coverage.n_gaps; i++)
        r->coverage.gaps[i].allowed = q->common.allow[r->coverage.gaps[i].kind];
    return scan_run_baseline(&q->common, r);
}

static int look_at_cluster(Cli *cli, const Request *q, CheckWalk *w, Arena *a, char **ret_name) {
    const CheckOptions o = options_of(q);
    return check_cluster_look(cli, &o, w, a, ret_name);
}

static int once(Cli *cli) {
    _cleanup_(request_done) Request q = {0};
    _cleanup_(check_walk_done) CheckWalk w = {.several = cli->n_args > 1, .real = {.own_keys = true}};
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(report_done) Report r = {0};
    _cleanup_free_ char *cluster = NULL;
    int x = take(cli, &q);
    if (x == 0)
        x = cli_flag(cli, "--cluster") ? look_at_cluster(cli, &q, &w, &a, &cluster) : look(cli, &q, &w, &a);
    if (x)
        return x;
    warnings(&w);
    r.tool_version = STR(PLIMSOLL_VERSION);
    check_report(&w, q.policy.policy, cluster ? (const char *const *) &cluster : (const char *const *) cli->args, cluster ? 1 : cli->n_args, q.common.as_of, worker_confinement(), &r);
    x = choose(&q, &r);
    const CheckOptions o = options_of(&q);
    if (x == 0 && cli_flag(cli, "--diff"))
        x = check_fix_show(cli, &o, w.items.p, w.items.n, &a);
    else if (x == 0)
        return write_report(cli, &q, &r);
    return x ? x : report_exit_code(&r);
}

static int run(Cli *cli) {
    return cli_value(cli, "--every") ? check_cluster_again(cli, once) : once(cli);
}

const Command command_check = {
    .name = "check",
    .summary = "Checks Dockerfiles, manifests and other files that describe containers",
    .arguments = "[PATH…]",
    .description = "PATH is a file, a pipe, - for standard input, or a directory whose files are looked at by name and content; .git and node_modules are left out, and symbolic links in it are not followed. plimsoll list inputs tells which kinds of files are "
                   "read. Rules of the policy language are evaluated on everything that stands in them: those of the set that --policy names, those of --rules, or without either those of the set " POLICY_DEFAULT "; those of --rules-add besides. Each finding says where it "
                   "stands, why it matters and what to do.\n\n"
                   "With --cluster the objects of a running cluster are judged instead, all of them or those of --namespace, and stand where they live: Deployment/shop/web. Secrets are not read; a pod that "
                   "is as its owner says is judged with it. The account needs to get and list; what it may not is a gap. With --every it looks again and again; files are replaced as a whole, and kept when the cluster cannot be reached.\n\n"
                   "Exit codes: 0 done, 1 a rule denies or a finding is at or over --fail-on, 2 usage, 3 a file could not be read as what it is.",
    .examples = "plimsoll check .  # everything below the working directory\n"
                "plimsoll check --fail-on high Dockerfile  # as a gate in a pipeline\n"
                "plimsoll check --policy pss-restricted@v1.25 pod.yaml  # would that level refuse the pod?\n"
                "helm template . | plimsoll check -  # what another program writes\n"
                "plimsoll check --cluster --namespace shop --policy pss-baseline  # what runs in a namespace\n"
                "plimsoll check --cluster --every 1h --format json --output cluster.json --also html=cluster.html  # all the time\n"
                "plimsoll check --rules team.yaml --format sarif --output check.sarif .  # own rules, for code scanning\n",
    .options = {options, verdict_options, time_options, incomplete_options, policy_options, policy_rules_options, policy_added_options, policy_scope_options, registry_options, cache_options, kube_client_options},
    .min_args = 0,
    .max_args = UINT_MAX,
    .workers = true,
    .run = run,
};
