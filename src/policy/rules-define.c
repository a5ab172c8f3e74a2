/* SPDX-License-Identifier: Apache-2.0 */
/* A rule of a rules file: a new one, one that replaces another, one that changes another (append, override, enabled alone). */
#include "policy/rules-private.h"

#define RULE_KEYS                                                                                                                               \
    "rule|desc|condition|output|priority|source|tags|enabled|exceptions|capture|capture_duration|warn_evttypes|skip-if-unknown-filter|append|"   \
    "override|action|why|remediation|controls|sla|owner|on-error|examples|fix|threshold|sequence|within|by|covered-by"

static Str read_text(RulesReader *r, const Node *n) {
    Str s = STR_NULL;
    if (!rules_scalar(n, &s))
        rules_error(r, n, "expected a text, found %s", node_type_name(n->type));
    return str_trim(s);
}

static bool read_bool(RulesReader *r, const Node *n) {
    if (n->type != NODE_BOOL)
        rules_error(r, n, "expected true or false, found %s", node_type_name(n->type));
    return node_true(n);
}

static void append_text(RulesReader *r, Str *to, const Node *n, bool append) {
    Str s = read_text(r, n);
    *to = append && to->n ? arena_printf(&r->set->arena, "%.*s %.*s", STR_FMT(*to), STR_FMT(s)) : s;
}

static void read_condition(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    Piece *p = rules_piece(r, n);
    if (!p) {
        rules_error(r, n, "expected a condition, found %s", node_type_name(n->type));
        return;
    }
    if (!append)
        d->condition = (Pieces) {0};
    pieces_add(&d->condition, p);
}
static void read_desc(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    append_text(r, &d->rule.desc, n, append);
}
static void read_output(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    append_text(r, &d->rule.output, n, append);
    if (!append)
        d->output = (Pieces) {0};
    pieces_add(&d->output, rules_piece(r, n));
}
static void read_why(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    append_text(r, &d->rule.why, n, append);
}
static void read_remediation(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    append_text(r, &d->rule.remediation, n, append);
}
static void read_owner(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    d->rule.owner = read_text(r, n);
}
static void read_source(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    d->source_name = read_text(r, n);
    d->source_node = n;
}

static void read_words(RulesReader *r, const Node *n, RuleWords *words, bool append) {
    if (!append)
        words->n = 0;
    if (n->type != NODE_LIST) {
        rules_error(r, n, "expected a list of words, found %s", node_type_name(n->type));
        return;
    }
    node_each(word, n) {
        Str s = read_text(r, word);
        vec_push(words, s);
    }
}
static void read_tags(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    read_words(r, n, &d->tags, append);
}
static void read_controls(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    read_words(r, n, &d->controls, append);
}
static void read_covered_by(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    read_words(r, n, &d->covered_by, append);
}

static void read_priority(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    if (priority_parse(read_text(r, n), &d->rule.priority) < 0 && node_is(n, NODE_STRING))
        rules_error(r, n, "expected a priority: emergency, alert, critical, error, warning, notice, informational or debug");
}

static void read_action(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    if (rule_action_parse(read_text(r, n), &d->rule.action) < 0)
        rules_error(r, n, "expected an action: warn, deny, allow or alert");
    d->action_node = n;
}

static void read_on_error(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    static const char *const words[ON_ERROR_N_] = {[ON_ERROR_WARN] = "warn", [ON_ERROR_DENY] = "deny", [ON_ERROR_ALLOW] = "allow"};
    Str s = read_text(r, n);
    for (OnError e = 0; e < ON_ERROR_N_; e++)
        if (str_eqz(s, words[e])) {
            d->rule.on_error = e;
            return;
        }
    rules_error(r, n, "expected warn, deny or allow");
}

