/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll completion SHELL: completion made from the tables of commands and options. Values are those at the time of making. */
#include "cmd/completion.h"

#include <stdio.h>

#include "cmd/cli.h"
#include "cmd/output.h"

typedef void (*EachCommand)(Buf *out, const Command *c);

static void each_command(Buf *out, EachCommand each) {
    size_t n;
    const Command *const *all = commands(&n);
    for (size_t i = 0; i < n; i++)
        each(out, all[i]);
}

/* "a|b" -> "a b" */
static void put_words(Buf *out, const char *values) {
    for (const char *c = values; *c; c++)
        buf_putc(out, *c == '|' ? ' ' : *c);
}

/* For use between single quotes of a shell. */
static void put_quoted(Buf *out, const char *text, const char *escape) {
    for (const char *c = text; *c; c++)
        *c == '\'' ? buf_putz(out, escape) : buf_putc(out, *c);
}

static bool is_common(const Option *o) {
    for (const Option *c = common_options; c->name; c++)
        if (c == o)
            return true;
    return false;
}

/* Every option of any command that takes a value, as shell patterns "--color|-o": what stands behind one is no command. */
static void put_valued(Buf *out, const char *sep) {
    size_t n;
    const Command *const *all = commands(&n);
    _cleanup_(buf_done) Buf seen = buf_new(BUF_OWN_MAX);
    buf_putz(&seen, "|");
    for (size_t i = 0; i < n; i++) {
        const Option *o;
        for (size_t k = 0; (o = command_option(all[i], k)); k++) {
            _cleanup_free_ char *name = xasprintf("|%s|", o->name);
            if (!o->arg || str_find(buf_view(&seen), str_from(name)) >= 0)
                continue;
            buf_printf(out, "%s%s", seen.n > 1 ? sep : "", o->name);
            buf_printf(&seen, "%s|", o->name);
            if (o->letter)
                buf_printf(out, "%s-%c", sep, o->letter);
        }
    }
}

/* First words of commands, each once. */
static void put_first_words(Buf *out, const char *sep) {
    size_t n;
    const Command *const *all = commands(&n);
    Str last = STR_NULL;
    for (size_t i = 0; i < n; i++) {
        Str first = str_from(all[i]->name), rest;
        (void) str_cut(first, ' ', &first, &rest);
        if (str_eq(first, last))
            continue;
        buf_printf(out, "%s%.*s", last.n ? sep : "", STR_FMT(first));
        last = first;
    }
}

/* ---- bash ---- */

static void bash_option_values(Buf *out, const char *command, const Option *o) {
    if (!o->arg)
        return;
    _cleanup_free_ char *values = option_values(o);
    buf_printf(out, "    %s':%s'", command, o->name);
    if (o->letter)
        buf_printf(out, "|%s':-%c'", command, o->letter);
    if (values) {
        buf_putz(out, ") mapfile -t COMPREPLY < <(compgen -W '");
        put_words(out, values);
        buf_putz(out, "' -- \"$cur\"); return ;;\n");
    } else {
        buf_printf(out, ") %sreturn ;;\n", o->is_file ? "compopt -o default 2>/dev/null; " : "");
    }
}

static void bash_values(Buf *out, const Command *c) {
    const Option *o;
    _cleanup_free_ char *name = xasprintf("'%s'", c->name);
    for (size_t i = 0; (o = command_option(c, i)) && !is_common(o); i++)
        bash_option_values(out, name, o);
}

/* `c` may be NULL: what may stand before a command. */
static void bash_options(Buf *out, const Command *c) {
    const Option *o;
    buf_printf(out, "        '%s') words='", c ? c->name : "");
    for (size_t i = 0; (o = command_option(c, i)); i++)
        buf_printf(out, "%s%s", i ? " " : "", o->name);
    buf_putz(out, "' ;;\n");
}

static void bash_arguments(Buf *out, const Command *c) {
    _cleanup_free_ char *values = command_argument_values(c);
    unsigned words = strchr(c->name, ' ') ? 2 : 1;
    if (values) {
        buf_printf(out, "    '%s:%u') words='", c->name, words);
        put_words(out, values);
        buf_putz(out, "' ;;\n");
    } else if (c->max_args) {
        buf_printf(out, "    '%s:'*) compopt -o default 2>/dev/null; return ;;\n", c->name);
    }
}

static void bash_commands(Buf *out, const Command *c) {
    if (strchr(c->name, ' '))
        buf_printf(out, "    '%s') command='%s' ;;\n", c->name, c->name);
    else
        buf_printf(out, "    '%s '*) command='%s' ;;\n", c->name, c->name);
}

