/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/compose-private.h"

#include "kube/getter.h"

static void put_port(Compose *c, Node *ports, Str target, Str published, Str address, const Node *from) {
    Node *p = compose_item(c, ports, NODE_MAP, from);
    if (compose_is_number(target))
        compose_number(c, p, "containerPort", target, from);
    if (compose_is_number(published))
        compose_number(c, p, "hostPort", published, from);
    if (address.n)
        compose_text(c, p, "hostIP", address, from);
}

/* Of a range of ports the first one. */
static Str first_port(Str s) {
    Str a, b;
    return str_cut(s, '-', &a, &b) ? a : s;
}

/* [ADDRESS:][PUBLISHED:]TARGET[/PROTOCOL]; a port that is published to any is 0, which no host port is, so that it counts as its own. */
static void short_port(Compose *c, Node *ports, Str s, const Node *from) {
    Str published = STR_NULL, address = STR_NULL, protocol;
    str_cut(s, '/', &s, &protocol);
    ssize_t colon = str_rchr(s, ':');
    Str target = s;
    if (colon >= 0) {
        target = str_from_at(s, (size_t) colon + 1);
        published = str_head(s, (size_t) colon);
        colon = str_rchr(published, ':');
        if (colon >= 0) {
            address = str_head(published, (size_t) colon);
            published = str_from_at(published, (size_t) colon + 1);
        }
    }
    target = first_port(target);
    published = first_port(published);
    put_port(c, ports, target, published.n ? published : target, address, from);
}

void compose_ports(Compose *c, const Node *service) {
    const Node *list = kube_at(service, "ports"), *expose = kube_at(service, "expose");
    if (!list && !expose)
        return;
    Node *ports = compose_put(c, c->container, "ports", NODE_LIST, list ? list : expose);
    if (list && list->type != NODE_LIST)
        compose_error(c, list, "a list");
    list_each(p, list) {
        const Node *target = kube_at(p, "target"), *published = kube_at(p, "published");
        if (p->type == NODE_STRING || p->type == NODE_NUMBER)
            short_port(c, ports, p->text, p);
        else if (target && (target->type == NODE_NUMBER || target->type == NODE_STRING))
            put_port(c, ports, target->text, published && published->type != NODE_MAP && published->type != NODE_LIST ? first_port(published->text) : target->text,
                     kube_text(p, "host_ip"), p);
        else
            compose_error(c, p, "a port");
    }
    list_each(p, expose)
        if (p->type == NODE_STRING || p->type == NODE_NUMBER)
            put_port(c, ports, first_port(p->text), STR_NULL, STR_NULL, p);
}
