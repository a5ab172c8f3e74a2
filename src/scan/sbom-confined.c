/* SPDX-License-Identifier: Apache-2.0 */
/* Reading an SBOM in a confined worker: its inventory comes back as wire records, of which nothing is trusted. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/worker-document.h"
#include "scan/sbom.h"
#include "scan/scan.h"

/* The string fields, in the order they are encoded. */
static void artifact_strings(Artifact *a, Str *ret[static 6]) {
    Str *all[] = {&a->reference, &a->digest, &a->image_id, &a->os, &a->arch, &a->variant};
    memcpy(ret, all, sizeof(all));
}

static void os_strings(Os *o, Str *ret[static 7]) {
    Str *all[] = {&o->id, &o->version_id, &o->codename, &o->pretty_name, &o->cpe_name, &o->id_like, &o->release};
    memcpy(ret, all, sizeof(all));
}

static void encode(Buf *b, Report *r) {
    Artifact *a = &r->artifact;
    Inventory *inv = &r->inventory;
    Str *strings[7];
    artifact_strings(a, strings);
    for (size_t i = 0; i < 6; i++)
        wire_put_str(b, *strings[i]);
    wire_put_str(b, a->user);
    wire_put_i64(b, a->created);
    wire_put_i64(b, a->listed);
    wire_put_u64(b, a->n_layers);
    for (size_t i = 0; i < a->n_layers; i++) {
        const LayerInfo *l = &a->layers[i];
        wire_put_str(b, l->digest);
        wire_put_str(b, l->diff_id);
        wire_put_str(b, l->media_type);
        wire_put_str(b, l->created_by);
        wire_put_u64(b, l->size);
    }
    wire_put_u64(b, a->n_repo_tags);
    for (size_t i = 0; i < a->n_repo_tags; i++)
        wire_put_str(b, a->repo_tags[i]);
    wire_put_u64(b, inv->os.known);
    os_strings(&inv->os, strings);
    for (size_t i = 0; i < 7; i++)
        wire_put_str(b, *strings[i]);
    wire_put_u64(b, inv->n_content_sets);
    for (size_t i = 0; i < inv->n_content_sets; i++)
        wire_put_str(b, inv->content_sets[i]);
    wire_put_u64(b, r->coverage.n_gaps);
    for (size_t i = 0; i < r->coverage.n_gaps; i++) {
        wire_put_u64(b, r->coverage.gaps[i].kind);
        wire_put_str(b, r->coverage.gaps[i].subject);
        wire_put_str(b, r->coverage.gaps[i].reason);
    }
    /* Archive sources and packages as facts, whose encoding exists. */
    wire_put_u64(b, inv->n_archives);
    for (size_t i = 0; i < inv->n_archives; i++) {
        Fact f = {.kind = FACT_ARCHIVE_SOURCE, .archive = inv->archives[i]};
        fact_encode(b, &f);
    }
    wire_put_u64(b, inv->n_packages);
    for (size_t i = 0; i < inv->n_packages; i++) {
        const Package *p = &inv->packages[i];
        Fact f = {.kind = FACT_PACKAGE, .path = p->path, .package = p->fact};
        wire_put_i64(b, p->layer);
        wire_put_str(b, p->bom_ref);
        wire_put_u64(b, p->owner ? (uint64_t) (p->owner - inv->packages) + 1 : 0);
        wire_put_u64(b, p->n_places);
        wire_put_u64(b, p->n_locations);
        for (size_t k = 0; k < p->n_locations; k++) {
            wire_put_str(b, p->locations[k].path);
            wire_put_u64(b, p->locations[k].line);
            wire_put_i64(b, p->locations[k].layer);
            wire_put_u64(b, p->locations[k].declared);
        }
        fact_encode(b, &f);
    }
}

/* A count of things that take at least one byte each. */
static size_t count(WireReader *w) {
    return (size_t) wire_max(w, w->rest.n);
}

