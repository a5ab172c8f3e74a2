/* SPDX-License-Identifier: Apache-2.0 */
/* SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/ . A rule per id, a result per finding; gaps are notifications of the
 * invocation, which counts as unsuccessful when one of them was not allowed. */
#include "base/map.h"
#include "report/format.h"
#include "report/json-parts.h"
#include "report/summary.h"

static void message(JsonWriter *w, const char *key, Str text) {
    json_map(w, key);
    json_str(w, "text", text);
    json_end(w);
}

static const char *level(Severity s) {
    return s >= SEVERITY_HIGH ? "error" : s == SEVERITY_MEDIUM ? "warning" : "note";
}

/* A path as a relative URI reference (RFC 3986). */
static void uri(Buf *out, Str path) {
    static const char digits[] = "0123456789ABCDEF";
    while (path.n && path.p[0] == '/')
        path = str_from_at(path, 1);
    for (size_t i = 0; i < path.n; i++) {
        unsigned char c = (unsigned char) path.p[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~/", c))) {
            buf_putc(out, (char) c);
        } else {
            char escaped[3] = {'%', digits[c >> 4], digits[c & 15]};
            buf_add(out, escaped, 3);
        }
    }
}

/* What holds for every finding of the rule: for secrets, not where this one is. */
static void rule_text(Buf *out, const Finding *f) {
    if (f->secret)
        buf_str(out, f->secret->title);
    else
        finding_text(out, f);
}

static void rule(JsonWriter *w, const Finding *f) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX), fix = buf_new(BUF_OWN_MAX);
    char score[16];
    unsigned s = finding_score10(f);
    json_map(w, NULL);
    json_str(w, "id", f->id);
    json_strz(w, "name", finding_kind_name(f->kind));
    rule_text(&b, f);
    message(w, "shortDescription", buf_view(&b));
    message(w, "fullDescription", buf_view(&b));
    buf_clear(&b);
    finding_url(&b, f);
    json_str_opt(w, "helpUri", buf_view(&b));
    buf_clear(&b);
    rule_text(&b, f);
    finding_fix(&fix, f);
    buf_printf(&b, "\nSeverity: %s (%.*s)\n%.*s", severity_name(f->severity), STR_FMT(f->severity_source), STR_FMT(buf_view(&fix)));
    if (!str_empty(f->why))
        buf_printf(&b, "\n%.*s", STR_FMT(f->why));
    if (!str_empty(f->remediation))
        buf_printf(&b, "\n%.*s\nControls: %.*s", STR_FMT(f->remediation), STR_FMT(f->controls));
    message(w, "help", buf_view(&b));
    json_map(w, "defaultConfiguration");
    json_strz(w, "level", level(f->severity));
    json_end(w);
    json_map(w, "properties");
    json_strz(w, "precision", "high");
    snprintf(score, sizeof(score), "%u.%u", s / 10, s % 10);
    json_strz(w, "security-severity", score);
    json_list(w, "tags");
    json_strz(w, NULL, "security");
    json_strz(w, NULL, finding_kind_name(f->kind));
    json_strz(w, NULL, severity_name(f->severity));
    if (f->kev)
        json_strz(w, NULL, "known-exploited");
    json_end(w);
    json_end(w);
    json_end(w);
}

static void suppressions(JsonWriter *w, const Finding *f, bool suppressed) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    if (!suppressed)
        return;
    exception_text(&b, f->exception);
    json_list(w, "suppressions");
    json_map(w, NULL);
    json_strz(w, "kind", "external");
    json_strz(w, "status", "accepted");
    json_str(w, "justification", buf_view(&b));
    json_end(w);
    json_end(w);
}

static void location(JsonWriter *w, const Report *r, const Finding *f) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    json_map(w, "artifactLocation");
    uri(&b, !str_empty(f->path) ? f->path : f->package ? f->package->path : STR_NULL);
    if (b.n == 0)
        buf_putz(&b, "etc/os-release");
    json_str(w, "uri", buf_view(&b));
    /* Relative paths of files lie where the tool was called, which the code scanner knows. */
    json_strz(w, "uriBaseId", r->artifact.kind == ARTIFACT_FILES && !str_starts(f->path, STR("/")) ? "%SRCROOT%" : "ROOT");
    json_end(w);
}

