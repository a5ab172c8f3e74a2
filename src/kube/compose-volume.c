/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/compose-private.h"

#include "kube/getter.h"

/* Adds a volume with a name of its own and mounts it; the map of its type is returned to be filled. */
static Node *mount(Compose *c, const char *type, Str target, bool read_only, const Node *from) {
    if (!c->volumes) {
        c->volumes = compose_put(c, c->pod, "volumes", NODE_LIST, from);
        c->mounts = compose_put(c, c->container, "volumeMounts", NODE_LIST, from);
    }
    Str name = arena_printf(c->arena, "volume-%zu", c->n_volumes++);
    Node *v = compose_item(c, c->volumes, NODE_MAP, from), *m = compose_item(c, c->mounts, NODE_MAP, from);
    compose_text(c, v, "name", name, from);
    compose_text(c, m, "name", name, from);
    compose_text(c, m, "mountPath", target, from);
    if (read_only)
        compose_bool(c, m, "readOnly", true, from);
    return compose_put(c, v, type, NODE_MAP, from);
}

/* A path, or the name of a volume? What a variable stands for may be either: the worse is taken. */
static bool is_path(Str s) {
    return s.n && (s.p[0] == '/' || s.p[0] == '.' || s.p[0] == '~' || s.p[0] == '$');
}

static void put_volume(Compose *c, Str source, Str target, bool bind, bool read_only, const Node *from) {
    Node *v = mount(c, !source.n ? "emptyDir" : bind ? "hostPath" : "persistentVolumeClaim", target, read_only, from);
    if (source.n)
        compose_text(c, v, bind ? "path" : "claimName", source, from);
}

/* [SOURCE:]TARGET[:MODE] */
static void short_volume(Compose *c, const Node *n) {
    Str source = n->text, target, mode = STR_NULL;
    if (!str_cut(source, ':', &source, &target)) {
        put_volume(c, STR_NULL, source, false, false, n);
        return;
    }
    str_cut(target, ':', &target, &mode);
    bool read_only = false;
    Str part;
    while (str_split(&mode, ',', &part))
        read_only = read_only || str_eqz(part, "ro");
    put_volume(c, source, target, is_path(source), read_only, n);
}

static void long_volume(Compose *c, const Node *n) {
    Str type = kube_text(n, "type"), target = kube_text(n, "target"), source = kube_text(n, "source");
    bool read_only = kube_bool(kube_at(n, "read_only"), false);
    if (str_eqz(type, "tmpfs")) {
        Node *v = mount(c, "emptyDir", target, read_only, n);
        compose_text(c, v, "medium", STR("Memory"), n);
    } else {
        put_volume(c, source, target, str_eqz(type, "bind") || str_eqz(type, "npipe") || (!type.n && is_path(source)), read_only, n);
    }
}

/* secrets and configs: a name, or a map with source and target. */
static void named(Compose *c, const Node *list, const char *type, const char *key, const char *place) {
    if (list && list->type != NODE_LIST)
        compose_error(c, list, "a list");
    list_each(n, list) {
        Str name = n->type == NODE_STRING ? n->text : kube_text(n, "source");
        Node *v = mount(c, type, arena_printf(c->arena, "%s%.*s", place, STR_FMT(name)), true, n);
        compose_text(c, v, key, name, n);
    }
}

static void devices(Compose *c, const Node *list) {
    list_each(n, list) {
        Str source = n->type == NODE_STRING ? n->text : kube_text(n, "source"), target = source, rest;
        if (str_cut(source, ':', &source, &target))
            str_cut(target, ':', &target, &rest);
        put_volume(c, source, target, true, false, n);
    }
}

void compose_volumes(Compose *c, const Node *service) {
    const Node *list = kube_at(service, "volumes"), *tmpfs = kube_at(service, "tmpfs"), *socket = kube_at(service, "use_api_socket");
    if (list && list->type != NODE_LIST)
        compose_error(c, list, "a list");
    list_each(n, list) {
        if (n->type == NODE_STRING)
            short_volume(c, n);
        else if (n->type == NODE_MAP)
            long_volume(c, n);
        else
            compose_error(c, n, "a volume");
    }
    if (node_is(tmpfs, NODE_STRING))
        compose_text(c, mount(c, "emptyDir", tmpfs->text, false, tmpfs), "medium", STR("Memory"), tmpfs);
    list_each(n, tmpfs)
        compose_text(c, mount(c, "emptyDir", node_str(n), false, n), "medium", STR("Memory"), n);
    devices(c, kube_at(service, "devices"));
    named(c, kube_at(service, "secrets"), "secret", "secretName", "/run/secrets/");
    named(c, kube_at(service, "configs"), "configMap", "name", "/");
    if (kube_bool(socket, false))
        put_volume(c, STR("/var/run/docker.sock"), STR("/var/run/docker.sock"), true, false, socket);
}
