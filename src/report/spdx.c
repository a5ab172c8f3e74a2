/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 2.3 JSON: https://spdx.github.io/spdx-spec/v2.3/ . What has no field of its own stands in annotations whose comment is a JSON map
 * (docs/reference/sbom-mapping.md); findings with an advisory are security references of their packages, all others annotations of what they are about. */
#include "base/map.h"
#include "model/depends.h"
#include "model/license.h"
#include "report/by-package.h"
#include "report/format.h"
#include "report/json-parts.h"
#include "report/sbom-properties.h"
#include "report/summary.h"

#define ROOT_ID "SPDXRef-Artifact"
#define OS_ID "SPDXRef-OperatingSystem"

typedef struct Spdx {
    JsonWriter *w;
    const Report *r;
    char time[TIME_TEXT_MAX];
    Map licenses;   /* LicenseRef -> the text that it stands for */
    Arena arena;
    Buf properties; /* of what is being written: a JSON map */
    JsonWriter p;
} Spdx;

static void package_id(char ret[static 40], size_t i) {
    snprintf(ret, 40, "SPDXRef-Package-%zu", i + 1);
}

/* As in CycloneDX: a list of {name, value}, since names repeat. */
static void emit(void *userdata, const char *name, Str value) {
    Spdx *s = userdata;
    json_map(&s->p, NULL);
    json_strz(&s->p, "name", name);
    json_str(&s->p, "value", value);
    json_end(&s->p);
}

static void annotation_begin(Spdx *s) {
    buf_clear(&s->properties);
    s->p = json_writer(&s->properties, false);
    json_map(&s->p, NULL);
    json_list(&s->p, "properties");
}

static void annotation(Spdx *s, const char *type) {
    json_map(s->w, NULL);
    json_strz(s->w, "annotationType", type);
    json_strz(s->w, "annotator", "Tool: plimsoll");
    json_strz(s->w, "annotationDate", s->time);
    json_str(s->w, "comment", buf_view(&s->properties));
    json_end(s->w);
}

/* Leaves the list of annotations open. */
static void annotation_end(Spdx *s) {
    json_end(&s->p);
    json_end(&s->p);
    json_list(s->w, "annotations");
    annotation(s, "OTHER");
}

/* The specification has references for advisories only. */
static bool is_annotation(const Finding *f) {
    _cleanup_(buf_done) Buf url = buf_new(BUF_OWN_MAX);
    finding_url(&url, f);
    return url.n == 0;
}

static void finding_annotation(Spdx *s, const Finding *f) {
    buf_clear(&s->properties);
    s->p = json_writer(&s->properties, false);
    json_map(&s->p, NULL);
    json_map(&s->p, "finding");
    json_strz(&s->p, "kind", finding_kind_name(f->kind));
    json_str(&s->p, "id", f->id);
    json_strz(&s->p, "severity", severity_name(f->severity));
    if (f->kind == FINDING_POLICY) {
        json_str_opt(&s->p, "policy", s->r->policy);
        json_str_opt(&s->p, "action", f->action);
    }
    json_str_opt(&s->p, "title", f->title);
    json_str_opt(&s->p, "detail", f->detail);
    json_str_opt(&s->p, "path", f->path);
    json_str_opt(&s->p, "remediation", f->remediation);
    json_str_opt(&s->p, "controls", f->controls);
    json_end(&s->p);
    json_end(&s->p);
    annotation(s, "REVIEW");
}

static void checksum(Spdx *s, Str digest) {
    const char *other, *algorithm;
    Str hex;
    if (!sbom_digest(digest, &other, &algorithm, &hex))
        return;
    json_list(s->w, "checksums");
    json_map(s->w, NULL);
    json_strz(s->w, "algorithm", algorithm);
    json_str(s->w, "checksumValue", hex);
    json_end(s->w);
    json_end(s->w);
}

static void reference(Spdx *s, const char *category, const char *type, Str locator, Str comment) {
    json_map(s->w, NULL);
    json_strz(s->w, "referenceCategory", category);
    json_strz(s->w, "referenceType", type);
    json_str(s->w, "referenceLocator", locator);
    json_str_opt(s->w, "comment", comment);
    json_end(s->w);
}

static void nothing_asserted(Spdx *s) {
    json_strz(s->w, "downloadLocation", "NOASSERTION");
    json_bool(s->w, "filesAnalyzed", false);
    json_strz(s->w, "licenseConcluded", "NOASSERTION");
    json_strz(s->w, "copyrightText", "NOASSERTION");
}

