/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/docker-config.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/fs.h"
#include "parse/node.h"

enum { CONFIG_MAX = 4 * 1024 * 1024, HELPER_NAME_MAX = 64, HELPER_TIMEOUT_S = 30 };

Str docker_config_key(Str host) {
    return str_eq(host, STR("docker.io")) ? STR("https://index.docker.io/v1/") : host;
}

static Limits config_limits(void) {
    Limits l = limits_default();
    l.document_bytes = CONFIG_MAX;
    l.document_nodes = 200 * 1000;
    return l;
}

/* "https://index.docker.io/v1/" → "docker.io", "http://host:5000/v2/" → "host:5000". */
static Str key_host(Str key) {
    ssize_t scheme = str_find(key, STR("://"));
    if (scheme >= 0)
        key = str_from_at(key, (size_t) scheme + 3);
    Str rest;
    str_cut(key, '/', &key, &rest);
    if (str_ieq(key, STR("index.docker.io")) || str_ieq(key, STR("registry-1.docker.io")))
        return STR("docker.io");
    return key;
}

/* The entry for host in a map from registries to something: its exact key first, then what means the same host. */
static const Node *entry_of(const Node *map, Str host) {
    Str exact = docker_config_key(host);
    const Node *same_host = NULL;
    node_each(n, map) {
        if (str_eq(n->key, exact))
            return n;
        if (!same_host && str_ieq(key_host(n->key), host))
            same_host = n;
    }
    return same_host;
}

static bool has_control(Str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char) s.p[i] < ' ' || s.p[i] == 0x7F)
            return true;
    return false;
}

static bool helper_name_valid(Str s) {
    if (!s.n || s.n > HELPER_NAME_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'))
            return false;
    }
    return true;
}

static int read_auth(const Node *auth, const char *name, Arena *a, DockerConfigEntry *e, Diag *d) {
    e->username = arena_str(a, node_get_str(auth, "username"));
    e->password = arena_str(a, node_get_str(auth, "password"));
    e->identity_token = arena_str(a, node_get_str(auth, "identitytoken"));
    e->registry_token = arena_str(a, node_get_str(auth, "registrytoken"));
    const Node *both = node_get(auth, "auth");
    if (node_str(both).n) {
        Str text = base64_decode(str_trim(node_str(both)), a), user, password;
        if (!text.p || !str_cut(text, ':', &user, &password))
            return diag_add(d, DIAG_ERROR, name, both->line, both->col, "\"auth\" is not the base64 of USER:PASSWORD");
        while (password.n && password.p[password.n - 1] == 0)
            password.n--; /* old versions of Docker padded with NUL */
        e->username = arena_str(a, user);
        e->password = arena_str(a, password);
    }
    if (has_control(e->username) || has_control(e->password) || has_control(e->identity_token) || has_control(e->registry_token))
        return diag_add(d, DIAG_ERROR, name, auth->line, auth->col, "credentials with control characters");
    return 0;
}

int docker_config_find(Str text, const char *name, Str host, Arena *a, DockerConfigEntry *ret, Diag *d) {
    Limits limits = config_limits();
    Node *root;
    int r = json_parse(text, name, &limits, a, d, &root);
    if (r < 0)
        return r;
    if (!node_is(root, NODE_MAP))
        return diag_add(d, DIAG_ERROR, name, root->line, root->col, "expected a map, found %s", node_type_name(root->type));
    DockerConfigEntry e = {0};
    const Node *helper = entry_of(node_get(root, "credHelpers"), host);
    if (!node_str(helper).n)
        helper = node_get(root, "credsStore");
    if (node_str(helper).n) {
        if (!helper_name_valid(node_str(helper)))
            return diag_add(d, DIAG_ERROR, name, helper->line, helper->col, "\"%.*s\" is not the name of a credential helper",
                            STR_FMT(str_head(node_str(helper), HELPER_NAME_MAX)));
        e.helper = arena_str(a, node_str(helper));
    }
    const Node *auth = entry_of(node_get(root, "auths"), host);
    if (node_is(auth, NODE_MAP)) {
        r = read_auth(auth, name, a, &e, d);
        if (r < 0)
            return r;
    }
    *ret = e;
    return 0;
}

int docker_helper_parse(Str text, Arena *a, DockerConfigEntry *ret) {
    Limits limits = config_limits();
    Node *root;
    if (json_parse(text, "answer", &limits, a, NULL, &root) < 0)
        return -EBADMSG;
    Str user = node_get_str(root, "Username"), secret = node_get_str(root, "Secret");
    if (!secret.n || has_control(user) || has_control(secret))
        return -EBADMSG;
    DockerConfigEntry e = {0};
    if (str_eq(user, STR("<token>"))) {
        e.identity_token = arena_str(a, secret);
    } else {
        e.username = arena_str(a, user);
        e.password = arena_str(a, secret);
    }
    *ret = e;
    return 0;
}

static bool has_credentials(const DockerConfigEntry *e) {
    return e->username.n || e->identity_token.n || e->registry_token.n;
}

int docker_credentials(const char *dir, Str host, Arena *a, DockerConfigEntry *ret, Error *err) {
    const char *env = getenv("DOCKER_CONFIG"), *home = getenv("HOME");
    _cleanup_free_ char *path = dir && *dir    ? xasprintf("%s/config.json", dir)
                                : env && *env  ? xasprintf("%s/config.json", env)
                                : home && *home ? xasprintf("%s/.docker/config.json", home)
                                                : NULL;
    if (!path)
        return 0;
    _cleanup_free_ char *text = NULL;
    size_t n;
    _cleanup_error_ Error why = {0};
    int r = fs_read(path, CONFIG_MAX, &text, &n, &why);
    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    if (r < 0)
        return error_set(err, r, "%s", error_text(&why, r));
    Diag d = {0};
    DockerConfigEntry e = {0};
    r = docker_config_find(str_n(text, n), path, host, a, &e, &d);
    if (r < 0) {
        _cleanup_free_ char *first = d.items.n ? diag_item_text(&d.items.p[0]) : xstrdup(path);
        diag_done(&d);
        return error_set(err, r, "%s", first);
    }
    diag_done(&d);
    if (e.helper.n) {
        DockerConfigEntry from_helper = {0};
        r = docker_helper_get(e.helper, docker_config_key(host), HELPER_TIMEOUT_S, a, &from_helper, err);
        if (r < 0 && !has_credentials(&e))
            return r;
        if (r > 0) {
            *ret = from_helper;
            return 1;
        }
    }
    *ret = e;
    return has_credentials(&e);
}
