/* SPDX-License-Identifier: Apache-2.0 */
/* Rights, as the API server's authoriser takes them, and ways to secrets as fields. */
#include "kube/rbac-path.h"
#include "unit/kube/world.h"

static const char roles[] =
    "apiVersion: rbac.authorization.k8s.io/v1\n"
    "kind: ClusterRole\n"
    "metadata: {name: r}\n"
    "rules:\n"
    "- {apiGroups: [''], resources: [pods, '*/scale'], verbs: [get]}\n"
    "- {apiGroups: [''], resources: [secrets], resourceNames: [a], verbs: [get, list, create]}\n"
    "- {nonResourceURLs: ['/logs/*', /metrics], verbs: [get]}\n"
    "---\n"
    "apiVersion: rbac.authorization.k8s.io/v1\n"
    "kind: RoleBinding\n"
    "metadata: {name: b, namespace: shop}\n"
    "roleRef: {kind: ClusterRole, name: r}\n"
    "subjects: [{kind: ServiceAccount, name: web}]\n"
    "---\n"
    "apiVersion: rbac.authorization.k8s.io/v1\n"
    "kind: ClusterRoleBinding\n"
    "metadata: {name: c}\n"
    "roleRef: {kind: ClusterRole, name: r}\n"
    "subjects: [{kind: User, name: 'system:serviceaccount:ops:bot'}, {kind: Group, name: devs}]\n";

typedef struct Rights {
    World world;
    Rbac rbac;
} Rights;

static void rights_read(Rights *r, const char *text) {
    world_read(&r->world, text);
    r->rbac = rbac_new(&r->world.arena);
    for (size_t i = 0; i < r->world.world.all.n; i++)
        rbac_add(&r->rbac, r->world.world.all.p[i]);
    rbac_finish(&r->rbac);
}

static void rights_done(Rights *r) {
    rbac_done(&r->rbac);
    world_done(&r->world);
}

static bool may(Rights *r, const char *who, const char *verb, const char *resource, const char *namespace) {
    uint32_t principal;
    RbacWanted w;
    if (rbac_principal_parse(&r->rbac, str_from(who), &principal) < 0 || rbac_wanted(str_from(resource), &w, NULL) < 0)
        return false;
    RbacIdentity id = rbac_identity(&r->rbac, principal, NULL, 0);
    RbacRequest q = w.url.p ? rbac_url_request(&r->rbac, str_from(verb), w.url) : rbac_request(&r->rbac, str_from(verb), w.group, w.resource, w.subresource, w.name, str_from(namespace));
    return rbac_allowed(&r->rbac, &id, &q, NULL);
}

TEST(rights) {
    _cleanup_(rights_done) Rights r = {0};
    rights_read(&r, roles);
    CHECK(may(&r, "shop/web", "get", "pods", "shop"));
    CHECK(may(&r, "shop/web", "get", "po", "shop"));
    CHECK(!may(&r, "shop/web", "get", "pods", "ops"));
    CHECK(!may(&r, "shop/web", "get", "pods", ""));
    CHECK(!may(&r, "shop/web", "get", "pods/log", "shop"));
    CHECK(!may(&r, "shop/web", "get", "deployments/scale", "shop"));
    CHECK(may(&r, "shop/web", "get", "replicationcontrollers/scale", "shop"));
    CHECK(may(&r, "shop/web", "get", "secrets/a", "shop"));
    CHECK(!may(&r, "shop/web", "get", "secrets/b", "shop"));
    CHECK(!may(&r, "shop/web", "create", "secrets", "shop"));
    CHECK(!may(&r, "shop/web", "list", "secrets", "shop"));
    CHECK(may(&r, "shop/web", "list", "secrets/a", "shop"));
    CHECK(!may(&r, "shop/web", "get", "/metrics", "shop"));
    CHECK(may(&r, "system:serviceaccount:ops:bot", "get", "/metrics", ""));
    CHECK(may(&r, "ops/bot", "get", "/logs/kubelet/x", ""));
    CHECK(!may(&r, "ops/bot", "get", "/logs", ""));
    CHECK(may(&r, "group:devs", "get", "pods", "anywhere"));
    CHECK(!may(&r, "devs", "get", "pods", "anywhere"));
    CHECK(may(&r, "group:system:masters", "delete", "nodes", ""));
}

