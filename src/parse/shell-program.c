/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that run others, and what their words mean. */
#include "parse/shell-private.h"

/* `values`: options of one letter with a value in the next word; `operands`: words before the command; `assigns`: NAME=VALUE may stand before it. */
static const struct {
    const char *name, *values;
    size_t operands;
    bool assigns;
} wrappers[] = {
    {"sudo", "ugphCrtTUDR", 0, true}, {"doas", "uC", 0, false}, {"env", "uCS", 0, true}, {"exec", "a", 0, false}, {"command", "", 0, false},
    {"builtin", "", 0, false},        {"nohup", "", 0, false},  {"nice", "n", 0, false}, {"ionice", "cnp", 0, false}, {"setsid", "", 0, false},
    {"stdbuf", "ioe", 0, false},      {"timeout", "sk", 1, false}, {"xargs", "adEeIiLlnPs", 0, false}, {"gosu", "", 1, false}, {"su-exec", "", 1, false},
    {"chroot", "", 1, false},         {"eatmydata", "", 0, false}, {"fakeroot", "", 0, false}, {"retry", "", 0, false},
};

Str shell_program(const ShellCommand *c) {
    if (c->n_words == 0)
        return STR("");
    Str s = c->words[0].text;
    ssize_t slash = c->words[0].expands ? -1 : str_rchr(s, '/');
    return str_from_at(s, (size_t) (slash + 1));
}

bool shell_is_shell(Str program) {
    return str_has_word(STR("sh bash dash ash zsh ksh mksh fish busybox"), program);
}

static bool is_option(Str s) {
    return s.n > 1 && s.p[0] == '-';
}

/* Does this option take the next word? */
static bool takes_next(Str option, const char *values) {
    return option.n == 2 && strchr(values, option.p[1]);
}

size_t shell_wrapped_at(const ShellCommand *c) {
    Str program = shell_program(c);
    size_t row = 0;
    while (row < ARRAY_SIZE(wrappers) && !str_eqz(program, wrappers[row].name))
        row++;
    if (row == ARRAY_SIZE(wrappers))
        return 0;
    size_t i = 1, operands = wrappers[row].operands;
    for (; i < c->n_words; i++) {
        Str s = c->words[i].text;
        if (str_eqz(s, "--"))
            return i + 1 + operands < c->n_words ? i + 1 + operands : 0;
        if (is_option(s))
            i += takes_next(s, wrappers[row].values);
        else if (!(wrappers[row].assigns && str_chr(s, '=') > 0))
            break;
    }
    return i + operands < c->n_words ? i + operands : 0;
}

/* sh's script behind -c, with -c also among other letters; "-o" and "+o" take a word. */
static size_t shell_text_at(const ShellCommand *c) {
    bool text = false;
    for (size_t i = 1; i < c->n_words; i++) {
        Str s = c->words[i].text;
        if (s.n > 1 && (s.p[0] == '-' || s.p[0] == '+')) {
            if (s.p[0] == '-' && s.p[1] != '-')
                text |= str_chr(s, 'c') > 0;
            i += s.p[1] != '-' && s.p[s.n - 1] == 'o';
        } else {
            return text ? i : 0;
        }
    }
    return 0;
}

size_t shell_script_at(const ShellCommand *c) {
    Str program = shell_program(c);
    if (shell_is_shell(program) && !str_eqz(program, "busybox"))
        return shell_text_at(c);
    if (str_eqz(program, "eval"))
        return c->n_words == 2 ? 1 : 0;
    if (str_eqz(program, "su"))
        for (size_t i = 1; i + 1 < c->n_words; i++)
            if (str_eqz(c->words[i].text, "-c") || str_eqz(c->words[i].text, "--command"))
                return i + 1;
    return 0;
}

bool shell_option(const ShellCommand *c, Str option, Str *ret_value) {
    bool is_long = str_starts(option, STR("--"));
    Str value = STR_NULL;
    for (size_t i = 1; i < c->n_words; i++) {
        Str s = c->words[i].text, name = s;
        if (str_eqz(s, "--"))
            return false;
        value = STR_NULL;
        bool there = str_eq(s, option);
        if (!there && is_long)
            there = str_cut(s, '=', &name, &value) && str_eq(name, option);
        else if (!there && option.n == 2 && is_option(s) && s.p[1] != '-')
            there = str_chr(s, option.p[1]) > 0;
        if (!there)
            continue;
        if (ret_value)
            *ret_value = value.p ? value : i + 1 < c->n_words ? c->words[i + 1].text : STR_NULL;
        return true;
    }
    return false;
}

/* Which options give a program its code, so that it reads none from its input. */
static const struct {
    const char *name, *code;
} interpreters[] = {
    {"python", "cm"}, {"python2", "cm"}, {"python3", "cm"}, {"perl", "eEnp"}, {"ruby", "enp"}, {"node", "ep"}, {"nodejs", "ep"}, {"php", "rf"}, {"lua", "e"},
};

bool shell_runs_input(const ShellCommand *c) {
    Str program = shell_program(c);
    const char *code = NULL;
    if (shell_is_shell(program))
        code = "c";
    for (size_t i = 0; i < ARRAY_SIZE(interpreters); i++)
        if (str_eqz(program, interpreters[i].name))
            code = interpreters[i].code;
    if (!code)
        return false;
    for (size_t i = 1; i < c->n_words; i++) {
        Str s = c->words[i].text;
        if (str_eqz(s, "-") || str_eqz(s, "-s") || str_eqz(s, "--") || str_eqz(s, "/dev/stdin"))
            return true;
        if (!is_option(s))
            return str_eqz(program, "busybox") && i == 1 && shell_is_shell(s);
        for (const char *p = code; *p; p++)
            if (s.p[1] != '-' && str_chr(s, *p) > 0)
                return false;
        i += shell_is_shell(program) && s.p[1] != '-' && s.p[s.n - 1] == 'o';
    }
    return !str_eqz(program, "busybox");
}

bool shell_runs_word(const ShellCommand *parent, size_t word, ShellPlace place) {
    Str program = shell_program(parent);
    if (word >= parent->n_words)
        return false;
    if (word == 0 || str_eqz(program, "eval"))
        return true;
    bool sources = str_eqz(program, ".") || str_eqz(program, "source") || shell_is_shell(program);
    return place == SHELL_PROCESS ? sources && word == 1 : shell_is_shell(program) && shell_script_at(parent) == word;
}
