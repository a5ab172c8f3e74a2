/* SPDX-License-Identifier: Apache-2.0 */
/* What rules of the policy language found: by severity, each with its place, what is wrong, and what to do. */
#include "report/table.h"

#include "report/summary.h"

static void wrapped(Table *t, Str text) {
    buf_putz(t->out, "      ");
    buf_clear(&t->scratch);
    text_clean(&t->scratch, text);
    text_wrap(t->out, buf_view(&t->scratch), t->o->width, 6, 6);
    buf_putc(t->out, '\n');
}

static void place(Table *t, const Finding *f) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    buf_str(&b, str_empty(f->path) ? t->r->artifact.reference : f->path);
    finding_line(&b, f);
    table_color(t, "\033[1m");
    table_text(t, buf_view(&b), 0);
    table_plain(t);
}

static void finding(Table *t, const Finding *f) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    buf_putz(t->out, "  ");
    place(t, f);
    buf_putz(t->out, "\n    ");
    table_severity_color(t, f->severity);
    table_text(t, f->id, 0);
    table_plain(t);
    if (str_eqz(f->action, "deny"))
        buf_putz(t->out, "  [deny]");
    if (f->fixable)
        buf_putz(t->out, "  [--fix]");
    buf_putc(t->out, '\n');
    wrapped(t, str_empty(f->detail) ? f->title : f->detail);
    if (!str_empty(f->remediation)) {
        buf_printf(&b, "Fix: %.*s", STR_FMT(f->remediation));
        wrapped(t, buf_view(&b));
    }
}

void table_policy(Table *t) {
    const Report *r = t->r;
    for (int severity = SEVERITY_N_ - 1; severity >= 0; severity--) {
        size_t n = 0;
        for (size_t i = 0; i < r->n_findings; i++)
            n += r->findings[i].kind == FINDING_POLICY && (int) r->findings[i].severity == severity;
        if (n == 0)
            continue;
        buf_putc(t->out, '\n');
        table_severity_color(t, (Severity) severity);
        table_color(t, "\033[7m");
        buf_printf(t->out, "%s%s%s", t->o->color ? " " : "", severity_name((Severity) severity), t->o->color ? " " : "");
        table_plain(t);
        buf_printf(t->out, "  %zu finding%s of rules\n", n, n == 1 ? "" : "s");
        for (size_t i = 0; i < r->n_findings; i++)
            if (r->findings[i].kind == FINDING_POLICY && (int) r->findings[i].severity == severity)
                finding(t, &r->findings[i]);
    }
}
