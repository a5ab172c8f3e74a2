/* SPDX-License-Identifier: Apache-2.0 */
/* The fields that an output names are fields of the rule's source. */
#include "policy/program.h"
#include "policy/rules-private.h"

int check_output(RuleSet *s, const RuleDef *def, Diag *d) {
    int failed = 0;
    for (const Piece *p = def->output.first; p; p = p->next) {
        int r = output_check(def->rule.source, &p->text, d);
        failed = r < 0 ? r : failed;
    }
    return failed;
}
