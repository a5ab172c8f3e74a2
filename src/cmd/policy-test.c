/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll policy test: examples of rules and files of cases. */
#include <inttypes.h>
#include <limits.h>

#include "cmd/cli.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/policy.h"
#include "cmd/scan-options.h"
#include "parse/json-write.h"
#include "policy/example.h"
#include "secret/example-test.h"

static const Option options[] = {
    {.name = "--format", .letter = 'f', .arg = "FORMAT", .doc = "Output format", .values = "table|json", .def = "table"},
    {.name = "--require-examples", .arg = "N", .doc = "Every rule must have N examples that fire and N that stay quiet"},
    {0},
};

static void require(const Rule *r, uint64_t wanted, Diag *d) {
    size_t fires = 0;
    for (size_t i = 0; i < r->n_examples; i++)
        fires += r->examples[i].fires;
    if (fires < wanted || r->n_examples - fires < wanted)
        diag_add(d, DIAG_ERROR, r->file, r->place.line, r->place.col, "rule \"%.*s\" has %zu examples that fire and %zu that stay quiet; %" PRIu64 " of each are required",
                 STR_FMT(r->name), fires, r->n_examples - fires, wanted);
}

/* An exit code when they cannot be tried. */
static int test_secrets(const SecretSet *rules, Diag *d, ExampleCounts *counts) {
    _cleanup_error_ Error err = {0};
    SecretExampleCounts c = {0};
    int r = rules->n_rules ? secret_examples_test(rules, d, &c, &err) : 0;
    counts->rules += c.rules;
    counts->examples += c.examples;
    counts->failed += c.failed;
    return r < 0 && !d->errors ? message_fail(r == -ENOENT ? EXIT_INCOMPLETE : EXIT_USAGE, &err, r) : 0;
}

/* The rules that are tested: those of files, or those that a policy has. */
typedef struct Tested {
    PolicyRules loaded;
    PolicyChosen chosen;
    const PolicyRules *files;
    const RuleSet *set;
    const Rule **rules;
    size_t n;
} Tested;

static void tested_done(Tested *t) {
    policy_rules_done(&t->loaded);
    policy_chosen_done(&t->chosen);
    free(t->rules);
}

static int load(Cli *cli, Tested *t) {
    const char *const *paths = (const char *const *) cli->args;
    const CliValue *policy = cli_found(cli, policy_options);
    RuleSetOptions o = {0};
    size_t n;
    /* Of what a variable or plimsoll.yaml says, only a test without PATH is meant. */
    bool chosen = policy && (policy->origin == ORIGIN_OPTION || !cli->n_args);
    int x = chosen ? policy_open_paths(cli, paths, cli->n_args, time_now(), &t->chosen) : policy_rules_load_good(cli, paths, cli->n_args, &o, &t->loaded);
    if (x)
        return x;
    t->files = chosen ? &t->chosen.own : &t->loaded;
    t->set = chosen ? policy_rule_set(t->chosen.policy) : t->loaded.set;
    Rule *const *all = rule_set_rules(t->set, &n);
    t->rules = xcalloc(n + 1, sizeof(*t->rules));
    for (size_t i = 0; i < n; i++)
        if (!chosen || policy_chosen_rule(&t->chosen, all[i]))
            t->rules[t->n++] = all[i];
    return 0;
}

static int run(Cli *cli) {
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    _cleanup_(evaluator_freep) Evaluator *e = evaluator_new();
    _cleanup_(diag_done) Diag d = {0};
    uint64_t wanted = 0;
    if (cli_value(cli, "--require-examples") && str_to_u64(str_from(cli_value(cli, "--require-examples")), 1000, &wanted) < 0)
        return message_usage("policy test", "--require-examples: expected a number");
    Tested t = {0};
    int x = load(cli, &t);
    if (x) {
        tested_done(&t);
        return x;
    }
    ExampleCounts counts = {0};
    for (size_t i = 0; i < t.n; i++) {
        rule_test(t.rules[i], object_readers, e, &d, &counts);
        if (wanted)
            require(t.rules[i], wanted, &d);
    }
    for (size_t i = 0; i < t.files->cases.n; i++)
        case_file_test(t.set, object_readers, str_n(t.files->cases.p[i].text, t.files->cases.p[i].n), t.files->cases.p[i].path, e, &d, &counts);
    x = test_secrets(&t.files->secrets, &d, &counts);
    if (x) {
        tested_done(&t);
        return x;
    }
    t.n += t.files->secrets.n_rules;
    _cleanup_free_ char *text = rule_set_diag_text(t.set, &d);
    if (strcmp(cli_value(cli, "--format"), "json") == 0) {
        JsonWriter w = json_writer(&out, true);
        json_map(&w, NULL);
        json_u64(&w, "rules", t.n);
        json_u64(&w, "with_examples", counts.rules);
        json_u64(&w, "examples", counts.examples);
        json_u64(&w, "failed", counts.failed);
        json_u64(&w, "errors", d.errors);
        json_list(&w, "messages");
        for (size_t i = 0; i < d.items.n; i++) {
            _cleanup_free_ char *line = diag_item_text(&d.items.p[i]);
            json_strz(&w, NULL, line);
        }
        json_end(&w);
        json_end(&w);
        buf_putc(&out, '\n');
    } else {
        buf_putz(&out, text);
        buf_printf(&out, "%zu rules, %zu with examples; %zu examples, %zu failed\n", t.n, counts.rules, counts.examples, counts.failed);
    }
    tested_done(&t);
    x = output_write(cli, buf_view(&out));
    return x ? x : d.errors ? EXIT_FINDINGS : EXIT_DONE;
}

const Command command_policy_test = {
    .name = "policy test",
    .summary = "Runs the examples of rules, which must fire or stay quiet",
    .arguments = "PATH…",
    .description = "A rule brings its examples along: under examples, fires has objects that it must fire on, and quiet objects that it must stay quiet on. A file NAME.test.yaml has "
                   "cases for rules of the same run: a list of maps with rule, fires and quiet. Rules on secrets have match and no_match. Files and directories are loaded together, as by policy lint; without PATH the rules "
                   "that come with the program are tested. With --policy only those that the set chooses.\n\n"
                   "Exit codes: 0 when all do as they should, 1 when some do not, 2 when the rules do not load.",
    .examples = "plimsoll policy test  # the rules that come with the program\n"
                "plimsoll policy test --policy production  # what holds there\n"
                "plimsoll policy test --require-examples 2 rules/  # one's own\n",
    .options = {options, policy_options, policy_added_options, registry_options, cache_options},
    .workers = true,
    .max_args = UINT_MAX,
    .run = run,
};
