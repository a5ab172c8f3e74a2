/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"
#include "report/cyclonedx.h"
#include "report/json-parts.h"
#include "report/summary.h"

/* Findings that differ in nothing but their package have the same key. */
static Str group_key(Arena *a, const Finding *f) {
    const Str parts[] = {f->id, f->severity_source, f->status_text, f->fixed_version, f->title, f->feed, f->advisories, f->cvss.vector};
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    buf_printf(&b, "%d %d %d\n", f->severity, f->status, f->is_new);
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        buf_printf(&b, "%zu:", parts[i].n);
        buf_str(&b, parts[i]);
    }
    return arena_str(a, buf_view(&b));
}

static const char *cvss_method(Str vector) {
    static const struct {
        const char *prefix, *method;
    } methods[] = {{"CVSS:4", "CVSSv4"}, {"CVSS:3.1", "CVSSv31"}, {"CVSS:3.0", "CVSSv3"}, {"AV:", "CVSSv2"}};
    for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
        if (str_starts(vector, str_from(methods[i].prefix)))
            return methods[i].method;
    return "other";
}

static void ratings(JsonWriter *w, const Finding *f) {
    static const char *const severities[SEVERITY_N_] = {"unknown", "info", "low", "medium", "high", "critical"};
    json_list(w, "ratings");
    json_map(w, NULL);
    if (!str_empty(f->severity_source)) {
        json_map(w, "source");
        json_str(w, "name", f->severity_source);
        json_end(w);
    }
    json_strz(w, "severity", severities[f->severity]);
    json_strz(w, "method", "other");
    json_end(w);
    if (!str_empty(f->cvss.vector) && f->cvss.score10 >= 0) {
        json_map(w, NULL);
        if (!str_empty(f->cvss.source)) {
            json_map(w, "source");
            json_str(w, "name", f->cvss.source);
            json_end(w);
        }
        json_double(w, "score", f->cvss.score10 / 10.0);
        json_strz(w, "method", cvss_method(f->cvss.vector));
        json_str(w, "vector", f->cvss.vector);
        json_end(w);
    }
    json_end(w);
}

static void properties(JsonWriter *w, const Finding *f) {
    char number[32];
    json_list(w, "properties");
    cyclonedx_property(w, "plimsoll:status", str_from(fix_status_name(f->status)));
    if (!str_empty(f->status_text))
        cyclonedx_property(w, "plimsoll:status-text", f->status_text);
    if (!str_empty(f->fixed_version))
        cyclonedx_property(w, "plimsoll:fixed-version", f->fixed_version);
    if (!str_empty(f->advisories))
        cyclonedx_property(w, "plimsoll:advisories", f->advisories);
    if (f->kev)
        cyclonedx_property(w, "plimsoll:kev", STR("true"));
    if (!str_empty(f->kev_due))
        cyclonedx_property(w, "plimsoll:kev-due", f->kev_due);
    if (f->epss >= 0) {
        snprintf(number, sizeof(number), "%.5f", f->epss);
        cyclonedx_property(w, "plimsoll:epss", str_from(number));
    }
    if (f->epss_percentile >= 0) {
        snprintf(number, sizeof(number), "%.5f", f->epss_percentile);
        cyclonedx_property(w, "plimsoll:epss-percentile", str_from(number));
    }
    cyclonedx_property(w, "plimsoll:new", f->is_new ? STR("true") : STR("false"));
    json_end(w);
}

static void vulnerability(JsonWriter *w, const Report *r, const size_t *next, size_t first) {
    const Finding *f = &r->findings[first];
    char fingerprint[65], text[TIME_TEXT_MAX];
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    finding_fingerprint(f, fingerprint);
    json_map(w, NULL);
    buf_printf(&b, "plimsoll:finding:%s", fingerprint);
    json_str(w, "bom-ref", buf_view(&b));
    json_str(w, "id", f->id);
    json_map(w, "source");
    json_str(w, "name", str_empty(f->feed) ? STR("plimsoll") : f->feed);
    buf_clear(&b);
    finding_url(&b, f);
    json_str_opt(w, "url", buf_view(&b));
    json_end(w);
    ratings(w, f);
    json_str_opt(w, "description", f->title);
    buf_clear(&b);
    if (!str_empty(f->fixed_version) && f->package) {
        buf_printf(&b, "Update %.*s to %.*s or later", STR_FMT(f->package->fact.source_name), STR_FMT(f->fixed_version));
        json_str(w, "recommendation", buf_view(&b));
    }
    Str rest = f->references, url;
    bool any = false;
    while (str_split(&rest, ' ', &url))
        if (url_is_plain(url)) {
            if (!any)
                json_list(w, "advisories");
            any = true;
            json_map(w, NULL);
            json_str(w, "url", url);
            json_end(w);
        }
    if (any)
        json_end(w);
    if (f->published != TIME_NONE)
        json_strz(w, "published", time_format(f->published, text));
    /* Nobody has judged here whether the flaw can be exploited in this image: "in triage", with what the vendor says of a fix. */
    json_map(w, "analysis");
    json_strz(w, "state", "in_triage");
    if (!str_empty(f->fixed_version) || f->status == FIX_WONT_FIX || f->status == FIX_END_OF_LIFE) {
        json_list(w, "response");
        json_strz(w, NULL, !str_empty(f->fixed_version) ? "update" : "will_not_fix");
        json_end(w);
    }
    buf_clear(&b);
    finding_fix(&b, f);
    json_str_opt(w, "detail", buf_view(&b));
    json_end(w);
    json_list(w, "affects");
    for (size_t i = first + 1; i; i = next[i - 1]) {
        const Package *p = r->findings[i - 1].package;
        lint_assume(p); /* vulnerabilities are of packages */
        json_map(w, NULL);
        json_str(w, "ref", p->bom_ref);
        json_list(w, "versions");
        json_map(w, NULL);
        json_str(w, "version", cyclonedx_version(p->fact.version));
        json_strz(w, "status", "affected");
        json_end(w);
        json_end(w);
        json_end(w);
    }
    json_end(w);
    properties(w, f);
    json_end(w);
}

void cyclonedx_vulnerabilities(JsonWriter *w, const Report *r) {
    Arena a = {0};
    Map groups = {0};
    size_t *next = arena_alloc(&a, (r->n_findings + 1) * 2 * sizeof(*next)), *last = next + r->n_findings + 1;
    for (size_t i = 0; i < r->n_findings; i++) {
        const Finding *f = &r->findings[i];
        bool is_new;
        if (f->kind != FINDING_VULNERABILITY || !f->package)
            continue;
        void **slot = map_slot(&groups, group_key(&a, f), &is_new);
        if (is_new)
            *slot = (void *) (uintptr_t) (i + 1);
        else
            next[last[(uintptr_t) *slot]] = i + 1;
        last[(uintptr_t) *slot] = i;
    }
    json_list(w, "vulnerabilities");
    for (size_t g = 0; g < groups.n; g++)
        vulnerability(w, r, next, (uintptr_t) groups.entries[g].value - 1);
    json_end(w);
    map_done(&groups);
    arena_done(&a);
}
