/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/path.h"
#include "kube/quantity.h"
#include "unit/kube/world.h"

static void check_quantity(const char *text, bool milli, int64_t want) {
    int64_t got = 0;
    CHECK_INT(quantity_parse(str_from(text), milli, &got), 0);
    CHECK_MSG(got == want, "%s is %lld, expected %lld", text, (long long) got, (long long) want);
}

TEST(quantities) {
    check_quantity("512Mi", false, (int64_t) 512 << 20);
    check_quantity("1G", false, 1000000000);
    check_quantity("1.5Gi", false, (int64_t) 3 << 29);
    check_quantity("1e3", false, 1000);
    check_quantity("12E", false, INT64_MAX);
    check_quantity("1E", false, 1000000000000000000);
    check_quantity("100m", true, 100);
    check_quantity("0.1", true, 100);
    check_quantity("2", true, 2000);
    check_quantity("1", false, 1);
    check_quantity("1m", false, 1);
    check_quantity("1n", true, 1);
    check_quantity("-1.5", true, -1500);
    check_quantity("5.", true, 5000);
    check_quantity("99999999999999999999999999Ei", false, INT64_MAX);
    check_quantity("1e-999", false, 1);
    int64_t v;
    static const char *const bad[] = {"", "Mi", "1mb", "1 Gi", "1e", "1.2.3", "--1", "0x10", "1Kii", "."};
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        CHECK_MSG(quantity_parse(str_from(bad[i]), false, &v) == -EINVAL, "\"%s\" is taken", bad[i]);
}

TEST(versions) {
    unsigned v = 0;
    CHECK_INT(kube_version_parse(STR("v1.25"), &v), 0);
    CHECK_INT(v, 25);
    CHECK_INT(kube_version_parse(STR("1.0"), &v), 0);
    CHECK_INT(v, 0);
    CHECK_INT(kube_version_parse(STR("latest"), &v), 0);
    CHECK_INT(v, KUBE_MINOR_NEWEST);
    CHECK(kube_version_parse(STR("2.1"), &v) < 0);
    CHECK(kube_version_parse(STR("v1."), &v) < 0);
    CHECK(kube_version_parse(STR("1.25.3"), &v) < 0);
}

#define POD(spec) "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: n}\nspec: " spec "\n"

TEST(paths) {
    static const struct {
        const char *path;
        int n;
    } rows[] = {{"spec.containers[*].image", 2}, {"spec.containers[1].image", 1}, {"spec.containers[7].image", 0}, {"spec.containers.*.name", 2}, {"spec", 1},
                {"metadata.annotations[\"a.b/c\"]", 1}, {"metadata['annotations']['a.b/c']", 1}, {"metadata.nothing", 0}, {"", 1}, {"spec..x", 0}, {"spec[", 0},
                {"spec.containers[*", 0}, {"spec.containers[\"0\"]", 0}, {"kind.x", 0}};
    _world_ World w = {0};
    world_read(&w, "apiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: {a.b/c: x}}\nspec: {containers: [{name: a, image: i}, {name: b, image: k, command: null}]}\n");
    CHECK_INT(w.r, 0);
    CHECK_INT(w.world.all.n, 1);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        CHECK_INT(kube_path_each(w.world.all.p[0]->root, str_from(rows[i].path), NULL, NULL), rows[i].n);
    CHECK(kube_path_valid(STR("a.b[*]['c.d'][0]")));
    CHECK(!kube_path_valid(STR("a..b")));
    CHECK(!kube_path_valid(STR("a[")));
}

