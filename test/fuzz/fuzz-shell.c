/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of a shell script lie inside of it, in order of what they stand in, and can be asked for everything. */
#include <stdlib.h>

#include "parse/shell.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void check_words(Str script, const ShellWord *w, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (w[i].at < script.p || w[i].end < w[i].at || w[i].end > script.p + script.n || w[i].text.n > script.n)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Arena a = {.max = (size_t) 64 << 20};
    Str script = str_n((const char *) p, n), value;
    const ShellCommand *const *list = NULL;
    size_t count = 0;
    if (shell_commands(script, &a, &list, &count) == 0) {
        for (size_t i = 0; i < count; i++) {
            const ShellCommand *c = list[i];
            if (c->at < script.p || c->end < c->at || c->end > script.p + script.n || c->n_words + c->n_assigns + c->n_redirects == 0)
                abort();
            if ((c->place == SHELL_TOP) != (c->parent == NULL) || (c->parent && c->parent->stage > c->stage))
                abort();
            check_words(script, c->words, c->n_words);
            check_words(script, c->assigns, c->n_assigns);
            check_words(script, c->redirects, c->n_redirects);
            shell_option(c, STR("-y"), &value);
            shell_option(c, STR("--yes"), &value);
        }
    }
    arena_done(&a);
    return 0;
}
