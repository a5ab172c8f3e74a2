/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as objects of Kubernetes or as a Compose file: what is refused has a reason, and every field of every subject can be asked for. */
#include <stdlib.h>

#include "kube/compose.h"
#include "kube/subject.h"
#include "policy/evaluator.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void ask(const Subject *s, const Field *f, const char *arg, Evaluator *e) {
    FieldRef ref = {.field = f, .has_arg = arg != NULL, .arg = str_from(arg)};
    evaluator_reset(e);
    Value v = s->ops->get(s->object, &ref, &e->scratch);
    if (v.type == VALUE_NONE && !(f->flags & FIELD_OPTIONAL) && !e->scratch.full && !(f->flags & FIELD_LIST))
        abort();
    if (v.type == VALUE_LIST && (v.list.n == 0 || !v.list.p || !(f->flags & FIELD_LIST)))
        abort();
}

static int each(void *userdata, const Subject *s, const Node *at) {
    if (!at || at->line == 0)
        abort();
    for (const Field *f = s->source->fields; f->name; f++)
        if (!(f->flags & FIELD_ARG_CONDITION)) {
            ask(s, f, f->flags & FIELD_ARG_KEY ? "a" : NULL, userdata);
            if (f->flags & FIELD_ARG_KEY)
                ask(s, f, "spec.containers[*].*", userdata);
        }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Limits limits = limits_default();
    limits.document_nodes = 20000;
    Arena a = {.max = (size_t) 64 << 20};
    Diag d = {0};
    Node *documents = NULL;
    size_t count;
    Str text = str_n((const char *) p, n);
    int r = n && p[0] == '{' ? json_parse(text, "fuzz", &limits, &a, &d, &documents) : yaml_parse(text, "fuzz", &limits, &a, &d, &documents, &count);
    if (r == 0) {
        KubeWorld w = kube_world(&a);
        r = documents && compose_looks(documents) ? compose_add(&w, documents, "fuzz", &d) : kube_world_add(&w, documents, "fuzz", &d);
        if ((r < 0) != (d.errors > 0))
            abort();
        Evaluator *e = evaluator_new();
        for (size_t i = 0; i < w.all.n && i < 200; i++)
            kube_each_subject(w.all.p[i], &a, each, e);
        evaluator_free(e);
        kube_world_done(&w);
    }
    diag_done(&d);
    arena_done(&a);
    return 0;
}
