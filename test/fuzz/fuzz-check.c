/* SPDX-License-Identifier: Apache-2.0 */
/* A Dockerfile put to all rules that come with the program: findings lie inside of the text, and what --fix makes of it can still be read. */
#include <stdlib.h>

#include "check/fix.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void check_places(const CheckItem *item, size_t n) {
    for (size_t i = 0; i < item->n_hits; i++) {
        const CheckHit *h = &item->hits[i];
        if (h->place.line == 0 || h->place.end_line < h->place.line || h->place.chars > h->place.col)
            abort();
        for (size_t k = 0; k < h->n_edits; k++)
            if (h->edits[k].at > h->edits[k].end || h->edits[k].end > n)
                abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    static Policy *policy;
    Limits limits = limits_default();
    CheckItem item = {.path = (char *) "Dockerfile"}, again = item;
    Arena a = {.max = (size_t) 256 << 20};
    Buf diff = buf_new(BUF_OWN_MAX);
    CheckFix fix;
    Diag d = {0};
    Str text = str_n((const char *) p, n);
    if (!policy && check_policy(&(CheckOptions) {.policy_name = STR("production")}, &policy, &d) < 0)
        abort();
    if (check_text(policy, NULL, &check_input_dockerfile, "Dockerfile", text, &limits, true, NULL, &a, &item) == 0) {
        check_places(&item, n);
        check_fix_begin(&fix, text);
        ssize_t fixed = check_fix_apply(&fix, &item);
        if (fixed < 0 || check_text(policy, NULL, &check_input_dockerfile, "Dockerfile", buf_view(&fix.is), &limits, true, NULL, &a, &again) < 0)
            abort();
        check_fix_apply(&fix, &again);
        check_fix_diff(&fix, "Dockerfile", &diff);
        if ((diff.n > 0) != !str_eq(buf_view(&fix.is), text))
            abort();
        check_fix_done(&fix);
    } else if (item.n_errors == 0) {
        abort();
    }
    buf_done(&diff);
    diag_done(&d);
    arena_done(&a);
    return 0;
}
