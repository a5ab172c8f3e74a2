/* SPDX-License-Identifier: Apache-2.0 */
/* What dockerd keeps: DATA-ROOT/containers/ID/{config.v2.json,hostconfig.json} and DATA-ROOT/image/DRIVER/repositories.json. */
#include <stdio.h>

#include "base/alloc.h"
#include "runtime/container-state.h"

/* {"Repositories": {"app": {"app:1": "sha256:ID", "app@sha256:DIGEST": "sha256:ID"}}}: the digests by which an image was pulled or pushed. */
static void from_repositories(StateRead *r, const char *dir, Str driver, Str image_id) {
    Container *c = r->c;
    _cleanup_free_ char *path = xasprintf("%s/../../image/%.*s/repositories.json", dir, STR_FMT(driver));
    bool by_id = str_starts(c->image, STR("sha256:")) || str_starts(str_from_at(image_id, sizeof("sha256:") - 1), c->image);
    node_each(repository, node_get(state_json(r, path), "Repositories")) {
        /* What was started by its id alone is known by the first name that the image has. */
        if (!by_id && !str_eq(repository->key, c->repository))
            continue;
        node_each(name, repository) {
            Str repo, tag, digest;
            if (!str_eq(node_str(name), image_id))
                continue;
            image_name_split(name->key, &repo, &tag, &digest);
            if (digest.n && !c->digest.n)
                c->digest = state_keep(r, digest);
            if (by_id && tag.n && !c->tag.n) {
                c->repository = state_keep(r, repo);
                c->tag = state_keep(r, tag);
            }
        }
    }
}

/* {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]} */
static void from_ports(StateRead *r, const Node *ports) {
    node_each(one, ports) {
        Str number, protocol;
        uint64_t port, host;
        if (!str_cut(one->key, '/', &number, &protocol) || str_to_u64(number, UINT16_MAX, &port) < 0)
            continue;
        node_each(to, one)
            if (str_to_u64(node_get_str(to, "HostPort"), UINT16_MAX, &host) == 0)
                state_port(r, node_get_str(to, "HostIp"), host, port, protocol);
    }
}

bool state_docker(StateRead *r, const char *dir) {
    Container *c = r->c;
    _cleanup_free_ char *path = xasprintf("%s/config.v2.json", dir), *host = xasprintf("%s/hostconfig.json", dir);
    const Node *config = state_json(r, path);
    if (!config)
        return false;
    c->type = STR("docker");
    Str name = node_get_str(config, "Name"), image_id = node_get_str(config, "Image");
    c->name = state_keep(r, str_starts(name, STR("/")) ? str_from_at(name, 1) : name);
    state_image(r, node_get_str(node_get(config, "Config"), "Image"));
    c->image_id = state_short_id(r, image_id);
    from_repositories(r, dir, node_get_str(config, "Driver"), image_id);
    c->n_labels = state_texts(r, node_path(config, "Config", "Labels", NULL), &c->labels);
    const Node *network = node_get(config, "NetworkSettings");
    node_each(one, node_get(network, "Networks"))
        c->ip = c->ip.n ? c->ip : state_keep(r, node_get_str(one, "IPAddress"));
    from_ports(r, node_get(network, "Ports"));
    const Node *state = node_get(config, "State");
    int64_t started = node_true(node_get(state, "Running")) ? state_time(node_get_str(state, "StartedAt")) : 0;
    c->start = started ? started : c->start;
    const Node *settings = state_json(r, host);
    c->privileged = node_true(node_get(settings, "Privileged"));
    c->host_pid = str_eqz(node_get_str(settings, "PidMode"), "host");
    c->host_network = str_eqz(node_get_str(settings, "NetworkMode"), "host");
    c->host_ipc = str_eqz(node_get_str(settings, "IpcMode"), "host");
    /* Addresses are written down once the first process runs. */
    c->later = !started;
    return true;
}
