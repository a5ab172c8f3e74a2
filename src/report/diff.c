/* SPDX-License-Identifier: Apache-2.0 */
#include "report/diff.h"

#include "report/json-parts.h"
#include "report/summary.h"
#include "report/table.h"

enum { DIFF_VERSION = 1 };

static void artifact(JsonWriter *w, const char *key, const Report *r) {
    json_map(w, key);
    json_strz(w, "kind", artifact_kind_name(r->artifact.kind));
    json_str(w, "reference", r->artifact.reference);
    json_str_null(w, "digest", r->artifact.digest);
    json_list(w, "gaps");
    for (size_t i = 0; i < r->coverage.n_gaps; i++) {
        json_map(w, NULL);
        json_gap(w, &r->coverage.gaps[i]);
        json_end(w);
    }
    json_end(w);
    json_end(w);
}

static void json_packages(JsonWriter *w, const Diff *d) {
    json_list(w, "packages");
    for (size_t i = 0; i < d->n_packages; i++) {
        const DiffPackage *p = &d->packages[i];
        const PackageFact *f = p->a ? &p->a->fact : &p->b->fact;
        json_map(w, NULL);
        json_strz(w, "how", diff_kind_name(p->kind));
        json_strz(w, "type", package_type_name(f->type));
        json_str(w, "name", f->name);
        json_str_null(w, "architecture", f->arch);
        json_str_null(w, "a", p->a ? p->a->fact.version : STR_NULL);
        json_str_null(w, "b", p->b ? p->b->fact.version : STR_NULL);
        json_end(w);
    }
    json_end(w);
}

static void json_files(JsonWriter *w, const Diff *d) {
    if (!d->has_files) {
        json_null(w, "files");
        return;
    }
    json_map(w, "files");
    for (DiffKind k = DIFF_ADDED; k <= DIFF_CHANGED; k++) {
        json_map(w, diff_kind_name(k));
        json_u64(w, "files", d->files[k]);
        json_u64(w, "bytes", d->file_bytes[k]);
        json_end(w);
    }
    json_list(w, "listed");
    for (size_t i = 0; i < d->n_listed; i++) {
        const DiffFile *f = &d->listed[i];
        json_map(w, NULL);
        json_strz(w, "how", diff_kind_name(f->kind));
        json_str(w, "path", f->path);
        f->kind == DIFF_ADDED ? json_null(w, "a") : json_u64(w, "a", f->size_a);
        f->kind == DIFF_REMOVED ? json_null(w, "b") : json_u64(w, "b", f->size_b);
        json_end(w);
    }
    json_end(w);
    json_end(w);
}

static void json_settings(JsonWriter *w, const Diff *d) {
    if (!d->has_settings) {
        json_null(w, "configuration");
        return;
    }
    json_list(w, "configuration");
    for (size_t i = 0; i < d->n_settings; i++) {
        const DiffSetting *s = &d->settings[i];
        json_map(w, NULL);
        json_strz(w, "how", diff_kind_name(s->kind));
        json_str(w, "name", s->name);
        s->kind == DIFF_ADDED ? json_null(w, "a") : json_str(w, "a", s->a);
        s->kind == DIFF_REMOVED ? json_null(w, "b") : json_str(w, "b", s->b);
        json_end(w);
    }
    json_end(w);
}

static void json_findings(JsonWriter *w, const Diff *d) {
    if (!d->has_findings) {
        json_null(w, "findings");
        return;
    }
    json_list(w, "findings");
    for (size_t i = 0; i < d->n_findings; i++) {
        const Finding *f = d->findings[i].finding;
        json_map(w, NULL);
        json_strz(w, "how", diff_kind_name(d->findings[i].kind));
        json_strz(w, "kind", finding_kind_name(f->kind));
        json_str(w, "id", f->id);
        json_strz(w, "severity", severity_name(f->severity));
        json_str_null(w, "package", f->package ? f->package->fact.name : STR_NULL);
        json_str_null(w, "version", f->package ? f->package->fact.version : STR_NULL);
        json_end(w);
    }
    json_end(w);
}

void diff_write_json(const Report *a, const Report *b, const Diff *d, Buf *out) {
    JsonWriter w = json_writer(out, true);
    json_map(&w, NULL);
    json_strz(&w, "format", "plimsoll-diff");
    json_u64(&w, "version", DIFF_VERSION);
    artifact(&w, "a", a);
    artifact(&w, "b", b);
    json_bool(&w, "different", diff_any(d));
    json_packages(&w, d);
    json_files(&w, d);
    json_settings(&w, d);
    json_findings(&w, d);
    json_end(&w);
    buf_putc(out, '\n');
}

static void heading(Table *t, const char *name, size_t n) {
    buf_putc(t->out, '\n');
    table_color(t, "\033[1m");
    buf_putz(t->out, name);
    table_plain(t);
    buf_printf(t->out, "  %zu\n", n);
}

