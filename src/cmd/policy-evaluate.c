/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll policy evaluate: conditions against objects that are written down, for scripts and for the test beside an evaluator that is not ours. */
#include "base/fs.h"
#include "cmd/cli.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/policy.h"
#include "cmd/scan-options.h"
#include "parse/json-write.h"
#include "policy/matcher.h"
#include "policy/recorded.h"

/* Conditions that are matched together. */
enum { BATCH = 64 };

static const Option options[] = {
    {.name = "--together", .doc = "Evaluates conditions as the rules of a set are: 64 lines at a time"},
    {0},
};

typedef struct Request {
    Diag diag;
    const Node *objects;
    Rule rule; /* its source and program */
    int r;
} Request;

static void read_request(Request *q, Str line, size_t number, Compiler *compiler, const Limits *l, Arena *a) {
    Node *n = NULL;
    AstNode *condition;
    q->r = json_parse(line, "standard input", l, a, &q->diag, &n);
    q->rule = (Rule) {.source = source_by_name(node_get_str(n, "source")), .enabled = true};
    if (q->r == 0 && !q->rule.source)
        q->r = diag_add(&q->diag, DIAG_ERROR, "standard input", (uint32_t) number, 1, "expected {\"source\": NAME, \"condition\": TEXT, \"objects\": [{…}]}");
    AstText text = {.text = node_get_str(n, "condition"), .file = "condition"};
    if (q->r == 0)
        q->r = ast_parse(&text, l, a, &q->diag, &condition);
    if (q->r == 0)
        q->r = compiler_compile(compiler, q->rule.source, condition, &q->diag, &q->rule.program);
    q->objects = node_get(n, "objects");
    node_each(o, q->r == 0 ? q->objects : NULL)
        if (recorded_check(q->rule.source, o, "object", &q->diag) < 0)
            q->r = -EINVAL;
}

/* 1, 0 or negative: of the rule alone, or as one of those that the matcher has. */
static int evaluate(const Request *q, const RuleMatcher *m, const Node *object, Evaluator *e) {
    Subject s = {.source = q->rule.source, .ops = &recorded_ops, .object = object};
    RuleMatch found[BATCH];
    if (!m)
        return program_evaluate(q->rule.program, &s, e);
    size_t n = rule_matcher_match(m, &s, e, false, found, BATCH);
    for (size_t i = 0; i < n; i++)
        if (found[i].rule == &q->rule)
            return found[i].limited ? -E2BIG : 1;
    return 0;
}

static void answer(const Request *q, const RuleMatcher *m, Evaluator *e, Buf *out) {
    JsonWriter w = json_writer(out, false);
    json_map(&w, NULL);
    json_list(&w, q->r < 0 ? "errors" : "results");
    for (size_t i = 0; i < q->diag.items.n; i++) {
        _cleanup_free_ char *text = diag_item_text(&q->diag.items.p[i]);
        json_strz(&w, NULL, text);
    }
    node_each(o, q->r == 0 ? q->objects : NULL) {
        int r = evaluate(q, m, o, e);
        if (r < 0)
            json_null(&w, NULL);
        else
            json_bool(&w, NULL, r > 0);
    }
    json_end(&w);
    json_end(&w);
    buf_putc(out, '\n');
}

/* The next lines and their answers; false at the end. */
static bool batch(Str *rest, size_t *number, bool together, Evaluator *e, Buf *out, bool *ret_bad) {
    _cleanup_(arena_done) Arena a = {0};
    Limits l = limits_default();
    _cleanup_(compiler_freep) Compiler *compiler = compiler_new(&l, &a);
    Request *q = arena_alloc(&a, BATCH * sizeof(*q));
    Rule *rules[BATCH];
    size_t n = 0, good = 0;
    Str line;
    while (n < BATCH && str_line(rest, &line)) {
        read_request(&q[n], line, ++*number, compiler, &l, &a);
        if (q[n].r == 0)
            rules[good++] = &q[n].rule;
        n++;
    }
    const Source *last = NULL;
    _cleanup_(rule_matcher_freep) RuleMatcher *m = NULL;
    for (size_t i = 0; i < n; i++) {
        if (together && q[i].r == 0 && q[i].rule.source != last) {
            rule_matcher_free(m);
            last = q[i].rule.source;
            m = rule_matcher_new(rules, good, last, "evt.type");
        }
        answer(&q[i], q[i].r == 0 ? m : NULL, e, out);
        *ret_bad = *ret_bad || q[i].r < 0;
        diag_done(&q[i].diag);
    }
    return n == BATCH;
}

static int run(Cli *cli) {
    _cleanup_free_ char *text = NULL;
    size_t n, number = 0;
    _cleanup_error_ Error err = {0};
    _cleanup_(policy_chosen_done) PolicyChosen chosen = {0};
    bool judged;
    int r = policy_open_options(cli, time_now(), &chosen, &judged);
    if (r)
        return r;
    r = fs_read_fd(STDIN_FILENO, "standard input", BUF_OWN_MAX, &text, &n, &err);
    if (r < 0)
        return message_fail(EXIT_INCOMPLETE, &err, r);
    _cleanup_(evaluator_freep) Evaluator *e = evaluator_new();
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    Str rest = str_n(text, n), line;
    bool bad = false;
    for (uint32_t i = 1; judged && str_line(&rest, &line); i++)
        bad |= policy_judge_line(&chosen, line, i, e, &out) < 0;
    while (!judged && batch(&rest, &number, cli_flag(cli, "--together"), e, &out, &bad))
        ;
    r = output_write(cli, buf_view(&out));
    return bad ? EXIT_USAGE : r;
}

const Command command_policy_evaluate = {
    .name = "policy evaluate",
    .summary = "Evaluates conditions on objects from standard input",
    .description = "Each line of standard input is a JSON object with a source, a condition and a list of objects: maps of field names and values. Each gets a line: \"results\", "
                   "a list of true and false, with null where a limit ended the evaluation, or \"errors\". With --policy or rules a line has no condition; the result of each object is then the list of "
                   "rules that fire on it, with what comes of them. The exit code is 2 when there were errors.",
    .examples = "echo '{\"source\": \"syscall\", \"condition\": \"proc.name = sh\", \"objects\": [{\"proc.name\": \"sh\"}]}' | plimsoll policy evaluate  # prints {\"results\":[true]}\n",
    .options = {options, policy_options, policy_rules_options, policy_added_options, policy_scope_options, registry_options, cache_options},
    .workers = true,
    .plumbing = true,
    .run = run,
};
