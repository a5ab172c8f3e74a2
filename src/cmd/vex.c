/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll vex: what is known of an image's vulnerabilities, as an OpenVEX document. */
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/scan-run.h"
#include "report/openvex.h"
#include "scan/findings.h"

static const Option options[] = {
    {.name = "--author", .arg = "NAME", .doc = "Who states it", .def = "plimsoll", .env = "PLIMSOLL_VEX_AUTHOR", .config = "vex.author"},
    {0},
};

static int write_document(Cli *cli, const ScanRequest *q, Report *r) {
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    scan_finish(r);
    for (size_t i = 0; i < r->coverage.n_gaps; i++)
        r->coverage.gaps[i].allowed = q->allow[r->coverage.gaps[i].kind];
    ssize_t n = openvex_write(r, str_from(cli_value(cli, "--author")), &out);
    if (n < 0) {
        message_error("the document does not fit into memory");
        return EXIT_INCOMPLETE;
    }
    if (n == 0)
        message_warning("no vulnerabilities were found, and OpenVEX has no document without a statement: nothing is written");
    for (size_t i = 0; i < r->coverage.n_gaps; i++)
        if (!r->coverage.gaps[i].allowed)
            message_warning("not seen: %.*s: %.*s", STR_FMT(r->coverage.gaps[i].subject), STR_FMT(r->coverage.gaps[i].reason));
    int x = n ? output_write(cli, buf_view(&out)) : 0;
    return x ? x : report_exit_code(r);
}

static int run(Cli *cli) {
    ScanRequest q;
    _cleanup_(report_done) Report r = {0};
    int x = scan_request(cli, &q);
    if (x == 0)
        x = scan_run_collect(cli, &q, cli->args[0], &r);
    if (x == 0)
        x = scan_run_match(cli, &q, &r);
    if (x == 0)
        x = write_document(cli, &q, &r);
    scan_request_done(&q);
    return x;
}

const Command command_vex = {
    .name = "vex",
    .summary = "Writes an OpenVEX document about the vulnerabilities of an image",
    .arguments = "IMAGE",
    .description = "A statement for each vulnerability that `plimsoll scan` finds: what a VEX document or an ignore rule says of it (an ignore rule with a justification makes it "
                   "not_affected, one without it affected and accepted), and under_investigation where nobody judged it yet. The image is the product, packages are its "
                   "subcomponents.\n\n"
                   "The same image, advisories and --as-of give the same bytes. To judge a vulnerability, write a rule with a justification into .plimsollignore, or edit the "
                   "document; `plimsoll scan --vex` takes it.",
    .examples = "plimsoll vex --as-of 2025-06-30 --author security@example.org --output app.openvex.json app:1.2  # a document to ship beside the image\n"
                "plimsoll scan --vex app.openvex.json app:1.2  # what is left\n",
    .options = {options, exception_options, time_options, evaluate_options, incomplete_options, database_options, image_options, cache_options, registry_options},
    .min_args = 1,
    .max_args = 1,
    .workers = true,
    .run = run,
};
