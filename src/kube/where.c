/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/where.h"

#include "kube/path.h"

typedef enum Base {
    BASE_SUBJECT,   /* the container, variable, mount, volume or permission */
    BASE_SOURCE,    /* what stands below a volume's type */
    BASE_POD,       /* spec of the pod template */
    BASE_TEMPLATE,  /* metadata of it */
    BASE_OBJECT,
} Base;

static const struct {
    Str field;
    Base base;
    const char *path;
} rows[] = {
#define WHERE(field, base, path) {{field, sizeof(field) - 1}, BASE_##base, path},
#include "kube/where.list.h"
#undef WHERE
};

/* Lengths of their names: most names begin alike, and this is asked for each finding. */
static const uint8_t lengths[] = {
#define WHERE(field, base, path) sizeof(field) - 1,
#include "kube/where.list.h"
#undef WHERE
};

/* What of a subject is where; parts that it has not are NULL. */
typedef struct Bases {
    const Node *node, *source;
    const KubeWorkload *workload;
    const KubeObject *object;
} Bases;

/* These are no objects; they stand where they were handed out. */
static bool is_of_access(Str source) {
    return str_eqz(source, "credential") || str_eqz(source, "secret_use") || str_eqz(source, "k8s_secret");
}

static Bases bases_of(const Subject *s) {
    Str source = str_from(s->source->name);
    Bases b = {0};
    if (str_eqz(source, "container")) {
        const KubeContainer *c = s->object;
        b.node = c->node;
        b.workload = c->workload;
    } else if (str_eqz(source, "env") || str_eqz(source, "mount")) {
        const KubeItem *i = s->object;
        b.node = i->node;
        b.workload = i->container->workload;
    } else if (str_eqz(source, "volume")) {
        const KubeVolume *v = s->object;
        b.node = v->node;
        b.source = v->source;
        b.workload = v->workload;
    } else if (str_eqz(source, "workload")) {
        b.workload = s->object;
    } else if (str_eqz(source, "permission")) {
        b.node = s->object;
    } else if (!is_of_access(source)) {
        b.object = s->object;
    }
    if (b.workload)
        b.object = b.workload->object;
    return b;
}

static const Node *base_of(const Bases *b, Base base) {
    switch (base) {
    case BASE_SUBJECT:
        return b->node;
    case BASE_SOURCE:
        return b->source;
    case BASE_POD:
        return b->workload ? b->workload->spec : NULL;
    case BASE_TEMPLATE:
        return b->workload ? b->workload->metadata : NULL;
    case BASE_OBJECT:
        return b->object ? b->object->root : NULL;
    }
    return NULL;
}

/* Is it the one of several values that decided? Names of capabilities may begin with CAP_, which fields leave out. */
static bool is_item(void *userdata, const Node *n) {
    const Value *item = userdata;
    int64_t i;
    if (item->type == VALUE_INT)
        return kube_int(n, &i) == 0 && i == item->integer;
    Str s = n->type == NODE_STRING || n->type == NODE_NUMBER ? n->text : STR_NULL;
    if (item->type != VALUE_STRING || !s.p)
        return false;
    return str_eq(s, item->text) || (str_starts(s, STR("CAP_")) && str_eq(str_from_at(s, 4), item->text));
}

static const Node *at_row(const Cause *c, const Node *base, Str path, bool *ret_there) {
    Value item = c->item;
    if (str_eqz(path, "%"))
        path = c->field->arg;
    if (!str_ends(path, STR("[]")))
        return kube_path_nearest(base, path, item.type == VALUE_NONE ? NULL : is_item, &item, ret_there);
    const Node *map = kube_path_nearest(base, str_head(path, path.n - 2), NULL, NULL, ret_there);
    const Node *key = *ret_there ? kube_key(map, c->field->arg) : NULL;
    *ret_there = key != NULL;
    return key ? key : map;
}

const Node *kube_where(const Cause *c, bool *ret_there) {
    const Bases b = bases_of(c->subject);
    const Node *nearest = NULL;
    const Str name = str_from(c->field->field->name);
    const uint8_t *end = lengths + sizeof(lengths), *at = name.n <= UINT8_MAX ? memchr(lengths, (int) name.n, sizeof(lengths)) : NULL;
    for (; at; at = memchr(at + 1, (int) name.n, (size_t) (end - at - 1))) {
        size_t i = (size_t) (at - lengths);
        if (!str_eq(rows[i].field, name))
            continue;
        const Node *n = at_row(c, base_of(&b, rows[i].base), str_from(rows[i].path), ret_there);
        if (*ret_there)
            return n;
        if (!nearest)
            nearest = n;
    }
    *ret_there = false;
    return nearest;
}
