/* SPDX-License-Identifier: Apache-2.0 */
/* The table for people: findings by severity, then package; then what was not seen, what was looked at, and the verdict. */
#include "report/table.h"

#include "report/format.h"
#include "report/summary.h"

static const char *const severity_colors[SEVERITY_N_] = {
    [SEVERITY_UNKNOWN] = "\033[37m",
    [SEVERITY_NEGLIGIBLE] = "\033[37m",
    [SEVERITY_LOW] = "\033[36m",
    [SEVERITY_MEDIUM] = "\033[33m",
    [SEVERITY_HIGH] = "\033[31m",
    [SEVERITY_CRITICAL] = "\033[1;31m",
};

void table_color(Table *t, const char *code) {
    if (t->o->color)
        buf_putz(t->out, code);
}

void table_plain(Table *t) {
    table_color(t, "\033[0m");
}

void table_severity_color(Table *t, Severity s) {
    table_color(t, severity_colors[s]);
}

void table_text(Table *t, Str s, unsigned columns) {
    buf_clear(&t->scratch);
    text_clean(&t->scratch, s);
    if (columns)
        text_cut(t->out, buf_view(&t->scratch), columns);
    else
        buf_str(t->out, buf_view(&t->scratch));
}

void table_row(Table *t, const char *name, Str text) {
    enum { COLUMN = 15 };
    text_spaces(t->out, 2);
    table_color(t, "\033[2m");
    buf_putz(t->out, name);
    table_plain(t);
    unsigned at = 2 + (unsigned) strlen(name);
    text_spaces(t->out, at < COLUMN ? COLUMN - at : 1);
    buf_clear(&t->scratch);
    text_clean(&t->scratch, text);
    text_wrap(t->out, buf_view(&t->scratch), t->o->width, COLUMN, MAX(at + 1, (unsigned) COLUMN));
    buf_putc(t->out, '\n');
}

static void row_z(Table *t, const char *name, Buf *text) {
    table_row(t, name, buf_view(text));
    buf_clear(text);
}

static void header(Table *t) {
    const Report *r = t->r;
    const Artifact *a = &r->artifact;
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    table_color(t, "\033[1m");
    buf_printf(t->out, "%s ", artifact_kind_title(a->kind));
    table_text(t, a->reference, 0);
    table_plain(t);
    buf_putc(t->out, '\n');
    if (!str_empty(a->digest))
        table_row(t, "digest", a->digest);
    if (!str_empty(a->os)) {
        buf_printf(&b, "%.*s/%.*s", STR_FMT(a->os), STR_FMT(a->arch));
        if (!str_empty(a->variant))
            buf_printf(&b, "/%.*s", STR_FMT(a->variant));
        row_z(t, "platform", &b);
    }
    const Os *os = &r->inventory.os;
    if (!os->known)
        buf_putz(&b, "not recognised (no os-release)");
    else if (!str_empty(os->pretty_name))
        buf_str(&b, os->pretty_name);
    else
        buf_printf(&b, "%.*s %.*s", STR_FMT(os->id), STR_FMT(os->version_id));
    /* Sources are of no system. */
    if (os->known || (a->kind != ARTIFACT_REPOSITORY && !artifact_is_checked(a->kind)))
        row_z(t, "system", &b);
    buf_clear(&b);
    summary_packages(&b, r);
    row_z(t, "contents", &b);
}

static void suppressed(Table *t) {
    const Report *r = t->r;
    if (!r->show_suppressed || r->n_suppressed == 0)
        return;
    buf_putc(t->out, '\n');
    table_color(t, "\033[1m");
    buf_putz(t->out, "SUPPRESSED");
    table_plain(t);
    buf_printf(t->out, "  %zu finding%s\n", r->n_suppressed, r->n_suppressed == 1 ? "" : "s");
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    for (size_t i = 0; i < r->n_suppressed; i++) {
        const Finding *f = &r->suppressed[i];
        buf_clear(&b);
        finding_subject(&b, f);
        buf_printf(&b, " (%s)", severity_name(f->severity));
        buf_putz(t->out, "  ");
        table_text(t, buf_view(&b), t->o->width ? t->o->width - 2 : 0);
        buf_putz(t->out, "\n      ");
        buf_clear(&b);
        exception_text(&b, f->exception);
        buf_clear(&t->scratch);
        text_clean(&t->scratch, buf_view(&b));
        text_wrap(t->out, buf_view(&t->scratch), t->o->width, 6, 6);
        buf_putc(t->out, '\n');
    }
}

