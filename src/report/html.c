/* SPDX-License-Identifier: Apache-2.0 */
/* One self-contained page: no request leaves it, and its policy allows exactly the script below (by its hash). */
#include "base/hash.h"
#include "report/format.h"
#include "report/summary.h"
#include "report/text.h"

static const char style[] =
    ":root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#59636e;--line:#d1d9e0;--soft:#f6f8fa;--crit:#a40e26;--high:#cf222e;--med:#9a6700;--low:#0969da}\n"
    "@media(prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--dim:#9198a1;--line:#3d444d;--soft:#151b23;--crit:#ff7b72;--high:#f85149;--med:#d29922;--low:#58a6ff}}\n"
    "body{font:15px/1.5 system-ui,sans-serif;background:var(--bg);color:var(--fg);max-width:85rem;margin:2rem auto;padding:0 1rem}\n"
    "h1{font-size:1.4rem;overflow-wrap:anywhere}h2{font-size:1.1rem;margin-top:2rem}\n"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid var(--line)}td{overflow-wrap:break-word;max-width:20rem}td:last-child{max-width:40rem}\n"
    "th,.s{white-space:nowrap}th{background:var(--soft);position:sticky;top:0}th button{all:unset;cursor:pointer;font-weight:600}th button:focus-visible{outline:2px solid var(--low)}\n"
    ".n{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}code{font-family:ui-monospace,monospace;font-size:.92em}dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem}dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}\n"
    ".verdict{font-weight:600;padding:.7rem 1rem;border-left:4px solid var(--low);background:var(--soft)}.verdict.bad{border-color:var(--high)}.verdict.gap{border-color:#8250df}\n"
    ".s{font-weight:600}.CRITICAL{color:var(--crit)}.HIGH{color:var(--high)}.MEDIUM{color:var(--med)}.LOW{color:var(--low)}.kev{background:var(--crit);color:var(--bg);border-radius:3px;padding:0 .3rem;font-weight:600}\n"
    "input{font:inherit;padding:.3rem .5rem;width:min(30rem,100%);box-sizing:border-box}a{color:var(--low)}";

static const char script[] =
    "for(const t of document.querySelectorAll('table.sort')){const b=t.tBodies[0];t.querySelectorAll('th button').forEach((h,i)=>{let d=1;"
    "h.addEventListener('click',()=>{const v=r=>r.cells[i].dataset.v??r.cells[i].textContent;"
    "[...b.rows].sort((x,y)=>d*v(x).localeCompare(v(y),'en',{numeric:true})).forEach(r=>b.append(r));d=-d})})}"
    "const f=document.getElementById('filter');if(f)f.addEventListener('input',()=>{const w=f.value.toLowerCase();"
    "for(const r of document.querySelectorAll('table.sort tbody tr'))r.hidden=!r.textContent.toLowerCase().includes(w)})";

static unsigned hex_value(char c) {
    return (unsigned) (c <= '9' ? c - '0' : c - 'a' + 10);
}

/* The hash of the script as Content-Security-Policy writes it: base64 (RFC 4648) of SHA-256. */
static void script_hash(Buf *out) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char hex[65];
    sha256_hex(script, sizeof(script) - 1, hex);
    for (size_t i = 0; i < 64; i += 6) {
        uint32_t bits = 0;
        size_t n = MIN((size_t) 6, 64 - i);
        for (size_t k = 0; k < 6; k++)
            bits = bits << 4 | (k < n ? hex_value(hex[i + k]) : 0);
        for (size_t k = 0; k < 4; k++)
            buf_putc(out, k * 6 < n * 4 ? letters[bits >> (18 - 6 * k) & 63] : '=');
    }
}

static void item(Buf *out, const char *name, Str value) {
    if (str_empty(value))
        return;
    buf_printf(out, "<dt>%s</dt><dd>", name);
    text_html(out, value);
    buf_putz(out, "</dd>\n");
}

static void cell(Buf *out, const char *attributes, Str value) {
    buf_printf(out, "<td%s>", attributes);
    text_html(out, value);
    buf_putz(out, "</td>");
}

