/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/integrity.h"

#include "analyze/analyzer.h"
#include "base/map.h"
#include "scan/content-hash.h"
#include "base/vec.h"
#include "scan/hidden.h"
#include "scan/owned.h"
#include "scan/scan.h"

enum { FINDINGS_MAX = 1000 };

/* One file as packages state it. Several may state one path: a file that moved from one package to another. */
typedef struct Stated {
    Str path, package, sum;
    PackageType type;  /* of the package */
    DigestKind kind;
    struct Stated *next;
    bool free;         /* a configuration file, or diverted: anything may be there, or nothing */
    bool found;
    int deleted_by;    /* the layer that took it away; LAYER_NONE */
} Stated;

/* A name of a file that lies under another one in the same layer. */
typedef struct HardLink {
    Str path;
    Stated *stated;
    struct HardLink *next;
} HardLink;

typedef struct Integrity {
    Report *report;
    bool flat;
    Arena arena;
    Hasher *hashers[DIGEST_KIND_N_];
    Map stated;        /* package_path() -> Stated */
    Map hard;          /* "LAYER\tTARGET" -> HardLink */
    Map with_sums;     /* type and name of packages that state any */
    Map packages;      /* type and name -> Package, made for the first finding */
    uint64_t found, unread;
    Str first_unread;
} Integrity;

const char *const integrity_analyzers[] = {"dpkg-sums", "apk-sums", "rpm-sums", NULL};

bool integrity_wanted(const LookFor *l) {
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    for (size_t i = 0; i < n; i++)
        for (const char *const *name = integrity_analyzers; *name; name++)
            if (strcmp(all[i]->name, *name) == 0 && (l->analyzers >> i & 1))
                return true;
    return false;
}

/* Digests are told by their length: no two that package databases state have the same. */
static bool kind_of(Str sum, DigestKind *ret) {
    for (DigestKind k = 0; k < DIGEST_KIND_N_; k++)
        if (sum.n == 2 * digest_size(k)) {
            *ret = k;
            return true;
        }
    return false;
}

/* The next line: a sum, "-" for none, two spaces, a path. */
static bool next_sum(Str *rest, Str *ret_sum, Str *ret_path) {
    Str line;
    while (str_line(rest, &line))
        if (str_cut(line, ' ', ret_sum, ret_path) && ret_path->n > 1) {
            *ret_path = str_from_at(*ret_path, 1);
            return true;
        }
    return false;
}

uint32_t integrity_stated(const LayerFacts *l, bool *ret_elsewhere) {
    WireReader r = wire_reader(buf_view(&l->facts));
    LocatedFact lf;
    uint32_t ret = 0;
    while (located_fact_decode(&r, &lf) == 1) {
        if (lf.fact.kind != FACT_PACKAGE_SUMS)
            continue;
        Str rest = lf.fact.files.files, sum, path;
        DigestKind k;
        while (next_sum(&rest, &sum, &path))
            if (kind_of(sum, &k)) {
                ret |= (uint32_t) 1 << k;
                *ret_elsewhere = *ret_elsewhere || !content_packaged(path);
            }
    }
    return ret;
}

static int on_link(void *userdata, const PlacedEntry *p) {
    const ListedEntry *e = &p->entry;
    bool *found = userdata;
    *found = *found || (e->kind == ENTRY_FILE && e->size == 0 && e->target.n && content_packaged(e->path) && !content_packaged(e->target));
    return 0;
}

int integrity_linked_elsewhere(const LayerFacts *layers, size_t n) {
    bool found = false;
    int r = layers_list(layers, n, on_link, &found);
    return r < 0 ? r : found;
}

static Str package_key(Arena *a, PackageType type, Str name) {
    return arena_printf(a, "%d\t%.*s", type, STR_FMT(name));
}