static void gaps(Table *t) {
    const Coverage *c = &t->r->coverage;
    if (c->n_gaps == 0)
        return;
    buf_putc(t->out, '\n');
    table_color(t, "\033[1;35m");
    buf_putz(t->out, "NOT SEEN");
    table_plain(t);
    buf_printf(t->out, "  %zu thing%s could not be looked at\n", c->n_gaps, c->n_gaps == 1 ? "" : "s");
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    for (size_t i = 0; i < c->n_gaps; i++) {
        const Gap *g = &c->gaps[i];
        buf_putz(t->out, "  ");
        table_color(t, g->allowed ? "\033[2m" : "\033[35m");
        buf_printf(t->out, "%s%s", gap_kind_name(g->kind), g->allowed ? " (allowed)" : "");
        table_plain(t);
        buf_putz(t->out, "  ");
        unsigned at = 4 + (unsigned) strlen(gap_kind_name(g->kind)) + (g->allowed ? 10 : 0);
        buf_clear(&b);
        text_clean(&b, g->subject);
        text_wrap(t->out, buf_view(&b), t->o->width, 6, at);
        buf_putz(t->out, "\n      ");
        buf_clear(&b);
        text_clean(&b, g->reason);
        text_wrap(t->out, buf_view(&b), t->o->width, 6, 6);
        buf_putc(t->out, '\n');
    }
}

static void age(Buf *out, int64_t now, int64_t date) {
    if (now == TIME_NONE || date == TIME_NONE || now < date)
        return;
    long long days = (now - date) / 86400;
    if (days == 0)
        buf_putz(out, " (today)");
    else
        buf_printf(out, " (%lld day%s old)", days, days == 1 ? "" : "s");
}

static void coverage(Table *t) {
    const Coverage *c = &t->r->coverage;
    char time[TIME_TEXT_MAX];
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    buf_putc(t->out, '\n');
    table_color(t, "\033[1m");
    buf_putz(t->out, "LOOKED AT");
    table_plain(t);
    buf_putc(t->out, '\n');
    if (!str_empty(c->claimed_by)) {
        buf_printf(&b, "claimed by an attached SBOM, not verified: %.*s", STR_FMT(c->claimed_by));
        row_z(t, "packages", &b);
    } else if (t->r->artifact.kind != ARTIFACT_SBOM) {
        text_count(&b, c->entries);
        buf_printf(&b, " %s, ", artifact_unit(t->r->artifact.kind, c->entries == 1));
        text_bytes(&b, c->bytes);
        if (!artifact_is_checked(t->r->artifact.kind))
            buf_putz(&b, c->verified ? ", digests verified" : ", not verified by digests");
        row_z(t, "read", &b);
        buf_str(&b, c->sandbox);
        if (b.n == 0)
            buf_putz(&b, "none");
        row_z(t, "confinement", &b);
        for (size_t i = 0; i < c->n_analyzers; i++)
            buf_printf(&b, "%s%.*s", i ? ", " : "", STR_FMT(c->analyzers[i]));
        if (b.n == 0)
            buf_putz(&b, "none");
        row_z(t, artifact_is_checked(t->r->artifact.kind) ? "inputs" : "analyzers", &b);
    }
    if (!t->r->sbom_only && !artifact_is_checked(t->r->artifact.kind)) {
        buf_str(&b, c->database_digest);
        if (b.n == 0)
            buf_putz(&b, "no advisory database");
        row_z(t, "advisories", &b);
        for (size_t i = 0; i < c->n_feeds; i++) {
            const FeedInfo *f = &c->feeds[i];
            buf_printf(&b, "%.*s  %s", STR_FMT(f->name), f->date == TIME_NONE ? "date unknown" : time_format_date(f->date, time));
            age(&b, t->o->now, f->date);
            buf_putz(&b, ", ");
            text_count(&b, f->records);
            buf_putz(&b, f->records == 1 ? " record" : " records");
            row_z(t, i ? "" : "feeds", &b);
        }
        for (size_t i = 0; i < t->r->n_exception_sources; i++) {
            const ExceptionSource *s = &t->r->exception_sources[i];
            buf_printf(&b, "%.*s (%s), %zu statement%s, %zu about nothing here", STR_FMT(s->name), exception_format_name(s->format), s->total, s->total == 1 ? "" : "s", s->unmatched);
            row_z(t, i ? "" : "exceptions", &b);
        }
        if (c->archives_asked)
            table_row(t, "archives", STR("package archives asked for pending updates"));
    }
    if (c->as_of != TIME_NONE)
        table_row(t, "as of", str_from(time_format(c->as_of, time)));
}

