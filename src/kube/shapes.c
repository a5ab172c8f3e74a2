/* SPDX-License-Identifier: Apache-2.0 */
/* The shapes of the kinds that fields look into, from the Kubernetes API reference (v1.36). */
#include "kube/shape.h"

#define BOOL(k) {k, SHAPE_BOOL, NULL}
#define INT(k) {k, SHAPE_INT, NULL}
#define STRING(k) {k, SHAPE_STRING, NULL}
#define INT_OR_STRING(k) {k, SHAPE_INT_OR_STRING, NULL}
#define QUANTITY(k) {k, SHAPE_QUANTITY, NULL}
#define STRINGS(k) {k, SHAPE_STRING_LIST, NULL}
#define INTS(k) {k, SHAPE_INT_LIST, NULL}
#define STRING_MAP(k) {k, SHAPE_STRING_MAP, NULL}
#define QUANTITIES(k) {k, SHAPE_QUANTITY_MAP, NULL}
#define MAP(k, sub) {k, SHAPE_MAP, sub}
#define LIST(k, sub) {k, SHAPE_LIST, sub}
#define END {NULL, SHAPE_ANY, NULL}

static const Shape owner[] = {STRING("apiVersion"), STRING("kind"), STRING("name"), STRING("uid"), BOOL("controller"), END};
static const Shape metadata[] = {
    STRING("name"), STRING("generateName"), STRING("namespace"), STRING_MAP("labels"), STRING_MAP("annotations"), LIST("ownerReferences", owner), STRINGS("finalizers"), END,
};
static const Shape name_only[] = {STRING("name"), END};
static const Shape optional_name[] = {STRING("name"), BOOL("optional"), END};
static const Shape key_of[] = {STRING("name"), STRING("key"), BOOL("optional"), END};
static const Shape path_item[] = {STRING("key"), STRING("path"), INT("mode"), END};
static const Shape requirement[] = {STRING("key"), STRING("operator"), STRINGS("values"), END};
static const Shape selector[] = {STRING_MAP("matchLabels"), LIST("matchExpressions", requirement), END};

static const Shape profile[] = {STRING("type"), STRING("localhostProfile"), END};
static const Shape selinux[] = {STRING("level"), STRING("role"), STRING("type"), STRING("user"), END};
static const Shape windows[] = {STRING("gmsaCredentialSpec"), STRING("gmsaCredentialSpecName"), BOOL("hostProcess"), STRING("runAsUserName"), END};
static const Shape sysctl[] = {STRING("name"), STRING("value"), END};
static const Shape capabilities[] = {STRINGS("add"), STRINGS("drop"), END};
static const Shape pod_security[] = {
    MAP("appArmorProfile", profile), INT("fsGroup"), STRING("fsGroupChangePolicy"), INT("runAsGroup"), BOOL("runAsNonRoot"), INT("runAsUser"),
    STRING("seLinuxChangePolicy"), MAP("seLinuxOptions", selinux), MAP("seccompProfile", profile), INTS("supplementalGroups"),
    STRING("supplementalGroupsPolicy"), LIST("sysctls", sysctl), MAP("windowsOptions", windows), END,
};
static const Shape container_security[] = {
    BOOL("allowPrivilegeEscalation"), MAP("appArmorProfile", profile), MAP("capabilities", capabilities), BOOL("privileged"), STRING("procMount"),
    BOOL("readOnlyRootFilesystem"), INT("runAsGroup"), BOOL("runAsNonRoot"), INT("runAsUser"), MAP("seLinuxOptions", selinux), MAP("seccompProfile", profile),
    MAP("windowsOptions", windows), END,
};