static void bash_second_words(Buf *out, const Command *c) {
    Str first, second;
    if (str_cut(str_from(c->name), ' ', &first, &second))
        buf_printf(out, "        [ \"$first\" != %.*s ] || words+=' %.*s'\n", STR_FMT(first), STR_FMT(second));
}

static void write_bash(Buf *out) {
    buf_putz(out, "# Bash completion of plimsoll. Made by 'plimsoll completion bash'.\n"
                  "_plimsoll() {\n"
                  "    local cur prev first= second= command= words= n=0 i=1\n"
                  "    COMPREPLY=()\n"
                  "    cur=${COMP_WORDS[COMP_CWORD]}\n"
                  "    prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
                  "    # Bash makes \"=\" a word of its own.\n"
                  "    if [ \"$cur\" = = ]; then\n"
                  "        cur=\n"
                  "    elif [ \"$prev\" = = ]; then\n"
                  "        prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
                  "    fi\n"
                  "    while [ $i -lt \"$COMP_CWORD\" ]; do\n"
                  "        case ${COMP_WORDS[i]} in\n"
                  "        ");
    put_valued(out, " | ");
    buf_putz(out, ")\n"
                  "            i=$((i + 1))\n"
                  "            [ \"${COMP_WORDS[i]-}\" != = ] || i=$((i + 1))\n"
                  "            ;;\n"
                  "        -*) ;;\n"
                  "        *)\n"
                  "            n=$((n + 1))\n"
                  "            [ $n != 1 ] || first=${COMP_WORDS[i]}\n"
                  "            [ $n != 2 ] || second=${COMP_WORDS[i]}\n"
                  "            ;;\n"
                  "        esac\n"
                  "        i=$((i + 1))\n"
                  "    done\n"
                  "    case \"$first $second\" in\n");
    each_command(out, bash_commands);
    buf_putz(out, "    esac\n"
                  "    case $command:$prev in\n");
    each_command(out, bash_values);
    for (const Option *o = common_options; o->name; o++)
        bash_option_values(out, "*", o);
    buf_putz(out, "    esac\n"
                  "    if [[ $cur == -* ]]; then\n"
                  "        case $command in\n");
    each_command(out, bash_options);
    bash_options(out, NULL);
    buf_putz(out, "        esac\n"
                  "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
                  "        return\n"
                  "    fi\n"
                  "    case $command:$n in\n");
    each_command(out, bash_arguments);
    buf_putz(out, "    :0) words='");
    put_first_words(out, " ");
    buf_putz(out, " help' ;;\n"
                  "    :1)\n");
    each_command(out, bash_second_words);
    buf_putz(out, "        [ \"$first\" != help ] || words='");
    put_first_words(out, " ");
    buf_putz(out, "'\n"
                  "        ;;\n"
                  "    esac\n"
                  "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
                  "}\n"
                  "complete -F _plimsoll plimsoll\n");
}

/* ---- zsh ---- */

static void zsh_option(Buf *out, const Option *o) {
    buf_printf(out, "'%s:", o->name);
    for (const char *c = o->doc; *c; c++)
        *c == '\'' ? buf_putz(out, "'\\''") : *c == ':' ? buf_putz(out, "\\:") : buf_putc(out, *c);
    buf_putz(out, "'");
}

static void zsh_option_values(Buf *out, const char *command, const Option *o) {
    if (!o->arg)
        return;
    _cleanup_free_ char *values = option_values(o);
    buf_printf(out, "    (%s:%s", command, o->name);
    if (o->letter)
        buf_printf(out, "|%s:-%c", command, o->letter);
    if (values) {
        buf_putz(out, ") compadd -- ");
        put_words(out, values);
        buf_putz(out, "; return ;;\n");
    } else {
        buf_printf(out, ") %sreturn ;;\n", o->is_file ? "_files; " : "");
    }
}

static void zsh_values(Buf *out, const Command *c) {
    const Option *o;
    _cleanup_free_ char *name = xasprintf("'%s'", c->name);
    for (size_t i = 0; (o = command_option(c, i)) && !is_common(o); i++)
        zsh_option_values(out, name, o);
}

static void zsh_options(Buf *out, const Command *c) {
    const Option *o;
    buf_printf(out, "        ('%s') rows=(", c ? c->name : "");
    for (size_t i = 0; (o = command_option(c, i)); i++) {
        buf_putz(out, i ? " " : "");
        zsh_option(out, o);
    }
    buf_putz(out, ") ;;\n");
}

