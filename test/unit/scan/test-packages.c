/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes one package, who owns it, and what is left out. */
#include "scan/packages.h"
#include "unit/tap.h"

enum { MAX = 40 };

typedef struct Facts {
    MergedFact f[MAX];
    size_t n;
} Facts;

static PackageFact *add(Facts *x, PackageType type, const char *name, const char *version, const char *path, int layer) {
    MergedFact *f = &x->f[x->n++];
    *f = (MergedFact) {.fact = {.kind = FACT_PACKAGE, .path = str_from(path)}, .real = str_from(path), .layer = layer, .since = layer, .removed_by = LAYER_NONE};
    ssize_t inner = str_find(f->real, STR("!/"));
    if (inner >= 0)
        f->real = str_head(f->real, (size_t) inner);
    f->fact.package = (PackageFact) {.type = type, .name = str_from(name), .version = str_from(version)};
    return &f->fact.package;
}

static void add_files(Facts *x, const char *name, const char *arch, const char *files) {
    MergedFact *f = &x->f[x->n++];
    *f = (MergedFact) {.fact = {.kind = FACT_PACKAGE_FILES}, .removed_by = LAYER_NONE};
    f->fact.files = (PackageFilesFact) {.type = PACKAGE_DEB, .name = str_from(name), .arch = str_from(arch), .files = str_from(files), .n_files = 3};
}

/* "NAME@VERSION[flags] < OWNER: LAYER PATH:LINE, …\n" */
static void print(const Inventory *inv, Buf *b) {
    for (size_t i = 0; i < inv->n_packages; i++) {
        const Package *p = &inv->packages[i];
        buf_printf(b, "%.*s@%.*s", STR_FMT(p->fact.name), STR_FMT(p->fact.version));
        if (p->fact.flags & PACKAGE_DECLARED)
            buf_putz(b, " declared");
        if (p->fact.flags & PACKAGE_DEV)
            buf_putz(b, " dev");
        if (p->owner)
            buf_printf(b, " < %.*s", STR_FMT(p->owner->fact.name));
        for (size_t k = 0; k < p->n_locations; k++)
            buf_printf(b, "%s %d %.*s:%u", k ? "," : ":", p->locations[k].layer, STR_FMT(p->locations[k].path), p->locations[k].line);
        buf_putc(b, '\n');
    }
}

#define PACKAGES(x, want)                          \
    do {                                           \
        Inventory inv_ = {0};                      \
        Buf text_ = buf_new(1 << 16);               \
        packages_take(&inv_, (x)->f, (x)->n);      \
        print(&inv_, &text_);                       \
        CHECK_STR(buf_view(&text_), want);          \
        buf_done(&text_);                           \
        inventory_done(&inv_);                     \
    } while (0)

TEST(a_lock_file_and_what_it_installs_are_one) {
    Facts x = {0};
    PackageFact *p = add(&x, PACKAGE_NPM, "a", "1", "app/package-lock.json", 1);
    p->flags = PACKAGE_DECLARED | PACKAGE_DEV;
    p->line = 7;
    add(&x, PACKAGE_NPM, "a", "1", "app/node_modules/a/package.json", 2);
    add(&x, PACKAGE_NPM, "a", "1", "app/node_modules/b/node_modules/a/package.json", 1);
    p = add(&x, PACKAGE_NPM, "a", "2", "app/package-lock.json", 1);
    p->flags = PACKAGE_DECLARED;
    p->line = 9;
    p = add(&x, PACKAGE_NPM, "c", "1", "app/package-lock.json", 1);
    p->flags = PACKAGE_DECLARED | PACKAGE_DEV;
    p = add(&x, PACKAGE_NPM, "c", "1", "b/package-lock.json", 1);
    p->flags = PACKAGE_DECLARED;
    p = add(&x, PACKAGE_NPM, "d", "1", "app/package-lock.json", 1);
    p->flags = PACKAGE_DECLARED | PACKAGE_DEV;
    PACKAGES(&x, "a@1: 2 app/node_modules/a/package.json:0, 1 app/node_modules/b/node_modules/a/package.json:0, 1 app/package-lock.json:7\n"
                 "a@2 declared: 1 app/package-lock.json:9\n"
                 "c@1 declared: 1 app/package-lock.json:0, 1 b/package-lock.json:0\n"
                 "d@1 declared dev: 1 app/package-lock.json:0\n");
    Inventory inv = {0};
    packages_take(&inv, x.f, x.n);
    packages_leave_out_dev(&inv);
    CHECK_INT(inv.n_packages, 3);
    CHECK_INT(inv.n_left_out, 1);
    inventory_done(&inv);
}

