/* SPDX-License-Identifier: Apache-2.0 */
/* Objects of Kubernetes as they stand in files, and the world that all objects of a run make together: a workload is as exposed as the services beside it say. */
#pragma once

#include "base/map.h"
#include "base/vec.h"
#include "kube/tree.h"

typedef enum KubeClass {
    KUBE_OTHER,
    KUBE_WORKLOAD,
    KUBE_SERVICE_ACCOUNT,
    KUBE_SERVICE,
    KUBE_INGRESS,
    KUBE_NETWORK_POLICY,
    KUBE_ROLE,
    KUBE_BINDING,
    KUBE_NAMESPACE,
    KUBE_CLASS_N_,
} KubeClass;

/* The newest version of Kubernetes whose rules we know: 1.36. */
enum { KUBE_MINOR_NEWEST = 36 };

typedef struct KubeWorld KubeWorld;
typedef struct KubeWorkload KubeWorkload;

typedef struct KubeObject {
    const char *file;
    const Node *root;
    Str api_version, group, version; /* "apps/v1", "apps", "v1"; the core group is "" */
    Str kind, name, namespace;       /* namespace: as written, else "default" for what lives in one, else STR_NULL */
    const Node *metadata;            /* NULL when there is none */
    KubeClass class;
    bool wrong;                      /* values of wrong types: said in the Diag; what fields say of it is not to be trusted */
    KubeWorkload *workload;          /* KUBE_WORKLOAD */
    const Node **rules;              /* KUBE_ROLE: its rules, so that the i-th costs nothing to find */
    size_t n_rules;
    struct AccessParts *access;      /* access.h: what the access map has of it; NULL: nothing, or there is no map */
    KubeWorld *world;
} KubeObject;

typedef Vec(KubeObject *) KubeObjects;

struct KubeWorld {
    Arena *arena;                    /* of the caller: objects live in it */
    unsigned minor;                  /* the version of Kubernetes that is asked for: 25 is 1.25 */
    bool unmerged;                   /* set by whoever knows that no key of what is read is "<<": nothing is looked through for merging */
    KubeObjects all;                 /* in the order of their reading */
    KubeObjects of[KUBE_CLASS_N_];
    Map namespaces;                  /* name -> KubeObjects *, what lives there */
    const struct ImageFacts *images; /* image-facts.h; NULL: nothing is known of images, and rules' fields about that are absent */
    int64_t now, image_max_age;      /* the moment that counts for them and for ages (0: none does), and how many seconds a scan is good for (0: any) */
    bool access_wanted;              /* set by whoever evaluates rules about credentials and secrets: kube_each_subject() hands them out only then */
    struct AccessWorld *access;      /* access-subject.h: made when it is first asked for */
    void *of_reader;                 /* what whoever fills it keeps about its text; in the arena */
};

/* Files read into it may refer to each other. Free with kube_world_done(); the arena stays the caller's. */
KubeWorld kube_world(Arena *a);
void kube_world_done(KubeWorld *w);
/* One that ends with the arena; NULL when that is full. */
KubeWorld *kube_world_in(Arena *a);
/* Takes in the objects of all documents; Lists, Templates and AdmissionReviews give what is in them. The tree must outlive the world; it is changed where it has
 * merge keys. Errors of single objects (types, no kind) go to `d`, and the others are still taken: 0, or -EINVAL when there were any; -E2BIG beyond limits. */
int kube_world_add(KubeWorld *w, Node *documents, const char *file, Diag *d);
/* One object whose type is given, for what is made by other readers (Compose). */
KubeObject *kube_world_put(KubeWorld *w, const Node *root, const char *file, Diag *d);

/* Objects of the class in the namespace. */
#define kube_each_in(object, world, class_, namespace_)                                        \
    for (KubeObjects *in_ = map_get(&(world)->namespaces, namespace_), *once_ = in_; once_; once_ = NULL) \
        for (size_t i_ = 0; i_ < in_->n; i_++)                                                  \
            for (const KubeObject *object = in_->p[i_]; object; object = NULL)                  \
                if (object->class == (class_))

/* Does the label selector (matchLabels, matchExpressions) hold for these labels? An empty one holds for all; NULL holds for none. */
bool kube_selects(const Node *selector, const Node *labels);
/* A map of labels alone, as services have it. */
bool kube_labels_match(const Node *wanted, const Node *labels);
