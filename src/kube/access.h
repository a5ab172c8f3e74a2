/* SPDX-License-Identifier: Apache-2.0 */
/* The access map: credentials that open the cluster, tokens of service accounts, and which workload gets which secret by which way. Values of secrets are never in it. */
#pragma once

#include "kube/rbac.h"
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
    AccessUse use;           /* .node NULL, unless objects stay (Access.stay) */
    size_t secret;           /* 1 + its number in the map; 0: the way leads out of the cluster */
    AccessPlace place;
    const KubeObject *object; /* that it came of, or its head (Access.heads); NULL: neither is kept. As below */
} AccessWay;

/* A Secret, or what makes one. */
typedef struct AccessSecret {
    Str namespace, name, type;
    Str made_by;             /* "ExternalSecret x of store y", "SealedSecret x"; empty: not known */
    bool seen;               /* the Secret itself was read */
    int64_t created;         /* TIME_NONE: not known */
    int64_t written;         /* when its values were, by metadata.managedFields; TIME_NONE: not known */
    bool immutable;
    Str account;             /* whose token it holds, "NAMESPACE/NAME"; empty: none */
    const Str *keys;
    size_t n_keys, users;    /* users: workloads that get it */
    const Node *user;        /* the last of them, to be compared only */
    AccessPlace place;
    const KubeObject *object;
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
    bool unsaid;             /* ACCESS_TOKEN_MOUNTED: the pod says nothing, the account decides */
    AccessPlace place;
    const KubeObject *object;
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
    const KubeObject *object;
} AccessCredential;

/* What of a map came of one object: numbers of the first ones, and how many. */
typedef struct AccessParts {
    size_t way, n_ways, token, n_tokens, credential, n_credentials;
    size_t secret;           /* 1 + its number; 0: it is none */
} AccessParts;

typedef struct Access {
    Arena *arena;            /* of the caller */
    Vec(AccessWay) ways;
    Vec(AccessSecret) secrets;
    Vec(AccessToken) tokens;
    Vec(AccessCredential) credentials;
    Map secret_of;           /* "ns/name" -> index + 1 */
    Map no_token;            /* service accounts that mount none, as "ns/name" */
    Map namespaces;          /* those with workloads */
    bool stay;               /* set by the caller: objects, and what is in them, live as long as the map: access_add_staying() takes them in */
    KubeWorld *world;        /* of heads */
    bool heads;              /* set by the caller: keeps of objects that end what fields of source k8s ask for: names, labels, annotations */
    int64_t as_of;           /* set by the caller, for ages; 0: none is known */
    Rbac *rights;            /* set by the caller when finished: what bearers may do; NULL: not known */
    uint64_t *risks;         /* of each of its bindings, a bit for each of rbac_risks(); made when it is first asked for */
} Access;

Access access_new(Arena *a);
void access_done(Access *m);
/* Takes in an object as gather_files() hands it out: values of Secrets and of kubeconfigs are descriptions (access_describe()). */
void access_add(Access *m, const KubeObject *o);
/* Takes in an object whose values are as they were written; it stays as it is, and knows its parts from now on (KubeObject.access). access_finish() would part them. */
void access_add_staying(Access *m, KubeObject *o);
/* After the last object: leaves out tokens that accounts say are not mounted, and sorts. */
void access_finish(Access *m);
/* Does it count: does no service account say that its token is not mounted? After the last object. */
bool access_token_counts(const Access *m, const AccessToken *t);
/* The Secret, or what makes one, that a way leads to; NULL: neither was read, or the way leads out of the cluster. */
const AccessSecret *access_secret_of(const Access *m, const AccessWay *w);
/* Does a way of this kind lead out of the cluster? */
bool access_is_outside(AccessHow h);

/* Replaces what is secret in the tree of a Secret or a kubeconfig by what may be known of it: a certificate by a map of its subject, groups and time, a token of a service account by its subject and
 * end, anything else by null. In a worker: certificates are foreign bytes. */
void access_describe(const KubeObject *o, Arena *a);
/* Is the text of a file PEM: certificates, keys? `name` is the file's. */
bool access_is_pem(Str name, Str text);
/* What may be known of its certificates and keys, as an object of kind PEM for access_add(); NULL when `a` is full. In a worker, too. */
Node *access_describe_pem(Str text, Arena *a);
