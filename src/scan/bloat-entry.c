/* SPDX-License-Identifier: Apache-2.0 */
/* Which programs does an image start? Entry point, command and health check of the configuration (OCI image specification 1.1, config.md; Docker's
 * Healthcheck), what a shell's -c names, and the interpreters of scripts. Every word that names a file which may be run counts: better one package too
 * many than the one that is needed taken for bloat. */
#include "base/fs.h"
#include "parse/node.h"
#include "scan/bloat-parts.h"

enum { LINKS_FOLLOWED_MAX = 40, SCRIPT_DEPTH_MAX = 3, WANTED_MAX = 4096 };

#define USUAL_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

typedef struct Where {
    BloatScan *s;
    Str path;          /* the variable PATH */
    Str dir;           /* WorkingDir */
} Where;

static Str link_target(const BloatScan *s, Str path) {
    const uint64_t *found = words_find(&s->links, bloat_key(path));
    if (!found)
        return STR_NULL;
    WireReader r = wire_reader(str_from_at(buf_view(&s->link_targets), (size_t) *found - 1));
    return wire_str(&r);
}

/* Follows the links on the way to w->path, and notes who owns them; false when they lead in circles. */
static bool resolve(BloatScan *s, Wanted *w) {
    const size_t max = s->limits->path_bytes;
    _cleanup_(buf_done) Buf done = buf_new(max), rest = buf_new(2 * max), next = buf_new(2 * max);
    size_t n_via = 0;
    unsigned links = 0;
    buf_str(&rest, w->path);
    for (Str left = buf_view(&rest), part; left.n;) {
        str_split(&left, '/', &part);
        if (str_empty(part) || str_eq(part, STR(".")))
            continue;
        const size_t before = done.n;
        if (str_eq(part, STR(".."))) {
            ssize_t slash = str_rchr(buf_view(&done), '/');
            done.n = slash < 0 ? 0 : (size_t) slash;
            continue;
        }
        if (done.n)
            buf_putc(&done, '/');
        buf_str(&done, part);
        Str target = link_target(s, buf_view(&done));
        if (done.failed)
            return false;
        if (str_empty(target))
            continue;
        size_t owner = bloat_owner(s, buf_view(&done));
        if (owner && n_via < VIA_MAX)
            w->via[n_via++] = owner;
        if (++links > LINKS_FOLLOWED_MAX)
            return false;
        buf_clear(&next);
        buf_str(&next, target);
        buf_putc(&next, '/');
        buf_str(&next, left);
        if (next.failed)
            return false;
        done.n = target.p[0] == '/' ? 0 : before;
        buf_clear(&rest);
        buf_str(&rest, buf_view(&next));
        left = buf_view(&rest);
    }
    w->path = arena_str(&s->report->arena, buf_view(&done));
    return done.n > 0;
}

static void want_at(BloatScan *s, Str name, Str path, Str script, unsigned depth) {
    Wanted w = {.name = name, .path = path, .script = script, .depth = depth};
    if (s->wanted.n == WANTED_MAX || !resolve(s, &w))
        return;
    for (size_t i = 0; i < s->wanted.n; i++)
        if (str_eq(s->wanted.p[i].path, w.path))
            return;
    vec_push(&s->wanted, w);
    *words_slot(&s->wanted_index, bloat_key(w.path)) = s->wanted.n;
}

/* A word that may name a program. */
static void want(const Where *where, Str word, Str script, unsigned depth) {
    BloatScan *s = where->s;
    Arena *a = &s->report->arena;
    Str rest = where->path, dir;
    if (str_empty(word) || word.n > s->limits->path_bytes || word.p[0] == '-')
        return;
    word = arena_str(a, word);
    if (word.p[0] == '/') {
        want_at(s, word, word, script, depth);
        return;
    }
    want_at(s, word, arena_printf(a, "%.*s/%.*s", STR_FMT(where->dir), STR_FMT(word)), script, depth);
    while (str_chr(word, '/') < 0 && str_split(&rest, ':', &dir))
        want_at(s, word, arena_printf(a, "%.*s/%.*s", STR_FMT(dir), STR_FMT(word)), script, depth);
}

/* Words of a shell's command: whatever stands between its white space, operators and quotes. */
static void want_words(const Where *where, Str text, Str script, unsigned depth) {
    for (size_t n; text.n; text = str_from_at(text, n + 1)) {
        for (n = 0; n < text.n && !strchr(" \t\r\n;&|()<>\"'`$={}", text.p[n]);)
            n++;
        want(where, str_head(text, n), script, depth);
    }
}