static const Shape header[] = {STRING("name"), STRING("value"), END};
static const Shape exec_action[] = {STRINGS("command"), END};
static const Shape http_get[] = {STRING("host"), LIST("httpHeaders", header), STRING("path"), INT_OR_STRING("port"), STRING("scheme"), END};
static const Shape tcp_socket[] = {STRING("host"), INT_OR_STRING("port"), END};
static const Shape grpc[] = {INT("port"), STRING("service"), END};
static const Shape probe[] = {
    MAP("exec", exec_action), MAP("httpGet", http_get), MAP("tcpSocket", tcp_socket), MAP("grpc", grpc), INT("initialDelaySeconds"), INT("timeoutSeconds"),
    INT("periodSeconds"), INT("successThreshold"), INT("failureThreshold"), INT("terminationGracePeriodSeconds"), END,
};
static const Shape handler[] = {MAP("exec", exec_action), MAP("httpGet", http_get), MAP("tcpSocket", tcp_socket), MAP("sleep", NULL), END};
static const Shape lifecycle[] = {MAP("postStart", handler), MAP("preStop", handler), STRING("stopSignal"), END};
static const Shape container_port[] = {INT("containerPort"), STRING("hostIP"), INT("hostPort"), STRING("name"), STRING("protocol"), END};
static const Shape field_ref[] = {STRING("apiVersion"), STRING("fieldPath"), END};
static const Shape value_from[] = {MAP("configMapKeyRef", key_of), MAP("fieldRef", field_ref), MAP("resourceFieldRef", NULL), MAP("secretKeyRef", key_of), MAP("fileKeyRef", NULL), END};
static const Shape env[] = {STRING("name"), STRING("value"), MAP("valueFrom", value_from), END};
static const Shape env_from[] = {STRING("prefix"), MAP("configMapRef", optional_name), MAP("secretRef", optional_name), END};
static const Shape claim[] = {STRING("name"), STRING("request"), END};
static const Shape resources[] = {QUANTITIES("limits"), QUANTITIES("requests"), LIST("claims", claim), END};
static const Shape mount[] = {
    STRING("name"), STRING("mountPath"), STRING("mountPropagation"), BOOL("readOnly"), STRING("recursiveReadOnly"), STRING("subPath"), STRING("subPathExpr"), END,
};
static const Shape device[] = {STRING("devicePath"), STRING("name"), END};
static const Shape container[] = {
    STRING("name"), STRING("image"), STRING("imagePullPolicy"), STRINGS("command"), STRINGS("args"), STRING("workingDir"), LIST("ports", container_port),
    LIST("env", env), LIST("envFrom", env_from), LIST("volumeMounts", mount), LIST("volumeDevices", device), MAP("resources", resources),
    LIST("resizePolicy", NULL), MAP("lifecycle", lifecycle), STRING("terminationMessagePath"), STRING("terminationMessagePolicy"), MAP("livenessProbe", probe),
    MAP("readinessProbe", probe), MAP("startupProbe", probe), STRING("restartPolicy"), MAP("securityContext", container_security), BOOL("stdin"),
    BOOL("stdinOnce"), BOOL("tty"), STRING("targetContainerName"), END,
};

