/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll policy list: rules, by what they have in common, and what they cover of the threat matrices. */
#include <limits.h>
#include <stdio.h>

#include "base/nearest.h"
#include "cmd/cli.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/policy-list.h"
#include "cmd/scan-options.h"
#include "cmd/terminal.h"
#include "parse/json-write.h"
#include "report/text.h"

static const Option options[] = {
    {.name = "--format", .letter = 'f', .arg = "FORMAT", .doc = "Output format", .values = "table|json", .def = "table"},
    {.name = "--by", .arg = "WHAT", .doc = "Groups the rules", .values = "phase|source|severity|action|control|tactic|tag|file"},
    {.name = "--coverage", .arg = "MATRIX", .doc = "What the rules cover of MITRE ATT&CK for Containers or of the Threat Matrix for Kubernetes", .values = "attack|kubernetes"},
    {.name = "--source", .arg = "SOURCE", .doc = "Only rules about this source", .list_values = policy_list_sources},
    {.name = "--phase", .arg = "PHASE", .doc = "Only rules of this phase", .values = "build|deploy|run|govern"},
    {.name = "--tag", .arg = "TAG", .doc = "Only rules with this tag", .repeat = true},
    {.name = "--control", .arg = "CONTROL", .doc = "Only rules for this control"},
    {0},
};

static const struct Technique {
    const char *matrix, *tactic, *id, *name;
} techniques[] = {
#define TECHNIQUE(matrix, tactic, id, name) {matrix, tactic, id, name},
#include "policy/threat.list.h"
#undef TECHNIQUE
};

static bool has(StrArray a, const char *word) {
    for (size_t i = 0; i < a.n; i++)
        if (str_eqz(a.p[i], word))
            return true;
    return false;
}

/* "T1552" is covered by a rule with "T1552.001", too. */
static bool covers(const Rule *r, const struct Technique *t) {
    Str id = str_from(t->id);
    for (size_t i = 0; i < r->tags.n; i++) {
        Str tag = r->tags.p[i];
        if (str_starts(tag, id) && (tag.n == id.n || tag.p[id.n] == '.'))
            return true;
    }
    return false;
}

bool policy_list_wanted(Cli *cli, const Rule *r) {
    const char *source = cli_value(cli, "--source"), *phase = cli_value(cli, "--phase"), *control = cli_value(cli, "--control");
    size_t n;
    const char *const *tags = cli_values(cli, "--tag", &n);
    for (size_t i = 0; i < n; i++)
        if (!has(r->tags, tags[i]))
            return false;
    return (!source || strcmp(source, r->source->name) == 0) && (!phase || strcmp(phase, r->source->phase) == 0) && (!control || has(r->controls, control));
}

/* Is the word one of those that `of` takes from any of the rules? An empty list would look as if nothing were wrong. */
static int known(const char *option, const char *what, const char *word, const Rule *const *rules, size_t n, StrArray (*of)(const Rule *r)) {
    _cleanup_(buf_done) Buf all = buf_new(BUF_OWN_MAX);
    for (size_t i = 0; i < n; i++) {
        StrArray words = of(rules[i]);
        if (has(words, word))
            return 0;
        for (size_t k = 0; k < words.n; k++)
            buf_printf(&all, "%s%.*s", all.n ? "|" : "", STR_FMT(words.p[k]));
    }
    Str near = nearest_name(buf_view(&all), str_from(word));
    return near.p ? message_usage("policy list", "%s: no rule has the %s '%s'; did you mean '%.*s'?", option, what, word, STR_FMT(near))
                  : message_usage("policy list", "%s: no rule has the %s '%s'", option, what, word);
}

static StrArray tags_of(const Rule *r) {
    return r->tags;
}

static StrArray controls_of(const Rule *r) {
    return r->controls;
}

int policy_list_known(Cli *cli, const Rule *const *rules, size_t n) {
    const char *control = cli_value(cli, "--control");
    size_t n_tags;
    const char *const *tags = cli_values(cli, "--tag", &n_tags);
    int x = control ? known("--control", "control", control, rules, n, controls_of) : 0;
    for (size_t i = 0; i < n_tags && x == 0; i++)
        x = known("--tag", "tag", tags[i], rules, n, tags_of);
    return x;
}

void policy_list_row(Buf *out, unsigned width, unsigned indent, Str name, unsigned longest, unsigned rest_width, Str rest) {
    enum { NAME_MIN = 20, GAP = 2 };
    _cleanup_(buf_done) Buf clean = buf_new(BUF_OWN_MAX), words = buf_new(BUF_OWN_MAX);
    unsigned room = width > indent + GAP + rest_width ? width - indent - GAP - rest_width : 0;
    unsigned column = width ? MIN(longest, MAX(room, (unsigned) NAME_MIN)) : longest;
    text_clean(&clean, name);
    text_clean(&words, rest);
    unsigned own = terminal_columns(buf_view(&clean)), at = indent + column + GAP;
    TextLocale l = text_locale_enter();
    text_spaces(out, indent);
    if (own > column) {
        text_wrap(out, buf_view(&clean), width, indent + GAP, indent);
        buf_putc(out, '\n');
        text_spaces(out, at);
    } else {
        buf_str(out, buf_view(&clean));
        text_spaces(out, column - own + GAP);
    }
    if (at + terminal_columns(buf_view(&words)) <= width || !width)
        buf_str(out, buf_view(&words));
    else
        text_wrap(out, buf_view(&words), width, at, at);
    text_locale_leave(&l);
    buf_putc(out, '\n');
}

