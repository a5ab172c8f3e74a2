/* SPDX-License-Identifier: Apache-2.0 */
/* Resources as people write them. */
#include "kube/rbac-query.h"

static const RbacResource resources[] = {
#define RESOURCE(group, name, others, subresources, namespaced) {group, name, others, subresources, namespaced},
#include "kube/rbac-resource.list.h"
#undef RESOURCE
};

const RbacResource *rbac_resources(size_t *ret_n) {
    *ret_n = ARRAY_SIZE(resources);
    return resources;
}

/* By name in a group; any group when none is written. */
static const RbacResource *find(Str name, Str group, bool grouped) {
    for (size_t i = 0; i < ARRAY_SIZE(resources); i++) {
        const RbacResource *x = &resources[i];
        if ((str_eqz(name, x->name) || str_has_word(str_from(x->others), name)) && (!grouped || str_eqz(group, x->group)))
            return x;
    }
    return NULL;
}

int rbac_wanted(Str s, RbacWanted *ret, Error *err) {
    *ret = (RbacWanted) {.group = STR(""), .resource = s, .subresource = STR(""), .name = STR("")};
    if (s.n && s.p[0] == '/') {
        ret->url = s;
        return 0;
    }
    Str rest = STR("");
    bool more = str_cut(s, '/', &ret->resource, &rest);
    bool grouped = str_cut(ret->resource, '.', &ret->resource, &ret->group);
    if (!ret->resource.n || (more && !rest.n) || (grouped && !ret->group.n))
        return error_set(err, -EINVAL, "'%.*s' is no resource: expected pods, deployments.apps, pods/exec, secrets/NAME, /metrics or the like", STR_FMT(s));
    const RbacResource *known = find(ret->resource, ret->group, grouped);
    ret->known = known != NULL;
    if (!known) {
        /* What it has below it is not known: of "a/b", b may be either. Names of objects are asked for much more seldom. */
        str_cut(rest, '/', &rest, &ret->name);
        ret->subresource = rest;
        ret->namespaced = true;
        return 0;
    }
    ret->resource = str_from(known->name);
    ret->group = str_from(known->group);
    ret->namespaced = known->namespaced;
    Str first = rest, second = STR("");
    str_cut(rest, '/', &first, &second);
    if (str_has_word(str_from(known->subresources), first)) {
        ret->subresource = first;
        ret->name = second;
    } else if (second.n && str_has_word(str_from(known->subresources), second)) {
        ret->name = first;
        ret->subresource = second;
    } else {
        ret->name = rest;
    }
    return 0;
}
