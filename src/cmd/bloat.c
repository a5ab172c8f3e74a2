/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll bloat: what an image carries and does not need. */
#include <unistd.h>

#include "advisory/db.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/scan-run.h"
#include "report/bloat.h"
#include "scan/bloat.h"

enum { TOP_MAX = 1000 };

static int check_top(Str value, Error *err) {
    uint64_t n;
    if (str_to_u64(value, TOP_MAX, &n) < 0 || n == 0)
        return error_set(err, -EINVAL, "'%.*s' is no number from 1 to %d", STR_FMT(value), TOP_MAX);
    return 0;
}

static const Option options[] = {
    {.name = "--format", .letter = 'f', .arg = "FORMAT", .doc = "Output format", .values = "table|json", .def = "table"},
    {.name = "--top", .arg = "N", .doc = "How many of the largest files, directories and packages are named", .check = check_top, .def = "20", .env = "PLIMSOLL_TOP", .config = "bloat.top"},
    {0},
};

/* Vulnerabilities are counted where there is a database: none at the usual place is no reason to fail. */
static bool has_database(const ScanRequest *q) {
    _cleanup_free_ char *path = q->db_path ? NULL : advisory_db_default_path();
    return q->db_path || (path && access(path, F_OK) == 0);
}

static int write_out(Cli *cli, ScanRequest *q, Report *r, const Bloat *b) {
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    scan_finish(r);
    /* Bytes are counted without packages too. */
    q->allow[GAP_NO_PACKAGES] = q->allow[GAP_UNSUPPORTED_OS] = true;
    for (size_t i = 0; i < r->coverage.n_gaps; i++)
        r->coverage.gaps[i].allowed = q->allow[r->coverage.gaps[i].kind];
    FormatOptions fo = {.width = output_width(cli), .color = output_color(cli), .now = TIME_NONE};
    if (strcmp(cli_value(cli, "--format"), "json") == 0)
        bloat_write_json(r, b, &out);
    else
        bloat_write_table(r, b, &fo, &out);
    if (out.failed) {
        message_error("the report does not fit into memory: choose a smaller --top");
        return EXIT_INCOMPLETE;
    }
    int x = output_write(cli, buf_view(&out));
    return x ? x : report_exit_code(r);
}

static int collect(Cli *cli, ScanRequest *q, Report *r) {
    uint64_t top = 0;
    (void) str_to_u64(str_from(cli_value(cli, "--top")), TOP_MAX, &top);
    _cleanup_(bloat_freep) BloatScan *s = bloat_new(r, &q->limits, (size_t) top);
    const ScanHooks hooks = {LISTING_CONTENT, s, bloat_listed, bloat_listed_all, bloat_owned};
    Bloat b;
    int x = scan_run_collect_with(cli, q, cli->args[0], &hooks, r);
    if (x)
        return x;
    if (r->artifact.kind == ARTIFACT_SBOM)
        return message_usage(cli->command->name, "%s is an SBOM, which tells nothing of files: expected an image or a directory", cli->args[0]);
    const bool matched = has_database(q);
    if (matched && (x = scan_run_match(cli, q, r)) != 0)
        return x;
    bloat_finish(s, matched, &b);
    return write_out(cli, q, r, &b);
}

static int run(Cli *cli) {
    ScanRequest q;
    _cleanup_(report_done) Report r = {0};
    int x = scan_request(cli, &q);
    if (x == 0)
        x = collect(cli, &q, &r);
    scan_request_done(&q);
    return x;
}

const Command command_bloat = {
    .name = "bloat",
    .summary = "Says what an image carries and does not need",
    .arguments = "IMAGE",
    .description = "Bytes per layer with its build instruction; bytes wasted by files that upper layers overwrite or delete, and by copies of the same content; the largest "
                   "directories; packages of the distribution that nothing in the image needs, with what only they need; and a smaller base, where one is known.\n\n"
                   "Needed are essential packages, those whose programs the image starts (every word of entry point, command and health check that names a program, what a shell's -c "
                   "names, and the interpreters of scripts), and what these depend on. A program may use what no dependency tells: such packages are marked with a caution (data, "
                   "libraries, script). Vulnerabilities are counted where there is an advisory database.\n\n"
                   "Bytes are those of file contents; hard links count once. Exit codes: 0 done, 2 usage, 3 not everything could be looked at; packages or a distribution that are not known do not "
                   "count as such. The JSON's schema is docs/reference/bloat.schema.json.",
    .examples = "plimsoll bloat app:1.2  # where its bytes are, and which can go\n"
                "plimsoll bloat --format json --top 100 app.tar  # for scripts\n",
    .options = {options, time_options, evaluate_options, exception_options, incomplete_options, database_options, image_options, cache_options, registry_options},
    .min_args = 1,
    .max_args = 1,
    .workers = true,
    .run = run,
};