static void take_sums(Integrity *c, const PackageFilesFact *f) {
    Str rest = f->files, sum, path;
    /* A list of configuration files states no sum; the other databases say of each file whether they have one. */
    bool any = f->type != PACKAGE_DEB;
    while (next_sum(&rest, &sum, &path)) {
        bool is_new;
        Stated **slot = (Stated **) map_slot(&c->stated, package_path(path), &is_new);
        Stated *s = arena_new(&c->arena, Stated);
        *s = (Stated) {.path = path, .package = f->name, .type = f->type, .sum = sum, .next = is_new ? NULL : *slot, .deleted_by = LAYER_NONE};
        s->free = !kind_of(sum, &s->kind);
        any = any || !s->free;
        *slot = s;
    }
    if (any)
        map_set(&c->with_sums, package_key(&c->arena, f->type, f->name), c);
}

static Str sum_of(Integrity *c, Arena *a, DigestKind k, Str bytes) {
    uint8_t raw[DIGEST_MAX];
    if (!c->hashers[k])
        c->hashers[k] = hasher_new(k);
    hasher_add(c->hashers[k], bytes.p, bytes.n);
    return arena_hex(a, str_n((const char *) raw, hasher_raw(c->hashers[k], raw)));
}

static const char *kind_name(DigestKind k) {
    static const char *const names[DIGEST_KIND_N_] = {
        [DIGEST_SHA256] = "sha256", [DIGEST_SHA384] = "sha384", [DIGEST_SHA512] = "sha512", [DIGEST_MD5] = "md5", [DIGEST_SHA1] = "sha1"};
    return names[k];
}

/* The package that states it, as the inventory has it; NULL. */
static const Package *owner_of(Integrity *c, const Stated *s) {
    const Inventory *inv = &c->report->inventory;
    if (c->packages.n == 0)
        for (size_t i = 0; i < inv->n_packages; i++) {
            const PackageFact *p = &inv->packages[i].fact;
            if (package_type_is_os(p->type))
                *map_slot(&c->packages, package_key(&c->arena, p->type, p->name), NULL) = &inv->packages[i];
        }
    return map_get(&c->packages, package_key(&c->arena, s->type, s->package));
}

/* `of`: NULL where it is about no single package. */
static void add(Integrity *c, Severity severity, const char *id, const Stated *of, Str title, Str path, int layer, Str detail) {
    Arena *a = &c->report->arena;
    if (c->found++ >= FINDINGS_MAX)
        return;
    Finding x = {.kind = FINDING_INTEGRITY, .id = str_from(id), .title = arena_str(a, title), .severity = severity, .severity_source = STR("plimsoll"), .epss = -1,
                 .epss_percentile = -1, .published = TIME_NONE, .layer = c->flat ? LAYER_NONE : layer, .deleted = LAYER_NONE, .path = arena_str(a, path),
                 .detail = arena_str(a, detail), .is_new = true};
    x.cvss.score10 = -1;
    x.owner = of ? owner_of(c, of) : NULL;
    scan_add_finding(c->report, &x);
}

static void add_changed(Integrity *c, Severity severity, const Stated *s, Str path, int layer, Str detail) {
    _cleanup_(arena_done) Arena scratch = {0};
    add(c, severity, "PACKAGE-FILE-CHANGED", s, arena_printf(&scratch, "A file of package %.*s is not what the package brought", STR_FMT(s->package)), path, layer, detail);
}

