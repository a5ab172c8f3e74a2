/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/config.h"

#include <stdio.h>

#include "base/fs.h"
#include "parse/node.h"

enum { FILE_MAX = 1 << 20 };

/* Row i of all: the common ones, then those of each command; rows that commands share come more than once. */
static const Option *any_option(size_t i) {
    for (const Option *o = common_options; o->name; o++)
        if (i-- == 0)
            return o;
    size_t n;
    const Command *const *all = commands(&n);
    for (size_t k = 0; k < n; k++)
        for (size_t t = 0; t < OPTION_TABLES_MAX && all[k]->options[t]; t++)
            for (const Option *o = all[k]->options[t]; o->name; o++)
                if (i-- == 0)
                    return o;
    return NULL;
}

const Option *config_setting(size_t i) {
    const Option *o;
    for (size_t at = 0; (o = any_option(at)); at++) {
        bool again = !o->env && !o->config;
        for (size_t k = 0; !again && k < at; k++)
            again = any_option(k) == o;
        if (!again && i-- == 0)
            return o;
    }
    return NULL;
}

void config_places(Buf *out) {
    buf_putz(out, "1. the file of `--config`\n"
                  "2. the file of `$PLIMSOLL_CONFIG`\n"
                  "3. `./plimsoll.yaml`\n"
                  "4. `$XDG_CONFIG_HOME/plimsoll/plimsoll.yaml` (`~/.config/plimsoll/plimsoll.yaml`)\n"
                  "5. `/etc/plimsoll/plimsoll.yaml`\n");
}

typedef struct Walk {
    Config *config;
    const char *file;
    Diag *d;
} Walk;

static const Option *option_at(Str path) {
    const Option *o;
    for (size_t i = 0; (o = any_option(i)); i++)
        if (o->config && str_eqz(path, o->config))
            return o;
    return NULL;
}

/* "a|b|c": the keys that may stand below `prefix` ("" or "scan."). */
static void keys_below(Str prefix, Buf *out) {
    const Option *o;
    for (size_t i = 0; (o = any_option(i)); i++) {
        Str path = str_from(o->config), rest;
        if (!o->config || !str_starts(path, prefix))
            continue;
        path = str_from_at(path, prefix.n);
        (void) str_cut(path, '.', &path, &rest);
        buf_printf(out, "%.*s|", STR_FMT(path));
    }
}

static void add_value(Walk *w, const Option *o, const Node *n) {
    if (!o->arg && n->type != NODE_BOOL) {
        diag_add(w->d, DIAG_ERROR, w->file, n->line, n->col, "'%s' must be true or false, not %s", o->config, node_type_name(n->type));
        return;
    }
    if (o->arg && n->type != NODE_STRING && n->type != NODE_NUMBER) {
        diag_add(w->d, DIAG_ERROR, w->file, n->line, n->col, "'%s' must be %s, not %s", o->config,
                 o->repeat ? "a string or a list of strings" : "a string", node_type_name(n->type));
        return;
    }
    Str text = n->type == NODE_BOOL ? str_from(n->boolean ? "true" : "false") : n->text;
    _cleanup_error_ Error err = {0};
    int r = text.n && memchr(text.p, 0, text.n) ? error_set(&err, -EINVAL, "the value holds a NUL byte") : option_check(o, text, &err);
    if (r < 0) {
        diag_add(w->d, DIAG_ERROR, w->file, n->line, n->col, "'%s': %s", o->config, error_text(&err, r));
        return;
    }
    vec_push(&w->config->entries, (ConfigEntry) {o, str_dup(text), xasprintf("%s:%u:%u", w->file, n->line, n->col)});
}