static const Shape host_path[] = {STRING("path"), STRING("type"), END};
static const Shape empty_dir[] = {STRING("medium"), QUANTITY("sizeLimit"), END};
static const Shape secret_volume[] = {STRING("secretName"), INT("defaultMode"), BOOL("optional"), LIST("items", path_item), END};
static const Shape config_map_volume[] = {STRING("name"), INT("defaultMode"), BOOL("optional"), LIST("items", path_item), END};
static const Shape claim_volume[] = {STRING("claimName"), BOOL("readOnly"), END};
static const Shape csi_volume[] = {STRING("driver"), STRING("fsType"), BOOL("readOnly"), STRING_MAP("volumeAttributes"), MAP("nodePublishSecretRef", name_only), END};
static const Shape nfs_volume[] = {STRING("server"), STRING("path"), BOOL("readOnly"), END};
static const Shape token[] = {STRING("audience"), INT("expirationSeconds"), STRING("path"), END};
static const Shape projected_source[] = {
    MAP("configMap", config_map_volume), MAP("secret", config_map_volume), MAP("downwardAPI", NULL), MAP("serviceAccountToken", token), MAP("clusterTrustBundle", NULL),
    MAP("podCertificate", NULL), END,
};
static const Shape projected[] = {INT("defaultMode"), LIST("sources", projected_source), END};
static const Shape image_volume[] = {STRING("reference"), STRING("pullPolicy"), END};
static const Shape downward[] = {INT("defaultMode"), LIST("items", NULL), END};
/* The other types of volumes are maps without a look inside. */
static const Shape volume[] = {
    STRING("name"), MAP("hostPath", host_path), MAP("emptyDir", empty_dir), MAP("secret", secret_volume), MAP("configMap", config_map_volume),
    MAP("persistentVolumeClaim", claim_volume), MAP("csi", csi_volume), MAP("nfs", nfs_volume), MAP("projected", projected), MAP("image", image_volume),
    MAP("downwardAPI", downward), MAP("ephemeral", NULL), MAP("gitRepo", NULL), MAP("awsElasticBlockStore", NULL), MAP("azureDisk", NULL), MAP("azureFile", NULL),
    MAP("cephfs", NULL), MAP("cinder", NULL), MAP("fc", NULL), MAP("flexVolume", NULL), MAP("flocker", NULL), MAP("gcePersistentDisk", NULL), MAP("glusterfs", NULL),
    MAP("iscsi", NULL), MAP("photonPersistentDisk", NULL), MAP("portworxVolume", NULL), MAP("quobyte", NULL), MAP("rbd", NULL), MAP("scaleIO", NULL),
    MAP("storageos", NULL), MAP("vsphereVolume", NULL), END,
};
static const Shape toleration[] = {STRING("key"), STRING("operator"), STRING("value"), STRING("effect"), INT("tolerationSeconds"), END};
static const Shape alias[] = {STRING("ip"), STRINGS("hostnames"), END};
static const Shape os[] = {STRING("name"), END};
static const Shape affinity[] = {MAP("nodeAffinity", NULL), MAP("podAffinity", NULL), MAP("podAntiAffinity", NULL), END};
static const Shape pod_spec[] = {
    LIST("containers", container), LIST("initContainers", container), LIST("ephemeralContainers", container), LIST("volumes", volume),
    MAP("securityContext", pod_security), BOOL("hostNetwork"), BOOL("hostPID"), BOOL("hostIPC"), BOOL("hostUsers"), BOOL("shareProcessNamespace"),
    STRING("serviceAccountName"), STRING("serviceAccount"), BOOL("automountServiceAccountToken"), STRING("nodeName"), STRING_MAP("nodeSelector"),
    STRING("restartPolicy"), INT("terminationGracePeriodSeconds"), INT("activeDeadlineSeconds"), STRING("dnsPolicy"), MAP("dnsConfig", NULL), STRING("hostname"),
    STRING("subdomain"), LIST("hostAliases", alias), LIST("imagePullSecrets", name_only), MAP("affinity", affinity), STRING("schedulerName"),
    LIST("tolerations", toleration), STRING("priorityClassName"), INT("priority"), STRING("runtimeClassName"), BOOL("enableServiceLinks"), STRING("preemptionPolicy"),
    QUANTITIES("overhead"), LIST("topologySpreadConstraints", NULL), BOOL("setHostnameAsFQDN"), MAP("os", os), LIST("schedulingGates", name_only),
    LIST("resourceClaims", NULL), LIST("readinessGates", NULL), MAP("resources", resources), END,
};

const Shape shape_pod_template[] = {MAP("metadata", metadata), MAP("spec", pod_spec), END};
const Shape shape_pod[] = {STRING("apiVersion"), STRING("kind"), MAP("metadata", metadata), MAP("spec", pod_spec), END};
static const Shape controller_spec[] = {
    INT("replicas"), MAP("template", shape_pod_template), INT("minReadySeconds"), INT("revisionHistoryLimit"), BOOL("paused"), INT("backoffLimit"),
    INT("activeDeadlineSeconds"), INT("ttlSecondsAfterFinished"), STRING("serviceName"), LIST("volumeClaimTemplates", NULL), END,
};
const Shape shape_controller[] = {MAP("metadata", metadata), MAP("spec", controller_spec), END};
static const Shape job_template[] = {MAP("metadata", metadata), MAP("spec", controller_spec), END};
static const Shape cron_job_spec[] = {STRING("schedule"), STRING("timeZone"), STRING("concurrencyPolicy"), BOOL("suspend"), INT("startingDeadlineSeconds"), MAP("jobTemplate", job_template), END};
const Shape shape_cron_job[] = {MAP("metadata", metadata), MAP("spec", cron_job_spec), END};
const Shape shape_template[] = {MAP("metadata", metadata), MAP("template", shape_pod_template), END};
const Shape shape_object[] = {MAP("metadata", metadata), END};