static void region(JsonWriter *w, const char *key, const Replacement *p) {
    json_map(w, key);
    json_u64(w, "startLine", p->line);
    json_u64(w, "startColumn", p->col);
    json_u64(w, "endLine", p->end_line);
    json_u64(w, "endColumn", p->end_col);
    json_end(w);
}

/* What --fix would do; an insertion deletes nothing. */
static void fixes(JsonWriter *w, const Report *r, const Finding *f) {
    if (f->n_replacements == 0)
        return;
    json_list(w, "fixes");
    json_map(w, NULL);
    message(w, "description", f->remediation);
    json_list(w, "artifactChanges");
    json_map(w, NULL);
    location(w, r, f);
    json_list(w, "replacements");
    for (size_t i = 0; i < f->n_replacements; i++) {
        json_map(w, NULL);
        region(w, "deletedRegion", &f->replacements[i]);
        if (f->replacements[i].text.n) {
            json_map(w, "insertedContent");
            json_str(w, "text", f->replacements[i].text);
            json_end(w);
        }
        json_end(w);
    }
    json_end(w);
    json_end(w);
    json_end(w);
    json_end(w);
    json_end(w);
}

static void result(JsonWriter *w, const Report *r, const Finding *f, size_t rule_index, bool suppressed) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    char fingerprint[65];
    json_map(w, NULL);
    json_str(w, "ruleId", f->id);
    json_u64(w, "ruleIndex", rule_index);
    json_strz(w, "level", level(f->severity));
    finding_subject(&b, f);
    buf_putz(&b, ": ");
    size_t before = b.n;
    finding_fix(&b, f);
    if (b.n > before)
        buf_putz(&b, ". ");
    if (f->kind == FINDING_POLICY)
        finding_cell(&b, f);
    else
        buf_str(&b, str_empty(f->title) ? f->detail : f->title);
    message(w, "message", str_trim(buf_view(&b)));
    json_list(w, "locations");
    json_map(w, NULL);
    json_map(w, "physicalLocation");
    location(w, r, f);
    json_map(w, "region");
    json_u64(w, "startLine", MAX(f->line, 1u));
    if (f->line && f->chars)
        json_u64(w, "startColumn", f->chars);
    if (f->end_line && f->end_chars) {
        json_u64(w, "endLine", f->end_line);
        json_u64(w, "endColumn", f->end_chars);
    }
    json_end(w);
    json_end(w);
    if (f->package) {
        json_list(w, "logicalLocations");
        json_map(w, NULL);
        json_str(w, "name", f->package->fact.name);
        json_str(w, "fullyQualifiedName", f->package->bom_ref);
        json_strz(w, "kind", "package");
        json_end(w);
        json_end(w);
    }
    if (!str_empty(f->subject)) {
        json_list(w, "logicalLocations");
        json_map(w, NULL);
        json_str(w, "name", f->subject);
        json_strz(w, "kind", "resource");
        json_end(w);
        json_end(w);
    }
    json_end(w);
    json_end(w);
    fixes(w, r, f);
    finding_fingerprint(f, fingerprint);
    json_map(w, "partialFingerprints");
    json_strz(w, "plimsoll/v1", fingerprint);
    json_end(w);
    json_strz(w, "baselineState", f->is_new ? "new" : "unchanged");
    suppressions(w, f, suppressed);
    json_map(w, "properties");
    json_strz(w, "severity", severity_name(f->severity));
    json_strz(w, "status", fix_status_name(f->status));
    if (f->package)
        json_str(w, "installedVersion", f->package->fact.version);
    json_str_opt(w, "fixedVersion", f->fixed_version);
    json_bool(w, "kev", f->kev);
    if (f->epss >= 0)
        json_double(w, "epss", f->epss);
    int layer = f->package ? f->package->layer : f->layer;
    if (layer >= 0 && (size_t) layer < r->artifact.n_layers) {
        json_i64(w, "layer", layer);
        json_str_opt(w, "layerDiffId", r->artifact.layers[layer].diff_id);
        buf_clear(&b);
        layer_instruction(&b, r, layer);
        json_str_opt(w, "instruction", buf_view(&b));
    }
    json_end(w);
    json_end(w);
}

