/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/sbom.h"

#include "scan/sbom-parts.h"
#include "scan/scan.h"

SbomKind sbom_sniff(Str text) {
    Str head = str_trim(str_head(text, 64 * 1024));
    if (str_starts(head, STR("\xef\xbb\xbf")))
        head = str_trim(str_from_at(head, 3));
    if (str_starts(head, STR("{"))) {
        if (str_find(head, STR("\"bomFormat\"")) >= 0)
            return SBOM_CYCLONEDX;
        if (str_find(head, STR("\"spdxVersion\"")) >= 0)
            return SBOM_SPDX;
        return SBOM_NONE;
    }
    bool xml = str_starts(head, STR("<")) && str_find(head, STR("cyclonedx.org/schema/bom")) >= 0;
    return xml || str_starts(head, STR("SPDXVersion:")) ? SBOM_UNSUPPORTED : SBOM_NONE;
}

/* As analyzers have it: with the namespace in it. */
static Str language_name(Arena *a, PackageType type, const Purl *p) {
    Str name = str_empty(p->namespace) ? p->name : arena_printf(a, "%.*s%c%.*s", STR_FMT(p->namespace), type == PACKAGE_MAVEN ? ':' : '/', STR_FMT(p->name));
    return package_name_normal(a, str_from(package_type_info(type)->ecosystem), name);
}

bool sbom_package_begin(Sbom *s, Str purl, SbomPackage *ret) {
    SbomPackage p = {.p = {.layer = LAYER_NONE}};
    PackageType type;
    if (purl_parse(purl, s->a, &p.purl) < 0) {
        s->unnamed++;
        return false;
    }
    if (package_type_parse(p.purl.type, &type) < 0) {
        void **slot = map_slot(&s->others, p.purl.type, NULL);
        *slot = (void *) ((uintptr_t) *slot + 1);
        return false;
    }
    p.p.fact = (PackageFact) {.type = type, .name = p.purl.name, .version = p.purl.version};
    if (package_type_is_os(type)) {
        p.p.fact.arch = p.purl.arch;
        p.p.fact.module = p.purl.module;
    } else {
        p.p.fact.name = language_name(s->a, type, &p.purl);
    }
    *ret = p;
    return true;
}

/* "E:version" unless there is no epoch, or it is 0, or the version has one. */
static Str with_epoch(Arena *a, Str epoch, Str version) {
    if (str_empty(epoch) || str_eqz(epoch, "0") || str_empty(version) || str_chr(version, ':') >= 0)
        return version;
    return arena_printf(a, "%.*s:%.*s", STR_FMT(epoch), STR_FMT(version));
}

/* The source package, by what says most: properties with name and version, an rpm's file name, the qualifier `upstream`, a bare name. */
static void settle_source(Sbom *s, SbomPackage *p) {
    PackageFact *f = &p->p.fact;
    Str name, version, file = !str_empty(p->source_rpm) ? p->source_rpm : p->purl.upstream;
    if (!str_empty(f->source_name)) {
        if (!str_empty(p->source_release))
            f->source_version = arena_printf(s->a, "%.*s-%.*s", STR_FMT(f->source_version), STR_FMT(p->source_release));
        f->source_version = with_epoch(s->a, p->source_epoch, f->source_version);
    } else if (sbom_source_rpm(file, &name, &version)) {
        f->source_name = name;
        f->source_version = with_epoch(s->a, p->purl.epoch, version);
    } else if (!str_empty(p->purl.upstream)) {
        if (!str_cut(p->purl.upstream, '@', &f->source_name, &version))
            f->source_name = p->purl.upstream;
        else
            f->source_version = version;
    } else if (!str_empty(p->origin)) {
        f->source_name = p->origin;
    }
    if (str_empty(f->source_name))
        f->source_name = f->name;
    if (str_empty(f->source_version))
        f->source_version = f->version;
}

void sbom_package_end(Sbom *s, SbomPackage *p) {
    PackageFact *f = &p->p.fact;
    if (f->type == PACKAGE_DEB || f->type == PACKAGE_RPM)
        f->version = with_epoch(s->a, p->purl.epoch, f->version);
    if (package_type_is_os(f->type))
        settle_source(s, p);
    while (p->p.path.n && p->p.path.p[0] == '/')
        p->p.path = str_from_at(p->p.path, 1);
    vec_push(&s->packages, *p);
}

