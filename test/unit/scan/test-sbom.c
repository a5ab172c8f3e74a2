/* SPDX-License-Identifier: Apache-2.0 */
/* What we write as an SBOM we read back; other tools' SBOMs (test/case/scan/sbom) give what is in expected.json beside them. */
#include <dirent.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "report/format.h"
#include "scan/sbom.h"
#include "unit/report/synthetic.h"
#include "unit/tap.h"

static int read_text(Str text, Report *r, Diag *d) {
    Limits limits = limits_default();
    *r = (Report) {.tool_version = STR("0.1.0"), .sbom_only = true};
    r->coverage.as_of = 1767225600;
    return sbom_read(text, "test.json", &limits, r, d);
}

#define SAME(field) CHECK_MSG(str_eq(x->field, y->field), "%s: %s of package %zu is \"%.*s\", was \"%.*s\"", format, #field, i, STR_FMT(x->field), STR_FMT(y->field))

static void same_inventory(const char *format, const Report *got, const Report *want) {
    CHECK_INT(got->inventory.n_packages, want->inventory.n_packages);
    CHECK_INT(got->artifact.n_layers, want->artifact.n_layers);
    for (size_t i = 0; i < got->inventory.n_packages && i < want->inventory.n_packages; i++) {
        const Package *x = &got->inventory.packages[i], *y = &want->inventory.packages[i];
        CHECK(x->fact.type == y->fact.type);
        SAME(fact.name);
        SAME(fact.version);
        SAME(fact.arch);
        SAME(fact.source_name);
        SAME(fact.source_version);
        SAME(fact.license);
        SAME(fact.maintainer);
        SAME(fact.vendor);
        SAME(fact.module);
        SAME(fact.digest);
        SAME(fact.depends);
        SAME(path);
        SAME(bom_ref);
        CHECK_INT(x->layer, y->layer);
        CHECK_INT(x->fact.installed_size, y->fact.installed_size);
        CHECK_INT(x->fact.n_files, y->fact.n_files);
        CHECK_INT(x->fact.flags, y->fact.flags);
        CHECK_INT(x->n_places, y->n_places);
        CHECK_INT(x->n_locations, y->n_locations);
        for (size_t k = 0; k < x->n_locations && k < y->n_locations; k++) {
            const PackageLocation *g = &x->locations[k], *w = &y->locations[k];
            CHECK(str_eq(g->path, w->path) && g->line == w->line && g->layer == w->layer && g->declared == w->declared);
        }
        CHECK(x->owner ? y->owner && str_eq(x->owner->bom_ref, y->owner->bom_ref) : !y->owner);
    }
    for (size_t i = 0; i < got->artifact.n_layers && i < want->artifact.n_layers; i++) {
        const LayerInfo *x = &got->artifact.layers[i], *y = &want->artifact.layers[i];
        SAME(digest);
        SAME(diff_id);
        SAME(media_type);
        SAME(created_by);
        CHECK_INT(x->size, y->size);
    }
    const Os *x = &got->inventory.os, *y = &want->inventory.os;
    size_t i = 0;
    SAME(id);
    SAME(version_id);
    SAME(codename);
    SAME(pretty_name);
    SAME(release);
    CHECK(str_eq(got->artifact.digest, want->artifact.digest));
    CHECK(str_eq(got->artifact.image_id, want->artifact.image_id));
    CHECK(str_eq(got->artifact.arch, want->artifact.arch));
    CHECK_INT(got->inventory.n_content_sets, want->inventory.n_content_sets);
    CHECK_INT(got->inventory.n_archives, want->inventory.n_archives);
}

static void round_trip(Report *want, const char *const *formats, size_t want_gaps) {
    const FormatOptions o = {.now = TIME_NONE};
    for (; *formats; formats++) {
        _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
        Report got;
        Diag d = {0};
        CHECK_INT(format_by_name(str_from(*formats))->write(want, &o, &out), 0);
        CHECK_INT(read_text(buf_view(&out), &got, &d), 0);
        CHECK_INT(d.errors + d.warnings, 0);
        same_inventory(*formats, &got, want);
        CHECK_INT(got.coverage.n_gaps, want_gaps);
        report_done(&got);
        diag_done(&d);
    }
}

static const char *const both[] = {"cyclonedx", "spdx", NULL};

