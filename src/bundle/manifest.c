/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/map.h"
#include "bundle/private.h"
#include "image/manifest.h"
#include "parse/json-write.h"

#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define EMPTY_TYPE "application/vnd.oci.empty.v1+json"
#define EMPTY_DIGEST "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

int bundle_name_check(Str name, Error *err) {
    Str rest = name, part;
    if (!name.n || name.n > BUNDLE_NAME_MAX)
        return error_set(err, -EINVAL, "expected a name of 1 to %d bytes", BUNDLE_NAME_MAX);
    for (size_t i = 0; i < name.n; i++)
        if ((unsigned char) name.p[i] < ' ' || name.p[i] == 0x7F || name.p[i] == '\\')
            return error_set(err, -EINVAL, "a name has no control characters and no backslash");
    while (str_split(&rest, '/', &part))
        if (!part.n || str_eqz(part, ".") || str_eqz(part, ".."))
            return error_set(err, -EINVAL, "a name is a relative path without empty parts, \".\" and \"..\"");
    if (name.p[name.n - 1] == '/')
        return error_set(err, -EINVAL, "a name is that of a file");
    if (!str_ends(name, STR(".yaml")) && !str_ends(name, STR(".yml")))
        return error_set(err, -EINVAL, "a name ends in .yaml or .yml");
    return 0;
}

/* Names that come from outside are shown without what a terminal would act on. */
static char *shown(Str s) {
    char *z = str_dup(str_head(s, 100));
    for (char *c = z; *c; c++)
        if ((unsigned char) *c < ' ' || *c == 0x7F)
            *c = '?';
    return z;
}

static int read_layer(const Node *n, size_t number, const char *place, BundleLayer *ret, Error *err) {
    static const char title[] = "org.opencontainers.image.title";
    _cleanup_error_ Error why = {0};
    int64_t size;
    Str type = node_get_str(n, "mediaType");
    *ret = (BundleLayer) {.name = node_get_str(node_get(n, "annotations"), title), .digest = node_get_str(n, "digest")};
    if (!str_eqz(type, BUNDLE_FILE_TYPE)) {
        _cleanup_free_ char *found = shown(type);
        return error_set(err, -EBADMSG, "%s: layer %zu has media type \"%s\", expected " BUNDLE_FILE_TYPE, place, number, found);
    }
    if (digest_parse(ret->digest, NULL, NULL) < 0 || node_i64(node_get(n, "size"), &size) < 0 || size <= 0)
        return error_set(err, -EBADMSG, "%s: layer %zu has no good digest and size", place, number);
    if (size > BUNDLE_FILE_MAX)
        return error_set(err, -E2BIG, "%s: layer %zu has %" PRIi64 " bytes, a file of a policy bundle has at most %d", place, number, size, BUNDLE_FILE_MAX);
    ret->size = (uint64_t) size;
    if (bundle_name_check(ret->name, &why) < 0) {
        _cleanup_free_ char *name = shown(ret->name);
        return error_set(err, -EBADMSG, "%s: layer %zu is called \"%s\" (%s): %s", place, number, name, title, error_text(&why, -EINVAL));
    }
    return 0;
}

/* Which artifact it is: artifactType, or the configuration's type where tools older than image-spec 1.1 made it. */
static int check_type(const Node *root, const char *place, Error *err) {
    Str type = node_get_str(root, "artifactType");
    if (!type.n)
        type = node_str(node_path(root, "config", "mediaType", NULL));
    if (str_eqz(type, BUNDLE_ARTIFACT_TYPE))
        return 0;
    _cleanup_free_ char *found = shown(type);
    if (node_get(root, "manifests"))
        return error_set(err, -EBADMSG, "%s: an index of several manifests, not a policy bundle; name one by its digest", place);
    return error_set(err, -EBADMSG, "%s: not a policy bundle: its artifact type is \"%s\", expected " BUNDLE_ARTIFACT_TYPE, place, found);
}

int bundle_manifest_read(Str text, const char *place, Arena *a, BundleLayer **ret, size_t *ret_n, Error *err) {
    _cleanup_(map_done) Map names = {0};
    Limits limits = limits_default();
    limits.document_nodes = 50 * BUNDLE_FILES_MAX;
    Node *root;
    uint64_t bytes = 0;
    int r = image_json(text, place, &limits, a, &root, err);
    if (r == 0)
        r = check_type(root, place, err);
    if (r < 0)
        return r;
    const Node *layers = node_get(root, "layers");
    if (!node_is(layers, NODE_LIST) || node_count(layers) == 0)
        return error_set(err, -EBADMSG, "%s: a policy bundle without a file", place);
    if (node_count(layers) > BUNDLE_FILES_MAX)
        return error_set(err, -E2BIG, "%s: %zu files, a policy bundle has at most %d", place, node_count(layers), BUNDLE_FILES_MAX);
    BundleLayer *all = arena_alloc(a, node_count(layers) * sizeof(*all));
    size_t n = 0;
    node_each(layer, layers) {
        bool is_new;
        r = read_layer(layer, n + 1, place, &all[n], err);
        if (r < 0)
            return r;
        map_slot(&names, all[n].name, &is_new);
        if (!is_new)
            return error_set(err, -EBADMSG, "%s: two files are called %.*s", place, STR_FMT(all[n].name));
        bytes += all[n++].size;
    }
    if (bytes > BUNDLE_BYTES_MAX)
        return error_set(err, -E2BIG, "%s: its files have %" PRIu64 " bytes, a policy bundle has at most %d", place, bytes, BUNDLE_BYTES_MAX);
    *ret = all;
    *ret_n = n;
    return 0;
}

void bundle_manifest_write(const BundleLayer *layers, size_t n, Buf *out) {
    JsonWriter w = json_writer(out, false);
    json_map(&w, NULL);
    json_u64(&w, "schemaVersion", 2);
    json_strz(&w, "mediaType", MANIFEST_TYPE);
    json_strz(&w, "artifactType", BUNDLE_ARTIFACT_TYPE);
    json_map(&w, "config");
    json_strz(&w, "mediaType", EMPTY_TYPE);
    json_strz(&w, "digest", EMPTY_DIGEST);
    json_u64(&w, "size", 2);
    json_end(&w);
    json_list(&w, "layers");
    for (size_t i = 0; i < n; i++) {
        json_map(&w, NULL);
        json_strz(&w, "mediaType", BUNDLE_FILE_TYPE);
        json_str(&w, "digest", layers[i].digest);
        json_u64(&w, "size", layers[i].size);
        json_map(&w, "annotations");
        json_str(&w, "org.opencontainers.image.title", layers[i].name);
        json_end(&w);
        json_end(&w);
    }
    json_end(&w);
    json_end(&w);
}
