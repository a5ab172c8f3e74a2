/* SPDX-License-Identifier: Apache-2.0 */
/* Properties: ours by their full name, other tools' where they carry what matching needs. */
#include "model/sbom.h"
#include "scan/sbom-parts.h"
#include "scan/scan.h"

static uint64_t number(Str s) {
    uint64_t v = 0;
    return str_to_u64(s, UINT64_MAX, &v) == 0 ? v : 0;
}

/* A property whose value is a JSON map of its own. */
static const Node *json_value(Sbom *s, Arena *scratch, Str value) {
    Node *root = NULL;
    Diag d = {0};
    int r = json_parse(value, s->name, s->limits, scratch, &d, &root);
    if (r < 0)
        diag_add(s->d, DIAG_WARNING, s->name, 0, 0, "a plimsoll property holds no JSON: its value is left out");
    diag_done(&d);
    return r < 0 ? NULL : root;
}

static Str copy(Sbom *s, const Node *n, const char *key) {
    Str v = node_get_str(n, key);
    return str_empty(v) ? STR_NULL : arena_str(s->a, v);
}

static void layer(Sbom *s, const Node *n) {
    int64_t size = 0;
    if (!n || s->layers.n >= s->limits->layers)
        return;
    node_i64(node_get(n, "size"), &size);
    vec_push(&s->layers, (LayerInfo) {.digest = copy(s, n, "digest"), .diff_id = copy(s, n, "diff_id"), .media_type = copy(s, n, "media_type"),
                                      .created_by = copy(s, n, "created_by"), .size = size > 0 ? (uint64_t) size : 0});
}

static void archive(Sbom *s, const Node *n) {
    int64_t line = 0;
    if (!n)
        return;
    node_i64(node_get(n, "line"), &line);
    vec_push(&s->archives, (ArchiveSourceFact) {.kind = copy(s, n, "kind"), .uri = copy(s, n, "uri"), .suite = copy(s, n, "suite"),
        .components = copy(s, n, "components"), .signed_by = copy(s, n, "signed_by"), .line = line > 0 && line < UINT32_MAX ? (uint32_t) line : 0});
}

/* What was not seen when the SBOM was made is not in it. What concerns advisories is found out anew. */
static void gap(Sbom *s, const Node *n) {
    GapKind kind;
    if (!n || gap_kind_parse(node_get_str(n, "kind"), &kind) < 0)
        return;
    if (kind == GAP_UNREADABLE_LAYER || kind == GAP_UNREADABLE_FILE || kind == GAP_LIMIT || kind == GAP_NO_PACKAGES || kind == GAP_UNSUPPORTED_PACKAGES) {
        Str reason = node_get_str(n, "reason");
        scan_add_gap(s->r, kind, node_get_str(n, "subject"), "%.*s", STR_FMT(reason));
    }
}

void sbom_listed(Sbom *s, const Node *n) {
    int64_t t;
    if (time_parse(node_str(n), &t) == 0)
        s->r->artifact.listed = t;
}

void sbom_document_property(Sbom *s, Str name, Str value) {
    Artifact *a = &s->r->artifact;
    const struct {
        const char *name;
        Str *to;
    } texts[] = {
        {SBOM_OS_ID, &s->os.id}, {SBOM_OS_VERSION_ID, &s->os.version_id}, {SBOM_OS_CODENAME, &s->os.codename},
        {SBOM_OS_PRETTY_NAME, &s->os.pretty_name}, {SBOM_OS_ID_LIKE, &s->os.id_like}, {SBOM_OS_CPE_NAME, &s->os.cpe_name},
        {SBOM_IMAGE_DIGEST, &a->digest}, {SBOM_IMAGE_ID, &a->image_id}, {SBOM_IMAGE_OS, &a->os}, {SBOM_IMAGE_ARCH, &a->arch},
        {SBOM_IMAGE_VARIANT, &a->variant}, {SBOM_IMAGE_USER, &a->user},
        {"aquasecurity:trivy:ImageID", &a->image_id},
        {"syft:distro:id", &s->os.id}, {"syft:distro:versionID", &s->os.version_id}, {"syft:distro:versionCodename", &s->os.codename},
        {"syft:distro:prettyName", &s->os.pretty_name},
    };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        if (str_eqz(name, texts[i].name)) {
            *texts[i].to = arena_str(s->a, value);
            return;
        }
    Arena scratch = {0};
    if (str_eqz(name, SBOM_LAYERS))
        layer(s, json_value(s, &scratch, value));
    else if (str_eqz(name, SBOM_ARCHIVE))
        archive(s, json_value(s, &scratch, value));
    else if (str_eqz(name, SBOM_GAP))
        gap(s, json_value(s, &scratch, value));
    else if (str_eqz(name, SBOM_IMAGE_CREATED))
        time_parse(value, &a->created);
    else if (str_eqz(name, SBOM_IMAGE_TAG))
        vec_push(&s->tags, arena_str(s->a, value));
    else if (str_eqz(name, SBOM_CONTENT_SET))
        vec_push(&s->content_sets, arena_str(s->a, value));
    else if (str_eqz(name, "aquasecurity:trivy:DiffID") && s->layers.n < s->limits->layers)
        vec_push(&s->layers, (LayerInfo) {.diff_id = arena_str(s->a, value)});
    arena_done(&scratch);
}