TEST(effective_values_come_from_container_pod_or_default) {
    _world_ World w = {0};
    world_read(&w, POD("{securityContext: {runAsNonRoot: true, runAsUser: 1000, seccompProfile: {type: RuntimeDefault}, seLinuxOptions: {type: t, user: u}},\n"
                       "  initContainers: [{name: i, image: x, restartPolicy: Always}, {name: j, image: x}],\n"
                       "  containers: [{name: c, image: y, securityContext: {runAsNonRoot: false, runAsUser: 0, seccompProfile: {}, seLinuxOptions: {level: s0}}}],\n"
                       "  ephemeralContainers: [{name: e, image: z, securityContext: {privileged: true, allowPrivilegeEscalation: false}}]}"));
    CHECK_INT(w.r, 0);
    HOLDS(w, "container", "container.name exists", 4);
    HOLDS(w, "container", "container.run_as_non_root = true", 3);
    HOLDS(w, "container", "container.run_as_non_root.set = true", 1);
    HOLDS(w, "container", "container.run_as_user = 0", 1);
    HOLDS(w, "container", "container.run_as_user = 1000", 3);
    HOLDS(w, "container", "container.seccomp_profile = RuntimeDefault", 3);
    HOLDS(w, "container", "container.seccomp_profile = \"\"", 1);
    HOLDS(w, "container", "container.selinux_type = t", 3);
    HOLDS(w, "container", "container.selinux_user exists", 3);
    HOLDS(w, "container", "container.allow_privilege_escalation = true", 4);
    HOLDS(w, "container", "container.allow_privilege_escalation.raw = false", 1);
    HOLDS(w, "container", "container.kind = sidecar", 1);
    HOLDS(w, "container", "container.kind in (init, ephemeral)", 2);
    HOLDS(w, "container", "container.proc_mount = Default", 4);
    HOLDS(w, "container", "workload.kind = Pod and k8s.namespace = n", 4);
    HOLDS(w, "workload", "workload.run_as_user = 1000 and workload.host_users = true and workload.os = linux", 1);
    HOLDS(w, "workload", "workload.any[\"container: container.privileged = true\"] = true", 1);
    HOLDS(w, "workload", "workload.count[\"container: container.kind in (init, sidecar)\"] = 2", 1);
    HOLDS(w, "workload", "workload.service_account = default and workload.service_account.set = false", 1);
}

/* kubectl reads them as floats and sends what is whole as a whole number. */
TEST(whole_numbers_written_as_others) {
    static const struct {
        const char *text;
        int64_t want; /* -1: refused */
    } cases[] = {
        {"0", 0}, {"0.0", 0}, {"-0.0", 0}, {"0e5", 0}, {"1e3", 1000}, {"1E+3", 1000}, {"1000.", 1000}, {"10.5e1", 105}, {"0x3e8", 1000}, {"01750", 1000}, {"08", 8}, {"010.0", 10}, {"1e15", 1000000000000000},
        {"1.5", -1}, {"1e-1", -1}, {"1e30", -1}, {"1e999", -1}, {".inf", -1}, {".nan", -1}, {"9223372036854775808", -1}, {"'1e3'", -1}, {"'0'", -1},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _world_ World w = {0};
        char text[256];
        snprintf(text, sizeof(text), POD("{containers: [{name: c, image: y, securityContext: {runAsUser: %s}}]}"), cases[i].text);
        world_read(&w, text);
        CHECK_MSG((w.r == 0) == (cases[i].want >= 0), "%s: %d", cases[i].text, w.r);
        if (cases[i].want < 0 || w.r < 0)
            continue;
        snprintf(text, sizeof(text), "container.run_as_user = %" PRId64, cases[i].want);
        HOLDS(w, "container", text, 1);
    }
}

TEST(images) {
    _world_ World w = {0};
    world_read(&w, POD("{containers: [{name: a, image: nginx}, {name: b, image: 'ghcr.io/a/b:1.2'}, {name: c, image: 'localhost:5000/x@sha256:0'}, {name: d, image: 'a/b:latest'}, {name: e}]}"));
    CHECK_INT(w.r, 0);
    HOLDS(w, "container", "container.image.registry = docker.io", 2);
    HOLDS(w, "container", "container.image.tag = latest", 2);
    HOLDS(w, "container", "container.image.tag.set = true", 2);
    HOLDS(w, "container", "container.image.repository = a/b", 2);
    HOLDS(w, "container", "container.image.digest = sha256:0 and container.image.registry = localhost:5000 and not container.image.tag exists", 1);
    HOLDS(w, "container", "container.pull_policy = Always", 3);
    HOLDS(w, "container", "not container.image exists", 1);
}

TEST(capabilities_in_the_end) {
    _world_ World w = {0};
    world_read(&w, POD("{containers: [{name: a, securityContext: {capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}}}, {name: b}, {name: c, securityContext: {privileged: true}},\n"
                       " {name: d, securityContext: {capabilities: {drop: [NET_RAW], add: [CAP_SYS_ADMIN]}}}]}"));
    HOLDS(w, "container", "container.capabilities intersects (NET_RAW)", 1);
    HOLDS(w, "container", "container.capabilities in (NET_BIND_SERVICE)", 1);
    HOLDS(w, "container", "container.capabilities intersects (SYS_ADMIN)", 1);
    HOLDS(w, "container", "container.capabilities = ALL", 1);
    HOLDS(w, "container", "container.capabilities_add exists", 2);
    HOLDS(w, "container", "container.allow_privilege_escalation = true", 4);
}

