/* SPDX-License-Identifier: Apache-2.0 */
#include "check/dockerfile.h"
#include "policy/fields/slots.h"

/* Words from `from` on, joined by spaces. */
static Value join(const ShellCommand *c, Scratch *s) {
    size_t n = 0;
    for (size_t i = 0; i < c->n_words; i++)
        n += c->words[i].text.n + 1;
    char *p = scratch_alloc(s, n + 1), *out = p;
    if (!p)
        return value_none();
    for (size_t i = 0; i < c->n_words; i++) {
        if (i)
            *out++ = ' ';
        memcpy(out, c->words[i].text.p, c->words[i].text.n);
        out += c->words[i].text.n;
    }
    return value_str(str_n(p, (size_t) (out - p)));
}

static Value words_from(const ShellCommand *c, size_t from, Scratch *s) {
    ValueList l = value_list_new(s, c->n_words);
    for (size_t i = from; i < c->n_words; i++)
        value_list_add(&l, value_str(c->words[i].text));
    return value_list_done(&l);
}

static Value operands(const ShellCommand *c, bool unpinned, Scratch *s) {
    ValueList l = value_list_new(s, c->n_words);
    size_t sub = command_subcommand(c), i = sub + 1;
    const ShellWord *w;
    if (sub && (!unpinned || command_installs(c)))
        while ((w = command_operand(c, &i)))
            if (!unpinned || command_unpinned(c, w->text))
                value_list_add(&l, value_str(w->text));
    return value_list_done(&l);
}

/* NAME of NAME=VALUE. */
static Str name_of(const ShellWord *w, Str *ret_value) {
    Str name = w->text;
    *ret_value = STR_NULL;
    str_cut(w->text, '=', &name, ret_value);
    return str_ends(name, STR("+")) ? str_head(name, name.n - 1) : name;
}

static Value sets(const ShellCommand *c, Scratch *s) {
    ValueList l = value_list_new(s, c->n_assigns);
    Str value;
    for (size_t i = 0; i < c->n_assigns; i++)
        value_list_add(&l, value_str(name_of(&c->assigns[i], &value)));
    return value_list_done(&l);
}

static Value setting(const ShellCommand *c, Str key) {
    Str value;
    for (size_t i = c->n_assigns; i-- > 0;)
        if (str_eq(name_of(&c->assigns[i], &value), key))
            return value_str(value.p ? value : STR(""));
    return value_none();
}

static Value writes(const ShellCommand *c, Scratch *s) {
    ValueList l = value_list_new(s, c->n_redirects);
    for (size_t i = 0; i < c->n_redirects; i++)
        value_list_add(&l, value_str(c->redirects[i].text));
    return value_list_done(&l);
}

static Value get(const void *object, const FieldRef *ref, Scratch *s) {
    const CommandInfo *info = object;
    const ShellCommand *c = info->command;
    size_t first, sub;
    Str text;
    switch (ref->field->slot) {
    case SLOT_COMMAND_PROGRAM:
        return value_str(command_program(c, &first));
    case SLOT_COMMAND_PATH:
        return value_str(c->n_words ? c->words[0].text : STR(""));
    case SLOT_COMMAND_LINE:
        return join(c, s);
    case SLOT_COMMAND_ARGS:
        return words_from(c, 1, s);
    case SLOT_COMMAND_ARG:
        return ref->index >= 0 && (uint64_t) ref->index + 1 < c->n_words ? value_str(c->words[ref->index + 1].text) : value_none();
    case SLOT_COMMAND_HAS:
        return value_bool(shell_option(c, ref->arg, NULL));
    case SLOT_COMMAND_OPTION:
        return shell_option(c, ref->arg, &text) ? value_str_or_none(text) : value_none();
    case SLOT_COMMAND_SUBCOMMAND:
        sub = command_subcommand(c);
        return sub ? value_str(c->words[sub].text) : value_none();
    case SLOT_COMMAND_OPERANDS:
        return operands(c, false, s);
    case SLOT_COMMAND_INSTALLS:
        return value_bool(command_installs(c));
    case SLOT_COMMAND_UNPINNED:
        return operands(c, true, s);
    case SLOT_COMMAND_PHASE:
        return value_str(info->instruction->in->kind == DOCKER_RUN ? STR("build") : STR("run"));
    case SLOT_COMMAND_EXECUTED:
        return value_bool(c->executed);
    case SLOT_COMMAND_PIPED:
        return value_bool(c->piped);
    case SLOT_COMMAND_PIPEFAIL:
        return value_bool(info->pipefail);
    case SLOT_COMMAND_WRAPPER:
        return c->place == SHELL_WRAPPED ? value_str(shell_program(c->parent)) : value_none();
    case SLOT_COMMAND_SETS:
        return sets(c, s);
    case SLOT_COMMAND_SETTING:
        return setting(c, ref->arg);
    case SLOT_COMMAND_WRITES:
        return writes(c, s);
    }
    return value_none();
}

const SubjectOps check_command_ops = {.get = get};
