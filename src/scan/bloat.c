/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/bloat-parts.h"

#include "scan/owned.h"

enum { PASSES_MAX = 6, LINKS_MAX = 256 << 20 };

BloatScan *bloat_new(Report *r, const Limits *limits, size_t top) {
    BloatScan *s = xcalloc(1, sizeof(*s));
    *s = (BloatScan) {.report = r, .limits = limits, .top = top, .dir = buf_new(BUF_OWN_MAX), .link_targets = buf_new(LINKS_MAX)};
    return s;
}

void bloat_free(BloatScan *s) {
    for (size_t i = 0; i < s->hidden.n; i++)
        free((char *) (uintptr_t) s->hidden.p[i].path.p);
    words_done(&s->owners);
    words_done(&s->dir_index);
    words_done(&s->links);
    words_done(&s->double_index);
    words_done(&s->named_dirs);
    words_done(&s->wanted_index);
    vec_done(&s->parts);
    vec_done(&s->contents);
    vec_done(&s->dirs);
    vec_done(&s->dir_chain);
    vec_done(&s->hidden);
    vec_done(&s->wanted);
    buf_done(&s->dir);
    buf_done(&s->link_targets);
    free(s);
}

uint64_t bloat_key(Str path) {
    return entry_hash(path);
}

size_t bloat_owner(const BloatScan *s, Str path) {
    const uint64_t *found = words_find(&s->owners, bloat_key(package_path(path)));
    return found ? (size_t) *found : 0;
}

static Part *part(BloatScan *s, size_t package) {
    while (s->parts.n <= package)
        vec_push(&s->parts, (Part) {0});
    return &s->parts.p[package];
}

void bloat_owned(void *userdata, size_t package, Str paths) {
    BloatScan *s = userdata;
    Str path;
    while (str_line(&paths, &path)) {
        uint64_t *slot = words_slot(&s->owners, bloat_key(package_path(path)));
        /* Directories belong to many; of files that several claim, the first is as good as another. */
        if (!*slot)
            *slot = package + 1;
    }
    part(s, package);
}

/* ---- The largest of what is hidden ---- */

static int compare_hidden(const void *a, const void *b) {
    const BloatFile *x = a, *y = b;
    if (x->size != y->size)
        return x->size > y->size ? -1 : 1;
    int r = str_cmp(x->path, y->path);
    return r ? r : x->layer - y->layer;
}

static void add_hidden(BloatScan *s, const BloatFile *f) {
    size_t at = s->hidden.n;
    if (at == s->top) {
        if (at == 0 || compare_hidden(f, &s->hidden.p[at - 1]) >= 0)
            return;
        free((char *) (uintptr_t) s->hidden.p[--at].path.p);
    } else {
        vec_push(&s->hidden, (BloatFile) {0});
    }
    for (; at > 0 && compare_hidden(f, &s->hidden.p[at - 1]) < 0; at--)
        s->hidden.p[at] = s->hidden.p[at - 1];
    s->hidden.p[at] = *f;
    s->hidden.p[at].path.p = str_dup(f->path);
}

/* ---- Directories ---- */

static size_t dir_at(BloatScan *s, Str path) {
    uint64_t *slot = words_slot(&s->dir_index, bloat_key(path));
    if (!*slot) {
        vec_push(&s->dirs, (DirSize) {.key = bloat_key(path)});
        *slot = s->dirs.n;
    }
    return (size_t) *slot - 1;
}

static Str parent_of(Str path) {
    ssize_t slash = str_rchr(path, '/');
    return str_head(path, slash < 0 ? 0 : (size_t) slash);
}

static void add_to_dirs(BloatScan *s, Str path, uint64_t size) {
    Str dir = parent_of(path);
    /* Neighbours lie in one directory. */
    if (s->dir_chain.n == 0 || !str_eq(dir, buf_view(&s->dir))) {
        buf_clear(&s->dir);
        buf_str(&s->dir, dir);
        s->dir_chain.n = 0;
        for (; dir.n; dir = parent_of(dir))
            vec_push(&s->dir_chain, dir_at(s, dir));
    }
    for (size_t i = 0; i < s->dir_chain.n; i++) {
        s->dirs.p[s->dir_chain.p[i]].bytes += size;
        s->dirs.p[s->dir_chain.p[i]].files++;
    }
}

/* ---- The first time that all entries are told ---- */

