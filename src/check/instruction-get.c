/* SPDX-License-Identifier: Apache-2.0 */
#include "check/dockerfile.h"
#include "policy/fields/slots.h"

static const char *const archives[] = {".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz", ".tar.zst"};

ValueList value_list_new(Scratch *s, size_t max) {
    Value *p = max ? scratch_alloc(s, max * sizeof(*p)) : NULL;
    return (ValueList) {.p = p, .max = p ? max : 0};
}

void value_list_add(ValueList *l, Value v) {
    if (l->n < l->max)
        l->p[l->n++] = v;
}

static bool is_remote(Str s) {
    return str_starts(s, STR("http://")) || str_starts(s, STR("https://")) || str_starts(s, STR("ftp://")) || str_starts(s, STR("git@")) || str_starts(s, STR("git://")) ||
           str_starts(s, STR("ssh://"));
}

static bool is_heredoc(const DockerInstruction *in, const DockerWord *w) {
    return in->n_heredocs && str_find(w->raw, STR("<<")) >= 0;
}

static bool copies(const DockerInstruction *in) {
    return (in->kind == DOCKER_ADD || in->kind == DOCKER_COPY) && in->n_words > 1;
}

static Value words(const DockerInstruction *in, size_t n, bool sources, Scratch *s) {
    ValueList l = value_list_new(s, n);
    for (size_t i = 0; i < n; i++)
        if (in->words[i].text.p && !(sources && is_heredoc(in, &in->words[i])))
            value_list_add(&l, value_str(in->words[i].text));
    return value_list_done(&l);
}

static Value flags(const DockerInstruction *in, Scratch *s) {
    ValueList l = value_list_new(s, in->n_flags);
    for (size_t i = 0; i < in->n_flags; i++)
        value_list_add(&l, value_str(in->flags[i].name));
    return value_list_done(&l);
}

static Value flag(const DockerInstruction *in, Str name, Scratch *s) {
    ValueList l = value_list_new(s, in->n_flags);
    for (size_t i = 0; i < in->n_flags; i++)
        if (str_eq(in->flags[i].name, name))
            value_list_add(&l, value_str(in->flags[i].text.p ? in->flags[i].text : STR("true")));
    return l.n ? value_list_done(&l) : value_none();
}

static bool names(const DockerInstruction *in) {
    return in->kind == DOCKER_ENV || in->kind == DOCKER_ARG || in->kind == DOCKER_LABEL;
}

/* A value that stands in the file: neither empty nor only a variable. */
static bool is_literal(const DockerWord *w) {
    return w->raw.n && w->text.n && !w->unknown;
}

static Value keys(const DockerInstruction *in, bool literal, Scratch *s) {
    ValueList l = value_list_new(s, in->n_words);
    for (size_t i = 0; i < in->n_words && names(in); i++)
        if (!literal || (in->kind != DOCKER_LABEL && is_literal(&in->words[i])))
            value_list_add(&l, value_str(in->words[i].name));
    return value_list_done(&l);
}

static Value key(const DockerInstruction *in, Str name) {
    for (size_t i = in->n_words; i-- > 0 && names(in);)
        if (str_eq(in->words[i].name, name))
            return value_str_or_none(in->words[i].text);
    return value_none();
}

/* "80", "80/tcp", "8000-8010/udp" */
static Value ports(const DockerInstruction *in, Scratch *s) {
    ValueList l = value_list_new(s, in->kind == DOCKER_EXPOSE ? 2 * in->n_words : 0);
    for (size_t i = 0; i < in->n_words && in->kind == DOCKER_EXPOSE; i++) {
        Str first = in->words[i].text, last, protocol;
        str_cut(first, '/', &first, &protocol);
        bool range = str_cut(first, '-', &first, &last);
        uint64_t port;
        if (str_to_u64(first, 65535, &port) == 0)
            value_list_add(&l, value_int((int64_t) port));
        if (range && str_to_u64(last, 65535, &port) == 0)
            value_list_add(&l, value_int((int64_t) port));
    }
    return value_list_done(&l);
}

static Value any_source(const DockerInstruction *in, bool archive) {
    if (in->kind != DOCKER_ADD || !copies(in))
        return value_bool(false);
    for (size_t i = 0; i + 1 < in->n_words; i++) {
        Str s = in->words[i].text;
        if (!archive && is_remote(s))
            return value_bool(true);
        for (size_t k = 0; k < ARRAY_SIZE(archives) && archive; k++)
            if (str_ends(s, str_from(archives[k])))
                return value_bool(true);
    }
    return value_bool(false);
}

static Value from_kind(const InstructionInfo *info) {
    const DockerWord *from = docker_flag(info->in, "--from", 0);
    const Dockerfile *f = info->stage->doc->f;
    uint64_t number;
    if (!from || !info->in->stage)
        return value_none();
    if (docker_stage_find(f, info->in->stage, from->raw, true))
        return value_str(STR("stage"));
    if (str_to_u64(from->raw, UINT32_MAX, &number) == 0)
        return value_str(number < f->n_stages ? STR("later") : STR("missing"));
    for (size_t i = info->in->stage->index; i < f->n_stages; i++)
        if (f->stages[i]->name.n && str_ieq(f->stages[i]->name, from->raw))
            return value_str(STR("later"));
    return value_str(STR("image"));
}

