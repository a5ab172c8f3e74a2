/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/check-report.h"

#include "cmd/message.h"
#include "cmd/output.h"

void check_report_formats(Buf *out) {
    for (const Format *f = formats(); f->name; f++)
        if (f->check)
            buf_printf(out, "%s%s", out->n ? "|" : "", f->name);
}

int check_report_choose(const ScanRequest *q, Report *r) {
    FindingFilter f = {0};
    for (Severity s = 0; s < SEVERITY_N_; s++)
        f.severities |= q->severity[s] ? 1u << s : 0;
    scan_filter(r, &f);
    r->show_suppressed = q->show_suppressed;
    r->fail_on_set = q->fail_on_set;
    r->fail_on = q->fail_on;
    for (size_t i = 0; i < r->coverage.n_gaps; i++)
        r->coverage.gaps[i].allowed = q->allow[r->coverage.gaps[i].kind];
    return scan_run_baseline(q, r);
}

int check_report_write(Cli *cli, const Format *format, const Report *r) {
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    FormatOptions fo = {.width = output_width(cli), .color = output_color(cli), .now = TIME_NONE};
    int x = format->write(r, &fo, &out);
    if (x < 0 || out.failed) {
        message_error("the report does not fit into memory: look at less at a time or choose another --format");
        return EXIT_INCOMPLETE;
    }
    x = output_write(cli, buf_view(&out));
    return x ? x : report_exit_code(r);
}