static int decode(Str bytes, Report *r) {
    WireReader reader = wire_reader(bytes), *w = &reader;
    Artifact *a = &r->artifact;
    Inventory *inv = &r->inventory;
    Arena *arena = &inv->arena;
    Str *strings[7];
    Fact f;
    a->kind = ARTIFACT_SBOM;
    artifact_strings(a, strings);
    for (size_t i = 0; i < 6; i++)
        *strings[i] = wire_str(w);
    a->user = wire_str(w);
    a->created = wire_i64(w);
    a->listed = wire_i64(w);
    a->n_layers = count(w);
    a->layers = arena_alloc(arena, (a->n_layers + 1) * sizeof(LayerInfo));
    for (size_t i = 0; i < a->n_layers; i++) {
        LayerInfo *l = &a->layers[i];
        l->digest = wire_str(w);
        l->diff_id = wire_str(w);
        l->media_type = wire_str(w);
        l->created_by = wire_str(w);
        l->size = wire_u64(w);
    }
    a->n_repo_tags = count(w);
    a->repo_tags = arena_alloc(arena, (a->n_repo_tags + 1) * sizeof(Str));
    for (size_t i = 0; i < a->n_repo_tags; i++)
        a->repo_tags[i] = wire_str(w);
    inv->os.known = wire_max(w, 1);
    os_strings(&inv->os, strings);
    for (size_t i = 0; i < 7; i++)
        *strings[i] = wire_str(w);
    inv->n_content_sets = count(w);
    inv->content_sets = arena_alloc(arena, (inv->n_content_sets + 1) * sizeof(Str));
    for (size_t i = 0; i < inv->n_content_sets; i++)
        inv->content_sets[i] = wire_str(w);
    for (size_t n = count(w); n > 0 && wire_ok(w); n--) {
        GapKind kind = (GapKind) wire_max(w, GAP_N_ - 1);
        Str subject = wire_str(w), reason = wire_str(w);
        scan_add_gap(r, kind, subject, "%.*s", STR_FMT(reason));
    }
    size_t n = count(w);
    inv->archives = arena_alloc(arena, (n + 1) * sizeof(ArchiveSourceFact));
    for (size_t i = 0; i < n; i++) {
        if (fact_decode(w, &f) != 1 || f.kind != FACT_ARCHIVE_SOURCE)
            return -EBADMSG;
        inv->archives[inv->n_archives++] = f.archive;
    }
    n = count(w);
    inv->packages = arena_alloc(arena, (n + 1) * sizeof(Package));
    for (size_t i = 0; i < n; i++) {
        Package *p = &inv->packages[inv->n_packages++];
        int64_t layer = wire_i64(w);
        p->bom_ref = wire_str(w);
        size_t owner = (size_t) wire_max(w, n);
        p->owner = owner ? &inv->packages[owner - 1] : NULL;
        p->n_places = (size_t) wire_u64(w);
        p->n_locations = (size_t) wire_max(w, PACKAGE_LOCATIONS_MAX);
        PackageLocation *all = arena_alloc(arena, (p->n_locations + 1) * sizeof(PackageLocation));
        for (size_t k = 0; k < p->n_locations; k++) {
            all[k] = (PackageLocation) {.path = wire_str(w), .line = (uint32_t) wire_max(w, UINT32_MAX)};
            int64_t at = wire_i64(w);
            all[k].declared = wire_max(w, 1);
            if (at < LAYER_NONE || at >= (int64_t) a->n_layers)
                return -EBADMSG;
            all[k].layer = (int) at;
        }
        p->locations = all;
        if (fact_decode(w, &f) != 1 || f.kind != FACT_PACKAGE || layer < LAYER_NONE || layer >= (int64_t) a->n_layers)
            return -EBADMSG;
        p->layer = (int) layer;
        p->path = f.path;
        p->fact = f.package;
    }
    return wire_ok(w) && w->rest.n == 0 ? 0 : -EBADMSG;
}

static int job(Str text, const char *name, const Limits *limits, Buf *answer, Diag *d) {
    Report r = {0};
    int x = sbom_read(text, name, limits, &r, d);
    if (x >= 0)
        encode(answer, &r);
    return x;
}

int sbom_open(const char *path, const Limits *limits, Report *r, Error *err) {
    /* A pipe is opened once, by who reads the image: its writer would get SIGPIPE between two readers. */
    struct stat st;
    if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
        return 0;
    _cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    return fd < 0 ? 0 : sbom_open_fd(fd, path, limits, r, err);
}

int sbom_open_fd(int fd, const char *path, const Limits *limits, Report *r, Error *err) {
    enum { SNIFF = 64 * 1024 };
    _cleanup_free_ char *head = xmalloc(SNIFF);
    struct stat st;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return 0;
    ssize_t sniffed = fs_pread_all(fd, head, SNIFF, 0);
    if (sniffed <= 0 || sbom_sniff(str_n(head, (size_t) sniffed)) == SBOM_NONE)
        return 0;
    _cleanup_(buf_done) Buf answer = buf_new(BUF_OWN_MAX);
    int x = worker_document(job, fd, path, "an SBOM", limits, &answer, err);
    if (x < 0)
        return x;
    /* The report's strings are slices of the answer, which moves into its arena. */
    Str bytes = arena_str(&r->inventory.arena, buf_view(&answer));
    x = decode(bytes, r);
    return x < 0 ? error_set(err, x, "%s: a worker answered nonsense: the SBOM may have taken it over", path) : 1;
}