/* "36h", "7d", "2w": how long somebody has to mend it. */
static void read_sla(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    Str s = read_text(r, n);
    uint64_t v;
    char unit = s.n ? s.p[s.n - 1] : 0;
    if (s.n < 2 || !strchr("hdw", unit) || str_to_u64(str_head(s, s.n - 1), 100 * 1000, &v) < 0)
        rules_error(r, n, "expected a time such as 36h, 7d or 2w");
    d->rule.sla = s;
}

static void read_enabled(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    d->rule.enabled = read_bool(r, n);
}
static void read_capture(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    d->rule.capture = read_bool(r, n);
}
static void read_capture_duration(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    if (node_i64(n, &d->rule.capture_duration) < 0 || d->rule.capture_duration < 0)
        rules_error(r, n, "expected a number of milliseconds");
}
static void read_warn_evttypes(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    d->warn_evttypes = read_bool(r, n);
}
static void read_skip_unknown(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    d->skip_unknown = read_bool(r, n);
}
static void read_exceptions(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    rules_read_exceptions(r, n, d, append);
}

/* `fires:` and `quiet:`; an item is an object, or a map of `name` and `object`. */
/* What it means is the source's: a map, or a word. */
static void read_fix(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    if (n->type != NODE_MAP)
        rules_error(r, n, "expected a map of what to change, found %s", node_type_name(n->type));
    else
        d->rule.fix = n;
}

static void read_examples(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    if (n->type != NODE_MAP) {
        rules_error(r, n, "expected a map with fires and quiet, found %s", node_type_name(n->type));
        return;
    }
    rules_known_keys(r, n, "fires|quiet");
    RuleExample *all = arena_alloc(&r->set->arena, (node_count(node_get(n, "fires")) + node_count(node_get(n, "quiet")) + 1) * sizeof(*all));
    size_t count = 0;
    node_each(kind, n) {
        if (kind->type != NODE_LIST) {
            rules_error(r, kind, "expected a list of objects, found %s", node_type_name(kind->type));
            continue;
        }
        node_each(i, kind) {
            const Node *object = node_get(i, "object");
            bool named = object && node_get(i, "name") && node_count(i) == 2;
            all[count++] = (RuleExample) {.name = named ? node_get_str(i, "name") : STR_NULL, .fires = str_eqz(kind->key, "fires"),
                                          .object = named ? object : i, .place = {i->line, i->col}};
        }
    }
    d->rule.examples = all;
    d->rule.n_examples = count;
}

static const struct RuleKey {
    const char *name;
    bool append;
    void (*read)(RulesReader *r, RuleDef *d, const Node *n, bool append);
} keys[] = {
    {"condition", true, read_condition},
    {"output", true, read_output},
    {"desc", true, read_desc},
    {"tags", true, read_tags},
    {"exceptions", true, read_exceptions},
    {"controls", true, read_controls},
    {"covered-by", true, read_covered_by},
    {"why", true, read_why},
    {"remediation", true, read_remediation},
    {"priority", false, read_priority},
    {"source", false, read_source},
    {"enabled", false, read_enabled},
    {"capture", false, read_capture},
    {"capture_duration", false, read_capture_duration},
    {"warn_evttypes", false, read_warn_evttypes},
    {"skip-if-unknown-filter", false, read_skip_unknown},
    {"action", false, read_action},
    {"sla", false, read_sla},
    {"owner", false, read_owner},
    {"on-error", false, read_on_error},
    {"examples", false, read_examples},
    {"fix", false, read_fix},
    {"threshold", false, rules_read_threshold},
    {"sequence", false, rules_read_sequence},
    {"within", false, rules_read_within},
    {"by", false, rules_read_by},
};

static const struct RuleKey *key_of(Str name) {
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        if (str_eqz(name, keys[i].name))
            return &keys[i];
    return NULL;
}

