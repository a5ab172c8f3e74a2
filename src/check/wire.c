/* SPDX-License-Identifier: Apache-2.0 */
#include "check/wire.h"

#include "base/hash.h"

static void put_context(Buf *b, const PolicyContext *c) {
    static const PolicyContext nothing = {0};
    c = c ? c : &nothing;
    wire_put_str(b, c->cluster);
    wire_put_str(b, c->namespace);
    wire_put_str(b, c->image);
    wire_put_str(b, c->environment);
    wire_put_u64(b, c->labels.n);
    for (size_t i = 0; i < c->labels.n; i++)
        wire_put_str(b, c->labels.p[i]);
}

void check_job_begin(Buf *b, const CheckOptions *o, size_t n_files) {
    wire_put_i64(b, o->as_of);
    wire_put_u64(b, o->fixes);
    wire_put_u64(b, o->policy_name.p != NULL);
    wire_put_str(b, o->policy_name);
    wire_put_u64(b, o->n_rules);
    for (size_t i = 0; i < o->n_rules; i++) {
        wire_put_str(b, str_from(o->rules[i].name));
        wire_put_str(b, o->rules[i].text);
        wire_put_u64(b, o->rules[i].role);
    }
    put_context(b, o->context);
    wire_put_u64(b, n_files);
}

void check_job_context(WireReader *r, Arena *a, PolicyContext *ret) {
    *ret = (PolicyContext) {.cluster = wire_str(r)};
    ret->namespace = wire_str(r);
    ret->image = wire_str(r);
    ret->environment = wire_str(r);
    size_t n = (size_t) wire_max(r, r->rest.n);
    Str *labels = arena_alloc(a, (n + 1) * sizeof(*labels));
    for (size_t i = 0; i < n; i++)
        labels[i] = wire_str(r);
    ret->labels = (StrArray) {labels, n};
}

void check_job_file(Buf *b, const CheckInput *input, const char *path, Str text) {
    wire_put_str(b, str_from(input->name));
    wire_put_str(b, str_from(path));
    wire_put_str(b, text);
}

/* Rules and exceptions by their number. */
static uint64_t exception_number(const Policy *p, const PolicyException *e) {
    size_t n;
    const PolicyException *const *all = policy_exceptions(p, &n);
    for (size_t i = 0; i < n; i++)
        if (all[i] == e)
            return i + 1;
    return 0;
}

static void put_place(Buf *b, const CheckPlace *p) {
    const uint32_t all[] = {p->line, p->col, p->end_line, p->end_col, p->chars, p->end_chars};
    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        wire_put_u64(b, all[i]);
}

static uint32_t get_u32(WireReader *r) {
    return (uint32_t) wire_max(r, UINT32_MAX);
}

static CheckPlace get_place(WireReader *r) {
    CheckPlace p;
    p.line = get_u32(r);
    p.col = get_u32(r);
    p.end_line = get_u32(r);
    p.end_col = get_u32(r);
    p.chars = get_u32(r);
    p.end_chars = get_u32(r);
    return p;
}

static void put_hit(Buf *b, const CheckHit *h, const Policy *policy) {
    size_t n;
    wire_put_u64(b, (uint64_t) (h->rule - policy_rules(policy, &n)));
    wire_put_u64(b, h->action);
    wire_put_u64(b, exception_number(policy, h->exception));
    put_place(b, &h->place);
    wire_put_str(b, h->path);
    wire_put_str(b, h->subject);
    wire_put_str(b, h->output);
    wire_put_u64(b, h->limited);
    wire_put_u64(b, h->n_covers);
    for (size_t i = 0; i < h->n_covers; i++) {
        wire_put_u64(b, (uint64_t) (h->covers[i].rule - policy_rules(policy, &n)));
        wire_put_u64(b, h->covers[i].action);
        wire_put_str(b, h->covers[i].output);
    }
    wire_put_u64(b, h->n_edits);
    for (size_t i = 0; i < h->n_edits; i++) {
        wire_put_u64(b, h->edits[i].at);
        wire_put_u64(b, h->edits[i].end);
        wire_put_str(b, h->edits[i].text);
        put_place(b, &h->edits[i].place);
    }
}

void check_frame_encode(Buf *b, const CheckItem *item, const Policy *policy) {
    _cleanup_(buf_done) Buf body = buf_new(b->max);
    wire_put_i64(&body, item->status);
    wire_put_u64(&body, item->n_hits);
    for (size_t i = 0; i < item->n_hits; i++)
        put_hit(&body, &item->hits[i], policy);
    wire_put_u64(&body, item->n_errors);
    for (size_t i = 0; i < item->n_errors; i++) {
        wire_put_u64(&body, item->errors[i].level);
        wire_put_u64(&body, item->errors[i].line);
        wire_put_u64(&body, item->errors[i].col);
        wire_put_str(&body, item->errors[i].message);
    }
    if (body.failed)
        b->failed = body.failed;
    wire_put_str(b, buf_view(&body));
}

