/* SPDX-License-Identifier: Apache-2.0 */
/* Becoming somebody else by name: impersonation, tokens, certificates. */
#include "kube/rbac-path-private.h"

#define CERTIFICATES "certificates.k8s.io"

static bool is_masters(const Rbac *r, const RbacPrincipal *p) {
    return p->kind == RBAC_GROUP && str_eqz(rbac_text(r, p->name), "system:masters");
}

/* Does a rule with names name it? They are sorted. */
static bool is_named(const Search *s, RbacId name) {
    size_t low = 0, high = s->names.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->names.p[middle] < name)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->names.n && s->names.p[low] == name;
}

/* A request as a group needs a user or service account as well: some name that may be taken on. */
static bool can_impersonate_somebody(Search *s) {
    const Rbac *r = s->rbac;
    if (search_can(s, "impersonate", "", "users", RBAC_EMPTY, RBAC_EMPTY) || search_can(s, "impersonate", "", "serviceaccounts", RBAC_EMPTY, RBAC_EMPTY))
        return true;
    for (size_t i = 0; i < s->namespaces.n; i++)
        if (search_can(s, "impersonate", "", "serviceaccounts", RBAC_EMPTY, s->namespaces.p[i]))
            return true;
    /* Only rules with names are left. */
    for (size_t i = 0; s->has & RIGHT_NAMED && i < s->people.n; i++)
        if (r->principals.p[s->people.p[i]].kind == RBAC_USER && search_can(s, "impersonate", "", "users", r->principals.p[s->people.p[i]].name, RBAC_EMPTY))
            return true;
    for (size_t i = 0; s->names.n && i < s->accounts.n; i++) {
        const RbacPrincipal p = r->principals.p[s->accounts.p[i]];
        if (is_named(s, p.name) && search_can(s, "impersonate", "", "serviceaccounts", p.name, p.namespace))
            return true;
    }
    return false;
}

static void impersonate_groups(Search *s) {
    Rbac *r = s->rbac;
    search_try(s);
    if (search_can(s, "impersonate", "", "groups", rbac_id(r, STR("system:masters")), RBAC_EMPTY) && can_impersonate_somebody(s)) {
        search_target(s, RBAC_STEP_IMPERSONATE_GROUP, RBAC_TO_ADMIN);
        return;
    }
    for (size_t i = 0; i < s->people.n; i++) {
        const RbacPrincipal p = r->principals.p[s->people.p[i]];
        search_try(s);
        if (p.kind == RBAC_GROUP && search_can(s, "impersonate", "", "groups", p.name, RBAC_EMPTY) && can_impersonate_somebody(s))
            search_principal(s, RBAC_STEP_IMPERSONATE_GROUP, s->people.p[i]);
    }
}

static void impersonate_users(Search *s) {
    const Rbac *r = s->rbac;
    for (size_t i = 0; i < s->people.n; i++) {
        const RbacPrincipal p = r->principals.p[s->people.p[i]];
        search_try(s);
        if (p.kind == RBAC_USER && search_can(s, "impersonate", "", "users", p.name, RBAC_EMPTY))
            search_principal(s, RBAC_STEP_IMPERSONATE, s->people.p[i]);
    }
}

/* Of service accounts: to all, to those of a namespace, to some by name. */
static void of_accounts(Search *s, RbacStepKind kind, const char *verb, const char *resource) {
    const Rbac *r = s->rbac;
    search_try(s);
    if (search_can(s, verb, "", resource, RBAC_EMPTY, RBAC_EMPTY)) {
        search_accounts(s, kind, RBAC_EMPTY);
        return;
    }
    for (size_t i = 0; i < s->namespaces.n; i++) {
        search_try(s);
        if (!search_skips(s, s->namespaces.p[i]) && search_can(s, verb, "", resource, RBAC_EMPTY, s->namespaces.p[i]))
            search_accounts(s, kind, s->namespaces.p[i]);
    }
    s->asked += s->names.n ? s->accounts.n / 8 : 0;
    for (size_t i = 0; s->names.n && i < s->accounts.n; i++) {
        const RbacPrincipal p = r->principals.p[s->accounts.p[i]];
        search_try(s);
        if (is_named(s, p.name) && search_can(s, verb, "", resource, p.name, p.namespace))
            search_principal(s, kind, s->accounts.p[i]);
    }
}

/* A certificate of the signer for clients may have any name, but not the group system:masters (admission plugin CertificateSubjectRestriction). */
void steps_certificates(Search *s) {
    const Rbac *r = s->rbac;
    for (size_t i = 0; i < s->people.n; i++) {
        if (!is_masters(r, &r->principals.p[s->people.p[i]]))
            search_principal(s, RBAC_STEP_CERTIFICATE, s->people.p[i]);
    }
    search_target(s, RBAC_STEP_CERTIFICATE, RBAC_TO_NODE);
}

/* Three requests, which three may send: to ask, to approve, and to fetch what was signed. */
static void certificate_parts(Search *s) {
    static const char *const signers[] = {"kubernetes.io/kube-apiserver-client", "kubernetes.io/*"};
    for (size_t i = 0; i < ARRAY_SIZE(signers); i++) {
        search_try(s);
        if (search_can(s, "approve", CERTIFICATES, "signers", rbac_id(s->rbac, str_from(signers[i])), RBAC_EMPTY) &&
            search_can_any(s, "update patch", CERTIFICATES, "certificatesigningrequests/approval", RBAC_EMPTY, RBAC_EMPTY))
            search_part(s, PART_APPROVE, RBAC_EMPTY, RBAC_EMPTY);
    }
    search_try(s);
    if (search_can(s, "create", CERTIFICATES, "certificatesigningrequests", RBAC_EMPTY, RBAC_EMPTY))
        search_part(s, PART_REQUEST, RBAC_EMPTY, RBAC_EMPTY);
    search_try(s);
    if (search_can_any(s, "get list watch", CERTIFICATES, "certificatesigningrequests", RBAC_EMPTY, RBAC_EMPTY))
        search_part(s, PART_FETCH, RBAC_EMPTY, RBAC_EMPTY);
}

void steps_identity(Search *s) {
    if (s->has & RIGHT_IMPERSONATE && search_asks(s, RIGHT_IMPERSONATE)) {
        impersonate_groups(s);
        impersonate_users(s);
        of_accounts(s, RBAC_STEP_IMPERSONATE, "impersonate", "serviceaccounts");
    }
    if (search_asks(s, RIGHT_TOKEN))
        of_accounts(s, RBAC_STEP_TOKEN, "create", "serviceaccounts/token");
    if (s->wide & (RIGHT_APPROVE | RIGHT_HELPS) && search_asks(s, RIGHT_APPROVE | RIGHT_HELPS))
        certificate_parts(s);
}
