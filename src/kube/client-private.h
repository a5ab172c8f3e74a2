/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the client share: client.c makes exchanges, credential.c has the account, client-list.c and client-watch.c read objects. */
#pragma once

#include <pthread.h>

#include "kube/client.h"
#include "kube/kubeconfig.h"
#include "net/http-client.h"

struct KubeClient {
    KubeClientOptions options;   /* numbers filled in; strings are not to be used */
    KubeConfig config;
    KubeAccess access;
    char *server, *context, *namespace, *user_agent;
    char **headers;              /* of impersonation; NULL-ended */
    char *ca, *cert, *key;       /* PEM; NULL: none */
    pthread_mutex_t lock;        /* of all below */
    HttpClient *http;            /* made anew when the client's certificate changes */
    Vec(HttpClient *) old;       /* others may still be using them */
    char *token;                 /* NULL: none */
    int64_t token_until;         /* CLOCK_MONOTONIC, ms: then it is read, or asked for, anew */
    bool have;                   /* credentials were got */
};

/* How one exchange is made. The strings are copies; kube_login_done() wipes and frees. */
typedef struct KubeLogin {
    HttpClient *http;
    char *token;
} KubeLogin;

/* Credentials for the next exchange; `fresh`: those before were refused. */
int kube_login(KubeClient *c, bool fresh, KubeLogin *ret, Error *err);
void kube_login_done(KubeLogin *l);
/* May asking again bring others? */
bool kube_login_renewable(const KubeClient *c);
/* Reads the files that the context names, into `c`. */
int kube_login_load(KubeClient *c, Error *err);
void kube_wipe(char **secret);

/* Waits before attempt number `attempt` (from 1), at least `at_least_s` seconds; `wait` is called meanwhile, its negative answer returned. */
int kube_back_off(const KubeClient *c, unsigned attempt, uint64_t at_least_s, int (*wait)(void *userdata), void *userdata);
unsigned kube_back_off_ms(const KubeClient *c, unsigned attempt, uint64_t at_least_s);
int kube_sleep(unsigned ms, int (*wait)(void *userdata), void *userdata);

/* One GET as a stream, without a second attempt but for refused credentials: 0 with an open stream when the answer is 2xx; else as kube_request(). *ret_after: seconds that the server
 * asks to wait. *ret_body (may be NULL): the body of a refusal. */
int kube_open(KubeClient *c, const KubeRequest *rq, unsigned silence_s, int (*wait)(void *userdata), void *userdata, HttpStream **ret, uint64_t *ret_after, Buf *ret_body, Error *err);
/* A failure that may pass. */
bool kube_is_transient(int r);
/* "path?name=value&…", percent-encoded; values NULL or empty are left out. In a fresh string. */
char *kube_query(const char *path, const char *const *pairs);