static void zsh_arguments(Buf *out, const Command *c) {
    _cleanup_free_ char *values = command_argument_values(c);
    if (values) {
        buf_printf(out, "    ('%s:%u') compadd -- ", c->name, strchr(c->name, ' ') ? 2 : 1);
        put_words(out, values);
        buf_putz(out, " ;;\n");
    } else if (c->max_args) {
        buf_printf(out, "    ('%s:'*) _files ;;\n", c->name);
    }
}

static void zsh_commands(Buf *out, const Command *c) {
    buf_printf(out, strchr(c->name, ' ') ? "    ('%s') command='%s' ;;\n" : "    ('%s '*) command='%s' ;;\n", c->name, c->name);
}

static void zsh_second_words(Buf *out, const Command *c) {
    Str first, second;
    if (!str_cut(str_from(c->name), ' ', &first, &second))
        return;
    buf_printf(out, "        [[ $first != %.*s ]] || rows+=('%.*s:", STR_FMT(first), STR_FMT(second));
    put_quoted(out, c->summary, "'\\''");
    buf_putz(out, "')\n");
}

static void zsh_first_words(Buf *out, const Command *c) {
    if (strchr(c->name, ' '))
        return;
    buf_printf(out, "            '%s:", c->name);
    put_quoted(out, c->summary, "'\\''");
    buf_putz(out, "'\n");
}

static void write_zsh(Buf *out) {
    buf_putz(out, "#compdef plimsoll\n"
                  "# Zsh completion of plimsoll. Made by 'plimsoll completion zsh'.\n"
                  "_plimsoll() {\n"
                  "    local cur=$words[CURRENT] prev=$words[CURRENT-1] first= second= command= n=0 i=2\n"
                  "    local -a rows\n"
                  "    while (( i < CURRENT )); do\n"
                  "        case $words[i] in\n"
                  "        (");
    put_valued(out, "|");
    buf_putz(out, ") (( i++ )) ;;\n"
                  "        (-*) ;;\n"
                  "        (*)\n"
                  "            (( n++ ))\n"
                  "            (( n != 1 )) || first=$words[i]\n"
                  "            (( n != 2 )) || second=$words[i]\n"
                  "            ;;\n"
                  "        esac\n"
                  "        (( i++ ))\n"
                  "    done\n"
                  "    case \"$first $second\" in\n");
    each_command(out, zsh_commands);
    buf_putz(out, "    esac\n"
                  "    if [[ $cur == --*=* ]]; then\n"
                  "        prev=${cur%%=*}\n"
                  "        compset -P '*='\n"
                  "        cur=\n"
                  "    fi\n"
                  "    case $command:$prev in\n");
    each_command(out, zsh_values);
    for (const Option *o = common_options; o->name; o++)
        zsh_option_values(out, "*", o);
    buf_putz(out, "    esac\n"
                  "    if [[ $cur == -* ]]; then\n"
                  "        case $command in\n");
    each_command(out, zsh_options);
    zsh_options(out, NULL);
    buf_putz(out, "        esac\n"
                  "        _describe option rows\n"
                  "        return\n"
                  "    fi\n"
                  "    case $command:$n in\n");
    each_command(out, zsh_arguments);
    buf_putz(out, "    (:0)\n"
                  "        rows=(\n");
    each_command(out, zsh_first_words);
    size_t n;
    const Command *const *all = commands(&n);
    Str last = STR_NULL;
    for (size_t i = 0; i < n; i++) {
        Str first, rest;
        if (str_cut(str_from(all[i]->name), ' ', &first, &rest) && !str_eq(first, last)) {
            buf_printf(out, "            '%.*s:More commands'\n", STR_FMT(first));
            last = first;
        }
    }
    buf_putz(out, "            'help:Tells about a command'\n"
                  "        )\n"
                  "        _describe command rows\n"
                  "        ;;\n"
                  "    (:1)\n");
    each_command(out, zsh_second_words);
    buf_putz(out, "        [[ $first != help ]] || rows+=(");
    put_first_words(out, " ");
    buf_putz(out, ")\n"
                  "        _describe command rows\n"
                  "        ;;\n"
                  "    esac\n"
                  "}\n"
                  "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n"
                  "    _plimsoll \"$@\"\n"
                  "elif (( $+functions[compdef] )); then\n"
                  "    compdef _plimsoll plimsoll\n"
                  "fi\n");
}

/* ---- fish ---- */

