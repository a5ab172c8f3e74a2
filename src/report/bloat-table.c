/* SPDX-License-Identifier: Apache-2.0 */
#include "report/bloat.h"
#include "report/table.h"

enum { NUMBER = 10, COUNT = 9 };

static void heading(Table *t, const char *text) {
    buf_putc(t->out, '\n');
    table_color(t, "\033[1m");
    buf_putz(t->out, text);
    table_plain(t);
}

/* Right-aligned. */
static void bytes(Table *t, uint64_t n) {
    _cleanup_(buf_done) Buf b = buf_new(64);
    text_bytes(&b, n);
    text_spaces(t->out, b.n < NUMBER ? NUMBER - (unsigned) b.n : 0);
    buf_str(t->out, buf_view(&b));
}

static void number(Table *t, uint64_t n) {
    _cleanup_(buf_done) Buf b = buf_new(64);
    text_count(&b, n);
    text_spaces(t->out, b.n < COUNT ? COUNT - (unsigned) b.n : 0);
    buf_str(t->out, buf_view(&b));
}

/* The rest of a line that `used` columns are taken of. */
static void rest(Table *t, Str s, unsigned used) {
    table_text(t, s, t->o->width > used + 10 ? t->o->width - used : 0);
    buf_putc(t->out, '\n');
}

static void count_row(Table *t, const char *name, BloatCount c, const char *what) {
    _cleanup_(buf_done) Buf b = buf_new(1024);
    text_bytes(&b, c.bytes);
    buf_putz(&b, " in ");
    text_count(&b, c.files);
    buf_printf(&b, " file%s%s", c.files == 1 ? "" : "s", what);
    table_row(t, name, buf_view(&b));
}

static void layers(Table *t, const Bloat *b) {
    if (b->n_layers == 0)
        return;
    heading(t, "LAYERS\n");
    buf_putz(t->out, "    #     bytes     files overwritten   deleted  instruction\n");
    for (size_t i = 0; i < b->n_layers; i++) {
        const BloatLayer *l = &b->layers[i];
        buf_printf(t->out, "%5zu", i + 1); /* people count layers from 1, as in the other reports for them */
        bytes(t, l->bytes);
        number(t, l->files);
        text_spaces(t->out, 2);
        bytes(t, l->overwritten);
        bytes(t, l->deleted);
        text_spaces(t->out, 2);
        rest(t, t->r->artifact.layers[i].created_by, 48);
    }
}

static void hidden(Table *t, const Bloat *b) {
    if (b->n_hidden == 0)
        return;
    heading(t, "HIDDEN FILES");
    buf_putz(t->out, "  the largest that upper layers overwrite or delete\n");
    for (size_t i = 0; i < b->n_hidden; i++) {
        const BloatFile *f = &b->hidden[i];
        bytes(t, f->size);
        char how[64];
        int n = snprintf(how, sizeof(how), "  layer %d, %s by %d", f->layer + 1, f->deleted ? "deleted" : "overwritten", f->hidden_by + 1);
        buf_putz(t->out, how);
        text_spaces(t->out, n < 30 ? 30 - (unsigned) n : 2);
        rest(t, f->path, NUMBER + 30);
    }
}

static void doubles(Table *t, const Bloat *b) {
    if (b->n_doubles == 0)
        return;
    heading(t, "DUPLICATES");
    buf_putz(t->out, "  files with the same content\n");
    for (size_t i = 0; i < b->n_doubles; i++) {
        const BloatDouble *d = &b->doubles[i];
        bytes(t, d->size);
        buf_printf(t->out, " x %llu\n", (unsigned long long) d->copies);
        for (size_t k = 0; k < d->n_places; k++) {
            text_spaces(t->out, NUMBER + 2);
            rest(t, d->places[k].path, NUMBER + 2);
        }
        if (d->copies > d->n_places)
            buf_printf(t->out, "            and %llu more\n", (unsigned long long) (d->copies - d->n_places));
    }
}

static void directories(Table *t, const Bloat *b) {
    if (b->n_dirs == 0)
        return;
    heading(t, "DIRECTORIES");
    buf_putz(t->out, "  the largest, with what lies below\n");
    for (size_t i = 0; i < b->n_dirs; i++) {
        bytes(t, b->dirs[i].bytes);
        number(t, b->dirs[i].files);
        text_spaces(t->out, 2);
        rest(t, b->dirs[i].path, NUMBER + COUNT + 2);
    }
}

