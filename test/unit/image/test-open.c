/* SPDX-License-Identifier: Apache-2.0 */
/* image_open() on hand-built layouts, good and bad. */
#include "base/worker.h"
#include "unit/image/layout.h"
#include "unit/tap.h"

static Arena a;

typedef struct Opened {
    Image *img;
    int r;
    Error err;
} Opened;

static Opened try_open(const char *reference, const char *platform) {
    Opened o = {0};
    ImageOptions options = {0};
    if (platform && platform_parse(str_from(platform), &options.platform, NULL) < 0)
        abort();
    o.r = image_open(reference, &options, &a, &o.img, &o.err);
    return o;
}

static void opened_done(Opened *o) {
    image_closep(&o->img);
    error_done(&o->err);
}

static void fails(const char *reference, const char *platform, int code, const char *words) {
    _cleanup_(opened_done) Opened o = try_open(reference, platform);
    CHECK_MSG(o.r == code, "%s: result %d (%s), expected %d", reference, o.r, error_text(&o.err, o.r), code);
    if (o.r < 0)
        CHECK_MSG(str_find(str_from(error_text(&o.err, o.r)), str_from(words)) >= 0, "'%s' lacks '%s'", error_text(&o.err, o.r), words);
}

#define LAYOUT(name) _cleanup_(layout_done) TestLayout name; layout_start(&name)

TEST(opens_a_layout) {
    LAYOUT(l);
    _cleanup_free_ char *d = layout_image(&l, "linux", "amd64", ", \"annotations\": {\"org.opencontainers.image.ref.name\": \"v1\"}");
    layout_index(&l, d);
    _cleanup_(opened_done) Opened o = try_open(l.dir, NULL);
    CHECK_MSG(o.r == 0, "%s", error_text(&o.err, o.r));
    if (o.r < 0)
        return;
    const Artifact *f = image_artifact(o.img);
    CHECK_INT(f->kind, ARTIFACT_IMAGE);
    CHECK_STR(f->os, "linux");
    CHECK_STR(f->user, "1000");
    CHECK_STR(f->repo_tags[0], "v1");
    CHECK_INT(f->n_layers, 1);
    CHECK_STR(f->layers[0].created_by, "COPY . /");
    CHECK_INT(image_layer_compression(o.img, 0, NULL), LAYER_TAR);
    BlobStream *s;
    char buf[64];
    CHECK_INT(image_layer_open(o.img, 0, &s, NULL), 0);
    CHECK_INT(blob_read(s, buf, 5, NULL), 5);
    CHECK_INT(blob_read(s, buf + 5, sizeof(buf) - 5, NULL), 6);
    CHECK(memcmp(buf, "layer bytes", 11) == 0);
    CHECK_INT(blob_read(s, buf, sizeof(buf), NULL), 0);
    blob_close(s);
    CHECK_INT(image_root_fd(o.img), -1);
}

TEST(chooses_by_platform_through_nested_indexes) {
    LAYOUT(l);
    _cleanup_free_ char *amd = layout_image(&l, "linux", "amd64", ", \"platform\": {\"os\": \"linux\", \"architecture\": \"amd64\"}");
    _cleanup_free_ char *arm = layout_image(&l, "linux", "arm64", ", \"platform\": {\"os\": \"linux\", \"architecture\": \"arm64\", \"variant\": \"v8\"}");
    _cleanup_free_ char *statement = layout_image(&l, "unknown", "unknown", ", \"platform\": {\"os\": \"unknown\", \"architecture\": \"unknown\"}");
    _cleanup_free_ char *index = xasprintf("{\"schemaVersion\": 2, \"manifests\": [%s, %s, %s]}", amd, statement, arm);
    _cleanup_free_ char *top = layout_blob(&l, OCI_TYPE "index.v1+json", str_from(index), "");
    layout_index(&l, top);
    static const char *const wants[] = {"linux/amd64", "linux/arm64"};
    for (size_t i = 0; i < ARRAY_SIZE(wants); i++) {
        _cleanup_(opened_done) Opened o = try_open(l.dir, wants[i]);
        CHECK_INT(o.r, 0);
        if (o.r == 0)
            CHECK_STR(image_artifact(o.img)->arch, wants[i] + 6);
    }
    fails(l.dir, "linux/s390x", -ENOENT, "there are linux/amd64, linux/arm64/v8");
}

TEST(a_lone_platform_is_taken_unless_another_is_asked_for) {
    LAYOUT(l);
    _cleanup_free_ char *d = layout_image(&l, "linux", "s390x", ", \"platform\": {\"os\": \"linux\", \"architecture\": \"s390x\"}");
    layout_index(&l, d);
    _cleanup_(opened_done) Opened o = try_open(l.dir, NULL);
    CHECK_INT(o.r, 0);
    fails(l.dir, "linux/amd64", -ENOENT, "s390x");
}

