/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX 1.6 JSON: https://cyclonedx.org/docs/1.6/json/ . Findings of one id that agree in everything but the package are one
 * vulnerability; what is no vulnerability (end of life, pending updates, gaps) is an annotation. docs/reference/sbom-mapping.md. */
#include "model/license.h"
#include "report/cyclonedx.h"

#include "model/depends.h"
#include "report/format.h"
#include "report/json-parts.h"
#include "report/sbom-properties.h"
#include "report/summary.h"

#define ROOT_REF "plimsoll:artifact"
#define OS_REF "plimsoll:os"

void cyclonedx_property(JsonWriter *w, const char *name, Str value) {
    json_map(w, NULL);
    json_strz(w, "name", name);
    json_str(w, "value", value);
    json_end(w);
}

static void emit(void *userdata, const char *name, Str value) {
    cyclonedx_property(userdata, name, value);
}

static void hashes(JsonWriter *w, Str digest) {
    const char *algorithm, *other;
    Str hex;
    if (!sbom_digest(digest, &algorithm, &other, &hex))
        return;
    json_list(w, "hashes");
    json_map(w, NULL);
    json_strz(w, "alg", algorithm);
    json_str(w, "content", hex);
    json_end(w);
    json_end(w);
}

static void root(JsonWriter *w, const Report *r) {
    const Artifact *a = &r->artifact;
    json_map(w, "component");
    json_strz(w, "type", artifact_is_tree(a->kind) ? "file" : "container");
    json_strz(w, "bom-ref", ROOT_REF);
    json_str(w, "name", a->reference);
    json_str_opt(w, "version", a->digest);
    hashes(w, a->digest);
    json_list(w, "properties");
    sbom_document_properties(r, emit, w);
    json_end(w);
    json_end(w);
}

static void package(JsonWriter *w, Arena *scratch, const Package *p, const Os *os) {
    const PackageFact *f = &p->fact;
    json_map(w, NULL);
    json_strz(w, "type", "library");
    json_str(w, "bom-ref", p->bom_ref);
    if (!str_empty(f->vendor)) {
        json_map(w, "supplier");
        json_str(w, "name", f->vendor);
        json_end(w);
    }
    json_str_opt(w, "publisher", f->maintainer);
    Str group, name;
    if (package_group(f, &group, &name))
        json_str(w, "group", group);
    json_str(w, "name", name);
    json_str(w, "version", cyclonedx_version(f->version));
    hashes(w, f->digest);
    if (!str_empty(f->license)) {
        json_list(w, "licenses");
        json_map(w, NULL);
        json_str(w, "expression", license_expression(scratch, f->type, f->license));
        json_end(w);
        json_end(w);
    }
    json_str_opt(w, "purl", package_purl(scratch, f, os));
    json_list(w, "properties");
    sbom_package_properties(p, emit, w);
    json_end(w);
    json_end(w);
}

static void components(JsonWriter *w, const Report *r) {
    const Inventory *inv = &r->inventory;
    json_list(w, "components");
    if (inv->os.known) {
        json_map(w, NULL);
        json_strz(w, "type", "operating-system");
        json_strz(w, "bom-ref", OS_REF);
        json_str(w, "name", inv->os.id);
        json_str_opt(w, "version", inv->os.version_id);
        json_str_opt(w, "description", inv->os.pretty_name);
        json_end(w);
    }
    for (size_t i = 0; i < inv->n_packages; i++) {
        Arena scratch = {0};
        package(w, &scratch, &inv->packages[i], &inv->os);
        arena_done(&scratch);
    }
    json_end(w);
}

static void dependencies(JsonWriter *w, const Report *r) {
    const Inventory *inv = &r->inventory;
    json_list(w, "dependencies");
    json_map(w, NULL);
    json_strz(w, "ref", ROOT_REF);
    json_list(w, "dependsOn");
    if (inv->os.known)
        json_strz(w, NULL, OS_REF);
    for (size_t i = 0; i < inv->n_packages; i++)
        json_str(w, NULL, inv->packages[i].bom_ref);
    json_end(w);
    json_end(w);
    _cleanup_(depends_freep) Depends *d = depends_new(inv);
    for (size_t i = 0; i < inv->n_packages; i++) {
        size_t n;
        const size_t *to = depends_of(d, i, &n);
        json_map(w, NULL);
        json_str(w, "ref", inv->packages[i].bom_ref);
        if (n) {
            json_list(w, "dependsOn");
            for (size_t k = 0; k < n; k++)
                json_str(w, NULL, inv->packages[to[k]].bom_ref);
            json_end(w);
        }
        json_end(w);
    }
    json_end(w);
}

