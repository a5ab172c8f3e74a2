/* SPDX-License-Identifier: Apache-2.0 */
/* Counts of findings as Prometheus reads them from files (text format 0.0.4; node_exporter's textfile collector). */
#include "report/format.h"
#include "report/summary.h"

static void head(Buf *out, const char *name, const char *help) {
    buf_printf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

int format_prometheus_write(const Report *r, const FormatOptions *o, Buf *out) {
    static const char *const actions[] = {"deny", "warn", ""};
    Summary s = summary_of(r);
    size_t gaps[GAP_N_] = {0};
    head(out, "plimsoll_findings", "Findings by severity, and by what a rule does about them");
    for (Severity severity = 0; severity < SEVERITY_N_; severity++)
        for (size_t a = 0; a < ARRAY_SIZE(actions); a++) {
            size_t n = 0;
            for (size_t i = 0; i < r->n_findings; i++)
                n += r->findings[i].severity == severity && str_eqz(r->findings[i].action, actions[a]);
            buf_printf(out, "plimsoll_findings{severity=\"%s\",action=\"%s\"} %zu\n", severity_name(severity), actions[a], n);
        }
    head(out, "plimsoll_suppressed", "Findings that exceptions suppress");
    buf_printf(out, "plimsoll_suppressed %zu\n", r->n_suppressed);
    head(out, "plimsoll_gaps", "What could not be seen, by kind");
    for (size_t i = 0; i < r->coverage.n_gaps; i++)
        gaps[r->coverage.gaps[i].kind] += !r->coverage.gaps[i].allowed;
    for (GapKind k = 0; k < GAP_N_; k++)
        buf_printf(out, "plimsoll_gaps{kind=\"%s\"} %zu\n", gap_kind_name(k), gaps[k]);
    head(out, "plimsoll_exit_code", "0: done, 1: denied, or over --fail-on, 3: not everything was seen");
    buf_printf(out, "plimsoll_exit_code %d\n", s.exit_code);
    head(out, "plimsoll_evaluated_seconds", "Evaluation time, in seconds since 1970");
    buf_printf(out, "plimsoll_evaluated_seconds %lld\n", (long long) r->coverage.as_of);
    return out->failed;
}
