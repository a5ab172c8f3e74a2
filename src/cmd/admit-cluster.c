/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/admit-cluster.h"

#include "base/map.h"
#include "kube/image-facts.h"
#include "kube/tree.h"

typedef struct Asking {
    const ImageFacts *known;
    Arena arena;             /* of `seen` */
    Map seen;                /* references that were met */
    FactStore *store;
    int64_t now;
    size_t asked;
    Error *err;
} Asking;

static int ask(Asking *k, Str text) {
    KubeImage image = kube_image(text);
    bool fresh;
    if (!text.n || !image.repository.n)
        return 0;
    ImageAnswer a = image_facts_find(k->known, &image, k->now, 0);
    Str reference = kube_image_reference(&image, &k->arena);
    if (!reference.n || a.fact)
        return 0;
    map_slot(&k->seen, reference, &fresh);
    if (!fresh)
        return 0;
    k->asked++;
    int r = fact_store_ask(k->store, reference, k->now, k->err);
    /* The rest comes when the queue is shorter. */
    return r == -ENOSPC ? 0 : r;
}

/* What the node says that it runs: "docker-pullable://NAME@sha256:…", "NAME@sha256:…"; an image's own digest ("sha256:…") leads to no registry. */
static Str by_digest(Str id) {
    ssize_t scheme = str_find(id, STR("://"));
    if (scheme >= 0)
        id = str_from_at(id, (size_t) scheme + 3);
    return str_find(id, STR("@sha256:")) > 0 ? id : STR_NULL;
}

static int each_pod(void *userdata, const Node *pod) {
    static const char *const specs[] = {"spec.initContainers", "spec.containers", "spec.ephemeralContainers"};
    static const char *const statuses[] = {"status.initContainerStatuses", "status.containerStatuses", "status.ephemeralContainerStatuses"};
    Asking *k = userdata;
    int r = 0;
    for (size_t i = 0; i < ARRAY_SIZE(specs) && r == 0; i++) {
        for (const Node *c = node_first(kube_at(pod, specs[i])); c && r == 0; c = c->next)
            r = ask(k, kube_text(c, "image"));
        for (const Node *c = node_first(kube_at(pod, statuses[i])); c && r == 0; c = c->next)
            r = ask(k, by_digest(kube_text(c, "imageID")));
    }
    return r;
}

int admit_cluster_ask(KubeClient *c, const char *path, FactStore *s, int64_t now, size_t *ret_asked, Error *err) {
    _cleanup_(image_facts_freep) ImageFacts *known = NULL;
    int r = image_facts_load(path, &known, err);
    if (r < 0)
        return r;
    Asking k = {.known = known, .store = s, .now = now, .err = err};
    const KubeListOptions o = {.path = "/api/v1/pods", .each = each_pod, .userdata = &k};
    r = kube_list(c, &o, NULL, err);
    if (ret_asked)
        *ret_asked = k.asked;
    map_done(&k.seen);
    arena_done(&k.arena);
    return r;
}
