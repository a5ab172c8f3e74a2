/* SPDX-License-Identifier: Apache-2.0 */
/* Option rows: the common ones, finding them, checking values. */
#include <stdio.h>

#include "base/fs.h"
#include "cmd/cli.h"

const Option common_options[] = {
    {.name = "--help", .letter = 'h', .doc = "Shows what the command does and its options, and exits"},
    {.name = "--version", .doc = "Shows the version, and exits"},
    {.name = "--quiet", .letter = 'q', .doc = "No progress and no notes; errors and warnings are still shown", .env = "PLIMSOLL_QUIET", .config = "quiet"},
    {.name = "--color",
     .arg = "WHEN",
     .doc = "Colours: on auto when writing to a terminal, NO_COLOR is not set and TERM is not dumb, or when CLICOLOR_FORCE is set",
     .values = "auto|always|never",
     .def = "auto",
     .env = "PLIMSOLL_COLOR",
     .config = "color"},
    {.name = "--output",
     .letter = 'o',
     .arg = "FILE",
     .doc = "Writes to FILE instead of standard output (-): the whole file or, when something fails, nothing",
     .def = "-",
     .env = "PLIMSOLL_OUTPUT",
     .is_file = true},
    {0},
};

const Option *command_option(const Command *command, size_t i) {
    for (size_t t = 0; command && t < OPTION_TABLES_MAX && command->options[t]; t++)
        for (const Option *o = command->options[t]; o->name; o++)
            if (i-- == 0)
                return o;
    return i < ARRAY_SIZE(common_options) - 1 ? &common_options[i] : NULL;
}

const Option *cli_option(const Command *command, Str name) {
    const Option *o;
    for (size_t i = 0; (o = command_option(command, i)); i++)
        if (str_eqz(name, o->name))
            return o;
    return NULL;
}

char *option_values(const Option *o) {
    if (!o->arg)
        return xstrdup("true|false");
    if (o->values)
        return xstrdup(o->values);
    if (!o->list_values)
        return NULL;
    Buf b = buf_new(BUF_OWN_MAX);
    o->list_values(&b);
    return buf_take(&b);
}

int option_check(const Option *o, Str value, Error *err) {
    _cleanup_free_ char *values = option_values(o);
    if (values) {
        Str rest = str_from(values), one;
        bool found = false;
        while (!found && str_split(&rest, '|', &one))
            found = str_eq(one, value);
        if (!found) {
            Str near = nearest_name(str_from(values), value);
            _cleanup_free_ char *words = xstrdup(values);
            for (char *c = words; *c; c++)
                if (*c == '|')
                    *c = ' ';
            if (near.n)
                return error_set(err, -EINVAL, "'%.*s' is none of its values; did you mean '%.*s'? (%s)", STR_FMT(value), STR_FMT(near), words);
            return error_set(err, -EINVAL, "'%.*s' is none of its values: %s", STR_FMT(value), words);
        }
    } else if (value.n == 0) {
        return error_set(err, -EINVAL, "the value is empty");
    }
    return o->check ? o->check(value, err) : 0;
}
