/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX 1.4-1.6: what `vulnerabilities[].analysis` says about what `affects` names. */
#include "advisory/vex-parts.h"

typedef struct Bom {
    Vex *v;
    Map components;       /* bom-ref -> Node of the component */
    const Node *subject;  /* metadata.component: what the whole document is about */
} Bom;

static const struct {
    const char *state;
    VexStatus status;
} states[] = {
    {"resolved", VEX_FIXED}, {"resolved_with_pedigree", VEX_FIXED}, {"exploitable", VEX_AFFECTED},
    {"in_triage", VEX_UNDER_INVESTIGATION}, {"false_positive", VEX_NOT_AFFECTED}, {"not_affected", VEX_NOT_AFFECTED},
};

static void gather(Bom *b, const Node *list) {
    node_each(c, list) {
        Str ref = node_get_str(c, "bom-ref");
        if (!str_empty(ref))
            map_set(&b->components, ref, (void *) c);
        gather(b, node_get(c, "components")); /* as deep as the JSON reader allows */
    }
}

static void component_names(Vex *v, const Node *c, VexNames *names) {
    Str version = node_get_str(c, "version");
    vex_name(names, node_get_str(c, "purl"));
    vex_name(names, node_get_str(c, "cpe"));
    node_each(h, node_get(c, "hashes"))
        vex_hash(v, names, node_get_str(h, "alg"), node_get_str(h, "content"));
    /* An image has its digest for version, or in a property of its own. */
    if (str_eqz(node_get_str(c, "type"), "container")) {
        if (str_starts(version, STR("sha256:")))
            vex_name(names, version);
        else if (names->n == 0 && !str_empty(version))
            vex_name(names, arena_printf(v->a, "%.*s:%.*s", STR_FMT(node_get_str(c, "name")), STR_FMT(version)));
    }
}

