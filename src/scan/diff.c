/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/diff.h"

#include "base/map.h"
#include "base/vec.h"
#include "scan/words.h"
#include "version/version.h"

typedef struct FileOfA {
    uint64_t content, size; /* content: of links, the hash of where they lead */
    uint32_t mode;
    uint8_t kind;
    bool seen;
} FileOfA;

struct DiffScan {
    size_t top;
    Arena arena;
    ListingWriter names;    /* of A's entries, in the order of `files` */
    Vec(FileOfA) files;
    Words index;            /* entry_hash() -> index + 1 into files */
    Vec(DiffFile) largest;  /* paths are malloced while there may be larger ones */
    Diff d;
};

DiffScan *diff_new(size_t top) {
    DiffScan *s = xcalloc(1, sizeof(*s));
    s->top = top;
    return s;
}

static void drop(DiffFile *f) {
    free((char *) (uintptr_t) f->path.p);
}

void diff_free(DiffScan *s) {
    for (size_t i = 0; i < s->largest.n; i++)
        drop(&s->largest.p[i]);
    listing_writer_done(&s->names);
    vec_done(&s->files);
    vec_done(&s->largest);
    words_done(&s->index);
    arena_done(&s->arena);
    free(s);
}

static uint64_t weight(const DiffFile *f) {
    return MAX(f->size_a, f->size_b);
}

static int compare_weight(const void *a, const void *b) {
    const DiffFile *x = a, *y = b;
    if (weight(x) != weight(y))
        return weight(x) > weight(y) ? -1 : 1;
    return str_cmp(x->path, y->path);
}

static int compare_path(const void *a, const void *b) {
    const DiffFile *x = a, *y = b;
    return str_cmp(x->path, y->path);
}

static void add_file(DiffScan *s, DiffKind kind, Str path, uint64_t size_a, uint64_t size_b) {
    DiffFile f = {kind, path, size_a, size_b};
    s->d.files[kind]++;
    s->d.file_bytes[kind] += kind == DIFF_REMOVED ? size_a : size_b;
    f.path.p = str_dup(path);
    vec_push(&s->largest, f);
    /* Only the first `top` are kept. */
    if (s->top < SIZE_MAX / 2 && s->largest.n >= 2 * s->top + 1024) {
        vec_sort(&s->largest, compare_weight);
        while (s->largest.n > s->top)
            drop(&s->largest.p[--s->largest.n]);
    }
}

static FileOfA file_of(const ListedEntry *e) {
    return (FileOfA) {.content = e->kind == ENTRY_SYMLINK ? entry_hash(e->target) : e->content, .size = e->kind == ENTRY_FILE ? e->size : 0, .mode = e->mode, .kind = (uint8_t) e->kind};
}

/* Seen in the merged view. A directory stands in every layer that touches it: the uppermost counts, which is told first. */
int diff_listed_a(void *userdata, const PlacedEntry *e) {
    DiffScan *s = userdata;
    if (e->hidden_by != LAYER_NONE)
        return 0;
    uint64_t *slot = words_slot(&s->index, entry_hash(e->entry.path));
    if (*slot)
        return 0;
    listing_put(&s->names, &(ListedEntry) {.path = e->entry.path, .kind = e->entry.kind});
    if (s->names.bytes.failed)
        return s->names.bytes.failed;
    vec_push(&s->files, file_of(&e->entry));
    *slot = s->files.n;
    return 0;
}

int diff_listed_b(void *userdata, const PlacedEntry *e) {
    DiffScan *s = userdata;
    if (e->hidden_by != LAYER_NONE)
        return 0;
    const FileOfA b = file_of(&e->entry);
    uint64_t *slot = words_slot(&s->index, entry_hash(e->entry.path));
    if (!*slot) {
        /* Kept, so that a directory which lower layers have too is told once. */
        *slot = UINT64_MAX;
        add_file(s, DIFF_ADDED, e->entry.path, 0, b.size);
        return 0;
    }
    if (*slot == UINT64_MAX || s->files.p[*slot - 1].seen)
        return 0;
    FileOfA *a = &s->files.p[*slot - 1];
    a->seen = true;
    if (a->kind != b.kind || a->content != b.content || a->size != b.size || a->mode != b.mode)
        add_file(s, DIFF_CHANGED, e->entry.path, a->size, b.size);
    return 0;
}

static int add_removed(DiffScan *s) {
    ListingReader r = listing_reader(buf_view(&s->names.bytes));
    ListedEntry e;
    int x = 0;
    for (size_t i = 0; i < s->files.n && (x = listing_next(&r, &e)) == 1; i++)
        if (!s->files.p[i].seen)
            add_file(s, DIFF_REMOVED, e.path, s->files.p[i].size, 0);
    listing_reader_done(&r);
    return MIN(x, 0);
}

/* ---- Packages ---- */

static int compare_identity(const Package *x, const Package *y) {
    if (x->fact.type != y->fact.type)
        return x->fact.type < y->fact.type ? -1 : 1;
    int r = str_cmp(x->fact.name, y->fact.name);
    return r || !package_type_is_os(x->fact.type) ? r : str_cmp(x->fact.arch, y->fact.arch);
}

