/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/scan.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyze/analyzer.h"
#include "base/alloc.h"
#include "base/hash.h"
#include "base/worker.h"
#include "scan/attached.h"
#include "scan/cache.h"
#include "scan/keys.h"
#include "scan/hardening.h"
#include "scan/integrity.h"
#include "scan/layer-read.h"
#include "scan/malware.h"
#include "scan/merge.h"
#include "scan/owned.h"
#include "scan/packages.h"
#include "scan/sbom.h"
#include "scan/secrets.h"
#include "secret/compile.h"

/* Times that links may lead to further places before we stop following. */
enum { PASSES_MAX = 4 };

typedef struct Scan {
    const ScanOptions *o;
    Report *report;
    Image *image;
    Cache *cache;
    LayerFacts *layers;
    size_t n_layers;
    LookFor look_for;
    uint32_t *digests, *package_digests; /* as LookFor, that the listing of each layer holds */
    uint32_t stated;     /* that packages of the layers so far state */
    bool elsewhere;      /* also of files that lie where packages do not put theirs */
    bool all_stated;     /* these are all that any layer states */
    bool unverified;
} Scan;

static void warn(const Scan *s, const char *text) {
    if (s->o->warning)
        s->o->warning(s->o->userdata, text);
}

/* A worker died, or had too little time: another day it may go further. */
static bool has_crash(const LayerFacts *l) {
    WireReader r = wire_reader(buf_view(&l->facts));
    LocatedFact f;
    while (located_fact_decode(&r, &f) == 1)
        if (f.fact.kind == FACT_PROBLEM && (f.fact.problem.kind == PROBLEM_CRASH || str_eqz(f.fact.analyzer, "yara")))
            return true;
    return false;
}

/* Does the cache know the stored bytes `blob` to be layer i? Not when it knows another content than the configuration claims: one of the
 * two is wrong, and the bytes tell which. */
static bool is_known(Scan *s, size_t i, Str blob) {
    char diff_id[LAYER_DIGEST_MAX];
    return cache_diff_id(s->cache, blob, diff_id, sizeof(diff_id)) == 1 && str_eqz(s->report->artifact.layers[i].diff_id, diff_id);
}

/* 1 when the layer's facts came from the cache, 0 when it must be read. Archives of docker save state no digest of what they hold: their
 * layers are hashed, not inflated, unpacked and analysed again. */
static int from_cache(Scan *s, size_t i, const LookFor *what) {
    const LayerInfo *info = &s->report->artifact.layers[i];
    char blob[LAYER_DIGEST_MAX];
    ReadProgress progress = {s->o->bytes, s->o->userdata};
    if (!s->cache)
        return 0;
    if (!str_empty(info->digest))
        return is_known(s, i, info->digest) ? cache_get(s->cache, info->diff_id, what, &s->layers[i]) : 0;
    if (cache_get(s->cache, info->diff_id, what, &s->layers[i]) != 1)
        return 0;
    if (layer_hash(s->image, i, &progress, blob, NULL) == 0 && is_known(s, i, str_from(blob)))
        return 1;
    layer_facts_done(&s->layers[i]);
    s->layers[i] = (LayerFacts) {0};
    return 0;
}

static Str layer_name(Scan *s, size_t i) {
    const LayerInfo *info = &s->report->artifact.layers[i];
    return !str_empty(info->digest) ? info->digest : info->diff_id;
}

/* Digests cost time: those of a distribution's packages are known once its layer was read, which is the lowest. Before, it is guessed. */
static LookFor look_for_of(const Scan *s, size_t i) {
    LookFor l = s->look_for;
    if (integrity_wanted(&l))
        *(s->elsewhere ? &l.digests : &l.package_digests) |= s->stated || s->all_stated ? s->stated : INTEGRITY_COMMON;
    s->digests[i] = l.digests;
    s->package_digests[i] = l.digests | l.package_digests;
    return l;
}

/* Does a layer lack digests that packages of one above it state? */
static bool lacks_digests(Scan *s) {
    if (!s->stated)
        return false;
    s->elsewhere = s->elsewhere || integrity_linked_elsewhere(s->layers, s->n_layers) > 0;
    for (size_t i = 0; i < s->n_layers; i++)
        if (s->stated & ~(s->elsewhere ? s->digests[i] : s->package_digests[i]))
            return true;
    return false;
}