static void json_words(JsonWriter *w, const char *key, StrArray a) {
    json_list(w, key);
    for (size_t i = 0; i < a.n; i++)
        json_str(w, NULL, a.p[i]);
    json_end(w);
}

static void json_rule(JsonWriter *w, const Rule *r) {
    json_map(w, NULL);
    json_str(w, "rule", r->name);
    json_str(w, "desc", r->desc);
    json_strz(w, "source", r->source->name);
    json_strz(w, "phase", r->source->phase);
    json_strz(w, "priority", priority_name(r->priority));
    json_strz(w, "severity", severity_name(priority_severity(r->priority)));
    json_strz(w, "action", rule_action_name(r->action));
    json_bool(w, "enabled", r->enabled);
    json_words(w, "tags", r->tags);
    json_words(w, "controls", r->controls);
    json_str_opt(w, "why", r->why);
    json_str_opt(w, "remediation", r->remediation);
    json_u64(w, "examples", r->n_examples);
    json_strz(w, "file", r->file);
    json_u64(w, "line", r->place.line);
    json_end(w);
}

/* What stands behind the name takes no more than this. */
enum { REST_COLUMNS = 42 };

static void text_rule(Buf *out, const Rule *r, unsigned width, unsigned longest, unsigned indent) {
    _cleanup_(buf_done) Buf rest = buf_new(BUF_OWN_MAX);
    buf_printf(&rest, "%-13s %-10s %s%s", r->source->name, severity_name(priority_severity(r->priority)), rule_action_name(r->action), r->enabled ? "" : " (disabled)");
    policy_list_row(out, width, indent, r->name, longest, REST_COLUMNS, buf_view(&rest));
}

typedef Vec(Str) Words;

/* The groups that a rule is in. */
static void groups_of(const char *by, const Rule *r, Words *out) {
    static const char mitre[] = "mitre_";
    if (strcmp(by, "phase") == 0)
        vec_push(out, str_from(r->source->phase));
    else if (strcmp(by, "source") == 0)
        vec_push(out, str_from(r->source->name));
    else if (strcmp(by, "severity") == 0)
        vec_push(out, str_from(severity_name(priority_severity(r->priority))));
    else if (strcmp(by, "action") == 0)
        vec_push(out, str_from(rule_action_name(r->action)));
    else if (strcmp(by, "file") == 0)
        vec_push(out, str_from(r->file));
    else if (strcmp(by, "control") == 0)
        for (size_t i = 0; i < r->controls.n; i++)
            vec_push(out, r->controls.p[i]);
    else
        for (size_t i = 0; i < r->tags.n; i++) {
            Str tag = r->tags.p[i];
            if (strcmp(by, "tag") == 0)
                vec_push(out, tag);
            else if (str_starts(tag, str_from(mitre)))
                vec_push(out, str_from_at(tag, strlen(mitre)));
        }
    if (!out->n)
        vec_push(out, STR("(none)"));
}

static int compare_words(const void *a, const void *b) {
    return str_cmp(*(const Str *) a, *(const Str *) b);
}

static void write_groups(const char *by, const Rule *const *rules, size_t n, unsigned width, unsigned longest, bool json, Buf *out) {
    Words all = {0};
    Words *of = n ? xcalloc(n, sizeof(*of)) : NULL;
    JsonWriter w = json_writer(out, true);
    for (size_t i = 0; i < n; i++) {
        groups_of(by, rules[i], &of[i]);
        for (size_t k = 0; k < of[i].n; k++)
            vec_push(&all, of[i].p[k]);
    }
    vec_sort(&all, compare_words);
    if (json)
        json_map(&w, NULL);
    for (size_t g = 0; g < all.n; g++) {
        if (g && str_eq(all.p[g], all.p[g - 1]))
            continue;
        if (json) {
            json_key(&w, all.p[g]);
            json_list(&w, NULL);
        } else {
            buf_printf(out, "%s%.*s\n", out->n ? "\n" : "", STR_FMT(all.p[g]));
        }
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < of[i].n; k++)
                if (str_eq(of[i].p[k], all.p[g])) {
                    if (json)
                        json_str(&w, NULL, rules[i]->name);
                    else
                        text_rule(out, rules[i], width, longest, 2);
                    break;
                }
        if (json)
            json_end(&w);
    }
    if (json) {
        json_end(&w);
        buf_putc(out, '\n');
    }
    for (size_t i = 0; i < n; i++)
        vec_done(&of[i]);
    free(of);
    vec_done(&all);
}