static void walk(Walk *w, const Node *map, Str prefix) {
    node_each(child, map) {
        if (prefix.n == 0 && str_eqz(child->key, "ignores")) {
            (void) ignore_read_list(child, w->file, &w->config->arena, &w->config->ignores, w->d);
            continue;
        }
        _cleanup_free_ char *path = xasprintf("%.*s%.*s", STR_FMT(prefix), STR_FMT(child->key)), *below = xasprintf("%s.", path);
        const Option *o = option_at(str_from(path));
        if (o && o->repeat && child->type == NODE_LIST) {
            node_each(item, child)
                add_value(w, o, item);
            continue;
        }
        if (o) {
            add_value(w, o, child);
            continue;
        }
        _cleanup_(buf_done) Buf keys = buf_new(BUF_OWN_MAX);
        keys_below(str_from(below), &keys);
        if (keys.n && child->type == NODE_MAP) {
            walk(w, child, str_from(below));
        } else if (keys.n) {
            if (child->type != NODE_NULL) /* "scan:" with nothing below is an empty section */
                diag_add(w->d, DIAG_ERROR, w->file, child->line, child->col, "'%s' must be a map, not %s", path, node_type_name(child->type));
        } else {
            keys_below(prefix, &keys);
            Str near = nearest_name(buf_view(&keys), child->key);
            if (near.n)
                diag_add(w->d, DIAG_ERROR, w->file, child->key_line, child->key_col, "unknown key '%s'; did you mean '%.*s%.*s'?", path, STR_FMT(prefix),
                         STR_FMT(near));
            else
                diag_add(w->d, DIAG_ERROR, w->file, child->key_line, child->key_col,
                         "unknown key '%s'; 'plimsoll config show' lists all there are", path);
        }
    }
}

static int read_document(const char *path, Str text, Config *config, Diag *d) {
    Limits limits = limits_default();
    limits.document_bytes = FILE_MAX;
    limits.document_nodes = 10000;
    Arena a = {0};
    Node *root = NULL;
    size_t documents = 0;
    int r = yaml_parse(text, path, &limits, &a, d, &root, &documents);
    if (r == 0 && documents > 1)
        r = diag_add(d, DIAG_ERROR, path, root->next ? root->next->line : 0, 1, "a second document; settings stand in one");
    if (r == 0 && root && root->type == NODE_MAP) {
        Walk w = {config, path, d};
        walk(&w, root, STR(""));
        r = d->errors ? -EINVAL : 0;
    } else if (r == 0 && root && root->type != NODE_NULL) {
        r = diag_add(d, DIAG_ERROR, path, root->line, root->col, "expected a map of settings, found %s", node_type_name(root->type));
    }
    arena_done(&a);
    return r;
}

static int read_file(const char *path, Config *ret, Diag *d, Error *err) {
    _cleanup_free_ char *text = NULL;
    size_t n;
    int r = fs_read(path, FILE_MAX, &text, &n, err);
    if (r < 0)
        return r;
    Config config = {.path = xstrdup(path)};
    r = read_document(path, str_n(text, n), &config, d);
    if (r < 0) {
        config_done(&config);
        return error_set(err, r, "%s is not used", path);
    }
    *ret = config;
    return 0;
}

int config_load(const char *path, Config *ret, Diag *d, Error *err) {
    if (path) {
        int r = read_file(path, ret, d, err);
        return r < 0 ? error_wrap(err, r, "configuration") : 0;
    }
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    _cleanup_free_ char *user = xdg && *xdg == '/'     ? xasprintf("%s/plimsoll/plimsoll.yaml", xdg)
                                : home && *home == '/' ? xasprintf("%s/.config/plimsoll/plimsoll.yaml", home)
                                                       : NULL;
    const char *const places[] = {"plimsoll.yaml", user, "/etc/plimsoll/plimsoll.yaml"};
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        if (!places[i])
            continue;
        int r = read_file(places[i], ret, d, err);
        if (r != -ENOENT && r != -ENOTDIR)
            return r < 0 ? error_wrap(err, r, "configuration") : 0;
    }
    if (err)
        error_done(err);
    *ret = (Config) {0};
    return 0;
}

void config_done(Config *c) {
    for (size_t i = 0; i < c->entries.n; i++) {
        free(c->entries.p[i].text);
        free(c->entries.p[i].place);
    }
    vec_done(&c->entries);
    arena_done(&c->arena);
    free(c->path);
    *c = (Config) {0};
}
