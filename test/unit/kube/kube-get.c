/* SPDX-License-Identifier: Apache-2.0 */
/* Drives the client of Kubernetes for shell tests: `kube-get [SETTING=VALUE]… list|watch|resources|request ARGUMENT…`. Prints what comes, a line each; failures as "errno: message". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "kube/client.h"
#include "kube/tree.h"

typedef struct Counter {
    unsigned left;        /* events to be seen; then it ends */
    unsigned long objects;
    bool quiet;
    const char *stop_file; /* ends when it is there */
} Counter;

static void print(const char *what, const Node *o) {
    Str ns = kube_text(o, "metadata.namespace");
    printf("%s %.*s%s%.*s\n", what, STR_FMT(ns), ns.n ? "/" : "", STR_FMT(kube_text(o, "metadata.name")));
    fflush(stdout);
}

static int each(void *userdata, const Node *o) {
    Counter *c = userdata;
    c->objects++;
    if (!c->quiet)
        print("LISTED", o);
    return 0;
}

static int restart(void *userdata) {
    Counter *c = userdata;
    c->objects = 0;
    puts("RESTART");
    return 0;
}

static int change(void *userdata, KubeChange change, const Node *o) {
    static const char *const names[] = {"LISTED", "ADDED", "MODIFIED", "DELETED"};
    Counter *c = userdata;
    print(names[change], o);
    return change != KUBE_LISTED && --c->left == 0 ? -ECANCELED : 0;
}

static int listed(void *userdata) {
    Counter *c = userdata;
    puts("SYNCED");
    fflush(stdout);
    return c->left == 0 ? -ECANCELED : 0;
}

static int failed(void *userdata, int r, const char *message, unsigned ms) {
    printf("FAILED %s, again in %u ms\n", message, ms);
    fflush(stdout);
    return 0;
}

static int waiting(void *userdata) {
    const Counter *c = userdata;
    return c->stop_file && access(c->stop_file, F_OK) == 0 ? -ECANCELED : 0;
}

static unsigned number(const char *s) {
    return (unsigned) strtoul(s, NULL, 10);
}

static bool setting(const char *arg, KubeClientOptions *o, Counter *c) {
    const char *v = strchr(arg, '=');
    if (!v || arg[0] == '/')
        return false;
    Str name = str_n(arg, (size_t) (v++ - arg));
    if (str_eqz(name, "kubeconfig"))
        o->kubeconfig = v;
    else if (str_eqz(name, "context"))
        o->context = v;
    else if (str_eqz(name, "pod"))
        o->pod_dir = v;
    else if (str_eqz(name, "page"))
        o->page = number(v);
    else if (str_eqz(name, "objects"))
        o->objects = number(v);
    else if (str_eqz(name, "retries"))
        o->retries = number(v);
    else if (str_eqz(name, "backoff"))
        o->backoff_ms = number(v);
    else if (str_eqz(name, "timeout"))
        o->timeout_s = number(v);
    else if (str_eqz(name, "silence"))
        o->silence_s = number(v);
    else if (str_eqz(name, "events"))
        c->left = number(v);
    else if (str_eqz(name, "quiet"))
        c->quiet = number(v);
    else if (str_eqz(name, "stop"))
        c->stop_file = v;
    else
        return false;
    return true;
}

static int resources(KubeClient *client, Error *err) {
    KubeResources r = {0};
    int x = kube_discover(client, NULL, NULL, &r, err);
    for (size_t i = 0; i < r.all.n; i++) {
        char *path = kube_resource_path(&r.all.p[i], "ns");
        printf("%.*s %s%s%s\n", STR_FMT(r.all.p[i].kind), path, r.all.p[i].list ? " list" : "", r.all.p[i].watch ? " watch" : "");
        free(path);
    }
    for (size_t i = 0; i < r.missed.n; i++)
        printf("MISSED %.*s\n", STR_FMT(r.missed.p[i]));
    kube_resources_done(&r);
    return x;
}

static int request(KubeClient *client, char **argv, Error *err) {
    Buf body = buf_new(0);
    const KubeRequest rq = {.method = argv[0], .path = argv[1], .body = str_from(argv[1] ? argv[2] : NULL)};
    int r = kube_request(client, &rq, &body, err);
    if (r == 0)
        printf("%.*s\n", STR_FMT(buf_view(&body)));
    buf_done(&body);
    return r;
}

int main(int argc, char **argv) {
    KubeClientOptions o = {0};
    Counter c = {0};
    Error err = {0};
    KubeClient *client = NULL;
    char version[KUBE_VERSION_MAX] = "";
    argv++;
    while (*argv && setting(*argv, &o, &c))
        argv++;
    if (!argv[0])
        return 2;
    int r = kube_client_open(&o, &client, &err);
    if (r == 0 && strcmp(argv[0], "list") == 0 && argv[1]) {
        const KubeListOptions l = {.path = argv[1], .each = each, .restart = c.left ? restart : NULL, .userdata = &c};
        r = kube_list(client, &l, version, &err);
        if (r == 0)
            printf("%lu objects at %s\n", c.objects, version);
    } else if (r == 0 && strcmp(argv[0], "watch") == 0 && argv[1]) {
        const KubeWatchOptions w = {.path = argv[1], .restart = restart, .each = change, .listed = listed, .failed = failed, .wait = waiting, .userdata = &c};
        r = kube_watch(client, &w, &err);
    } else if (r == 0 && strcmp(argv[0], "resources") == 0) {
        r = resources(client, &err);
    } else if (r == 0 && strcmp(argv[0], "request") == 0 && argv[1] && argv[2]) {
        r = request(client, argv + 1, &err);
    } else if (r == 0 && strcmp(argv[0], "where") == 0) {
        printf("%s %s %s\n", kube_client_server(client), kube_client_context(client), kube_client_namespace(client));
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    if (c.quiet)
        printf("%ld KiB\n", usage.ru_maxrss);
    if (r < 0 && r != -ECANCELED)
        printf("%s: %s\n", strerrorname_np(-r), error_text(&err, r));
    error_done(&err);
    if (client)
        kube_client_free(client);
    return r < 0 && r != -ECANCELED;
}
