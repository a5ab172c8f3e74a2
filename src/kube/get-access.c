/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of credentials, of secrets and of who gets them. */
#include "base/time.h"
#include "kube/access-subject.h"
#include "kube/getter.h"
#include "kube/rbac-query.h"
#include "kube/rbac-risk.h"
#include "policy/fields/slots.h"

enum { DAY = 86400 };

static Value when(int64_t t) {
    return t == TIME_NONE ? value_none() : value_int(t);
}

/* Whole days since then; absent when either is not known, or it is still to come. */
static Value days_since(const Access *m, int64_t t) {
    return t == TIME_NONE || m->as_of <= 0 || t > m->as_of ? value_none() : value_int((m->as_of - t) / DAY);
}

static Value filled(Str s) {
    return s.n ? value_str(s) : value_none();
}

/* "value" of an attribute of a name as RFC 4514 writes it, escapes as they are: the attribute counts where a part begins, or behind "+". */
static bool next_attribute(Str *rest, const char *type, Str *ret) {
    size_t n = strlen(type);
    while (rest->n) {
        size_t end = 0;
        while (end < rest->n && rest->p[end] != ',' && rest->p[end] != '+')
            end += rest->p[end] == '\\' && end + 1 < rest->n ? 2 : 1;
        Str part = str_head(*rest, end);
        *rest = str_from_at(*rest, end + 1);
        if (part.n > n && strncmp(part.p, type, n) == 0 && part.p[n] == '=') {
            *ret = str_from_at(part, n + 1);
            return true;
        }
    }
    return false;
}

static bool is_certificate(const AccessCredential *c) {
    return str_eqz(c->what, "certificate");
}

/* Who the bearer is: the name, and the groups that it brings along. STR_NULL: nobody knows. */
typedef struct Bearer {
    Str user;
    Str groups[RBAC_IDENTITY_MAX / 2];
    size_t n_groups;
} Bearer;

static Bearer bearer_of(const AccessItem *x, Scratch *scratch) {
    Bearer b = {0};
    if (x->token) {
        size_t n = x->token->namespace.n + x->token->account.n + sizeof("system:serviceaccount::");
        char *text = scratch_alloc(scratch, n);
        if (text)
            b.user = str_n(text, (size_t) snprintf(text, n, "system:serviceaccount:%.*s:%.*s", STR_FMT(x->token->namespace), STR_FMT(x->token->account)));
        return b;
    }
    const AccessCredential *c = x->credential;
    Str rest = c ? c->subject : STR_NULL, group;
    if (c && str_eqz(c->what, "token"))
        b.user = rest.n ? rest : STR_NULL;
    if (!c || !is_certificate(c))
        return b;
    if (!next_attribute(&rest, "CN", &b.user))
        b.user = STR_NULL;
    for (rest = c->subject; b.n_groups < ARRAY_SIZE(b.groups) && next_attribute(&rest, "O", &group);)
        b.groups[b.n_groups++] = group;
    return b;
}

static bool identity_of(const AccessItem *x, Scratch *scratch, RbacIdentity *ret) {
    Bearer b = bearer_of(x, scratch);
    Rbac *r = x->map->rights;
    if (!r || !b.user.n)
        return false;
    *ret = rbac_identity(r, rbac_principal(r, RBAC_USER, STR_NULL, b.user), b.groups, b.n_groups);
    return true;
}

/* The API server has a role of this name that holds everything, whether it was read or not. */
static bool is_admin_role(const Rbac *r, const RbacBinding *b) {
    RbacRequest q = {.verb = RBAC_ALL, .group = RBAC_ALL, .resource = RBAC_ALL, .any = RBAC_NONE};
    if (b->role == RBAC_NONE)
        return b->role_cluster && str_eqz(rbac_text(r, b->role_name), "cluster-admin");
    return rbac_role_allows(r, &r->roles.p[b->role], &q) != NULL;
}

