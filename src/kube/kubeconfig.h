/* SPDX-License-Identifier: Apache-2.0 */
/* kubeconfig files (kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig; type v1 Config): several are one, of two entries with the same name the
 * first counts. Nothing is opened here but the files' texts, which the caller hands in. */
#pragma once

#include "base/map.h"
#include "base/vec.h"
#include "parse/node.h"

enum { KUBECONFIG_BYTES = 4 << 20 };

/* An entry of clusters, users or contexts. */
typedef struct KubeEntry {
    const Node *node;     /* the map below "cluster", "user", "context" */
    const char *file;
} KubeEntry;

typedef struct KubeConfig {
    Arena arena;
    Map clusters, users, contexts; /* name -> KubeEntry * */
    Str current;                   /* current-context; empty when nobody says */
    unsigned files;                /* read so far */
} KubeConfig;

void kubeconfig_done(KubeConfig *c);
/* Adds a file. The text is copied. -EINVAL with messages; what was read before stays. */
int kubeconfig_add(KubeConfig *c, Str text, const char *file, Diag *d);

typedef struct KubePair {
    Str name, value;
} KubePair;

typedef Vec(KubePair) KubePairs;

/* A program that gives credentials (client.authentication.k8s.io). */
typedef struct KubeExec {
    Str api_version, command, install_hint;
    Str interactive;      /* "Never", "IfAvailable", "Always" */
    Str *args;
    size_t n_args;
    KubePair *env;
    size_t n_env;
    bool cluster_info;    /* it wants to be told of the cluster */
    const Node *config;   /* what the cluster's extension says to it; NULL */
} KubeExec;

/* How to reach a cluster, and as whom. Strings end with the config that they are of. Paths of files are absolute, or as relative as that of their kubeconfig. */
typedef struct KubeAccess {
    Str context, cluster, user;   /* names */
    Str namespace;                /* empty: "default" */
    Str server;                   /* URL without a slash at its end */
    Str tls_server_name, proxy;
    bool insecure;                /* the file says so */
    Str ca, ca_file;              /* PEM; path. At most one of the two, as below */
    Str cert, cert_file, key, key_file;
    Str token, token_file;
    Str username, password;
    Str as, as_uid;               /* impersonation */
    Str *as_groups;
    size_t n_as_groups;
    KubePair *as_extra;
    size_t n_as_extra;
    KubeExec *exec;               /* NULL: none */
} KubeAccess;

/* The context of this name; NULL: the current one. -ENOENT when there is none (message in `d`, with what there is), -EINVAL with messages when it cannot be used as it stands. */
int kubeconfig_access(KubeConfig *c, const char *context, KubeAccess *ret, Diag *d);
