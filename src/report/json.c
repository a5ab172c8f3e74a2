/* SPDX-License-Identifier: Apache-2.0 */
/* Our own JSON: everything that a Report holds. Its schema is docs/reference/report.schema.json; `version` there and here
 * changes when a reader of the old form would be misled. */
#include "model/license.h"
#include "report/format.h"
#include "report/json-parts.h"
#include "report/summary.h"

enum { REPORT_VERSION = 1 };

static void artifact(JsonWriter *w, const Artifact *a) {
    json_map(w, "artifact");
    json_strz(w, "kind", artifact_kind_name(a->kind));
    json_str(w, "reference", a->reference);
    json_str_null(w, "digest", a->digest);
    json_str_null(w, "image_id", a->image_id);
    if (str_empty(a->os)) {
        json_null(w, "platform");
    } else {
        json_map(w, "platform");
        json_str(w, "os", a->os);
        json_str(w, "architecture", a->arch);
        json_str_null(w, "variant", a->variant);
        json_end(w);
    }
    json_time(w, "created", a->created);
    json_str_null(w, "user", a->user);
    json_list(w, "tags");
    for (size_t i = 0; i < a->n_repo_tags; i++)
        json_str(w, NULL, a->repo_tags[i]);
    json_end(w);
    json_list(w, "layers");
    for (size_t i = 0; i < a->n_layers; i++) {
        json_map(w, NULL);
        json_layer(w, i, &a->layers[i]);
        json_end(w);
    }
    json_end(w);
    json_end(w);
}

static void os(JsonWriter *w, const Os *o) {
    if (!o->known) {
        json_null(w, "os");
        return;
    }
    json_map(w, "os");
    json_str(w, "id", o->id);
    json_str_null(w, "version_id", o->version_id);
    json_str_null(w, "codename", o->codename);
    json_str_null(w, "pretty_name", o->pretty_name);
    json_str_null(w, "id_like", o->id_like);
    json_str_null(w, "cpe_name", o->cpe_name);
    json_str_null(w, "release", o->release);
    json_end(w);
}

static void layer_index(JsonWriter *w, int layer) {
    if (layer < 0)
        json_null(w, "layer");
    else
        json_i64(w, "layer", layer);
}

static void package(JsonWriter *w, Arena *scratch, const Package *p) {
    const PackageFact *f = &p->fact;
    json_map(w, NULL);
    json_str(w, "ref", p->bom_ref);
    json_strz(w, "type", package_type_name(f->type));
    json_str(w, "name", f->name);
    json_str(w, "version", f->version);
    json_str_null(w, "architecture", f->arch);
    json_map(w, "source");
    json_str(w, "name", f->source_name);
    json_str(w, "version", f->source_version);
    json_end(w);
    json_str_null(w, "license", f->license);
    json_str_null(w, "license_expression", license_expression(scratch, f->type, f->license));
    json_str_null(w, "maintainer", f->maintainer);
    json_str_null(w, "vendor", f->vendor);
    json_str_null(w, "module", f->module);
    json_str_null(w, "digest", f->digest);
    json_u64(w, "installed_size", f->installed_size);
    json_u64(w, "files", f->n_files);
    json_bool(w, "essential", f->flags & PACKAGE_ESSENTIAL);
    json_bool(w, "declared", f->flags & PACKAGE_DECLARED);
    json_bool(w, "development", f->flags & PACKAGE_DEV);
    json_bool(w, "optional", f->flags & PACKAGE_OPTIONAL);
    json_bool(w, "private", f->flags & PACKAGE_PRIVATE);
    json_str_null(w, "owner", p->owner ? p->owner->bom_ref : STR_NULL);
    json_str(w, "path", p->path);
    layer_index(w, p->layer);
    json_list(w, "locations");
    for (size_t i = 0; i < p->n_locations; i++) {
        json_map(w, NULL);
        json_location(w, &p->locations[i]);
        json_end(w);
    }
    json_end(w);
    json_u64(w, "places", p->n_places);
    json_end(w);
}

