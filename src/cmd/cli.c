/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cli.h"

#include <limits.h>

#include "cmd/config.h"
#include "cmd/message.h"

static char *own(Cli *cli, char *s) {
    vec_push(&cli->owned, s);
    return s;
}

/* A stronger origin replaces what weaker ones said; of the same origin the last wins, or all stand when the option repeats. */
static void set(Cli *cli, const Option *o, const char *text, Origin origin, const char *place) {
    size_t kept = 0;
    for (size_t i = 0; i < cli->values.n; i++) {
        const CliValue *v = &cli->values.p[i];
        bool gone = v->option == o && (v->origin < origin || !o->repeat);
        if (!gone)
            cli->values.p[kept++] = *v;
    }
    cli->values.n = kept;
    vec_push(&cli->values, (CliValue) {o, text, origin, place});
}

static const CliValue *find_value(const Cli *cli, const char *name) {
    for (size_t i = cli->values.n; i-- > 0;)
        if (strcmp(cli->values.p[i].option->name, name) == 0)
            return &cli->values.p[i];
    return NULL;
}

const char *cli_value(const Cli *cli, const char *name) {
    const CliValue *v = find_value(cli, name);
    if (v)
        return v->text;
    const Option *o = cli_option(cli->command, str_from(name));
    return o ? o->def : NULL;
}

bool cli_flag(const Cli *cli, const char *name) {
    const CliValue *v = find_value(cli, name);
    return v && strcmp(v->text, "true") == 0;
}

bool cli_is_set(const Cli *cli, const char *name) {
    return find_value(cli, name) != NULL;
}

const char *const *cli_values(Cli *cli, const char *name, size_t *ret_n) {
    const char **all = xcalloc(cli->values.n + 1, sizeof(*all));
    size_t n = 0;
    own(cli, (char *) all);
    for (size_t i = 0; i < cli->values.n; i++)
        if (strcmp(cli->values.p[i].option->name, name) == 0)
            all[n++] = cli->values.p[i].text;
    if (ret_n)
        *ret_n = n;
    return all;
}

static const char *command_name(const Cli *cli) {
    return cli->command ? cli->command->name : NULL;
}

/* "--name" or "-l" of any command? */
static bool is_commands_option(Str name) {
    size_t n;
    const Command *const *all = commands(&n);
    const Option *o;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; (o = command_option(all[i], k)); k++)
            if (str_eqz(name, o->name) || (name.n == 2 && o->letter && name.p[1] == o->letter))
                return true;
    return false;
}

static int unknown_option(const Cli *cli, Str name) {
    _cleanup_(buf_done) Buf names = buf_new(BUF_OWN_MAX);
    const Option *o;
    for (size_t i = 0; (o = command_option(cli->command, i)); i++)
        buf_printf(&names, "%s|", o->name);
    Str near = nearest_name(buf_view(&names), name);
    if (near.n)
        return message_usage(command_name(cli), "unknown option '%.*s'; did you mean '%.*s'?", STR_FMT(name), STR_FMT(near));
    if (!cli->command && is_commands_option(name))
        return message_usage(NULL, "unknown option '%.*s'; a command's own options stand behind its name", STR_FMT(name));
    return message_usage(command_name(cli), "unknown option '%.*s'", STR_FMT(name));
}

/* Parses the option at argv[*at] and moves behind it (and its value). 0 or an exit code. */
static int parse_option(Cli *cli, char **argv, int argc, int *at) {
    Str arg = str_from(argv[*at]), name = arg, value = STR_NULL;
    const char *text = NULL;
    const Option *o = NULL;
    if (str_starts(arg, STR("--"))) {
        if (str_cut(arg, '=', &name, &value))
            text = value.p; /* the end of argv's own string: it is terminated */
        o = cli_option(cli->command, name);
        if (!o)
            return unknown_option(cli, name);
        (*at)++;
    } else {
        const Option *row;
        for (size_t i = 0; !o && (row = command_option(cli->command, i)); i++)
            if (row->letter && row->letter == arg.p[1])
                o = row;
        if (!o)
            return unknown_option(cli, str_head(arg, 2));
        if (arg.n == 2) {
            (*at)++;
        } else if (o->arg) { /* -ofile */
            text = arg.p + 2;
            (*at)++;
        } else { /* -qh: the rest are letters too */
            argv[*at]++;
            argv[*at][0] = '-';
        }
    }
    if (!o->arg) {
        if (text)
            return message_usage(command_name(cli), "option '%s' takes no value", o->name);
        set(cli, o, "true", ORIGIN_OPTION, NULL);
        return 0;
    }
    if (!text) {
        if (*at >= argc)
            return message_usage(command_name(cli), "option '%s' needs a value: %s %s", o->name, o->name, o->arg);
        text = argv[(*at)++];
    }
    _cleanup_error_ Error err = {0};
    int r = option_check(o, str_from(text), &err);
    if (r < 0)
        return message_usage(command_name(cli), "option '%s': %s", o->name, error_text(&err, r));
    set(cli, o, text, ORIGIN_OPTION, NULL);
    return 0;
}

