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
    {.name = "--config",
     .arg = "FILE",
     .doc = "Settings from FILE and from no other plimsoll.yaml",
     .env = "PLIMSOLL_CONFIG",
     .is_file = true},
    {.name = "--output",
     .letter = 'o',
     .arg = "FILE",
     .doc = "Writes to FILE instead of standard output (-): the whole file or, when something fails, nothing. A link is followed",
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
    return common_option(command, i);
}

const Option *common_option(const Command *command, size_t i) {
    size_t n = ARRAY_SIZE(common_options) - 1;
    if (command && command->prints_nothing)
        n--;
    return i < n ? &common_options[i] : NULL;
}

const Option *cli_option(const Command *command, Str name) {
    const Option *o;
    for (size_t i = 0; (o = command_option(command, i)); i++)
        if (str_eqz(name, o->name))
            return o;
    return NULL;
}

static char *listed(const char *values, void (*list)(Buf *)) {
    if (values)
        return xstrdup(values);
    if (!list)
        return NULL;
    Buf b = buf_new(BUF_OWN_MAX);
    list(&b);
    return buf_take(&b);
}

char *option_values(const Option *o) {
    return o->arg ? listed(o->values, o->list_values) : xstrdup("true|false");
}

char *command_argument_values(const Command *c) {
    return listed(c->argument_values, c->list_arguments);
}

int check_values(const char *values, Str value, Error *err) {
    Str rest = str_from(values), one;
    while (str_split(&rest, '|', &one))
        if (str_eq(one, value))
            return 0;
    _cleanup_(buf_done) Buf words = buf_new(BUF_OWN_MAX);
    for (rest = str_from(values); str_split(&rest, '|', &one);)
        buf_printf(&words, "%s%.*s", words.n ? ", " : "", STR_FMT(one));
    Str near = nearest_name(str_from(values), value);
    if (near.n)
        return error_set(err, -EINVAL, "unknown value '%.*s'; did you mean '%.*s'? There are: %s", STR_FMT(value), STR_FMT(near), words.p);
    return error_set(err, -EINVAL, "unknown value '%.*s'; there are: %s", STR_FMT(value), words.p ? words.p : "none");
}

int option_check(const Option *o, Str value, Error *err) {
    _cleanup_free_ char *values = option_values(o);
    if (value.n == 0)
        return error_set(err, -EINVAL, "the value is empty");
    if (o->check)
        return o->check(value, err);
    return values ? check_values(values, value, err) : 0;
}