static bool edits_are_utf8(const CheckHit *h) {
    for (size_t i = 0; i < h->n_edits; i++)
        if (!str_is_utf8(h->edits[i].text))
            return false;
    return true;
}

static int get_hit(WireReader *r, const Policy *policy, size_t bytes, Arena *a, CheckHit *h) {
    size_t n, n_exceptions;
    const PolicyRule *all = policy_rules(policy, &n);
    const PolicyException *const *exceptions = policy_exceptions(policy, &n_exceptions);
    if (n == 0)
        return -EBADMSG;
    h->rule = &all[wire_max(r, n - 1)];
    h->action = (RuleAction) wire_max(r, RULE_ACTION_N_ - 1);
    size_t exception = (size_t) wire_max(r, n_exceptions);
    h->exception = exception ? exceptions[exception - 1] : NULL;
    h->place = get_place(r);
    h->path = arena_str(a, wire_str(r));
    h->subject = arena_str(a, wire_str(r));
    h->output = arena_str(a, wire_str(r));
    h->limited = wire_max(r, 1);
    h->n_covers = (size_t) wire_max(r, CHECK_COVERED);
    for (size_t i = 0; i < h->n_covers; i++) {
        h->covers[i].rule = &all[wire_max(r, n - 1)];
        h->covers[i].action = (RuleAction) wire_max(r, RULE_ACTION_N_ - 1);
        h->covers[i].output = arena_str(a, wire_str(r));
    }
    h->n_edits = (size_t) wire_max(r, CHECK_EDITS);
    CheckEdit *edits = arena_alloc(a, (h->n_edits + 1) * sizeof(*edits));
    for (size_t i = 0, last = 0; i < h->n_edits; i++) {
        edits[i].at = (size_t) wire_max(r, bytes);
        edits[i].end = (size_t) wire_max(r, bytes);
        edits[i].text = arena_str(a, wire_str(r));
        edits[i].place = get_place(r);
        /* In order, inside of the file, and not into one another. */
        if (edits[i].at < last || edits[i].end < edits[i].at)
            return -EBADMSG;
        last = edits[i].end;
    }
    h->edits = edits;
    return wire_ok(r) && edits_are_utf8(h) && str_is_utf8(h->path) && str_is_utf8(h->subject) && str_is_utf8(h->output) ? 0 : -EBADMSG;
}

static int get_body(WireReader *r, const Policy *policy, Arena *a, CheckItem *item) {
    item->status = (int) wire_i64(r);
    item->n_hits = (size_t) wire_max(r, r->rest.n);
    CheckHit *hits = arena_alloc(a, (item->n_hits + 1) * sizeof(*hits));
    for (size_t i = 0; i < item->n_hits; i++)
        if (get_hit(r, policy, item->bytes, a, &hits[i]) < 0)
            return -EBADMSG;
    item->n_errors = (size_t) wire_max(r, MIN(r->rest.n, (size_t) DIAG_KEEP + 1));
    CheckError *errors = arena_alloc(a, (item->n_errors + 1) * sizeof(*errors));
    for (size_t i = 0; i < item->n_errors; i++) {
        errors[i].level = (DiagLevel) wire_max(r, DIAG_WARNING);
        errors[i].line = get_u32(r);
        errors[i].col = get_u32(r);
        errors[i].message = arena_str(a, wire_str(r));
    }
    item->hits = hits;
    item->errors = errors;
    return wire_ok(r) && r->rest.n == 0 && item->status <= 0 ? 0 : -EBADMSG;
}

ssize_t check_frame_decode(Str bytes, const Policy *policy, const Limits *limits, Arena *a, CheckItem *item) {
    /* A length is whole behind its first byte below 0x80. */
    size_t head = 0;
    while (head < bytes.n && (unsigned char) bytes.p[head] >= 0x80)
        head++;
    if (head == bytes.n)
        return 0;
    WireReader outer = wire_reader(bytes), length = wire_reader(str_head(bytes, head + 1));
    uint64_t n = wire_u64(&length);
    if (!wire_ok(&length) || n > limits->document_bytes)
        return -EBADMSG;
    if (bytes.n - head - 1 < n)
        return 0;
    WireReader r = wire_reader(wire_str(&outer));
    return get_body(&r, policy, a, item) < 0 ? -EBADMSG : (ssize_t) (head + 1 + n);
}
