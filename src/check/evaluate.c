/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on the subjects of one file. */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/vec.h"
#include "check/place.h"
#include "check/run.h"
#include "check/secrets.h"
#include "kube/access-subject.h"
#include "policy/program.h"

typedef struct Evaluation {
    const CheckFile *file;
    const CheckInput *input;
    const Policy *policy;
    const PolicyContext *context;
    Evaluator *evaluator;
    const CheckSubject *subject; /* at hand */
    int failed;
    bool ascii;              /* columns in bytes are columns in code points */
    PlaceLines lines;        /* made where they are needed */
    bool fixes;
    CheckSecrets secrets;    /* never to be printed */
    Vec(CheckHit) hits;
    Vec(const Node *) nodes; /* of each hit, what it stands at; NULL: nothing of its own */
    Map seen;                /* what told them apart */
    uint32_t counted_line;   /* chars(): of this line so many bytes were counted … */
    size_t counted_bytes;
    uint32_t counted_chars;  /* … and are so many characters */
} Evaluation;

/* A column in bytes as one in code points. */
static uint32_t chars(Evaluation *e, uint32_t line, uint32_t col) {
    if (e->ascii || line == 0)
        return col;
    place_lines_find(&e->lines, e->file->text);
    ssize_t start = place_offset(&e->lines, line, 1);
    if (start < 0)
        return col;
    /* Findings mostly come in the order of their places, and a line may be the whole file: on from the last one. */
    if (e->counted_line != line || e->counted_bytes >= col) {
        e->counted_line = line;
        e->counted_bytes = e->counted_chars = 0;
    }
    Str rest = str_head(str_from_at(e->file->text, (size_t) start), col ? col - 1 : 0);
    for (; e->counted_bytes < rest.n; e->counted_bytes++)
        e->counted_chars += ((unsigned char) rest.p[e->counted_bytes] & 0xC0) != 0x80;
    return e->counted_chars + 1;
}

/* What a finding is about: the first of its causes that is written, of the subject itself if there is one, else of what it belongs to. */
typedef struct Search {
    const CheckInput *input;
    const Node *own, *above;
    bool stays;              /* a cause of the subject's own stands nowhere: what it belongs to is not to blame alone */
    const Field *field;      /* of `own`, as long as it is not known which of several values it is */
} Search;

static bool each_cause(void *userdata, const Cause *c) {
    Search *s = userdata;
    bool there = false;
    const Node *n = s->input->where(c, &there);
    if (n && c->up == 0 && (!s->own || (c->field->field == s->field && c->item.type != VALUE_NONE))) {
        s->own = n;
        s->field = c->item.type == VALUE_NONE ? c->field->field : NULL;
    } else if (n && there && !s->above && !s->stays) {
        s->above = n;
    }
    s->stays |= !n && c->up == 0;
    return s->own && !s->field;
}

static CheckPlace place_of(Evaluation *e, const PolicyHit *h, const Node **ret_node) {
    CheckPlace p = e->subject->place;
    Search s = {.input = e->input};
    if (!e->input->regions || p.end_line || p.line == 0)
        return p;
    place_lines_find(&e->lines, e->file->text);
    if (e->input->where && !h->limited)
        program_causes(h->rule->rule->program, &e->subject->subject, e->evaluator, each_cause, &s);
    const Node *n = s.own ? s.own : s.above;
    if (n && (n->line || n->key_line)) {
        *ret_node = n;
        return place_of_node(&e->lines, n);
    }
    place_end(&e->lines, &p);
    return p;
}

static void fill_chars(Evaluation *e, CheckPlace *p) {
    p->chars = chars(e, p->line, p->col);
    p->end_chars = chars(e, p->end_line, p->end_col);
}

static int take_edits(Evaluation *e, const CheckSubject *s, const Rule *rule, CheckHit *hit) {
    CheckEdits edits = {0};
    if (!e->fixes || !rule->fix || !e->input->fix || !e->input->fix(e->file, s, rule->fix, &edits) || edits.n == 0)
        return 0;
    CheckEdit *kept = arena_alloc(e->file->arena, edits.n * sizeof(*kept));
    if (!kept)
        return -E2BIG;
    memcpy(kept, edits.p, edits.n * sizeof(*kept));
    place_lines_find(&e->lines, e->file->text);
    for (size_t i = 0; i < edits.n; i++) {
        CheckPlace *p = &kept[i].place;
        place_at(&e->lines, kept[i].at, &p->line, &p->col);
        place_at(&e->lines, kept[i].end, &p->end_line, &p->end_col);
        fill_chars(e, p);
    }
    hit->edits = kept;
    hit->n_edits = edits.n;
    return 0;
}

