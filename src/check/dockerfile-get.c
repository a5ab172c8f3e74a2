/* SPDX-License-Identifier: Apache-2.0 */
#include "check/dockerfile.h"
#include "policy/fields/slots.h"

/* The base image that a stage begins from at last. */
static const DockerStage *root_stage(const DockerStage *s) {
    while (s->base)
        s = s->base;
    return s;
}

/* Images made to run without root say so in their tag: gcr.io/distroless/static:nonroot. */
static bool base_is_nonroot(const DockerStage *s) {
    return str_find(root_stage(s)->image->text, STR("nonroot")) >= 0;
}

/* USER name:group */
static Str user_name(const DockerInstruction *user) {
    Str name = user->words[0].text, group;
    str_cut(name, ':', &name, &group);
    return name;
}

Value docker_user_value(const DockerStage *s, const DockerInstruction *user) {
    if (!user)
        return value_str(base_is_nonroot(s) ? STR("nonroot") : STR("root"));
    return user->words[0].unknown ? value_none() : value_str(user_name(user));
}

Value docker_root_value(const DockerStage *s, const DockerInstruction *user) {
    Value v = docker_user_value(s, user);
    uint64_t uid;
    return v.type == VALUE_NONE ? v : value_bool(str_eqz(v.text, "root") || (str_to_u64(v.text, UINT32_MAX, &uid) == 0 && uid == 0));
}

static Value written(const DockerInstruction *in) {
    return in ? value_str(in->value) : value_none();
}

static Value healthcheck(const DockerStage *s) {
    return value_bool(s->healthcheck && !s->healthcheck->none);
}

static const DockerStage *last_stage(const DockerDoc *d) {
    return d->n_stages ? d->stages[d->n_stages - 1]->stage : NULL;
}

/* Names that instructions of one kind give, of all stages that this one is built from; each once is not promised. */
static Value labels(const DockerDoc *d, const DockerStage *stage, Scratch *scratch) {
    size_t n = 0;
    ValueList l = {0};
    for (int pass = 0; pass < 2; pass++) {
        for (const DockerStage *s = stage; s; s = s->base)
            for (size_t i = 0; i < s->n; i++) {
                const DockerInstruction *in = d->f->instructions[s->first + i];
                for (size_t k = 0; k < in->n_words && in->kind == DOCKER_LABEL && !in->onbuild; k++) {
                    n++;
                    value_list_add(&l, value_str(in->words[k].name));
                }
            }
        if (pass == 0)
            l = value_list_new(scratch, n);
    }
    return value_list_done(&l);
}

/* The ports of a stage are those of its EXPOSE instructions. */
static Value ports(const DockerDoc *d, const DockerStage *stage, Scratch *scratch) {
    static const Field field = {.slot = SLOT_INSTRUCTION_PORTS};
    const FieldRef ref = {.field = &field};
    size_t n = 0;
    for (const DockerStage *s = stage; s; s = s->base)
        for (size_t i = 0; i < s->n; i++)
            n += d->f->instructions[s->first + i]->kind == DOCKER_EXPOSE ? 2 * d->f->instructions[s->first + i]->n_words : 0;
    ValueList l = value_list_new(scratch, n);
    for (const DockerStage *s = stage; s; s = s->base)
        for (size_t i = 0; i < s->n; i++) {
            const InstructionInfo info = {.in = d->f->instructions[s->first + i]};
            if (info.in->kind != DOCKER_EXPOSE || info.in->onbuild)
                continue;
            Value v = check_instruction_ops.get(&info, &ref, scratch);
            for (size_t k = 0; k < v.list.n; k++)
                value_list_add(&l, v.list.p[k]);
        }
    return value_list_done(&l);
}

static Value bases(const DockerDoc *d, Scratch *s) {
    ValueList l = value_list_new(s, d->n_stages);
    for (size_t i = 0; i < d->n_stages; i++)
        if (!d->stages[i]->stage->base)
            value_list_add(&l, value_str(d->stages[i]->stage->image->text));
    return value_list_done(&l);
}

static Value syntax(const Dockerfile *f) {
    for (size_t i = 0; i < f->n_directives; i++)
        if (str_eqz(f->directives[i].name, "syntax"))
            return value_str(f->directives[i].value);
    return value_none();
}

static Value get_last(const DockerDoc *d, const DockerStage *s, const FieldRef *ref, Scratch *scratch) {
    Str label;
    switch (ref->field->slot) {
    case SLOT_DOCKERFILE_USER:
        return docker_user_value(s, s->user);
    case SLOT_DOCKERFILE_USER_SET:
        return written(s->user);
    case SLOT_DOCKERFILE_ROOT:
        return docker_root_value(s, s->user);
    case SLOT_DOCKERFILE_HEALTHCHECK:
        return healthcheck(s);
    case SLOT_DOCKERFILE_HEALTHCHECK_SET:
        return written(s->healthcheck);
    case SLOT_DOCKERFILE_ENTRYPOINT:
        return written(s->entrypoint);
    case SLOT_DOCKERFILE_CMD:
        return written(s->cmd);
    case SLOT_DOCKERFILE_WORKDIR:
        return written(s->workdir);
    case SLOT_DOCKERFILE_LABEL:
        return docker_label(d->f, s, ref->arg, &label) ? value_str(label) : value_none();
    case SLOT_DOCKERFILE_LABELS:
        return labels(d, s, scratch);
    case SLOT_DOCKERFILE_PORTS:
        return ports(d, s, scratch);
    }
    return value_none();
}