TEST(packages_of_the_distribution_own_what_lies_in_their_files) {
    Facts x = {0};
    add(&x, PACKAGE_DEB, "python3-requests", "2.28.1+dfsg-1", "var/lib/dpkg/status", 0)->arch = STR("all");
    add(&x, PACKAGE_DEB, "libjava", "1", "var/lib/dpkg/status", 0)->arch = STR("amd64");
    add_files(&x, "python3-requests", "", "usr/lib/python3/dist-packages/requests-2.28.1.egg-info/PKG-INFO\n");
    add_files(&x, "libjava", "amd64", "lib/java/a.jar\nusr/bin/tool\n");
    add_files(&x, "removed", "", "usr/lib/python3/dist-packages/gone.egg-info\n");
    add(&x, PACKAGE_PYPI, "requests", "2.28.1", "usr/lib/python3/dist-packages/requests-2.28.1.egg-info/PKG-INFO", 0);
    /* Installed by pip beside it: not the distribution's. */
    add(&x, PACKAGE_PYPI, "requests", "2.31.0", "usr/local/lib/python3.11/dist-packages/requests-2.31.0.dist-info/METADATA", 1);
    /* The same version twice, one of them not the distribution's. */
    add(&x, PACKAGE_MAVEN, "g:a", "1", "usr/lib/java/a.jar!/inner.jar", 0);
    add(&x, PACKAGE_MAVEN, "g:b", "1", "usr/lib/java/a.jar", 0);
    add(&x, PACKAGE_MAVEN, "g:b", "1", "opt/b.jar", 0);
    add(&x, PACKAGE_GOLANG, "m", "v1", "usr/bin/tool", 0);
    add(&x, PACKAGE_GOLANG, "m", "v1", "src/go.mod", 0)->flags = PACKAGE_DECLARED;
    add(&x, PACKAGE_PYPI, "gone", "1", "usr/lib/python3/dist-packages/gone.egg-info", 0);
    /* A program of the distribution's is its package, which is listed already. */
    add(&x, PACKAGE_GENERIC, "tool", "1", "usr/bin/tool", 0);
    add(&x, PACKAGE_GENERIC, "tool", "2", "opt/tool", 0);
    PACKAGES(&x, "libjava@1: 0 var/lib/dpkg/status:0\n"
                 "python3-requests@2.28.1+dfsg-1: 0 var/lib/dpkg/status:0\n"
                 "gone@1: 0 usr/lib/python3/dist-packages/gone.egg-info:0\n"
                 "requests@2.28.1 < python3-requests: 0 usr/lib/python3/dist-packages/requests-2.28.1.egg-info/PKG-INFO:0\n"
                 "requests@2.31.0: 1 usr/local/lib/python3.11/dist-packages/requests-2.31.0.dist-info/METADATA:0\n"
                 "m@v1 < libjava: 0 usr/bin/tool:0, 0 src/go.mod:0\n"
                 "g:a@1 < libjava: 0 usr/lib/java/a.jar!/inner.jar:0\n"
                 "g:b@1: 0 opt/b.jar:0, 0 usr/lib/java/a.jar:0\n"
                 "tool@2: 0 opt/tool:0\n");
}

TEST(places_are_counted_beyond_those_kept) {
    enum { N = 150 };
    static MergedFact f[N];
    static char paths[N][32];
    Inventory inv = {0};
    for (size_t i = 0; i < N; i++) {
        snprintf(paths[i], sizeof(paths[i]), "%03zu/package.json", i);
        f[N - 1 - i] = (MergedFact) {.fact = {.kind = FACT_PACKAGE}, .real = str_from(paths[i]), .layer = 0};
        f[N - 1 - i].fact.package = (PackageFact) {.type = PACKAGE_NPM, .name = STR("a"), .version = STR("1")};
    }
    packages_take(&inv, f, N);
    CHECK_INT(inv.n_packages, 1);
    CHECK_INT(inv.packages[0].n_locations, 100);
    CHECK_INT(inv.packages[0].n_places, N);
    CHECK_STR(inv.packages[0].path, "000/package.json");
    inventory_done(&inv);
}

TEST_MAIN()
