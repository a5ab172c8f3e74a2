/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/script.h"

#include "runtime/event.h"

typedef struct Interpreter {
    const char *name, *none, *value, *rest, *file, *none_words, *value_words;
} Interpreter;

#define INTERPRETER(name, none, value, rest, file, none_words, value_words) {name, none, value, rest, file, none_words, value_words},
static const Interpreter interpreters[] = {
#include "runtime/script.list.h"
};
#undef INTERPRETER

static Str base_of(Str path) {
    return str_from_at(path, (size_t) (str_rchr(path, '/') + 1));
}

/* "python3.11" is python, "busybox" what it is called as. */
static Str without_version(Str name) {
    while (name.n > 1 && strchr("0123456789.-", name.p[name.n - 1]))
        name.n--;
    return name;
}

static const Interpreter *interpreter_of(Str name) {
    for (size_t i = 0; i < ARRAY_SIZE(interpreters); i++) {
        Str known = str_from(interpreters[i].name), begin = known;
        begin.n -= str_ends(known, STR("*"));
        if (begin.n < known.n ? str_starts(name, begin) : str_eq(without_version(name), known))
            return &interpreters[i];
    }
    return NULL;
}

static bool has(const char *letters, char c) {
    return c && strchr(letters, c);
}

/* What an argument is, and where the next one begins. */
typedef enum Step { STEP_ON, STEP_NONE, STEP_FILE } Step;

/* Letters of options behind a dash. */
static Step short_options(const Interpreter *in, Str letters, Str *rest, Str *ret) {
    for (size_t i = 0; i < letters.n; i++) {
        char c = letters.p[i];
        bool file = has(in->file, c);
        if (c != '-' && c != '.' && has(in->none, c))
            return STEP_NONE;
        if (has(in->rest, c))
            return STEP_ON;
        if (!file && !has(in->value, c))
            continue;
        *ret = str_from_at(letters, i + 1);
        if (!ret->n && !str_split(rest, 0, ret))
            return STEP_NONE;
        return file ? STEP_FILE : STEP_ON;
    }
    return STEP_ON;
}

static Step long_option(const Interpreter *in, Str word, Str *rest) {
    Str name = word, value;
    bool whole = !str_cut(word, '=', &name, &value);
    if (str_has_word(str_from(in->none_words), name))
        return STEP_NONE;
    if (whole && str_has_word(str_from(in->value_words), name))
        return str_split(rest, 0, &value) ? STEP_ON : STEP_NONE;
    return STEP_ON;
}

/* The file among the arguments behind the first one. */
static Str file_of(const Interpreter *in, Str rest) {
    for (Str one; str_split(&rest, 0, &one);) {
        Str file = one;
        Step step = STEP_FILE;
        if (str_eqz(one, "--"))
            step = str_split(&rest, 0, &file) && !has(in->none, '.') ? STEP_FILE : STEP_NONE;
        else if (str_eqz(one, "-"))
            step = has(in->none, '-') ? STEP_NONE : STEP_ON;
        else if (str_starts(one, STR("--")) || (one.n > 1 && one.p[0] == '-' && str_has_word(str_from(in->value_words), one)))
            step = long_option(in, one, &rest);
        else if (one.n > 1 && (one.p[0] == '-' || one.p[0] == '+'))
            step = short_options(in, str_from_at(one, 1), &rest, &file);
        else if (has(in->none, '.'))
            step = STEP_NONE;
        if (step != STEP_ON)
            return step == STEP_FILE && file.n ? file : STR_NULL;
    }
    return STR_NULL;
}

static Str named_by_arguments(const Image *image) {
    Str args = image->args, first, program = base_of(image->exepath);
    if (!str_split(&args, 0, &first))
        return STR_NULL;
    /* One file that is many programs: which one, its first argument says, or the second. */
    if (str_starts(program, STR("busybox"))) {
        program = base_of(first);
        if (str_starts(program, STR("busybox")) && !str_split(&args, 0, &program))
            return STR_NULL;
    }
    const Interpreter *in = interpreter_of(program);
    return in ? file_of(in, args) : STR_NULL;
}

Str script_of(const Image *image, Str named, Str cwd, char *room, size_t max) {
    Str file = named.n ? named : named_by_arguments(image);
    if (!file.n)
        return STR_NULL;
    if (cwd.n || file.p[0] == '/')
        return str_n(room, path_join(cwd, file, room, max));
    size_t n = MIN(file.n, max);
    memcpy(room, file.p, n);
    return str_n(room, n);
}
