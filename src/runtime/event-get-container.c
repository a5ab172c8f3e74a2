/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of the container of an event. */
#include "policy/match.h"
#include "runtime/event-get.h"

static Value of_container(const Ask *a, Str s) { return a->e->container && s.n ? value_str(s) : value_none(); }
#define CONTAINER_TEXT(f, member) \
    static Value f(const Ask *a) { return of_container(a, a->e->container ? a->e->container->member : STR_NULL); }
#define CONTAINER_BOOL(f, member) \
    static Value f(const Ask *a) { return a->e->container && a->e->container->known ? value_bool(a->e->container->member) : value_none(); }
enum { ID_SHOWN = 12 };
static Value container_id(const Ask *a) { return value_str(a->e->container ? str_head(a->e->container->id, ID_SHOWN) : STR("host")); }
static Value container_full_id(const Ask *a) { return value_str(a->e->container ? a->e->container->id : STR("host")); }
static Value container_name(const Ask *a) { return a->e->container ? of_container(a, a->e->container->name) : value_str(STR("host")); }
static Value container_type(const Ask *a) { return a->e->container ? of_container(a, a->e->container->type) : value_str(STR("host")); }
CONTAINER_BOOL(container_privileged, privileged)
CONTAINER_TEXT(container_image, image)
CONTAINER_TEXT(container_image_id, image_id)
CONTAINER_TEXT(container_repository, repository)
CONTAINER_TEXT(container_tag, tag)
CONTAINER_TEXT(container_digest, digest)
CONTAINER_TEXT(container_ip, ip)
CONTAINER_TEXT(container_mounts, mounts_text)
CONTAINER_BOOL(container_host_pid, host_pid)
CONTAINER_BOOL(container_host_network, host_network)
CONTAINER_BOOL(container_host_ipc, host_ipc)
CONTAINER_TEXT(k8s_ns, namespace)
CONTAINER_TEXT(k8s_pod, pod)
CONTAINER_TEXT(k8s_uid, pod_uid)
/* When its first process began; what the runtime wrote down where that is no ancestor (exec). */
static int64_t container_began(const Event *e) {
    const WireProcess *p = &e->wire.process;
    uint64_t start = p->pid_level && p->vpid == 1 ? p->start : 0;
    for (size_t i = 0; i < p->n_ancestors; i++)
        if (p->ancestors[i].vpid == 1 && p->ancestors[i].pid != 1)
            start = p->ancestors[i].start;
    return !e->container ? 0 : start ? e->tables->boot + (int64_t) start : e->container->start;
}
static Value container_start(const Ask *a) { return number_if((uint64_t) container_began(a->e)); }
static Value container_duration(const Ask *a) {
    int64_t start = container_began(a->e);
    return start && a->e->time > start ? value_int(a->e->time - start) : value_none();
}
static Value label_among(const Ask *a, const ContainerMount *l, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (str_eq(l[i].source, a->ref->arg))
            return value_str(l[i].destination);
    return value_none();
}
static Value labelled(const Ask *a) { return a->e->container ? label_among(a, a->e->container->labels, a->e->container->n_labels) : value_none(); }
/* Where nobody wrote down those of the pod, its container's annotations may have them. */
static Value pod_labelled(const Ask *a) {
    const Container *c = a->e->container;
    return !c || !c->pod.n ? value_none() : c->n_pod_labels ? label_among(a, c->pod_labels, c->n_pod_labels) : label_among(a, c->labels, c->n_labels);
}
/* A mount by its number, or the first whose other end the pattern matches. */
static Value mount(const Ask *a, bool by_destination, size_t offset) {
    const Container *c = a->e->container;
    uint64_t n;
    bool numbered = str_to_u64(a->ref->arg, 100000, &n) == 0;
    for (size_t i = 0; c && i < c->n_mounts; i++) {
        const ContainerMount *m = &c->mounts[i];
        Str end = by_destination ? m->destination : m->source;
        if (numbered ? n == i : glob_match(a->ref->arg, end, false, NULL))
            return str_there(*(const Str *) ((const char *) m + offset));
    }
    return c ? value_str(STR("N/A")) : value_none(); /* what Falco says, and its rules compare with */
}
static Value mount_source(const Ask *a) { return mount(a, true, offsetof(ContainerMount, source)); }
static Value mount_dest(const Ask *a) { return mount(a, false, offsetof(ContainerMount, destination)); }
static Value mount_mode(const Ask *a) { return mount(a, false, offsetof(ContainerMount, mode)); }

Getter *const event_container_getters[EVENT_SLOTS] = {
    [SLOT_EVENT_CONTAINER_ID] = container_id, [SLOT_EVENT_CONTAINER_FULL_ID] = container_full_id, [SLOT_EVENT_CONTAINER_NAME] = container_name,
    [SLOT_EVENT_CONTAINER_TYPE] = container_type, [SLOT_EVENT_CONTAINER_PRIVILEGED] = container_privileged, [SLOT_EVENT_CONTAINER_IMAGE] = container_image,
    [SLOT_EVENT_CONTAINER_IMAGE_ID] = container_image_id, [SLOT_EVENT_CONTAINER_IMAGE_REPOSITORY] = container_repository,
    [SLOT_EVENT_CONTAINER_IMAGE_TAG] = container_tag, [SLOT_EVENT_CONTAINER_IMAGE_DIGEST] = container_digest, [SLOT_EVENT_CONTAINER_IP] = container_ip,
    [SLOT_EVENT_CONTAINER_MOUNTS] = container_mounts, [SLOT_EVENT_CONTAINER_MOUNT_SOURCE] = mount_source, [SLOT_EVENT_CONTAINER_MOUNT_DEST] = mount_dest,
    [SLOT_EVENT_CONTAINER_MOUNT_MODE] = mount_mode, [SLOT_EVENT_CONTAINER_START_TS] = container_start, [SLOT_EVENT_CONTAINER_DURATION] = container_duration,
    [SLOT_EVENT_CONTAINER_HOST_PID] = container_host_pid, [SLOT_EVENT_CONTAINER_HOST_NETWORK] = container_host_network,
    [SLOT_EVENT_CONTAINER_HOST_IPC] = container_host_ipc, [SLOT_EVENT_CONTAINER_LABEL] = labelled, [SLOT_EVENT_K8S_NS_NAME] = k8s_ns,
    [SLOT_EVENT_K8S_POD_NAME] = k8s_pod, [SLOT_EVENT_K8S_POD_UID] = k8s_uid, [SLOT_EVENT_K8S_POD_LABEL] = pod_labelled,
};
