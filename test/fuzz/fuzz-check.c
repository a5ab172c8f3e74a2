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
    Buf out = buf_new(BUF_OWN_MAX), diff = buf_new(BUF_OWN_MAX);
    Diag d = {0};
    size_t fixed;
    Str text = str_n((const char *) p, n);
    if (!policy && check_policy(&(CheckOptions) {.policy_name = STR("production")}, &policy, &d) < 0)
        abort();
    if (check_text(policy, NULL, &check_input_dockerfile, "Dockerfile", text, &limits, true, NULL, &a, &item) == 0) {
        check_places(&item, n);
        check_apply(&item, text, &out, &fixed);
        check_diff(&item, text, &diff);
        if ((diff.n > 0) != (fixed > 0))
            abort();
        if (check_text(policy, NULL, &check_input_dockerfile, "Dockerfile", buf_view(&out), &limits, true, NULL, &a, &again) < 0)
            abort();
    } else if (item.n_errors == 0) {
        abort();
    }
    buf_done(&out);
    buf_done(&diff);
    diag_done(&d);
    arena_done(&a);
    return 0;
}
