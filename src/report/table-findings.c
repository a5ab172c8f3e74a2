/* SPDX-License-Identifier: Apache-2.0 */
/* Findings for people. One section per severity; in it one block per package, packages of one source that share the same findings
 * in one block. Medium and worse get a line each; below that, ids are listed by their fix so that hundreds stay readable. Nothing
 * is left out. */
#include "base/map.h"
#include "base/vec.h"
#include "report/summary.h"
#include "report/table.h"

enum { NAME_SHOWN = 200 }; /* bytes: no real name comes near */

typedef struct Block {
    const Finding *first;  /* its findings: consecutive ones of one package */
    size_t n;
    const Finding **names; /* one finding of each package in the block */
    size_t n_names;
} Block;

typedef Vec(Block) Blocks;

static bool same_package(const Finding *a, const Finding *b) {
    return a->package == b->package && (a->package || (str_eq(a->path, b->path) && a->kind == b->kind));
}

/* Equal for packages that belong in one block: source, version, place, and what is found. */
static Str block_key(Arena *a, const Finding *f, size_t n) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    if (!f->package)
        return arena_printf(a, "\n%p", (const void *) f);
    const PackageFact *p = &f->package->fact;
    buf_printf(&b, "%.*s\n%.*s\n%d\n", STR_FMT(package_type_is_os(p->type) ? p->source_name : p->name), STR_FMT(p->version), f->package->layer);
    for (size_t i = 0; i < n; i++) {
        buf_printf(&b, "%.*s ", STR_FMT(f[i].id));
        finding_fix(&b, &f[i]);
        buf_putc(&b, '\n');
    }
    return arena_str(a, buf_view(&b));
}

static void collect(Arena *a, const Finding *f, size_t n, Blocks *ret) {
    Map by_key = {0};
    for (size_t i = 0, m; i < n; i += m) {
        for (m = 1; i + m < n && same_package(&f[i], &f[i + m]);)
            m++;
        bool is_new;
        void **slot = map_slot(&by_key, block_key(a, &f[i], m), &is_new);
        if (is_new) {
            *slot = (void *) (uintptr_t) ret->n;
            vec_push(ret, (Block) {.first = &f[i], .n = m});
        }
        Block *b = &ret->p[(uintptr_t) *slot];
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): the list has at least the block that slot names. */
        if ((b->n_names & (b->n_names - 1)) == 0) {
            const Finding **more = arena_alloc(a, MAX(b->n_names * 2, (size_t) 1) * sizeof(*more));
            if (b->n_names)
                memcpy(more, b->names, b->n_names * sizeof(*more));
            b->names = more;
        }
        b->names[b->n_names++] = &f[i];
    }
    map_done(&by_key);
}

