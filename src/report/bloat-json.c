/* SPDX-License-Identifier: Apache-2.0 */
#include "report/bloat.h"
#include "report/json-parts.h"

enum { BLOAT_VERSION = 1 };

static void layer_index(JsonWriter *w, const char *key, int layer) {
    if (layer < 0)
        json_null(w, key);
    else
        json_i64(w, key, layer);
}

static void count(JsonWriter *w, const char *key, BloatCount c) {
    json_map(w, key);
    json_u64(w, "files", c.files);
    json_u64(w, "bytes", c.bytes);
    json_end(w);
}

static void layers(JsonWriter *w, const Report *r, const Bloat *b) {
    json_list(w, "layers");
    for (size_t i = 0; i < b->n_layers; i++) {
        json_map(w, NULL);
        json_layer(w, i, &r->artifact.layers[i]);
        json_u64(w, "files", b->layers[i].files);
        json_u64(w, "bytes", b->layers[i].bytes);
        json_u64(w, "overwritten", b->layers[i].overwritten);
        json_u64(w, "deleted", b->layers[i].deleted);
        json_end(w);
    }
    json_end(w);
}

static void wasted(JsonWriter *w, const Bloat *b) {
    json_map(w, "wasted");
    json_u64(w, "bytes", b->overwritten.bytes + b->deleted.bytes + b->duplicated.bytes);
    count(w, "overwritten", b->overwritten);
    count(w, "deleted", b->deleted);
    count(w, "duplicated", b->duplicated);
    json_end(w);
    json_list(w, "hidden_files");
    for (size_t i = 0; i < b->n_hidden; i++) {
        const BloatFile *f = &b->hidden[i];
        json_map(w, NULL);
        json_str(w, "path", f->path);
        json_u64(w, "bytes", f->size);
        layer_index(w, "layer", f->layer);
        layer_index(w, "hidden_by", f->hidden_by);
        json_strz(w, "how", f->deleted ? "deleted" : "overwritten");
        json_end(w);
    }
    json_end(w);
    json_u64(w, "duplicate_contents", b->all_doubles);
    json_list(w, "duplicates");
    for (size_t i = 0; i < b->n_doubles; i++) {
        const BloatDouble *d = &b->doubles[i];
        json_map(w, NULL);
        json_u64(w, "bytes", d->size);
        json_u64(w, "copies", d->copies);
        json_u64(w, "wasted", d->size * (d->copies - 1));
        json_list(w, "places");
        for (size_t k = 0; k < d->n_places; k++) {
            json_map(w, NULL);
            json_str(w, "path", d->places[k].path);
            layer_index(w, "layer", d->places[k].layer);
            json_end(w);
        }
        json_end(w);
        json_end(w);
    }
    json_end(w);
}

static void directories(JsonWriter *w, const Bloat *b) {
    json_list(w, "directories");
    for (size_t i = 0; i < b->n_dirs; i++) {
        json_map(w, NULL);
        json_str(w, "path", b->dirs[i].path);
        json_u64(w, "bytes", b->dirs[i].bytes);
        json_u64(w, "files", b->dirs[i].files);
        json_end(w);
    }
    json_end(w);
}

static void entry_point(JsonWriter *w, const Bloat *b) {
    json_map(w, "entry_point");
    json_list(w, "programs");
    for (size_t i = 0; i < b->n_programs; i++) {
        const BloatProgram *p = &b->programs[i];
        json_map(w, NULL);
        json_str(w, "name", p->name);
        json_str(w, "path", p->path);
        json_str_null(w, "interpreter_of", p->script);
        json_str_null(w, "interpreter", p->interpreter);
        json_str_null(w, "package", p->owner ? p->owner->fact.name : STR_NULL);
        json_end(w);
    }
    json_end(w);
    json_bool(w, "shell", b->shell);
    json_bool(w, "package_manager", b->package_manager);
    json_end(w);
}

static void saved(JsonWriter *w, const Bloat *b, const BloatRemoval *m, size_t packages) {
    json_u64(w, "packages", packages);
    json_u64(w, "bytes", m->bytes);
    json_u64(w, "setid_files", m->setid_files);
    if (b->has_vulnerabilities)
        json_u64(w, "vulnerabilities", m->vulnerabilities);
    else
        json_null(w, "vulnerabilities");
}

static void packages(JsonWriter *w, const Bloat *b) {
    json_map(w, "unneeded");
    saved(w, b, &b->unneeded, b->unneeded.n_frees);
    json_u64(w, "removals", b->all_removals);
    json_end(w);
    json_list(w, "removals");
    for (size_t i = 0; i < b->n_removals; i++) {
        const BloatRemoval *m = &b->removals[i];
        json_map(w, NULL);
        json_str(w, "name", m->package->fact.name);
        json_str(w, "version", m->package->fact.version);
        json_str(w, "purl", m->package->bom_ref);
        layer_index(w, "layer", m->package->layer);
        saved(w, b, m, m->n_frees + 1);
        json_list(w, "frees");
        for (size_t k = 0; k < m->n_frees; k++)
            json_str(w, NULL, m->frees[k]->fact.name);
        json_end(w);
        json_str_null(w, "caution", str_from(bloat_caution_name(m->caution)));
        json_end(w);
    }
    json_end(w);
}

static void base(JsonWriter *w, const Report *r, const Bloat *b) {
    if (str_empty(b->base)) {
        json_null(w, "base");
        return;
    }
    json_map(w, "base");
    json_str(w, "now", r->inventory.os.pretty_name);
    json_str(w, "suggestion", b->base);
    json_str(w, "reason", b->base_reason);
    json_end(w);
}

void bloat_write_json(const Report *r, const Bloat *b, Buf *out) {
    JsonWriter w = json_writer(out, true);
    json_map(&w, NULL);
    json_strz(&w, "format", "plimsoll-bloat");
    json_u64(&w, "version", BLOAT_VERSION);
    json_map(&w, "artifact");
    json_strz(&w, "kind", artifact_kind_name(r->artifact.kind));
    json_str(&w, "reference", r->artifact.reference);
    json_str_null(&w, "digest", r->artifact.digest);
    json_end(&w);
    count(&w, "all", b->all);
    count(&w, "visible", b->visible);
    wasted(&w, b);
    layers(&w, r, b);
    directories(&w, b);
    entry_point(&w, b);
    json_u64(&w, "unowned_programs", b->other_programs);
    json_u64(&w, "documentation_bytes", b->documentation);
    packages(&w, b);
    base(&w, r, b);
    json_list(&w, "gaps");
    for (size_t i = 0; i < r->coverage.n_gaps; i++) {
        json_map(&w, NULL);
        json_gap(&w, &r->coverage.gaps[i]);
        json_end(&w);
    }
    json_end(&w);
    json_end(&w);
    buf_putc(out, '\n');
}
