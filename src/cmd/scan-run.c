/* SPDX-License-Identifier: Apache-2.0 */
/* The steps that scan, sbom and explain share, with what a person sees meanwhile. */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/confine.h"
#include "base/fs.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/policy.h"
#include "cmd/progress.h"
#include "cmd/scan-run.h"
#include "plimsoll-version.h"
#include "report/format.h"
#include "scan/findings.h"
#include "scan/judge.h"

int scan_run_collect(Cli *cli, const ScanRequest *q, const char *reference, Report *r) {
    return scan_run_collect_with(cli, q, reference, &(ScanHooks) {0}, r);
}

int scan_run_collect_with(Cli *cli, const ScanRequest *q, const char *reference, const ScanHooks *hooks, Report *r) {
    _cleanup_error_ Error err = {0};
    if (!*reference)
        return message_usage(cli->command->name, "an empty IMAGE: expected a path, a reference or -");
    if (q->require_sandbox && !confine_has_landlock()) {
        message_error("this kernel has no Landlock: workers would be confined by seccomp and resource limits only; leave out --require-sandbox to go on like that");
        return EXIT_INCOMPLETE;
    }
    ScanOptions o = scan_request_options(q);
    o.listing = hooks->listing;
    o.listed = hooks->listed;
    o.listed_all = hooks->listed_all;
    o.owned = hooks->owned;
    o.userdata = hooks->userdata;
    r->tool_version = STR(PLIMSOLL_VERSION);
    progress_begin(reference, 0, 0);
    int x = scan_collect(reference, &o, r, &err);
    progress_end();
    return x < 0 ? message_fail(EXIT_INCOMPLETE, &err, x) : 0;
}

/* Unusable where there is one is worse than none: it is said as an error, and nothing is reported as if it had been asked. */
static int open_database(const char *path, AdvisoryDb **ret, char **ret_why) {
    _cleanup_error_ Error err = {0};
    int r = path ? advisory_db_open(path, ret, &err) : -ENOENT;
    if (r == 0)
        return 0;
    *ret = NULL;
    *ret_why = r == -ENOENT ? xasprintf("there is no advisory database at %s: make one with plimsoll db build or fetch one with plimsoll db update", path ? path : "any place")
                            : xasprintf("%s", error_text(&err, r));
    return r;
}

int scan_run_baseline(const ScanRequest *q, Report *r) {
    if (!q->baseline)
        return 0;
    _cleanup_error_ Error err = {0};
    _cleanup_free_ char *text = NULL;
    _cleanup_(diag_done) Diag d = {0};
    size_t n;
    int x = fs_read(q->baseline, q->limits.document_bytes, &text, &n, &err);
    if (x < 0)
        return message_fail(EXIT_USAGE, &err, x);
    if (scan_baseline(r, str_n(text, n), q->baseline, &q->limits, &d) < 0) {
        message_diag(&d);
        return EXIT_USAGE;
    }
    return 0;
}

static bool is_own_root(const Report *r) {
    struct stat a, b;
    _cleanup_free_ char *path = str_dup(r->artifact.reference);
    return r->artifact.kind == ARTIFACT_DIRECTORY && stat(path, &a) == 0 && stat("/", &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* On "auto" the archives are asked where the database says nothing of the release: they are the second best source. */
static bool wants_archives(const ScanRequest *q, const Report *r) {
    if (q->archives != ARCHIVES_AUTO)
        return q->archives == ARCHIVES_ALWAYS;
    for (size_t i = 0; i < r->coverage.n_gaps; i++)
        if (r->coverage.gaps[i].kind == GAP_NO_DATABASE || r->coverage.gaps[i].kind == GAP_NO_ADVISORIES)
            return r->inventory.n_archives > 0;
    return false;
}

static int ask_archives(const ScanRequest *q, Report *r) {
    _cleanup_error_ Error err = {0};
    _cleanup_(http_client_freep) HttpClient *http = NULL;
    _cleanup_free_ char *cache = q->cache_dir ? xasprintf("%s/archives", q->cache_dir) : NULL;
    HttpOptions ho = {.ca_file = q->image.registry.ca_file, .retries = 1, .timeout_s = 10};
    int x = http_client_new(&ho, &http, &err);
    ArchiveOptions ao = {.http = http, .cache_dir = cache, .own_root = is_own_root(r), .as_of = q->as_of, .limits = &q->limits};
    if (x >= 0) {
        progress_begin("Asking package archives", 0, 0);
        x = scan_match_archives(r, &ao, &err);
        progress_end();
    }
    return x < 0 ? message_fail(EXIT_INCOMPLETE, &err, x) : 0;
}

static int judge(const ScanRequest *q, Report *r) {
    PolicyContext context = q->policy->context;
    /* Rules may ask what is new. */
    int x = scan_run_baseline(q, r);
    context.image = r->artifact.reference;
    if (x)
        return x;
    _cleanup_(diag_done) Diag d = {0};
    scan_judge(r, q->policy->policy, &context, &q->limits, &d);
    policy_say(q->policy->policy, &d);
    return 0;
}

int scan_run_match(Cli *cli, const ScanRequest *q, Report *r) {
    _cleanup_error_ Error err = {0};
    _cleanup_(advisory_db_closep) AdvisoryDb *db = NULL;
    _cleanup_free_ char *why = NULL, *path = q->db_path ? xstrdup(q->db_path) : advisory_db_default_path();
    open_database(path, &db, &why);
    int x = scan_match(r, db, why, &q->match, &err);
    if (x == -EBADMSG) {
        /* A page that cannot be read in the middle of matching: what was found stands, the rest was not seen. */
        scan_add_gap(r, GAP_NO_DATABASE, str_from(path), "%s", error_text(&err, x));
        x = 0;
    }
    if (x < 0)
        return message_fail(EXIT_INCOMPLETE, &err, x);
    if (wants_archives(q, r) && (x = ask_archives(q, r)) != 0)
        return x;
    if (q->checks && (x = scan_harden(r, &q->limits, &err)) < 0)
        return message_fail(EXIT_INCOMPLETE, &err, x);
    licenses_find(r, &q->licenses);
    r->show_suppressed = q->show_suppressed;
    if ((x = scan_run_exceptions(cli, q, r)) != 0)
        return x;
    if (q->policy && (x = judge(q, r)) != 0)
        return x;
    FindingFilter f = {.ignore_unfixed = q->ignore_unfixed};
    for (Severity s = 0; s < SEVERITY_N_; s++)
        f.severities |= q->severity[s] ? 1u << s : 0;
    scan_filter(r, &f);
    r->fail_on_set = q->fail_on_set;
    r->fail_on = q->fail_on;
    if ((x = scan_run_baseline(q, r)) != 0)
        return x;
    r->n_baseline = 0;
    for (size_t i = 0; i < r->n_findings; i++)
        r->n_baseline += !r->findings[i].is_new;
    return 0;
}

int scan_run_report(Cli *cli, const ScanRequest *q, Report *r) {
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    scan_finish(r);
    for (size_t i = 0; i < r->coverage.n_gaps; i++)
        r->coverage.gaps[i].allowed = q->allow[r->coverage.gaps[i].kind];
    FormatOptions fo = {.width = output_width(cli), .color = output_color(cli), .now = TIME_NONE};
    if (fo.width)
        fo.now = time_now();
    int x = q->format->write(r, &fo, &out);
    if (x < 0 || out.failed) {
        message_error("the report does not fit into memory: choose fewer findings with --severity or another --format");
        return EXIT_INCOMPLETE;
    }
    x = output_write(cli, buf_view(&out));
    return x ? x : report_exit_code(r);
}
