/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll sbom: what an image holds, without findings. */
#include "cmd/scan-run.h"

static int run(Cli *cli) {
    ScanRequest q;
    _cleanup_(report_done) Report r = {.sbom_only = true};
    int x = scan_request(cli, &q);
    if (x == 0)
        x = scan_run_collect(cli, &q, cli->args[0], &r);
    if (x == 0)
        x = scan_run_report(cli, &q, &r);
    scan_request_done(&q);
    return x;
}

const Command command_sbom = {
    .name = "sbom",
    .summary = "Writes the software bill of materials of an image",
    .arguments = "IMAGE",
    .description = "The inventory of what `plimsoll scan` reads, without findings: CycloneDX, SPDX, JSON or a table. plimsoll scan takes the SBOM again and finds in it what it finds in the image.",
    .examples = "plimsoll sbom --format cyclonedx --output app.cdx.json app:1.2  # for the archive\n"
                "plimsoll scan app.cdx.json  # tomorrow, with newer advisories\n",
    .options = {sbom_format_options, incomplete_options, image_options, cache_options, registry_options},
    .min_args = 1,
    .max_args = 1,
    .workers = true,
    .run = run,
};
