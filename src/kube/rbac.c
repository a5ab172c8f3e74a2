/* SPDX-License-Identifier: Apache-2.0 */
/* Texts as numbers, and who is who. */
#include "kube/rbac-private.h"

static const char *const kind_names[RBAC_KIND_N_] = {[RBAC_USER] = "User", [RBAC_GROUP] = "Group", [RBAC_ACCOUNT] = "ServiceAccount"};

const char *rbac_kind_name(RbacKind k) {
    return kind_names[k];
}

Rbac rbac_new(Arena *a) {
    Rbac r = {.arena = a};
    rbac_id(&r, STR(""));
    rbac_id(&r, STR("*"));
    return r;
}

void rbac_done(Rbac *r) {
    map_done(&r->ids);
    map_done(&r->principal_of);
    map_done(&r->role_of);
    map_done(&r->binding_of);
    map_done(&r->namespace_of);
    vec_done(&r->texts);
    vec_done(&r->roles);
    vec_done(&r->bindings);
    vec_done(&r->principals);
    vec_done(&r->namespaces);
    vec_done(&r->workloads);
    vec_done(&r->secrets);
}

/* Numbers are kept in maps as pointers; 0 is "not there". */
static void *from_number(size_t n) {
    return (void *) (uintptr_t) (n + 1);
}

static uint32_t to_number(const void *p) {
    return (uint32_t) ((uintptr_t) p - 1);
}

RbacId rbac_id(Rbac *r, Str s) {
    const void *known = map_get(&r->ids, s);
    if (known)
        return to_number(known);
    Str own = arena_str(r->arena, s.n ? s : STR(""));
    vec_push(&r->texts, own);
    map_set(&r->ids, own, from_number(r->texts.n - 1));
    return (RbacId) (r->texts.n - 1);
}

Str rbac_text(const Rbac *r, RbacId id) {
    return id < r->texts.n ? r->texts.p[id] : STR("");
}

uint32_t rbac_index(Rbac *r, Map *map, uint32_t a, uint32_t b, uint32_t c, uint32_t next) {
    const uint32_t key[] = {a, b, c};
    const void *known = map_get(map, str_n((const char *) key, sizeof(key)));
    if (known || next == RBAC_NONE)
        return known ? to_number(known) : RBAC_NONE;
    char *own = arena_bytes(r->arena, sizeof(key));
    memcpy(own, key, sizeof(key));
    map_set(map, str_n(own, sizeof(key)), from_number(next));
    return next;
}

static uint32_t principal_put(Rbac *r, RbacKind kind, RbacId namespace, RbacId name) {
    uint32_t next = (uint32_t) r->principals.n;
    uint32_t i = rbac_index(r, &r->principal_of, kind, namespace, name, next);
    if (i == next)
        vec_push(&r->principals, ((RbacPrincipal) {.kind = kind, .name = name, .namespace = namespace}));
    return i;
}

/* The parts of "system:serviceaccount:NS:NAME". */
static bool account_of(Str user, Str *ret_namespace, Str *ret_name) {
    Str prefix = STR("system:serviceaccount:");
    return str_starts(user, prefix) && str_cut(str_from_at(user, prefix.n), ':', ret_namespace, ret_name) && ret_namespace->n && ret_name->n && str_chr(*ret_name, ':') < 0;
}

uint32_t rbac_principal(Rbac *r, RbacKind kind, Str namespace, Str name) {
    Str in, account;
    if (kind == RBAC_USER && account_of(name, &in, &account))
        return principal_put(r, RBAC_ACCOUNT, rbac_id(r, in), rbac_id(r, account));
    return principal_put(r, kind, kind == RBAC_ACCOUNT ? rbac_id(r, namespace) : RBAC_EMPTY, rbac_id(r, name));
}

int rbac_principal_parse(Rbac *r, Str s, uint32_t *ret) {
    static const struct {
        const char *prefix;
        RbacKind kind;
    } prefixes[] = {{"user:", RBAC_USER}, {"group:", RBAC_GROUP}};
    for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
        if (str_starts(s, str_from(prefixes[i].prefix))) {
            Str name = str_from_at(s, strlen(prefixes[i].prefix));
            if (!name.n)
                return -EINVAL;
            *ret = rbac_principal(r, prefixes[i].kind, STR_NULL, name);
            return 0;
        }
    Str namespace, name;
    if (str_chr(s, ':') < 0 && str_cut(s, '/', &namespace, &name)) {
        if (!namespace.n || !name.n || str_chr(name, '/') >= 0)
            return -EINVAL;
        *ret = rbac_principal(r, RBAC_ACCOUNT, namespace, name);
        return 0;
    }
    if (!s.n)
        return -EINVAL;
    *ret = rbac_principal(r, RBAC_USER, STR_NULL, s);
    return 0;
}

void rbac_principal_text(const Rbac *r, uint32_t principal, Buf *out) {
    const RbacPrincipal *p = &r->principals.p[principal];
    buf_printf(out, "%s ", rbac_kind_name(p->kind));
    if (p->kind == RBAC_ACCOUNT)
        buf_printf(out, "%.*s/", STR_FMT(rbac_text(r, p->namespace)));
    buf_str(out, rbac_text(r, p->name));
}

void rbac_role_text(const Rbac *r, RbacId namespace, RbacId name, Buf *out) {
    buf_putz(out, namespace == RBAC_EMPTY ? "ClusterRole " : "Role ");
    if (namespace != RBAC_EMPTY)
        buf_printf(out, "%.*s/", STR_FMT(rbac_text(r, namespace)));
    buf_str(out, rbac_text(r, name));
}