static const Shape object_reference[] = {STRING("name"), STRING("namespace"), STRING("kind"), END};
const Shape shape_service_account[] = {
    MAP("metadata", metadata), BOOL("automountServiceAccountToken"), LIST("secrets", object_reference), LIST("imagePullSecrets", name_only), END,
};

static const Shape service_port[] = {STRING("name"), STRING("protocol"), INT("port"), INT_OR_STRING("targetPort"), INT("nodePort"), STRING("appProtocol"), END};
static const Shape service_spec[] = {
    STRING("type"), STRING_MAP("selector"), LIST("ports", service_port), STRING("clusterIP"), STRINGS("clusterIPs"), STRINGS("externalIPs"), STRING("externalName"),
    STRING("externalTrafficPolicy"), STRING("loadBalancerIP"), STRINGS("loadBalancerSourceRanges"), BOOL("publishNotReadyAddresses"), STRING("sessionAffinity"), END,
};
const Shape shape_service[] = {MAP("metadata", metadata), MAP("spec", service_spec), END};

static const Shape backend[] = {MAP("service", NULL), MAP("resource", NULL), STRING("serviceName"), INT_OR_STRING("servicePort"), END};
static const Shape http_path[] = {STRING("path"), STRING("pathType"), MAP("backend", backend), END};
static const Shape http_rule[] = {LIST("paths", http_path), END};
static const Shape ingress_rule[] = {STRING("host"), MAP("http", http_rule), END};
static const Shape ingress_tls[] = {STRINGS("hosts"), STRING("secretName"), END};
static const Shape ingress_spec[] = {STRING("ingressClassName"), MAP("defaultBackend", backend), LIST("rules", ingress_rule), LIST("tls", ingress_tls), END};
const Shape shape_ingress[] = {MAP("metadata", metadata), MAP("spec", ingress_spec), END};

static const Shape ip_block[] = {STRING("cidr"), STRINGS("except"), END};
static const Shape peer[] = {MAP("podSelector", selector), MAP("namespaceSelector", selector), MAP("ipBlock", ip_block), END};
static const Shape policy_port[] = {STRING("protocol"), INT_OR_STRING("port"), INT("endPort"), END};
static const Shape policy_ingress[] = {LIST("from", peer), LIST("ports", policy_port), END};
static const Shape policy_egress[] = {LIST("to", peer), LIST("ports", policy_port), END};
static const Shape network_policy_spec[] = {MAP("podSelector", selector), STRINGS("policyTypes"), LIST("ingress", policy_ingress), LIST("egress", policy_egress), END};
const Shape shape_network_policy[] = {MAP("metadata", metadata), MAP("spec", network_policy_spec), END};

static const Shape role_rule[] = {STRINGS("verbs"), STRINGS("apiGroups"), STRINGS("resources"), STRINGS("resourceNames"), STRINGS("nonResourceURLs"), END};
static const Shape aggregation[] = {LIST("clusterRoleSelectors", selector), END};
const Shape shape_role[] = {MAP("metadata", metadata), LIST("rules", role_rule), MAP("aggregationRule", aggregation), END};
static const Shape role_reference[] = {STRING("apiGroup"), STRING("kind"), STRING("name"), END};
static const Shape subject[] = {STRING("kind"), STRING("apiGroup"), STRING("name"), STRING("namespace"), END};
const Shape shape_binding[] = {MAP("metadata", metadata), MAP("roleRef", role_reference), LIST("subjects", subject), END};
const Shape shape_secret[] = {MAP("metadata", metadata), STRING("type"), STRING_MAP("data"), STRING_MAP("stringData"), BOOL("immutable"), END};
const Shape shape_config_map[] = {MAP("metadata", metadata), STRING_MAP("data"), STRING_MAP("binaryData"), BOOL("immutable"), END};
