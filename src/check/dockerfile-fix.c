/* SPDX-License-Identifier: Apache-2.0 */
/* Fixes of Dockerfiles: what a rule's `fix` may say, one key each. */
#include "check/dockerfile.h"

static bool add(CheckEdits *e, size_t at, size_t end, Str text) {
    if (e->n == CHECK_EDITS || !text.p)
        return false;
    e->p[e->n++] = (CheckEdit) {at, end, text};
    return true;
}

/* Where a word of a command stands in the document, when it stands there as it is: without quotes, not inside of another one. */
static bool word_place(const CommandInfo *c, const ShellWord *w, size_t *ret_at, size_t *ret_end) {
    const Dockerfile *f = c->instruction->stage->doc->f;
    if (w->end <= w->at)
        return false;
    *ret_at = dockerfile_offset(f, c->instruction->in, w->at);
    *ret_end = dockerfile_offset(f, c->instruction->in, w->end - 1) + 1;
    return *ret_end <= f->text.n && str_eq(str_n(f->text.p + *ret_at, *ret_end - *ret_at), w->text);
}

/* option: one more behind the subcommand. */
static bool fix_option(const CheckFile *file, const CommandInfo *c, Str value, CheckEdits *ret) {
    size_t sub = command_subcommand(c->command), at, end;
    return sub && word_place(c, &c->command->words[sub], &at, &end) && add(ret, end, end, arena_printf(file->arena, " %.*s", STR_FMT(value)));
}

/* program: another one, with the same words behind it. */
static bool fix_program(const CheckFile *file, const CommandInfo *c, Str value, CheckEdits *ret) {
    size_t at, end;
    if (c->command->n_words == 0 || !word_place(c, &c->command->words[0], &at, &end))
        return false;
    Str name = shell_program(c->command);
    return add(ret, end - name.n, end, value);
}

/* keyword: another one for the same words. */
static bool fix_keyword(const CheckFile *file, const DockerInstruction *in, Str value, CheckEdits *ret) {
    return in->at + in->keyword.n <= file->text.n && add(ret, in->at, in->at + in->keyword.n, value);
}

/* label: LABEL of this name with the instruction's text as its value. */
static bool fix_label(const CheckFile *file, const DockerInstruction *in, Str value, CheckEdits *ret) {
    Str text = in->value;
    if (in->onbuild || text.n == 0)
        return false;
    for (size_t i = 0; i < text.n; i++)
        if (strchr("\"'\\$`", text.p[i]))
            return false;
    return add(ret, in->at, in->end, arena_printf(file->arena, "LABEL %.*s=\"%.*s\"", STR_FMT(value), STR_FMT(text)));
}

static const struct {
    const char *key;
    bool (*command)(const CheckFile *file, const CommandInfo *c, Str value, CheckEdits *ret);
    bool (*instruction)(const CheckFile *file, const DockerInstruction *in, Str value, CheckEdits *ret);
} fixes[] = {
    {"option", fix_option, NULL},
    {"program", fix_program, NULL},
    {"keyword", NULL, fix_keyword},
    {"label", NULL, fix_label},
};

bool check_dockerfile_fix(const CheckFile *file, const CheckSubject *s, const Node *fix, CheckEdits *ret) {
    const Node *only = node_first(fix);
    if (node_count(fix) != 1 || !node_str(only).p)
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(fixes); i++) {
        if (!str_eqz(only->key, fixes[i].key))
            continue;
        if (s->subject.ops == &check_command_ops && fixes[i].command)
            return fixes[i].command(file, s->subject.object, only->text, ret);
        if (s->subject.ops == &check_instruction_ops && fixes[i].instruction)
            return fixes[i].instruction(file, ((const InstructionInfo *) s->subject.object)->in, only->text, ret);
    }
    return false;
}