static void heading(Table *t, const Block *b) {
    const Finding *f = b->first;
    _cleanup_(buf_done) Buf names = buf_new(BUF_OWN_MAX), place = buf_new(BUF_OWN_MAX);
    buf_putz(t->out, "  ");
    table_color(t, "\033[1m");
    if (f->package) {
        for (size_t i = 0; i < b->n_names; i++)
            buf_printf(&names, "%s%.*s", i ? ", " : "", STR_FMT(str_head(b->names[i]->package->fact.name, NAME_SHOWN)));
    } else if (!str_empty(f->path)) {
        buf_str(&names, f->path);
    } else {
        buf_str(&names, t->r->inventory.os.pretty_name);
        if (names.n == 0)
            buf_putz(&names, finding_kind_name(f->kind));
    }
    buf_clear(&t->scratch);
    text_clean(&t->scratch, buf_view(&names));
    unsigned at = 2 + text_width(buf_view(&t->scratch));
    text_wrap(t->out, buf_view(&t->scratch), t->o->width, 2, 2);
    table_plain(t);
    if (f->package) {
        buf_clear(&t->scratch);
        text_clean(&t->scratch, f->package->fact.version);
        unsigned w = text_width(buf_view(&t->scratch));
        if (t->o->width && at + 2 + w > t->o->width) {
            buf_putz(t->out, "\n    ");
            at = 4;
        } else {
            buf_putz(t->out, "  ");
            at += 2;
        }
        buf_str(t->out, buf_view(&t->scratch));
        at += w;
    }
    int layer = f->package ? f->package->layer : f->layer;
    if (layer >= 0) {
        buf_clear(&names);
        layer_instruction(&names, t->r, layer);
        buf_printf(&place, "layer %d", layer + 1);
        if (names.n) {
            buf_putz(&place, ": ");
            text_clean(&place, buf_view(&names));
        }
        /* Beside the version when at least the start of the instruction fits, below it otherwise. */
        unsigned room = t->o->width > at + 3 ? t->o->width - at - 3 : 0, w = text_width(buf_view(&place));
        if (t->o->width == 0 || room >= MIN(w, 32u)) {
            buf_putz(t->out, "   ");
        } else {
            buf_putz(t->out, "\n    ");
            room = t->o->width > 14 ? t->o->width - 4 : 10;
        }
        table_color(t, "\033[2m");
        text_cut(t->out, buf_view(&place), MIN(t->o->width ? room : 120u, 120u));
        table_plain(t);
    }
    buf_putc(t->out, '\n');
    buf_clear(&place);
    if (f->package)
        package_place(&place, f->package);
    if (place.n) {
        buf_putz(t->out, "    ");
        table_color(t, "\033[2m");
        table_text(t, buf_view(&place), t->o->width > 20 ? t->o->width - 4 : 0);
        table_plain(t);
        buf_putc(t->out, '\n');
    }
}

static void epss(Buf *out, const Finding *f) {
    if (f->epss >= 0)
        buf_printf(out, "%5.1f%%", f->epss * 100);
}

typedef struct Columns {
    unsigned id, fix;
} Columns;

/* What is no vulnerability explains itself in full. */
static void sentence(Table *t, const Finding *f) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    buf_putz(t->out, "    ");
    table_severity_color(t, f->severity);
    buf_clear(&t->scratch);
    text_clean(&t->scratch, f->id);
    buf_str(t->out, buf_view(&t->scratch));
    table_plain(t);
    buf_putz(t->out, "  ");
    unsigned at = 6 + text_width(buf_view(&t->scratch));
    finding_fix(&b, f);
    Str text = str_empty(f->detail) ? f->title : f->detail;
    if (b.n && !str_empty(text))
        buf_putz(&b, ": ");
    buf_str(&b, text);
    buf_clear(&t->scratch);
    text_clean(&t->scratch, buf_view(&b));
    text_wrap(t->out, buf_view(&t->scratch), t->o->width, 6, at);
    buf_putc(t->out, '\n');
}

static void column_heads(Table *t, Columns c) {
    buf_putz(t->out, "    ");
    table_color(t, "\033[2m");
    table_cell(t, STR("ID"), c.id);
    buf_putz(t->out, "  ");
    table_cell(t, STR("FIX"), c.fix);
    buf_putz(t->out, "  KEV    EPSS  TITLE");
    table_plain(t);
    buf_putc(t->out, '\n');
}

static void line(Table *t, const Finding *f, Columns c) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    buf_putz(t->out, "    ");
    table_severity_color(t, f->severity);
    table_cell(t, f->id, c.id);
    table_plain(t);
    buf_putz(t->out, "  ");
    finding_fix(&b, f);
    if (!str_empty(f->fixed_version))
        table_color(t, "\033[32m");
    table_cell(t, buf_view(&b), c.fix);
    if (!str_empty(f->fixed_version))
        table_plain(t);
    buf_putz(t->out, "  ");
    if (f->kev)
        table_color(t, "\033[1;37;41m");
    buf_putz(t->out, f->kev ? "KEV" : "   ");
    if (f->kev)
        table_plain(t);
    buf_putz(t->out, "  ");
    buf_clear(&b);
    epss(&b, f);
    table_cell(t, buf_view(&b), 6);
    unsigned used = 4 + c.id + 2 + c.fix + 2 + 3 + 2 + 6;
    Str text = str_empty(f->title) ? f->detail : f->title;
    if (!str_empty(text)) {
        if (t->o->width && t->o->width < used + 2 + 16) {
            buf_putz(t->out, "\n      ");
            used = 4;
        }
        buf_putz(t->out, "  ");
        table_text(t, text, t->o->width ? t->o->width - used - 2 : 0);
    }
    while (t->out->n && t->out->p[t->out->n - 1] == ' ')
        t->out->p[--t->out->n] = 0;
    buf_putc(t->out, '\n');
}