static Value cluster_admin(const AccessItem *x, Scratch *scratch) {
    RbacIdentity who;
    if (x->credential && x->credential->masters)
        return value_bool(true);
    if (!identity_of(x, scratch, &who))
        return value_bool(false);
    const Rbac *r = x->map->rights;
    bool admin = who.masters;
    for (size_t i = 0; i < who.n && !admin; i++) {
        const RbacPrincipal *p = &r->principals.p[who.p[i]];
        for (uint32_t k = 0; k < p->n_cluster && !admin; k++)
            admin = is_admin_role(r, &r->bindings.p[p->bindings[k]]);
    }
    return value_bool(admin);
}

static void gather_once(Gather *g, Str s) {
    for (size_t i = 0; i < g->n; i++)
        if (str_eq(g->p[i].text, s))
            return;
    gather_text(g, s);
}

static Value roles(const AccessItem *x, Scratch *scratch) {
    RbacIdentity who;
    size_t n = 0;
    if (!identity_of(x, scratch, &who))
        return value_none();
    const Rbac *r = x->map->rights;
    for (size_t i = 0; i < who.n; i++)
        n += r->principals.p[who.p[i]].n_bindings;
    Gather g = gather(scratch, n);
    for (size_t i = 0; i < who.n; i++)
        for (uint32_t k = 0; k < r->principals.p[who.p[i]].n_bindings; k++)
            gather_once(&g, rbac_text(r, r->bindings.p[r->principals.p[who.p[i]].bindings[k]].role_name));
    return gather_value(&g);
}

static void take_risk(void *userdata, const RbacRiskHit *hit) {
    Access *m = userdata;
    size_t n;
    m->risks[hit->binding - m->rights->bindings.p] |= UINT64_C(1) << (hit->risk - rbac_risks(&n));
}

static Value risks(const AccessItem *x, Scratch *scratch) {
    Access *m = (Access *) x->map;
    RbacIdentity who;
    size_t n, ignored;
    uint64_t found = 0;
    if (!identity_of(x, scratch, &who))
        return value_none();
    const RbacRisk *all = rbac_risks(&n);
    _Static_assert(RBAC_RISKS <= 64, "a bit for each risk");
    if (!m->risks) {
        m->risks = xcalloc(m->rights->bindings.n + 1, sizeof(*m->risks));
        rbac_find_risks(m->rights, true, take_risk, m, &ignored);
    }
    for (size_t i = 0; i < who.n; i++) {
        const RbacPrincipal *p = &m->rights->principals.p[who.p[i]];
        for (uint32_t k = 0; k < p->n_bindings; k++)
            found |= m->risks[p->bindings[k]];
    }
    Gather g = gather(scratch, n);
    for (size_t i = 0; i < n; i++)
        if (found & UINT64_C(1) << i)
            gather_text(&g, str_from(all[i].id));
    return gather_value(&g);
}

static Value groups(const AccessItem *x, Scratch *scratch) {
    Bearer b = bearer_of(x, scratch);
    Gather g = gather(scratch, b.n_groups);
    for (size_t i = 0; i < b.n_groups; i++)
        gather_text(&g, b.groups[i]);
    return gather_value(&g);
}

static Value words(Str text, Scratch *scratch) {
    size_t n = 1;
    Str word;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == ' ';
    Gather g = gather(scratch, n);
    while (str_split(&text, ' ', &word))
        if (word.n)
            gather_text(&g, word);
    return gather_value(&g);
}

/* Texts that are put together for one evaluation. */
static Value joined(Scratch *scratch, Str a, const char *between, Str b) {
    size_t n = a.n + strlen(between) + b.n + 1;
    char *text = scratch_alloc(scratch, n);
    return text ? value_str(str_n(text, (size_t) snprintf(text, n, "%.*s%s%.*s", STR_FMT(a), between, STR_FMT(b)))) : value_none();
}

static int64_t last_used(const AccessToken *t) {
    int64_t day;
    return t->last_used.n && time_parse(t->last_used, &day) == 0 ? day : TIME_NONE;
}

