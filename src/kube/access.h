/* SPDX-License-Identifier: Apache-2.0 */
/* The access map: credentials that open the cluster, tokens of service accounts, and which workload gets which secret by which way. Values of secrets are never in it. */
#pragma once

#include "kube/workload.h"
#include "policy/source.h"

typedef enum AccessHow {
#define HOW(id, name, doc) ACCESS_##id,
#include "kube/access-how.list.h"
#undef HOW
    ACCESS_HOW_N_,
} AccessHow;
const char *access_how_name(AccessHow h);

/* A workload gets a secret. */
typedef struct AccessUse {
    AccessHow how;
    Str secret;              /* name of the Secret; of CSI the SecretProviderClass, of Vault the path */
    Str key;                 /* of it; empty: all */
    Str container;           /* empty: the pod */
    Str where;               /* variable, or path in the container; empty: nowhere (a volume that nobody mounts) */
    const Node *node;
} AccessUse;
/* Every way of a workload, containers in their order. Texts point into its tree. A negative answer ends it. */
int access_each_use(const KubeWorkload *w, int (*each)(void *userdata, const AccessUse *u), void *userdata);

/* The same as values of fields: names of secrets, names of ways; each once. */
Value access_get_secrets(const void *workload, const FieldRef *ref, Scratch *scratch);
Value access_get_ways(const void *workload, const FieldRef *ref, Scratch *scratch);

typedef struct AccessPlace {
    const char *file;
    uint32_t line;
} AccessPlace;

/* A way with the workload that has it. Texts are in the arena of the map, as all below. */
typedef struct AccessWay {
    Str kind, namespace, workload;
    AccessUse use;           /* .node NULL */
    AccessPlace place;
} AccessWay;

/* A Secret, or what makes one. */
typedef struct AccessSecret {
    Str namespace, name, type;
    Str made_by;             /* "ExternalSecret x of store y", "SealedSecret x"; empty: not known */
    bool seen;               /* the Secret itself was read */
    int64_t created;         /* TIME_NONE: not known */
    AccessPlace place;
} AccessSecret;

typedef enum AccessTokenKind { ACCESS_TOKEN_SECRET, ACCESS_TOKEN_PROJECTED, ACCESS_TOKEN_MOUNTED } AccessTokenKind;
const char *access_token_name(AccessTokenKind k); /* "secret", "projected", "mounted" */

/* A token of a service account. */
typedef struct AccessToken {
    AccessTokenKind kind;
    Str namespace, account;
    Str holder;              /* name of the Secret, or "Deployment web" */
    Str audience;            /* ACCESS_TOKEN_PROJECTED; empty: the API server */
    int64_t lifetime_s;      /* 0: it does not end */
    int64_t created;         /* TIME_NONE: not known */
    Str last_used;           /* a day; empty: not known */
    AccessPlace place;
} AccessToken;

/* A way to log in that a file holds. */
typedef struct AccessCredential {
    Str what;                /* "certificate", "authority", "key", "token", "password", "program", "file" */
    Str owner;               /* user of a kubeconfig, "Secret ns/name key", "file" */
    Str cluster;             /* servers of the contexts that use it; empty: none */
    Str subject;             /* of a certificate, or of a token */
    bool masters;            /* its certificate is of the group system:masters: nobody can refuse it anything */
    int64_t not_before, not_after; /* TIME_NONE: not known, or it does not end */
    AccessPlace place;
} AccessCredential;

typedef struct Access {
    Arena *arena;            /* of the caller */
    Vec(AccessWay) ways;
    Vec(AccessSecret) secrets;
    Vec(AccessToken) tokens;
    Vec(AccessCredential) credentials;
    Map secret_of;           /* "ns/name" -> index + 1 */
    Map no_token;            /* service accounts that mount none, as "ns/name" */
} Access;

Access access_new(Arena *a);
void access_done(Access *m);
/* Takes in an object as gather_files() hands it out: values of Secrets and of kubeconfigs are descriptions (access_describe()). */
void access_add(Access *m, const KubeObject *o);
/* After the last object: leaves out tokens that accounts say are not mounted, and sorts. */
void access_finish(Access *m);
/* The secret that a way of these kinds leads to; NULL: it was not read. */
const AccessSecret *access_secret(const Access *m, Str namespace, Str name);

/* Replaces what is secret in the tree of a Secret or a kubeconfig by what may be known of it: a certificate by a map of its subject, groups and time, a token of a service account by its subject and
 * end, anything else by null. In a worker: certificates are foreign bytes. */
void access_describe(const KubeObject *o, Arena *a);
/* Is the text of a file PEM: certificates, keys? `name` is the file's. */
bool access_is_pem(Str name, Str text);
/* What may be known of its certificates and keys, as an object of kind PEM for access_add(); NULL when `a` is full. In a worker, too. */
Node *access_describe_pem(Str text, Arena *a);