/* "name: a -> b", a "+", "-" or "~" before it. */
static void line(Table *t, DiffKind kind, Str name, Str a, Str b) {
    _cleanup_(buf_done) Buf text = buf_new(BUF_OWN_MAX);
    table_color(t, kind == DIFF_ADDED ? "\033[32m" : kind == DIFF_REMOVED ? "\033[31m" : "\033[33m");
    buf_printf(t->out, "  %c ", kind == DIFF_ADDED ? '+' : kind == DIFF_REMOVED ? '-' : kind == DIFF_DOWNGRADED ? '<' : '~');
    table_plain(t);
    buf_str(&text, name);
    if (a.n || b.n)
        buf_putz(&text, "  ");
    buf_str(&text, a);
    if (kind != DIFF_ADDED && kind != DIFF_REMOVED)
        buf_putz(&text, " -> ");
    buf_str(&text, b);
    table_text(t, buf_view(&text), t->o->width > 20 ? t->o->width - 4 : 0);
    buf_putc(t->out, '\n');
}

static Str size_text(char *buf, size_t room, bool there, uint64_t n) {
    _cleanup_(buf_done) Buf b = buf_new(64);
    if (!there)
        return STR_NULL;
    text_bytes(&b, n);
    int len = snprintf(buf, room, "%.*s", STR_FMT(buf_view(&b)));
    return str_n(buf, (size_t) len);
}

static void table_files(Table *t, const Diff *d) {
    char a[64], b[64];
    heading(t, "FILES", (size_t) (d->files[DIFF_ADDED] + d->files[DIFF_REMOVED] + d->files[DIFF_CHANGED]));
    for (DiffKind k = DIFF_ADDED; k <= DIFF_CHANGED; k++) {
        _cleanup_(buf_done) Buf text = buf_new(256);
        text_count(&text, d->files[k]);
        buf_putz(&text, ", ");
        text_bytes(&text, d->file_bytes[k]);
        table_row(t, diff_kind_name(k), buf_view(&text));
    }
    for (size_t i = 0; i < d->n_listed; i++) {
        const DiffFile *f = &d->listed[i];
        line(t, f->kind, f->path, size_text(a, sizeof(a), f->kind != DIFF_ADDED, f->size_a), size_text(b, sizeof(b), f->kind != DIFF_REMOVED, f->size_b));
    }
}

static void table_gaps(Table *t, const char *side, const Report *r) {
    _cleanup_(buf_done) Buf text = buf_new(BUF_OWN_MAX);
    for (size_t i = 0; i < r->coverage.n_gaps; i++) {
        const Gap *g = &r->coverage.gaps[i];
        if (g->allowed)
            continue;
        buf_clear(&text);
        buf_printf(&text, "%s: %.*s: %.*s", side, STR_FMT(g->subject), STR_FMT(g->reason));
        table_row(t, "not seen", buf_view(&text));
    }
}

void diff_write_table(const Report *a, const Report *b, const Diff *d, const FormatOptions *o, Buf *out) {
    _cleanup_(text_locale_leave) TextLocale locale _unused_ = text_locale_enter();
    _cleanup_(buf_done) Buf text = buf_new(BUF_OWN_MAX);
    Table t = {.r = b, .o = o, .out = out, .scratch = buf_new(BUF_OWN_MAX)};
    line(&t, DIFF_REMOVED, a->artifact.reference, a->artifact.digest, STR_NULL);
    line(&t, DIFF_ADDED, b->artifact.reference, STR_NULL, b->artifact.digest);
    heading(&t, "PACKAGES", d->n_packages);
    for (size_t i = 0; i < d->n_packages; i++) {
        const DiffPackage *p = &d->packages[i];
        line(&t, p->kind, p->a ? p->a->fact.name : p->b->fact.name, p->a ? p->a->fact.version : STR_NULL, p->b ? p->b->fact.version : STR_NULL);
    }
    if (d->has_files)
        table_files(&t, d);
    if (d->has_settings)
        heading(&t, "CONFIGURATION", d->n_settings);
    for (size_t i = 0; i < d->n_settings; i++)
        line(&t, d->settings[i].kind, d->settings[i].name, d->settings[i].a, d->settings[i].b);
    if (d->has_findings)
        heading(&t, "FINDINGS", d->n_findings);
    for (size_t i = 0; i < d->n_findings; i++) {
        buf_clear(&text);
        finding_subject(&text, d->findings[i].finding);
        line(&t, d->findings[i].kind, buf_view(&text), str_from(severity_name(d->findings[i].finding->severity)), STR_NULL);
    }
    table_gaps(&t, "A", a);
    table_gaps(&t, "B", b);
    buf_done(&t.scratch);
}
