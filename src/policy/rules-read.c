/* SPDX-License-Identifier: Apache-2.0 */
/* The items of a rules file: lists, macros and what the file asks of the engine. Rules: rules-define.c. */
#include <stdarg.h>
#include <stdio.h>

#include "base/nearest.h"
#include "policy/rules-private.h"

_printf_(4, 0) static void say(RulesReader *r, uint32_t line, uint32_t col, const char *fmt, va_list ap) {
    char *text = NULL;
    if (vasprintf(&text, fmt, ap) >= 0)
        diag_add(r->diag, DIAG_ERROR, r->file, line, col, "%s", text);
    free(text);
    r->failed = true;
}

void rules_error(RulesReader *r, const Node *n, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    say(r, n->line, n->col, fmt, ap);
    va_end(ap);
}

void rules_error_key(RulesReader *r, const Node *n, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    say(r, n->key_line ? n->key_line : n->line, n->key_line ? n->key_col : n->col, fmt, ap);
    va_end(ap);
}

static bool among(const char *names, Str name) {
    Str rest = str_from(names), one;
    while (str_split(&rest, '|', &one))
        if (str_eq(one, name))
            return true;
    return false;
}

void rules_known_keys(RulesReader *r, const Node *map, const char *keys) {
    node_each(n, map) {
        if (among(keys, n->key))
            continue;
        Str near = nearest_name(str_from(keys), n->key);
        if (near.p)
            rules_error_key(r, n, "unknown key \"%.*s\"; did you mean \"%.*s\"?", STR_FMT(n->key), STR_FMT(near));
        else
            rules_error_key(r, n, "unknown key \"%.*s\"", STR_FMT(n->key));
    }
}

/* Is `append: true` given, or is `key` to be appended by `override:`? Replacing is what happens without them. */
static bool appends(RulesReader *r, const Node *item, const char *key) {
    const Node *append = node_get(item, "append"), *override = node_get(item, "override");
    if (append && append->type != NODE_BOOL)
        rules_error(r, append, "expected true or false, found %s", node_type_name(append->type));
    if (append && override)
        rules_error_key(r, override, "append and override exclude each other");
    if (override && override->type != NODE_MAP) {
        rules_error(r, override, "expected a map of keys to append or replace, found %s", node_type_name(override->type));
        return false;
    }
    node_each(n, override) {
        if (!str_eqz(n->key, key))
            rules_error_key(r, n, "only \"%s\" can be overridden here", key);
        else if (!str_eqz(node_str(n), "append") && !str_eqz(node_str(n), "replace"))
            rules_error(r, n, "expected append or replace");
    }
    return node_true(append) || str_eqz(node_get_str(override, key), "append");
}

/* The name that `key` gives, NULL with a message. */
static const Node *read_name(RulesReader *r, const Node *item, const char *key, Str *ret) {
    const Node *n = node_get(item, key);
    if (rules_scalar(n, ret) && ret->n)
        return n;
    rules_error(r, n, "expected the name of the %s, found %s", key, node_is(n, NODE_STRING) ? "an empty one" : node_type_name(n->type));
    return NULL;
}

static void read_list(RulesReader *r, const Node *item) {
    Str name;
    rules_known_keys(r, item, "list|items|append|override");
    bool append = appends(r, item, "items");
    const Node *named = read_name(r, item, "list", &name), *items = node_get(item, "items");
    if (!items)
        rules_error(r, item, "the list has no items");
    else if (items->type != NODE_LIST)
        rules_error(r, items, "expected a list of items, found %s", node_type_name(items->type));
    if (!named || !node_is(items, NODE_LIST))
        return;
    Arena *a = &r->set->arena;
    ListDef *l = map_get(&r->set->lists, name);
    if (!l && (append || node_get(item, "override"))) {
        rules_error(r, named, "there is no list \"%.*s\" yet to change%s", STR_FMT(name), nearest_key(r->set, &r->set->lists, name));
        return;
    }
    if (!l || !append) {
        r->set->counts.redefined += l != NULL && !node_get(item, "override");
        l = arena_new(a, ListDef);
        *l = (ListDef) {.name = name, .file = r->file, .place = {named->line, named->col}};
        map_set(&r->set->lists, name, l);
    }
    node_each(n, items) {
        Str text;
        if (!rules_scalar(n, &text)) {
            rules_error(r, n, "expected a word, found %s", node_type_name(n->type));
            continue;
        }
        AstItem *i = arena_new(a, AstItem);
        *i = (AstItem) {.text = text, .place = {n->line, n->col}};
        if (l->last)
            l->last->next = i;
        else
            l->first = i;
        l->last = i;
        l->n++;
    }
}

