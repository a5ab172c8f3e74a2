/* SPDX-License-Identifier: Apache-2.0 */
#include "image/manifest.h"
#include "image/platform.h"
#include "unit/tap.h"

#define D "\"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""
#define CONFIG "{\"mediaType\": \"application/vnd.oci.image.config.v1+json\", \"digest\": " D ", \"size\": 3}"

static Arena a;
static Error err;

static int parse(const char *text, const char *media_type, Manifest *ret) {
    Limits limits = limits_default();
    error_done(&err);
    return manifest_parse(str_from(text), "m", str_from(media_type), &limits, &a, ret, &err);
}

#define CHECK_FAILS(text, media_type, code, words)                                              \
    do {                                                                                        \
        Manifest m_;                                                                            \
        CHECK_INT(parse((text), (media_type), &m_), (code));                                    \
        CHECK_MSG(str_find(str_from(err.message), STR(words)) >= 0, "'%s' lacks '%s'", err.message, words); \
    } while (0)

TEST(reads_a_manifest) {
    Manifest m;
    CHECK_INT(parse("{\"schemaVersion\": 2, \"config\": " CONFIG ", \"layers\": [{\"mediaType\": \"x\", \"digest\": " D ", \"size\": 12}]}", NULL, &m), 0);
    CHECK(!m.is_index);
    CHECK_INT(m.n_items, 1);
    CHECK_INT(m.items[0].size, 12);
    CHECK_STR(m.config.media_type, "application/vnd.oci.image.config.v1+json");
}

TEST(reads_an_index_with_platforms_and_attestations) {
    Manifest m;
    CHECK_INT(parse("{\"schemaVersion\": 2, \"manifests\": ["
                    "{\"mediaType\": \"x\", \"digest\": " D ", \"size\": 1, \"platform\": {\"os\": \"linux\", \"architecture\": \"arm\", \"variant\": \"v7\"}},"
                    "{\"mediaType\": \"x\", \"digest\": " D ", \"size\": 1, \"platform\": {\"os\": \"unknown\", \"architecture\": \"unknown\"}},"
                    "{\"mediaType\": \"x\", \"digest\": " D ", \"size\": 1, \"annotations\": {\"vnd.docker.reference.type\": \"attestation-manifest\"}}]}",
                    "application/vnd.oci.image.index.v1+json", &m),
              0);
    CHECK(m.is_index);
    CHECK_STR(m.items[0].variant, "v7");
    CHECK(!m.items[0].attestation && m.items[1].attestation && m.items[2].attestation);
}

TEST(refuses_what_is_no_image) {
    CHECK_FAILS("{\"schemaVersion\": 1, \"fsLayers\": []}", "", -ENOTSUP, "schema 1");
    CHECK_FAILS("{}", "application/vnd.docker.distribution.manifest.v1+prettyjws", -ENOTSUP, "schema 1");
    CHECK_FAILS("{\"schemaVersion\": 2, \"mediaType\": \"application/vnd.example\"}", "", -ENOTSUP, "application/vnd.example");
    CHECK_FAILS("{\"schemaVersion\": 2}", "", -EBADMSG, "neither");
    CHECK_FAILS("[]", "", -EBADMSG, "a list");
    CHECK_FAILS("{\"schemaVersion\": 2,", "", -EBADMSG, "m:1:");
    CHECK_FAILS("{\"schemaVersion\": 2, \"artifactType\": \"application/x.sbom\", \"config\": {\"mediaType\": \"application/vnd.oci.empty.v1+json\", "
                "\"digest\": " D ", \"size\": 2}, \"layers\": []}",
                "", -ENOTSUP, "application/x.sbom");
}

TEST(refuses_texts_that_read_two_ways) {
    CHECK_FAILS("{\"schemaVersion\": 2, \"manifests\": [], \"layers\": []}", "", -EBADMSG, "both");
    CHECK_FAILS("{\"schemaVersion\": 2, \"mediaType\": \"application/vnd.oci.image.manifest.v1+json\", \"config\": " CONFIG ", \"layers\": []}",
                "application/vnd.oci.image.index.v1+json", -EBADMSG, "calls itself");
    CHECK_FAILS("{\"schemaVersion\": 2, \"config\": " CONFIG ", \"config\": " CONFIG ", \"layers\": []}", "", -EBADMSG, "config");
}

TEST(refuses_bad_descriptors) {
    CHECK_FAILS("{\"schemaVersion\": 2, \"config\": " CONFIG ", \"layers\": [{\"digest\": " D "}]}", "", -EBADMSG, "layers[0]: its size is missing");
    CHECK_FAILS("{\"schemaVersion\": 2, \"config\": " CONFIG ", \"layers\": [{\"digest\": " D ", \"size\": -1}]}", "", -EBADMSG, "size");
    CHECK_FAILS("{\"schemaVersion\": 2, \"config\": " CONFIG ", \"layers\": [{\"digest\": \"sha256:xyz\", \"size\": 1}]}", "", -EBADMSG, "malformed");
    CHECK_FAILS("{\"schemaVersion\": 2, \"config\": " CONFIG ", \"layers\": [{\"digest\": \"md5:00\", \"size\": 1}]}", "", -ENOTSUP, "unknown algorithm");
    CHECK_FAILS("{\"schemaVersion\": 2, \"config\": " CONFIG ", \"layers\": [7]}", "", -EBADMSG, "layers[0] is a number");
}

