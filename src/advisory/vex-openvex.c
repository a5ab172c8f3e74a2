/* SPDX-License-Identifier: Apache-2.0 */
/* OpenVEX 0.2.0, and the plain strings that older documents have for vulnerabilities and products. */
#include "advisory/vex-parts.h"

static void component_names(Vex *v, const Node *n, VexNames *names) {
    if (n->type == NODE_STRING) {
        vex_name(names, n->text);
        return;
    }
    vex_name(names, node_get_str(n, "@id"));
    const Node *identifiers = node_get(n, "identifiers");
    vex_name(names, node_get_str(identifiers, "purl"));
    node_each(id, identifiers)
        if (str_find(id->key, STR("cpe")) >= 0)
            vex_name(names, node_str(id));
    node_each(hash, node_get(n, "hashes"))
        vex_hash(v, names, hash->key, node_str(hash));
}

static void products(Vex *v, const Node *list, Exception *e) {
    VexProducts all = {0};
    node_each(n, list) {
        VexNames names = {0}, parts = {0};
        ExceptionProduct p = {0};
        component_names(v, n, &names);
        node_each(part, node_get(n, "subcomponents"))
            component_names(v, part, &parts);
        /* Subcomponents without any name would otherwise widen the statement to the whole product. */
        bool nothing = names.n == 0 || (node_count(node_get(n, "subcomponents")) && parts.n == 0);
        p.names = vex_take_names(v, &names, &p.n_names);
        p.parts = vex_take_names(v, &parts, &p.n_parts);
        if (nothing)
            vex_warn(v, n, "a product or subcomponent without @id, identifier or hash is left out: nothing tells what it is");
        else
            vec_push(&all, p);
    }
    vex_take_products(v, &all, e);
}

static void ids(Vex *v, const Node *vulnerability, Exception *e) {
    VexNames names = {0};
    if (node_is(vulnerability, NODE_STRING)) {
        vex_name(&names, vulnerability->text);
    } else {
        vex_name(&names, node_get_str(vulnerability, "name"));
        node_each(alias, node_get(vulnerability, "aliases"))
            vex_name(&names, node_str(alias));
    }
    e->ids = vex_take_names(v, &names, &e->n_ids);
}

static int64_t statement_time(const Node *s, const Node *root) {
    const Node *const places[] = {node_get(s, "last_updated"), node_get(s, "timestamp"), node_get(root, "last_updated"), node_get(root, "timestamp")};
    for (size_t i = 0; i < ARRAY_SIZE(places); i++)
        if (places[i])
            return vex_time(places[i]);
    return TIME_NONE;
}

static void statement(Vex *v, const Node *root, const Node *s) {
    Exception e = {.time = statement_time(s, root), .justification = node_get_str(s, "justification")};
    const Node *status = node_get(s, "status");
    ids(v, node_get(s, "vulnerability"), &e);
    if (e.n_ids == 0) {
        vex_warn(v, s, "a statement without the name of a vulnerability is left out");
        return;
    }
    if (vex_status_parse(node_str(status), &e.status) < 0) {
        vex_warn(v, status ? status : s, "the statement is left out: its status is none of not_affected, affected, fixed, under_investigation");
        return;
    }
    const char *const words[] = {"impact_statement", "action_statement", "status_notes"};
    for (size_t i = 0; i < ARRAY_SIZE(words) && str_empty(e.reason); i++)
        e.reason = node_get_str(s, words[i]);
    products(v, node_get(s, "products"), &e);
    if (e.n_products == 0)
        vex_warn(v, s, "a statement without products is left out: it does not say what it is about");
    else
        vex_add(v, s, e);
}

int vex_read_openvex(Vex *v, const Node *root) {
    const Node *list = node_get(root, "statements");
    if (!node_is(list, NODE_LIST))
        return diag_add(v->d, DIAG_ERROR, v->name, (list ? list : root)->line, (list ? list : root)->col, "OpenVEX: expected a list \"statements\"%s%s",
                        list ? ", found " : "", list ? node_type_name(list->type) : "");
    node_each(s, list)
        statement(v, root, s);
    return 0;
}