static void root(Spdx *s) {
    const Artifact *a = &s->r->artifact;
    json_map(s->w, NULL);
    json_strz(s->w, "SPDXID", ROOT_ID);
    json_str(s->w, "name", str_empty(a->reference) ? STR("unnamed") : a->reference);
    json_str_opt(s->w, "versionInfo", a->digest);
    json_strz(s->w, "primaryPackagePurpose", artifact_is_tree(a->kind) ? "FILE" : "CONTAINER");
    nothing_asserted(s);
    json_strz(s->w, "licenseDeclared", "NOASSERTION");
    checksum(s, a->digest);
    annotation_begin(s);
    sbom_document_properties(s->r, emit, s);
    annotation_end(s);
    for (size_t i = 0; i < s->r->n_findings && !s->r->sbom_only; i++)
        if (!s->r->findings[i].package && is_annotation(&s->r->findings[i]))
            finding_annotation(s, &s->r->findings[i]);
    json_end(s->w);
    json_end(s->w);
}

static void os(Spdx *s) {
    const Os *o = &s->r->inventory.os;
    json_map(s->w, NULL);
    json_strz(s->w, "SPDXID", OS_ID);
    json_str(s->w, "name", str_empty(o->id) ? STR("unknown") : o->id);
    json_str_opt(s->w, "versionInfo", o->version_id);
    json_str_opt(s->w, "summary", o->pretty_name);
    json_strz(s->w, "primaryPackagePurpose", "OPERATING-SYSTEM");
    nothing_asserted(s);
    json_strz(s->w, "licenseDeclared", "NOASSERTION");
    if (str_starts(o->cpe_name, STR("cpe:")) && str_is_utf8(o->cpe_name) && str_chr(o->cpe_name, ' ') < 0) {
        json_list(s->w, "externalRefs");
        reference(s, "SECURITY", str_starts(o->cpe_name, STR("cpe:2.3:")) ? "cpe23Type" : "cpe22Type", o->cpe_name, STR_NULL);
        json_end(s->w);
    }
    json_end(s->w);
}

/* References have to be explained: by what the first package that has one writes. */
static void references(Spdx *s, const License *l, Str text) {
    if (l->op == LICENSE_NAME && !license_is_known(l)) {
        bool is_new;
        void **slot = map_slot(&s->licenses, l->id, &is_new);
        if (is_new)
            *slot = (void *) (uintptr_t) arena_str(&s->arena, text).p;
    }
    for (const License *x = l->first; x; x = x->next)
        references(s, x, text);
}

static void license(Spdx *s, const PackageFact *f) {
    const License *l = license_parse(&s->arena, f->type, f->license);
    if (l)
        references(s, l, f->license);
    json_str(s->w, "licenseDeclared", l ? license_expression(&s->arena, f->type, f->license) : STR("NOASSERTION"));
}

static void findings(Spdx *s, const ByPackage *by, size_t package) {
    _cleanup_(buf_done) Buf url = buf_new(BUF_OWN_MAX), b = buf_new(BUF_OWN_MAX);
    for (size_t i = by->first[package]; i && !s->r->sbom_only; i = by->next[i - 1]) {
        const Finding *f = &s->r->findings[i - 1];
        buf_clear(&url);
        buf_clear(&b);
        finding_url(&url, f);
        if (url.n == 0)
            continue;
        buf_printf(&b, "%.*s, %s: ", STR_FMT(f->id), severity_name(f->severity));
        finding_fix(&b, f);
        reference(s, "SECURITY", "advisory", buf_view(&url), buf_view(&b));
    }
}

static void package(Spdx *s, const ByPackage *by, size_t i) {
    const Package *p = &s->r->inventory.packages[i];
    const PackageFact *f = &p->fact;
    char id[40];
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    Arena scratch = {0};
    package_id(id, i);
    json_map(s->w, NULL);
    json_strz(s->w, "SPDXID", id);
    json_str(s->w, "name", str_empty(f->name) ? STR("unnamed") : f->name);
    json_str_opt(s->w, "versionInfo", f->version);
    if (!str_empty(f->vendor)) {
        buf_printf(&b, "Organization: %.*s", STR_FMT(f->vendor));
        json_str(s->w, "supplier", buf_view(&b));
    }
    if (!str_empty(f->maintainer)) {
        buf_clear(&b);
        buf_printf(&b, "Person: %.*s", STR_FMT(f->maintainer));
        json_str(s->w, "originator", buf_view(&b));
    }
    json_strz(s->w, "primaryPackagePurpose", "LIBRARY");
    nothing_asserted(s);
    license(s, f);
    if (!str_empty(f->source_name)) {
        buf_clear(&b);
        buf_printf(&b, "built package from: %.*s %.*s", STR_FMT(f->source_name), STR_FMT(f->source_version));
        json_str(s->w, "sourceInfo", buf_view(&b));
    }
    checksum(s, f->digest);
    json_list(s->w, "externalRefs");
    reference(s, "PACKAGE-MANAGER", "purl", package_purl(&scratch, f, &s->r->inventory.os), STR_NULL);
    findings(s, by, i);
    json_end(s->w);
    annotation_begin(s);
    sbom_package_properties(p, emit, s);
    annotation_end(s);
    for (size_t k = by->first[i]; k && !s->r->sbom_only; k = by->next[k - 1])
        if (is_annotation(&s->r->findings[k - 1]))
            finding_annotation(s, &s->r->findings[k - 1]);
    json_end(s->w);
    json_end(s->w);
    arena_done(&scratch);
}

