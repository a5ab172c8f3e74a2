/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll diff: what is different between two images. */
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/scan-run.h"
#include "report/diff.h"
#include "scan/diff.h"

enum { TOP = 20 };

static const Option options[] = {
    {.name = "--format", .letter = 'f', .arg = "FORMAT", .doc = "Output format", .values = "table|json", .def = "table"},
    {.name = "--files", .doc = "Names every file that differs; otherwise they are counted, and the largest 20 named"},
    {.name = "--exit-code", .doc = "Exit code 1 when anything differs"},
    {0},
};

static int one(Cli *cli, ScanRequest *q, size_t i, DiffScan *s, Report *r) {
    const ScanHooks hooks = {LISTING_CONTENT, s, i ? diff_listed_b : diff_listed_a, NULL, NULL};
    int x = scan_run_collect_with(cli, q, cli->args[i], &hooks, r);
    if (x == 0 && q->db_path)
        x = scan_run_match(cli, q, r);
    if (x)
        return x;
    scan_finish(r);
    for (size_t k = 0; k < r->coverage.n_gaps; k++)
        r->coverage.gaps[k].allowed = q->allow[r->coverage.gaps[k].kind];
    return 0;
}

static int compare(Cli *cli, ScanRequest *q, Report *a, Report *b) {
    _cleanup_error_ Error err = {0};
    _cleanup_(diff_freep) DiffScan *s = diff_new(cli_flag(cli, "--files") ? SIZE_MAX : TOP);
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    Diff d;
    /* Files and settings are compared without packages too. */
    q->allow[GAP_NO_PACKAGES] = q->allow[GAP_UNSUPPORTED_OS] = true;
    int x = one(cli, q, 0, s, a);
    if (x == 0)
        x = one(cli, q, 1, s, b);
    if (x)
        return x;
    x = diff_finish(s, a, b, q->db_path != NULL, &q->limits, &d, &err);
    if (x < 0)
        return message_fail(EXIT_INCOMPLETE, &err, x);
    FormatOptions fo = {.width = output_width(cli), .color = output_color(cli), .now = TIME_NONE};
    if (strcmp(cli_value(cli, "--format"), "json") == 0)
        diff_write_json(a, b, &d, &out);
    else
        diff_write_table(a, b, &d, &fo, &out);
    if (out.failed) {
        message_error("the differences do not fit into memory: leave out --files");
        return EXIT_INCOMPLETE;
    }
    x = output_write(cli, buf_view(&out));
    if (x)
        return x;
    if (report_incomplete(a) || report_incomplete(b))
        return EXIT_INCOMPLETE;
    return cli_flag(cli, "--exit-code") && diff_any(&d) ? EXIT_FINDINGS : EXIT_DONE;
}

static int run(Cli *cli) {
    ScanRequest q;
    _cleanup_(report_done) Report a = {0}, b = {0};
    int x = scan_request(cli, &q);
    if (x == 0)
        x = compare(cli, &q, &a, &b);
    scan_request_done(&q);
    return x;
}

const Command command_diff = {
    .name = "diff",
    .summary = "Says what is different between two images",
    .arguments = "IMAGE_A IMAGE_B",
    .description = "Packages that were added, removed, upgraded or downgraded, by the order of their versions; files that were added, removed or changed (content, size, mode, kind or "
                   "where a link leads) in what a container sees; the configuration; and, with --db, findings. Either may be an image, a directory or an SBOM, which has packages only.\n\n"
                   "Values of the configuration that look secret are masked. Exit codes: 0 done (1 with --exit-code when anything differs), 2 usage, 3 not everything could be looked at. "
                   "The JSON's schema is docs/reference/diff.schema.json.",
    .examples = "plimsoll diff app:1.2 app:1.3  # what an update brings\n"
                "plimsoll diff --db advisories.db --format json app:1.2 app.tar  # with findings\n"
                "plimsoll diff --exit-code --files built-here.tar built-there.tar  # is a build reproducible?\n",
    .options = {options, time_options, evaluate_options, exception_options, incomplete_options, database_options, image_options, cache_options, registry_options},
    .min_args = 2,
    .max_args = 2,
    .workers = true,
    .run = run,
};