/* Findings of one block by their fix, ids wrapped. */
static void compact(Table *t, Arena *a, const Finding *f, size_t n) {
    Map groups = {0};
    _cleanup_(buf_done) Buf text = buf_new(BUF_OWN_MAX), ids = buf_new(BUF_OWN_MAX);
    size_t *next = arena_alloc(a, (n + 1) * 2 * sizeof(*next)), *last = next + n + 1;
    for (size_t i = 0; i < n; i++) {
        buf_clear(&text);
        finding_fix(&text, &f[i]);
        bool is_new;
        void **slot = map_slot(&groups, arena_str(a, buf_view(&text)), &is_new);
        if (is_new)
            *slot = (void *) (uintptr_t) (i + 1);
        else
            next[last[(uintptr_t) *slot]] = i + 1;
        last[(uintptr_t) *slot] = i + 1;
    }
    for (size_t g = 0; g < groups.n; g++) {
        buf_clear(&text);
        text_clean(&text, groups.entries[g].key);
        buf_clear(&ids);
        for (size_t i = (uintptr_t) groups.entries[g].value; i; i = next[i])
            buf_printf(&ids, "%s%.*s%s", ids.n ? " " : "", STR_FMT(f[i - 1].id), f[i - 1].kev ? "(KEV)" : "");
        buf_putz(t->out, "    ");
        unsigned at = 4;
        if (text.n) {
            buf_str(t->out, buf_view(&text));
            buf_putz(t->out, ": ");
            at += text_width(buf_view(&text)) + 2;
        }
        buf_clear(&text);
        text_clean(&text, buf_view(&ids));
        if (t->o->width && at + 15 > t->o->width) {
            buf_putz(t->out, "\n      ");
            at = 6;
        }
        text_wrap(t->out, buf_view(&text), t->o->width, 6, at);
        buf_putc(t->out, '\n');
    }
    map_done(&groups);
}

/* A package may have findings of several kinds: each run of one kind in its own way. */
static void block_findings(Table *t, Arena *a, const Block *b, Columns c) {
    for (size_t i = 0, n; i < b->n; i += n) {
        const Finding *f = &b->first[i];
        n = 1;
        if (f->kind != FINDING_VULNERABILITY) {
            sentence(t, f);
        } else if (f->severity >= SEVERITY_MEDIUM) {
            line(t, f, c);
        } else {
            while (i + n < b->n && f[n].kind == FINDING_VULNERABILITY)
                n++;
            compact(t, a, f, n);
        }
    }
}

/* Of one check so many findings are shown: a directory tree may have hundreds. */
enum { CHECK_SHOWN = 5 };

/* Weaknesses of configuration and hardening stand behind everything else, so that they cover nothing up. */
static void hardening(Table *t, const Finding *const *f, size_t n) {
    if (n == 0)
        return;
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    Map seen = {0};
    buf_putc(t->out, '\n');
    table_color(t, "\033[1m");
    buf_putz(t->out, "HARDENING");
    table_plain(t);
    buf_printf(t->out, "  %zu finding%s; plimsoll list checks tells what to do\n", n, n == 1 ? "" : "s");
    for (size_t i = 0; i < n; i++) {
        void **slot = map_slot(&seen, f[i]->id, NULL);
        uintptr_t count = (uintptr_t) *slot + 1;
        *slot = (void *) count;
        if (count > CHECK_SHOWN)
            continue;
        buf_putz(t->out, "  ");
        table_severity_color(t, f[i]->severity);
        table_cell(t, str_from(severity_name(f[i]->severity)), 10);
        table_plain(t);
        buf_clear(&b);
        buf_printf(&b, "%.*s: ", STR_FMT(f[i]->id));
        if (!str_empty(f[i]->path))
            buf_printf(&b, "%.*s: ", STR_FMT(f[i]->path));
        buf_str(&b, f[i]->detail);
        buf_putz(t->out, "  ");
        buf_clear(&t->scratch);
        text_clean(&t->scratch, buf_view(&b));
        text_wrap(t->out, buf_view(&t->scratch), t->o->width, 14, 14);
        buf_putc(t->out, '\n');
    }
    for (size_t i = 0; i < seen.n; i++)
        if ((uintptr_t) seen.entries[i].value > CHECK_SHOWN)
            buf_printf(t->out, "              %.*s: %zu more, which --format json has\n", STR_FMT(seen.entries[i].key), (size_t) (uintptr_t) seen.entries[i].value - CHECK_SHOWN);
    map_done(&seen);
}