static void exception(JsonWriter *w, const Exception *e) {
    if (!e) {
        json_null(w, "exception");
        return;
    }
    json_map(w, "exception");
    json_strz(w, "format", exception_format_name(e->format));
    json_str(w, "source", e->source);
    json_u64(w, "line", e->line);
    json_u64(w, "column", e->col);
    if (exception_format_is_vex(e->format))
        json_strz(w, "status", vex_status_name(e->status));
    else
        json_null(w, "status");
    json_str_null(w, "justification", e->justification);
    json_str_null(w, "reason", e->reason);
    json_time(w, "stated", e->time);
    json_time(w, "expires", e->expires);
    json_bool(w, "until_fix", e->until_fix);
    json_end(w);
}

static void secret(JsonWriter *w, const Finding *f) {
    const SecretFact *s = f->secret;
    if (!s) {
        json_null(w, "secret");
        return;
    }
    json_map(w, "secret");
    json_str(w, "kind", s->kind);
    json_str(w, "name", s->title);
    json_str_null(w, "hint", s->hint);
    json_u64(w, "length", s->length);
    json_u64(w, "column", s->col);
    json_str_null(w, "hmac_sha256", s->fingerprint);
    if (f->deleted == LAYER_NONE)
        json_null(w, "deleted_in_layer");
    else
        json_i64(w, "deleted_in_layer", f->deleted);
    json_end(w);
}

static void u32_or_null(JsonWriter *w, const char *key, uint32_t n) {
    if (n)
        json_u64(w, key, n);
    else
        json_null(w, key);
}

static void policy(JsonWriter *w, const Finding *f) {
    json_map(w, "policy");
    json_str_null(w, "action", f->action);
    json_str_null(w, "subject", f->subject);
    json_str_null(w, "why", f->why);
    u32_or_null(w, "column", f->col);
    u32_or_null(w, "end_line", f->end_line);
    u32_or_null(w, "end_column", f->end_col);
    json_bool(w, "fixable", f->fixable);
    json_end(w);
}

static void finding(JsonWriter *w, const Finding *f) {
    char fingerprint[65];
    json_map(w, NULL);
    json_strz(w, "kind", finding_kind_name(f->kind));
    json_str(w, "id", f->id);
    finding_fingerprint(f, fingerprint);
    json_strz(w, "fingerprint", fingerprint);
    const Package *p = f->package ? f->package : f->owner;
    if (p) {
        json_map(w, "package");
        json_str(w, "ref", p->bom_ref);
        json_str(w, "name", p->fact.name);
        json_str(w, "version", p->fact.version);
        json_str_null(w, "architecture", p->fact.arch);
        json_end(w);
    } else {
        json_null(w, "package");
    }
    json_strz(w, "severity", severity_name(f->severity));
    json_str_null(w, "severity_source", f->severity_source);
    json_strz(w, "status", fix_status_name(f->status));
    json_str_null(w, "status_text", f->status_text);
    json_str_null(w, "fixed_version", f->fixed_version);
    json_str_null(w, "title", f->title);
    json_str_null(w, "detail", f->detail);
    json_str_null(w, "feed", f->feed);
    json_parts(w, "advisories", f->advisories, ' ');
    json_parts(w, "references", f->references, ' ');
    if (str_empty(f->cvss.vector)) {
        json_null(w, "cvss");
    } else {
        json_map(w, "cvss");
        json_str(w, "vector", f->cvss.vector);
        json_str_null(w, "source", f->cvss.source);
        if (f->cvss.score10 < 0)
            json_null(w, "score");
        else
            json_double(w, "score", f->cvss.score10 / 10.0);
        json_end(w);
    }
    if (f->epss < 0) {
        json_null(w, "epss");
    } else {
        json_map(w, "epss");
        json_double(w, "probability", f->epss);
        if (f->epss_percentile < 0)
            json_null(w, "percentile");
        else
            json_double(w, "percentile", f->epss_percentile);
        json_end(w);
    }
    json_bool(w, "kev", f->kev);
    json_str_null(w, "kev_due", f->kev_due);
    json_time(w, "published", f->published);
    layer_index(w, f->layer);
    json_str_null(w, "path", f->path);
    u32_or_null(w, "line", f->line);
    if (f->kind == FINDING_POLICY)
        policy(w, f);
    else
        json_null(w, "policy");
    secret(w, f);
    json_bool(w, "new", f->is_new);
    if (f->first_seen)
        json_time(w, "first_seen", f->first_seen);
    if (f->fix_seen)
        json_time(w, "fix_first_seen", f->fix_seen);
    json_parts(w, "controls", f->controls, ' ');
    json_str_null(w, "remediation", f->remediation);
    exception(w, f->exception);
    json_end(w);
}

