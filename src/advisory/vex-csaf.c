/* SPDX-License-Identifier: Apache-2.0 */
/* CSAF 2.0, profile 5 (VEX) and profile 4 (security advisory): products are ids of a tree, statements are lists of ids under a status. */
#include "advisory/vex-parts.h"

/* How far a relationship of relationships is followed. */
enum { CHAIN_MAX = 8 };

typedef struct CsafProduct {
    const Node *product;         /* full_product_name */
    Str part, whole;             /* of a relationship: the component and what it is part of; empty otherwise */
} CsafProduct;

typedef struct Csaf {
    Vex *v;
    Map products;                /* product_id -> CsafProduct */
    Map groups;                  /* group_id -> its list of product ids */
    int64_t time;
} Csaf;

static void add_product(Csaf *c, const Node *product, Str part, Str whole) {
    Str id = node_get_str(product, "product_id");
    if (str_empty(id))
        return;
    CsafProduct *p = arena_new(c->v->a, CsafProduct);
    *p = (CsafProduct) {product, part, whole};
    map_set(&c->products, id, p);
}

static void branches(Csaf *c, const Node *list) {
    node_each(b, list) {
        add_product(c, node_get(b, "product"), STR_NULL, STR_NULL);
        branches(c, node_get(b, "branches")); /* as deep as the JSON reader allows */
    }
}

static void product_names(Csaf *c, const Node *product, VexNames *names) {
    const Node *helper = node_get(product, "product_identification_helper");
    vex_name(names, node_get_str(helper, "purl"));
    vex_name(names, node_get_str(helper, "cpe"));
    node_each(h, node_get(helper, "hashes"))
        node_each(f, node_get(h, "file_hashes"))
            vex_hash(c->v, names, node_get_str(f, "algorithm"), node_get_str(f, "value"));
    if (names->n == 0)
        vex_name(names, node_get_str(product, "name"));
}

/* Names of the product and, for a component of one, of the component. A chain (a component of a component of a product) is about the
 * innermost component in the outermost product. */
static bool resolve(Csaf *c, Str id, VexNames *names, VexNames *parts) {
    const CsafProduct *p = map_get(&c->products, id);
    if (!p)
        return false;
    if (str_empty(p->whole) || node_get(p->product, "product_identification_helper")) {
        product_names(c, p->product, names);
        return names->n > 0;
    }
    const CsafProduct *part = p, *whole = p;
    for (unsigned i = 0; part && !str_empty(part->part); i++)
        part = i < CHAIN_MAX ? map_get(&c->products, part->part) : NULL;
    for (unsigned i = 0; whole && !str_empty(whole->whole); i++)
        whole = i < CHAIN_MAX ? map_get(&c->products, whole->whole) : NULL;
    if (!part || !whole)
        return false;
    product_names(c, part->product, parts);
    product_names(c, whole->product, names);
    return names->n && parts->n;
}

/* What flags or threats say of the products of one vulnerability. */
typedef struct Remarks {
    Map by_product;              /* product_id -> Node with the text */
    const Node *all;             /* said of all of them; NULL: nothing */
} Remarks;

static void remark(Remarks *r, const Node *ids, const Node *text) {
    node_each(id, ids) {
        bool is_new;
        void **slot = map_slot(&r->by_product, node_str(id), &is_new);
        if (is_new)
            *slot = (void *) text;
    }
}

static void remarks(Csaf *c, const Node *list, const char *category, const char *key, Remarks *ret) {
    node_each(n, list) {
        const Node *text = node_get(n, key), *ids = node_get(n, "product_ids"), *groups = node_get(n, "group_ids");
        if (category && !str_eqz(node_get_str(n, "category"), category))
            continue;
        remark(ret, ids, text);
        node_each(g, groups)
            remark(ret, map_get(&c->groups, node_str(g)), text);
        if (!ids && !groups && !ret->all)
            ret->all = text;
    }
}

static Str remark_of(const Remarks *r, Str id) {
    void **found = map_find(&r->by_product, id);
    return node_str(found ? *found : r->all);
}