/* Several subjects can stand at one place: what jobs inherit, what aliases share. The same said twice there is one finding. */
static bool is_repeated(Evaluation *e, const CheckHit *hit) {
    const CheckPlace *p = &hit->place;
    if (p->line == 0)
        return false;
    bool fresh = false;
    const struct {
        const void *rule, *exception;
        uint32_t line, col, end_line, end_col;
        size_t path;
    } head = {hit->rule, hit->exception, p->line, p->col, p->end_line, p->end_col};
    const Str parts[] = {str_n((const char *) &head, sizeof(head)), hit->path, hit->output};
    char *key = arena_bytes(e->file->arena, sizeof(head) + hit->path.n + hit->output.n);
    size_t n = 0;
    for (size_t i = 0; key && i < ARRAY_SIZE(parts); n += parts[i++].n)
        if (parts[i].n)
            memcpy(key + n, parts[i].p, parts[i].n);
    if (!key)
        return false;
    map_slot(&e->seen, str_n(key, n), &fresh);
    return !fresh;
}

static int add_hit(Evaluation *e, const PolicyHit *h) {
    _cleanup_(buf_done) Buf b = buf_new((size_t) 1 << 20);
    const CheckSubject *s = e->subject;
    const Node *node = NULL;
    if (h->limited)
        buf_putz(&b, "the condition could not be decided within the limits");
    else
        rule_output(h->rule->rule, &s->subject, e->evaluator, &b);
    CheckHit hit = {.rule = h->rule, .action = h->action, .exception = h->exception, .place = place_of(e, h, &node), .path = s->path, .subject = check_secrets_masked(&e->secrets, check_subject_name(s, e->file->arena), e->file->arena), .output = check_secrets_masked(&e->secrets, arena_str(e->file->arena, buf_view(&b)), e->file->arena), .limited = h->limited};
    fill_chars(e, &hit.place);
    int r = hit.output.p ? take_edits(e, s, h->rule->rule, &hit) : -E2BIG;
    if (r == 0 && !is_repeated(e, &hit)) {
        vec_push(&e->hits, hit);
        vec_push(&e->nodes, node);
    }
    return r;
}

enum { ANYWHERE = UINT32_MAX }; /* for a line */

/* Place, thing and rule of a finding that counts. What was rendered, or a cluster has, is all in one place. */
static Str place_key(Evaluation *e, const CheckHit *h, uint32_t line, Str rule) {
    const struct {
        uint32_t line, col;
        size_t path, subject;
    } head = {line, line == ANYWHERE ? 0 : h->place.col, h->path.n, h->subject.n};
    const Str parts[] = {{(const char *) &head, sizeof(head)}, h->path, h->subject, rule};
    char *key = arena_bytes(e->file->arena, sizeof(head) + h->path.n + h->subject.n + rule.n);
    size_t n = 0;
    for (size_t i = 0; key && i < ARRAY_SIZE(parts); i++) {
        if (parts[i].n)
            memcpy(key + n, parts[i].p, parts[i].n);
        n += parts[i].n;
    }
    return str_n(key, n);
}

static const Node *node_of(const Evaluation *e, const CheckHit *h) {
    return e->nodes.p[h - e->hits.p];
}

/* Does one stand at the map that the other one stands at a value of (hostPath, and its path)? */
static bool is_around(const Node *outer, const Node *inner) {
    node_each(c, inner && node_is(outer, NODE_MAP) ? outer : NULL)
        if (c == inner)
            return true;
    return false;
}

/* The finding that says the same and more, as strictly: it takes this one in, and what this one took in. */
static CheckHit *coverer(Evaluation *e, const CheckHit *h, const Map *found) {
    const StrArray names = h->rule->rule->covered_by;
    for (size_t i = 0; i < names.n; i++) {
        CheckHit *by = map_get(found, place_key(e, h, h->place.line, names.p[i]));
        if (!by) {
            by = map_get(found, place_key(e, h, ANYWHERE, names.p[i]));
            by = by && (is_around(node_of(e, by), node_of(e, h)) || is_around(node_of(e, h), node_of(e, by))) ? by : NULL;
        }
        if (by && by->n_covers + h->n_covers < CHECK_COVERED && policy_worse(by->action, h->action) == by->action && by->rule->priority <= h->rule->priority)
            return by;
    }
    return NULL;
}

static void cover(Evaluation *e) {
    Map asked = {0}, found = {0};
    for (size_t i = 0; i < e->hits.n; i++) {
        const StrArray names = e->hits.p[i].rule->rule->covered_by;
        for (size_t k = 0; k < names.n; k++)
            map_set(&asked, names.p[k], e);
    }
    for (size_t i = 0; i < e->hits.n; i++) {
        CheckHit *h = &e->hits.p[i];
        if (h->exception || h->limited || !map_has(&asked, h->rule->rule->name))
            continue;
        map_set(&found, place_key(e, h, h->place.line, h->rule->rule->name), h);
        map_set(&found, place_key(e, h, ANYWHERE, h->rule->rule->name), h);
    }
    map_done(&asked);
    if (found.n == 0)
        return;
    /* What is taken in is marked first: findings must not move as long as others are looked up. */
    bool *gone = xcalloc(e->hits.n, sizeof(*gone));
    for (size_t i = 0; i < e->hits.n; i++) {
        CheckHit *h = &e->hits.p[i];
        CheckHit *by = !h->exception && !h->limited ? coverer(e, h, &found) : NULL;
        /* What mends this field does so for both; of two fixes none is lost. */
        if (!by || gone[by - e->hits.p] || (h->n_edits && by->n_edits))
            continue;
        if (h->n_edits) {
            by->edits = h->edits;
            by->n_edits = h->n_edits;
        }
        gone[i] = true;
        by->covers[by->n_covers++] = (struct CheckCovered) {h->rule, h->action, h->output};
        for (size_t k = 0; k < h->n_covers; k++)
            by->covers[by->n_covers++] = h->covers[k];
    }
    size_t n = 0;
    for (size_t i = 0; i < e->hits.n; i++)
        if (!gone[i])
            e->hits.p[n++] = e->hits.p[i];
    e->hits.n = n;
    free(gone);
    map_done(&found);
}