static bool is_option(const char *arg) {
    return arg[0] == '-' && arg[1] != 0;
}

/* The command named by argv[at…]: two words before one. Returns how many words it took, 0: none. */
static int find_command(char **argv, int argc, int at, const Command **ret) {
    if (at + 1 < argc && !is_option(argv[at + 1])) {
        _cleanup_free_ char *two = xasprintf("%s %s", argv[at], argv[at + 1]);
        *ret = command_by_name(str_from(two));
        if (*ret)
            return 2;
    }
    *ret = command_by_name(str_from(argv[at]));
    return *ret ? 1 : 0;
}

/* "policy --help" and "help policy": the commands that begin with this word. */
static bool is_group(const char *word) {
    size_t n;
    const Command *const *all = commands(&n);
    Str group, rest;
    for (size_t i = 0; i < n; i++)
        if (str_cut(str_from(all[i]->name), ' ', &group, &rest) && str_eqz(group, word))
            return true;
    return false;
}

static int unknown_command(char **argv, int argc, int at) {
    size_t n;
    const Command *const *all = commands(&n);
    Str first = str_from(argv[at]);
    _cleanup_(buf_done) Buf names = buf_new(BUF_OWN_MAX), subcommands = buf_new(BUF_OWN_MAX);
    for (size_t i = 0; i < n; i++) {
        Str name = str_from(all[i]->name), group, rest;
        buf_printf(&names, "%s|", all[i]->name);
        if (str_cut(name, ' ', &group, &rest)) {
            buf_printf(&names, "%.*s|", STR_FMT(group));
            if (str_eq(group, first))
                buf_printf(&subcommands, "%.*s|", STR_FMT(rest));
        }
    }
    Str near;
    if (subcommands.n) {
        _cleanup_free_ char *words = str_dup(str_head(buf_view(&subcommands), subcommands.n - 1));
        for (char *c = words; *c; c++)
            if (*c == '|')
                *c = ' ';
        if (at + 1 >= argc || is_option(argv[at + 1]))
            return message_usage(NULL, "'%s' needs a second word: %s; 'plimsoll %s --help' tells what they do", argv[at], words, argv[at]);
        near = nearest_name(buf_view(&subcommands), str_from(argv[at + 1]));
        if (near.n)
            return message_usage(NULL, "unknown command '%s %s'; did you mean '%s %.*s'?", argv[at], argv[at + 1], argv[at], STR_FMT(near));
        return message_usage(NULL, "unknown command '%s %s': the second word is one of %s", argv[at], argv[at + 1], words);
    }
    near = nearest_name(buf_view(&names), first);
    if (near.n)
        return message_usage(NULL, "unknown command '%s'; did you mean '%.*s'?", argv[at], STR_FMT(near));
    return message_usage(NULL, "unknown command '%s'", argv[at]);
}

const CliValue *cli_found(const Cli *cli, const Option *option) {
    for (size_t i = cli->values.n; i-- > 0;)
        if (cli->values.p[i].option == option)
            return &cli->values.p[i];
    return NULL;
}

static int take_variable(Cli *cli, const Option *o, const char *text) {
    Str rest = str_from(text), part = rest;
    while (o->repeat ? str_split(&rest, ',', &part) : part.p != NULL) {
        char *value = own(cli, str_dup(part));
        if (!o->arg && (strcmp(value, "1") == 0 || strcmp(value, "yes") == 0))
            value = own(cli, xstrdup("true"));
        else if (!o->arg && (strcmp(value, "0") == 0 || strcmp(value, "no") == 0))
            value = own(cli, xstrdup("false"));
        _cleanup_error_ Error err = {0};
        int r = option_check(o, str_from(value), &err);
        if (r < 0)
            return message_usage(command_name(cli), "environment variable %s: %s", o->env, error_text(&err, r));
        set(cli, o, value, ORIGIN_ENVIRONMENT, o->env);
        if (!o->repeat)
            break;
    }
    return 0;
}