static void annotation(JsonWriter *w, const Report *r, Str ref, Str text) {
    json_map(w, NULL);
    json_list(w, "subjects");
    json_str(w, NULL, ref);
    json_end(w);
    json_map(w, "annotator");
    json_map(w, "component");
    json_strz(w, "type", "application");
    json_strz(w, "name", "plimsoll");
    json_str(w, "version", r->tool_version);
    json_end(w);
    json_end(w);
    json_time(w, "timestamp", r->coverage.as_of == TIME_NONE ? 0 : r->coverage.as_of);
    json_str(w, "text", text);
    json_end(w);
}

static void annotations(JsonWriter *w, const Report *r) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    bool any = r->coverage.n_gaps > 0;
    for (size_t i = 0; !r->sbom_only && i < r->n_findings; i++)
        any = any || r->findings[i].kind != FINDING_VULNERABILITY;
    if (!any)
        return;
    json_list(w, "annotations");
    for (size_t i = 0; i < r->coverage.n_gaps; i++) {
        const Gap *g = &r->coverage.gaps[i];
        buf_clear(&b);
        buf_printf(&b, "Not seen (%s%s): %.*s: %.*s", gap_kind_name(g->kind), g->allowed ? ", allowed" : "", STR_FMT(g->subject), STR_FMT(g->reason));
        annotation(w, r, STR(ROOT_REF), buf_view(&b));
    }
    for (size_t i = 0; !r->sbom_only && i < r->n_findings; i++) {
        const Finding *f = &r->findings[i];
        if (f->kind == FINDING_VULNERABILITY)
            continue;
        buf_clear(&b);
        buf_printf(&b, "%s (%s): ", finding_kind_name(f->kind), severity_name(f->severity));
        finding_subject(&b, f);
        buf_putz(&b, ": ");
        finding_text(&b, f);
        annotation(w, r, f->package ? f->package->bom_ref : STR(ROOT_REF), buf_view(&b));
    }
    json_end(w);
}

int format_cyclonedx_write(const Report *r, const FormatOptions *o, Buf *out) {
    size_t start = out->n;
    JsonWriter w = json_writer(out, true);
    json_map(&w, NULL);
    json_strz(&w, "$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
    json_strz(&w, "bomFormat", "CycloneDX");
    json_strz(&w, "specVersion", "1.6");
    json_strz(&w, "serialNumber", "urn:uuid:" UUID_NIL);
    json_u64(&w, "version", 1);
    json_map(&w, "metadata");
    if (r->coverage.as_of != TIME_NONE)
        json_time(&w, "timestamp", r->coverage.as_of);
    json_map(&w, "tools");
    json_list(&w, "components");
    json_map(&w, NULL);
    json_strz(&w, "type", "application");
    json_strz(&w, "name", "plimsoll");
    json_str(&w, "version", r->tool_version);
    json_end(&w);
    json_end(&w);
    json_end(&w);
    root(&w, r);
    json_end(&w);
    components(&w, r);
    dependencies(&w, r);
    json_list(&w, "compositions");
    json_map(&w, NULL);
    json_strz(&w, "aggregate", r->coverage.n_gaps ? "incomplete" : "complete");
    json_list(&w, "assemblies");
    json_strz(&w, NULL, ROOT_REF);
    json_end(&w);
    json_end(&w);
    json_end(&w);
    if (!r->sbom_only)
        cyclonedx_vulnerabilities(&w, r);
    annotations(&w, r);
    json_end(&w);
    buf_putc(out, '\n');
    uuid_seal(out, start, "cyclonedx");
    return out->failed;
}
