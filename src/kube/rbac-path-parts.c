/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of several requests, which need not be sent by the same identity: each request is a part, and the step is possible once all of its parts are. */
#include "kube/rbac-path-private.h"

enum { COMBINATION_PARTS = 3 };

static void claim_volume(Search *s, RbacId namespace) {
    search_target(s, RBAC_STEP_VOLUME, RBAC_TO_NODE);
}

/* Only what is closed is worth opening. */
static void relabel(Search *s, RbacId namespace) {
    if (!steps_is_open(s, namespace))
        search_target(s, RBAC_STEP_RELABEL, RBAC_TO_NODE);
}

static void token_secret(Search *s, RbacId namespace) {
    search_accounts(s, RBAC_STEP_NEW_TOKEN_SECRET, namespace);
}

static void certificate(Search *s, RbacId namespace) {
    steps_certificates(s);
}

static void policy(Search *s, RbacId namespace) {
    search_accounts(s, RBAC_STEP_WEBHOOK, RBAC_EMPTY);
}

static void new_role(Search *s, RbacId namespace) {
    const Rbac *r = s->rbac;
    if (namespace != RBAC_EMPTY)
        search_everything(s, RBAC_STEP_NEW_ROLE, namespace);
    for (size_t i = 0; namespace == RBAC_EMPTY && i < r->namespaces.n; i++)
        search_everything(s, RBAC_STEP_NEW_ROLE, r->namespaces.p[i].name);
}

static const struct {
    PartKind parts[COMBINATION_PARTS];
    size_t n;
    void (*fire)(Search *s, RbacId namespace);
} combinations[] = {
    {{PART_START, PART_VOLUME, PART_CLAIM}, 3, claim_volume},
    {{PART_START, PART_RELABEL}, 2, relabel},
    {{PART_NEW_SECRET, PART_READ_SECRET}, 2, token_secret},
    {{PART_REQUEST, PART_APPROVE, PART_FETCH}, 3, certificate},
    {{PART_POLICY, PART_POLICY_BINDING}, 2, policy},
    {{PART_NEW_ROLE, PART_BIND_ROLE}, 2, new_role},
};

uint32_t search_part_find(const Search *s, PartKind kind, RbacId namespace, RbacId name) {
    const uint32_t key[] = {kind, namespace, name};
    const void *known = map_get(&s->part_of, str_n((const char *) key, sizeof(key)));
    return known ? (uint32_t) ((uintptr_t) known - 1) : RBAC_NONE;
}

void search_part(Search *s, PartKind kind, RbacId namespace, RbacId name) {
    const uint32_t key[] = {kind, namespace, name};
    bool fresh;
    s->part_of.own_keys = true;
    void **slot = map_slot(&s->part_of, str_n((const char *) key, sizeof(key)), &fresh);
    if (!fresh)
        return;
    Part p = {.kind = kind, .namespace = namespace, .name = name, .at = s->at, .n = MIN(s->n_evidence, (size_t) PART_EVIDENCE)};
    for (size_t i = 0; i < p.n; i++) {
        p.evidence[i] = s->evidence[i];
        p.needs[i] = s->needs[i];
    }
    vec_push(&s->parts, p);
    *slot = (void *) (uintptr_t) s->parts.n;
}

/* Whom a state acts as. */
static uint32_t actor(const Search *s, uint32_t state) {
    const RbacState *x = &s->reached.p[state].state;
    return x->principal != RBAC_NONE ? x->principal : x->owner;
}

void search_take(Search *s, const uint32_t *parts, size_t n, uint32_t also) {
    search_try(s);
    s->at = also == RBAC_NONE ? 0 : also;
    for (size_t i = 0; i < n; i++)
        s->at = MAX(s->at, s->parts.p[parts[i]].at);
    for (size_t i = 0; i < n; i++) {
        const Part *p = &s->parts.p[parts[i]];
        for (size_t k = 0; k < p->n && s->n_evidence < RBAC_EVIDENCE_MAX; k++) {
            RbacEvidence e = p->evidence[k];
            e.as = actor(s, p->at) == actor(s, s->at) ? RBAC_NONE : actor(s, p->at);
            s->needs[s->n_evidence] = p->needs[k] != RBAC_NONE || p->at == s->at ? p->needs[k] : p->at;
            s->evidence[s->n_evidence++] = e;
        }
    }
    if (also != RBAC_NONE && also != s->at)
        s->needs[RBAC_EVIDENCE_MAX] = also;
}

static void try_one(Search *s, size_t combination, RbacId namespace) {
    uint32_t parts[COMBINATION_PARTS];
    size_t n = combinations[combination].n;
    for (size_t i = 0; i < n; i++) {
        parts[i] = search_part_find(s, combinations[combination].parts[i], namespace, RBAC_EMPTY);
        if (parts[i] == RBAC_NONE)
            parts[i] = search_part_find(s, combinations[combination].parts[i], RBAC_EMPTY, RBAC_EMPTY);
        if (parts[i] == RBAC_NONE)
            return;
    }
    if (!search_mark(s, &s->fired, (uint32_t) combination, namespace, 0))
        return;
    search_take(s, parts, n, RBAC_NONE);
    combinations[combination].fire(s, namespace);
}

static bool has_part(size_t combination, PartKind kind) {
    for (size_t i = 0; i < combinations[combination].n; i++)
        if (combinations[combination].parts[i] == kind)
            return true;
    return false;
}

/* A part for all namespaces goes with those of each. */
static void try_with_others(Search *s, size_t combination, const Part *p) {
    try_one(s, combination, p->namespace);
    for (size_t i = 0; p->namespace == RBAC_EMPTY && i < s->parts.n; i++)
        if (s->parts.p[i].namespace != RBAC_EMPTY && has_part(combination, s->parts.p[i].kind))
            try_one(s, combination, s->parts.p[i].namespace);
}

void search_combine(Search *s) {
    uint32_t at = s->at;
    for (; s->combined < s->parts.n; s->combined++) {
        const Part p = s->parts.p[s->combined];
        for (size_t c = 0; c < ARRAY_SIZE(combinations); c++)
            if (has_part(c, p.kind))
                try_with_others(s, c, &p);
    }
    s->at = at;
}
