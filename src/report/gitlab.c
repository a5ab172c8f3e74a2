/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab's container scanning report, of files its SAST report, schema 15.0.7:
 * https://gitlab.com/gitlab-org/security-products/security-report-schemas . Gaps are messages of the scan, whose status is "failure" when
 * one of them was not allowed. */
#include "report/format.h"
#include "report/json-parts.h"
#include "report/summary.h"

/* The schema wants text that is not empty. */
static void text(JsonWriter *w, const char *key, Str value, const char *otherwise) {
    json_str(w, key, str_empty(value) ? str_from(otherwise) : value);
}

static void tool(JsonWriter *w, const Report *r, const char *key) {
    json_map(w, key);
    json_strz(w, "id", "plimsoll");
    json_strz(w, "name", "Plimsoll");
    text(w, "version", r->tool_version, "unknown");
    json_map(w, "vendor");
    json_strz(w, "name", "Plimsoll");
    json_end(w);
    json_end(w);
}

static void scan(JsonWriter *w, const Report *r) {
    Summary s = summary_of(r);
    char time[TIME_TEXT_MAX];
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    json_map(w, "scan");
    tool(w, r, "analyzer");
    tool(w, r, "scanner");
    json_strz(w, "type", artifact_is_checked(r->artifact.kind) ? "sast" : "container_scanning");
    /* The format's time has no zone. */
    Str at = str_head(str_from(time_format(r->coverage.as_of == TIME_NONE ? 0 : r->coverage.as_of, time)), 19);
    json_str(w, "start_time", at);
    json_str(w, "end_time", at);
    json_strz(w, "status", s.gaps ? "failure" : "success");
    json_list(w, "messages");
    json_map(w, NULL);
    json_strz(w, "level", "info");
    summary_sentence(&b, r, &s);
    json_str(w, "value", buf_view(&b));
    json_end(w);
    for (size_t i = 0; i < r->coverage.n_gaps; i++) {
        const Gap *g = &r->coverage.gaps[i];
        buf_clear(&b);
        buf_printf(&b, "Not seen (%s): %.*s: %.*s", gap_kind_name(g->kind), STR_FMT(g->subject), STR_FMT(g->reason));
        json_map(w, NULL);
        json_strz(w, "level", g->allowed ? "warn" : "fatal");
        json_str(w, "value", buf_view(&b));
        json_end(w);
    }
    json_end(w);
    json_end(w);
}

/* The schema wants "name:tag", a port allowed in front; what has none gets its kind for a tag. */
static void image(JsonWriter *w, const Artifact *a) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    Str s = a->reference;
    ssize_t colon = str_rchr(s, ':'), slash = str_rchr(s, '/');
    bool tagged = colon > 0 && colon > slash && (size_t) colon + 1 < s.n;
    size_t name = tagged ? (size_t) colon : s.n;
    for (size_t i = 0; i < name; i++) {
        bool port = s.p[i] == ':' && i > 0 && i + 1 < s.n && s.p[i + 1] >= '0' && s.p[i + 1] <= '9' && str_chr(str_head(s, i), ':') < 0;
        buf_putc(&b, s.p[i] == ':' && !port ? '_' : s.p[i]);
    }
    if (b.n == 0)
        buf_putz(&b, "unnamed");
    buf_putc(&b, ':');
    if (tagged)
        buf_str(&b, str_from_at(s, name + 1));
    else
        buf_putz(&b, a->kind == ARTIFACT_IMAGE ? "latest" : artifact_kind_name(a->kind));
    json_str(w, "image", buf_view(&b));
}

/* Of a source file, as reports of type sast have it. */
static void file_location(JsonWriter *w, const Finding *f) {
    json_map(w, "location");
    text(w, "file", f->path, "unknown");
    if (f->line)
        json_u64(w, "start_line", f->line);
    if (f->end_line)
        json_u64(w, "end_line", f->end_line);
    json_end(w);
}

