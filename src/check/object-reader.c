/* SPDX-License-Identifier: Apache-2.0 */
/* Examples of rules about Dockerfiles: texts. */
#include "check/object-reader.h"

#include "check/input.h"

typedef struct Wanted {
    const Source *source;
    SubjectEach each;
    void *userdata;
} Wanted;

static int each_subject(void *userdata, const CheckSubject *s) {
    const Wanted *w = userdata;
    return s->subject.source == w->source ? w->each(w->userdata, &s->subject) : 0;
}

/* Lines of the text are counted from the place of the object in its file. */
static int read_object(const Source *source, const Node *object, const char *file, Arena *a, Diag *d, SubjectEach each, void *userdata) {
    Diag inner = {0};
    const Limits limits = limits_default();
    CheckFile f = {.path = "Dockerfile", .text = object->text, .limits = &limits, .arena = a, .diag = &inner};
    Wanted w = {source, each, userdata};
    int r = check_input_dockerfile.read(&f, each_subject, &w);
    for (size_t i = 0; i < inner.items.n; i++)
        if (inner.items.p[i].level == DIAG_ERROR)
            diag_add(d, DIAG_ERROR, file, object->line, object->col, "line %u of the example, column %u: %s", inner.items.p[i].line, inner.items.p[i].col, inner.items.p[i].message);
    diag_done(&inner);
    return r;
}

const ObjectReader dockerfile_object_reader = {
    .sources = "dockerfile stage instruction command",
    .text = true,
    .read = read_object,
};