TEST(several_images_need_a_choice) {
    LAYOUT(l);
    _cleanup_free_ char *one = layout_image(&l, "linux", "amd64", ", \"annotations\": {\"org.opencontainers.image.ref.name\": \"one\"}");
    _cleanup_free_ char *two = layout_image(&l, "linux", "arm64", ", \"annotations\": {\"org.opencontainers.image.ref.name\": \"two\"}");
    _cleanup_free_ char *both = xasprintf("%s, %s", one, two), *chosen = xasprintf("%s:two", l.dir), *number = xasprintf("%s@1", l.dir),
                        *wrong = xasprintf("%s:three", l.dir);
    layout_index(&l, both);
    fails(l.dir, NULL, -EINVAL, "0: one ");
    fails(wrong, NULL, -ENOENT, "1: two ");
    const char *refs[] = {chosen, number};
    for (size_t i = 0; i < ARRAY_SIZE(refs); i++) {
        _cleanup_(opened_done) Opened o = try_open(refs[i], NULL);
        CHECK_INT(o.r, 0);
        if (o.r == 0)
            CHECK_STR(image_artifact(o.img)->arch, "arm64");
    }
}

/* Changes the file of the only blob whose text holds `words`. */
static void spoil(const TestLayout *l, const char *descriptor, Str bytes) {
    const char *hex = strstr(descriptor, "sha256:") + 7;
    _cleanup_free_ char *name = xasprintf("blobs/sha256/%.64s", hex);
    if (bytes.p) {
        layout_write(l, name, bytes);
    } else {
        _cleanup_free_ char *path = xasprintf("%s/%s", l->dir, name);
        unlink(path);
    }
}

TEST(verifies_manifests) {
    LAYOUT(l);
    _cleanup_free_ char *d = layout_image(&l, "linux", "amd64", ""), *text = NULL;
    layout_index(&l, d);
    _cleanup_free_ char *path = xasprintf("%s/blobs/sha256/%.64s", l.dir, strstr(d, "sha256:") + 7);
    size_t n;
    if (fs_read(path, 1 << 20, &text, &n, NULL) < 0)
        abort();
    text[n - 1] = ' ';
    spoil(&l, d, str_n(text, n));
    fails(l.dir, NULL, -EBADMSG, "do not have the digest");
    spoil(&l, d, STR("{}"));
    fails(l.dir, NULL, -EBADMSG, "2 bytes, its descriptor says");
    spoil(&l, d, STR_NULL);
    fails(l.dir, NULL, -ENOENT, "is missing");
}

/* A layout of one manifest with this configuration text and these layers. */
static void custom(const TestLayout *l, const char *config, const char *layers) {
    _cleanup_free_ char *c = layout_blob(l, OCI_TYPE "config.v1+json", str_from(config), "");
    _cleanup_free_ char *m = xasprintf("{\"schemaVersion\": 2, \"config\": %s, \"layers\": [%s]}", c, layers);
    _cleanup_free_ char *d = layout_blob(l, OCI_TYPE "manifest.v1+json", str_from(m), "");
    layout_index(l, d);
}

#define DIFF "\"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""
#define ONE_LAYER "{\"os\": \"linux\", \"architecture\": \"amd64\", \"rootfs\": {\"diff_ids\": [" DIFF "]}}"

TEST(layers_and_diff_ids_must_be_as_many) {
    LAYOUT(l);
    custom(&l, ONE_LAYER, "");
    fails(l.dir, NULL, -EBADMSG, "1 diff_ids for an image of 0 layers");
}

static void layer_fails(const TestLayout *l, const char *words) {
    _cleanup_(opened_done) Opened o = try_open(l->dir, NULL);
    CHECK_MSG(o.r == 0, "%s", error_text(&o.err, o.r));
    if (o.r < 0)
        return;
    _cleanup_error_ Error err = {0};
    CHECK_INT(image_layer_compression(o.img, 0, &err), LAYER_UNSUPPORTED);
    CHECK_MSG(err.message && str_find(str_from(err.message), str_from(words)) >= 0, "'%s' lacks '%s'", error_text(&err, 0), words);
}

TEST(layers_that_cannot_be_read) {
    LAYOUT(l);
    _cleanup_free_ char *encrypted = layout_blob(&l, OCI_TYPE "layer.v1.tar+gzip+encrypted", STR("?"), "");
    custom(&l, ONE_LAYER, encrypted);
    layer_fails(&l, "encrypted");
    _cleanup_free_ char *unknown = layout_blob(&l, "application/vnd.example", STR("?"), "");
    custom(&l, ONE_LAYER, unknown);
    layer_fails(&l, "application/vnd.example");
    custom(&l, ONE_LAYER, "{\"mediaType\": \"" OCI_TYPE "layer.v1.tar\", \"digest\": " DIFF ", \"size\": 1}");
    layer_fails(&l, "is missing");
    custom(&l, ONE_LAYER, "{\"mediaType\": \"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip\", \"digest\": " DIFF ", \"size\": 1}");
    layer_fails(&l, "foreign layer");
    _cleanup_free_ char *xz = layout_blob(&l, OCI_TYPE "layer.v1.tar", str_n("\xfd" "7zXZ", 6), "");
    custom(&l, ONE_LAYER, xz);
    layer_fails(&l, "xz");
    _cleanup_free_ char *short_layer = layout_blob(&l, OCI_TYPE "layer.v1.tar", STR("whole"), "");
    custom(&l, ONE_LAYER, short_layer);
    spoil(&l, short_layer, STR("who"));
    layer_fails(&l, "3 bytes, its descriptor says 5");
}

