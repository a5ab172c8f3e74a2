/* SPDX-License-Identifier: Apache-2.0 */
/* An audit log put to the rules that come with the program, and every field of its events asked for: findings stand at lines of the text, and what cannot be read is said. */
#include <stdlib.h>

#include "check/run.h"
#include "policy/program.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* All fields at once: the outputs of a rule that always holds. */
static Policy *policy_of(void) {
    static Policy *policy;
    static PolicyText rules = {.name = "fuzz.yaml"};
    static Buf text;
    if (policy)
        return policy;
    text = buf_new(1 << 20);
    buf_putz(&text, "- rule: all\n  desc: x\n  source: k8s_audit\n  condition: audit.truncated = true or audit.truncated = false\n  priority: INFO\n  output: \"");
    for (const Field *f = source_by_name(STR("k8s_audit"))->fields; f->name; f++)
        buf_printf(&text, " %%%s%s", f->name, f->flags & FIELD_ARG_REQUIRED ? "[/a/0]" : f->flags & FIELD_ARG_INDEX ? "[1]" : "");
    buf_putz(&text, "\"\n");
    rules.text = buf_view(&text);
    Diag d = {0};
    if (check_policy(&(CheckOptions) {.rules = &rules, .n_rules = 1}, &policy, &d) < 0)
        abort();
    diag_done(&d);
    return policy;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Limits limits = limits_default();
    CheckItem item = {.path = (char *) "audit.log"};
    Arena a = {.max = (size_t) 256 << 20};
    uint32_t lines = 1;
    for (size_t i = 0; i < n; i++)
        lines += p[i] == '\n';
    int r = check_text(policy_of(), NULL, &check_input_k8s_audit, "audit.log", str_n((const char *) p, n), &limits, false, NULL, &a, &item);
    if (r < 0 && item.n_errors == 0)
        abort();
    for (size_t i = 0; i < item.n_hits; i++)
        if (item.hits[i].place.line == 0 || item.hits[i].place.line > lines)
            abort();
    arena_done(&a);
    return 0;
}