static int config(const char *text, ImageConfig *ret) {
    Limits limits = limits_default();
    error_done(&err);
    return image_config_parse(str_from(text), "c", &limits, &a, ret, &err);
}

TEST(history_skips_empty_layers) {
    ImageConfig c;
    CHECK_INT(config("{\"os\": \"linux\", \"rootfs\": {\"diff_ids\": [" D ", " D "]}, \"history\": [{\"created_by\": \"ADD\"}, "
                     "{\"created_by\": \"ENV\", \"empty_layer\": true}, {\"created_by\": \"RUN\", \"empty_layer\": false}]}",
                     &c),
              0);
    CHECK_INT(c.n_layers, 2);
    CHECK_STR(c.created_by[0], "ADD");
    CHECK_STR(c.created_by[1], "RUN");
    CHECK(c.created == TIME_NONE);
}

TEST(a_history_of_another_length_tells_nothing) {
    ImageConfig c;
    CHECK_INT(config("{\"rootfs\": {\"diff_ids\": [" D "]}, \"history\": [{\"created_by\": \"A\"}, {\"created_by\": \"B\"}]}", &c), 0);
    CHECK(str_empty(c.created_by[0]));
}

TEST(refuses_bad_configurations) {
    ImageConfig c;
    CHECK_INT(config("{}", &c), -EBADMSG);
    CHECK_INT(config("{\"rootfs\": {\"diff_ids\": [\"nonsense\"]}}", &c), -EBADMSG);
    CHECK_INT(config("{\"rootfs\": {\"diff_ids\": [1]}}", &c), -EBADMSG);
}

TEST(layer_kinds_by_media_type) {
    bool foreign;
    CHECK_INT(layer_kind(STR("application/vnd.oci.image.layer.v1.tar+zstd"), NULL), LAYER_KIND_ZSTD);
    CHECK_INT(layer_kind(STR("application/vnd.docker.image.rootfs.diff.tar.gzip"), &foreign), LAYER_KIND_GZIP);
    CHECK(!foreign);
    CHECK_INT(layer_kind(STR("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"), &foreign), LAYER_KIND_GZIP);
    CHECK(foreign);
    CHECK_INT(layer_kind(STR("application/vnd.oci.image.layer.v1.tar+gzip+encrypted"), NULL), LAYER_KIND_ENCRYPTED);
    CHECK_INT(layer_kind(STR("application/vnd.example.layer"), NULL), LAYER_KIND_UNKNOWN);
}

static void platform_is(const char *text, const char *want) {
    Platform p = {0};
    char got[80] = "refused";
    if (platform_parse(str_from(text), &p, NULL) == 0)
        snprintf(got, sizeof(got), "%s/%s/%s", p.os, p.arch, p.variant);
    CHECK_MSG(strcmp(got, want) == 0, "%s is %s, expected %s", text, got, want);
}

TEST(platforms_are_normalised) {
    platform_is("linux/amd64", "linux/amd64/");
    platform_is("x86_64", "linux/amd64/");
    platform_is("arm64", "linux/arm64/");
    platform_is("linux/arm64/v8", "linux/arm64/");
    platform_is("linux/aarch64", "linux/arm64/");
    platform_is("linux/arm", "linux/arm/v7");
    platform_is("linux/arm/6", "linux/arm/v6");
    platform_is("windows/amd64", "windows/amd64/");
    platform_is("nonsense", "refused");
    platform_is("linux", "refused");
    platform_is("", "refused");
    platform_is("linux//v8", "refused");
    platform_is("linux/arm/v7/x", "refused");
}

static int rank(const char *want, const char *arch, const char *variant) {
    Platform p;
    if (platform_parse(str_from(want), &p, NULL) < 0)
        abort();
    return platform_rank(&p, STR("linux"), str_from(arch), str_from(variant));
}

TEST(older_variants_serve_newer_machines) {
    CHECK(rank("linux/arm/v7", "arm", "v7") > rank("linux/arm/v7", "arm", "v6"));
    CHECK(rank("linux/arm/v7", "arm", "v6") > rank("linux/arm/v7", "arm", "v5"));
    CHECK(rank("linux/arm/v6", "arm", "v7") < 0);
    CHECK(rank("linux/arm", "arm", "") > 0);
    CHECK(rank("linux/arm64", "arm64", "v8") > 0);
    CHECK(rank("linux/amd64", "arm64", "") < 0);
    CHECK(rank("linux/amd64/v3", "amd64", "v2") > 0);
    CHECK(rank("linux/amd64/v2", "amd64", "v3") < 0);
    CHECK(rank("linux/amd64", "amd64", "") > rank("linux/amd64", "amd64", "v2"));
}

TEST_MAIN()