static void heads(Buf *out, const char *const *names, size_t n) {
    buf_putz(out, "<table class=\"sort\"><thead><tr>");
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "<th scope=\"col\"><button type=\"button\">%s</button></th>", names[i]);
    buf_putz(out, "</tr></thead><tbody>\n");
}

static void layer_cell(Buf *out, const Report *r, int layer) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    if (layer < 0) {
        buf_putz(out, "<td data-v=\"0\"></td>");
        return;
    }
    layer_instruction(&b, r, layer);
    buf_printf(out, "<td data-v=\"%d\" title=\"", layer + 1);
    text_html(out, buf_view(&b));
    buf_printf(out, "\">%d</td>", layer + 1);
}

static void findings(Buf *out, const Report *r) {
    static const char *const names[] = {"Severity", "Id", "Package", "Installed", "Fix", "KEV", "EPSS", "Layer", "Title"};
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    buf_putz(out, "<h2>Findings</h2>\n<p><input id=\"filter\" type=\"search\" placeholder=\"Filter\" aria-label=\"Filter\"></p>\n");
    heads(out, names, ARRAY_SIZE(names));
    for (size_t i = 0; i < r->n_findings; i++) {
        const Finding *f = &r->findings[i];
        const char *severity = severity_name(f->severity);
        buf_printf(out, "<tr><td class=\"s %s\" data-v=\"%d\">%s</td><td class=\"n\">", severity, SEVERITY_N_ - 1 - (int) f->severity, severity);
        buf_clear(&b);
        finding_url(&b, f);
        if (b.n) {
            buf_putz(out, "<a rel=\"noreferrer\" href=\"");
            text_html(out, buf_view(&b));
            buf_putz(out, "\">");
        }
        text_html(out, f->id);
        buf_putz(out, b.n ? "</a></td>" : "</td>");
        buf_clear(&b);
        finding_place(&b, f);
        cell(out, "", buf_view(&b));
        cell(out, "", f->package ? f->package->fact.version : STR_NULL);
        buf_clear(&b);
        finding_fix(&b, f);
        cell(out, "", buf_view(&b));
        buf_putz(out, f->kev ? "<td><span class=\"kev\">KEV</span></td>" : "<td></td>");
        if (f->epss >= 0)
            buf_printf(out, "<td data-v=\"%.5f\">%.1f%%</td>", f->epss, f->epss * 100);
        else
            buf_putz(out, "<td data-v=\"0\"></td>");
        layer_cell(out, r, f->package ? f->package->layer : f->layer);
        buf_clear(&b);
        finding_cell(&b, f);
        cell(out, "", buf_view(&b));
        buf_putz(out, "</tr>\n");
    }
    buf_putz(out, "</tbody></table>\n");
}

static void packages(Buf *out, const Report *r) {
    static const char *const names[] = {"Package", "Version", "Architecture", "Source", "Licence", "Layer", "Place"};
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    buf_putz(out, "<h2>Packages</h2>\n");
    if (r->sbom_only)
        buf_putz(out, "<p><input id=\"filter\" type=\"search\" placeholder=\"Filter\" aria-label=\"Filter\"></p>\n");
    heads(out, names, ARRAY_SIZE(names));
    for (size_t i = 0; i < r->inventory.n_packages; i++) {
        const Package *p = &r->inventory.packages[i];
        buf_putz(out, "<tr>");
        cell(out, "", p->fact.name);
        cell(out, "", p->fact.version);
        cell(out, "", package_kind(p));
        cell(out, "", p->fact.source_name);
        cell(out, "", p->fact.license);
        layer_cell(out, r, p->layer);
        buf_clear(&b);
        package_place(&b, p);
        cell(out, "", buf_view(&b));
        buf_putz(out, "</tr>\n");
    }
    buf_putz(out, "</tbody></table>\n");
}

static void gaps(Buf *out, const Report *r) {
    if (r->coverage.n_gaps == 0)
        return;
    buf_putz(out, "<h2>Not seen</h2>\n<table><thead><tr><th>What</th><th>Where</th><th>Why</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < r->coverage.n_gaps; i++) {
        const Gap *g = &r->coverage.gaps[i];
        buf_printf(out, "<tr><td class=\"n\">%s%s</td>", gap_kind_name(g->kind), g->allowed ? " (allowed)" : "");
        cell(out, "", g->subject);
        cell(out, "", g->reason);
        buf_putz(out, "</tr>\n");
    }
    buf_putz(out, "</tbody></table>\n");
}