TEST(resources_environment_mounts_and_volumes) {
    _world_ World w = {0};
    world_read(&w, POD("{volumes: [{name: h, hostPath: {path: /var//run/../run/docker.sock, type: Socket}}, {name: e}, {name: s, secret: {secretName: x, defaultMode: 0400}},\n"
                       "   {name: t, projected: {sources: [{serviceAccountToken: {path: t, expirationSeconds: 86400}}]}}, {name: m, emptyDir: {medium: Memory, sizeLimit: 1Gi}}],\n"
                       " containers: [{name: a, resources: {limits: {cpu: 500m, memory: 512Mi}}, env: [{name: P, value: x}, {name: Q, valueFrom: {secretKeyRef: {name: s, key: k}}}, {name: R}],\n"
                       "   envFrom: [{secretRef: {name: z}}], volumeMounts: [{name: h, mountPath: /sock, readOnly: true}, {name: e, mountPath: /e, mountPropagation: Bidirectional}],\n"
                       "   ports: [{containerPort: 80, hostPort: 8080}, {containerPort: 81, hostPort: 0}], livenessProbe: {httpGet: {port: 1, host: h}}}]}"));
    CHECK_INT(w.r, 0);
    HOLDS(w, "container", "container.cpu_limit = 500m and container.cpu_request = 0.5 and container.memory_limit = 512Mi and container.memory_request >= 512Mi", 1);
    HOLDS(w, "container", "container.env[\"P\"] = x and container.env_secrets intersects (s) and container.env_secrets intersects (z)", 1);
    HOLDS(w, "container", "container.host_ports in (8080) and container.ports intersects (81)", 1);
    HOLDS(w, "container", "container.host_paths pmatch (/var/run) and not container.writable_host_paths exists", 1);
    HOLDS(w, "container", "container.handler_hosts = h and container.liveness_probe = true and container.readiness_probe = false", 1);
    HOLDS(w, "env", "env.source = secret and env.secret = s and env.key = k", 1);
    HOLDS(w, "env", "env.value exists", 2);
    HOLDS(w, "mount", "mount.host_path = /var/run/docker.sock and mount.read_only = true", 1);
    HOLDS(w, "mount", "mount.propagation = Bidirectional and mount.volume_type = emptyDir", 1);
    HOLDS(w, "volume", "volume.type = emptyDir", 2);
    HOLDS(w, "volume", "volume.default_mode = 256 and volume.secret = x", 1);
    HOLDS(w, "volume", "volume.token_expiration > 1h", 1);
    HOLDS(w, "volume", "volume.medium = Memory and volume.size_limit = 1Gi", 1);
    HOLDS(w, "volume", "volume.mounted = true", 2);
    HOLDS(w, "volume", "volume.writable = true", 1);
}

