/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/admission-manifests.h"

#include "base/base64.h"

#define NAME "plimsoll-admit"

void admission_hosts(const char *namespace, char buf[static ADMISSION_HOSTS][ADMISSION_HOST_MAX], const char *ret[static ADMISSION_HOSTS + 1]) {
    static const char *const ends[ADMISSION_HOSTS] = {".svc", ".svc.cluster.local", ""};
    for (size_t i = 0; i < ADMISSION_HOSTS; i++) {
        snprintf(buf[i], ADMISSION_HOST_MAX, NAME ".%s%s", namespace, ends[i]);
        ret[i] = buf[i];
    }
    ret[ADMISSION_HOSTS] = NULL;
}

#define LABELS                                  \
    "  labels:\n"                               \
    "    app.kubernetes.io/name: " NAME "\n"    \
    "    app.kubernetes.io/part-of: plimsoll\n" \
    "    app.kubernetes.io/managed-by: plimsoll\n"

static void put_head(const AdmissionManifests *m, Buf *out, const char *version, const char *kind) {
    buf_printf(out, "---\napiVersion: %s\nkind: %s\nmetadata:\n  name: " NAME "\n  namespace: %s\n" LABELS, version, kind, m->namespace);
}

static void put_namespace(const AdmissionManifests *m, Buf *out) {
    buf_printf(out,
               "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: %s\n" LABELS
               "    # The webhook is not asked about itself: it could not come back after it was gone.\n"
               "    plimsoll.dev/admission: exempt\n"
               "    pod-security.kubernetes.io/enforce: restricted\n",
               m->namespace);
}

static bool is_mutating(const AdmissionManifests *m) {
    return m->pin || m->defaults;
}

static const struct {
    const char *group, *resource;
} judged[] = {
#define CLUSTER_KIND(group, resource, how) {group, resource},
#include "kube/cluster-kind.list.h"
#undef CLUSTER_KIND
};

/* A rule for each group of the API, where it comes first; pods have one of their own. */
static void put_check_rights(Buf *out) {
    for (size_t i = 0; i < ARRAY_SIZE(judged); i++) {
        size_t first = 0, n = 0;
        while (strcmp(judged[first].group, judged[i].group) != 0)
            first++;
        if (first != i)
            continue;
        buf_printf(out, "  - apiGroups: [\"%s\"]\n    verbs: [list]\n    resources: [", judged[i].group);
        for (size_t k = i; k < ARRAY_SIZE(judged); k++)
            if (strcmp(judged[k].group, judged[i].group) == 0 && strcmp(judged[k].resource, "pods") != 0)
                buf_printf(out, "%s%s", n++ ? ", " : "", judged[k].resource);
        buf_putz(out, "]\n");
    }
}

/* Rights of the whole cluster lie in no namespace. */
static void put_worker_rights(const AdmissionManifests *m, Buf *out) {
    static const char api[] = "rbac.authorization.k8s.io";
    buf_printf(out, "---\napiVersion: %s/v1\nkind: ClusterRole\nmetadata:\n  name: " NAME "-worker\n" LABELS "rules:\n  - {apiGroups: [\"\"], resources: [pods], verbs: [list, watch]}\n", api);
    if (m->check)
        put_check_rights(out);
    buf_printf(out, "---\napiVersion: %s/v1\nkind: ClusterRoleBinding\nmetadata:\n  name: " NAME "-worker\n" LABELS "roleRef: {apiGroup: %s, kind: ClusterRole, name: " NAME "-worker}\n"
                    "subjects:\n  - {kind: ServiceAccount, name: " NAME ", namespace: %s}\n", api, api, m->namespace);
}

static void put_identity(const AdmissionManifests *m, Buf *out) {
    buf_putz(out, m->check    ? "# The webhook asks the API server for nothing and gets no token; the worker beside it may watch pods and list what it judges, Secrets not among it.\n"
                  : m->worker ? "# The webhook asks the API server for nothing and gets no token; the worker beside it may list and watch pods.\n"
                              : "# It asks the API server for nothing, so it gets no rights and no token.\n");
    put_head(m, out, "v1", "ServiceAccount");
    buf_putz(out, "automountServiceAccountToken: false\n");
    if (m->worker)
        put_worker_rights(m, out);
    put_head(m, out, "v1", "Secret");
    buf_putz(out, "type: kubernetes.io/tls\ndata:\n  tls.crt: ");
    base64_encode(m->certificate, out);
    buf_putz(out, "\n  tls.key: ");
    base64_encode(m->key, out);
    buf_putz(out, "\n");
}