static int hex(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* A BOM-Link (urn:cdx:SERIAL/VERSION#REF) names a component of another document; its part behind '#' is the reference there, percent-encoded. */
static Str link_ref(Vex *v, Str ref) {
    Str before, part;
    if (!str_starts(ref, STR("urn:cdx:")) || !str_cut(ref, '#', &before, &part))
        return ref;
    char *out = arena_bytes(v->a, part.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < part.n; i++) {
        int high = part.p[i] == '%' && i + 2 < part.n ? hex(part.p[i + 1]) : -1, low = high >= 0 ? hex(part.p[i + 2]) : -1;
        out[n++] = low >= 0 ? (char) (high << 4 | low) : part.p[i];
        i += low >= 0 ? 2 : 0;
    }
    return str_n(out, n);
}

/* A purl with another version. */
static Str at_version(Vex *v, Str purl, Str version) {
    Str rest = STR_NULL;
    for (size_t i = 0; i < purl.n; i++)
        if (purl.p[i] == '?' || purl.p[i] == '#') {
            rest = str_from_at(purl, i);
            purl = str_head(purl, i);
            break;
        }
    ssize_t at = str_rchr(purl, '@'), slash = str_rchr(purl, '/');
    if (at > slash)
        purl = str_head(purl, (size_t) at);
    return arena_printf(v->a, "%.*s@%.*s%.*s", STR_FMT(purl), STR_FMT(version), STR_FMT(rest));
}

/* The versions that `affects[].versions` restricts it to: those not called affected, when the statement says that it is not. False: nothing is left. */
static bool restrict_versions(Bom *b, const Node *versions, VexStatus status, VexNames *names) {
    VexNames narrow = {0};
    if (node_count(versions) == 0)
        return true;
    node_each(n, versions) {
        Str version = node_get_str(n, "version"), word = node_get_str(n, "status");
        bool suppresses = status == VEX_NOT_AFFECTED || status == VEX_FIXED;
        if (str_eqz(word, "unknown") || (suppresses && str_eqz(word, "affected")))
            continue;
        if (str_empty(version)) {
            vex_warn(b->v, n, "a range of versions is not read: name the versions one by one");
            continue;
        }
        for (size_t i = 0; i < names->n; i++)
            if (str_starts(names->p[i], STR("pkg:")))
                vex_name(&narrow, at_version(b->v, names->p[i], version));
    }
    vec_done(names);
    *names = narrow;
    return names->n > 0;
}

static void affects(Bom *b, const Node *vulnerability, Exception *e) {
    Vex *v = b->v;
    VexNames subject = {0};
    VexProducts all = {0};
    component_names(v, b->subject, &subject);
    node_each(n, node_get(vulnerability, "affects")) {
        Str ref = link_ref(v, node_get_str(n, "ref"));
        const Node *c = map_get(&b->components, ref);
        VexNames names = {0};
        ExceptionProduct p = {0};
        if (c)
            component_names(v, c, &names);
        else
            vex_name(&names, ref);
        if (!restrict_versions(b, node_get(n, "versions"), e->status, &names) || names.n == 0) {
            vex_warn(v, n, "\"%.*s\" is left out: it names no component that can be told by purl or digest", STR_FMT(str_head(ref, 200)));
            vec_done(&names);
            continue;
        }
        if (c && c != b->subject && subject.n) {
            /* What holds for a component of one image need not hold for it elsewhere. */
            VexNames of = {0};
            for (size_t i = 0; i < subject.n; i++)
                vex_name(&of, subject.p[i]);
            p.parts = vex_take_names(v, &names, &p.n_parts);
            p.names = vex_take_names(v, &of, &p.n_names);
        } else {
            p.names = vex_take_names(v, &names, &p.n_names);
        }
        vec_push(&all, p);
    }
    if (!node_get(vulnerability, "affects") && subject.n) {
        ExceptionProduct p = {0};
        p.names = vex_take_names(v, &subject, &p.n_names);
        vec_push(&all, p);
    }
    vec_done(&subject);
    vex_take_products(v, &all, e);
}

static void vulnerability(Bom *b, const Node *root, const Node *n) {
    Vex *v = b->v;
    const Node *analysis = node_get(n, "analysis"), *state = node_get(analysis, "state");
    if (!analysis)
        return; /* a list of findings that nobody judged yet */
    Exception e = {.justification = node_get_str(analysis, "justification"), .reason = node_get_str(analysis, "detail"), .status = VEX_STATUS_N_};
    for (size_t i = 0; i < ARRAY_SIZE(states); i++)
        if (str_eqz(node_str(state), states[i].state))
            e.status = states[i].status;
    VexNames ids = {0};
    vex_name(&ids, node_get_str(n, "id"));
    node_each(r, node_get(n, "references"))
        vex_name(&ids, node_get_str(r, "id"));
    e.ids = vex_take_names(v, &ids, &e.n_ids);
    if (e.status == VEX_STATUS_N_ || e.n_ids == 0) {
        vex_warn(v, state ? state : n, "the analysis is left out: %s", e.n_ids == 0 ? "its vulnerability has no id" : "its state is none that CycloneDX knows");
        return;
    }
    const Node *const times[] = {node_get(analysis, "lastUpdated"), node_get(analysis, "firstIssued"), node_get(n, "updated"), node_path(root, "metadata", "timestamp", NULL)};
    e.time = TIME_NONE;
    for (size_t i = 0; i < ARRAY_SIZE(times) && e.time == TIME_NONE; i++)
        e.time = vex_time(times[i]);
    affects(b, n, &e);
    if (e.n_products)
        vex_add(v, n, e);
    else
        vex_warn(v, n, "the analysis is left out: it does not say what it is about");
}

int vex_read_cyclonedx(Vex *v, const Node *root) {
    static const char *const versions[] = {"1.4", "1.5", "1.6"};
    const Node *version = node_get(root, "specVersion"), *list = node_get(root, "vulnerabilities");
    Bom b = {.v = v, .subject = node_path(root, "metadata", "component", NULL)};
    bool known = false;
    for (size_t i = 0; i < ARRAY_SIZE(versions); i++)
        known |= str_eqz(node_str(version), versions[i]);
    if (!known)
        return diag_add(v->d, DIAG_ERROR, v->name, (version ? version : root)->line, (version ? version : root)->col,
                        "CycloneDX version \"%.*s\" has no analyses that are read here; expected 1.4, 1.5 or 1.6", STR_FMT(str_head(node_str(version), 40)));
    if (!list) {
        diag_add(v->d, DIAG_ERROR, v->name, root->line, root->col, "CycloneDX: there are no \"vulnerabilities\": a bill of materials, no VEX document");
        return -ENOMSG;
    }
    if (!node_is(list, NODE_LIST))
        return diag_add(v->d, DIAG_ERROR, v->name, list->line, list->col, "CycloneDX: expected a list \"vulnerabilities\"");
    if (b.subject && !str_empty(node_get_str(b.subject, "bom-ref")))
        map_set(&b.components, node_get_str(b.subject, "bom-ref"), (void *) b.subject);
    gather(&b, node_get(root, "components"));
    node_each(n, list)
        vulnerability(&b, root, n);
    map_done(&b.components);
    return 0;
}