static void relationship(Spdx *s, const char *from, const char *type, const char *to) {
    json_map(s->w, NULL);
    json_strz(s->w, "spdxElementId", from);
    json_strz(s->w, "relationshipType", type);
    json_strz(s->w, "relatedSpdxElement", to);
    json_end(s->w);
}

static void relationships(Spdx *s) {
    const Inventory *inv = &s->r->inventory;
    char from[40], to[40];
    json_list(s->w, "relationships");
    relationship(s, "SPDXRef-DOCUMENT", "DESCRIBES", ROOT_ID);
    if (inv->os.known)
        relationship(s, ROOT_ID, "CONTAINS", OS_ID);
    _cleanup_(depends_freep) Depends *d = depends_new(inv);
    for (size_t i = 0; i < inv->n_packages; i++) {
        size_t n;
        package_id(from, i);
        relationship(s, ROOT_ID, "CONTAINS", from);
        const size_t *needs = depends_of(d, i, &n);
        for (size_t k = 0; k < n; k++) {
            package_id(to, needs[k]);
            relationship(s, from, "DEPENDS_ON", to);
        }
    }
    json_end(s->w);
}

static void licenses(Spdx *s) {
    if (s->licenses.n == 0)
        return;
    json_list(s->w, "hasExtractedLicensingInfos");
    for (size_t i = 0; i < s->licenses.n; i++) {
        const MapEntry *e = &s->licenses.entries[i];
        json_map(s->w, NULL);
        json_str(s->w, "licenseId", e->key);
        json_str(s->w, "name", str_from_at(e->key, strlen("LicenseRef-")));
        json_strz(s->w, "extractedText", e->value);
        json_end(s->w);
    }
    json_end(s->w);
}

int format_spdx_write(const Report *r, const FormatOptions *o, Buf *out) {
    size_t start = out->n;
    JsonWriter w = json_writer(out, true);
    Spdx s = {.w = &w, .r = r, .properties = buf_new(BUF_OWN_MAX)};
    Summary sum = summary_of(r);
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    time_format(r->coverage.as_of == TIME_NONE ? 0 : r->coverage.as_of, s.time);
    json_map(&w, NULL);
    json_strz(&w, "spdxVersion", "SPDX-2.3");
    json_strz(&w, "dataLicense", "CC0-1.0");
    json_strz(&w, "SPDXID", "SPDXRef-DOCUMENT");
    json_str(&w, "name", str_empty(r->artifact.reference) ? STR("unnamed") : r->artifact.reference);
    json_strz(&w, "documentNamespace", "urn:uuid:" UUID_NIL);
    summary_sentence(&b, r, &sum);
    json_str(&w, "comment", buf_view(&b));
    json_map(&w, "creationInfo");
    json_strz(&w, "created", s.time);
    json_list(&w, "creators");
    buf_clear(&b);
    buf_printf(&b, "Tool: plimsoll-%.*s", STR_FMT(r->tool_version));
    json_str(&w, NULL, buf_view(&b));
    json_end(&w);
    json_end(&w);
    json_list(&w, "documentDescribes");
    json_strz(&w, NULL, ROOT_ID);
    json_end(&w);
    json_list(&w, "packages");
    root(&s);
    if (r->inventory.os.known)
        os(&s);
    ByPackage by = by_package(r, &s.arena);
    for (size_t i = 0; i < r->inventory.n_packages; i++)
        package(&s, &by, i);
    json_end(&w);
    licenses(&s);
    relationships(&s);
    json_end(&w);
    buf_putc(out, '\n');
    map_done(&s.licenses);
    arena_done(&s.arena);
    int failed = s.properties.failed;
    buf_done(&s.properties);
    uuid_seal(out, start, "spdx");
    return out->failed ? out->failed : failed;
}
