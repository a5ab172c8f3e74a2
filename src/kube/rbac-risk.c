/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/rbac-risk.h"

static const RbacRisk risks[] = {
#define RISK(id, title, cluster, namespaced, rights, named, controls, why, remediation) \
    {id, title, SEVERITY_##cluster, SEVERITY_##namespaced, rights, named, controls, why, remediation},
#include "kube/rbac-risk.list.h"
#undef RISK
};

enum { RISKS = ARRAY_SIZE(risks), EVERYTHING = 0, REQUESTS_MAX = 64 };

const RbacRisk *rbac_risks(size_t *ret_n) {
    *ret_n = RISKS;
    return risks;
}

/* One right: any of some requests. */
typedef struct Right {
    RbacRequest any_of[REQUESTS_MAX];
    size_t n;
    bool cluster;             /* only the whole cluster has such resources */
} Right;

enum { RIGHTS_MAX = 2, WAYS_MAX = 4 };

typedef struct Way {
    Right rights[RIGHTS_MAX];
    size_t n;
} Way;

typedef struct Ways {
    Way p[WAYS_MAX];
    size_t n;
} Ways;

static bool lives_in_namespace(Str group, Str resource) {
    size_t n;
    const RbacResource *all = rbac_resources(&n);
    Str name = resource, sub;
    str_cut(resource, '/', &name, &sub);
    for (size_t i = 0; i < n; i++)
        if (str_eqz(name, all[i].name) && str_eqz(group, all[i].group))
            return all[i].namespaced;
    return true;
}

static void read_right(Rbac *r, Str text, Right *ret) {
    Str verbs = STR(""), group = STR(""), resources = STR(""), verb;
    text = str_trim(text);
    str_split(&text, ' ', &verbs);
    str_split(&text, ' ', &group);
    str_split(&text, ' ', &resources);
    group = str_eqz(group, "-") ? STR("") : group;
    ret->cluster = true;
    while (str_split(&verbs, ',', &verb)) {
        Str rest = resources, resource;
        while (str_split(&rest, ',', &resource) && ret->n < REQUESTS_MAX) {
            Str main = resource, sub = STR("");
            str_cut(resource, '/', &main, &sub);
            ret->any_of[ret->n++] = rbac_request(r, verb, group, main, sub, STR(""), STR(""));
            /* A RoleBinding allows changes of its own namespace, which is the namespace of such requests. */
            bool own = str_eqz(resource, "namespaces");
            ret->cluster = ret->cluster && !own && !lives_in_namespace(group, resource) && !(str_eqz(main, "users") || str_eqz(main, "groups"));
        }
    }
}

static void read_ways(Rbac *r, const char *text, Ways *ret) {
    Str rest = str_from(text), way, right;
    while (ret->n < WAYS_MAX && str_split(&rest, ';', &way)) {
        Way *w = &ret->p[ret->n++];
        while (w->n < RIGHTS_MAX && str_split(&way, '&', &right))
            read_right(r, right, &w->rights[w->n++]);
    }
}

static const RbacRule *right_in(const Rbac *r, const RbacRole *role, const Right *right, bool named) {
    for (uint32_t i = 0; i < role->n_rules; i++) {
        RbacRule rule = role->rules[i];
        if (named)
            rule.names.n = 0;
        for (size_t k = 0; k < right->n; k++)
            if (rbac_rule_allows(r, &rule, &right->any_of[k]))
                return &role->rules[i];
    }
    return NULL;
}

/* The rule that gives the last right of the first way; NULL: none has all of them. */
static const RbacRule *risk_in(const Rbac *r, const RbacRole *role, const Ways *ways, bool named, bool cluster) {
    for (size_t i = 0; i < ways->n; i++) {
        const RbacRule *rule = NULL;
        bool all = true;
        for (size_t k = 0; k < ways->p[i].n && all; k++) {
            rule = ways->p[i].rights[k].cluster && !cluster ? NULL : right_in(r, role, &ways->p[i].rights[k], named);
            all = rule != NULL;
        }
        if (all && rule)
            return rule;
    }
    return NULL;
}

/* Somebody whom the API server and its controllers are, as its own bindings have them. */
static bool is_system(const Rbac *r, const RbacBinding *b) {
    static const char *const everybody[] = {"system:authenticated", "system:unauthenticated", "system:anonymous", "system:serviceaccounts"};
    for (uint32_t i = 0; i < b->n_subjects; i++) {
        const RbacPrincipal *p = &r->principals.p[b->subjects[i]];
        Str name = rbac_text(r, p->name);
        bool system = p->kind == RBAC_ACCOUNT ? str_eqz(rbac_text(r, p->namespace), "kube-system") : str_starts(name, STR("system:"));
        for (size_t k = 0; k < ARRAY_SIZE(everybody); k++)
            system = system && !str_starts(name, str_from(everybody[k]));
        if (!system)
            return false;
    }
    return true;
}

void rbac_find_risks(Rbac *r, bool builtin, void (*each)(void *userdata, const RbacRiskHit *hit), void *userdata, size_t *ret_builtin) {
    Ways *ways = xcalloc(RISKS, sizeof(*ways));
    for (size_t i = 0; i < RISKS; i++)
        read_ways(r, risks[i].rights, &ways[i]);
    /* What a role gives, in the whole cluster and in a namespace: the number of a rule + 1. */
    uint32_t *rule_of = xcalloc((r->roles.n + 1) * 2 * RISKS, sizeof(*rule_of));
    for (size_t i = 0; i < r->roles.n; i++) {
        const RbacRole *role = &r->roles.p[i];
        uint32_t *own = rule_of + i * 2 * RISKS;
        if (role->same < i)
            memcpy(own, rule_of + role->same * 2 * RISKS, 2 * RISKS * sizeof(*own));
        for (size_t k = 0; k < 2 * RISKS && role->same == i; k++) {
            const RbacRule *rule = risk_in(r, role, &ways[k % RISKS], risks[k % RISKS].named, k >= RISKS);
            own[k] = rule ? (uint32_t) (rule - role->rules) + 1 : 0;
        }
    }
    *ret_builtin = 0;
    RbacId system = rbac_id(r, STR("kube-system"));
    for (size_t i = 0; i < r->bindings.n; i++) {
        const RbacBinding *b = &r->bindings.p[i];
        bool cluster = b->namespace == RBAC_EMPTY, own = b->builtin && is_system(r, b);
        const uint32_t *found = b->role == RBAC_NONE || !b->n_subjects ? NULL : rule_of + b->role * 2 * RISKS + (cluster ? RISKS : 0);
        for (size_t k = 0; found && k < RISKS; k++) {
            if (!found[k])
                continue;
            RbacRiskHit hit = {&risks[k], b, &r->roles.p[b->role].rules[found[k] - 1], cluster || b->namespace == system ? risks[k].cluster : risks[k].namespaced};
            if (own && !builtin)
                ++*ret_builtin;
            else
                each(userdata, &hit);
            if (k == EVERYTHING)
                break;
        }
    }
    free(rule_of);
    free(ways);
}