int cli_take(Cli *cli, const Option *o) {
    if (cli_found(cli, o))
        return 0;
    /* An empty variable is one that is not set. */
    const char *text = o->env ? getenv(o->env) : NULL;
    if (text && *text)
        return take_variable(cli, o, text);
    for (size_t i = 0; cli->config && i < cli->config->entries.n; i++) {
        const ConfigEntry *e = &cli->config->entries.p[i];
        if (e->option == o)
            set(cli, o, e->text, ORIGIN_CONFIG, e->place);
    }
    return 0;
}

/* Settings that no option set. 0 or an exit code. */
static int take_settings(Cli *cli) {
    const Option *o = cli_option(NULL, STR("--config"));
    int rc = cli_take(cli, o);
    if (rc != 0)
        return rc;
    Diag d = {0};
    _cleanup_error_ Error err = {0};
    cli->config = xcalloc(1, sizeof(*cli->config));
    int r = config_load(cli_value(cli, "--config"), cli->config, &d, &err);
    message_diag(&d);
    diag_done(&d);
    if (r < 0)
        return message_fail(EXIT_USAGE, &err, r);
    for (size_t i = 0; rc == 0 && (o = command_option(cli->command, i)); i++)
        rc = cli_take(cli, o);
    return rc;
}

/* 0 or an exit code. */
static int parse(int argc, char **argv, Cli *cli) {
    int at = 1, r;
    bool asks_help = false;
    while (at < argc && is_option(argv[at]) && strcmp(argv[at], "--") != 0) {
        r = parse_option(cli, argv, argc, &at);
        if (r != 0)
            return r;
    }
    if (at < argc && strcmp(argv[at], "help") == 0) {
        asks_help = true;
        at++;
    }
    if (at < argc) {
        int words = find_command(argv, argc, at, &cli->command);
        bool alone = at + 1 == argc || strcmp(argv[at + 1], "--help") == 0 || strcmp(argv[at + 1], "-h") == 0;
        if (words == 0 && is_group(argv[at]) && alone && (asks_help || at + 1 < argc)) {
            cli->group = argv[at];
            asks_help = true;
            words = 1;
        }
        if (words == 0)
            return unknown_command(argv, argc, at);
        at += words;
    }
    if (asks_help)
        set(cli, cli_option(NULL, STR("--help")), "true", ORIGIN_OPTION, NULL);
    cli->args = xcalloc((size_t) argc + 1, sizeof(*cli->args));
    while (at < argc) {
        if (strcmp(argv[at], "--") == 0) {
            for (at++; at < argc; at++)
                cli->args[cli->n_args++] = argv[at];
        } else if (is_option(argv[at])) {
            r = parse_option(cli, argv, argc, &at);
            if (r != 0)
                return r;
        } else {
            cli->args[cli->n_args++] = argv[at++];
        }
    }
    if (cli_flag(cli, "--help") || cli_flag(cli, "--version"))
        return 0;
    if (!cli->command)
        return message_usage(NULL, "no command given");
    const Command *c = cli->command;
    if (cli->n_args < c->min_args)
        return message_usage(c->name, "an argument is missing: plimsoll %s %s", c->name, c->arguments ? c->arguments : "");
    if (cli->n_args > c->max_args) {
        if (c->max_args == 0)
            return message_usage(c->name, "'%s' takes no arguments, but there is '%s'", c->name, cli->args[0]);
        return message_usage(c->name, "one argument too many: '%s'", cli->args[c->max_args]);
    }
    _cleanup_free_ char *allowed = command_argument_values(c);
    _cleanup_error_ Error err = {0};
    if (allowed && cli->n_args && check_values(allowed, str_from(cli->args[0]), &err) < 0)
        return message_usage(c->name, "%s: %s", c->arguments, error_text(&err, -EINVAL));
    return take_settings(cli);
}

int cli_parse(int argc, char **argv, Cli *ret, int *ret_exit) {
    *ret = (Cli) {0};
    *ret_exit = parse(argc, argv, ret);
    if (*ret_exit == 0)
        return 0;
    cli_done(ret);
    return -EINVAL;
}

void cli_done(Cli *cli) {
    for (size_t i = 0; i < cli->owned.n; i++)
        free(cli->owned.p[i]);
    vec_done(&cli->owned);
    vec_done(&cli->values);
    free(cli->args);
    if (cli->config)
        config_done(cli->config);
    free(cli->config);
    *cli = (Cli) {0};
}