/* Everything but what hardening() and table_policy() show, as a copy; their numbers, and the others. */
static Finding *without_checks(Arena *a, const Report *r, size_t *ret_n, const Finding ***ret_checks, size_t *ret_n_checks) {
    Finding *rest = arena_alloc(a, (r->n_findings + 1) * sizeof(Finding));
    const Finding **found = arena_alloc(a, (r->n_findings + 1) * sizeof(Finding *));
    size_t n = 0, n_checks = 0;
    for (size_t i = 0; i < r->n_findings; i++)
        if (r->findings[i].kind == FINDING_CONFIG)
            found[n_checks++] = &r->findings[i];
        else if (r->findings[i].kind != FINDING_POLICY)
            rest[n++] = r->findings[i];
    *ret_n = n;
    *ret_checks = found;
    *ret_n_checks = n_checks;
    return rest;
}

void table_findings(Table *t) {
    _cleanup_(arena_done) Arena all = {0};
    const Finding **config;
    size_t n_config, n_findings;
    const Finding *findings = without_checks(&all, t->r, &n_findings, &config, &n_config);
    Columns c = {13, 10};
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    for (size_t i = 0; i < n_findings; i++) {
        const Finding *f = &findings[i];
        if (f->severity < SEVERITY_MEDIUM || f->kind != FINDING_VULNERABILITY)
            continue;
        buf_clear(&b);
        finding_fix(&b, f);
        buf_clear(&t->scratch);
        text_clean(&t->scratch, buf_view(&b));
        c.fix = MAX(c.fix, text_width(buf_view(&t->scratch)));
        buf_clear(&t->scratch);
        text_clean(&t->scratch, f->id);
        c.id = MAX(c.id, text_width(buf_view(&t->scratch)));
    }
    c.id = MIN(c.id, 24u);
    /* A third of the line for the fix, so that one long version does not push the rest out. */
    c.fix = MIN(c.fix, t->o->width ? MAX(26u, t->o->width / 3) : 60u);
    bool heads = false;
    for (size_t i = 0, n; i < n_findings; i += n) {
        Severity severity = findings[i].severity;
        for (n = 1; i + n < n_findings && findings[i + n].severity == severity;)
            n++;
        Arena a = {0};
        Blocks blocks = {0};
        collect(&a, &findings[i], n, &blocks);
        buf_putc(t->out, '\n');
        table_severity_color(t, severity);
        table_color(t, "\033[7m");
        buf_printf(t->out, "%s%s%s", t->o->color ? " " : "", severity_name(severity), t->o->color ? " " : "");
        table_plain(t);
        buf_printf(t->out, "  %zu finding%s\n", n, n == 1 ? "" : "s");
        for (size_t k = 0; k < blocks.n; k++) {
            const Block *block = &blocks.p[k];
            if (!heads && severity >= SEVERITY_MEDIUM && block->first->kind == FINDING_VULNERABILITY) {
                column_heads(t, c);
                heads = true;
            }
            heading(t, block);
            block_findings(t, &a, block, c);
        }
        vec_done(&blocks);
        arena_done(&a);
    }
    hardening(t, config, n_config);
}
