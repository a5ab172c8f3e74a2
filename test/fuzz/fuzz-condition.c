/* SPDX-License-Identifier: Apache-2.0 */
/* A source, a condition and an object, one line each but for the condition, which ends at a line "--". It is read, printed, read again, checked, compiled, evaluated and
 * explained; its opposite must have the opposite result, and both together the same. */
#include <stdlib.h>

#include "policy/matcher.h"
#include "policy/recorded.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* What is printed must read as the same. */
static void check_print(const AstNode *node, const Limits *l) {
    _cleanup_(arena_done) Arena a = {.max = (size_t) 64 << 20};
    _cleanup_(buf_done) Buf first = buf_new(16 << 20), second = buf_new(16 << 20);
    AstNode *again;
    Limits wide = *l;
    ast_print(node, &first);
    wide.condition_bytes = 16u << 20;
    AstText text = {.text = buf_view(&first), .file = "printed"};
    if (first.failed || ast_parse(&text, &wide, &a, NULL, &again) < 0)
        abort();
    ast_print(again, &second);
    if (!str_eq(buf_view(&first), buf_view(&second)))
        abort();
}

static void run(const Source *source, const AstNode *node, AstNode *negated, Str object, const Limits *l, Arena *a) {
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_(evaluator_freep) Evaluator *e = evaluator_new();
    _cleanup_(buf_done) Buf out = buf_new(1 << 20);
    Program *one, *other;
    Node *map;
    _cleanup_(compiler_freep) Compiler *compiler = compiler_new(l, a);
    if (compiler_compile(compiler, source, node, &d, &one) < 0) {
        if (!d.errors)
            abort();
        return;
    }
    if (compiler_compile(compiler, source, negated, NULL, &other) < 0)
        abort();
    if (json_parse(object, "object", l, a, NULL, &map) < 0 || !node_is(map, NODE_MAP))
        return;
    Subject s = {.source = source, .ops = &recorded_ops, .object = map};
    int r = program_evaluate(one, &s, e), not = program_evaluate(other, &s, e);
    if (r >= 0 && not >= 0 && r == not)
        abort();
    condition_explain(node, &s, e, &out);
    Rule rules[] = {{.source = source, .enabled = true, .program = one}, {.source = source, .enabled = true, .program = other}}, *both[] = {&rules[0], &rules[1]};
    _cleanup_(rule_matcher_freep) RuleMatcher *m = rule_matcher_new(both, 2, source, "evt.type");
    RuleMatch found[2];
    if (r >= 0 && not >= 0 && (rule_matcher_match(m, &s, e, false, found, 2) != 1 || found[0].rule != both[!r]))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    _cleanup_(arena_done) Arena a = {.max = (size_t) 64 << 20};
    _cleanup_(diag_done) Diag d = {0};
    Limits l = limits_default();
    l.condition_bytes = 8192;
    Str rest = str_n((const char *) p, n), name = STR_NULL;
    str_line(&rest, &name);
    ssize_t end = str_find(rest, STR("\n--\n"));
    const Source *source = source_by_name(name);
    AstText text = {.text = end < 0 ? rest : str_head(rest, (size_t) end), .file = "condition"};
    AstNode *node;
    if (ast_parse(&text, &l, &a, &d, &node) < 0) {
        if (!d.errors || (d.items.n && (!d.items.p[0].line || !d.items.p[0].col)))
            abort();
        return 0;
    }
    check_print(node, &l);
    AstNode negated = {.kind = AST_NOT, .file = "condition", .place = node->place, .end = node->end, .child = node, .last = node};
    if (source)
        run(source, node, &negated, end < 0 ? STR("{}") : str_from_at(rest, (size_t) end + 4), &l, &a);
    return 0;
}