Str sbom_os_id(Str name) {
    static const char *const names[][2] = {
        {"redhat", "rhel"}, {"amazon", "amzn"}, {"oracle", "ol"}, {"alma", "almalinux"}, {"opensuse.leap", "opensuse-leap"},
        {"opensuse.tumbleweed", "opensuse-tumbleweed"}, {"suse linux enterprise server", "sles"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (str_ieq(name, str_from(names[i][0])))
            return str_from(names[i][1]);
    return name;
}

/* Where the document names no system, its packages do: namespace and the qualifier distro, "debian-12". */
static void os_from_purls(Sbom *s) {
    for (size_t i = 0; i < s->packages.n && str_empty(s->os.id); i++) {
        const Purl *p = &s->packages.p[i].purl;
        ssize_t dash = str_rchr(p->distro, '-');
        if (dash > 0) {
            s->os.id = str_head(p->distro, (size_t) dash);
            s->os.version_id = str_from_at(p->distro, (size_t) dash + 1);
        } else {
            s->os.id = p->namespace;
        }
    }
}

static void settle_os(Sbom *s) {
    Os *os = &s->r->inventory.os;
    char key[128];
    os_from_purls(s);
    if (str_empty(s->os.id))
        return;
    s->os.id = sbom_os_id(s->os.id);
    *os = (Os) {.known = true, .id = s->os.id, .version_id = s->os.version_id, .codename = s->os.codename, .pretty_name = s->os.pretty_name,
                .cpe_name = s->os.cpe_name, .id_like = s->os.id_like};
    if (os_release_key(&s->os, key, sizeof(key)) == 0)
        os->release = arena_str(s->a, str_from(key));
}

static void settle_layers(Sbom *s) {
    Artifact *a = &s->r->artifact;
    Map by_diff_id = {0};
    a->n_layers = s->layers.n;
    a->layers = arena_alloc(s->a, (s->layers.n + 1) * sizeof(LayerInfo));
    if (s->layers.n)
        memcpy(a->layers, s->layers.p, s->layers.n * sizeof(LayerInfo));
    for (size_t i = 0; i < s->layers.n; i++)
        map_set(&by_diff_id, s->layers.p[i].diff_id, (void *) (uintptr_t) (i + 1));
    for (size_t i = 0; i < s->packages.n; i++) {
        SbomPackage *p = &s->packages.p[i];
        if (!p->has_layer && !str_empty(p->layer_diff_id)) {
            uintptr_t n = (uintptr_t) map_get(&by_diff_id, p->layer_diff_id);
            p->p.layer = n ? (int) (n - 1) : LAYER_NONE;
        }
        if (p->p.layer >= 0 && (size_t) p->p.layer >= s->layers.n)
            p->p.layer = LAYER_NONE;
        for (size_t k = 0; k < p->locations.n; k++)
            if (p->locations.p[k].layer >= 0 && (size_t) p->locations.p[k].layer >= s->layers.n)
                p->locations.p[k].layer = LAYER_NONE;
    }
    map_done(&by_diff_id);
}

static int cmp_package(const void *a, const void *b) {
    return package_compare(&((const SbomPackage *) a)->p, &((const SbomPackage *) b)->p);
}

static bool same_package(const Package *x, const Package *y) {
    return x->fact.type == y->fact.type && str_eq(x->fact.name, y->fact.name) && str_eq(x->fact.version, y->fact.version) && str_eq(x->fact.arch, y->fact.arch);
}

/* The places of n components that are one package: what they list, or else the one place of each. */
static void settle_locations(Sbom *s, const SbomPackage *from, size_t n, Package *to) {
    size_t room = n, places = 0;
    for (size_t i = 0; i < n; i++)
        room += from[i].locations.n;
    PackageLocation *all = arena_alloc(s->a, MIN(room, (size_t) PACKAGE_LOCATIONS_MAX) * sizeof(PackageLocation));
    for (size_t i = 0; i < n; i++) {
        const SbomPackage *p = &from[i];
        const PackageLocation own = {.path = p->p.path, .line = p->p.fact.line, .layer = p->p.layer, .declared = p->p.fact.flags & PACKAGE_DECLARED};
        const PackageLocation *list = p->locations.n ? p->locations.p : &own;
        size_t n_list = p->locations.n ? p->locations.n : 1;
        for (size_t k = 0; k < n_list && to->n_locations < PACKAGE_LOCATIONS_MAX; k++)
            all[to->n_locations++] = list[k];
        places += MAX(p->p.n_places, n_list);
    }
    to->locations = all;
    to->n_places = places;
    to->fact.line = all[0].line;
}

static void settle_packages(Sbom *s) {
    Inventory *inv = &s->r->inventory;
    Map by_ref = {0};
    Vec(Str) owners = {0};
    vec_sort(&s->packages, cmp_package);
    inv->packages = arena_alloc(s->a, (s->packages.n + 1) * sizeof(Package));
    for (size_t i = 0, end; i < s->packages.n; i = end) {
        const SbomPackage *first = &s->packages.p[i];
        for (end = i + 1; end < s->packages.n && same_package(&s->packages.p[end].p, &first->p);)
            end++;
        Package *p = &inv->packages[inv->n_packages++];
        *p = first->p; /* NOLINT(clang-analyzer-core.NullDereference): an arena without maximum never answers NULL */
        settle_locations(s, first, end - i, p);
        p->bom_ref = package_purl(s->a, &p->fact, &inv->os);
        map_set(&by_ref, p->bom_ref, p);
        vec_push(&owners, package_type_is_os(p->fact.type) ? STR_NULL : first->owner);
    }
    for (size_t i = 0; i < inv->n_packages; i++) {
        lint_assume(owners.p);
        const Package *owner = str_empty(owners.p[i]) ? NULL : map_get(&by_ref, owners.p[i]);
        inv->packages[i].owner = owner && package_type_is_os(owner->fact.type) ? owner : NULL;
    }
    map_done(&by_ref);
    vec_done(&owners);
}

#define TAKE(s, from, list, count)                                                          \
    do {                                                                                    \
        (list) = arena_alloc((s)->a, ((s)->from.n + 1) * sizeof(*(list)));                  \
        if ((s)->from.n)                                                                    \
            memcpy((list), (s)->from.p, (s)->from.n * sizeof(*(list)));                     \
        (count) = (s)->from.n;                                                              \
    } while (0)

static int cmp_entry(const void *a, const void *b) {
    return str_cmp(((const MapEntry *) a)->key, ((const MapEntry *) b)->key);
}

static void gaps(Sbom *s) {
    Report *r = s->r;
    const Inventory *inv = &r->inventory;
    if (s->others.n)
        qsort(s->others.entries, s->others.n, sizeof(MapEntry), cmp_entry);
    for (size_t i = 0; i < s->others.n; i++)
        scan_add_gap(r, GAP_UNSUPPORTED_PACKAGES, s->others.entries[i].key, "%zu found and not judged: there are no advisories for packages of this type here",
                     (size_t) (uintptr_t) s->others.entries[i].value);
    if (s->unnamed)
        scan_add_gap(r, GAP_UNSUPPORTED_PACKAGES, STR("no package URL"), "%zu found and not judged: without a (valid) package URL it cannot be told what they are", s->unnamed);
    const bool os_packages = inv->n_packages && package_type_is_os(inv->packages[0].fact.type); /* they come first */
    if (inv->n_packages == 0)
        scan_add_gap(r, GAP_NO_PACKAGES, r->artifact.reference, "the SBOM lists no packages: nothing could be matched with advisories");
    else if (!inv->os.known && os_packages)
        scan_add_gap(r, GAP_UNSUPPORTED_OS, r->artifact.reference, "the SBOM does not tell the distribution");
    else if (inv->os.known && str_empty(inv->os.release))
        scan_add_gap(r, GAP_UNSUPPORTED_OS, inv->os.id, "%.*s is a distribution that no advisory feed covers", STR_FMT(inv->os.id));
}

int sbom_read(Str text, const char *name, const Limits *limits, Report *r, Diag *d) {
    Arena scratch = {0};
    Node *root = NULL;
    Sbom s = {.r = r, .a = &r->inventory.arena, .limits = limits, .name = name, .d = d};
    int rc;
    r->artifact = (Artifact) {.kind = ARTIFACT_SBOM, .reference = arena_str(s.a, str_from(name)), .created = TIME_NONE, .listed = TIME_NONE};
    if (str_starts(text, STR("\xef\xbb\xbf")))
        text = str_from_at(text, 3);
    if (sbom_sniff(text) == SBOM_UNSUPPORTED)
        return diag_add(d, DIAG_ERROR, name, 1, 1, "SBOMs in XML or tag-value form are not read: convert it to CycloneDX or SPDX JSON");
    rc = json_parse(text, name, limits, &scratch, d, &root);
    if (rc >= 0) {
        if (str_eqz(node_get_str(root, "bomFormat"), "CycloneDX"))
            rc = sbom_read_cyclonedx(&s, root);
        else if (node_get(root, "spdxVersion"))
            rc = sbom_read_spdx(&s, root);
        else
            rc = diag_add(d, DIAG_ERROR, name, 1, 1, "neither CycloneDX (\"bomFormat\") nor SPDX (\"spdxVersion\") JSON");
    }
    if (rc >= 0) {
        settle_os(&s);
        settle_layers(&s);
        settle_packages(&s);
        TAKE(&s, tags, r->artifact.repo_tags, r->artifact.n_repo_tags);
        TAKE(&s, content_sets, r->inventory.content_sets, r->inventory.n_content_sets);
        TAKE(&s, archives, r->inventory.archives, r->inventory.n_archives);
        gaps(&s);
    }
    for (size_t i = 0; i < s.packages.n; i++)
        vec_done(&s.packages.p[i].locations);
    vec_done(&s.packages);
    vec_done(&s.layers);
    vec_done(&s.tags);
    vec_done(&s.content_sets);
    vec_done(&s.archives);
    map_done(&s.others);
    arena_done(&scratch);
    return rc < 0 ? rc : 0;
}