TEST(content_decides_about_compression) {
    LAYOUT(l);
    /* Runtimes look at the bytes, so a gzip layer that calls itself plain runs. */
    _cleanup_free_ char *gz = layout_blob(&l, OCI_TYPE "layer.v1.tar", STR("\x1f\x8b\x08 and so on"), "");
    custom(&l, ONE_LAYER, gz);
    _cleanup_(opened_done) Opened o = try_open(l.dir, NULL);
    CHECK_INT(o.r, 0);
    if (o.r == 0)
        CHECK_INT(image_layer_compression(o.img, 0, NULL), LAYER_GZIP);
}

TEST(sha512_digests) {
    LAYOUT(l);
    Str config = STR("{\"os\": \"linux\", \"architecture\": \"amd64\", \"rootfs\": {\"diff_ids\": []}}");
    char hex[DIGEST_HEX_MAX + 1];
    _cleanup_(hasher_freep) Hasher *h = hasher_new(DIGEST_SHA512);
    hasher_add(h, config.p, config.n);
    hasher_hex(h, hex);
    _cleanup_free_ char *name = xasprintf("blobs/sha512/%s", hex);
    layout_write(&l, name, config);
    _cleanup_free_ char *m = xasprintf("{\"schemaVersion\": 2, \"config\": {\"mediaType\": \"" OCI_TYPE "config.v1+json\", \"digest\": \"sha512:%s\", "
                                       "\"size\": %zu}, \"layers\": []}",
                                       hex, config.n);
    _cleanup_free_ char *d = layout_blob(&l, OCI_TYPE "manifest.v1+json", str_from(m), "");
    layout_index(&l, d);
    _cleanup_(opened_done) Opened o = try_open(l.dir, NULL);
    CHECK_MSG(o.r == 0, "%s", error_text(&o.err, o.r));
    layout_write(&l, name, STR("{\"os\": \"linux\", \"architecture\": \"armv7\", \"rootfs\": {\"diff_ids\": []}}"));
    fails(l.dir, NULL, -EBADMSG, "do not have the digest");
}

TEST(directories) {
    LAYOUT(l);
    fails(l.dir, NULL, -EBADMSG, "neither an OCI layout");
    layout_write(&l, "etc/os-release", STR("ID=x\n"));
    _cleanup_(opened_done) Opened o = try_open(l.dir, NULL);
    CHECK_INT(o.r, 0);
    if (o.r == 0) {
        CHECK_INT(image_artifact(o.img)->kind, ARTIFACT_DIRECTORY);
        CHECK(image_root_fd(o.img) >= 0);
    }
    fails("/nonexistent/place", NULL, -ENOENT, "/nonexistent/place");
    fails("", NULL, -EINVAL, "empty");
}

TEST(layouts_of_other_versions_and_without_parts) {
    LAYOUT(l);
    layout_write(&l, "oci-layout", STR("{\"imageLayoutVersion\": \"1.0.0\"}"));
    fails(l.dir, NULL, -EBADMSG, "without index.json");
    layout_index(&l, "");
    fails(l.dir, NULL, -EBADMSG, "lists no image");
    layout_write(&l, "oci-layout", STR("{\"imageLayoutVersion\": \"2.0.0\"}"));
    fails(l.dir, NULL, -ENOTSUP, "2.0.0");
    layout_write(&l, "oci-layout", STR("nonsense"));
    fails(l.dir, NULL, -EBADMSG, "oci-layout:1:1");
}

TEST(files_that_are_no_images) {
    LAYOUT(l);
    static const struct {
        const char *name, *bytes, *words;
    } cases[] = {
        {"empty", "", "is empty"},
        {"text", "just some text\n", "truncated"},
        {"gz", "\x1f\x8b\x08\x01garbage", "(gzip)"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        layout_write(&l, cases[i].name, str_from(cases[i].bytes));
        _cleanup_free_ char *path = xasprintf("%s/%s", l.dir, cases[i].name);
        fails(path, NULL, -EBADMSG, cases[i].words);
    }
    char noise[2048];
    memset(noise, 'x', sizeof(noise));
    layout_write(&l, "noise", str_n(noise, sizeof(noise)));
    _cleanup_free_ char *path = xasprintf("%s/noise", l.dir);
    fails(path, NULL, -EBADMSG, "no tar archive");
}

int main(void) {
    /* The stores of this machine are none of this test's. */
    setenv("PLIMSOLL_DOCKER_ROOT", "/nonexistent", 1);
    setenv("PLIMSOLL_CONTAINERD_ROOT", "/nonexistent", 1);
    setenv("PLIMSOLL_PODMAN_ROOT", "/nonexistent", 1);
    _cleanup_error_ Error err = {0};
    if (worker_init(&err) < 0) {
        printf("Bail out! %s\n", err.message);
        return 1;
    }
    return tap_main();
}