static bool is_documentation(Str path) {
    static const Str dirs[] = {STR("doc/"), STR("man/"), STR("info/"), STR("locale/"), STR("gtk-doc/"), STR("help/")};
    for (size_t i = 0; str_starts(path, STR("usr/share/")) && i < ARRAY_SIZE(dirs); i++)
        if (str_starts(str_from_at(path, 10), dirs[i]))
            return true;
    return false;
}

static bool is_library(Str path) {
    ssize_t slash = str_rchr(path, '/');
    Str name = slash < 0 ? path : str_from_at(path, (size_t) slash + 1);
    return str_starts(name, STR("lib")) && (str_ends(name, STR(".so")) || str_find(name, STR(".so.")) >= 0);
}

static void add_visible(BloatScan *s, const ListedEntry *e) {
    s->b.visible.files++;
    s->b.visible.bytes += e->size;
    if (is_documentation(e->path))
        s->b.documentation += e->size;
    add_to_dirs(s, e->path, e->size);
    if (e->content)
        vec_push(&s->contents, (Content) {e->content, e->size});
    size_t owner = bloat_owner(s, e->path);
    const bool program = e->mode & 0111;
    if (!owner) {
        s->b.other_programs += program && !is_library(e->path);
        return;
    }
    Part *p = part(s, owner - 1);
    p->bytes += e->size;
    p->setid_files += (e->mode & 06000) && program;
    p->libraries += is_library(e->path);
    p->programs += program && str_find(e->path, STR("bin/")) >= 0;
}

static void add_link(BloatScan *s, const ListedEntry *e) {
    uint64_t at = s->link_targets.n + 1;
    if (s->link_targets.n + e->target.n + 16 < LINKS_MAX) {
        wire_put_str(&s->link_targets, e->target);
        *words_slot(&s->links, bloat_key(e->path)) = at;
    }
}

static void add_entry(BloatScan *s, const PlacedEntry *e) {
    const ListedEntry *l = &e->entry;
    const bool hidden = e->hidden_by != LAYER_NONE;
    if (l->kind == ENTRY_SYMLINK && !hidden)
        add_link(s, l);
    if (l->kind != ENTRY_FILE)
        return;
    BloatLayer *layer = &s->b.layers[e->layer];
    layer->files++;
    layer->bytes += l->size;
    s->b.all.files++;
    s->b.all.bytes += l->size;
    if (!hidden) {
        add_visible(s, l);
        return;
    }
    BloatCount *count = e->deleted ? &s->b.deleted : &s->b.overwritten;
    count->files++;
    count->bytes += l->size;
    *(e->deleted ? &layer->deleted : &layer->overwritten) += l->size;
    if (l->size)
        add_hidden(s, &(BloatFile) {l->path, l->size, e->layer, e->hidden_by, e->deleted});
}

/* ---- Names, once it is known of what ---- */

static int compare_places(const void *a, const void *b) {
    const BloatPlace *x = a, *y = b;
    return str_cmp(x->path, y->path);
}

static void name_double(BloatScan *s, BloatDouble *d, const PlacedEntry *e) {
    BloatPlace p = {e->entry.path, s->b.n_layers ? e->layer : LAYER_NONE};
    if (d->n_places == BLOAT_PLACES_MAX) {
        if (compare_places(&p, &d->places[d->n_places - 1]) >= 0)
            return;
        d->n_places--;
    }
    p.path = arena_str(&s->report->arena, p.path);
    size_t at = d->n_places++;
    for (; at > 0 && compare_places(&p, &d->places[at - 1]) < 0; at--)
        d->places[at] = d->places[at - 1];
    d->places[at] = p;
}

static void name_dirs(BloatScan *s, Str path) {
    Str dir = parent_of(path);
    if (str_eq(dir, buf_view(&s->dir)))
        return;
    buf_clear(&s->dir);
    buf_str(&s->dir, dir);
    for (; dir.n; dir = parent_of(dir)) {
        uint64_t *found = words_find(&s->named_dirs, bloat_key(dir));
        if (found && str_empty(s->b.dirs[*found - 1].path))
            s->b.dirs[*found - 1].path = arena_str(&s->report->arena, dir);
    }
}