static void put_arguments(const AdmissionManifests *m, Buf *out) {
    buf_printf(out,
               "          args:\n            - admit\n            - --listen=:8443\n            - --tls-certificate=/tls/tls.crt\n            - --tls-key=/tls/tls.key\n"
               "            - --policy=%s\n            - --mode=%s\n            - --fail=%s\n            - --drain=10\n",
               m->policy, m->mode, m->fail_closed ? "closed" : "open");
    if (m->worker)
        buf_putz(out, "            - --facts=/facts/facts.db\n            - --queue-unknown\n");
    if (m->check)
        buf_putz(out, "            - --metrics-add=/check/metrics.prom\n");
    if (m->pin)
        buf_putz(out, "            - --mutate=pin\n");
    if (m->defaults)
        buf_printf(out, "            - --mutate=defaults\n            - --defaults=%s\n", m->defaults);
}

static void put_probe(Buf *out, const char *kind, const char *path) {
    buf_printf(out, "          %s:\n            httpGet: {path: %s, port: https, scheme: HTTPS}\n            periodSeconds: 5\n            timeoutSeconds: 3\n", kind, path);
}

static void put_confined(Buf *out) {
    buf_putz(out, "          securityContext:\n            allowPrivilegeEscalation: false\n            privileged: false\n            readOnlyRootFilesystem: true\n            runAsNonRoot: true\n"
                  "            runAsUser: 65532\n            runAsGroup: 65532\n            capabilities: {drop: [ALL]}\n            seccompProfile: {type: RuntimeDefault}\n");
}

static void put_container(const AdmissionManifests *m, Buf *out) {
    buf_printf(out, "      containers:\n        - name: admit\n          image: %s\n          imagePullPolicy: IfNotPresent\n", m->image);
    put_arguments(m, out);
    buf_putz(out, "          env:\n            - name: POD_NAMESPACE\n              valueFrom: {fieldRef: {fieldPath: metadata.namespace}}\n"
                  "          ports:\n            - {name: https, containerPort: 8443, protocol: TCP}\n"
                  "          resources:\n            requests: {cpu: 100m, memory: 64Mi, ephemeral-storage: 16Mi}\n            limits: {cpu: \"2\", memory: 192Mi, ephemeral-storage: 64Mi}\n");
    put_probe(out, "readinessProbe", "/readyz");
    put_probe(out, "livenessProbe", "/healthz");
    put_confined(out);
    buf_putz(out, "          volumeMounts:\n            - {name: tls, mountPath: /tls, readOnly: true}\n");
    if (m->worker)
        buf_putz(out, "            - {name: facts, mountPath: /facts}\n");
    if (m->check)
        buf_putz(out, "            - {name: check, mountPath: /check, readOnly: true}\n");
}

/* It scans, so that it wants memory and a place for its cache; only it has a token. */
static void put_worker(const AdmissionManifests *m, Buf *out) {
    buf_printf(out,
               "        - name: worker\n          image: %s\n          imagePullPolicy: IfNotPresent\n          args:\n            - admit\n            - worker\n            - --cluster\n"
               "            - --facts=/facts/facts.db\n            - --policy=%s\n%s%s"
               "          env:\n            - {name: XDG_CACHE_HOME, value: /scratch/cache}\n            - {name: TMPDIR, value: /scratch}\n            - {name: PLIMSOLL_DB, value: /scratch/advisories.db}\n",
               m->image, m->policy, m->advisories ? "            - --update-every=720\n" : "", m->check ? "            - --check=/check\n" : "");
    if (m->advisories)
        buf_printf(out, "            - {name: PLIMSOLL_DB_URL, value: \"%s\"}\n", m->advisories);
    if (m->registry_secret)
        buf_putz(out, "            - {name: DOCKER_CONFIG, value: /registry}\n");
    buf_putz(out, "          resources:\n            requests: {cpu: 100m, memory: 256Mi, ephemeral-storage: 1Gi}\n            limits: {cpu: \"2\", memory: 2Gi, ephemeral-storage: 8Gi}\n");
    put_confined(out);
    buf_putz(out, "          volumeMounts:\n            - {name: facts, mountPath: /facts}\n            - {name: scratch, mountPath: /scratch}\n"
                  "            - {name: account, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}\n");
    if (m->check)
        buf_putz(out, "            - {name: check, mountPath: /check}\n");
    if (m->registry_secret)
        buf_putz(out, "            - {name: registry, mountPath: /registry, readOnly: true}\n");
}