static void summary(JsonWriter *w, const Report *r, const Summary *s) {
    json_map(w, "summary");
    json_u64(w, "packages", r->inventory.n_packages);
    json_u64(w, "left_out", r->inventory.n_left_out);
    json_u64(w, "findings", s->total);
    json_map(w, "severity");
    for (int i = SEVERITY_N_ - 1; i >= 0; i--)
        json_u64(w, severity_name((Severity) i), s->severity[i]);
    json_end(w);
    json_map(w, "kinds");
    for (int i = 0; i < FINDING_KIND_N_; i++)
        json_u64(w, finding_kind_name((FindingKind) i), s->kinds[i]);
    json_end(w);
    json_u64(w, "fixable", s->fixable);
    json_u64(w, "kev", s->kev);
    json_u64(w, "new", s->new_findings);
    json_u64(w, "suppressed", r->n_suppressed);
    json_u64(w, "filtered", r->n_filtered);
    json_u64(w, "kernel_headers", r->n_kernel_headers);
    json_u64(w, "baseline", r->n_baseline);
    json_end(w);
}

/* Which rules and statements did nothing; of one source at most so many are named. */
enum { IDLE_MAX = 100 };

static void exceptions(JsonWriter *w, const Report *r) {
    json_list(w, "exceptions");
    for (size_t i = 0, first = 0; i < r->n_exception_sources; first += r->exception_sources[i++].total) {
        const ExceptionSource *s = &r->exception_sources[i];
        size_t expired = 0, named = 0;
        json_map(w, NULL);
        json_str(w, "source", s->name);
        json_strz(w, "format", exception_format_name(s->format));
        json_u64(w, "statements", s->total);
        json_u64(w, "unmatched", s->unmatched);
        for (size_t k = 0; k < s->total; k++)
            expired += r->exceptions[first + k].outlived > 0;
        json_u64(w, "expired", expired);
        json_list(w, "idle");
        for (size_t k = 0; k < s->total && named < IDLE_MAX; k++) {
            const Exception *e = &r->exceptions[first + k];
            if (e->matched && !e->outlived)
                continue;
            named++;
            json_map(w, NULL);
            json_u64(w, "line", e->line);
            json_u64(w, "column", e->col);
            json_list(w, "ids");
            for (size_t n = 0; n < e->n_ids; n++)
                json_str(w, NULL, e->ids[n]);
            json_end(w);
            json_strz(w, "why", e->matched ? "expired" : "unmatched");
            json_end(w);
        }
        json_end(w);
        json_end(w);
    }
    json_end(w);
}

static void coverage(JsonWriter *w, const Report *r, const Summary *s) {
    const Coverage *c = &r->coverage;
    json_map(w, "coverage");
    json_bool(w, "complete", s->gaps + s->gaps_allowed == 0);
    json_bool(w, "vulnerabilities_looked_up", !r->sbom_only && !artifact_is_checked(r->artifact.kind) && !s->no_data);
    json_time(w, "as_of", c->as_of);
    json_list(w, "gaps");
    for (size_t i = 0; i < c->n_gaps; i++) {
        json_map(w, NULL);
        json_gap(w, &c->gaps[i]);
        json_end(w);
    }
    json_end(w);
    json_u64(w, "entries", c->entries);
    json_u64(w, "bytes", c->bytes);
    json_u64(w, "mounts", c->mounts);
    json_u64(w, "mounts_left_out", c->mounts_left_out);
    json_bool(w, "verified", c->verified);
    json_str_null(w, "claimed_by", c->claimed_by);
    json_str_null(w, "confinement", c->sandbox);
    json_list(w, "analyzers");
    for (size_t i = 0; i < c->n_analyzers; i++)
        json_str(w, NULL, c->analyzers[i]);
    json_end(w);
    json_str_null(w, "database", c->database_digest);
    json_list(w, "feeds");
    for (size_t i = 0; i < c->n_feeds; i++) {
        json_map(w, NULL);
        json_str(w, "name", c->feeds[i].name);
        json_time(w, "date", c->feeds[i].date);
        json_u64(w, "records", c->feeds[i].records);
        json_str_null(w, "digest", c->feeds[i].digest);
        json_end(w);
    }
    json_end(w);
    json_bool(w, "archives_asked", c->archives_asked);
    exceptions(w, r);
    json_end(w);
}