static void invocation(JsonWriter *w, const Report *r) {
    Summary s = summary_of(r);
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    json_list(w, "invocations");
    json_map(w, NULL);
    json_bool(w, "executionSuccessful", s.gaps == 0);
    json_i64(w, "exitCode", s.exit_code);
    if (r->coverage.as_of != TIME_NONE)
        json_time(w, "endTimeUtc", r->coverage.as_of);
    json_list(w, "toolExecutionNotifications");
    for (size_t i = 0; i < r->coverage.n_gaps; i++) {
        const Gap *g = &r->coverage.gaps[i];
        json_map(w, NULL);
        json_map(w, "descriptor");
        json_strz(w, "id", gap_kind_name(g->kind));
        json_end(w);
        json_strz(w, "level", g->allowed ? "note" : "error");
        buf_clear(&b);
        buf_printf(&b, "Not seen: %.*s: %.*s", STR_FMT(g->subject), STR_FMT(g->reason));
        message(w, "message", buf_view(&b));
        json_end(w);
    }
    json_end(w);
    json_end(w);
    json_end(w);
}

static void coverage(JsonWriter *w, const Report *r) {
    Summary s = summary_of(r);
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    json_map(w, "properties");
    summary_sentence(&b, r, &s);
    json_str(w, "summary", buf_view(&b));
    json_bool(w, "complete", s.gaps + s.gaps_allowed == 0);
    json_u64(w, "packages", r->inventory.n_packages);
    json_str_null(w, "database", r->coverage.database_digest);
    json_list(w, "feeds");
    for (size_t i = 0; i < r->coverage.n_feeds; i++) {
        json_map(w, NULL);
        json_str(w, "name", r->coverage.feeds[i].name);
        json_time(w, "date", r->coverage.feeds[i].date);
        json_end(w);
    }
    json_end(w);
    json_str(w, "artifact", r->artifact.reference);
    json_str_null(w, "digest", r->artifact.digest);
    json_end(w);
}

/* A rule for each id that has none yet. */
static void rule_list(JsonWriter *w, Map *rules, const Finding *f, size_t n) {
    for (size_t i = 0; i < n; i++) {
        bool is_new;
        void **slot = map_slot(rules, f[i].id, &is_new);
        if (is_new) {
            *slot = (void *) (uintptr_t) rules->n;
            rule(w, &f[i]);
        }
    }
}

int format_sarif_write(const Report *r, const FormatOptions *o, Buf *out) {
    Map rules = {0};
    JsonWriter w = json_writer(out, true);
    json_map(&w, NULL);
    json_strz(&w, "$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json");
    json_strz(&w, "version", "2.1.0");
    json_list(&w, "runs");
    json_map(&w, NULL);
    json_map(&w, "tool");
    json_map(&w, "driver");
    json_strz(&w, "name", "plimsoll");
    json_str(&w, "version", r->tool_version);
    json_list(&w, "rules");
    rule_list(&w, &rules, r->findings, r->n_findings);
    if (r->show_suppressed)
        rule_list(&w, &rules, r->suppressed, r->n_suppressed);
    json_end(&w);
    json_end(&w);
    json_end(&w);
    invocation(&w, r);
    json_map(&w, "originalUriBaseIds");
    json_map(&w, "ROOT");
    json_strz(&w, "uri", "file:///");
    json_end(&w);
    json_end(&w);
    json_strz(&w, "columnKind", "unicodeCodePoints");
    json_list(&w, "results");
    for (size_t i = 0; i < r->n_findings; i++)
        result(&w, r, &r->findings[i], (uintptr_t) map_get(&rules, r->findings[i].id) - 1, false);
    for (size_t i = 0; r->show_suppressed && i < r->n_suppressed; i++)
        result(&w, r, &r->suppressed[i], (uintptr_t) map_get(&rules, r->suppressed[i].id) - 1, true);
    json_end(&w);
    coverage(&w, r);
    json_end(&w);
    json_end(&w);
    json_end(&w);
    buf_putc(out, '\n');
    map_done(&rules);
    return out->failed;
}
