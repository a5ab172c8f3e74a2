/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/admit-cluster.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/time.h"
#include "cmd/message.h"
#include "kube/image-facts.h"
#include "kube/tree.h"

/* References that are remembered, a hundred bytes each. When there are more, pods are listed anew: what runs no more is forgotten. */
enum { REFERENCES_MAX = 50000, RELIST_S = 24 * 3600, FULL_S = 600 };

struct ClusterWatch {
    ClusterWatchOptions o;
    pthread_t thread;
    pthread_mutex_t lock;    /* of all up to `listed` */
    Map references;          /* of the pods since the last list, in the order in which they came */
    size_t asked;            /* so many of them were put beside the store */
    bool full, listed;
    _Atomic bool ending;
    /* Of the thread. */
    bool failing, anew;
    int64_t since;           /* the last list: time_steady() */
};

static void add(ClusterWatch *w, Str text) {
    _cleanup_(arena_done) Arena a = {0};
    bool fresh;
    KubeImage image = kube_image(text);
    Str reference = text.n && image.repository.n ? kube_image_reference(&image, &a) : STR_NULL;
    if (!reference.n)
        return;
    pthread_mutex_lock(&w->lock);
    if (w->references.n < REFERENCES_MAX)
        map_slot(&w->references, reference, &fresh);
    else if (!map_has(&w->references, reference))
        w->full = true;
    pthread_mutex_unlock(&w->lock);
}

/* What the node says that it runs: "docker-pullable://NAME@sha256:…", "NAME@sha256:…"; an image's own digest ("sha256:…") leads to no registry. */
static Str by_digest(Str id) {
    ssize_t scheme = str_find(id, STR("://"));
    if (scheme >= 0)
        id = str_from_at(id, (size_t) scheme + 3);
    return str_find(id, STR("@sha256:")) > 0 ? id : STR_NULL;
}

static int each_pod(void *userdata, KubeChange change, const Node *pod) {
    static const char *const specs[] = {"spec.initContainers", "spec.containers", "spec.ephemeralContainers"};
    static const char *const statuses[] = {"status.initContainerStatuses", "status.containerStatuses", "status.ephemeralContainerStatuses"};
    ClusterWatch *w = userdata;
    for (size_t i = 0; i < ARRAY_SIZE(specs) && change != KUBE_DELETED; i++) {
        node_each(c, kube_at(pod, specs[i]))
            add(w, kube_text(c, "image"));
        node_each(c, kube_at(pod, statuses[i]))
            add(w, by_digest(kube_text(c, "imageID")));
    }
    return 0;
}

static int restart(void *userdata) {
    ClusterWatch *w = userdata;
    pthread_mutex_lock(&w->lock);
    Map old = w->references;
    w->references = (Map) {.own_keys = true};
    /* What was not looked at yet has its turn. */
    for (size_t i = w->asked; i < old.n; i++)
        map_set(&w->references, old.entries[i].key, NULL);
    map_done(&old);
    w->asked = 0;
    w->full = false;
    pthread_mutex_unlock(&w->lock);
    return 0;
}

static int listed(void *userdata) {
    ClusterWatch *w = userdata;
    pthread_mutex_lock(&w->lock);
    w->listed = true;
    if (w->full)
        message_warning("the cluster runs more than %d images: those beyond are not looked at", REFERENCES_MAX);
    w->full = false;
    pthread_mutex_unlock(&w->lock);
    if (w->failing)
        message_note("the cluster answers again");
    w->failing = false;
    w->since = time_steady();
    return w->o.once ? -ECANCELED : 0;
}

static int failed(void *userdata, int r, const char *message, unsigned ms) {
    ClusterWatch *w = userdata;
    if (!w->failing)
        message_warning("%s%s", message, w->o.once ? "" : "; it is asked again");
    w->failing = true;
    return w->o.once ? -ECANCELED : 0;
}

/* What runs no more is to be forgotten: by a list every day, or when there is too much. */
static int between(void *userdata) {
    ClusterWatch *w = userdata;
    pthread_mutex_lock(&w->lock);
    w->anew = w->listed && time_steady() - w->since >= (w->full ? FULL_S : RELIST_S);
    pthread_mutex_unlock(&w->lock);
    return w->ending || w->anew ? -ECANCELED : 0;
}

static void *watch(void *p) {
    ClusterWatch *w = p;
    const KubeWatchOptions o = {.path = "/api/v1/pods", .restart = restart, .each = each_pod, .listed = listed, .failed = failed, .wait = between, .userdata = w};
    do {
        _cleanup_error_ Error err = {0};
        w->anew = false;
        (void) kube_watch(w->o.client, &o, &err);
    } while (w->anew && !w->ending && !w->o.once);
    pthread_mutex_lock(&w->lock);
    w->listed = true;
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

int cluster_watch_start(const ClusterWatchOptions *o, ClusterWatch **ret, Error *err) {
    ClusterWatch *w = xcalloc(1, sizeof(*w));
    w->o = *o;
    w->references.own_keys = true;
    pthread_mutex_init(&w->lock, NULL);
    int r = -pthread_create(&w->thread, NULL, watch, w);
    if (r < 0) {
        pthread_mutex_destroy(&w->lock);
        free(w);
        return error_errno(err, r, "starting a thread");
    }
    *ret = w;
    return 0;
}

void cluster_watch_stop(ClusterWatch *w) {
    w->ending = true;
    pthread_join(w->thread, NULL);
    map_done(&w->references);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

bool cluster_watch_listed(ClusterWatch *w) {
    pthread_mutex_lock(&w->lock);
    bool yes = w->listed;
    pthread_mutex_unlock(&w->lock);
    return yes;
}

int cluster_watch_ask(ClusterWatch *w, FactStore *s, bool all, int64_t now, size_t *ret_asked, Error *err) {
    _cleanup_(image_facts_freep) ImageFacts *known = NULL;
    int r = 0;
    *ret_asked = 0;
    pthread_mutex_lock(&w->lock);
    size_t i = all ? 0 : w->asked;
    if (i < w->references.n)
        r = image_facts_load(w->o.path, &known, err);
    for (; known && i < w->references.n && r == 0; i++) {
        Str reference = w->references.entries[i].key;
        KubeImage image = kube_image(reference);
        if (image_facts_find(known, &image, now, 0).fact)
            continue;
        r = fact_store_ask(s, reference, now, err);
        *ret_asked += r == 0;
    }
    /* What the store could not take comes again with the next look. */
    w->asked = r < 0 && r != -EDQUOT && i ? MIN(i - 1, w->asked) : i;
    pthread_mutex_unlock(&w->lock);
    /* The rest comes when the queue is shorter: with the next look at all. */
    return r == -EDQUOT ? 0 : r;
}