int bloat_listed(void *userdata, const PlacedEntry *e) {
    BloatScan *s = userdata;
    if (!s->b.layers) {
        /* A directory is told as one layer. */
        s->b.n_layers = s->report->artifact.n_layers;
        s->b.layers = arena_alloc(&s->report->arena, (s->b.n_layers + 1) * sizeof(BloatLayer));
    }
    if (s->pass == 0) {
        add_entry(s, e);
        return 0;
    }
    if (e->entry.kind != ENTRY_FILE || e->hidden_by != LAYER_NONE)
        return 0;
    bloat_entry_file(s, &e->entry);
    if (s->pass > 1)
        return 0;
    name_dirs(s, e->entry.path);
    uint64_t *found = e->entry.content ? words_find(&s->double_index, e->entry.content) : NULL;
    if (found)
        name_double(s, &s->b.doubles[*found - 1], e);
    return 0;
}

static int compare_contents(const void *a, const void *b) {
    const Content *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->size < y->size ? -1 : x->size > y->size;
}

static int compare_doubles(const void *a, const void *b) {
    const BloatDouble *x = a, *y = b;
    const uint64_t more_x = x->size * (x->copies - 1), more_y = y->size * (y->copies - 1);
    if (more_x != more_y)
        return more_x > more_y ? -1 : 1;
    return x->content < y->content ? -1 : x->content > y->content;
}

static int compare_dirs(const void *a, const void *b) {
    const DirSize *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return x->key < y->key ? -1 : x->key > y->key;
}

static void settle_doubles(BloatScan *s) {
    Vec(BloatDouble) all = {0};
    vec_sort(&s->contents, compare_contents);
    for (size_t i = 0, end; i < s->contents.n; i = end) {
        for (end = i + 1; end < s->contents.n && s->contents.p[end].hash == s->contents.p[i].hash;)
            end++;
        if (end - i < 2)
            continue;
        s->b.duplicated.files += end - i - 1;
        s->b.duplicated.bytes += s->contents.p[i].size * (end - i - 1);
        vec_push(&all, (BloatDouble) {.content = s->contents.p[i].hash, .size = s->contents.p[i].size, .copies = end - i});
        s->b.all_doubles++;
        /* Only the first `top` are kept. */
        if (all.n >= 2 * s->top + 1024) {
            vec_sort(&all, compare_doubles);
            all.n = s->top;
        }
    }
    vec_sort(&all, compare_doubles);
    s->b.n_doubles = MIN(all.n, s->top);
    s->b.doubles = arena_alloc(&s->report->arena, (s->b.n_doubles + 1) * sizeof(BloatDouble));
    for (size_t i = 0; i < s->b.n_doubles; i++) {
        lint_assume(all.p);
        s->b.doubles[i] = all.p[i];
        *words_slot(&s->double_index, all.p[i].content) = i + 1;
    }
    vec_done(&all);
    vec_done(&s->contents);
}

static void settle_dirs(BloatScan *s) {
    vec_sort(&s->dirs, compare_dirs);
    s->b.n_dirs = MIN(s->dirs.n, s->top);
    s->b.dirs = arena_alloc(&s->report->arena, (s->b.n_dirs + 1) * sizeof(BloatDir));
    for (size_t i = 0; i < s->b.n_dirs; i++) {
        s->b.dirs[i] = (BloatDir) {.bytes = s->dirs.p[i].bytes, .files = s->dirs.p[i].files};
        *words_slot(&s->named_dirs, s->dirs.p[i].key) = i + 1;
    }
    vec_done(&s->dirs);
    words_done(&s->dir_index);
    buf_clear(&s->dir);
}

int bloat_listed_all(void *userdata) {
    BloatScan *s = userdata;
    if (s->pass++ == 0) {
        settle_doubles(s);
        settle_dirs(s);
        bloat_entry_begin(s);
        return 1;
    }
    return bloat_entry_next(s) && s->pass < PASSES_MAX;
}

static int compare_named_dirs(const void *a, const void *b) {
    const BloatDir *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return str_cmp(x->path, y->path);
}

void bloat_finish(BloatScan *s, bool matched, Bloat *ret) {
    if (s->b.n_dirs)
        qsort(s->b.dirs, s->b.n_dirs, sizeof(BloatDir), compare_named_dirs);
    s->b.hidden = arena_alloc(&s->report->arena, (s->hidden.n + 1) * sizeof(BloatFile));
    for (size_t i = 0; i < s->hidden.n; i++) {
        s->b.hidden[i] = s->hidden.p[i];
        s->b.hidden[i].path = arena_str(&s->report->arena, s->hidden.p[i].path);
    }
    s->b.n_hidden = s->hidden.n;
    bloat_entry_finish(s);
    bloat_packages(s, matched);
    bloat_base(s->report, &s->b);
    *ret = s->b;
}
