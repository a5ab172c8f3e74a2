/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that the webhook needs in a cluster, as YAML. */
#pragma once

#include "base/buf.h"

typedef struct AdmissionManifests {
    const char *namespace;      /* of its own */
    const char *image;          /* of the program, by digest */
    const char *policy;         /* set that judges, by name */
    unsigned replicas;
    bool fail_closed;           /* failurePolicy: Fail, and --fail closed; else both the other way */
    const char *mode;           /* of all namespaces: "enforce", "warn", "audit" */
    const char *const *api_servers; /* NULL-ended: networks (10.0.0.0/24) that requests come from; empty: any */
    bool worker;                /* a container beside the webhook watches pods and scans images; the store is theirs alone */
    bool check;                 /* the worker judges what is in the cluster, too; only with it */
    const char *const *registries; /* NULL-ended: networks that the worker fetches images and advisories from */
    const char *advisories;     /* where it gets the advisory database (--from of db update); NULL: from nowhere */
    const char *registry_secret; /* of type kubernetes.io/dockerconfigjson, for registries that want to know who asks; NULL: none */
    bool pin;                   /* pods get the digests of their images, with a MutatingWebhookConfiguration; only with the worker */
    const char *defaults;       /* set that pods are changed by, with a MutatingWebhookConfiguration; NULL: they are not */
    unsigned minor;             /* of the cluster: matchConditions are known since 1.28 */
    Str authorities;            /* PEM: what the API server trusts */
    Str certificate, key;       /* PEM: the server's */
} AdmissionManifests;

/* The names that the server's certificate must have, for the service in this namespace; NULL-ended. `buf` holds them. */
enum { ADMISSION_HOSTS = 3, ADMISSION_HOST_MAX = 300 };
void admission_hosts(const char *namespace, char buf[static ADMISSION_HOSTS][ADMISSION_HOST_MAX], const char *ret[static ADMISSION_HOSTS + 1]);
void admission_manifests(const AdmissionManifests *m, Buf *out);