static void read_layer(Scan *s, size_t i) {
    _cleanup_error_ Error err = {0};
    LayerInfo *info = &s->report->artifact.layers[i];
    const LookFor what = look_for_of(s, i);
    if (s->o->layer)
        s->o->layer(s->o->userdata, i, s->n_layers, info->size);
    if (from_cache(s, i, &what) == 1)
        return;
    LayerDigests digests;
    ReadOptions ro = {.limits = s->o->limits, .look_for = what, .progress = {s->o->bytes, s->o->userdata}, .temp_dir = s->o->image.temp_dir};
    int r = layer_read(s->image, i, &ro, &s->layers[i], &digests, &err);
    if (r >= 0 && s->cache && !has_crash(&s->layers[i])) {
        _cleanup_error_ Error cache_err = {0};
        Str blob = str_empty(info->digest) ? str_from(digests.blob) : info->digest;
        if (cache_put(s->cache, blob, info->diff_id, &what, &s->layers[i], &cache_err) < 0)
            warn(s, error_text(&cache_err, -EIO));
    }
    if (r < 0) {
        s->unverified = true;
        scan_add_gap(s->report, r == -E2BIG ? GAP_LIMIT : GAP_UNREADABLE_LAYER, layer_name(s, i), "%s", error_text(&err, r));
    }
}

static void read_layers(Scan *s) {
    if (artifact_is_tree(s->report->artifact.kind)) {
        ReadOptions ro = {.limits = s->o->limits, .look_for = look_for_of(s, 0), .progress = {s->o->bytes, s->o->userdata}, .temp_dir = s->o->image.temp_dir, .repository = s->report->artifact.kind == ARTIFACT_REPOSITORY};
        s->unverified = true;
        if (s->o->layer)
            s->o->layer(s->o->userdata, 0, 1, 0);
        _cleanup_error_ Error err = {0};
        TreeMounts mounts = {0};
        int r = tree_read(image_root_fd(s->image), &ro, &s->layers[0], &mounts, &err);
        s->report->coverage.mounts = mounts.entered;
        s->report->coverage.mounts_left_out = mounts.left_out;
        if (r < 0)
            scan_add_gap(s->report, GAP_UNREADABLE_FILE, STR("/"), "%s", error_text(&err, r));
        s->stated |= integrity_stated(&s->layers[0], &s->elsewhere);
        return;
    }
    for (size_t i = 0; i < s->n_layers; i++) {
        read_layer(s, i);
        if (integrity_wanted(&s->look_for))
            s->stated |= integrity_stated(&s->layers[i], &s->elsewhere);
    }
}

static int merge_layers(Scan *s, Merge *m, Error *err) {
    bool flat = artifact_is_tree(s->report->artifact.kind);
    for (size_t i = 0; i < s->n_layers; i++) {
        int r = merge_layer(m, flat ? LAYER_NONE : (int) i, &s->layers[i], err);
        if (r < 0)
            return r;
    }
    return 0;
}

static void add_problems(Scan *s, const Merge *m) {
    size_t n;
    const MergedFact *facts = merge_facts(m, &n);
    Report *r = s->report;
    for (size_t i = 0; i < n; i++) {
        const Fact *f = &facts[i].fact;
        if (f->kind != FACT_PROBLEM)
            continue;
        const ProblemFact *p = &f->problem;
        Str where = f->path.n ? f->path : STR("/");
        if (p->line)
            where = arena_printf(&r->arena, "%.*s:%u", STR_FMT(where), p->line);
        if (p->kind != PROBLEM_HOSTILE)
            scan_add_gap(r, p->kind == PROBLEM_LIMIT ? GAP_LIMIT : GAP_UNREADABLE_FILE, where, "%.*s", STR_FMT(p->reason));
        if (p->kind == PROBLEM_FILE)
            continue;
        Finding finding = {.kind = FINDING_MALFORMED, .id = STR("MALFORMED"), .severity = p->kind == PROBLEM_HOSTILE ? SEVERITY_HIGH : SEVERITY_MEDIUM,
                           .severity_source = STR("plimsoll"), .title = STR("Malformed or hostile content"), .epss = -1, .epss_percentile = -1,
                           .published = TIME_NONE, .layer = facts[i].layer, .path = arena_str(&r->arena, f->path), .detail = arena_str(&r->arena, p->reason), .is_new = true};
        finding.cvss.score10 = -1;
        scan_add_finding(r, &finding);
    }
}

static int cmp_str(const void *a, const void *b) {
    return str_cmp(*(const Str *) a, *(const Str *) b);
}

static void fill_coverage(Scan *s) {
    Coverage *c = &s->report->coverage;
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    c->as_of = s->o->as_of;
    c->verified = !s->unverified;
    c->sandbox = str_from(worker_confinement());
    for (size_t i = 0; i < s->n_layers; i++) {
        c->entries += s->layers[i].entries;
        c->bytes += s->layers[i].bytes;
    }
    c->analyzers = arena_alloc(&s->report->arena, (n + 1) * sizeof(Str));
    for (size_t i = 0; i < n; i++)
        if (s->look_for.analyzers >> i & 1)
            c->analyzers[c->n_analyzers++] = str_from(all[i]->name);
    qsort(c->analyzers, c->n_analyzers, sizeof(Str), cmp_str);
}