TEST(our_own_sboms_come_back) {
    for (int s = 0; s < SYNTHETIC_N_; s++) {
        if (s == SYNTHETIC_HOSTILE || s == SYNTHETIC_NO_DATA)
            continue;
        Report r = synthetic_report((Synthetic) s, 0);
        round_trip(&r, both, s == SYNTHETIC_CLEAN ? 0 : 1); /* of three gaps one concerns what was in the image */
        report_done(&r);
    }
}

#define S(z) str_from(z)

TEST(modules_epochs_content_sets_and_archives_come_back) {
    PackageFact facts[] = {
        {.type = PACKAGE_RPM, .name = S("nodejs"), .version = S("1:18.18.2-2.module+el8"), .arch = S("x86_64"), .source_name = S("nodejs"),
         .source_version = S("1:18.18.2-2.module+el8"), .module = S("nodejs:18:8090020231127152326:a75119d5"), .vendor = S("Red Hat, Inc.")},
        {.type = PACKAGE_RPM, .name = S("openssl-libs"), .version = S("1:3.0.7-24.el9"), .arch = S("x86_64"), .source_name = S("openssl"),
         .source_version = S("1:3.0.7-24.el9"), .digest = S("sha1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")},
        {.type = PACKAGE_RPM, .name = S("with space+plus%"), .version = S("2~rc1^git-1"), .arch = S("noarch"), .source_name = S("other"), .source_version = S("3-1")},
    };
    Report r = {.tool_version = S("0.1.0"), .coverage.as_of = 1};
    Package packages[ARRAY_SIZE(facts)];
    const PackageLocation place = {.path = S("var/lib/rpm/rpmdb.sqlite"), .layer = LAYER_NONE};
    Str sets[] = {S("rhel-9-for-x86_64-appstream-rpms"), S("rhel-9-for-x86_64-baseos-rpms")};
    ArchiveSourceFact archives[] = {{.kind = S("apt"), .uri = S("http://deb.example/debian"), .suite = S("bookworm"), .components = S("main"), .line = 3}};
    r.artifact = (Artifact) {.kind = ARTIFACT_DIRECTORY, .reference = S("/"), .created = TIME_NONE};
    r.inventory.os = (Os) {.known = true, .id = S("rhel"), .version_id = S("9.4"), .release = S("rhel:9")};
    for (size_t i = 0; i < ARRAY_SIZE(facts); i++)
        packages[i] = (Package) {.fact = facts[i], .path = S("var/lib/rpm/rpmdb.sqlite"), .layer = LAYER_NONE, .locations = &place, .n_locations = 1, .n_places = 1, .bom_ref = package_purl(&r.arena, &facts[i], &r.inventory.os)};
    r.inventory.packages = packages;
    r.inventory.n_packages = ARRAY_SIZE(facts);
    r.inventory.content_sets = sets;
    r.inventory.n_content_sets = ARRAY_SIZE(sets);
    r.inventory.archives = archives;
    r.inventory.n_archives = ARRAY_SIZE(archives);
    round_trip(&r, both, 0);
    report_done(&r);
}

TEST(without_our_properties_the_purl_says_enough) {
    PackageFact f = {.type = PACKAGE_RPM, .name = S("openssl-libs"), .version = S("1:3.0.7-24.el9"), .arch = S("x86_64"), .source_name = S("openssl"),
                     .source_version = S("1:3.0.7-25.el9"), .module = S("m:1")};
    Os os = {.known = true, .id = S("rocky"), .version_id = S("9.4")};
    Arena a = {0};
    _cleanup_(buf_done) Buf b = buf_new(4096);
    Report r;
    Diag d = {0};
    buf_printf(&b, "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.4\",\"components\":[{\"type\":\"library\",\"name\":\"x\",\"purl\":\"%s\"}]}", package_purl(&a, &f, &os).p);
    CHECK_INT(read_text(buf_view(&b), &r, &d), 0);
    CHECK_INT(r.inventory.n_packages, 1);
    const PackageFact *g = &r.inventory.packages[0].fact;
    CHECK_STR(g->name, "openssl-libs");
    CHECK_STR(g->version, "1:3.0.7-24.el9");
    CHECK_STR(g->source_name, "openssl");
    CHECK_STR(g->source_version, "1:3.0.7-25.el9");
    CHECK_STR(g->module, "m:1");
    CHECK_STR(r.inventory.os.release, "rocky:9");
    report_done(&r);
    diag_done(&d);
    arena_done(&a);
}