static void read_override(RulesReader *r, RuleDef *d, const Node *item, const Node *override) {
    if (override->type != NODE_MAP) {
        rules_error(r, override, "expected a map of keys to append or replace, found %s", node_type_name(override->type));
        return;
    }
    node_each(n, override) {
        const struct RuleKey *k = key_of(n->key);
        Str how = node_str(n);
        bool append = str_eqz(how, "append");
        const Node *value = k ? node_get(item, k->name) : NULL;
        if (!k || k->read == read_source)
            rules_error_key(r, n, "\"%.*s\" cannot be overridden", STR_FMT(n->key));
        else if (!append && !str_eqz(how, "replace"))
            rules_error(r, n, "expected append or replace");
        else if (append && !k->append)
            rules_error(r, n, "\"%s\" can be replaced, not appended to", k->name);
        else if (!value)
            rules_error_key(r, n, "override names \"%s\", which the rule does not have here", k->name);
        else
            k->read(r, d, value, append);
    }
    node_each(n, item)
        if (!str_eqz(n->key, "rule") && !str_eqz(n->key, "override") && key_of(n->key) && !node_get(override, key_of(n->key)->name))
            rules_error_key(r, n, "override does not say whether \"%.*s\" is appended or replaced", STR_FMT(n->key));
}

static void read_append(RulesReader *r, RuleDef *d, const Node *item) {
    bool any = false;
    node_each(n, item) {
        const struct RuleKey *k = key_of(n->key);
        if (k && k->append) {
            k->read(r, d, n, true);
            any = true;
        } else if (k) {
            rules_error_key(r, n, "\"%s\" cannot be appended to", k->name);
        }
    }
    if (!any)
        rules_error(r, item, "nothing to append: expected condition, exceptions, output, desc or tags");
}

static void read_new(RulesReader *r, RuleDef *d, const Node *item, const Node *named, Str name) {
    static const char *const needed[] = {"desc", "output", "priority"};
    vec_done(&d->tags);
    vec_done(&d->controls);
    vec_done(&d->covered_by);
    *d = (RuleDef) {.rule = {.name = name, .enabled = true, .action = RULE_ACTION_N_, .file = r->file, .place = {named->line, named->col}},
                    .warn_evttypes = true, .source_name = STR("syscall")};
    if (!node_get(item, "condition") && !node_get(item, "sequence"))
        rules_error(r, named, "rule \"%.*s\" has no condition", STR_FMT(name));
    for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
        if (!node_get(item, needed[i]))
            rules_error(r, named, "rule \"%.*s\" has no %s", STR_FMT(name), needed[i]);
    node_each(n, item) {
        const struct RuleKey *k = key_of(n->key);
        if (k)
            k->read(r, d, n, false);
    }
}

void rules_define_rule(RulesReader *r, const Node *item) {
    RuleSet *s = r->set;
    const Node *named = node_get(item, "rule"), *append = node_get(item, "append"), *override = node_get(item, "override");
    Str name;
    rules_known_keys(r, item, RULE_KEYS);
    if (!rules_scalar(named, &name) || !name.n) {
        rules_error(r, named, "expected the name of the rule, found %s", node_is(named, NODE_STRING) ? "an empty one" : node_type_name(named->type));
        return;
    }
    RuleDef *d = map_get(&s->rules, name);
    bool toggle = node_count(item) == 2 && node_get(item, "enabled"), change = toggle || override || (append && read_bool(r, append));
    if (append && override)
        rules_error_key(r, override, "append and override exclude each other");
    if (change && !d) {
        rules_error(r, named, "there is no rule \"%.*s\" yet to change%s", STR_FMT(name), nearest_key(s, &s->rules, name));
    } else if (!change) {
        s->counts.redefined += d != NULL;
        if (!d) {
            d = arena_new(&s->arena, RuleDef);
            map_set(&s->rules, name, d);
        }
        const char *first = d->rule.first_file;
        read_new(r, d, item, named, name);
        d->rule.first_file = first ? first : d->rule.file;
    } else if (toggle) {
        d->rule.enabled = read_bool(r, node_get(item, "enabled"));
    } else if (override) {
        read_override(r, d, item, override);
    } else {
        read_append(r, d, item);
    }
}