static void add_inventory_gaps(Report *r) {
    const Inventory *inv = &r->inventory;
    const bool os_packages = inv->n_packages && package_type_is_os(inv->packages[0].fact.type); /* they come first */
    const bool any = inv->n_packages + inv->n_left_out > 0;
    if (!any && r->artifact.kind == ARTIFACT_REPOSITORY)
        scan_add_gap(r, GAP_NO_PACKAGES, r->artifact.reference, "no lock file or manifest that we know was found: nothing could be matched with advisories");
    else if (!any)
        scan_add_gap(r, GAP_NO_PACKAGES, r->artifact.reference, "no package database was found: nothing could be matched with advisories");
    else if (inv->os.known && !os_packages && !str_empty(inv->os.release))
        scan_add_gap(r, GAP_NO_PACKAGES, inv->os.id, "it says that it is %.*s, but has no package database: its packages could not be matched", STR_FMT(inv->os.pretty_name.n ? inv->os.pretty_name : inv->os.id));
    if (str_eqz(r->artifact.os, "windows"))
        scan_add_gap(r, GAP_UNSUPPORTED_OS, STR("windows"), "Windows images are not analysed: layers and sizes are listed, what is in them is not judged");
    else if (!inv->os.known && r->artifact.kind != ARTIFACT_REPOSITORY && (os_packages || !any)) /* what has no distribution and no packages of one is judged by what it has */
        scan_add_gap(r, GAP_UNSUPPORTED_OS, r->artifact.reference, "no etc/os-release or usr/lib/os-release: the distribution is not known");
    else if (inv->os.known && str_empty(inv->os.release))
        scan_add_gap(r, GAP_UNSUPPORTED_OS, inv->os.id, "%.*s is a distribution that no advisory feed covers", STR_FMT(inv->os.pretty_name.n ? inv->os.pretty_name : inv->os.id));
}

static int same_aliases(const LookFor *a, const PathAlias *b, size_t n) {
    for (size_t i = 0; i < n; i++) {
        bool found = false;
        for (size_t k = 0; k < a->n_aliases && !found; k++)
            found = str_eq(a->aliases[k].from, b[i].from) && str_eq(a->aliases[k].to, b[i].to);
        if (!found)
            return false;
    }
    return true;
}

/* Adds to the aliases that are there; in the report's arena, for the merge that found them ends. */
static void add_aliases(Scan *s, const PathAlias *more, size_t n) {
    Arena *a = &s->report->arena;
    PathAlias *all = arena_alloc(a, (s->look_for.n_aliases + n + 1) * sizeof(PathAlias));
    size_t count = s->look_for.n_aliases;
    if (count)
        memcpy(all, s->look_for.aliases, count * sizeof(PathAlias));
    for (size_t i = 0; i < n; i++)
        if (!same_aliases(&s->look_for, &more[i], 1))
            all[count++] = (PathAlias) {arena_str(a, more[i].from), arena_str(a, more[i].to)};
    s->look_for.aliases = all;
    s->look_for.n_aliases = count;
}

/* What the cache must know of the rules and the key: other rules find other things. */
static const char *secrets_digest(const ScanOptions *o, char buf[static 65]) {
    char rules[65], key[65] = "";
    if (o->secret_rules.n)
        sha256_hex(o->secret_rules.p, o->secret_rules.n, rules);
    else
        snprintf(rules, sizeof(rules), "%s", secret_builtin_digest());
    if (o->secret_key.n)
        hmac_sha256_hex(o->secret_key, STR("plimsoll: which key"), key);
    _cleanup_free_ char *both = xasprintf("%s %s", rules, key);
    sha256_hex(both, strlen(both), buf);
    return buf;
}

