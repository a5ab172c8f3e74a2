/* SPDX-License-Identifier: Apache-2.0 */
/* A condition against a subject that is written down as JSON. */
#pragma once

#include "policy/program.h"
#include "policy/recorded.h"
#include "unit/tap.h"

/* 1, 0, -E2BIG; -EINVAL with the messages in `out` when the condition or the object is wrong. */
static int evaluate(const char *source_name, const char *condition, const char *object, Buf *out) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_(evaluator_freep) Evaluator *e = evaluator_new();
    Limits l = limits_default();
    const Source *source = source_by_name(str_from(source_name));
    AstNode *n;
    Program *p;
    Node *node;
    AstText text = {.text = str_from(condition), .file = "c"};
    int r = ast_parse(&text, &l, &a, &d, &n);
    if (r == 0)
        r = program_compile(source, n, &l, &a, &d, &p);
    if (r == 0)
        r = json_parse(str_from(object), "o", &l, &a, &d, &node);
    if (r == 0)
        r = recorded_check(source, node, "o", &d);
    if (r < 0) {
        _cleanup_free_ char *all = diag_text(&d);
        buf_str(out, str_trim(str_from(all)));
        return r;
    }
    Subject s = {.source = source, .ops = &recorded_ops, .object = node};
    return program_evaluate(p, &s, e);
}

static inline void check_in(const char *file, int line, const char *source, const char *condition, const char *object, int want) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    int r = evaluate(source, condition, object, &b);
    tap_checks++;
    if (r != want) {
        tap_failures++;
        printf("# %s:%d: %s of %.200s is %d, expected %d %s\n", file, line, condition, object, r, want, b.p ? b.p : "");
    }
}
static inline void wrong_in(const char *file, int line, const char *source, const char *condition, const char *want) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    int r = evaluate(source, condition, "{}", &b);
    tap_checks++;
    if (r != -EINVAL || !str_eqz(buf_view(&b), want)) {
        tap_failures++;
        printf("# %s:%d: %s gives %d, \"%s\", expected \"%s\"\n", file, line, condition, r, b.p ? b.p : "", want);
    }
}
#define HOLDS(source, condition, object) check_in(__FILE__, __LINE__, source, condition, object, 1)
#define FAILS(source, condition, object) check_in(__FILE__, __LINE__, source, condition, object, 0)
#define WRONG(source, condition, message) wrong_in(__FILE__, __LINE__, source, condition, message)