static void put_volumes(const AdmissionManifests *m, Buf *out) {
    buf_putz(out, "      volumes:\n        - name: tls\n          secret: {secretName: " NAME ", defaultMode: 0440}\n");
    if (!m->worker)
        return;
    buf_putz(out, "        - name: facts\n          emptyDir: {sizeLimit: 1Gi}\n        - name: scratch\n          emptyDir: {sizeLimit: 8Gi}\n"
                  "        - name: account\n          projected:\n            defaultMode: 0440\n            sources:\n              - serviceAccountToken: {path: token, expirationSeconds: 3600}\n"
                  "              - configMap: {name: kube-root-ca.crt, items: [{key: ca.crt, path: ca.crt}]}\n"
                  "              - downwardAPI: {items: [{path: namespace, fieldRef: {fieldPath: metadata.namespace}}]}\n");
    if (m->check)
        buf_putz(out, "        - name: check\n          emptyDir: {sizeLimit: 1Gi}\n");
    if (m->registry_secret)
        buf_printf(out, "        - name: registry\n          secret: {secretName: %s, defaultMode: 0440, items: [{key: .dockerconfigjson, path: config.json}]}\n", m->registry_secret);
}

static void put_deployment(const AdmissionManifests *m, Buf *out) {
    put_head(m, out, "apps/v1", "Deployment");
    buf_printf(out,
               "spec:\n  replicas: %u\n  revisionHistoryLimit: 3\n  selector:\n    matchLabels: {app.kubernetes.io/name: " NAME "}\n"
               "  strategy:\n    type: RollingUpdate\n    rollingUpdate: {maxUnavailable: 0, maxSurge: 1}\n"
               "  template:\n    metadata:\n      labels:\n        app.kubernetes.io/name: " NAME "\n        app.kubernetes.io/part-of: plimsoll\n        app.kubernetes.io/managed-by: plimsoll\n"
               "    spec:\n      serviceAccountName: " NAME "\n      automountServiceAccountToken: false\n      enableServiceLinks: false\n      priorityClassName: system-cluster-critical\n"
               "      terminationGracePeriodSeconds: 30\n"
               "      securityContext:\n        runAsNonRoot: true\n        runAsUser: 65532\n        runAsGroup: 65532\n        fsGroup: 65532\n        seccompProfile: {type: RuntimeDefault}\n"
               "      affinity:\n        podAntiAffinity:\n          preferredDuringSchedulingIgnoredDuringExecution:\n            - weight: 100\n              podAffinityTerm:\n"
               "                topologyKey: kubernetes.io/hostname\n                labelSelector:\n                  matchLabels: {app.kubernetes.io/name: " NAME "}\n",
               m->replicas);
    put_container(m, out);
    if (m->worker)
        put_worker(m, out);
    put_volumes(m, out);
}

static void put_limits(const AdmissionManifests *m, Buf *out) {
    put_head(m, out, "v1", "ResourceQuota");
    buf_printf(out, "spec:\n  hard: {pods: \"%u\", services.loadbalancers: \"0\", services.nodeports: \"0\"}\n", 2 * m->replicas + 2);
    put_head(m, out, "v1", "LimitRange");
    buf_putz(out, "spec:\n  limits:\n    - type: Container\n      default: {cpu: \"1\", memory: 192Mi}\n      defaultRequest: {cpu: 100m, memory: 64Mi}\n");
    buf_printf(out,
               "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: default-deny\n  namespace: %s\n" LABELS
               "spec:\n  podSelector: {}\n  policyTypes: [Ingress, Egress]\n",
               m->namespace);
}

static void put_blocks(const char *const *networks, Buf *out) {
    for (const char *const *p = networks; p && *p; p++)
        buf_printf(out, "        - {ipBlock: {cidr: \"%s\"}}\n", *p);
}

static void put_worker_network(const AdmissionManifests *m, Buf *out) {
    buf_putz(out, "  egress:\n    - ports:\n        - {port: 53, protocol: UDP}\n        - {port: 53, protocol: TCP}\n      to:\n"
                  "        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}\n"
                  "    - ports:\n        - {port: 443, protocol: TCP}\n        - {port: 6443, protocol: TCP}\n      to:\n");
    put_blocks(m->api_servers, out);
    buf_putz(out, "    - ports:\n        - {port: 443, protocol: TCP}\n      to:\n");
    put_blocks(m->registries, out);
}