static void read_macro(RulesReader *r, const Node *item) {
    Str name, text;
    rules_known_keys(r, item, "macro|condition|append|override");
    bool append = appends(r, item, "condition");
    const Node *named = read_name(r, item, "macro", &name), *condition = node_get(item, "condition");
    if (!condition)
        rules_error(r, item, "the macro has no condition");
    else if (!rules_scalar(condition, &text))
        rules_error(r, condition, "expected a condition, found %s", node_type_name(condition->type));
    if (!named || !rules_scalar(condition, &text))
        return;
    MacroDef *m = map_get(&r->set->macros, name);
    if (!m && (append || node_get(item, "override"))) {
        rules_error(r, named, "there is no macro \"%.*s\" yet to change%s", STR_FMT(name), nearest_key(r->set, &r->set->macros, name));
        return;
    }
    if (!m || !append) {
        r->set->counts.redefined += m != NULL && !node_get(item, "override");
        m = arena_new(&r->set->arena, MacroDef);
        *m = (MacroDef) {.name = name, .file = r->file, .place = {named->line, named->col}};
        map_set(&r->set->macros, name, m);
    }
    pieces_add(&m->condition, rules_piece(r, condition));
}

/* "0.57.0" or 57, which means the same. */
static bool read_engine_version(Str s, uint64_t v[3]) {
    Str part, rest = s;
    size_t n = 0;
    for (; n < 3 && str_split(&rest, '.', &part); n++)
        if (str_to_u64(part, 1000 * 1000, &v[n]) < 0)
            return false;
    if (n == 1) {
        v[1] = v[0];
        v[0] = v[2] = 0;
    }
    return (n == 1 || n == 3) && rest.n == 0;
}

static void read_required_engine(RulesReader *r, const Node *item) {
    const Node *n = node_first(item);
    Str text;
    uint64_t v[3] = {0};
    rules_known_keys(r, item, "required_engine_version");
    if (!rules_scalar(n, &text) || !read_engine_version(text, v))
        rules_error(r, n, "expected a version such as 0.%d.0, or a whole number", RULES_ENGINE_MINOR);
    else if (v[0] > 0 || v[1] > RULES_ENGINE_MINOR)
        rules_error(r, n, "the file needs engine version %.*s; this one does what 0.%d.0 does", STR_FMT(text), RULES_ENGINE_MINOR);
}

/* What others load as plugins and is built in here. */
static bool have_plugin(Str name) {
    return str_eqz(name, "container") || str_eqz(name, "k8smeta");
}

static void read_required_plugins(RulesReader *r, const Node *item) {
    const Node *list = node_first(item);
    rules_known_keys(r, item, "required_plugin_versions");
    if (!node_is(list, NODE_LIST)) {
        rules_error(r, list, "expected a list of plugins, found %s", node_type_name(list->type));
        return;
    }
    node_each(p, list) {
        if (p->type != NODE_MAP) {
            rules_error(r, p, "expected a map with name and version, found %s", node_type_name(p->type));
            continue;
        }
        rules_known_keys(r, p, "name|version|alternatives");
        Str name = node_get_str(p, "name"), version;
        if (!name.n)
            rules_error(r, p, "the plugin has no name");
        if (!rules_scalar(node_get(p, "version"), &version))
            rules_error(r, p, "the plugin has no version");
        bool have = have_plugin(name);
        node_each(other, node_get(p, "alternatives"))
            have = have || have_plugin(node_get_str(other, "name"));
        if (name.n && !have)
            rules_error(r, p, "the file needs plugin \"%.*s\", which this program does not have", STR_FMT(name));
    }
}

void rules_read_item(RulesReader *r, const Node *item) {
    static const struct {
        const char *key;
        void (*read)(RulesReader *r, const Node *item);
    } kinds[] = {
        {"rule", rules_define_rule},
        {"macro", read_macro},
        {"list", read_list},
        {"required_engine_version", read_required_engine},
        {"required_plugin_versions", read_required_plugins},
    };
    if (item->type != NODE_MAP) {
        rules_error(r, item, "expected a rule, a macro or a list, found %s", node_type_name(item->type));
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (node_get(item, kinds[i].key)) {
            kinds[i].read(r, item);
            return;
        }
    const Node *first = node_first(item);
    Str near = first ? nearest_name(STR("rule|macro|list|required_engine_version|required_plugin_versions"), first->key) : STR_NULL;
    if (near.p)
        rules_error_key(r, first, "unknown key \"%.*s\"; did you mean \"%.*s\"?", STR_FMT(first->key), STR_FMT(near));
    else
        rules_error(r, item, "expected one of the keys rule, macro, list, required_engine_version and required_plugin_versions");
}