static void location(Sbom *s, SbomPackage *p, const Node *n) {
    int64_t line = 0, layer = LAYER_NONE;
    if (!n || p->locations.n >= PACKAGE_LOCATIONS_MAX)
        return;
    node_i64(node_get(n, "line"), &line);
    node_i64(node_get(n, "layer"), &layer);
    vec_push(&p->locations, (PackageLocation) {.path = copy(s, n, "path"), .line = line > 0 && line < UINT32_MAX ? (uint32_t) line : 0,
                                               .layer = layer >= 0 && layer <= INT32_MAX ? (int) layer : LAYER_NONE, .declared = node_true(node_get(n, "declared"))});
}

void sbom_package_property(Sbom *s, SbomPackage *p, Str name, Str value) {
    PackageFact *f = &p->p.fact;
    const struct {
        const char *name;
        Str *to;
    } texts[] = {
        {SBOM_SOURCE_NAME, &f->source_name}, {SBOM_SOURCE_VERSION, &f->source_version}, {SBOM_LICENSE, &f->license}, {SBOM_VENDOR, &f->vendor},
        {SBOM_MAINTAINER, &f->maintainer}, {SBOM_MODULE, &f->module}, {SBOM_DIGEST, &f->digest}, {SBOM_PATH, &p->p.path}, {SBOM_DEPENDS, &f->depends}, {SBOM_PROVIDES, &f->provides}, {SBOM_OWNER, &p->owner}, {SBOM_LINKED, &f->linked},
        {"aquasecurity:trivy:SrcName", &f->source_name}, {"aquasecurity:trivy:SrcVersion", &f->source_version},
        {"aquasecurity:trivy:SrcRelease", &p->source_release}, {"aquasecurity:trivy:SrcEpoch", &p->source_epoch},
        {"aquasecurity:trivy:Modularitylabel", &f->module}, {"aquasecurity:trivy:LayerDiffID", &p->layer_diff_id},
        {"aquasecurity:trivy:FilePath", &p->p.path},
        {"syft:metadata:source", &p->origin}, {"syft:metadata:originPackage", &p->origin}, {"syft:metadata:sourceVersion", &f->source_version},
        {"syft:metadata:sourceRpm", &p->source_rpm}, {"syft:metadata:modularityLabel", &f->module}, {"syft:metadata:vendor", &f->vendor},
        {"syft:location:0:layerID", &p->layer_diff_id}, {"syft:location:0:path", &p->p.path},
    };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        if (str_eqz(name, texts[i].name)) {
            *texts[i].to = str_empty(value) ? STR_NULL : arena_str(s->a, value);
            return;
        }
    if (str_eqz(name, SBOM_LAYER)) {
        uint64_t i;
        p->has_layer = str_to_u64(value, INT32_MAX, &i) == 0;
        p->p.layer = p->has_layer ? (int) i : LAYER_NONE;
    } else if (str_eqz(name, SBOM_INSTALLED_SIZE)) {
        f->installed_size = number(value);
    } else if (str_eqz(name, SBOM_FILES)) {
        f->n_files = number(value);
    } else if (str_eqz(name, SBOM_PLACES)) {
        p->p.n_places = number(value);
    } else if (str_eqz(name, SBOM_LOCATION)) {
        Arena scratch = {0};
        location(s, p, json_value(s, &scratch, value));
        arena_done(&scratch);
    } else if (str_eqz(value, "true")) {
        static const struct {
            const char *name;
            uint32_t flag;
        } flags[] = {{SBOM_ESSENTIAL, PACKAGE_ESSENTIAL}, {SBOM_DECLARED, PACKAGE_DECLARED}, {SBOM_DEV, PACKAGE_DEV}, {SBOM_OPTIONAL, PACKAGE_OPTIONAL}, {SBOM_PRIVATE, PACKAGE_PRIVATE}};
        for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
            f->flags |= str_eqz(name, flags[i].name) ? flags[i].flag : 0;
    }
}
