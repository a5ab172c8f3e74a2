/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/reader.h"

#include "kube/example.h"
#include "kube/subject.h"

typedef struct Filter {
    const Source *source;
    SubjectEach each;
    void *userdata;
} Filter;

static int filter(void *userdata, const Subject *s, const Node *at) {
    const Filter *f = userdata;
    return s->source == f->source ? f->each(f->userdata, s) : 0;
}

static int read_object(const Source *source, const Node *object, const char *file, Arena *a, Diag *d, SubjectEach each, void *userdata) {
    KubeWorld *w = kube_world_in(a);
    if (!w)
        return -E2BIG;
    w->access_wanted = true;
    int r = kube_example_add(w, object, file, d);
    Filter f = {source, each, userdata};
    for (size_t i = 0; i < w->all.n && r >= 0; i++)
        r = kube_each_subject(w->all.p[i], a, filter, &f);
    return r;
}

const ObjectReader kube_object_reader = {
    .sources = "k8s workload container env mount volume service_account service ingress network_policy role permission binding namespace credential secret_use k8s_secret",
    .read = read_object,
};
