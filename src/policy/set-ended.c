/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions that a fact has ended are said like those that a date has: else what they excepted is found again, and nobody knows why. */
#include <stdlib.h>

#include "base/alloc.h"
#include "policy/set-private.h"

/* One exception: of a set or of a rule. */
typedef struct Ended {
    const PolicyException *of_set;
    const RuleException *of_rule;
    const Rule *rule;
    size_t n;
} Ended;

void policy_ended_take(PolicyEnded *e, const PolicyHit *h) {
    const void *key = h->ended ? (const void *) h->ended : (const void *) h->ended_own;
    bool fresh;
    if (!key)
        return;
    Ended **slot = (Ended **) map_slot(&e->seen, str_n((const char *) &key, sizeof(key)), &fresh);
    if (fresh) {
        *slot = xcalloc(1, sizeof(**slot));
        **slot = (Ended) {.of_set = h->ended, .of_rule = h->ended_own, .rule = h->rule->rule};
    }
    (*slot)->n++;
}

void policy_ended_say(const PolicyEnded *e, Diag *d) {
    for (size_t i = 0; i < e->seen.n; i++) {
        const Ended *one = e->seen.entries[i].value;
        const PolicyException *s = one->of_set;
        const RuleException *r = one->of_rule;
        Str until = s ? s->until : r->until;
        const char *why = str_eqz(until, "fix") ? "a fix exists" : "the image was ";
        diag_add(d, DIAG_WARNING, s ? s->file : r->file, s ? s->place.line : r->place.line, s ? s->place.col : r->place.col,
                 "exception \"%.*s\" of %s \"%.*s\" has ended for %zu finding%s, %s%.*s: it works no more for %s", STR_FMT(s ? s->name : r->name), s ? "set" : "rule",
                 STR_FMT(s ? s->set : one->rule->name), one->n, one->n == 1 ? "" : "s", why, STR_FMT(str_eqz(until, "fix") ? STR("") : until), one->n == 1 ? "it" : "them");
    }
}

void policy_ended_done(PolicyEnded *e) {
    for (size_t i = 0; i < e->seen.n; i++)
        free(e->seen.entries[i].value);
    map_done(&e->seen);
}