static Value get_dockerfile(const void *object, const FieldRef *ref, Scratch *s) {
    const DockerDoc *d = object;
    switch (ref->field->slot) {
    case SLOT_DOCKERFILE_PATH:
        return value_str(str_from(d->path));
    case SLOT_DOCKERFILE_STAGES:
        return value_int((int64_t) d->n_stages);
    case SLOT_DOCKERFILE_INSTRUCTIONS:
        return value_int((int64_t) d->f->n_instructions);
    case SLOT_DOCKERFILE_SYNTAX:
        return syntax(d->f);
    case SLOT_DOCKERFILE_BASES:
        return bases(d, s);
    }
    return last_stage(d) ? get_last(d, last_stage(d), ref, s) : value_none();
}

static const void *child_of_dockerfile(const void *object, const Source *source, size_t i, const SubjectOps **ret_ops) {
    const DockerDoc *d = object;
    *ret_ops = &check_stage_ops;
    return i < d->n_stages ? d->stages[i] : NULL;
}

static const char *base_kind(const DockerStage *s) {
    if (s->base)
        return "stage";
    if (s->image->unknown && str_starts(s->image->text, STR("$")))
        return "variable";
    return str_eqz(s->image->text, "scratch") ? "scratch" : "image";
}

static Value get_base(const StageInfo *info, const FieldRef *ref) {
    const DockerStage *s = info->stage;
    const char *kind = base_kind(s);
    if (ref->field->slot == SLOT_STAGE_BASE_KIND)
        return value_str(str_from(kind));
    if (strcmp(kind, "image") != 0)
        return value_none();
    switch (ref->field->slot) {
    case SLOT_STAGE_BASE_REGISTRY:
        return value_str(info->image.registry);
    case SLOT_STAGE_BASE_REPOSITORY:
        return value_str(info->image.repository);
    case SLOT_STAGE_BASE_TAG:
        if (info->image.tag.p && str_chr(info->image.tag, '$') >= 0)
            return value_none();
        return !info->image.tag.p && !info->image.digest.p && !s->image->unknown ? value_str(STR("latest")) : value_str_or_none(info->image.tag);
    case SLOT_STAGE_BASE_TAG_SET:
        return value_str_or_none(info->image.tag);
    case SLOT_STAGE_BASE_DIGEST:
        return value_str_or_none(info->image.digest);
    }
    return value_none();
}

static Value get_stage(const void *object, const FieldRef *ref, Scratch *scratch) {
    const StageInfo *info = object;
    const DockerStage *s = info->stage;
    const DockerWord *platform;
    if (!s)
        return value_none();
    switch (ref->field->slot) {
    case SLOT_STAGE_NAME:
        return s->name.n ? value_str(s->name) : value_none();
    case SLOT_STAGE_INDEX:
        return value_int(s->index);
    case SLOT_STAGE_FINAL:
        return value_bool(s == last_stage(info->doc));
    case SLOT_STAGE_USED:
        return value_bool(info->used);
    case SLOT_STAGE_DUPLICATE:
        return value_bool(info->duplicate);
    case SLOT_STAGE_BASE:
        return value_str(s->image->text);
    case SLOT_STAGE_PLATFORM:
        platform = docker_flag(s->from, "--platform", 0);
        return platform ? value_str(platform->text) : value_none();
    case SLOT_STAGE_USER:
        return docker_user_value(s, s->user);
    case SLOT_STAGE_USER_SET:
        return written(s->user);
    case SLOT_STAGE_ROOT:
        return docker_root_value(s, s->user);
    case SLOT_STAGE_HEALTHCHECK:
        return healthcheck(s);
    case SLOT_STAGE_ENTRYPOINT:
        return written(s->entrypoint);
    case SLOT_STAGE_CMD:
        return written(s->cmd);
    case SLOT_STAGE_SHELL: {
        ValueList l = value_list_new(scratch, s->shell ? s->shell->n_words : 0);
        for (size_t i = 0; s->shell && i < s->shell->n_words; i++)
            value_list_add(&l, value_str(s->shell->words[i].text));
        return value_list_done(&l);
    }
    }
    return get_base(info, ref);
}

static const void *child_of_stage(const void *object, const Source *source, size_t i, const SubjectOps **ret_ops) {
    const StageInfo *info = object;
    *ret_ops = &check_instruction_ops;
    return i < info->n_instructions ? info->instructions[i] : NULL;
}

const SubjectOps check_dockerfile_ops = {.get = get_dockerfile, .child = child_of_dockerfile};
const SubjectOps check_stage_ops = {.get = get_stage, .child = child_of_stage};