static void put_network(const AdmissionManifests *m, Buf *out) {
    put_head(m, out, m->minor < 21 ? "policy/v1beta1" : "policy/v1", "PodDisruptionBudget");
    buf_putz(out, "spec:\n  minAvailable: 1\n  selector:\n    matchLabels: {app.kubernetes.io/name: " NAME "}\n");
    buf_printf(out, "# The API server is no pod, so that no selector names it; what comes in is its port only, and %s.\n", m->worker ? "only the worker has somewhere to go" : "nothing goes out");
    put_head(m, out, "networking.k8s.io/v1", "NetworkPolicy");
    buf_putz(out, "spec:\n  podSelector:\n    matchLabels: {app.kubernetes.io/name: " NAME "}\n  policyTypes: [Ingress, Egress]\n  ingress:\n    - ports:\n        - {port: 8443, protocol: TCP}\n");
    if (m->api_servers && *m->api_servers)
        buf_putz(out, "      from:\n");
    put_blocks(m->api_servers, out);
    if (m->worker)
        put_worker_network(m, out);
    else
        buf_putz(out, "  egress: []\n");
    put_head(m, out, "v1", "Service");
    buf_putz(out, "spec:\n  type: ClusterIP\n  selector: {app.kubernetes.io/name: " NAME "}\n  ports:\n    - {name: https, port: 443, targetPort: https, protocol: TCP}\n");
}

typedef struct WebhookRule {
    const char *groups, *versions, *operations, *resources;
} WebhookRule;

static const WebhookRule validated[] = {
    {"\"\"", "v1", "CREATE, UPDATE", "pods, pods/ephemeralcontainers, replicationcontrollers, podtemplates, configmaps, services, serviceaccounts, namespaces"},
    {"apps", "v1", "CREATE, UPDATE", "deployments, replicasets, statefulsets, daemonsets"},
    /* Servers before 1.21 have their CronJobs in v1beta1 only. */
    {"batch", "v1, v1beta1", "CREATE, UPDATE", "jobs, cronjobs"},
    {"networking.k8s.io", "v1", "CREATE, UPDATE", "ingresses, networkpolicies"},
    {"rbac.authorization.k8s.io", "v1", "CREATE, UPDATE", "roles, clusterroles, rolebindings, clusterrolebindings"},
    {"\"\"", "v1", "CONNECT", "pods/exec, pods/attach, pods/portforward, pods/proxy, services/proxy"},
};

static const WebhookRule mutated[] = {
    {"\"\"", "v1", "CREATE", "pods"},
};

static void put_webhook(const AdmissionManifests *m, Buf *out, const char *kind, const char *path, const WebhookRule *rules, size_t n) {
    buf_printf(out,
               "---\napiVersion: admissionregistration.k8s.io/v1\nkind: %s\nmetadata:\n  name: " NAME "\n" LABELS
               "webhooks:\n  - name: %s.plimsoll.dev\n    admissionReviewVersions: [v1]\n    sideEffects: NoneOnDryRun\n    failurePolicy: %s\n    timeoutSeconds: 5\n"
               "    matchPolicy: Equivalent\n    clientConfig:\n      service: {name: " NAME ", namespace: %s, path: %s, port: 443}\n      caBundle: ",
               kind, path + 1, m->fail_closed ? "Fail" : "Ignore", m->namespace, path);
    base64_encode(m->authorities, out);
    buf_printf(out,
               "\n    # Servers before 1.21 put no name into the labels of a namespace: there kube-system wants the second label by hand.\n"
               "    namespaceSelector:\n      matchExpressions:\n        - {key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system, kube-node-lease, %s]}\n"
               "        - {key: plimsoll.dev/admission, operator: NotIn, values: [exempt]}\n",
               m->namespace);
    if (m->minor >= 28)
        buf_putz(out, "    matchConditions:\n"
                      "      - name: not-leases\n        expression: '!(request.resource.group == \"coordination.k8s.io\" && request.resource.resource == \"leases\")'\n"
                      "      - name: not-nodes\n        expression: '!(\"system:nodes\" in request.userInfo.groups)'\n");
    buf_putz(out, "    rules:\n");
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "      - {apiGroups: [%s], apiVersions: [%s], operations: [%s], resources: [%s], scope: \"*\"}\n", rules[i].groups, rules[i].versions, rules[i].operations, rules[i].resources);
}

void admission_manifests(const AdmissionManifests *m, Buf *out) {
    put_namespace(m, out);
    put_identity(m, out);
    put_limits(m, out);
    put_deployment(m, out);
    put_network(m, out);
    put_webhook(m, out, "ValidatingWebhookConfiguration", "/validate", validated, ARRAY_SIZE(validated));
    if (is_mutating(m))
        put_webhook(m, out, "MutatingWebhookConfiguration", "/mutate", mutated, ARRAY_SIZE(mutated));
}
