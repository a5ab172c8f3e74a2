/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/relations.h"

#include "kube/getter.h"

static const char *const exposure_names[] = {"none", "internal", "node_port", "ingress", "load_balancer", "host"};

const char *kube_exposure_name(KubeExposure e) {
    return exposure_names[e];
}

static const Node *pod_labels(const KubeWorkload *w) {
    return kube_at(w->metadata, "labels");
}

bool kube_service_chooses(const KubeObject *service, const KubeWorkload *w) {
    const Node *selector = kube_at(service->root, "spec.selector");
    return node_count(selector) > 0 && kube_labels_match(selector, pod_labels(w));
}

void kube_ingress_services(const KubeObject *ingress, void (*each)(void *userdata, Str service), void *userdata) {
    const Node *spec = kube_at(ingress->root, "spec");
    static const char *const direct[] = {"to.name", "defaultBackend.service.name", "defaultBackend.serviceName", "backend.serviceName"};
    for (size_t i = 0; i < ARRAY_SIZE(direct); i++) {
        Str s = kube_text(spec, direct[i]);
        if (s.p)
            each(userdata, s);
    }
    list_each(rule, kube_at(spec, "rules"))
        list_each(path, kube_at(rule, "http.paths")) {
            Str s = kube_text(path, "backend.service.name");
            if (!s.p)
                s = kube_text(path, "backend.serviceName");
            if (s.p)
                each(userdata, s);
        }
}

typedef struct Wanted {
    Str name;
    bool found;
} Wanted;

static void find_service(void *userdata, Str service) {
    Wanted *w = userdata;
    w->found = w->found || str_eq(w->name, service);
}

static bool behind_ingress(const KubeObject *service) {
    Wanted wanted = {service->name, false};
    kube_each_in(ingress, service->world, KUBE_INGRESS, service->namespace)
        kube_ingress_services(ingress, find_service, &wanted);
    return wanted.found;
}

static bool on_host(const KubeWorkload *w) {
    if (kube_bool(kube_at(w->spec, "hostNetwork"), false))
        return true;
    for (size_t i = 0; i < w->n_containers; i++)
        list_each(port, kube_at(w->containers[i].node, "ports")) {
            int64_t n;
            if (kube_int(kube_at(port, "hostPort"), &n) == 0 && n != 0)
                return true;
        }
    return false;
}

static KubeExposure of_service(const KubeObject *service) {
    Str type = kube_text(service->root, "spec.type");
    if (str_eqz(type, "LoadBalancer") || node_items(kube_at(service->root, "spec.externalIPs")) > 0)
        return EXPOSED_LOAD_BALANCER;
    if (behind_ingress(service))
        return EXPOSED_INGRESS;
    return str_eqz(type, "NodePort") ? EXPOSED_NODE_PORT : EXPOSED_INTERNAL;
}

KubeExposure kube_exposure(const KubeWorkload *w) {
    if (on_host(w))
        return EXPOSED_HOST;
    KubeExposure most = EXPOSED_NONE;
    kube_each_in(service, w->object->world, KUBE_SERVICE, w->object->namespace)
        if (kube_service_chooses(service, w))
            most = MAX(most, of_service(service));
    return most;
}

bool kube_policy_limits(const KubeObject *policy, bool egress) {
    const Node *types = kube_at(policy->root, "spec.policyTypes");
    if (node_items(types))
        return kube_has(types, egress ? "Egress" : "Ingress");
    return !egress || kube_at(policy->root, "spec.egress");
}

bool kube_policy_denies(const KubeObject *policy, bool egress) {
    const Node *selector = kube_at(policy->root, "spec.podSelector");
    return node_is(selector, NODE_MAP) && node_count(kube_at(selector, "matchLabels")) == 0 && node_count(kube_at(selector, "matchExpressions")) == 0 &&
           kube_policy_limits(policy, egress) && node_items(kube_at(policy->root, egress ? "spec.egress" : "spec.ingress")) == 0;
}

bool kube_policy_for(const KubeWorkload *w, bool egress) {
    kube_each_in(policy, w->object->world, KUBE_NETWORK_POLICY, w->object->namespace)
        if (kube_policy_limits(policy, egress) && kube_selects(kube_at(policy->root, "spec.podSelector"), pod_labels(w)))
            return true;
    return false;
}

bool kube_token_mounted(const KubeWorkload *w) {
    const Node *own = kube_at(w->spec, "automountServiceAccountToken");
    if (own)
        return kube_bool(own, true);
    Str name = kube_text(w->spec, "serviceAccountName");
    if (!name.n)
        name = kube_text(w->spec, "serviceAccount");
    if (!name.n)
        name = STR("default");
    kube_each_in(account, w->object->world, KUBE_SERVICE_ACCOUNT, w->object->namespace)
        if (str_eq(account->name, name))
            return kube_bool(kube_at(account->root, "automountServiceAccountToken"), true);
    return true;
}

bool kube_binds(const KubeObject *binding, Str account, Str namespace) {
    list_each(subject, kube_at(binding->root, "subjects")) {
        Str kind = kube_text(subject, "kind"), name = kube_text(subject, "name"), in = kube_text(subject, "namespace");
        if (str_eqz(kind, "ServiceAccount") && str_eq(name, account) && str_eq(in.n ? in : binding->namespace, namespace))
            return true;
        if (!str_eqz(kind, "Group"))
            continue;
        if (str_eqz(name, "system:serviceaccounts") || str_eqz(name, "system:authenticated"))
            return true;
        if (str_starts(name, STR("system:serviceaccounts:")) && str_eq(str_from_at(name, strlen("system:serviceaccounts:")), namespace))
            return true;
    }
    return false;
}
