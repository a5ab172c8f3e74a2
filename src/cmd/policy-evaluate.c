/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll policy evaluate: conditions against objects that are written down, for scripts and for the test beside an evaluator that is not ours. */
#include "base/fs.h"
#include "cmd/cli.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "parse/json-write.h"
#include "policy/program.h"
#include "policy/recorded.h"

static void put_errors(JsonWriter *w, const Diag *d) {
    json_list(w, "errors");
    for (size_t i = 0; i < d->items.n; i++) {
        _cleanup_free_ char *text = diag_item_text(&d->items.p[i]);
        json_strz(w, NULL, text);
    }
    json_end(w);
}

static int put_results(JsonWriter *w, const Source *source, const Program *p, const Node *objects, Evaluator *e, Diag *d) {
    node_each(o, objects)
        if (recorded_check(source, o, "object", d) < 0)
            return -EINVAL;
    json_list(w, "results");
    node_each(o, objects) {
        Subject s = {.source = source, .ops = &recorded_ops, .object = o};
        int r = program_evaluate(p, &s, e);
        if (r < 0)
            json_null(w, NULL);
        else
            json_bool(w, NULL, r > 0);
    }
    json_end(w);
    return 0;
}

/* One request; its answer is one line. */
static int answer(Str line, size_t number, Evaluator *e, Buf *out) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(diag_done) Diag d = {0};
    Limits l = limits_default();
    Node *request = NULL;
    AstNode *condition;
    Program *p;
    int r = json_parse(line, "standard input", &l, &a, &d, &request);
    const Source *source = source_by_name(node_get_str(request, "source"));
    if (r == 0 && !source)
        r = diag_add(&d, DIAG_ERROR, "standard input", (uint32_t) number, 1, "expected {\"source\": NAME, \"condition\": TEXT, \"objects\": [{…}]}");
    AstText text = {.text = node_get_str(request, "condition"), .file = "condition"};
    if (r == 0)
        r = ast_parse(&text, &l, &a, &d, &condition);
    if (r == 0)
        r = program_compile(source, condition, &l, &a, &d, &p);
    JsonWriter w = json_writer(out, false);
    json_map(&w, NULL);
    if (r == 0)
        r = put_results(&w, source, p, node_get(request, "objects"), e, &d);
    if (r < 0)
        put_errors(&w, &d);
    json_end(&w);
    buf_putc(out, '\n');
    return r;
}

static int run(Cli *cli) {
    _cleanup_free_ char *text = NULL;
    size_t n;
    _cleanup_error_ Error err = {0};
    int r = fs_read_fd(STDIN_FILENO, "standard input", BUF_OWN_MAX, &text, &n, &err);
    if (r < 0)
        return message_fail(EXIT_INCOMPLETE, &err, r);
    _cleanup_(evaluator_freep) Evaluator *e = evaluator_new();
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    Str rest = str_n(text, n), line;
    bool bad = false;
    for (size_t number = 1; str_line(&rest, &line); number++)
        bad = answer(line, number, e, &out) < 0 || bad;
    r = output_write(cli, buf_view(&out));
    return bad ? EXIT_USAGE : r;
}

const Command command_policy_evaluate = {
    .name = "policy evaluate",
    .summary = "Evaluates conditions on objects from standard input",
    .description = "Each line of standard input is a JSON object with a source, a condition and a list of objects: maps of field names and values. Each gets a line: \"results\", "
                   "a list of true and false, with null where a limit ended the evaluation, or \"errors\". The exit code is 2 when there were errors.",
    .examples = "echo '{\"source\": \"syscall\", \"condition\": \"proc.name = sh\", \"objects\": [{\"proc.name\": \"sh\"}]}' | plimsoll policy evaluate  # prints {\"results\":[true]}\n",
    .plumbing = true,
    .run = run,
};