static void verdict(Table *t) {
    Summary s = summary_of(t->r);
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    summary_sentence(&b, t->r, &s);
    if (b.n && b.p[0] >= 'a' && b.p[0] <= 'z')
        b.p[0] = (char) (b.p[0] - 'a' + 'A');
    buf_putc(t->out, '\n');
    Severity worst = SEVERITY_UNKNOWN;
    for (int i = 0; i < SEVERITY_N_; i++)
        if (s.severity[i])
            worst = (Severity) i;
    table_color(t, s.gaps ? "\033[1;35m" : s.total ? severity_colors[worst] : "\033[1;32m");
    text_wrap(t->out, buf_view(&b), t->o->width, 2, 0);
    table_plain(t);
    buf_putc(t->out, '\n');
}

static void packages(Table *t) {
    const Inventory *inv = &t->r->inventory;
    unsigned wide[2] = {4, 7};
    for (size_t i = 0; i < inv->n_packages; i++) {
        const PackageFact *p = &inv->packages[i].fact;
        Str cell[2] = {p->name, p->version};
        for (size_t k = 0; k < 2; k++) {
            buf_clear(&t->scratch);
            text_clean(&t->scratch, cell[k]);
            wide[k] = MAX(wide[k], MIN(text_width(buf_view(&t->scratch)), 40u));
        }
    }
    if (inv->n_packages == 0)
        return;
    buf_putc(t->out, '\n');
    table_color(t, "\033[1m");
    buf_printf(t->out, "  %-*s  %-*s  ARCH      LAYER  LICENCE\n", (int) wide[0], "PACKAGE", (int) wide[1], "VERSION");
    table_plain(t);
    for (size_t i = 0; i < inv->n_packages; i++) {
        const Package *p = &inv->packages[i];
        buf_putz(t->out, "  ");
        table_cell(t, p->fact.name, wide[0]);
        buf_putz(t->out, "  ");
        table_cell(t, p->fact.version, wide[1]);
        buf_putz(t->out, "  ");
        table_cell(t, package_kind(p), 8);
        if (p->layer >= 0)
            buf_printf(t->out, "  %5d", p->layer + 1);
        else
            buf_putz(t->out, "      –");
        unsigned used = 2 + wide[0] + 2 + wide[1] + 2 + 8 + 2 + 5;
        if (!str_empty(p->fact.license) && (t->o->width == 0 || t->o->width > used + 6)) {
            buf_putz(t->out, "  ");
            table_text(t, p->fact.license, t->o->width ? t->o->width - used - 2 : 0);
        }
        buf_putc(t->out, '\n');
    }
}

void table_cell(Table *t, Str s, unsigned columns) {
    buf_clear(&t->scratch);
    text_clean(&t->scratch, s);
    unsigned w = text_width(buf_view(&t->scratch));
    if (w > columns && t->o->width) {
        text_cut(t->out, buf_view(&t->scratch), columns);
        return;
    }
    buf_str(t->out, buf_view(&t->scratch));
    text_spaces(t->out, w < columns ? columns - w : 0);
}

int format_table_write(const Report *r, const FormatOptions *o, Buf *out) {
    _cleanup_(text_locale_leave) TextLocale locale _unused_ = text_locale_enter();
    Table t = {.r = r, .o = o, .out = out, .scratch = buf_new(BUF_OWN_MAX)};
    header(&t);
    if (r->sbom_only) {
        packages(&t);
    } else {
        table_policy(&t);
        table_findings(&t);
    }
    suppressed(&t);
    gaps(&t);
    coverage(&t);
    verdict(&t);
    int failed = t.scratch.failed;
    buf_done(&t.scratch);
    return out->failed ? out->failed : failed;
}
