/* SPDX-License-Identifier: Apache-2.0 */
/* Services, ingresses, network policies and namespaces. */
#include "kube/getter.h"
#include "kube/relations.h"
#include "kube/subject.h"
#include "policy/fields/slots.h"

static Value get_numbers(const Node *list, const char *key, Scratch *scratch) {
    Gather g = gather(scratch, node_items(list));
    list_each(p, list) {
        int64_t n;
        if (kube_int(kube_at(p, key), &n) == 0)
            gather_add(&g, value_int(n));
    }
    return gather_value(&g);
}

/* Annotations by which clouds are asked for a load balancer that only the private network reaches, and their values. */
static bool internal_balancer(const Node *annotations) {
    static const struct {
        const char *key, *value;
    } rows[] = {
        {"service.beta.kubernetes.io/aws-load-balancer-internal", "true"},
        {"service.beta.kubernetes.io/aws-load-balancer-scheme", "internal"},
        {"service.beta.kubernetes.io/azure-load-balancer-internal", "true"},
        {"networking.gke.io/load-balancer-type", "Internal"},
        {"cloud.google.com/load-balancer-type", "Internal"},
        {"service.beta.kubernetes.io/openstack-internal-load-balancer", "true"},
        {"service.beta.kubernetes.io/oci-load-balancer-internal", "true"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (str_ieq(node_str(kube_key(annotations, str_from(rows[i].key))), str_from(rows[i].value)))
            return true;
    return false;
}

/* Paths begin at the object. */
static const Getter service_getters[] = {
    [SLOT_SERVICE_NAME] = {GET_TEXT, "metadata.name", NULL, NULL},
    [SLOT_SERVICE_TYPE] = {GET_TEXT, "spec.type", "ClusterIP", NULL},
    [SLOT_SERVICE_EXTERNAL_IPS] = {GET_TEXTS, "spec.externalIPs", NULL, NULL},
    [SLOT_SERVICE_EXTERNAL_NAME] = {GET_FILLED, "spec.externalName", NULL, NULL},
    [SLOT_SERVICE_SOURCE_RANGES] = {GET_TEXTS, "spec.loadBalancerSourceRanges", NULL, NULL},
    [SLOT_SERVICE_TRAFFIC_POLICY] = {GET_TEXT, "spec.externalTrafficPolicy", "Cluster", NULL},
    [SLOT_SERVICE_SELECTS] = {GET_NOTHING, NULL, NULL, NULL},
};

static Value get_service(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeObject *o = object;
    switch (ref->field->slot) {
    case SLOT_SERVICE_PORTS:
        return get_numbers(kube_at(o->root, "spec.ports"), "port", scratch);
    case SLOT_SERVICE_NODE_PORTS:
        return get_numbers(kube_at(o->root, "spec.ports"), "nodePort", scratch);
    case SLOT_SERVICE_INTERNAL:
        return value_bool(internal_balancer(kube_at(o->metadata, "annotations")));
    case SLOT_SERVICE_SELECTS:
        return value_bool(node_count(kube_at(o->root, "spec.selector")) > 0);
    default:
        return ref->field->slot < ARRAY_SIZE(service_getters) ? getter_value(&service_getters[ref->field->slot], o->root, ref, scratch) : value_none();
    }
}

const SubjectOps kube_service_ops = {.get = get_service};

static bool is_route(const KubeObject *o) {
    return str_eqz(o->kind, "Route");
}

static Str rule_host(const Node *rule) {
    Str s = kube_text(rule, "host");
    return s.n ? s : STR("*");
}

static bool tls_covers(const Node *tls, Str host) {
    list_each(t, tls) {
        const Node *hosts = kube_at(t, "hosts");
        if (!node_items(hosts))
            return true;
        list_each(h, hosts) {
            Str covered = node_str(h), rest = host;
            if (str_eq(covered, host))
                return true;
            /* A wildcard is for one label. */
            ssize_t dot = str_chr(rest, '.');
            if (dot > 0 && str_starts(covered, STR("*.")) && str_eq(str_from_at(covered, 1), str_from_at(rest, (size_t) dot)))
                return true;
        }
    }
    return false;
}

static Value get_hosts(const KubeObject *o, bool plain, Scratch *scratch) {
    const Node *spec = kube_at(o->root, "spec"), *tls = kube_at(spec, "tls"), *rules = kube_at(spec, "rules");
    Gather g = gather(scratch, node_items(rules) + 1);
    if (is_route(o)) {
        if (!plain || !tls)
            gather_add(&g, value_str(rule_host(spec)));
        return gather_value(&g);
    }
    list_each(rule, rules)
        if (!plain || !tls_covers(tls, rule_host(rule)))
            gather_add(&g, value_str(rule_host(rule)));
    if (!node_items(rules) && (!plain || !node_items(tls)))
        gather_add(&g, value_str(STR("*")));
    return gather_value(&g);
}

static void count_service(void *userdata, Str service) {
    ++*(size_t *) userdata;
}

static void add_service(void *userdata, Str service) {
    gather_text(userdata, service);
}

static Value get_ingress(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeObject *o = object;
    size_t n = 0;
    Gather g;
    Str s;
    switch (ref->field->slot) {
    case SLOT_INGRESS_NAME:
        return value_str_or_none(o->name);
    case SLOT_INGRESS_CLASS:
        s = kube_text(o->root, "spec.ingressClassName");
        return value_str_or_none(s.n ? s : node_str(kube_key(kube_at(o->metadata, "annotations"), STR("kubernetes.io/ingress.class"))));
    case SLOT_INGRESS_HOSTS:
        return get_hosts(o, false, scratch);
    case SLOT_INGRESS_PLAIN_HOSTS:
        return get_hosts(o, true, scratch);
    case SLOT_INGRESS_TLS:
        return value_bool(is_route(o) ? kube_at(o->root, "spec.tls") != NULL : node_items(kube_at(o->root, "spec.tls")) > 0);
    case SLOT_INGRESS_SERVICES:
        kube_ingress_services(o, count_service, &n);
        g = gather(scratch, n);
        kube_ingress_services(o, add_service, &g);
        return gather_value(&g);
    case SLOT_INGRESS_DEFAULT_BACKEND:
        return value_bool(kube_at(o->root, "spec.defaultBackend") || kube_at(o->root, "spec.backend"));
    default:
        return value_none();
    }
}

const SubjectOps kube_ingress_ops = {.get = get_ingress};

typedef bool (*PeerTest)(const Node *peer);

static bool peer_any_namespace(const Node *peer) {
    const Node *s = kube_at(peer, "namespaceSelector");
    return node_is(s, NODE_MAP) && node_count(kube_at(s, "matchLabels")) == 0 && node_count(kube_at(s, "matchExpressions")) == 0;
}

static bool peer_everything(const Node *peer) {
    const Node *block = kube_at(peer, "ipBlock");
    Str cidr = kube_text(block, "cidr");
    return (str_eqz(cidr, "0.0.0.0/0") || str_eqz(cidr, "::/0")) && node_items(kube_at(block, "except")) == 0;
}

/* Is there a rule for everybody? One without peers is. */
static bool any_peer(const KubeObject *o, bool egress) {
    if (!kube_policy_limits(o, egress))
        return false;
    list_each(rule, kube_at(o->root, egress ? "spec.egress" : "spec.ingress")) {
        const Node *peers = kube_at(rule, egress ? "to" : "from");
        if (node_items(peers) == 0)
            return true;
        list_each(p, peers)
            if (peer_everything(p))
                return true;
    }
    return false;
}

static bool any_namespace(const KubeObject *o) {
    list_each(rule, kube_at(o->root, "spec.ingress"))
        list_each(p, kube_at(rule, "from"))
            if (peer_any_namespace(p))
                return true;
    return false;
}

static Value get_networks(const KubeObject *o, bool egress, Scratch *scratch) {
    const Node *rules = kube_at(o->root, egress ? "spec.egress" : "spec.ingress");
    size_t n = 0;
    list_each(rule, rules)
        n += node_items(kube_at(rule, egress ? "to" : "from"));
    Gather g = gather(scratch, n);
    list_each(rule, rules)
        list_each(p, kube_at(rule, egress ? "to" : "from"))
            gather_text(&g, kube_text(p, "ipBlock.cidr"));
    return gather_value(&g);
}

static Value get_network_policy(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeObject *o = object;
    const Node *selector = kube_at(o->root, "spec.podSelector");
    Gather g;
    switch (ref->field->slot) {
    case SLOT_NETWORK_POLICY_NAME:
        return value_str_or_none(o->name);
    case SLOT_NETWORK_POLICY_TYPES:
        g = gather(scratch, 2);
        if (kube_policy_limits(o, false))
            gather_add(&g, value_str(STR("Ingress")));
        if (kube_policy_limits(o, true))
            gather_add(&g, value_str(STR("Egress")));
        return gather_value(&g);
    case SLOT_NETWORK_POLICY_SELECTS_ALL:
        return value_bool(node_count(kube_at(selector, "matchLabels")) == 0 && node_count(kube_at(selector, "matchExpressions")) == 0);
    case SLOT_NETWORK_POLICY_DENY_INGRESS:
        return value_bool(kube_policy_denies(o, false));
    case SLOT_NETWORK_POLICY_DENY_EGRESS:
        return value_bool(kube_policy_denies(o, true));
    case SLOT_NETWORK_POLICY_ANY_INGRESS:
        return value_bool(any_peer(o, false));
    case SLOT_NETWORK_POLICY_ANY_EGRESS:
        return value_bool(any_peer(o, true));
    case SLOT_NETWORK_POLICY_FROM:
        return get_networks(o, false, scratch);
    case SLOT_NETWORK_POLICY_TO:
        return get_networks(o, true, scratch);
    case SLOT_NETWORK_POLICY_ANY_NAMESPACE:
        return value_bool(any_namespace(o));
    default:
        return value_none();
    }
}

const SubjectOps kube_network_policy_ops = {.get = get_network_policy};

static Value pod_security(const KubeObject *o, const char *mode, const char *otherwise) {
    char key[64];
    snprintf(key, sizeof(key), "pod-security.kubernetes.io/%s", mode);
    Str s = node_str(kube_key(kube_at(o->metadata, "labels"), str_from(key)));
    return value_str(s.n ? s : str_from(otherwise));
}

static bool denies_by_default(const KubeObject *o, bool egress) {
    kube_each_in(policy, o->world, KUBE_NETWORK_POLICY, o->name)
        if (kube_policy_denies(policy, egress))
            return true;
    return false;
}

static bool has_kind(const KubeObject *o, const char *kind) {
    kube_each_in(other, o->world, KUBE_OTHER, o->name)
        if (str_eqz(other->kind, kind))
            return true;
    return false;
}

static Value get_namespace(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeObject *o = object;
    int64_t n = 0;
    switch (ref->field->slot) {
    case SLOT_NAMESPACE_NAME:
        return value_str_or_none(o->name);
    case SLOT_NAMESPACE_ENFORCE:
        return pod_security(o, "enforce", "privileged");
    case SLOT_NAMESPACE_ENFORCE_SET:
        return value_bool(kube_key(kube_at(o->metadata, "labels"), STR("pod-security.kubernetes.io/enforce")) != NULL);
    case SLOT_NAMESPACE_WARN:
        return pod_security(o, "warn", "privileged");
    case SLOT_NAMESPACE_AUDIT:
        return pod_security(o, "audit", "privileged");
    case SLOT_NAMESPACE_VERSION:
        return pod_security(o, "enforce-version", "latest");
    case SLOT_NAMESPACE_DENY_INGRESS:
        return value_bool(denies_by_default(o, false));
    case SLOT_NAMESPACE_DENY_EGRESS:
        return value_bool(denies_by_default(o, true));
    case SLOT_NAMESPACE_QUOTA:
        return value_bool(has_kind(o, "ResourceQuota"));
    case SLOT_NAMESPACE_LIMIT_RANGE:
        return value_bool(has_kind(o, "LimitRange"));
    case SLOT_NAMESPACE_WORKLOADS:
        kube_each_in(w, o->world, KUBE_WORKLOAD, o->name)
            n += w != NULL;
        return value_int(n);
    default:
        return value_none();
    }
}

const SubjectOps kube_namespace_ops = {.get = get_namespace};
