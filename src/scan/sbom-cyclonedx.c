/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX JSON, 1.2 to 1.6: https://cyclonedx.org/docs/1.6/json/ . */
#include "scan/sbom-parts.h"

static void license(Sbom *s, const Node *component, PackageFact *f) {
    _cleanup_(buf_done) Buf b = buf_new(64 * 1024);
    if (!str_empty(f->license))
        return;
    node_each(l, node_get(component, "licenses")) {
        Str text = node_get_str(l, "expression");
        if (str_empty(text))
            text = node_get_str(node_get(l, "license"), "id");
        if (str_empty(text))
            text = node_get_str(node_get(l, "license"), "name");
        if (!str_empty(text))
            buf_printf(&b, "%s%.*s", b.n ? " AND " : "", STR_FMT(text));
    }
    if (b.n)
        f->license = arena_str(s->a, buf_view(&b));
}

static void operating_system(Sbom *s, const Node *c) {
    node_each(p, node_get(c, "properties"))
        if (str_starts(node_get_str(p, "name"), STR("syft:distro:")))
            sbom_document_property(s, node_get_str(p, "name"), node_get_str(p, "value"));
    if (str_empty(s->os.id)) {
        s->os.id = arena_str(s->a, node_get_str(c, "name"));
        s->os.version_id = arena_str(s->a, node_get_str(c, "version"));
    }
}

static void component(Sbom *s, const Node *c) {
    SbomPackage p;
    Str type = node_get_str(c, "type"), purl = node_get_str(c, "purl");
    if (str_eqz(type, "operating-system")) {
        operating_system(s, c);
    } else if (str_empty(purl)) {
        /* Other tools list lock files as applications. What does not say what it is may be a package. */
        s->unnamed += str_empty(type) || str_eqz(type, "library") || str_eqz(type, "framework") || node_get(c, "purl");
    } else if (sbom_package_begin(s, purl, &p)) {
        node_each(property, node_get(c, "properties"))
            sbom_package_property(s, &p, node_get_str(property, "name"), node_get_str(property, "value"));
        license(s, c, &p.p.fact);
        if (str_empty(p.p.fact.maintainer))
            p.p.fact.maintainer = arena_str(s->a, node_get_str(c, "publisher"));
        if (str_empty(p.p.fact.version))
            p.p.fact.version = arena_str(s->a, node_get_str(c, "version"));
        sbom_package_end(s, &p);
    }
    const Node *inside = node_get(c, "components");
    s->unnamed += inside && !node_is(inside, NODE_LIST);
    node_each(inner, inside)
        component(s, inner);
}

int sbom_read_cyclonedx(Sbom *s, const Node *root) {
    Str version = node_get_str(root, "specVersion");
    const Node *place = node_get(root, "specVersion");
    static const char *const known[] = {"1.2", "1.3", "1.4", "1.5", "1.6"};
    bool ok = false;
    for (size_t i = 0; i < ARRAY_SIZE(known); i++)
        ok = ok || str_eqz(version, known[i]);
    if (!ok)
        return diag_add(s->d, DIAG_ERROR, s->name, place ? place->line : 1, place ? place->col : 1,
                        "CycloneDX version \"%.*s\" is not read: expected 1.2 to 1.6", STR_FMT(version));
    const Node *list = node_get(root, "components");
    if (list && !node_is(list, NODE_LIST))
        return diag_add(s->d, DIAG_ERROR, s->name, list->line, list->col, "\"components\" is %s, expected a list", node_type_name(list->type));
    const Node *subject = node_path(root, "metadata", "component", NULL);
    sbom_listed(s, node_path(root, "metadata", "timestamp", NULL));
    node_each(p, node_get(subject, "properties"))
        sbom_document_property(s, node_get_str(p, "name"), node_get_str(p, "value"));
    node_each(p, node_path(root, "metadata", "properties", NULL))
        sbom_document_property(s, node_get_str(p, "name"), node_get_str(p, "value"));
    node_each(c, list)
        component(s, c);
    return 0;
}