TEST(all_kinds_of_workloads) {
    static const char *const kinds[][3] = {
        {"apps/v1", "Deployment", "{template: T}"}, {"extensions/v1beta1", "ReplicaSet", "{template: T}"}, {"apps/v1beta1", "StatefulSet", "{template: T}"},
        {"apps/v1", "DaemonSet", "{template: T}"}, {"batch/v1", "Job", "{template: T}"}, {"batch/v1beta1", "CronJob", "{schedule: x, jobTemplate: {spec: {template: T}}}"},
        {"v1", "ReplicationController", "{template: T}"}, {"apps.openshift.io/v1", "DeploymentConfig", "{template: T}"}, {"argoproj.io/v1alpha1", "Rollout", "{template: T}"},
        {"serving.knative.dev/v1", "Service", "{template: T}"}, {"apps/v9", "Deployment", "{template: T}"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        _world_ World w = {0};
        _cleanup_free_ char *spec = xstrdup(kinds[i][2]);
        char *at = strstr(spec, " T}") + 1;
        *at = 0;
        _cleanup_free_ char *text = xasprintf("apiVersion: %s\nkind: %s\nmetadata: {name: x}\nspec: %s{metadata: {labels: {a: b}}, spec: {hostPID: true, containers: [{name: c, image: i}]}}%s\n",
                                              kinds[i][0], kinds[i][1], spec, at + 1);
        world_read(&w, text);
        CHECK_INT(w.r, 0);
        HOLDS(w, "workload", "workload.host_pid = true and workload.label[\"a\"] = b and workload.namespace = default", 1);
        HOLDS(w, "container", "container.image = i", 1);
    }
    _world_ World w = {0};
    world_read(&w, "apiVersion: v1\nkind: PodTemplate\nmetadata: {name: x}\ntemplate: {spec: {containers: [{name: c}]}}\n");
    HOLDS(w, "container", "container.name = c", 1);
}

TEST(lists_templates_and_reviews) {
    _world_ World w = {0};
    world_read(&w, "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Pod, spec: {containers: [{name: a}]}}, {apiVersion: v1, kind: List, items: []}]\n---\n"
                   "apiVersion: v1\nkind: PodList\nitems: [{metadata: {name: q}, spec: {containers: [{name: b}]}}]\n---\n---\n"
                   "apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\nrequest: {object: {apiVersion: v1, kind: Pod, spec: {containers: [{name: c}]}}}\n---\n"
                   "apiVersion: template.openshift.io/v1\nkind: Template\nobjects: [{apiVersion: v1, kind: Service, metadata: {name: s}}]\n");
    CHECK_INT(w.r, 0);
    HOLDS(w, "container", "container.name in (a, b, c)", 3);
    HOLDS(w, "service", "service.type = ClusterIP", 1);
}

static void refused(const char *text, const char *want) {
    _world_ World w = {0};
    world_read(&w, text);
    _cleanup_free_ char *all = diag_text(&w.diag);
    CHECK_INT(w.r, -EINVAL);
    CHECK_STR(str_trim(str_from(all)), want);
}

TEST(wrong_types_have_places) {
    refused("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: oops\n",
            "t.yaml:5:15: error: Pod p: spec.containers: expected a list, found the string \"oops\"");
    refused("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: [{name: a, securityContext: {privileged: \"true\"}}]\n",
            "t.yaml:5:56: error: Pod p: spec.containers[0].securityContext.privileged: expected true or false, found the string \"true\"");
    refused("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: [{name: a, securityContext: {privileged: yes}}]\n",
            "t.yaml:5:56: error: Pod p: spec.containers[0].securityContext.privileged: expected true or false, found the string \"yes\"");
    refused("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [x, {name: 1}], hostNetwork: [], volumes: {}}\n",
            "t.yaml:4:21: error: Pod p: spec.containers[0]: expected a map, found the string \"x\"\n"
            "t.yaml:4:31: error: Pod p: spec.containers[1].name: expected a string, found a number\n"
            "t.yaml:4:49: error: Pod p: spec.hostNetwork: expected true or false, found a list\n"
            "t.yaml:4:62: error: Pod p: spec.volumes: expected a list, found a map");
    refused("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, resources: {limits: {memory: lots}}}]}\n",
            "t.yaml:4:60: error: Pod p: spec.containers[0].resources.limits.memory: expected an amount such as \"512Mi\" or \"250m\", found the string \"lots\"");
    refused("apiVersion: v1\nkind: Pod\nmetadata: []\nspec: {containers: []}\n", "t.yaml:3:11: error: Pod : metadata: expected a map, found a list");
    refused("kind: Pod\n", "t.yaml:1:1: error: expected an object of Kubernetes with \"apiVersion\" and \"kind\", found no \"apiVersion\"");
    refused("apiVersion: v1\nkind: 1\n", "t.yaml:2:7: error: expected an object of Kubernetes with \"apiVersion\" and \"kind\", found a number");
    refused("apiVersion: v1\nkind: List\nitems: {}\n", "t.yaml:3:8: error: expected a list of objects, found a map");
    refused("- a\n", "t.yaml:1:1: error: expected an object of Kubernetes, found a list");
    refused("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [], volumes: [{name: v, emptyDir: {}, gitRepo: {}}]}\n",
            "t.yaml:4:58: error: Pod p: a volume has one type, and this one has another already");
}

TEST(merge_keys) {
    _world_ World w = {0};
    world_read(&w, "x: &x {privileged: true, procMount: Unmasked}\napiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, securityContext: {<<: *x, procMount: Default}}, {name: b, securityContext: {<<: [*x]}}]}\n");
    CHECK_INT(w.r, 0);
    HOLDS(w, "container", "container.privileged = true", 2);
    HOLDS(w, "container", "container.proc_mount = Unmasked", 1);
    refused("apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, securityContext: {privileged: false, <<: {privileged: true}}}]}\n",
            "t.yaml:3:68: error: \"<<\" stands behind a key that it brings along too; readers differ on which one counts: put it first");
    refused("apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, <<: x}]}\n", "t.yaml:3:31: error: \"<<\" wants a map or a list of maps");
}

TEST(relations) {
    _world_ World w = {0};
    world_read(&w,
               "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, namespace: n}\nspec: {template: {metadata: {labels: {app: d}}, spec: {serviceAccountName: sa, containers: [{name: c}]}}}\n---\n"
               "apiVersion: v1\nkind: Pod\nmetadata: {name: alone, namespace: n, labels: {app: other}}\nspec: {containers: [{name: c}]}\n---\n"
               "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: n}\nspec: {selector: {app: d}}\n---\n"
               "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, namespace: n}\nspec: {tls: [{hosts: ['*.x.org']}], rules: [{host: a.x.org, http: {paths: [{backend: {service: {name: s}}}]}}, {host: b.y.org}]}\n---\n"
               "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: n}\nspec: {podSelector: {}, policyTypes: [Ingress]}\n---\n"
               "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: sa, namespace: n}\nautomountServiceAccountToken: false\n---\n"
               "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: b}\nroleRef: {kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: ServiceAccount, name: sa, namespace: n}]\n---\n"
               "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\nrules: [{verbs: ['*'], resources: [pods], apiGroups: ['']}, {verbs: [get], resources: [secrets], apiGroups: ['']}]\n---\n"
               "apiVersion: v1\nkind: Namespace\nmetadata: {name: n, labels: {pod-security.kubernetes.io/enforce: baseline}}\n---\n"
               "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: pdb, namespace: n}\nspec: {selector: {matchExpressions: [{key: app, operator: In, values: [d]}]}}\n");
    CHECK_INT(w.r, 0);
    HOLDS(w, "workload", "workload.exposure = ingress and workload.services = s", 1);
    HOLDS(w, "workload", "workload.exposure >= internal", 1);
    HOLDS(w, "workload", "workload.exposure = none", 1);
    HOLDS(w, "workload", "workload.ingress_policy = true and workload.egress_policy = false", 2);
    HOLDS(w, "workload", "workload.automount_token = false", 1);
    HOLDS(w, "workload", "workload.cluster_admin = true and workload.roles = cluster-admin", 1);
    HOLDS(w, "workload", "workload.disruption_budget = true", 1);
    HOLDS(w, "ingress", "ingress.plain_hosts = b.y.org and not ingress.plain_hosts = a.x.org and ingress.tls = true", 1);
    HOLDS(w, "network_policy", "network_policy.default_deny_ingress = true and network_policy.types in (Ingress)", 1);
    HOLDS(w, "namespace", "namespace.default_deny_ingress = true and namespace.default_deny_egress = false and namespace.pod_security_enforce >= baseline and namespace.workloads = 2", 1);
    HOLDS(w, "role", "role.any[\"permission: permission.verbs intersects ('*')\"] = true", 1);
    HOLDS(w, "permission", "permission.resources = secrets and role.cluster = true", 1);
    HOLDS(w, "binding", "binding.role = cluster-admin and binding.cluster = true and binding.service_accounts = sa", 1);
    HOLDS(w, "k8s", "k8s.api_removed = true and k8s.api_replacement = policy/v1 and k8s.api_removed_in = 25", 1);
    HOLDS(w, "k8s", "k8s.obj[\"rules[*].verbs[*]\"] intersects ('*')", 1);
    HOLDS(w, "k8s", "k8s.count[\"rules[*]\"] = 2", 1);
}

TEST(compose_files) {
    _world_ World w = {0};
    world_read(&w, "x-base: &base {restart: always, cap_drop: [ALL]}\nservices:\n"
                   "  web: {<<: *base, image: 'nginx:1', ports: ['8080:80', '127.0.0.1:9000:90'], user: '1000:1000', read_only: true, security_opt: ['no-new-privileges:true'],\n"
                   "    deploy: {replicas: 3, resources: {limits: {cpus: '0.5', memory: 512m}}}, environment: {A: b, C: 1, D: null}, volumes: ['./x:/y:ro', 'data:/data', '/var/run/docker.sock:/s']}\n"
                   "  db: {image: db, privileged: true, network_mode: host, pid: host, cap_add: [SYS_ADMIN], environment: ['K=v', L], devices: ['/dev/kmsg:/dev/kmsg'], security_opt: ['seccomp:unconfined'],\n"
                   "    volumes: [{type: bind, source: /etc, target: /e}, {type: tmpfs, target: /t}], secrets: [k], healthcheck: {test: [CMD, x]}, sysctls: {net.core.somaxconn: 1}}\n"
                   "  child: {extends: db, user: root}\n");
    CHECK_INT(w.r, 0);
    HOLDS(w, "workload", "workload.kind = ComposeService and workload.automount_token = false", 3);
    HOLDS(w, "workload", "workload.host_network = true and workload.host_pid = true", 2);
    HOLDS(w, "workload", "workload.replicas = 3", 1);
    HOLDS(w, "container", "container.run_as_user = 1000 and container.run_as_non_root = true and container.read_only_root = true and container.allow_privilege_escalation = false", 1);
    HOLDS(w, "container", "container.cpu_limit = 500m and container.memory_limit = 512Mi", 1);
    HOLDS(w, "container", "container.host_ports intersects (8080) and container.host_ports intersects (9000)", 1);
    HOLDS(w, "container", "container.seccomp_profile = RuntimeDefault", 1);
    HOLDS(w, "container", "container.seccomp_profile = Unconfined and container.privileged = true and container.liveness_probe = true", 2);
    HOLDS(w, "container", "container.run_as_user = 0 and container.run_as_non_root = false", 1);
    HOLDS(w, "container", "container.capabilities_drop intersects (ALL)", 1);
    HOLDS(w, "mount", "mount.host_path = /var/run/docker.sock", 1);
    HOLDS(w, "mount", "mount.host_path = ./x and mount.read_only = true", 1);
    HOLDS(w, "volume", "volume.type = hostPath", 6);
    HOLDS(w, "env", "env.name = K and env.value = v", 2);
    HOLDS(w, "env", "env.value exists", 4);
    refused("services:\n  a:\n    privileged: 'yes'\n    volumes: {}\n    mem_limit: lots\n    extends: {file: x.yml, service: b}\n",
            "t.yaml:6:14: error: service a: what it extends (another file) was not looked at\n"
            "t.yaml:5:16: error: service a: mem_limit: expected an amount such as \"512m\", found a string\n"
            "t.yaml:4:14: error: service a: volumes: expected a list, found a map\n"
            "t.yaml:3:17: error: ComposeService a: spec.template.spec.containers[0].securityContext.privileged: expected true or false, found the string \"yes\"");
}

TEST(ten_thousand_containers) {
    Buf b = buf_new(BUF_OWN_MAX);
    buf_putz(&b, "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n");
    for (int i = 0; i < 10000; i++)
        buf_printf(&b, "  - {name: c%d, image: i, securityContext: {privileged: %s}}\n", i, i == 9999 ? "true" : "false");
    _world_ World w = {0};
    world_read(&w, buf_view(&b).p);
    CHECK_INT(w.r, 0);
    HOLDS(w, "container", "container.privileged = true", 1);
    HOLDS(w, "workload", "workload.any[\"container: container.privileged = true\"] = true", 1);
    HOLDS(w, "workload", "workload.count[\"container: container.image = i\"] = 10000", 1);
    buf_done(&b);
}

TEST(examples_with_a_version_and_several_objects) {
    _world_ World w = {0};
    Limits limits = limits_default();
    Node *doc = NULL;
    size_t n;
    w.world = kube_world(&w.arena);
    CHECK_INT(yaml_parse(STR("kubernetes: '1.18'\nobjects:\n- {apiVersion: v1, kind: Namespace, metadata: {name: a}}\n- {apiVersion: v1, kind: Pod, spec: {containers: []}}\n"), "e.yaml", &limits,
                         &w.arena, &w.diag, &doc, &n), 0);
    CHECK(kube_is_example(doc));
    CHECK_INT(kube_example_add(&w.world, doc, "e.yaml", &w.diag), 0);
    HOLDS(w, "k8s", "k8s.minor = 18", 2);
}

TEST_MAIN()