/* What is allowed is no finding. */
static void each_hit(void *userdata, const PolicyHit *h) {
    Evaluation *e = userdata;
    if (h->action != RULE_ALLOW && e->failed == 0)
        e->failed = add_hit(e, h);
}

static int each_subject(void *userdata, const CheckSubject *s) {
    Evaluation *e = userdata;
    e->subject = s;
    policy_evaluate(e->policy, &s->subject, e->context, e->evaluator, each_hit, e);
    return e->failed;
}

/* Errors as the result has them. */
static void take_errors(const Diag *d, const CheckSecrets *secrets, Arena *a, CheckItem *ret) {
    CheckError *list = arena_alloc(a, (d->items.n + 1) * sizeof(*list));
    size_t n = 0;
    for (size_t i = 0; list && i < d->items.n; i++)
        list[n++] = (CheckError) {d->items.p[i].level, d->items.p[i].line, d->items.p[i].col, check_secrets_masked(secrets, arena_str(a, str_from(d->items.p[i].message)), a)};
    if (list && d->errors + d->warnings > d->items.n)
        list[n++] = (CheckError) {DIAG_WARNING, 0, 0, arena_printf(a, "and %zu more messages", d->errors + d->warnings - d->items.n)};
    ret->errors = list;
    ret->n_errors = n;
}

/* What was found, as the result has it. What could be understood of a wrong file was judged; that it is wrong is said beside it. */
static int finish(Evaluation *e, Diag *d, Arena *a, CheckItem *ret) {
    cover(e);
    CheckHit *hits = ret->status < 0 && ret->status != -EINVAL ? NULL : arena_alloc(a, (e->hits.n + 1) * sizeof(*hits));
    if (hits) {
        if (e->hits.n)
            memcpy(hits, e->hits.p, e->hits.n * sizeof(*hits));
        ret->hits = hits;
        ret->n_hits = e->hits.n;
    }
    take_errors(d, &e->secrets, a, ret);
    vec_done(&e->hits);
    vec_done(&e->nodes);
    place_lines_done(&e->lines);
    map_done(&e->seen);
    evaluator_free(e->evaluator);
    diag_done(d);
    return ret->status;
}

static const PolicyContext nothing_told;

int check_text(const Policy *policy, const PolicyContext *context, const CheckInput *input, const char *path, Str text, const Limits *limits, bool fixes, SecretEngine *secrets, Arena *a,
               CheckItem *ret) {
    Diag d = {0};
    unsigned kubernetes;
    CheckFile file = {.path = path, .text = text, .limits = limits, .arena = a, .diag = &d, .as_of = policy_as_of(policy), .access = access_wanted(policy)};
    if (policy_version_of(policy, "kubernetes", &kubernetes))
        file.kubernetes = &kubernetes;
    Evaluation e = {.file = &file, .input = input, .policy = policy, .context = context ? context : &nothing_told, .evaluator = evaluator_new(), .ascii = str_is_ascii(text), .fixes = fixes};
    evaluator_one_document(e.evaluator);
    ret->input = input;
    ret->bytes = text.n;
    int found = secrets && input->secrets ? check_secrets(secrets, input, &file, &e.secrets, each_subject, &e) : 0;
    ret->status = found < 0 && found != -EINVAL ? found : input->read(&file, each_subject, &e);
    ret->status = ret->status == 0 ? found : ret->status;
    if (ret->status < 0 && d.errors == 0)
        diag_add(&d, DIAG_ERROR, path, 0, 0, "%s", ret->status == -E2BIG ? "what the rules say of it takes too much memory" : "it cannot be read");
    return finish(&e, &d, a, ret);
}

int check_subjects(const Policy *policy, const PolicyContext *context, int (*give)(void *state, CheckEach each, void *userdata), void *state, Arena *a, CheckItem *ret) {
    static const CheckInput made = {.name = "subjects"};
    Diag d = {0};
    const CheckFile file = {.path = ret->path, .arena = a, .diag = &d};
    Evaluation e = {.file = &file, .input = &made, .policy = policy, .context = context ? context : &nothing_told, .evaluator = evaluator_new(), .ascii = true};
    ret->status = give(state, each_subject, &e);
    return finish(&e, &d, a, ret);
}