static Value get_token(const AccessItem *x, const FieldRef *ref, Scratch *scratch) {
    static const char *const stores[] = {[ACCESS_TOKEN_SECRET] = "secret", [ACCESS_TOKEN_PROJECTED] = "projected", [ACCESS_TOKEN_MOUNTED] = "mounted"};
    const AccessToken *t = x->token;
    switch (ref->field->slot) {
    case SLOT_CREDENTIAL_KIND:
        return value_str(STR("token"));
    case SLOT_CREDENTIAL_STORE:
        return value_str(str_from(stores[t->kind]));
    case SLOT_CREDENTIAL_HOLDER:
        if (t->kind != ACCESS_TOKEN_SECRET)
            return value_str(t->holder);
        Value name = joined(scratch, t->namespace, "/", t->holder);
        return name.type == VALUE_STRING ? joined(scratch, STR("Secret"), " ", name.text) : name;
    case SLOT_CREDENTIAL_SUBJECT:
    case SLOT_CREDENTIAL_USER:
        return value_str_or_none(bearer_of(x, scratch).user);
    case SLOT_CREDENTIAL_ACCOUNT:
        return joined(scratch, t->namespace, "/", t->account);
    case SLOT_CREDENTIAL_AUDIENCE:
        return filled(t->audience);
    case SLOT_CREDENTIAL_MASTERS:
        return value_bool(false);
    case SLOT_CREDENTIAL_CREATED:
        return when(t->created);
    case SLOT_CREDENTIAL_AGE:
        return days_since(x->map, t->created);
    case SLOT_CREDENTIAL_LAST_USED:
        return when(last_used(t));
    case SLOT_CREDENTIAL_UNUSED:
        return days_since(x->map, last_used(t));
    case SLOT_CREDENTIAL_LIFETIME:
        return t->lifetime_s ? value_int(t->lifetime_s) : value_none();
    case SLOT_CREDENTIAL_ENDS:
        return value_bool(t->lifetime_s != 0);
    default:
        return value_none();
    }
}

/* Of certificates and tokens the end is known, or that there is none. */
static Value ends(const AccessCredential *c) {
    if (c->not_after != TIME_NONE)
        return value_bool(true);
    return str_eqz(c->what, "token") && c->subject.n ? value_bool(false) : value_none();
}

static const char *store_of(const AccessCredential *c) {
    if (str_starts(c->owner, STR("Secret ")))
        return "secret";
    return str_eqz(c->owner, "file") ? "file" : "kubeconfig";
}

/* "NAMESPACE/NAME" of the user name of a service account. */
static Value account_of(Str user, Scratch *scratch) {
    Str prefix = STR("system:serviceaccount:"), namespace, name;
    if (!str_starts(user, prefix) || !str_cut(str_from_at(user, prefix.n), ':', &namespace, &name))
        return value_none();
    return joined(scratch, namespace, "/", name);
}

static Value get_stored(const AccessItem *x, const FieldRef *ref, Scratch *scratch) {
    const AccessCredential *c = x->credential;
    switch (ref->field->slot) {
    case SLOT_CREDENTIAL_KIND:
        return value_str(c->what);
    case SLOT_CREDENTIAL_STORE:
        return value_str(str_from(store_of(c)));
    case SLOT_CREDENTIAL_HOLDER:
        return value_str(c->owner);
    case SLOT_CREDENTIAL_SUBJECT:
        return filled(c->subject);
    case SLOT_CREDENTIAL_USER:
        return value_str_or_none(bearer_of(x, scratch).user);
    case SLOT_CREDENTIAL_GROUPS:
        return groups(x, scratch);
    case SLOT_CREDENTIAL_ACCOUNT:
        return account_of(bearer_of(x, scratch).user, scratch);
    case SLOT_CREDENTIAL_SERVERS:
        return words(c->cluster, scratch);
    case SLOT_CREDENTIAL_MASTERS:
        return value_bool(c->masters);
    case SLOT_CREDENTIAL_AGE:
        return days_since(x->map, c->not_before);
    case SLOT_CREDENTIAL_NOT_AFTER:
        return when(c->not_after);
    case SLOT_CREDENTIAL_DAYS_LEFT:
        return c->not_after == TIME_NONE || x->map->as_of <= 0 ? value_none() : value_int((c->not_after - x->map->as_of) / DAY - (c->not_after < x->map->as_of));
    case SLOT_CREDENTIAL_LIFETIME:
        return c->not_before == TIME_NONE || c->not_after == TIME_NONE ? value_none() : value_int(c->not_after - c->not_before);
    case SLOT_CREDENTIAL_ENDS:
        return ends(c);
    default:
        return value_none();
    }
}