/* Products of one status with one reason make one statement; the reasons differ per product, in runs. */
static void status_list(Csaf *c, const Node *list, VexStatus status, const VexNames *ids, const Remarks *labels, const Remarks *impacts) {
    Vex *v = c->v;
    VexProducts products = {0};
    Exception e = {0};
    const Node *at = NULL;
    size_t unknown = 0;
    for (const Node *n = node_first(list); n || at;) {
        Str label = n ? remark_of(labels, node_str(n)) : STR_NULL, impact = n ? remark_of(impacts, node_str(n)) : STR_NULL;
        if (at && (!n || !str_eq(label, e.justification) || !str_eq(impact, e.reason))) {
            VexNames copy = {0};
            for (size_t i = 0; i < ids->n; i++)
                vex_name(&copy, ids->p[i]);
            e.ids = vex_take_names(v, &copy, &e.n_ids);
            vex_take_products(v, &products, &e);
            if (e.n_products)
                vex_add(v, at, e);
            at = NULL;
        }
        if (!n)
            continue;
        if (!at) {
            e = (Exception) {.status = status, .time = c->time, .justification = label, .reason = impact};
            at = n;
        }
        VexNames names = {0}, parts = {0};
        if (resolve(c, node_str(n), &names, &parts)) {
            ExceptionProduct p = {0};
            p.names = vex_take_names(v, &names, &p.n_names);
            p.parts = vex_take_names(v, &parts, &p.n_parts);
            vec_push(&products, p);
        } else if (unknown++ == 0) {
            vex_warn(v, n, "product \"%.*s\" is left out: the product tree does not tell what it is", STR_FMT(str_head(node_str(n), 200)));
        }
        vec_done(&names);
        vec_done(&parts);
        n = n->next;
    }
    vec_done(&products);
}

static void vulnerability(Csaf *c, const Node *n) {
    static const struct {
        const char *name;
        VexStatus status;
    } groups[] = {
        {"known_not_affected", VEX_NOT_AFFECTED}, {"fixed", VEX_FIXED}, {"first_fixed", VEX_FIXED}, {"known_affected", VEX_AFFECTED},
        {"first_affected", VEX_AFFECTED}, {"last_affected", VEX_AFFECTED}, {"under_investigation", VEX_UNDER_INVESTIGATION},
    };
    VexNames ids = {0};
    Remarks labels = {0}, impacts = {0};
    remarks(c, node_get(n, "flags"), NULL, "label", &labels);
    remarks(c, node_get(n, "threats"), "impact", "details", &impacts);
    vex_name(&ids, node_get_str(n, "cve"));
    node_each(id, node_get(n, "ids"))
        vex_name(&ids, node_get_str(id, "text"));
    if (ids.n == 0)
        vex_warn(c->v, n, "a vulnerability without \"cve\" and \"ids\" is left out");
    for (size_t i = 0; i < ARRAY_SIZE(groups) && ids.n; i++)
        status_list(c, node_path(n, "product_status", groups[i].name, NULL), groups[i].status, &ids, &labels, &impacts);
    vec_done(&ids);
    map_done(&labels.by_product);
    map_done(&impacts.by_product);
}

int vex_read_csaf(Vex *v, const Node *root) {
    const Node *document = node_get(root, "document"), *version = node_get(document, "csaf_version"), *list = node_get(root, "vulnerabilities");
    const Node *tree = node_get(root, "product_tree");
    Csaf c = {.v = v, .time = vex_time(node_path(document, "tracking", "current_release_date", NULL))};
    if (!str_eqz(node_str(version), "2.0"))
        return diag_add(v->d, DIAG_ERROR, v->name, (version ? version : root)->line, (version ? version : root)->col, "CSAF version \"%.*s\"; expected 2.0",
                        STR_FMT(str_head(node_str(version), 40)));
    if (!node_is(list, NODE_LIST))
        return diag_add(v->d, DIAG_ERROR, v->name, (list ? list : root)->line, (list ? list : root)->col, "CSAF: expected a list \"vulnerabilities\"");
    branches(&c, node_get(tree, "branches"));
    node_each(p, node_get(tree, "full_product_names"))
        add_product(&c, p, STR_NULL, STR_NULL);
    node_each(r, node_get(tree, "relationships"))
        add_product(&c, node_get(r, "full_product_name"), node_get_str(r, "product_reference"), node_get_str(r, "relates_to_product_reference"));
    node_each(g, node_get(tree, "product_groups"))
        map_set(&c.groups, node_get_str(g, "group_id"), (void *) node_get(g, "product_ids"));
    node_each(n, list)
        vulnerability(&c, n);
    map_done(&c.products);
    map_done(&c.groups);
    return 0;
}
