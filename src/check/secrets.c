/* SPDX-License-Identifier: Apache-2.0 */
#include "check/secrets.h"

#include "base/buf.h"
#include "policy/fields/slots.h"

typedef struct TextSecret {
    const SecretRule *rule;
    size_t length;
    const CheckInput *input;
} TextSecret;

/* Shorter ones would be found in words that have nothing to do with them. */
enum { MASKED_MIN = 6 };

static Value get(const void *object, const FieldRef *ref, Scratch *scratch) {
    const TextSecret *s = object;
    switch (ref->field->slot) {
    case SLOT_TEXT_SECRET_RULE:
        return value_str(s->rule->id);
    case SLOT_TEXT_SECRET_TITLE:
        return value_str(s->rule->title);
    case SLOT_TEXT_SECRET_SEVERITY:
        return value_str(str_from(severity_name(s->rule->severity)));
    case SLOT_TEXT_SECRET_GENERIC:
        return value_bool(s->rule->generic);
    case SLOT_TEXT_SECRET_LENGTH:
        return value_int((int64_t) s->length);
    case SLOT_TEXT_SECRET_INPUT:
        return value_str(str_from(s->input->name));
    default:
        return value_none();
    }
}

static const SubjectOps ops = {.get = get};

/* A text that another program made has no places in the file. */
static CheckPlace place_of(const CheckInput *input, const SecretMatch *m) {
    if (input->render)
        return (CheckPlace) {.line = 1, .col = 1};
    CheckPlace p = {.line = m->line, .col = m->col};
    if (str_chr(m->value, '\n') < 0) {
        p.end_line = m->line;
        p.end_col = m->col + (uint32_t) m->value.n;
    }
    return p;
}

static int hand_out(const CheckInput *input, const CheckFile *f, const SecretMatch *m, CheckEach each, void *userdata) {
    TextSecret *t = arena_new(f->arena, TextSecret);
    if (!t)
        return -E2BIG;
    *t = (TextSecret) {m->rule, m->value.n, input};
    CheckSubject s = {.subject = {.source = source_by_name(STR("text_secret")), .ops = &ops, .object = t}, .place = place_of(input, m), .name = STR("secret")};
    return each(userdata, &s);
}

int check_secrets(SecretEngine *engine, const CheckInput *input, const CheckFile *f, CheckSecrets *ret, CheckEach each, void *userdata) {
    SecretMatches found;
    secret_engine_scan(engine, str_from(f->path), f->text, &found);
    Str *values = arena_alloc(f->arena, (found.n + 1) * sizeof(*values));
    int r = values ? 0 : -E2BIG;
    for (size_t i = 0; values && i < found.n; i++)
        if (found.p[i].value.n >= MASKED_MIN)
            values[ret->n++] = found.p[i].value;
    ret->values = values;
    for (size_t i = 0; i < found.n && r >= 0; i++)
        r = found.p[i].line ? hand_out(input, f, &found.p[i], each, userdata) : 0;
    if (r >= 0 && found.more)
        r = diag_add(f->diag, DIAG_ERROR, f->path, 0, 0, "more than %d secrets: the rest of the file was not searched", SECRET_MATCHES_MAX);
    if (r >= 0 && found.limited)
        r = diag_add(f->diag, DIAG_ERROR, f->path, 0, 0, "%u searches for secrets took more steps than are allowed and were cut off (the first of rule %.*s)", found.limited,
                     STR_FMT(found.limited_rule));
    return r;
}

Str check_secrets_masked(const CheckSecrets *s, Str text, Arena *a) {
    for (size_t i = 0; i < s->n && text.p; i++) {
        ssize_t at = str_find(text, s->values[i]);
        if (at < 0)
            continue;
        _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
        for (Str rest = text;; rest = str_from_at(rest, (size_t) at + s->values[i].n)) {
            at = str_find(rest, s->values[i]);
            buf_str(&b, at < 0 ? rest : str_head(rest, (size_t) at));
            if (at < 0)
                break;
            buf_putz(&b, "***");
        }
        text = b.failed ? STR_NULL : arena_str(a, buf_view(&b));
    }
    return text;
}
