/* SPDX-License-Identifier: Apache-2.0 */
/* Whose output goes where: to another command, and to one that runs it. */
#include "parse/shell-private.h"

/* Whose output is run: commands in front of an interpreter in a pipeline, and those inside of what runs them. Parents stand before their children. */
static void mark_executed(struct ShellOut *out, size_t *runner) {
    for (size_t i = 0; i < out->list.n; i++) {
        const ShellCommand *c = out->list.p[i];
        if (c->link == SHELL_PIPE && shell_runs_input(c))
            runner[c->pipeline] = c->stage;
    }
    for (size_t i = 0; i < out->list.n; i++) {
        ShellCommand *c = out->list.p[i];
        const ShellCommand *parent = c->parent;
        c->executed = runner[c->pipeline] > c->stage;
        if (parent && c->place != SHELL_SCRIPT)
            c->executed |= parent->executed || ((c->place == SHELL_SUBSTITUTED || c->place == SHELL_PROCESS) && shell_runs_word(parent, c->parent_word, c->place));
        if (parent && (c->place == SHELL_WRAPPED || c->place == SHELL_GROUPED))
            c->piped |= parent->piped;
    }
}

/* The same of compound commands, the outermost first. Scripts that a command runs print what they like. */
static void mark_compounds(struct ShellOut *out) {
    for (size_t i = out->compounds.n; i-- > 0;) {
        const Compound *k = &out->compounds.p[i];
        if (!k->last->executed && !k->last->piped)
            continue;
        for (size_t at = k->first->stage; at < out->list.n && out->list.p[at] != k->last; at++) {
            ShellCommand *c = out->list.p[at];
            if (c->place == SHELL_SCRIPT || c->piped) /* what goes to another command in there is that one's */
                continue;
            c->executed |= k->last->executed;
            c->piped |= k->last->piped;
        }
    }
}

int shell_mark(struct ShellOut *out, Arena *a) {
    size_t *runner = arena_alloc(a, out->pipelines * sizeof(*runner));
    if (!runner)
        return -E2BIG;
    mark_executed(out, runner);
    mark_compounds(out);
    return 0;
}
