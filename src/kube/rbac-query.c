/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/rbac-query.h"

#include "base/buf.h"

enum { WORD_MAX = 1024 };

/* "a/b" as a number. */
static RbacId joined(Rbac *r, Str a, Str b) {
    _cleanup_(buf_done) Buf text = buf_new(BUF_OWN_MAX);
    buf_str(&text, a);
    buf_putc(&text, '/');
    buf_str(&text, b);
    return rbac_id(r, buf_view(&text));
}

RbacRequest rbac_request(Rbac *r, Str verb, Str group, Str resource, Str subresource, Str name, Str namespace) {
    return (RbacRequest) {
        .verb = rbac_id(r, verb),
        .group = rbac_id(r, group),
        .resource = subresource.n ? joined(r, resource, subresource) : rbac_id(r, resource),
        .any = subresource.n ? joined(r, STR("*"), subresource) : RBAC_NONE,
        .name = rbac_id(r, name),
        .namespace = rbac_id(r, namespace),
    };
}

RbacRequest rbac_url_request(Rbac *r, Str verb, Str url) {
    return (RbacRequest) {.verb = rbac_id(r, verb), .any = RBAC_NONE, .url = url};
}

static bool any_or(RbacIds ids, RbacId id) {
    for (uint32_t i = 0; i < ids.n; i++)
        if (ids.p[i] == RBAC_ALL || ids.p[i] == id)
            return true;
    return false;
}

static bool url_matches(const Rbac *r, RbacIds urls, Str url) {
    for (uint32_t i = 0; i < urls.n; i++) {
        Str s = rbac_text(r, urls.p[i]);
        if (urls.p[i] == RBAC_ALL || str_eq(s, url))
            return true;
        if (!str_ends(s, STR("*")))
            continue;
        while (s.n && s.p[s.n - 1] == '*')
            s.n--;
        if (str_starts(url, s))
            return true;
    }
    return false;
}

bool rbac_rule_allows(const Rbac *r, const RbacRule *rule, const RbacRequest *q) {
    if (!any_or(rule->verbs, q->verb))
        return false;
    if (q->url.p)
        return url_matches(r, rule->urls, q->url);
    return any_or(rule->groups, q->group) && (any_or(rule->resources, q->resource) || (q->any != RBAC_NONE && rbac_ids_have(rule->resources, q->any))) &&
           (rule->names.n == 0 || rbac_ids_have(rule->names, q->name));
}

const RbacRule *rbac_role_allows(const Rbac *r, const RbacRole *role, const RbacRequest *q) {
    for (uint32_t i = 0; i < role->n_rules; i++)
        if (rbac_rule_allows(r, &role->rules[i], q))
            return &role->rules[i];
    return NULL;
}

static void identity_add(RbacIdentity *who, const Rbac *r, uint32_t principal) {
    for (size_t i = 0; i < who->n; i++)
        if (who->p[i] == principal)
            return;
    if (who->n < RBAC_IDENTITY_MAX)
        who->p[who->n++] = principal;
    const RbacPrincipal *p = &r->principals.p[principal];
    who->masters = who->masters || (p->kind == RBAC_GROUP && str_eqz(rbac_text(r, p->name), "system:masters"));
}

static void identity_group(RbacIdentity *who, Rbac *r, Str name) {
    identity_add(who, r, rbac_principal(r, RBAC_GROUP, STR_NULL, name));
}

RbacIdentity rbac_identity(Rbac *r, uint32_t principal, const Str *groups, size_t n_groups) {
    RbacIdentity who = {0};
    const RbacPrincipal p = r->principals.p[principal];
    Str name = rbac_text(r, p.name);
    bool unknown = (p.kind == RBAC_USER && str_eqz(name, "system:anonymous")) || (p.kind == RBAC_GROUP && str_eqz(name, "system:unauthenticated"));
    identity_add(&who, r, principal);
    for (size_t i = 0; i < n_groups; i++) {
        identity_group(&who, r, groups[i]);
        unknown = unknown || str_eqz(groups[i], "system:unauthenticated");
    }
    if (p.kind == RBAC_ACCOUNT && n_groups == 0) {
        _cleanup_(buf_done) Buf group = buf_new(WORD_MAX);
        buf_printf(&group, "system:serviceaccounts:%.*s", STR_FMT(rbac_text(r, p.namespace)));
        identity_group(&who, r, STR("system:serviceaccounts"));
        identity_group(&who, r, buf_view(&group));
    }
    identity_group(&who, r, unknown ? STR("system:unauthenticated") : STR("system:authenticated"));
    return who;
}

const uint32_t *rbac_bindings_in(const Rbac *r, const RbacPrincipal *p, RbacId namespace, uint32_t *ret_n) {
    uint32_t low = p->n_cluster, high = p->n_bindings;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (r->bindings.p[p->bindings[middle]].namespace < namespace)
            low = middle + 1;
        else
            high = middle;
    }
    uint32_t n = 0;
    while (low + n < p->n_bindings && r->bindings.p[p->bindings[low + n]].namespace == namespace)
        n++;
    *ret_n = n;
    return p->bindings ? p->bindings + low : NULL;
}

static bool granted(const Rbac *r, const uint32_t *bindings, uint32_t n, uint32_t principal, const RbacRequest *q, RbacGrant *ret) {
    for (uint32_t i = 0; i < n; i++) {
        const RbacBinding *b = &r->bindings.p[bindings[i]];
        const RbacRule *rule = b->role == RBAC_NONE ? NULL : rbac_role_allows(r, &r->roles.p[b->role], q);
        if (rule) {
            if (ret)
                *ret = (RbacGrant) {bindings[i], principal, rule};
            return true;
        }
    }
    return false;
}

bool rbac_allowed(const Rbac *r, const RbacIdentity *who, const RbacRequest *q, RbacGrant *ret) {
    if (who->masters) {
        if (ret)
            *ret = (RbacGrant) {.binding = RBAC_NONE, .principal = who->p[0]};
        return true;
    }
    for (size_t i = 0; i < who->n; i++) {
        const RbacPrincipal *p = &r->principals.p[who->p[i]];
        if (granted(r, p->bindings, p->n_cluster, who->p[i], q, ret))
            return true;
    }
    for (size_t i = 0; i < who->n && q->namespace != RBAC_EMPTY && !q->url.p; i++) {
        uint32_t n;
        const uint32_t *list = rbac_bindings_in(r, &r->principals.p[who->p[i]], q->namespace, &n);
        if (granted(r, list, n, who->p[i], q, ret))
            return true;
    }
    return false;
}

void rbac_who_can(const Rbac *r, const RbacRequest *q, void (*each)(void *userdata, const RbacBinding *b, const RbacRule *rule), void *userdata) {
    const RbacRule **of = xcalloc(r->roles.n + 1, sizeof(*of));
    for (size_t i = 0; i < r->roles.n; i++)
        of[i] = r->roles.p[i].same < i ? of[r->roles.p[i].same] : rbac_role_allows(r, &r->roles.p[i], q);
    for (size_t i = 0; i < r->bindings.n; i++) {
        const RbacBinding *b = &r->bindings.p[i];
        bool here = b->namespace == RBAC_EMPTY || (!q->url.p && (q->namespace == RBAC_EMPTY || b->namespace == q->namespace));
        if (here && b->role != RBAC_NONE && of[b->role])
            each(userdata, b, of[b->role]);
    }
    free(of);
}