static void refused(const char *text, const char *why) {
    Report r;
    Diag d = {0};
    CHECK(read_text(str_from(text), &r, &d) < 0);
    _cleanup_free_ char *message = diag_text(&d);
    CHECK_MSG(d.errors > 0 && strstr(message, why), "\"%s\": the message is \"%s\", expected \"%s\" in it", text, message, why);
    report_done(&r);
    diag_done(&d);
}

TEST(what_is_no_sbom_is_refused_with_its_place) {
    refused("", "test.json:1");
    refused("{}", "neither CycloneDX");
    refused("[1]", "neither CycloneDX");
    refused("{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.1\"}", "test.json:1:43: error: CycloneDX version \"1.1\"");
    refused("{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\",\n \"components\": 3}", "test.json:2:16: error: \"components\" is");
    refused("{\"spdxVersion\": \"SPDX-3.0\"}", "SPDX version \"SPDX-3.0\"");
    refused("SPDXVersion: SPDX-2.3\n", "tag-value");
    refused("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.4\"/>", "XML");
    refused("{\"bomFormat\": \"CycloneDX\"", "test.json:1");
}

TEST(an_empty_sbom_is_a_gap_not_a_clean_result) {
    Report r;
    Diag d = {0};
    CHECK_INT(read_text(STR("{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\"}"), &r, &d), 0);
    CHECK_INT(r.coverage.n_gaps, 1);
    CHECK(report_incomplete(&r));
    report_done(&r);
    diag_done(&d);
}

TEST(components_that_say_nothing_are_counted) {
    Report r;
    Diag d = {0};
    CHECK_INT(read_text(STR("{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[1, null, {}, {\"type\":\"file\",\"purl\":7,\"components\":\"x\"}, {\"type\":\"file\"}]}"), &r, &d), 0);
    CHECK_INT(r.coverage.n_gaps, 2);
    bool said = false;
    for (size_t i = 0; i < r.coverage.n_gaps; i++)
        said = said || str_starts(r.coverage.gaps[i].reason, STR("5 found and not judged"));
    CHECK(said);
    report_done(&r);
    diag_done(&d);
}

TEST(sniffs) {
    CHECK(sbom_sniff(STR(" {\n \"bomFormat\": 1")) == SBOM_CYCLONEDX);
    CHECK(sbom_sniff(STR("\xef\xbb\xbf{\"spdxVersion\"")) == SBOM_SPDX);
    CHECK(sbom_sniff(STR("{\"schemaVersion\": 2}")) == SBOM_NONE);
    CHECK(sbom_sniff(STR("")) == SBOM_NONE);
}

TEST(other_tools_sboms_are_understood) {
    const char *top = getenv("TOP"), *update = getenv("PLIMSOLL_UPDATE");
    _cleanup_free_ char *dir = xasprintf("%s/test/case/scan/sbom", top ? top : ".");
    DIR *d = opendir(dir);
    CHECK(d != NULL);
    struct dirent *e;
    size_t seen = 0;
    while (d && (e = readdir(d))) {
        if (e->d_name[0] == '.')
            continue;
        seen++;
        _cleanup_free_ char *in = xasprintf("%s/%s/input.json", dir, e->d_name), *want = xasprintf("%s/%s/expected.json", dir, e->d_name);
        _cleanup_free_ char *text = NULL, *expected = NULL;
        size_t n = 0, m = 0;
        Report r;
        Diag diag = {0};
        const FormatOptions o = {.now = TIME_NONE};
        _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
        CHECK_INT(fs_read(in, 1 << 20, &text, &n, NULL), 0);
        CHECK_MSG(read_text(str_n(text, n), &r, &diag) == 0, "%s is not read", in);
        CHECK_INT(format_by_name(STR("json"))->write(&r, &o, &out), 0);
        if (update && strcmp(update, "1") == 0)
            CHECK_INT(fs_write_atomic(want, out.p, out.n, 0644, NULL), 0);
        CHECK_INT(fs_read(want, 1 << 20, &expected, &m, NULL), 0);
        CHECK_MSG(str_eq(str_n(expected, m), buf_view(&out)), "%s: the report differs from expected.json", e->d_name);
        report_done(&r);
        diag_done(&diag);
    }
    if (d)
        closedir(d);
    CHECK(seen >= 3);
}

TEST_MAIN()