TEST(resources_and_subjects) {
    static const char *const bad_resources[] = {"", "pods/", "pods.", ".apps"};
    static const char *const bad_subjects[] = {"", "a/", "/a", "a/b/c", "user:", "group:"};
    _cleanup_(rights_done) Rights r = {0};
    rights_read(&r, "");
    RbacWanted w;
    uint32_t principal;
    for (size_t i = 0; i < ARRAY_SIZE(bad_resources); i++)
        CHECK_MSG(rbac_wanted(str_from(bad_resources[i]), &w, NULL) == -EINVAL, "resource '%s'", bad_resources[i]);
    for (size_t i = 0; i < ARRAY_SIZE(bad_subjects); i++)
        CHECK_MSG(rbac_principal_parse(&r.rbac, str_from(bad_subjects[i]), &principal) == -EINVAL, "subject '%s'", bad_subjects[i]);
    CHECK_INT(rbac_wanted(STR("deploy/web/scale"), &w, NULL), 0);
    CHECK(str_eqz(w.resource, "deployments") && str_eqz(w.group, "apps") && str_eqz(w.name, "web") && str_eqz(w.subresource, "scale") && w.known && w.namespaced);
    CHECK_INT(rbac_wanted(STR("widgets.example.com/status"), &w, NULL), 0);
    CHECK(str_eqz(w.resource, "widgets") && str_eqz(w.group, "example.com") && str_eqz(w.subresource, "status") && !w.known);
    CHECK_INT(rbac_wanted(STR("secrets/token"), &w, NULL), 0);
    CHECK(str_eqz(w.name, "token") && !w.subresource.n);
}

/* Two aggregated roles that choose each other end all the same. */
TEST(aggregation_in_a_circle) {
    _cleanup_(rights_done) Rights r = {0};
    rights_read(&r, "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a, labels: {x: '1'}}\naggregationRule: {clusterRoleSelectors: [{matchLabels: {y: '1'}}]}\n"
                    "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: b, labels: {y: '1'}}\naggregationRule: {clusterRoleSelectors: [{matchLabels: {x: '1'}}]}\n"
                    "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: c, labels: {x: '1'}}\nrules: [{apiGroups: [''], resources: [pods], verbs: [get]}]\n"
                    "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: z}\nroleRef: {kind: ClusterRole, name: a}\nsubjects: [{kind: User, name: u}]\n");
    CHECK(may(&r, "u", "get", "pods", "x"));
    CHECK(!may(&r, "u", "list", "pods", "x"));
}

TEST(ways_to_secrets) {
    _world_ World w = {0};
    world_read(&w, "apiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: {vault.hashicorp.com/agent-inject: 'true', vault.hashicorp.com/agent-inject-secret-a: kv/a}}\n"
                   "spec:\n  imagePullSecrets: [{name: pull}]\n  containers:\n  - {name: c, image: i, env: [{name: E, valueFrom: {secretKeyRef: {name: s, key: k}}}, {name: F, valueFrom: {secretKeyRef: {name: s, key: l}}}]}\n"
                   "---\napiVersion: v1\nkind: Pod\nmetadata: {name: q}\nspec: {containers: [{name: c, image: i}]}\n");
    HOLDS(w, "workload", "workload.secrets exists", 1);
    HOLDS(w, "workload", "workload.secrets intersects (s) and workload.secrets intersects (pull) and workload.secrets intersects (kv/a)", 1);
    HOLDS(w, "workload", "workload.secret_ways in (env, image-pull, vault)", 1);
    HOLDS(w, "workload", "workload.secret_ways intersects (volume)", 0);
}

TEST_MAIN()