static void programs(Table *t, const Bloat *b) {
    _cleanup_(buf_done) Buf line = buf_new(BUF_OWN_MAX);
    if (b->n_programs == 0)
        return;
    heading(t, "STARTS");
    buf_putz(t->out, "  programs that the configuration names, and their interpreters\n");
    for (size_t i = 0; i < b->n_programs; i++) {
        const BloatProgram *p = &b->programs[i];
        buf_clear(&line);
        buf_printf(&line, "/%.*s (%.*s%.*s)", STR_FMT(p->path), STR_FMT(p->owner ? STR("package ") : STR("of no package")), STR_FMT(p->owner ? p->owner->fact.name : STR_NULL));
        if (p->script.n)
            buf_printf(&line, ", for /%.*s", STR_FMT(p->script));
        text_spaces(t->out, 2);
        rest(t, buf_view(&line), 2);
    }
}

static void saved(Table *t, const Bloat *b, const BloatRemoval *m, size_t packages) {
    bytes(t, m->bytes);
    number(t, packages);
    if (b->has_vulnerabilities)
        number(t, m->vulnerabilities);
    else
        buf_putz(t->out, "        -");
    number(t, m->setid_files);
    text_spaces(t->out, 2);
}

static void removals(Table *t, const Bloat *b) {
    if (b->n_removals == 0)
        return;
    heading(t, "UNNEEDED PACKAGES");
    buf_putz(t->out, "  nothing in the image depends on them, and nothing that it starts is theirs\n");
    buf_putz(t->out, "     saves packages vulnerab.    setid  package\n");
    for (size_t i = 0; i < b->n_removals; i++) {
        const BloatRemoval *m = &b->removals[i];
        saved(t, b, m, m->n_frees + 1);
        table_text(t, m->package->fact.name, 0);
        if (m->caution)
            buf_printf(t->out, " (%s)", bloat_caution_name(m->caution));
        buf_putc(t->out, '\n');
    }
    saved(t, b, &b->unneeded, b->unneeded.n_frees);
    buf_printf(t->out, "all of the %llu\n", (unsigned long long) b->all_removals);
    for (BloatCaution c = BLOAT_SAFE + 1; c < BLOAT_CAUTION_N_; c++) {
        bool any = false;
        for (size_t i = 0; i < b->n_removals; i++)
            any |= b->removals[i].caution == c;
        if (any)
            table_row(t, bloat_caution_name(c), str_from(bloat_caution_doc(c)));
    }
}

static void base(Table *t, const Bloat *b) {
    _cleanup_(buf_done) Buf line = buf_new(BUF_OWN_MAX);
    heading(t, "BASE\n");
    buf_printf(&line, "shell %s, package manager %s, programs of no package ", b->shell ? "needed" : "not needed", b->package_manager ? "needed" : "not needed");
    text_count(&line, b->other_programs);
    buf_putz(&line, ", documentation ");
    text_bytes(&line, b->documentation);
    table_row(t, "checked", buf_view(&line));
    if (str_empty(b->base)) {
        table_row(t, "smaller", STR("none is known"));
        return;
    }
    table_row(t, "smaller", b->base);
    table_row(t, "because", b->base_reason);
}

static void gaps(Table *t) {
    const Coverage *c = &t->r->coverage;
    _cleanup_(buf_done) Buf line = buf_new(BUF_OWN_MAX);
    bool any = false;
    for (size_t i = 0; i < c->n_gaps; i++) {
        if (c->gaps[i].allowed)
            continue;
        if (!any)
            heading(t, "NOT SEEN\n");
        any = true;
        buf_clear(&line);
        buf_printf(&line, "%.*s: %.*s", STR_FMT(c->gaps[i].subject), STR_FMT(c->gaps[i].reason));
        table_row(t, gap_kind_name(c->gaps[i].kind), buf_view(&line));
    }
}

void bloat_write_table(const Report *r, const Bloat *b, const FormatOptions *o, Buf *out) {
    _cleanup_(text_locale_leave) TextLocale locale _unused_ = text_locale_enter();
    Table t = {.r = r, .o = o, .out = out, .scratch = buf_new(BUF_OWN_MAX)};
    table_color(&t, "\033[1m");
    buf_printf(out, "%s ", artifact_kind_title(r->artifact.kind));
    table_text(&t, r->artifact.reference, 0);
    table_plain(&t);
    buf_putc(out, '\n');
    if (b->n_layers)
        count_row(&t, "layers", b->all, "");
    count_row(&t, "visible", b->visible, "");
    if (b->n_layers) {
        count_row(&t, "overwritten", b->overwritten, " that an upper layer replaces");
        count_row(&t, "deleted", b->deleted, " that an upper layer removes");
    }
    count_row(&t, "duplicated", b->duplicated, ", copies beyond the first");
    layers(&t, b);
    hidden(&t, b);
    doubles(&t, b);
    directories(&t, b);
    programs(&t, b);
    removals(&t, b);
    if (b->n_programs || b->has_packages)
        base(&t, b);
    gaps(&t);
    buf_done(&t.scratch);
}