static int by_identity(const void *a, const void *b) {
    const Package *x = *(const Package *const *) a, *y = *(const Package *const *) b;
    int r = compare_identity(x, y);
    return r ? r : str_cmp(x->fact.version, y->fact.version);
}

typedef Vec(const Package *) Packages;

static void gather(const Inventory *inv, Packages *ret) {
    for (size_t i = 0; i < inv->n_packages; i++)
        vec_push(ret, &inv->packages[i]);
    vec_sort(ret, by_identity);
}

static DiffKind direction(const Package *a, const Package *b) {
    const VersionScheme *scheme = version_scheme(str_from(package_type_info(a->fact.type)->scheme));
    int r = scheme ? scheme->compare(a->fact.version, b->fact.version) : 0;
    return r < 0 ? DIFF_UPGRADED : r > 0 ? DIFF_DOWNGRADED : DIFF_CHANGED;
}

static void put(DiffScan *s, DiffKind kind, const Package *a, const Package *b) {
    s->d.packages[s->d.n_packages++] = (DiffPackage) {kind, a, b};
}

/* The versions of one package on both sides. What one side alone has is a pair when it is one on each. */
static void compare_versions(DiffScan *s, const Package **a, size_t n_a, const Package **b, size_t n_b) {
    Packages only_a = {0}, only_b = {0};
    size_t i = 0, k = 0;
    while (i < n_a || k < n_b) {
        int r = i == n_a ? 1 : k == n_b ? -1 : str_cmp(a[i]->fact.version, b[k]->fact.version);
        if (r < 0)
            vec_push(&only_a, a[i]);
        if (r > 0)
            vec_push(&only_b, b[k]);
        i += r <= 0;
        k += r >= 0;
    }
    if (only_a.n == 1 && only_b.n == 1) {
        put(s, direction(only_a.p[0], only_b.p[0]), only_a.p[0], only_b.p[0]);
    } else {
        for (i = 0; i < only_a.n; i++)
            put(s, DIFF_REMOVED, only_a.p[i], NULL);
        for (i = 0; i < only_b.n; i++)
            put(s, DIFF_ADDED, NULL, only_b.p[i]);
    }
    vec_done(&only_a);
    vec_done(&only_b);
}

static void compare_packages(DiffScan *s, const Inventory *inv_a, const Inventory *inv_b) {
    Packages a = {0}, b = {0};
    gather(inv_a, &a);
    gather(inv_b, &b);
    s->d.packages = arena_alloc(&s->arena, (a.n + b.n + 1) * sizeof(DiffPackage));
    for (size_t i = 0, k = 0, end_a, end_b; i < a.n || k < b.n; i = end_a, k = end_b) {
        const Package *least = i == a.n ? b.p[k] : k == b.n ? a.p[i] : compare_identity(a.p[i], b.p[k]) <= 0 ? a.p[i] : b.p[k];
        for (end_a = i; end_a < a.n && compare_identity(a.p[end_a], least) == 0;)
            end_a++;
        for (end_b = k; end_b < b.n && compare_identity(b.p[end_b], least) == 0;)
            end_b++;
        compare_versions(s, a.n ? a.p + i : NULL, end_a - i, b.n ? b.p + k : NULL, end_b - k);
    }
    vec_done(&a);
    vec_done(&b);
}

/* ---- Findings ---- */

static void only_in(DiffScan *s, const Report *r, const Report *other, DiffKind kind) {
    Map there = {.own_keys = true};
    char hex[65];
    for (size_t i = 0; i < other->n_findings; i++) {
        finding_fingerprint(&other->findings[i], hex);
        map_set(&there, str_from(hex), s);
    }
    for (size_t i = 0; i < r->n_findings; i++) {
        finding_fingerprint(&r->findings[i], hex);
        if (!map_has(&there, str_from(hex)))
            s->d.findings[s->d.n_findings++] = (DiffFinding) {kind, &r->findings[i]};
    }
    map_done(&there);
}

int diff_finish(DiffScan *s, const Report *a, const Report *b, bool matched, const Limits *limits, Diff *ret, Error *err) {
    s->d.has_files = a->artifact.kind != ARTIFACT_SBOM && b->artifact.kind != ARTIFACT_SBOM;
    if (s->d.has_files) {
        int r = add_removed(s);
        if (r < 0)
            return error_set(err, r, "the list of files is malformed");
        vec_sort(&s->largest, compare_weight);
        s->d.n_listed = MIN(s->largest.n, s->top);
        s->d.listed = arena_alloc(&s->arena, (s->d.n_listed + 1) * sizeof(DiffFile));
        if (s->d.n_listed) {
            memcpy(s->d.listed, s->largest.p, s->d.n_listed * sizeof(DiffFile));
            qsort(s->d.listed, s->d.n_listed, sizeof(DiffFile), compare_path);
        }
    }
    compare_packages(s, &a->inventory, &b->inventory);
    s->d.has_settings = diff_settings(&s->arena, a, b, limits, &s->d.settings, &s->d.n_settings);
    s->d.has_findings = matched;
    if (matched) {
        s->d.findings = arena_alloc(&s->arena, (a->n_findings + b->n_findings + 1) * sizeof(DiffFinding));
        only_in(s, b, a, DIFF_ADDED);
        only_in(s, a, b, DIFF_REMOVED);
    }
    *ret = s->d;
    return 0;
}