static void write_coverage(const char *matrix, const Rule *const *rules, size_t n, bool json, Buf *out) {
    JsonWriter w = json_writer(out, true);
    const char *tactic = "";
    size_t covered = 0, total = 0;
    if (json)
        json_list(&w, NULL);
    for (size_t t = 0; t < ARRAY_SIZE(techniques); t++) {
        const struct Technique *q = &techniques[t];
        if (strcmp(q->matrix, matrix) != 0)
            continue;
        size_t count = 0;
        if (json) {
            json_map(&w, NULL);
            json_strz(&w, "tactic", q->tactic);
            json_strz(&w, "technique", q->id);
            json_strz(&w, "name", q->name);
            json_list(&w, "rules");
        }
        for (size_t i = 0; i < n; i++)
            if (covers(rules[i], q)) {
                count++;
                if (json)
                    json_str(&w, NULL, rules[i]->name);
            }
        total++;
        covered += count > 0;
        if (json) {
            json_end(&w);
            json_end(&w);
            continue;
        }
        if (strcmp(tactic, q->tactic) != 0)
            buf_printf(out, "%s%s\n", out->n ? "\n" : "", tactic = q->tactic);
        if (count)
            buf_printf(out, "  %-10s %-50s %zu\n", q->id, q->name, count);
        else
            buf_printf(out, "  %-10s %-50s -\n", q->id, q->name);
    }
    if (json) {
        json_end(&w);
        buf_putc(out, '\n');
    } else {
        buf_printf(out, "\n%zu of %zu techniques have rules\n", covered, total);
    }
}

static int run(Cli *cli) {
    _cleanup_(policy_rules_done) PolicyRules p = {0};
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    bool json = strcmp(cli_value(cli, "--format"), "json") == 0;
    bool other = cli->n_args || cli_value(cli, "--by") || cli_value(cli, "--coverage");
    const CliValue *policy = cli_found(cli, policy_options);
    if (!policy)
        policy = cli_found(cli, policy_rules_options);
    if (!policy && !other)
        policy = cli_found(cli, policy_added_options);
    /* Of what a variable or plimsoll.yaml says, only a bare list is meant. */
    if (policy && (!other || policy->origin == ORIGIN_OPTION)) {
        if (other)
            return message_usage("policy list", "--policy prints what a set comes to: it goes with neither PATH nor --by nor --coverage");
        return policy_list_set(cli, json);
    }
    RuleSetOptions o = {0};
    int x = policy_rules_load_good(cli, (const char *const *) cli->args, cli->n_args, &o, &p);
    if (x)
        return x;
    size_t n;
    unsigned longest = 0, width = output_width(cli);
    Rule *const *all = rule_set_rules(p.set, &n);
    Vec(const Rule *) rules = {0};
    x = policy_list_known(cli, (const Rule *const *) all, n);
    if (x)
        return x;
    for (size_t i = 0; i < n; i++)
        if (policy_list_wanted(cli, all[i])) {
            vec_push(&rules, all[i]);
            longest = MAX(longest, terminal_columns(all[i]->name));
        }
    if (cli_value(cli, "--coverage")) {
        write_coverage(cli_value(cli, "--coverage"), rules.p, rules.n, json, &out);
    } else if (cli_value(cli, "--by")) {
        write_groups(cli_value(cli, "--by"), rules.p, rules.n, width, longest, json, &out);
    } else if (json) {
        JsonWriter w = json_writer(&out, true);
        json_list(&w, NULL);
        for (size_t i = 0; i < rules.n; i++)
            json_rule(&w, rules.p[i]);
        json_end(&w);
        buf_putc(&out, '\n');
    } else {
        for (size_t i = 0; i < rules.n; i++)
            text_rule(&out, rules.p[i], width, longest, 0);
    }
    vec_done(&rules);
    return output_write(cli, buf_view(&out));
}

const Command command_policy_list = {
    .name = "policy list",
    .summary = "Prints rules, and what they cover",
    .arguments = "PATH…",
    .description = "The rules of files and directories, or those that come with the program. --by groups them; a rule with several controls or tags is in several groups. "
                   "Tactics are tags that begin with mitre_, as in Falco's rules; --coverage counts the rules that have the id of a technique (T1611, MS-TA9018) among "
                   "their tags, that of a sub-technique, too. --policy prints what a set comes to: each rule with the set that chose it or changed it last, and the exceptions.",
    .examples = "plimsoll policy list --by control  # which rules serve which control\n"
                "plimsoll policy list --coverage kubernetes  # the gaps\n"
                "plimsoll policy list --policy production  # what holds, and where it comes from\n"
                "plimsoll policy list --source image --format json  # for scripts\n",
    .options = {options, policy_options, policy_rules_options, policy_added_options, registry_options, cache_options},
    .workers = true,
    .max_args = UINT_MAX,
    .run = run,
};
