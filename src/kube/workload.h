/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever runs pods, down to the pod template: its containers of all three lists as one, and its volumes. */
#pragma once

#include "kube/object.h"

typedef enum KubeContainerKind { KUBE_INIT, KUBE_SIDECAR, KUBE_REGULAR, KUBE_EPHEMERAL } KubeContainerKind;

typedef struct KubeImage {
    Str registry, repository, tag, digest; /* as a runtime reads them: "docker.io", "library/nginx", "latest" when there is neither tag nor digest */
    bool tag_set;
} KubeImage;

typedef struct KubeContainer {
    const KubeWorkload *workload;
    const Node *node, *security; /* security: its securityContext; NULL */
    KubeContainerKind kind;
    Str name;
    KubeImage image;
    struct KubeItem *env, *mounts; /* as they stand in the file */
    size_t n_env, n_mounts;
} KubeContainer;

/* An environment variable or a mount, with where it belongs. */
typedef struct KubeItem {
    const KubeContainer *container;
    const Node *node;
} KubeItem;

typedef struct KubeVolume {
    const KubeWorkload *workload;
    const Node *node;
    Str name;
    Str type;           /* "hostPath"; "emptyDir" where nothing is said, as the API server fills in */
    const Node *source; /* what stands below the type; NULL */
    Str host_path;      /* of a hostPath, without "//", "." and ".."; STR_NULL */
} KubeVolume;

struct KubeWorkload {
    const KubeObject *object;
    const Node *metadata, *spec; /* of the pod template; NULL when absent */
    const Node *security;        /* spec.securityContext */
    KubeContainer *containers;   /* init, regular, ephemeral; in the order of the file */
    size_t n_containers;
    KubeVolume *volumes;
    size_t n_volumes;
    const Node *several;         /* a second type in one volume, which the API server refuses; NULL */
    Map by_name;                 /* volumes; frees with the world */
};

/* The workload whose pod template is `template` (metadata, spec). NULL when the arena is full. */
KubeWorkload *kube_workload_new(const KubeObject *o, const Node *template, Arena *a);
const KubeVolume *kube_volume_find(const KubeWorkload *w, Str name);
/* Parts of an image's reference; registry and repository are filled in as Docker does ("nginx" is docker.io/library/nginx). */
KubeImage kube_image(Str reference);
const char *kube_container_kind_name(KubeContainerKind k);
/* The type of profile that an annotation names, in the words of the fields that came after: "RuntimeDefault", "Localhost", "Unconfined"; anything else as it is written.
 * seccomp knows "docker/default" for the first one, too. STR_NULL stays so. */
Str kube_annotated_profile(Str value, bool seccomp);