static Value get_credential(const void *object, const FieldRef *ref, Scratch *scratch) {
    const AccessItem *x = object;
    switch (ref->field->slot) {
    case SLOT_CREDENTIAL_CLUSTER_ADMIN:
        return cluster_admin(x, scratch);
    case SLOT_CREDENTIAL_ROLES:
        return roles(x, scratch);
    case SLOT_CREDENTIAL_RISKS:
        return risks(x, scratch);
    default:
        return x->token ? get_token(x, ref, scratch) : get_stored(x, ref, scratch);
    }
}

const SubjectOps access_credential_ops = {.get = get_credential};

static int64_t written(const AccessSecret *s) {
    return s->written != TIME_NONE ? s->written : s->created;
}

static Value get_use(const void *object, const FieldRef *ref, Scratch *scratch) {
    const AccessItem *x = object;
    const AccessWay *w = x->way;
    const AccessSecret *s = access_secret_of(x->map, w);
    switch (ref->field->slot) {
    case SLOT_SECRET_USE_WORKLOAD:
        return filled(w->workload);
    case SLOT_SECRET_USE_SECRET:
        return value_str(w->use.secret);
    case SLOT_SECRET_USE_KEY:
        return filled(w->use.key);
    case SLOT_SECRET_USE_WAY:
        return value_str(str_from(access_how_name(w->use.how)));
    case SLOT_SECRET_USE_CONTAINER:
        return filled(w->use.container);
    case SLOT_SECRET_USE_WHERE:
        return filled(w->use.where);
    case SLOT_SECRET_USE_OUTSIDE:
        return value_bool(access_is_outside(w->use.how));
    case SLOT_SECRET_USE_SEEN:
        return value_bool(s && s->seen);
    case SLOT_SECRET_USE_TYPE:
        return s && s->seen ? value_str(s->type) : value_none();
    case SLOT_SECRET_USE_MADE_BY:
        return s ? filled(s->made_by) : value_none();
    case SLOT_SECRET_USE_AGE:
        return s ? days_since(x->map, s->created) : value_none();
    case SLOT_SECRET_USE_DATA_AGE:
        return s ? days_since(x->map, written(s)) : value_none();
    default:
        return value_none();
    }
}

const SubjectOps access_use_ops = {.get = get_use};

static Value get_secret(const void *object, const FieldRef *ref, Scratch *scratch) {
    const AccessItem *x = object;
    const AccessSecret *s = x->secret;
    Gather g;
    switch (ref->field->slot) {
    case SLOT_K8S_SECRET_NAME:
        return filled(s->name);
    case SLOT_K8S_SECRET_TYPE:
        return value_str(s->type);
    case SLOT_K8S_SECRET_KEYS:
        g = gather(scratch, s->n_keys);
        for (size_t i = 0; i < s->n_keys; i++)
            gather_text(&g, s->keys[i]);
        return gather_value(&g);
    case SLOT_K8S_SECRET_IMMUTABLE:
        return value_bool(s->immutable);
    case SLOT_K8S_SECRET_ACCOUNT:
        return filled(s->account);
    case SLOT_K8S_SECRET_MADE_BY:
        return filled(s->made_by);
    case SLOT_K8S_SECRET_CREATED:
        return when(s->created);
    case SLOT_K8S_SECRET_AGE:
        return days_since(x->map, s->created);
    case SLOT_K8S_SECRET_WRITTEN:
        return when(written(s));
    case SLOT_K8S_SECRET_DATA_AGE:
        return days_since(x->map, written(s));
    case SLOT_K8S_SECRET_USERS:
        return map_has(&x->map->namespaces, s->namespace) ? value_int((int64_t) s->users) : value_none();
    default:
        return value_none();
    }
}

const SubjectOps access_secret_ops = {.get = get_secret};
