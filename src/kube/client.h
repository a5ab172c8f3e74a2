/* SPDX-License-Identifier: Apache-2.0 */
/* A client of a Kubernetes API server (kubernetes.io/docs/reference/using-api/api-concepts): objects by path, lists in pages, watches that do not end.
 * Answers are read object by object, so that memory holds one of them and what the caller keeps. Tokens and keys go to the server only: no message and no argument of a program has them. */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "base/vec.h"
#include "parse/node.h"

/* A zero means the default of each. */
typedef struct KubeClientOptions {
    const char *kubeconfig;   /* NULL: the files of KUBECONFIG, else ~/.kube/config, else, where there is none of them, the account of the pod that this runs in */
    const char *context;      /* NULL: current-context */
    const char *user_agent;
    const char *pod_dir;      /* where a pod finds token, ca.crt and namespace; NULL: /var/run/secrets/kubernetes.io/serviceaccount */
    unsigned timeout_s;       /* for a connection, for the head of an answer, for the next byte of it: 30 */
    unsigned retries;         /* of what may be repeated, after a failure that may pass: 4 */
    unsigned backoff_ms;      /* before the first of them: 250; doubled for each, up to 30 s, and scattered by half */
    unsigned page;            /* objects of a list asked for at once: 500 */
    uint64_t objects;         /* of one list: 10 million; a list that has more ends with -E2BIG */
    unsigned silence_s;       /* a watch that says nothing for so long is asked for anew: 150. Bookmarks come every minute */
    bool terminal;            /* a program that gives credentials may ask the user */
} KubeClientOptions;

/* May be used by several threads. */
typedef struct KubeClient KubeClient;
/* Speaks to nobody yet. -EINVAL, -ENOENT: the configuration is wrong or there is none; the message has a line for each mistake. */
int kube_client_open(const KubeClientOptions *o, KubeClient **ret, Error *err);
void kube_client_free(KubeClient *c);
DEFINE_CLEANUP(KubeClient, kube_client_free, kube_client_freep);
const char *kube_client_server(const KubeClient *c);
/* Of the context; "" for a pod's account. */
const char *kube_client_context(const KubeClient *c);
/* Of the context; "default" where it names none. */
const char *kube_client_namespace(const KubeClient *c);

typedef struct KubeRequest {
    const char *method;       /* NULL: GET */
    const char *path;         /* with its query: "/api/v1/namespaces/default/pods?limit=1" */
    Str body;
    const char *content_type; /* of the body; NULL: application/json */
    const char *accept;       /* media type of the answer; NULL: application/json */
    size_t max;               /* bytes of the answer; 0: 32 MiB */
} KubeRequest;

/* The body of an answer of 2xx, which the caller ends. Else the status as an errno, with what the server says: -EACCES (401), -EPERM (403), -ENOENT (404), -EEXIST (409), -ESTALE (410),
 * -EINVAL (400, 422), -EAGAIN (429), -EREMOTEIO (others); or a failure of the connection. GET is repeated after failures that may pass. */
int kube_request(KubeClient *c, const KubeRequest *rq, Buf *ret, Error *err);

enum { KUBE_VERSION_MAX = 128 };

/* What a list is made of. */
typedef struct KubeListOptions {
    const char *path;         /* of the resource, without a query */
    const char *labels, *fields; /* selectors; NULL: all */
    bool metadata;            /* of each object only that: the server sends nothing else (PartialObjectMetadata) */
    /* The tree ends with the call. A negative answer ends the list and is handed on. */
    int (*each)(void *userdata, const Node *object);
    /* The server forgot the rest of the list (410): what `each` was told is void, all of it follows anew. NULL: the list goes on where it was, with what is there now. */
    int (*restart)(void *userdata);
    int (*wait)(void *userdata); /* called at least once a second while nothing comes; a negative answer ends it. NULL: none */
    void *userdata;
} KubeListOptions;

/* All objects, page by page. *ret_version (may be NULL): what a watch goes on from. */
int kube_list(KubeClient *c, const KubeListOptions *o, char ret_version[KUBE_VERSION_MAX], Error *err);

typedef enum KubeChange { KUBE_LISTED, KUBE_ADDED, KUBE_MODIFIED, KUBE_DELETED } KubeChange;

typedef struct KubeWatchOptions {
    const char *path, *labels, *fields;
    /* A list begins, also when the server forgot what was since the last one: all that was told is void. */
    int (*restart)(void *userdata);
    int (*each)(void *userdata, KubeChange change, const Node *object);
    int (*listed)(void *userdata);   /* the list is told in full; changes follow. NULL: none */
    /* It failed, and is tried again after so many milliseconds. NULL: none */
    int (*failed)(void *userdata, int r, const char *message, unsigned ms);
    int (*wait)(void *userdata);     /* as above */
    void *userdata;
} KubeWatchOptions;

/* A list, then its changes, for ever: lost connections, silence, refusals and forgotten history are mended by asking again. Ends with the first negative answer of a callback, which it returns. */
int kube_watch(KubeClient *c, const KubeWatchOptions *o, Error *err);

typedef struct KubeResource {
    Str group, version;       /* "" and "v1" for the core */
    Str name, kind;           /* "deployments", "Deployment" */
    bool namespaced, list, watch;
} KubeResource;

typedef struct KubeResources {
    Arena arena;
    Vec(KubeResource) all;    /* in the order of the server; of a resource in several versions of a group the preferred one */
    Vec(Str) missed;          /* "metrics.k8s.io/v1beta1: why": groups that did not answer */
} KubeResources;

/* What the server has. `wanted` NULL: all groups; else those that it says yes to. */
int kube_discover(KubeClient *c, bool (*wanted)(void *userdata, Str group), void *userdata, KubeResources *ret, Error *err);
void kube_resources_done(KubeResources *r);
const KubeResource *kube_resource_find(const KubeResources *r, Str group, Str name);
/* "/apis/apps/v1/namespaces/shop/deployments"; `namespace` NULL: of all. In a fresh string. */
char *kube_resource_path(const KubeResource *r, const char *namespace);
/* "apps/v1", "v1". */
char *kube_resource_api_version(const KubeResource *r);