static void coverage(Buf *out, const Report *r) {
    const Coverage *c = &r->coverage;
    const bool files = artifact_is_checked(r->artifact.kind);
    char time[TIME_TEXT_MAX];
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    buf_putz(out, "<h2>Looked at</h2>\n<dl>\n");
    if (r->artifact.kind != ARTIFACT_SBOM) {
        text_count(&b, c->entries);
        buf_printf(&b, " %s, ", artifact_unit(r->artifact.kind, c->entries == 1));
        text_bytes(&b, c->bytes);
        if (!files)
            buf_putz(&b, c->verified ? ", digests verified" : ", not verified by digests");
        item(out, "read", buf_view(&b));
        item(out, "confinement", str_empty(c->sandbox) ? STR("none") : c->sandbox);
    }
    buf_clear(&b);
    for (size_t i = 0; i < c->n_analyzers; i++)
        buf_printf(&b, "%s%.*s", i ? ", " : "", STR_FMT(c->analyzers[i]));
    item(out, files ? "inputs" : "analyzers", buf_view(&b));
    if (!r->sbom_only && !files)
        item(out, "advisories", str_empty(c->database_digest) ? STR("no advisory database") : c->database_digest);
    for (size_t i = 0; i < c->n_feeds; i++) {
        buf_clear(&b);
        buf_printf(&b, "%.*s of %s, ", STR_FMT(c->feeds[i].name), c->feeds[i].date == TIME_NONE ? "unknown date" : time_format_date(c->feeds[i].date, time));
        text_count(&b, c->feeds[i].records);
        buf_putz(&b, c->feeds[i].records == 1 ? " record" : " records");
        item(out, "feed", buf_view(&b));
    }
    if (c->as_of != TIME_NONE)
        item(out, "as of", str_from(time_format(c->as_of, time)));
    buf_putz(out, "</dl>\n");
}

static void artifact(Buf *out, const Report *r) {
    const Artifact *a = &r->artifact;
    const Os *os = &r->inventory.os;
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    buf_putz(out, "<dl>\n");
    item(out, "kind", str_from(artifact_kind_name(a->kind)));
    item(out, "digest", a->digest);
    if (!str_empty(a->os)) {
        buf_printf(&b, "%.*s/%.*s%s%.*s", STR_FMT(a->os), STR_FMT(a->arch), str_empty(a->variant) ? "" : "/", STR_FMT(a->variant));
        item(out, "platform", buf_view(&b));
        buf_clear(&b);
    }
    if (os->known || (a->kind != ARTIFACT_REPOSITORY && !artifact_is_checked(a->kind)))
        item(out, "system", !os->known ? STR("not recognised") : str_empty(os->pretty_name) ? os->id : os->pretty_name);
    summary_packages(&b, r);
    item(out, "contents", buf_view(&b));
    buf_putz(out, "</dl>\n");
}

int format_html_write(const Report *r, const FormatOptions *o, Buf *out) {
    Summary s = summary_of(r);
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    buf_putz(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-");
    script_hash(out);
    buf_putz(out, "'\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Plimsoll: ");
    text_html(out, r->artifact.reference);
    buf_printf(out, "</title>\n<style>%s</style></head><body>\n<h1>", style);
    text_html(out, r->artifact.reference);
    buf_printf(out, "</h1>\n<p class=\"verdict%s\">", s.gaps ? " gap" : s.total ? " bad" : "");
    summary_sentence(&b, r, &s);
    text_html(out, buf_view(&b));
    buf_putz(out, "</p>\n");
    artifact(out, r);
    gaps(out, r);
    if (!r->sbom_only && r->n_findings)
        findings(out, r);
    if (r->inventory.n_packages)
        packages(out, r);
    coverage(out, r);
    buf_printf(out, "<p>plimsoll ");
    text_html(out, r->tool_version);
    buf_printf(out, "</p>\n<script>%s</script>\n</body></html>\n", script);
    return out->failed;
}
