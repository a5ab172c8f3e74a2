/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/example.h"

#include "kube/compose.h"

int kube_version_parse(Str s, unsigned *ret) {
    uint64_t minor;
    if (str_eqz(s, "latest")) {
        *ret = KUBE_MINOR_NEWEST;
        return 0;
    }
    if (str_starts(s, STR("v")))
        s = str_from_at(s, 1);
    if (!str_starts(s, STR("1.")) || str_to_u64(str_from_at(s, 2), 999, &minor) < 0)
        return -EINVAL;
    *ret = (unsigned) minor;
    return 0;
}

static const Node *alone(KubeWorld *w, const Node *n) {
    Node *copy = arena_new(w->arena, Node);
    if (copy) {
        *copy = *n;
        copy->next = NULL;
    }
    return copy;
}

bool kube_is_example(const Node *object) {
    return node_is(object, NODE_MAP) && ((kube_at(object, "apiVersion") && kube_at(object, "kind")) || node_is(kube_at(object, "objects"), NODE_LIST) ||
                                         node_is(kube_at(object, "services"), NODE_MAP));
}

static int add_one(KubeWorld *w, const Node *object, const char *file, Diag *d) {
    /* Examples stand in lists; documents are linked in the same way. */
    Node *n = (Node *) alone(w, object);
    if (!n)
        return -E2BIG;
    return compose_looks(n) ? compose_add(w, n, file, d) : kube_world_add(w, n, file, d);
}

int kube_example_add(KubeWorld *w, const Node *object, const char *file, Diag *d) {
    const Node *objects = kube_at(object, "objects"), *version = kube_at(object, "kubernetes");
    if (!node_is(objects, NODE_LIST) || kube_at(object, "kind"))
        return add_one(w, object, file, d);
    if (version && (version->type != NODE_STRING || kube_version_parse(version->text, &w->minor) < 0))
        return diag_add(d, DIAG_ERROR, file, version->line, version->col, "expected a version of Kubernetes such as \"1.25\"");
    int result = 0;
    node_each(o, objects) {
        int r = add_one(w, o, file, d);
        result = r < 0 ? r : result;
    }
    return result;
}
