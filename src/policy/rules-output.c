/* SPDX-License-Identifier: Apache-2.0 */
/* The fields that an output names are fields of the rule's source. */
#include "policy/check.h"
#include "policy/rules-private.h"

static int check_at(RuleSet *s, const Source *source, const Piece *p, size_t line, size_t line_start, size_t at, Diag *d) {
    AstPlace place = {p->text.lines[line].line, p->text.lines[line].col + (uint32_t) (at - line_start)};
    AstText rest = {.text = str_from_at(p->text.text, at), .file = p->text.file, .lines = &place, .n_lines = 1};
    AstTerm *t = NULL;
    size_t n;
    if (ast_parse_term(&rest, &s->limits, &s->arena, &t, &n) < 0 || !t)
        return 0; /* "100 %" is no field: it stays as it is */
    Pool pool = {.arena = &s->arena, .limits = &s->limits, .diag = d};
    Checker c = {.pool = &pool, .source = source, .file = p->text.file};
    Operand o;
    int r = check_operand(&c, t, &o);
    map_done(&pool.tests);
    map_done(&pool.failed);
    return r;
}

int check_output(RuleSet *s, const RuleDef *def, Diag *d) {
    int failed = 0;
    for (const Piece *p = def->output.first; p; p = p->next) {
        Str text = p->text.text;
        size_t line = 0, line_start = 0;
        for (size_t i = 0; i < text.n; i++) {
            if (text.p[i] == '\n' && line + 1 < p->text.n_lines) {
                line++;
                line_start = i + 1;
            } else if (text.p[i] == '%') {
                int r = check_at(s, def->rule.source, p, line, line_start, i + 1, d);
                failed = r < 0 ? r : failed;
            }
        }
    }
    return failed;
}
