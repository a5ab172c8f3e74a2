/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/vex.h"

#include "advisory/vex-parts.h"
#include "base/base64.h"

void vex_name(VexNames *names, Str name) {
    if (!str_empty(name))
        vec_push(names, name);
}

void vex_hash(Vex *v, VexNames *names, Str algorithm, Str value) {
    char kind[16];
    size_t n = 0;
    for (size_t i = 0; i < algorithm.n && n + 1 < sizeof(kind); i++)
        if (algorithm.p[i] != '-')
            kind[n++] = (char) (algorithm.p[i] >= 'A' && algorithm.p[i] <= 'Z' ? algorithm.p[i] + 32 : algorithm.p[i]);
    kind[n] = 0;
    if (!str_empty(value))
        vex_name(names, arena_printf(v->a, "%s:%.*s", kind, STR_FMT(value)));
}

Str *vex_take_names(Vex *v, VexNames *names, size_t *ret_n) {
    Str *all = arena_alloc(v->a, (names->n + 1) * sizeof(Str));
    for (size_t i = 0; i < names->n; i++)
        all[i] = arena_str(v->a, names->p[i]);
    *ret_n = names->n;
    vec_done(names);
    return all;
}

void vex_take_products(Vex *v, VexProducts *products, Exception *e) {
    e->products = arena_alloc(v->a, (products->n + 1) * sizeof(ExceptionProduct));
    if (products->n)
        memcpy(e->products, products->p, products->n * sizeof(ExceptionProduct));
    e->n_products = products->n;
    vec_done(products);
}

void vex_add(Vex *v, const Node *at, Exception e) {
    e.format = v->format;
    e.source = str_from(v->name);
    e.line = at->line;
    e.col = at->col;
    e.expires = TIME_NONE;
    e.justification = arena_str(v->a, e.justification);
    e.reason = arena_str(v->a, e.reason);
    vec_push(&v->statements, e);
}

int64_t vex_time(const Node *n) {
    int64_t t;
    return time_parse(node_str(n), &t) < 0 ? TIME_NONE : t;
}

/* The document inside an attestation: https://github.com/secure-systems-lab/dsse, https://github.com/in-toto/attestation. The tree itself when
 * there is none around it. -EINVAL for an envelope that cannot be opened. */
static int unwrap(const Vex *v, const Limits *limits, Arena *scratch, Node **root) {
    const Node *envelope = node_get(*root, "dsseEnvelope") ? node_get(*root, "dsseEnvelope") : *root, *payload = node_get(envelope, "payload");
    if (payload && node_get(envelope, "payloadType")) {
        Str text = base64_decode(node_str(payload), scratch);
        if (str_empty(text))
            return diag_add(v->d, DIAG_ERROR, v->name, payload->line, payload->col, "the payload of the envelope is no base64");
        const char *name = arena_printf(scratch, "%s (payload)", v->name).p;
        int r = json_parse(text, name, limits, scratch, v->d, root);
        if (r < 0)
            return r;
    }
    const Node *predicate = node_get(*root, "predicate");
    if (predicate && node_get(*root, "predicateType"))
        *root = (Node *) predicate;
    return 0;
}

int vex_read(Str text, const char *name, const Limits *limits, Arena *a, VexDocument *ret, Diag *d) {
    Arena scratch = {0};
    Node *root = NULL;
    Vex v = {.a = a, .name = arena_str(a, str_from(name)).p, .d = d};
    if (str_starts(text, STR("\xef\xbb\xbf")))
        text = str_from_at(text, 3);
    int r = json_parse(text, name, limits, &scratch, d, &root);
    if (r >= 0)
        r = unwrap(&v, limits, &scratch, &root);
    if (r >= 0) {
        if (str_eqz(node_get_str(root, "bomFormat"), "CycloneDX")) {
            v.format = EXCEPTION_CYCLONEDX;
            r = vex_read_cyclonedx(&v, root);
        } else if (node_get(root, "product_tree") || node_path(root, "document", "csaf_version", NULL)) {
            v.format = EXCEPTION_CSAF;
            r = vex_read_csaf(&v, root);
        } else if (node_get(root, "statements") || str_find(node_get_str(root, "@context"), STR("openvex")) >= 0) {
            v.format = EXCEPTION_OPENVEX;
            r = vex_read_openvex(&v, root);
        } else {
            diag_add(d, DIAG_ERROR, name, root->line, root->col, "no VEX document: neither OpenVEX (\"statements\"), CycloneDX (\"bomFormat\") nor CSAF (\"document\")");
            r = -ENOMSG;
        }
    }
    if (r >= 0) {
        *ret = (VexDocument) {.format = v.format, .n = v.statements.n};
        ret->statements = arena_alloc(a, (v.statements.n + 1) * sizeof(Exception));
        if (v.statements.n)
            memcpy(ret->statements, v.statements.p, v.statements.n * sizeof(Exception));
    }
    vec_done(&v.statements);
    arena_done(&scratch);
    return MIN(r, 0);
}
