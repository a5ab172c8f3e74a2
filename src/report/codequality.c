/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab's code quality report, which every edition shows beside the lines of a merge request: a list of issues after the Code Climate specification, as far as
 * GitLab reads it (docs.gitlab.com, "Code Quality", report format). Gaps are issues as well: what was not seen must not look clean. */
#include "base/hash.h"
#include "report/format.h"
#include "report/json-parts.h"
#include "report/summary.h"

static void issue(JsonWriter *w, Str description, Str name, const char *fingerprint, const char *severity, Str path, uint32_t line) {
    json_map(w, NULL);
    json_str(w, "description", description);
    json_str(w, "check_name", name);
    json_strz(w, "fingerprint", fingerprint);
    json_strz(w, "severity", severity);
    json_map(w, "location");
    json_str(w, "path", path);
    json_map(w, "lines");
    json_u64(w, "begin", line ? line : 1);
    json_end(w);
    json_end(w);
    json_end(w);
}

/* Where an issue stands: GitLab wants a path below the repository, without "./". */
static Str path_of(const Report *r, Str path) {
    while (str_starts(path, STR("./")))
        path = str_from_at(path, 2);
    return !str_empty(path) ? path : !str_empty(r->artifact.reference) ? r->artifact.reference : STR("unnamed");
}

static void finding(JsonWriter *w, const Report *r, const Finding *f) {
    static const char *const severities[SEVERITY_N_] = {"info", "info", "minor", "major", "critical", "blocker"};
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    char fingerprint[65];
    finding_fingerprint(f, fingerprint);
    if (f->package) {
        finding_subject(&b, f);
        buf_putz(&b, ": ");
    }
    finding_text(&b, f);
    if (!str_empty(f->remediation))
        buf_printf(&b, ". %.*s", STR_FMT(f->remediation));
    issue(w, buf_view(&b), f->id, fingerprint, severities[f->severity], path_of(r, f->path), f->line);
}

static void gap(JsonWriter *w, const Report *r, const Gap *g) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    char fingerprint[65];
    buf_printf(&b, "Not seen (%s): %.*s: %.*s", gap_kind_name(g->kind), STR_FMT(g->subject), STR_FMT(g->reason));
    sha256_hex(b.p, b.n, fingerprint);
    issue(w, buf_view(&b), str_from(gap_kind_name(g->kind)), fingerprint, g->allowed ? "info" : "blocker", path_of(r, STR_NULL), 0);
}

int format_codequality_write(const Report *r, const FormatOptions *o, Buf *out) {
    JsonWriter w = json_writer(out, true);
    json_list(&w, NULL);
    for (size_t i = 0; i < r->n_findings; i++)
        finding(&w, r, &r->findings[i]);
    for (size_t i = 0; i < r->coverage.n_gaps; i++)
        gap(&w, r, &r->coverage.gaps[i]);
    json_end(&w);
    buf_putc(out, '\n');
    return out->failed;
}
