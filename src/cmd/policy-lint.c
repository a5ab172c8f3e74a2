/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll policy lint: what is wrong with rules files. */
#include <limits.h>

#include "cmd/cli.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/policy.h"
#include "cmd/scan-options.h"
#include "parse/json-write.h"

static const Option options[] = {
    {.name = "--format", .letter = 'f', .arg = "FORMAT", .doc = "Output format", .values = "table|json", .def = "table"},
    {.name = "--rule-matching", .arg = "MODE", .doc = "all: every rule that matches counts; first: the first one only, as in Falco, so that one rule may hide another",
     .values = "all|first", .def = "all"},
    {.name = "--strict", .doc = "Warnings are errors"},
    {0},
};

static void write_json(const PolicyRules *p, Buf *out) {
    RuleSetCounts c = rule_set_counts(p->set);
    JsonWriter w = json_writer(out, true);
    json_map(&w, NULL);
    json_u64(&w, "files", p->files.n);
    json_u64(&w, "rules", c.rules);
    json_u64(&w, "macros", c.macros);
    json_u64(&w, "lists", c.lists);
    json_u64(&w, "redefined", c.redefined);
    json_u64(&w, "secret_rules", p->secrets.n_rules);
    json_u64(&w, "errors", p->diag.errors);
    json_u64(&w, "warnings", p->diag.warnings);
    json_list(&w, "messages");
    for (size_t i = 0; i < p->diag.items.n; i++) {
        const DiagItem *item = &p->diag.items.p[i];
        json_map(&w, NULL);
        json_strz(&w, "level", item->level == DIAG_ERROR ? "error" : "warning");
        json_str_opt(&w, "file", str_from(item->file));
        json_u64(&w, "line", item->line);
        json_u64(&w, "column", item->col);
        json_strz(&w, "message", item->message);
        json_end(&w);
    }
    json_end(&w);
    json_end(&w);
    buf_putc(out, '\n');
}

static int run(Cli *cli) {
    _cleanup_(policy_rules_done) PolicyRules p = {0};
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    RuleSetOptions o = {.first_match = strcmp(cli_value(cli, "--rule-matching"), "first") == 0, .as_of = time_now()};
    const CliValue *policy = cli_found(cli, policy_options);
    /* Of what a variable or plimsoll.yaml says, only a lint without anything else is meant. */
    const char *set = policy && (policy->origin == ORIGIN_OPTION || !cli->n_args) ? policy->text : NULL;
    Vec(const char *) paths = {0};
    for (size_t i = 0; i < cli->n_args; i++)
        vec_push(&paths, cli->args[i]);
    if (set && policy_is_path(set)) {
        vec_push(&paths, set);
        set = NULL;
    } else if (!set && !cli->n_args && !cli_is_set(cli, "--rules-add")) {
        return message_usage("policy lint", "expected PATH, --policy or --rules-add: what is to be checked?");
    }
    int x = policy_rules_load(cli, paths.p, paths.n, &o, &p);
    vec_done(&paths);
    if (x)
        return x;
    if ((p.n_sets || set) && !p.failed)
        policy_lint_sets(&p, set);
    if (strcmp(cli_value(cli, "--format"), "json") == 0) {
        write_json(&p, &out);
    } else {
        _cleanup_free_ char *text = rule_set_diag_text(p.set, &p.diag);
        RuleSetCounts c = rule_set_counts(p.set);
        buf_putz(&out, text);
        buf_printf(&out, "%zu files: %zu rules, %zu macros, %zu lists; ", p.files.n, c.rules, c.macros, c.lists);
        if (p.secrets.n_rules)
            buf_printf(&out, "%zu rules on secrets; ", p.secrets.n_rules);
        buf_printf(&out, "%zu definitions replaced by later ones; %zu errors, %zu warnings\n", c.redefined, p.diag.errors, p.diag.warnings);
    }
    x = output_write(cli, buf_view(&out));
    return x ? x : p.failed || (p.diag.warnings && cli_flag(cli, "--strict")) ? EXIT_USAGE : EXIT_DONE;
}

const Command command_policy_lint = {
    .name = "policy lint",
    .summary = "Checks rules files",
    .arguments = "PATH…",
    .description = "Loads files and directories (*.yaml and *.yml in them, in the order of their names) together, as one set of rules, policy sets and rules on secrets (as --secret-rules takes them) with them, and prints everything that is wrong "
                   "or odd with file, line and column. --policy checks one set only, of those files or of those that come with the program; --rules-add checks files as what they add to those. Falco's rules files are rules files.\n\n"
                   "Exit codes: 0 when they load, also with warnings; 2 when they do not, or when there are warnings and --strict is given.",
    .examples = "plimsoll policy lint rules/  # all files of a directory\n"
                "plimsoll policy lint --rules-add team.yaml  # what changes rules that come with the program\n"
                "plimsoll policy lint --rule-matching first falco_rules.yaml my_rules.yaml  # are rules hidden by others?\n",
    .options = {options, policy_options, policy_added_options, registry_options, cache_options},
    .workers = true,
    .max_args = UINT_MAX,
    .run = run,
};
