/* SPDX-License-Identifier: Apache-2.0 */
/* From the tree to instructions. First all checks are made tests, in the order in which they stand, for that is the order of messages. Then instructions are made from
 * the last to the first, so that the places to go on at are known: an instruction only ever leads to lower ones, which is why a program ends. */
#include "policy/check.h"

/* What macros inside macros may add to the 100 levels of one condition. */
enum { TREE_DEPTH_MAX = 2000 };

typedef struct Emitter {
    Checker checker;
    Vec(const Test *) tests; /* of the checks, in order; emit() takes them from the end */
    Instruction *code;
    int32_t n;
    unsigned depth;
    bool failed, stopped;
} Emitter;

static void stop(Emitter *e, const AstNode *n, const char *why) {
    check_fail(&e->checker, n->place, "%s", why);
    e->failed = e->stopped = true;
}

static void check_all(Emitter *e, const AstNode *n) {
    Checker *c = &e->checker;
    const Test *t;
    c->file = n->file;
    if (n->kind == AST_MACRO) {
        check_fail(c, n->place, "unknown macro \"%.*s\"", STR_FMT(n->name));
        e->failed = true;
    } else if (n->kind == AST_CHECK && e->tests.n >= c->pool->limits->condition_nodes) {
        stop(e, n, "the condition has too many parts with its macros");
    } else if (n->kind == AST_CHECK) {
        if (check_test(c, n, &t) < 0)
            e->failed = true;
        else
            vec_push(&e->tests, t);
    } else if (e->depth >= TREE_DEPTH_MAX) {
        stop(e, n, "nested too deep with its macros");
    } else {
        e->depth++;
        for (const AstNode *child = n->child; child && !e->stopped; child = child->next)
            check_all(e, child);
        e->depth--;
    }
}

/* Where to begin so that it goes on at `yes` when the node holds, else at `no`. */
static int32_t emit(Emitter *e, const AstNode *n, int32_t yes, int32_t no) {
    if (n->kind == AST_NOT)
        return emit(e, n->child, no, yes);
    if (n->kind == AST_CHECK) {
        e->code[e->n] = (Instruction) {e->tests.p[--e->tests.n], yes, no};
        return e->n++;
    }
    /* The children from the last to the first, each of which leads to the one behind it. */
    Vec(const AstNode *) children = {0};
    for (const AstNode *c = n->child; c; c = c->next)
        vec_push(&children, c);
    int32_t next = n->kind == AST_AND ? yes : no;
    for (size_t i = children.n; i-- > 0;)
        next = n->kind == AST_AND ? emit(e, children.p[i], next, no) : emit(e, children.p[i], yes, next);
    vec_done(&children);
    return next;
}

int compile_condition(Pool *pool, const Source *source, const AstNode *n, unsigned depth, Program **ret) {
    Emitter e = {.checker = {.pool = pool, .source = source, .file = n->file, .depth = depth}};
    check_all(&e, n);
    Program *p = e.failed ? NULL : arena_new(pool->arena, Program);
    e.code = p ? arena_alloc(pool->arena, (e.tests.n + 1) * sizeof(*e.code)) : NULL;
    if (!e.failed && !e.code)
        stop(&e, n, "the rules are too large");
    if (!e.failed) {
        int32_t entry = emit(&e, n, PC_HOLDS, PC_FAILS);
        *p = (Program) {.source = source, .code = e.code, .n = e.n, .entry = entry, .n_tests = pool->n, .n_fields = (uint32_t) pool->fields.n};
        *ret = p;
    }
    vec_done(&e.tests);
    return e.failed ? -EINVAL : 0;
}

struct Compiler {
    Pool pool;
};

Compiler *compiler_new(const Limits *limits, Arena *a) {
    Compiler *c = xcalloc(1, sizeof(*c));
    c->pool.arena = a;
    c->pool.limits = limits;
    return c;
}

void compiler_free(Compiler *c) {
    if (!c)
        return;
    map_done(&c->pool.tests);
    map_done(&c->pool.failed);
    map_done(&c->pool.fields);
    free(c);
}

int compiler_compile(Compiler *c, const Source *source, const AstNode *condition, Diag *d, Program **ret) {
    c->pool.diag = d;
    int r = compile_condition(&c->pool, source, condition, 0, ret);
    c->pool.diag = NULL;
    return r;
}

int program_compile(const Source *source, const AstNode *condition, const Limits *limits, Arena *a, Diag *d, Program **ret) {
    _cleanup_(compiler_freep) Compiler *c = compiler_new(limits, a);
    return compiler_compile(c, source, condition, d, ret);
}