static Value mounts(const DockerInstruction *in, bool targets, Scratch *s) {
    ValueList l = value_list_new(s, in->n_flags);
    const DockerWord *w;
    for (size_t i = 0; (w = docker_flag(in, "--mount", i)); i++) {
        Str v;
        if (targets) {
            if (docker_option(w->text, "target", &v) || docker_option(w->text, "dst", &v) || docker_option(w->text, "destination", &v))
                value_list_add(&l, value_str(v));
        } else {
            value_list_add(&l, value_str(docker_option(w->text, "type", &v) ? v : STR("bind")));
        }
    }
    return value_list_done(&l);
}

static Value shell(const DockerInstruction *in, Scratch *s) {
    return in->shell ? words(in->shell, in->shell->n_words, false, s) : value_list(NULL, 0);
}

static bool is_open(const DockerInstruction *in) {
    for (size_t i = 0; i < in->n_words; i++)
        if (in->words[i].unknown)
            return true;
    return false;
}

static Value get_copy(const InstructionInfo *info, const FieldRef *ref, Scratch *s) {
    const DockerInstruction *in = info->in;
    const DockerWord *from;
    switch (ref->field->slot) {
    case SLOT_INSTRUCTION_SOURCES:
        return copies(in) ? words(in, in->n_words - 1, true, s) : value_list(NULL, 0);
    case SLOT_INSTRUCTION_DESTINATION:
        return copies(in) ? value_str(in->words[in->n_words - 1].text) : value_none();
    case SLOT_INSTRUCTION_REMOTE:
        return any_source(in, false);
    case SLOT_INSTRUCTION_ARCHIVE:
        return any_source(in, true);
    case SLOT_INSTRUCTION_FROM:
        from = docker_flag(in, "--from", 0);
        return from ? value_str(from->raw) : value_none();
    case SLOT_INSTRUCTION_FROM_KIND:
        return from_kind(info);
    case SLOT_INSTRUCTION_MOUNTS:
        return mounts(in, false, s);
    case SLOT_INSTRUCTION_MOUNT_TARGETS:
        return mounts(in, true, s);
    }
    return value_none();
}

static Value get(const void *object, const FieldRef *ref, Scratch *s) {
    static const char *const forms[] = {[FORM_WORDS] = "words", [FORM_EXEC] = "exec", [FORM_SHELL] = "shell"};
    const InstructionInfo *info = object;
    const DockerInstruction *in = info->in;
    switch (ref->field->slot) {
    case SLOT_INSTRUCTION_NAME:
        return value_str(str_from(docker_kind_name(in->kind)));
    case SLOT_INSTRUCTION_TEXT:
        return value_str(in->line_text);
    case SLOT_INSTRUCTION_VALUE:
        return value_str(in->value);
    case SLOT_INSTRUCTION_WORDS:
        return words(in, in->n_words, false, s);
    case SLOT_INSTRUCTION_FORM:
        return value_str(str_from(forms[in->form]));
    case SLOT_INSTRUCTION_FLAGS:
        return flags(in, s);
    case SLOT_INSTRUCTION_FLAG:
        return flag(in, ref->arg, s);
    case SLOT_INSTRUCTION_KEYS:
        return keys(in, false, s);
    case SLOT_INSTRUCTION_KEY:
        return key(in, ref->arg);
    case SLOT_INSTRUCTION_LITERALS:
        return keys(in, true, s);
    case SLOT_INSTRUCTION_PORTS:
        return ports(in, s);
    case SLOT_INSTRUCTION_HEREDOC:
        return value_bool(in->n_heredocs > 0);
    case SLOT_INSTRUCTION_ONBUILD:
        return value_bool(in->onbuild != NULL);
    case SLOT_INSTRUCTION_INDEX:
        return value_int(in->index);
    case SLOT_INSTRUCTION_STAGED:
        return value_bool(in->stage != NULL);
    case SLOT_INSTRUCTION_OVERRIDDEN:
        return value_bool(info->overridden);
    case SLOT_INSTRUCTION_USER:
        return in->stage ? docker_user_value(in->stage, in->user) : value_none();
    case SLOT_INSTRUCTION_ROOT:
        return in->stage ? docker_root_value(in->stage, in->user) : value_none();
    case SLOT_INSTRUCTION_SHELL:
        return shell(in, s);
    case SLOT_INSTRUCTION_OPEN:
        return value_bool(is_open(in));
    }
    return get_copy(info, ref, s);
}

static const void *child(const void *object, const Source *source, size_t i, const SubjectOps **ret_ops) {
    const InstructionInfo *info = object;
    *ret_ops = &check_command_ops;
    return i < info->n_commands ? &info->commands[i] : NULL;
}

const SubjectOps check_instruction_ops = {.get = get, .child = child};