/* `e`: the file's content; `path`: where it is seen. */
static void compare(Integrity *c, const Stated *stated, Str path, int layer, const ListedEntry *e) {
    _cleanup_(arena_done) Arena scratch = {0};
    Str sum = STR_NULL;
    for (const Stated *s = stated; s; s = s->next) {
        if (s->free)
            return;
        if (e->size && str_empty(e->digests[s->kind])) {
            if (c->unread++ == 0)
                c->first_unread = arena_str(&c->report->arena, path);
            return;
        }
        sum = e->size ? arena_hex(&scratch, e->digests[s->kind]) : sum_of(c, &scratch, s->kind, STR(""));
        if (str_eq(s->sum, sum))
            return;
        stated = s;
    }
    lint_assume(stated); /* it has one sum at least */
    add_changed(c, e->mode & 0111 ? SEVERITY_HIGH : SEVERITY_MEDIUM, stated, path, layer,
                arena_printf(&scratch, "the package states %s:%.*s, the file has %s:%.*s", kind_name(stated->kind), STR_FMT(stated->sum), kind_name(stated->kind), STR_FMT(sum)));
}

/* Where a package states a sum of a link it is that of the target (apk); others state none of links, and one at this very path stands where a file was. Beside it, in /usr or
 * not, one may lead to it. */
static void on_symlink(Integrity *c, Stated *stated, const PlacedEntry *p) {
    _cleanup_(arena_done) Arena scratch = {0};
    bool here = false, good = false;
    for (const Stated *s = stated; s; s = s->next) {
        here = here || str_eq(s->path, p->entry.path);
        good = good || s->free || str_eq(s->sum, sum_of(c, &scratch, s->kind, p->entry.target));
    }
    if (!here)
        return;
    stated->found = true;
    if (!good)
        add_changed(c, SEVERITY_MEDIUM, stated, p->entry.path, p->layer,
                    arena_printf(&scratch, "the package states %s:%.*s, it is a symbolic link to %.*s", kind_name(stated->kind), STR_FMT(stated->sum), STR_FMT(p->entry.target)));
}

static Str link_key(Arena *a, int layer, Str target) {
    return arena_printf(a, "%d\t%.*s", layer, STR_FMT(target));
}

static int on_entry(void *userdata, const PlacedEntry *p) {
    Integrity *c = userdata;
    const ListedEntry *e = &p->entry;
    Stated *stated = e->kind == ENTRY_DIR ? NULL : map_get(&c->stated, package_path(e->path));
    if (!stated)
        return 0;
    if (p->hidden_by != LAYER_NONE) {
        /* Layers come from the top: the first is the last that had it. */
        if (p->deleted && stated->deleted_by == LAYER_NONE)
            stated->deleted_by = p->hidden_by;
        return 0;
    }
    if (e->kind == ENTRY_SYMLINK) {
        on_symlink(c, stated, p);
        return 0;
    }
    stated->found = true;
    if (e->target.n && e->size == 0) {
        bool is_new;
        HardLink **slot = (HardLink **) map_slot(&c->hard, link_key(&c->arena, p->layer, e->target), &is_new);
        HardLink *h = arena_new(&c->arena, HardLink);
        *h = (HardLink) {arena_str(&c->arena, e->path), stated, is_new ? NULL : *slot};
        *slot = h;
    } else {
        compare(c, stated, e->path, p->layer, e);
    }
    return 0;
}

/* The files of hard links, which upper layers may hide under their own names. */
static int on_target(void *userdata, const PlacedEntry *p) {
    Integrity *c = userdata;
    _cleanup_(arena_done) Arena scratch = {0};
    if (p->entry.kind != ENTRY_FILE || (p->entry.target.n > 0 && p->entry.size == 0))
        return 0;
    for (const HardLink *h = map_get(&c->hard, link_key(&scratch, p->layer, p->entry.path)); h; h = h->next)
        compare(c, h->stated, h->path, p->layer, &p->entry);
    return 0;
}

/* What programs do without. */
static bool is_documentation(Str path) {
    static const Str dirs[] = {STR("bug/"), STR("doc/"), STR("doc-base/"), STR("gtk-doc/"), STR("help/"), STR("info/"), STR("licenses/"), STR("lintian/"), STR("locale/"), STR("man/")};
    if (!str_starts(path, STR("usr/share/")))
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
        if (str_starts(str_from_at(path, 10), dirs[i]))
            return true;
    return false;
}