int format_json_write(const Report *r, const FormatOptions *o, Buf *out) {
    Summary s = summary_of(r);
    JsonWriter w = json_writer(out, true);
    json_map(&w, NULL);
    json_strz(&w, "format", "plimsoll-report");
    json_u64(&w, "version", REPORT_VERSION);
    json_strz(&w, "kind", r->sbom_only ? "sbom" : artifact_is_checked(r->artifact.kind) ? "check" : "scan");
    json_map(&w, "tool");
    json_strz(&w, "name", "plimsoll");
    json_str(&w, "version", r->tool_version);
    json_end(&w);
    artifact(&w, &r->artifact);
    os(&w, &r->inventory.os);
    summary(&w, r, &s);
    coverage(&w, r, &s);
    if (str_empty(r->policy)) {
        json_null(&w, "policy");
    } else {
        json_map(&w, "policy");
        json_str(&w, "name", r->policy);
        json_str(&w, "verdict", r->verdict);
        json_u64(&w, "denied", s.denied);
        json_u64(&w, "excepted", s.excepted);
        json_end(&w);
    }
    json_map(&w, "exit");
    json_i64(&w, "code", s.exit_code);
    json_bool(&w, "incomplete", s.gaps > 0);
    if (r->fail_on_set)
        json_strz(&w, "fail_on", severity_name(r->fail_on));
    else
        json_null(&w, "fail_on");
    json_u64(&w, "failing", s.failing);
    json_end(&w);
    json_list(&w, "findings");
    for (size_t i = 0; !r->sbom_only && i < r->n_findings; i++)
        finding(&w, &r->findings[i]);
    json_end(&w);
    if (r->show_suppressed) {
        json_list(&w, "suppressed");
        for (size_t i = 0; i < r->n_suppressed; i++)
            finding(&w, &r->suppressed[i]);
        json_end(&w);
    } else {
        json_null(&w, "suppressed");
    }
    json_list(&w, "packages");
    for (size_t i = 0; i < r->inventory.n_packages; i++) {
        _cleanup_(arena_done) Arena scratch = {0};
        package(&w, &scratch, &r->inventory.packages[i]);
    }
    json_end(&w);
    json_list(&w, "content_sets");
    for (size_t i = 0; i < r->inventory.n_content_sets; i++)
        json_str(&w, NULL, r->inventory.content_sets[i]);
    json_end(&w);
    json_list(&w, "archives");
    for (size_t i = 0; i < r->inventory.n_archives; i++) {
        json_map(&w, NULL);
        json_archive(&w, &r->inventory.archives[i]);
        json_end(&w);
    }
    json_end(&w);
    json_list(&w, "certificates");
    for (size_t i = 0; i < r->inventory.n_certificates; i++) {
        json_map(&w, NULL);
        json_inventory_certificate(&w, &r->inventory.certificates[i]);
        json_end(&w);
    }
    json_end(&w);
    json_list(&w, "keys");
    for (size_t i = 0; i < r->inventory.n_keys; i++) {
        json_map(&w, NULL);
        json_inventory_key(&w, &r->inventory.keys[i]);
        json_end(&w);
    }
    json_end(&w);
    json_end(&w);
    buf_putc(out, '\n');
    return out->failed;
}