static void want_list(const Where *where, const Node *list) {
    bool command = false;
    node_each(n, list) {
        Str word = node_str(n);
        if (command)
            want_words(where, word, STR_NULL, 0);
        else
            want(where, word, STR_NULL, 0);
        command = str_eq(word, STR("-c"));
    }
}

static void want_health(const Where *where, const Node *test) {
    const Node *first = node_first(test);
    if (str_eq(node_str(first), STR("CMD-SHELL"))) {
        want(where, STR("/bin/sh"), STR_NULL, 0);
        want_words(where, node_str(first->next), STR_NULL, 0);
    } else if (str_eq(node_str(first), STR("CMD"))) {
        want_list(where, test);
    }
}

/* PATH of the configuration and WorkingDir. */
static Where where_of(BloatScan *s, const Node *config) {
    Where w = {.s = s, .path = STR(USUAL_PATH), .dir = node_get_str(config, "WorkingDir")};
    node_each(n, node_get(config, "Env"))
        if (str_starts(node_str(n), STR("PATH=")))
            w.path = str_from_at(node_str(n), 5);
    return w;
}

static Where config_of(BloatScan *s, const Node **ret_config) {
    Node *root = NULL;
    const Str text = s->report->artifact.config;
    if (text.n)
        (void) json_parse(text, "image configuration", s->limits, &s->report->arena, NULL, &root);
    *ret_config = node_get(root, "config");
    return where_of(s, *ret_config);
}

void bloat_entry_begin(BloatScan *s) {
    const Node *config;
    Where where = config_of(s, &config);
    const Node *entry = node_get(config, "Entrypoint");
    want_list(&where, entry);
    /* "sh -c" of the entry point takes its command from Cmd. */
    want_list(&where, node_get(config, "Cmd"));
    want_health(&where, node_path(config, "Healthcheck", "Test", NULL));
}

void bloat_entry_file(BloatScan *s, const ListedEntry *e) {
    const uint64_t *found = words_find(&s->wanted_index, bloat_key(e->path));
    if (!found)
        return;
    Wanted *w = &s->wanted.p[*found - 1];
    if (w->found || !str_eq(w->path, e->path))
        return;
    /* Files of hard links state no mode. */
    w->found = e->mode == 0 || e->mode & 0111;
    w->target = arena_str(&s->report->arena, e->target);
}

bool bloat_entry_next(BloatScan *s) {
    const Node *config;
    const size_t before = s->wanted.n;
    if (before == 0)
        return false;
    Where where = config_of(s, &config);
    for (size_t i = 0; i < before; i++) {
        Wanted w = s->wanted.p[i];
        if (!w.found || w.asked)
            continue;
        s->wanted.p[i].asked = true;
        if (w.target.n && w.depth < SCRIPT_DEPTH_MAX)
            want_words(&where, w.target, w.path, w.depth + 1);
    }
    return s->wanted.n > before;
}

static bool is_named(Str path, const char *const *names) {
    ssize_t slash = str_rchr(path, '/');
    Str name = slash < 0 ? path : str_from_at(path, (size_t) slash + 1);
    for (; *names; names++)
        if (str_eqz(name, *names))
            return true;
    return false;
}

void bloat_entry_finish(BloatScan *s) {
    static const char *const shells[] = {"sh", "bash", "dash", "ash", "ksh", "mksh", "zsh", "busybox", NULL};
    static const char *const managers[] = {"apt", "apt-get", "dpkg", "apk", "rpm", "dnf", "dnf5", "yum", "microdnf", "tdnf", "zypper", NULL};
    Bloat *b = &s->b;
    b->programs = arena_alloc(&s->report->arena, (s->wanted.n + 1) * sizeof(BloatProgram));
    for (size_t i = 0; i < s->wanted.n; i++) {
        const Wanted *w = &s->wanted.p[i];
        if (!w->found)
            continue;
        size_t owner = bloat_owner(s, w->path);
        b->programs[b->n_programs++] = (BloatProgram) {
            .name = w->name,
            .path = w->path,
            .script = w->script,
            .interpreter = w->target,
            .owner = owner ? &s->report->inventory.packages[owner - 1] : NULL,
        };
        b->shell |= is_named(w->path, shells) || is_named(w->name, shells);
        b->package_manager |= is_named(w->path, managers) || is_named(w->name, managers);
    }
}