static void add_missing(Integrity *c) {
    _cleanup_(arena_done) Arena scratch = {0};
    Map packages = {0};
    uint64_t files = 0;
    Str first = STR_NULL;
    for (size_t i = 0; i < c->stated.n; i++) {
        const Stated *s = c->stated.entries[i].value;
        bool gone = !s->found;
        for (const Stated *x = s; x; x = x->next)
            gone = gone && !x->free;
        if (gone && is_documentation(s->path)) {
            first = files++ ? first : s->path;
            map_set(&packages, s->package, c);
        } else if (gone) {
            add(c, SEVERITY_MEDIUM, "PACKAGE-FILE-MISSING", s, arena_printf(&scratch, "A file of package %.*s is gone", STR_FMT(s->package)), s->path, s->deleted_by,
                arena_printf(&scratch, "the package states %s:%.*s, %s", kind_name(s->kind), STR_FMT(s->sum),
                             s->deleted_by != LAYER_NONE ? "the layer deletes it" : c->flat ? "there is no such file" : "no layer has it"));
        }
    }
    if (files)
        add(c, SEVERITY_LOW, "PACKAGE-DOCUMENTATION-MISSING", NULL, STR("Documentation of packages is gone"), first, LAYER_NONE,
            arena_printf(&scratch, "%llu %s of %zu %s: manuals, translations, licences", (unsigned long long) files, files == 1 ? "file" : "files", packages.n, packages.n == 1 ? "package" : "packages"));
    map_done(&packages);
}

/* Packages that have files and say nothing of their content. */
static void add_without_sums(Integrity *c) {
    _cleanup_(arena_done) Arena scratch = {0};
    const Inventory *inv = &c->report->inventory;
    uint64_t n = 0, all = 0;
    Str first = STR_NULL;
    for (size_t i = 0; i < inv->n_packages; i++) {
        const PackageFact *p = &inv->packages[i].fact;
        if (!package_type_is_os(p->type))
            continue;
        all++;
        if (p->n_files == 0 || map_has(&c->with_sums, package_key(&scratch, p->type, p->name)))
            continue;
        first = n++ ? first : p->name;
    }
    if (n)
        scan_add_gap(c->report, GAP_NO_SUMS, first, "%llu of %llu packages state no digests of their files: whether these were changed is not known", (unsigned long long) n, (unsigned long long) all);
}

int integrity_find(Report *r, const Merge *m, const LayerFacts *layers, size_t n, bool flat) {
    Integrity c = {.report = r, .flat = flat};
    size_t n_facts;
    const MergedFact *facts = merge_facts(m, &n_facts);
    for (size_t i = 0; i < n_facts; i++)
        if (facts[i].fact.kind == FACT_PACKAGE_SUMS)
            take_sums(&c, &facts[i].fact.files);
    int x = c.stated.n ? layers_list(layers, n, on_entry, &c) : 0;
    if (x >= 0 && c.hard.n)
        x = layers_list(layers, n, on_target, &c);
    if (x >= 0)
        add_missing(&c);
    add_without_sums(&c);
    if (c.unread)
        scan_add_gap(r, GAP_LIMIT, c.first_unread, "too large or not readable to the end: not compared with what its package states (%llu such %s)", (unsigned long long) c.unread,
                     c.unread == 1 ? "file" : "files");
    if (c.found > FINDINGS_MAX)
        scan_add_gap(r, GAP_LIMIT, STR("integrity"), "%llu files of packages are changed or gone: only %d are shown", (unsigned long long) c.found, FINDINGS_MAX);
    for (DigestKind k = 0; k < DIGEST_KIND_N_; k++)
        if (c.hashers[k])
            hasher_free(c.hashers[k]);
    map_done(&c.hard);
    map_done(&c.with_sums);
    map_done(&c.packages);
    map_done(&c.stated);
    arena_done(&c.arena);
    return x;
}