static int collect(Scan *s, Error *err) {
    Report *r = s->report;
    for (unsigned pass = 0;; pass++) {
        size_t n_aliases;
        const PathAlias *aliases;
        r->coverage.n_gaps = 0;
        read_layers(s);
        _cleanup_(merge_freep) Merge *m = merge_new();
        int x = merge_layers(s, m, err);
        if (x < 0)
            return x;
        merge_aliases(m, s->look_for.analyzers, &aliases, &n_aliases);
        if (pass + 1 < PASSES_MAX && (lacks_digests(s) || !same_aliases(&s->look_for, aliases, n_aliases))) {
            s->all_stated = true;
            add_aliases(s, aliases, n_aliases);
            for (size_t i = 0; i < s->n_layers; i++)
                layer_facts_done(&s->layers[i]);
            continue;
        }
        merge_inventory(m, &r->inventory);
        if (!s->o->include_dev)
            packages_leave_out_dev(&r->inventory);
        if (s->o->owned)
            owned_files(m, &r->inventory, s->o->owned, s->o->userdata);
        add_problems(s, m);
        secrets_of_config(r, &s->look_for, s->o->limits);
        if (secrets_wanted(&s->look_for))
            secrets_of_layers(r, m);
        keys_take(r, m);
        keys_find(r, s->o->as_of);
        if (hardening_wanted(&s->look_for))
            hardening_of_layers(r, m, s->layers, s->n_layers);
        malware_find(r, m);
        malware_of_rules(r, m);
        x = integrity_wanted(&s->look_for) ? integrity_find(r, m, s->layers, s->n_layers, artifact_is_tree(r->artifact.kind)) : 0;
        if (x < 0)
            return error_set(err, x, "the listing of a layer is malformed");
        if (merge_over_limit(m))
            scan_add_gap(r, GAP_LIMIT, r->artifact.reference, "more links on the way to package databases than are followed");
        return 0;
    }
}

/* Shows the listings of the layers to all who asked for them. */
static int list(const Scan *s, Error *err) {
    int x = 0;
    if (s->o->hash_list)
        x = malware_listed(s->report, s->o->hash_list, s->layers, s->n_layers, artifact_is_tree(s->report->artifact.kind), s->o->limits);
    if (x >= 0 && s->o->listing) {
        do
            x = layers_list(s->layers, s->n_layers, s->o->listed, s->o->userdata);
        while (x >= 0 && s->o->listed_all && (x = s->o->listed_all(s->o->userdata)) > 0);
    }
    return x == -EBADMSG ? error_set(err, x, "the listing of a layer is malformed") : x;
}

int scan_collect(const char *reference, const ScanOptions *o, Report *r, Error *err) {
    /* Asked only when nobody named a kind of image. */
    int sbom = o->image.source && *o->image.source ? 0 : sbom_open(reference, o->limits, r, err);
    if (sbom > 0 && !o->include_dev)
        packages_leave_out_dev(&r->inventory);
    if (sbom != 0) {
        r->coverage.as_of = o->as_of;
        r->coverage.sandbox = str_from(worker_confinement());
        return MIN(sbom, 0);
    }
    if (o->attached_sbom)
        return scan_collect_attached(reference, o, r, err);
    Scan s = {.o = o, .report = r};
    size_t n_analyzers;
    analyzers(&n_analyzers);
    s.look_for.analyzers = o->analyzers ? o->analyzers : ((uint64_t) 1 << n_analyzers) - 1;
    s.look_for.listing = integrity_wanted(&s.look_for) || o->hash_list ? LISTING_CONTENT : o->listing;
    s.look_for.digests = o->hash_list ? 1 << DIGEST_SHA256 : 0;
    char digest[65];
    s.look_for.secret_rules = o->secret_rules;
    s.look_for.secret_key = o->secret_key;
    s.look_for.yara_rules = o->yara_rules;
    s.look_for.yara_seconds = o->yara_seconds;
    s.look_for.yara_digest = o->yara_rules.n ? o->yara_digest : NULL;
    s.look_for.secrets_digest = secrets_wanted(&s.look_for) ? secrets_digest(o, digest) : NULL;
    int x = image_open(reference, &o->image, &r->arena, &s.image, err);
    if (x < 0)
        return x;
    r->artifact = *image_artifact(s.image);
    s.n_layers = artifact_is_tree(r->artifact.kind) ? 1 : r->artifact.n_layers;
    s.layers = xcalloc(s.n_layers, sizeof(LayerFacts));
    s.digests = xcalloc(s.n_layers, sizeof(*s.digests));
    s.package_digests = xcalloc(s.n_layers, sizeof(*s.package_digests));
    if (o->cache_dir && r->artifact.kind == ARTIFACT_IMAGE) {
        _cleanup_error_ Error cache_err = {0};
        if (cache_open(o->cache_dir, o->cache_max, &s.cache, &cache_err) < 0)
            warn(&s, error_text(&cache_err, -EIO));
    }
    x = collect(&s, err);
    if (x >= 0)
        x = list(&s, err);
    if (x >= 0) {
        fill_coverage(&s);
        add_inventory_gaps(r);
    }
    for (size_t i = 0; i < s.n_layers; i++)
        layer_facts_done(&s.layers[i]);
    free(s.layers);
    free(s.digests);
    free(s.package_digests);
    if (s.cache)
        cache_close(s.cache);
    image_close(s.image);
    return x;
}
