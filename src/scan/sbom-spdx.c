/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 2.2 and 2.3 JSON: https://spdx.github.io/spdx-spec/v2.3/ . */
#include "scan/sbom-parts.h"

/* Our annotations hold {"properties": [{"name": …, "value": …}]}; others, "Name: value". */
static void annotations(Sbom *s, const Node *package, SbomPackage *p) {
    node_each(annotation, node_get(package, "annotations")) {
        Str comment = node_get_str(annotation, "comment");
        if (!str_starts(comment, STR("{\"properties\":")))
            continue;
        Arena scratch = {0};
        Node *map = NULL;
        Diag d = {0};
        if (json_parse(comment, s->name, s->limits, &scratch, &d, &map) == 0) {
            node_each(property, node_get(map, "properties")) {
                Str name = node_get_str(property, "name"), value = node_get_str(property, "value");
                if (p)
                    sbom_package_property(s, p, name, value);
                else
                    sbom_document_property(s, name, value);
            }
        } else {
            diag_add(s->d, DIAG_WARNING, s->name, annotation->line, annotation->col, "the annotation holds no JSON: it is left out");
        }
        diag_done(&d);
        arena_done(&scratch);
    }
}

/* "built package from: NAME VERSION", as several tools write it. */
static void source_info(Sbom *s, const Node *package, PackageFact *f) {
    Str info = node_get_str(package, "sourceInfo"), prefix = STR("built package from: "), name, version;
    if (!str_empty(f->source_name) || !str_starts(info, prefix))
        return;
    info = str_from_at(info, prefix.n);
    if (!str_cut(info, ' ', &name, &version))
        name = info, version = STR_NULL;
    f->source_name = arena_str(s->a, name);
    if (!str_empty(version))
        f->source_version = arena_str(s->a, version);
}

static void attribution(Sbom *s, const Node *package, SbomPackage *p) {
    node_each(text, node_get(package, "attributionTexts")) {
        Str name, value;
        if (str_cut(node_str(text), ':', &name, &value) && str_eqz(name, "LayerDiffID"))
            p->layer_diff_id = arena_str(s->a, str_trim(value));
    }
}

static Str purl_of(const Node *package) {
    node_each(reference, node_get(package, "externalRefs"))
        if (str_eqz(node_get_str(reference, "referenceType"), "purl"))
            return node_get_str(reference, "referenceLocator");
    return STR_NULL;
}

static void package(Sbom *s, const Node *n) {
    SbomPackage p;
    Str purl = purl_of(n), purpose = node_get_str(n, "primaryPackagePurpose"), declared = node_get_str(n, "licenseDeclared");
    if (str_eqz(purpose, "OPERATING-SYSTEM") || str_eqz(purpose, "OPERATING_SYSTEM")) {
        if (str_empty(s->os.id)) {
            s->os.id = arena_str(s->a, node_get_str(n, "name"));
            s->os.version_id = arena_str(s->a, node_get_str(n, "versionInfo"));
        }
        return;
    }
    if (str_eqz(purpose, "CONTAINER") || str_eqz(purpose, "FILE") || str_starts(purl, STR("pkg:oci/"))) {
        annotations(s, n, NULL);
        return;
    }
    if (str_empty(purl)) {
        s->unnamed++;
        return;
    }
    if (!sbom_package_begin(s, purl, &p))
        return;
    annotations(s, n, &p);
    source_info(s, n, &p.p.fact);
    attribution(s, n, &p);
    if (str_empty(p.p.fact.license) && !str_empty(declared) && !str_eqz(declared, "NOASSERTION") && !str_eqz(declared, "NONE"))
        p.p.fact.license = arena_str(s->a, declared);
    if (str_empty(p.p.fact.version))
        p.p.fact.version = arena_str(s->a, node_get_str(n, "versionInfo"));
    sbom_package_end(s, &p);
}

int sbom_read_spdx(Sbom *s, const Node *root) {
    const Node *version = node_get(root, "spdxVersion"), *list = node_get(root, "packages");
    if (!str_eqz(node_str(version), "SPDX-2.2") && !str_eqz(node_str(version), "SPDX-2.3"))
        return diag_add(s->d, DIAG_ERROR, s->name, version ? version->line : 1, version ? version->col : 1,
                        "SPDX version \"%.*s\" is not read: expected SPDX-2.2 or SPDX-2.3", STR_FMT(node_str(version)));
    if (list && !node_is(list, NODE_LIST))
        return diag_add(s->d, DIAG_ERROR, s->name, list->line, list->col, "\"packages\" is %s, expected a list", node_type_name(list->type));
    sbom_listed(s, node_path(root, "creationInfo", "created", NULL));
    node_each(n, list)
        package(s, n);
    return 0;
}
