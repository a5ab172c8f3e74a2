/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of an image: user, ports, health check, environment, labels; its reference. */
#include <stdio.h>

#include "harden/instruction.h"
#include "parse/node.h"

/* "0", "root", "root:group", "0:0" */
static bool is_root(Str user) {
    Str name = user, group;
    (void) str_cut(user, ':', &name, &group);
    uint64_t uid;
    return str_empty(name) || str_eqz(name, "root") || (str_to_u64(name, UINT32_MAX, &uid) == 0 && uid == 0);
}

static void user(const Node *config, const CheckSink *sink) {
    Str name = node_get_str(config, "User");
    if (str_empty(name))
        check_put(sink, CHECK_ROOT_USER, LAYER_NONE, STR_NULL, "there is no USER, so that it runs as root");
    else if (is_root(name))
        check_put(sink, CHECK_ROOT_USER, LAYER_NONE, STR_NULL, "USER is %.*s", STR_FMT(str_head(name, 100)));
}

/* {"22/tcp": {}, "8000-8010/udp": {}} */
static void ports(const Node *config, const CheckSink *sink) {
    node_each(n, node_get(config, "ExposedPorts")) {
        Str first = n->key, last, protocol;
        uint64_t from, to;
        (void) str_cut(n->key, '/', &first, &protocol);
        last = first;
        (void) str_cut(first, '-', &first, &last);
        if (str_to_u64(first, 65535, &from) < 0 || str_to_u64(last, 65535, &to) < 0)
            continue;
        if (from <= 22 && to >= 22)
            check_put(sink, CHECK_SSH_PORT, LAYER_NONE, STR_NULL, "EXPOSE %.*s", STR_FMT(str_head(n->key, 40)));
        else if (from < 1024)
            check_put(sink, CHECK_LOW_PORT, LAYER_NONE, STR_NULL, "EXPOSE %.*s", STR_FMT(str_head(n->key, 40)));
    }
}

static void health(const Node *config, const CheckSink *sink) {
    const Node *test = node_path(config, "Healthcheck", "Test", NULL);
    bool none = str_eqz(node_str(node_first(test)), "NONE");
    if (node_count(test) == 0 || none)
        check_put(sink, CHECK_NO_HEALTHCHECK, LAYER_NONE, STR_NULL, none ? "HEALTHCHECK is NONE" : "there is no HEALTHCHECK");
}

static void path_variable(Str value, const CheckSink *sink) {
    static const char *const open[] = {"/tmp", "/var/tmp", "/dev/shm"};
    Str part, whole = value;
    if (str_empty(value))
        return;
    while (str_split(&value, ':', &part)) {
        bool bad = part.n == 0 || part.p[0] != '/';
        for (size_t i = 0; i < ARRAY_SIZE(open) && !bad; i++)
            bad = str_starts(part, str_from(open[i])) && (part.n == strlen(open[i]) || part.p[strlen(open[i])] == '/');
        if (bad) {
            check_put(sink, CHECK_ENV_PATH, LAYER_NONE, STR_NULL, "PATH=%.*s: \"%.*s\"", STR_FMT(str_head(whole, 300)), STR_FMT(str_head(part, 100)));
            return;
        }
    }
}

static void environment(const Node *config, const CheckSink *sink) {
    /* Variables that turn verification off, and the value that does it; NULL: any but an empty one. */
    static const char *const tls[][2] = {
        {"NODE_TLS_REJECT_UNAUTHORIZED", "0"}, {"PYTHONHTTPSVERIFY", "0"}, {"GIT_SSL_NO_VERIFY", NULL}, {"NPM_CONFIG_STRICT_SSL", "false"}, {"npm_config_strict_ssl", "false"},
        {"APT_ALLOW_UNAUTHENTICATED", NULL}, {"GOINSECURE", NULL}, {"GONOSUMDB", NULL}, {"PIP_TRUSTED_HOST", NULL},
    };
    node_each(n, node_get(config, "Env")) {
        Str name, value;
        if (!str_cut(node_str(n), '=', &name, &value))
            continue;
        if (str_eqz(name, "PATH"))
            path_variable(value, sink);
        if (str_eqz(name, "LD_PRELOAD") && value.n)
            check_put(sink, CHECK_ENV_PRELOAD, LAYER_NONE, STR_NULL, "LD_PRELOAD=%.*s", STR_FMT(str_head(value, 200)));
        for (size_t i = 0; i < ARRAY_SIZE(tls); i++)
            if (str_eqz(name, tls[i][0]) && (tls[i][1] ? str_eqz(value, tls[i][1]) : value.n > 0))
                check_put(sink, CHECK_ENV_TLS, LAYER_NONE, STR_NULL, "ENV %s is set", tls[i][0]);
    }
}

static void stop_signal(const Node *config, const CheckSink *sink) {
    Str s = node_get_str(config, "StopSignal");
    if (str_ieq(s, STR("SIGKILL")) || str_ieq(s, STR("KILL")) || str_eqz(s, "9") || str_ieq(s, STR("SIGSTOP")) || str_eqz(s, "19"))
        check_put(sink, CHECK_STOPSIGNAL, LAYER_NONE, STR_NULL, "STOPSIGNAL is %.*s", STR_FMT(str_head(s, 40)));
}

static void labels(const Node *config, const CheckSink *sink) {
    static const char *const wanted[] = {"source", "revision", "version", "title", "licenses"};
    _cleanup_(buf_done) Buf missing = buf_new(4096);
    const Node *all = node_get(config, "Labels");
    for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
        char name[64];
        snprintf(name, sizeof(name), "org.opencontainers.image.%s", wanted[i]);
        if (str_empty(node_get_str(all, name)))
            buf_printf(&missing, "%s%s", missing.n ? ", " : "", name);
    }
    if (missing.n)
        check_put(sink, CHECK_LABELS, LAYER_NONE, STR_NULL, "missing: %s", missing.p);
}

/* What the user named, when it is a name that a registry resolves: those of files and the stores' ids say nothing. */
static void reference(const Artifact *a, const CheckSink *sink) {
    if (a->n_repo_tags == 0 || str_find(a->reference, STR("@")) >= 0)
        return;
    for (size_t i = 0; i < a->n_repo_tags; i++) {
        Str tag = a->repo_tags[i];
        ssize_t colon = str_rchr(tag, ':'), slash = str_rchr(tag, '/');
        bool latest = colon <= slash || str_eqz(str_from_at(tag, (size_t) colon + 1), "latest");
        Str named = a->reference, source, rest;
        if (str_cut(named, ':', &source, &rest) && str_eqz(source, "registry"))
            named = rest;
        /* The image's own name in an archive or store is not what it was called by. */
        if (!str_ends(tag, named) && str_find(tag, named) < 0)
            continue;
        check_put(sink, CHECK_FLOATING_TAG, LAYER_NONE, STR_NULL, "%.*s%s", STR_FMT(str_head(a->reference, 300)), latest ? " is latest, and has no digest" : " has no digest");
        return;
    }
}

int harden_config(const Artifact *a, const Limits *limits, const CheckSink *sink) {
    _cleanup_(arena_done) Arena scratch = {0};
    Node *root;
    if (str_empty(a->config))
        return 0;
    if (json_parse(a->config, "image configuration", limits, &scratch, NULL, &root) < 0)
        return -EBADMSG;
    const Node *config = node_get(root, "config");
    user(config, sink);
    ports(config, sink);
    health(config, sink);
    environment(config, sink);
    stop_signal(config, sink);
    labels(config, sink);
    reference(a, sink);
    harden_history(root, a, sink);
    return 0;
}
