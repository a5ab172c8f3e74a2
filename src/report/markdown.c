/* SPDX-License-Identifier: Apache-2.0 */
/* Markdown (GitHub flavour): the verdict first, then what was not seen, then a table per severity; low severities are folded. */
#include "report/format.h"
#include "report/summary.h"
#include "report/text.h"

static void row(Buf *out, const char *name, Str value) {
    if (str_empty(value))
        return;
    buf_printf(out, "| %s | ", name);
    text_markdown_code(out, value);
    buf_putz(out, " |\n");
}

static void artifact(Buf *out, const Report *r) {
    const Artifact *a = &r->artifact;
    const Os *os = &r->inventory.os;
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    buf_printf(out, "| | |\n|---|---|\n| scanned | %s ", artifact_kind_name(a->kind));
    text_markdown_code(out, a->reference);
    buf_putz(out, " |\n");
    row(out, "digest", a->digest);
    if (!str_empty(a->os)) {
        buf_printf(&b, "%.*s/%.*s%s%.*s", STR_FMT(a->os), STR_FMT(a->arch), str_empty(a->variant) ? "" : "/", STR_FMT(a->variant));
        row(out, "platform", buf_view(&b));
    }
    if (os->known)
        row(out, "system", str_empty(os->pretty_name) ? os->id : os->pretty_name);
    else if (a->kind != ARTIFACT_REPOSITORY && !artifact_is_checked(a->kind))
        buf_putz(out, "| system | not recognised |\n");
    buf_putz(out, "| contents | ");
    summary_packages(out, r);
    buf_putz(out, " |\n");
}

static void findings(Buf *out, const Report *r) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    for (size_t i = 0, n; i < r->n_findings; i += n) {
        Severity severity = r->findings[i].severity;
        bool fold = severity < SEVERITY_MEDIUM;
        for (n = 1; i + n < r->n_findings && r->findings[i + n].severity == severity;)
            n++;
        if (fold)
            buf_printf(out, "\n<details><summary>%s: %zu</summary>\n", severity_name(severity), n);
        else
            buf_printf(out, "\n### %s: %zu\n", severity_name(severity), n);
        buf_putz(out, "\n| Id | Package | Installed | Fix | KEV | EPSS | Layer | Title |\n|---|---|---|---|---|---|---|---|\n");
        for (size_t k = i; k < i + n; k++) {
            const Finding *f = &r->findings[k];
            int layer = f->package ? f->package->layer : f->layer;
            buf_putz(out, "| ");
            text_markdown_code(out, f->id);
            buf_putz(out, " | ");
            buf_clear(&b);
            finding_place(&b, f);
            text_markdown_code(out, buf_view(&b));
            buf_putz(out, " | ");
            text_markdown_code(out, f->package ? f->package->fact.version : STR_NULL);
            buf_putz(out, " | ");
            buf_clear(&b);
            finding_fix(&b, f);
            text_markdown(out, buf_view(&b));
            buf_printf(out, " | %s | ", f->kev ? "**yes**" : "");
            if (f->epss >= 0)
                buf_printf(out, "%.1f%%", f->epss * 100);
            buf_putz(out, " | ");
            if (layer >= 0)
                buf_printf(out, "%d", layer + 1);
            buf_putz(out, " | ");
            buf_clear(&b);
            finding_cell(&b, f);
            text_markdown(out, buf_view(&b));
            buf_putz(out, " |\n");
        }
        if (fold)
            buf_putz(out, "\n</details>\n");
    }
}

static void packages(Buf *out, const Report *r) {
    buf_putz(out, "\n## Packages\n\n| Package | Version | Architecture | Licence |\n|---|---|---|---|\n");
    for (size_t i = 0; i < r->inventory.n_packages; i++) {
        const PackageFact *p = &r->inventory.packages[i].fact;
        const Str cells[] = {p->name, p->version, package_kind(&r->inventory.packages[i]), p->license};
        for (size_t k = 0; k < ARRAY_SIZE(cells); k++) {
            buf_putz(out, "| ");
            text_markdown_code(out, cells[k]);
            buf_putc(out, ' ');
        }
        buf_putz(out, "|\n");
    }
}

static void coverage(Buf *out, const Report *r) {
    const Coverage *c = &r->coverage;
    const bool files = artifact_is_checked(r->artifact.kind);
    char time[TIME_TEXT_MAX];
    buf_putz(out, "\n## Looked at\n\n");
    if (r->artifact.kind != ARTIFACT_SBOM) {
        buf_putz(out, "- ");
        text_count(out, c->entries);
        buf_printf(out, " %s, ", artifact_unit(r->artifact.kind, c->entries == 1));
        text_bytes(out, c->bytes);
        buf_putz(out, files ? "\n" : c->verified ? ", digests verified\n" : ", not verified by digests\n");
    }
    if (c->n_analyzers) {
        buf_putz(out, files ? "- inputs: " : "- analyzers: ");
        for (size_t i = 0; i < c->n_analyzers; i++) {
            buf_putz(out, i ? ", " : "");
            text_markdown(out, c->analyzers[i]);
        }
        buf_putc(out, '\n');
    }
    if (!r->sbom_only && !files) {
        buf_putz(out, "- advisory database: ");
        if (str_empty(c->database_digest))
            buf_putz(out, "none");
        else
            text_markdown_code(out, c->database_digest);
        buf_putc(out, '\n');
        for (size_t i = 0; i < c->n_feeds; i++) {
            buf_putz(out, "- feed ");
            text_markdown_code(out, c->feeds[i].name);
            buf_printf(out, " of %s, ", c->feeds[i].date == TIME_NONE ? "unknown date" : time_format_date(c->feeds[i].date, time));
            text_count(out, c->feeds[i].records);
            buf_putz(out, c->feeds[i].records == 1 ? " record\n" : " records\n");
        }
    }
    if (c->as_of != TIME_NONE)
        buf_printf(out, "- as of %s\n", time_format(c->as_of, time));
}

int format_markdown_write(const Report *r, const FormatOptions *o, Buf *out) {
    Summary s = summary_of(r);
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    buf_printf(out, "# Plimsoll: %s\n\n", r->sbom_only ? "bill of materials" : artifact_is_checked(r->artifact.kind) ? "check report" : "scan report");
    summary_sentence(&b, r, &s);
    buf_printf(out, "%s**", s.gaps ? "⚠️ " : "");
    buf_str(out, buf_view(&b));
    buf_putz(out, "**\n\n");
    artifact(out, r);
    if (r->coverage.n_gaps) {
        buf_putz(out, "\n## Not seen\n\n| What | Where | Why |\n|---|---|---|\n");
        for (size_t i = 0; i < r->coverage.n_gaps; i++) {
            const Gap *g = &r->coverage.gaps[i];
            buf_printf(out, "| %s%s | ", gap_kind_name(g->kind), g->allowed ? " (allowed)" : "");
            text_markdown_code(out, g->subject);
            buf_putz(out, " | ");
            text_markdown(out, g->reason);
            buf_putz(out, " |\n");
        }
    }
    if (r->sbom_only) {
        packages(out, r);
    } else if (r->n_findings) {
        buf_putz(out, "\n## Findings\n");
        findings(out, r);
    }
    coverage(out, r);
    return out->failed;
}