static void fish_option(Buf *out, const char *condition, const Option *o) {
    buf_printf(out, "complete -c plimsoll%s -l %s", condition, o->name + 2);
    if (o->letter)
        buf_printf(out, " -s %c", o->letter);
    if (o->arg) {
        _cleanup_free_ char *values = option_values(o);
        if (values) {
            buf_putz(out, " -xa '");
            put_words(out, values);
            buf_putz(out, "'");
        } else {
            buf_putz(out, o->is_file ? " -rF" : " -x");
        }
    }
    buf_putz(out, " -d '");
    put_quoted(out, o->doc, "\\'");
    buf_putz(out, "'\n");
}

static void fish_command(Buf *out, const Command *c) {
    Str first, second;
    if (str_cut(str_from(c->name), ' ', &first, &second)) {
        buf_printf(out, "complete -c plimsoll -n \"__plimsoll_at '' 0\" -a %.*s -d 'More commands'\n", STR_FMT(first));
        buf_printf(out, "complete -c plimsoll -n \"__plimsoll_at '%.*s' 1\" -a %.*s -d '", STR_FMT(first), STR_FMT(second));
    } else {
        buf_printf(out, "complete -c plimsoll -n \"__plimsoll_at '' 0\" -a %s -d '", c->name);
    }
    put_quoted(out, c->summary, "\\'");
    buf_putz(out, "'\n");
    _cleanup_free_ char *values = command_argument_values(c);
    if (values) {
        buf_printf(out, "complete -c plimsoll -n \"__plimsoll_at '%s' %d\" -a '", c->name, strchr(c->name, ' ') ? 2 : 1);
        put_words(out, values);
        buf_putz(out, "'\n");
    } else if (c->max_args) {
        buf_printf(out, "complete -c plimsoll -n \"__plimsoll_at '%s'\" -F\n", c->name);
    }
    _cleanup_free_ char *condition = xasprintf(" -n \"__plimsoll_at '%s'\"", c->name);
    const Option *o;
    for (size_t i = 0; (o = command_option(c, i)); i++)
        fish_option(out, condition, o);
}

static void write_fish(Buf *out) {
    buf_putz(out, "# Fish completion of plimsoll. Made by 'plimsoll completion fish'.\n"
                  "# Do the words before the cursor that are no options begin with $argv[1], and are there $argv[2] of them?\n"
                  "function __plimsoll_at\n"
                  "    set -l words\n"
                  "    set -l skip 0\n"
                  "    for word in (commandline -opc)[2..-1]\n"
                  "        if test $skip = 1\n"
                  "            set skip 0\n"
                  "        else if contains -- $word ");
    put_valued(out, " ");
    buf_putz(out, "\n"
                  "            set skip 1\n"
                  "        else if not string match -q -- '-*' $word\n"
                  "            set -a words $word\n"
                  "        end\n"
                  "    end\n"
                  "    set -q argv[2]; and test (count $words) != $argv[2]; and return 1\n"
                  "    string match -q -- \"$argv[1] *\" \"$words \"; or test -z \"$argv[1]\"\n"
                  "end\n"
                  "complete -c plimsoll -f\n");
    for (const Option *o = common_options; o->name; o++)
        fish_option(out, " -n \"__plimsoll_at '' 0\"", o);
    each_command(out, fish_command);
}

const CompletionShell completion_shells[] = {
    {"bash", "plimsoll.bash", write_bash},
    {"zsh", "_plimsoll", write_zsh},
    {"fish", "plimsoll.fish", write_fish},
    {0},
};

static void list_shells(Buf *out) {
    for (const CompletionShell *s = completion_shells; s->name; s++)
        buf_printf(out, "%s%s", s == completion_shells ? "" : "|", s->name);
}

static int run(Cli *cli) {
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    for (const CompletionShell *s = completion_shells; s->name; s++)
        if (strcmp(s->name, cli->args[0]) == 0)
            s->write(&out);
    return output_write(cli, buf_view(&out));
}

const Command command_completion = {
    .name = "completion",
    .summary = "Prints completion for a shell",
    .arguments = "SHELL",
    .description = "Completes commands, options, their values and file names. The Debian package and 'make install' put the files where the shells "
                   "look for them; this command is for everybody else.",
    .examples = "source <(plimsoll completion bash)  # in ~/.bashrc\n"
                "plimsoll completion zsh >~/.zfunc/_plimsoll  # with ~/.zfunc in $fpath\n"
                "plimsoll completion fish >~/.config/fish/completions/plimsoll.fish\n",
    .min_args = 1,
    .max_args = 1,
    .list_arguments = list_shells,
    .plumbing = true,
    .run = run,
};
