/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll policy explain: why a rule fires on an object, or does not. */
#include "base/fs.h"
#include "base/nearest.h"
#include "cmd/cli.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/policy.h"
#include "cmd/scan-options.h"
#include "policy/program.h"
#include "runtime/pushdown.h"

enum { OBJECT_MAX = 64 << 20 };

typedef struct Explain {
    const Rule *rule;
    Evaluator *evaluator;
    Buf *out;
    size_t n;
} Explain;

static int explain_one(void *userdata, const Subject *s) {
    Explain *x = userdata;
    int r = program_evaluate(x->rule->program, s, x->evaluator);
    buf_printf(x->out, "\n%s %zu: %s\n", s->source->name, ++x->n, r == 1 ? "the rule fires" : r == 0 ? "the rule stays quiet" : "a limit ended the evaluation");
    condition_explain(x->rule->condition, s, x->evaluator, x->out);
    if (r == 1) {
        buf_putz(x->out, "output: ");
        rule_output(x->rule, s, x->evaluator, x->out);
        buf_putc(x->out, '\n');
    }
    return 0;
}

/* What the policy makes of it, and where that is said. */
static void explain_policy(const PolicyChosen *c, const Rule *rule, Buf *out) {
    const PolicyRule *r = policy_chosen_rule(c, rule);
    Str name = policy_name(c->policy);
    buf_printf(out, "  policy %.*s: ", STR_FMT(name));
    if (!r) {
        buf_putz(out, "it does not have this rule\n");
        return;
    }
    buf_printf(out, "priority %s, action %s, %s:%u%s\n", priority_name(r->priority), r->action == RULE_ACTION_N_ ? "out" : rule_action_name(r->action), r->file, r->place.line,
               r->scope ? ", where its scope holds" : "");
    for (size_t i = 0; i < r->n_uses; i++) {
        const PolicyException *e = r->uses[i].exception;
        buf_printf(out, "  exception %.*s until %.*s%s%.*s\n", STR_FMT(e->name), STR_FMT(e->until), e->written.n ? ": " : "", STR_FMT(e->written));
    }
}

int policy_parse_object(const Source *source, Str text, const char *path, Arena *a, Diag *d, Node **ret) {
    const ObjectReader *reader = object_reader_for(object_readers, source);
    Limits limits = limits_default();
    size_t n;
    if (reader && reader->text) {
        *ret = arena_new(a, Node);
        **ret = (Node) {.type = NODE_STRING, .line = 1, .col = 1, .text = text};
        return 0;
    }
    int r = yaml_parse(text, path, &limits, a, d, ret, &n);
    if (r == 0 && n == 0)
        r = diag_add(d, DIAG_ERROR, path, 1, 1, "expected an object, found nothing");
    return r;
}

static int run(Cli *cli) {
    _cleanup_(policy_rules_done) PolicyRules p = {0};
    _cleanup_(policy_chosen_done) PolicyChosen chosen = {0};
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    _cleanup_(evaluator_freep) Evaluator *e = evaluator_new();
    _cleanup_error_ Error err = {0};
    size_t n_paths, n;
    const char *const *paths = cli_values(cli, "--rules", &n_paths);
    RuleSetOptions o = {0};
    bool policy = cli_value(cli, "--policy");
    int x = policy ? policy_open(cli, time_now(), &chosen) : policy_rules_load_good(cli, paths, n_paths, &o, &p);
    if (x)
        return x;
    const RuleSet *set = policy ? policy_rule_set(chosen.policy) : p.set;
    const Rule *rule = rule_set_find(set, str_from(cli->args[0]));
    if (!rule) {
        Rule *const *all = rule_set_rules(set, &n);
        _cleanup_(buf_done) Buf names = buf_new(BUF_OWN_MAX);
        for (size_t i = 0; i < n; i++)
            buf_printf(&names, "%s%.*s", i ? "|" : "", STR_FMT(all[i]->name));
        Str near = nearest_name(buf_view(&names), str_from(cli->args[0]));
        return near.p ? message_usage("policy explain", "there is no rule \"%s\"; did you mean \"%.*s\"?", cli->args[0], STR_FMT(near))
                      : message_usage("policy explain", "there is no rule \"%s\"; plimsoll policy list names them", cli->args[0]);
    }
    buf_printf(&out, "%.*s\n  %.*s\n  source %s, priority %s, action %s, %s:%u\n", STR_FMT(rule->name), STR_FMT(rule->desc), rule->source->name, priority_name(rule->priority),
               rule_action_name(rule->action), rule->file, rule->place.line);
    if (policy)
        explain_policy(&chosen, rule, &out);
    if (strcmp(rule->source->name, "syscall") == 0) {
        buf_putc(&out, '\n');
        push_down_explain(rule, &out);
    } else if (cli->n_args < 2) {
        return message_usage("policy explain", "name an object of source %s to explain the rule with", rule->source->name);
    }
    if (cli->n_args < 2)
        return output_write(cli, buf_view(&out));
    _cleanup_free_ char *text = NULL;
    bool standard = strcmp(cli->args[1], "-") == 0;
    int r = standard ? fs_read_fd(0, "standard input", OBJECT_MAX, &text, &n, &err) : fs_read(cli->args[1], OBJECT_MAX, &text, &n, &err);
    if (r < 0)
        return message_fail(EXIT_INCOMPLETE, &err, r);
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(diag_done) Diag d = {0};
    Node *object;
    const char *place = standard ? "standard input" : cli->args[1];
    Explain state = {rule, e, &out, 0};
    r = policy_parse_object(rule->source, str_n(text, n), place, &a, &d, &object);
    for (const Node *one = r == 0 ? object : NULL; one && r >= 0; one = one->next)
        r = object_read(object_readers, rule->source, one, place, &a, &d, explain_one, &state);
    if (r < 0) {
        message_diag(&d);
        return EXIT_USAGE;
    }
    if (state.n == 0)
        buf_printf(&out, "\n%s has nothing of source %s\n", place, rule->source->name);
    return output_write(cli, buf_view(&out));
}

const Command command_policy_explain = {
    .name = "policy explain",
    .summary = "Shows why a rule fires on an object, or stays quiet",
    .arguments = "RULE [OBJECT]",
    .description = "Of a rule on system calls it says what the sensor has the kernel decide, by kind of event, and what it decides itself.\n\n"
                   "OBJECT is a file (- for standard input) with an object of the rule's source: a manifest, a Dockerfile, or a map of fields and their values as in the examples "
                   "of rules. The condition is printed as a tree, each part with the value of its field and whether it holds. With --policy it is also said "
                   "what the set makes of the rule: its action, where that is written, and exceptions.",
    .examples = "plimsoll policy explain --rules falco_rules.yaml 'Read sensitive file untrusted'  # what of it the kernel decides\n"
                "plimsoll policy explain 'Image runs as root' image.yaml  # a map of fields\n"
                "plimsoll policy explain --policy production 'Image runs as root' image.yaml  # and what comes of it there\n",
    .options = {policy_options, policy_rules_options, policy_added_options, registry_options, cache_options},
    .workers = true,
    .min_args = 1,
    .max_args = 2,
    .run = run,
};