static void image_location(JsonWriter *w, const Report *r, const Finding *f) {
    const Os *os = &r->inventory.os;
    json_map(w, "location");
    json_map(w, "dependency");
    json_map(w, "package");
    text(w, "name", f->package ? f->package->fact.name : !str_empty(f->path) ? f->path : os->id, "system");
    json_end(w);
    text(w, "version", f->package ? f->package->fact.version : os->version_id, "unknown");
    json_end(w);
    text(w, "operating_system", os->release, "unknown");
    image(w, &r->artifact);
    json_end(w);
}

static void vulnerability(JsonWriter *w, const Report *r, const Finding *f) {
    static const char *const severities[SEVERITY_N_] = {"Unknown", "Info", "Low", "Medium", "High", "Critical"};
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX), url = buf_new(BUF_OWN_MAX);
    char fingerprint[65], uuid[UUID_TEXT + 1];
    json_map(w, NULL);
    finding_fingerprint(f, fingerprint);
    /* The same may stand in a file several times; ids must differ. */
    buf_putz(&b, fingerprint);
    if (f->kind == FINDING_POLICY)
        buf_printf(&b, ":%u:%u", f->line, f->col);
    uuid_of("gitlab", buf_view(&b), uuid);
    buf_clear(&b);
    json_strz(w, "id", uuid);
    finding_subject(&b, f);
    json_str(w, "name", str_head(buf_view(&b), 255));
    buf_clear(&b);
    finding_text(&b, f);
    if (f->kind == FINDING_POLICY)
        buf_printf(&b, ": %.*s. %.*s", STR_FMT(f->detail), STR_FMT(f->why));
    json_str(w, "description", buf_view(&b));
    json_strz(w, "severity", severities[f->severity]);
    buf_clear(&b);
    if (!str_empty(f->fixed_version) && f->package)
        buf_printf(&b, "Update %.*s to %.*s or later", STR_FMT(f->package->fact.name), STR_FMT(f->fixed_version));
    else if (!str_empty(f->remediation))
        buf_str(&b, f->remediation);
    else
        finding_fix(&b, f);
    text(w, "solution", buf_view(&b), "See the description");
    if (artifact_is_checked(r->artifact.kind))
        file_location(w, f);
    else
        image_location(w, r, f);
    finding_url(&url, f);
    json_list(w, "identifiers");
    json_map(w, NULL);
    json_strz(w, "type", str_starts(f->id, STR("CVE-")) ? "cve" : f->kind == FINDING_VULNERABILITY ? "advisory" : finding_kind_name(f->kind));
    text(w, "name", f->id, "unknown");
    text(w, "value", f->id, "unknown");
    json_str_opt(w, "url", buf_view(&url));
    json_end(w);
    json_end(w);
    json_list(w, "links");
    Str rest = f->references, link;
    while (str_split(&rest, ' ', &link))
        if (url_is_plain(link)) {
            json_map(w, NULL);
            json_str(w, "url", link);
            json_end(w);
        }
    json_end(w);
    json_map(w, "details");
    json_map(w, "status");
    json_strz(w, "type", "text");
    json_strz(w, "name", f->kind == FINDING_POLICY ? "Policy" : "Vendor status");
    buf_clear(&b);
    finding_fix(&b, f);
    text(w, "value", buf_view(&b), "none");
    json_end(w);
    if (f->kev) {
        json_map(w, "kev");
        json_strz(w, "type", "text");
        json_strz(w, "name", "Known to be exploited");
        json_strz(w, "value", "yes");
        json_end(w);
    }
    json_end(w);
    json_end(w);
}

int format_gitlab_write(const Report *r, const FormatOptions *o, Buf *out) {
    JsonWriter w = json_writer(out, true);
    json_map(&w, NULL);
    json_strz(&w, "version", "15.0.7");
    scan(&w, r);
    json_list(&w, "vulnerabilities");
    for (size_t i = 0; i < r->n_findings; i++)
        vulnerability(&w, r, &r->findings[i]);
    json_end(&w);
    json_list(&w, "remediations");
    json_end(&w);
    json_end(&w);
    buf_putc(out, '\n');
    return out->failed;
}
