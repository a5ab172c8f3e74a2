/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the registry client share: registry.c keeps the session and its endpoints, auth.c gets credentials and
 * tokens, answer.c turns statuses into messages, pull.c reads manifests and blobs, push.c sends them. */
#pragma once

#include <pthread.h>

#include "net/http-client.h"
#include "registry/docker-config.h"
#include "registry/registry.h"

typedef enum RegistryScheme { SCHEME_UNKNOWN, SCHEME_HTTPS, SCHEME_HTTP } RegistryScheme;

/* One server that may have the repository: a mirror, or the registry itself. */
typedef struct RegistryEndpoint {
    Str host;              /* as connected to: "registry-1.docker.io" */
    Str name;              /* as people and configurations call it: "docker.io" */
    Str repository;        /* as that server calls it (a mirror may have a prefix) */
    bool origin, loopback;
    RegistryScheme scheme;
    bool down;             /* did not answer at all: not tried again in this session */
    /* Authentication; under the session's lock. */
    bool looked_up;        /* credentials were searched */
    DockerConfigEntry credentials;
    char *note;            /* why there are none, when that is worth saying; NULL otherwise */
    bool basic;            /* send user name and password */
    char *token;           /* bearer token; NULL when none */
    char *challenge;       /* the last WWW-Authenticate: where tokens come from */
} RegistryEndpoint;

struct Registry {
    Arena arena;
    pthread_mutex_t lock;  /* of the endpoints' state and the arena */
    HttpClient *http;
    RegistryRef ref;
    const char *docker_config;
    Str username, password;
    bool plain_http;
    bool writes;           /* tokens are asked for that may write, too */
    RegistryEndpoint *endpoints; /* mirrors in their order, the origin last */
    size_t n_endpoints;
};

/* What is asked for, for messages. */
typedef struct RegistryAsk {
    const char *kind;      /* "manifest", "blob" */
    Str name;
    bool write;            /* it is sent, not got */
} RegistryAsk;

typedef struct RegistryCall {
    const char *method;    /* NULL: GET */
    const char *path;      /* below /v2/REPOSITORY/ */
    const char *location;  /* instead of a path: where the server sent us. Credentials go there only when it is the same server */
    const char *const *headers;
    Str body;
    uint64_t expect_size;  /* of the answer; 0: not known */
} RegistryCall;

/* With credentials as far as the server wants them; 0 whatever the status. */
int registry_call(Registry *r, RegistryEndpoint *e, const RegistryCall *call, int *ret_status, HttpStream **ret, Error *err);
/* GET /v2/REPOSITORY/PATH. */
static inline int registry_send(Registry *r, RegistryEndpoint *e, const char *path, const char *const *headers, uint64_t expect_size, int *ret_status, HttpStream **ret,
                                Error *err) {
    return registry_call(r, e, &(RegistryCall) {.path = path, .headers = headers, .expect_size = expect_size}, ret_status, ret, err);
}
/* Where a Location header of the answer leads, for RegistryCall.location: fresh; -EPROTO when there is none that can be used. */
int registry_location(Registry *r, RegistryEndpoint *e, const HttpResponse *head, char **ret, Error *err);

/* Credentials as a request takes them; done() frees and forgets them. */
typedef struct RegistryAuth {
    char *user, *password, *token;
} RegistryAuth;
void registry_auth_get(Registry *r, RegistryEndpoint *e, RegistryAuth *ret);
void registry_auth_done(RegistryAuth *a);
/* The server answered 401 to `used`: gets better credentials as www_authenticate says (NULL: as it said last). 1 when there are some to try, 0 when there are none,
 * negative with err. */
int registry_auth_renew(Registry *r, RegistryEndpoint *e, const char *www_authenticate, const RegistryAuth *used, Error *err);
/* The error for a status that is no success; the answer's body is read from `s` for its error code. */
int registry_status_error(Registry *r, const RegistryEndpoint *e, const RegistryAsk *ask, HttpStream *s, Error *err);
/* Puts "registry …, repository …: manifest …" in front. */
int registry_wrap(const RegistryEndpoint *e, const RegistryAsk *ask, int code, Error *err);
/* Text of a server's for a message: printable, at most `max` bytes. The caller frees. */
char *registry_printable(Str s, size_t max);
