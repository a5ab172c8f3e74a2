/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with policy sets. */
#include "base/map.h"
#include "cmd/policy.h"

/* One set chosen among everything that comes with the program and the files at hand; NULL: only their names, in `names`. */
static void lint_set(PolicyRules *p, const char *name, Buf *names, Map *said) {
    _cleanup_(policy_freep) Policy *policy = policy_new(&(RuleSetOptions) {.as_of = time_now(), .lint = true});
    _cleanup_(diag_done) Diag d = {0};
    int failed = policy_add_shipped(policy, &d);
    for (size_t i = 0; i < p->files.n; i++) {
        if (p->files.p[i].secrets)
            continue;
        int r = policy_add(policy, str_n(p->files.p[i].text, p->files.p[i].n), p->files.p[i].path, p->files.p[i].role, &d);
        failed = r < 0 ? r : failed;
    }
    if (names)
        policy_own_names(policy, names);
    else if (failed == 0)
        failed = policy_choose(policy, str_from(name), &d);
    for (size_t i = 0; i < d.items.n; i++) {
        const DiagItem *item = &d.items.p[i];
        _cleanup_free_ char *text = diag_item_text(item);
        bool is_new;
        map_slot(said, str_from(text), &is_new);
        if (is_new)
            diag_add(&p->diag, item->level, item->file, item->line, item->col, "%s", item->message);
    }
    p->failed |= failed < 0;
}

void policy_lint_sets(PolicyRules *p, const char *name) {
    _cleanup_(map_done) Map said = {.own_keys = true};
    _cleanup_(buf_done) Buf names = buf_new(1 << 20);
    for (size_t i = 0; i < p->diag.items.n; i++) {
        _cleanup_free_ char *text = diag_item_text(&p->diag.items.p[i]);
        map_set(&said, str_from(text), p);
    }
    if (name) {
        lint_set(p, name, NULL, &said);
        return;
    }
    lint_set(p, NULL, &names, &said);
    Str rest = buf_view(&names), one;
    while (!p->failed && str_split(&rest, '|', &one)) {
        _cleanup_free_ char *each = str_dup(one);
        lint_set(p, each, NULL, &said);
    }
}
