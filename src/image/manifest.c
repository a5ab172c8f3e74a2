/* SPDX-License-Identifier: Apache-2.0 */
#include "image/manifest.h"

#include "model/digest.h"
#include "parse/node.h"

#define OCI "application/vnd.oci.image."
#define DOCKER "application/vnd.docker."

/* A manifest has few values: these bound what a hostile one makes us build. */
enum { MANIFEST_NODES = 500 * 1000, MANIFEST_DEPTH = 32, INDEX_ITEMS = 10 * 1000 };

int image_json(Str text, const char *name, const Limits *limits, Arena *a, Node **ret, Error *err) {
    Limits l = *limits;
    l.document_depth = MIN(l.document_depth, (uint32_t) MANIFEST_DEPTH);
    l.document_nodes = MIN(l.document_nodes, (uint32_t) MANIFEST_NODES);
    _cleanup_(diag_done) Diag d = {0};
    int r = json_parse(text, name, &l, a, &d, ret);
    if (r < 0) {
        _cleanup_free_ char *first = d.items.n ? diag_item_text(&d.items.p[0]) : NULL;
        return first ? error_set(err, r == -E2BIG ? r : -EBADMSG, "%s", first) : error_errno(err, r, "%s", name);
    }
    return 0;
}

LayerKind layer_kind(Str t, bool *ret_foreign) {
    static const struct {
        const char *type;
        LayerKind kind;
        bool foreign;
    } kinds[] = {
        {OCI "layer.v1.tar", LAYER_KIND_PLAIN, false},
        {OCI "layer.v1.tar+gzip", LAYER_KIND_GZIP, false},
        {OCI "layer.v1.tar+zstd", LAYER_KIND_ZSTD, false},
        {OCI "layer.nondistributable.v1.tar", LAYER_KIND_PLAIN, true},
        {OCI "layer.nondistributable.v1.tar+gzip", LAYER_KIND_GZIP, true},
        {OCI "layer.nondistributable.v1.tar+zstd", LAYER_KIND_ZSTD, true},
        {DOCKER "image.rootfs.diff.tar", LAYER_KIND_PLAIN, false},
        {DOCKER "image.rootfs.diff.tar.gzip", LAYER_KIND_GZIP, false},
        {DOCKER "image.rootfs.diff.tar.zstd", LAYER_KIND_ZSTD, false},
        {DOCKER "image.rootfs.foreign.diff.tar", LAYER_KIND_PLAIN, true},
        {DOCKER "image.rootfs.foreign.diff.tar.gzip", LAYER_KIND_GZIP, true},
    };
    if (ret_foreign)
        *ret_foreign = false;
    if (str_ends(t, STR("+encrypted")))
        return LAYER_KIND_ENCRYPTED;
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (str_eqz(t, kinds[i].type)) {
            if (ret_foreign)
                *ret_foreign = kinds[i].foreign;
            return kinds[i].kind;
        }
    return LAYER_KIND_UNKNOWN;
}

static int read_descriptor(const Node *n, const char *name, const char *what, Descriptor *ret, Error *err) {
    if (!node_is(n, NODE_MAP))
        return error_set(err, -EBADMSG, "%s: %s is %s, expected a descriptor", name, what, n ? node_type_name(n->type) : "missing");
    Descriptor d = {
        .media_type = node_get_str(n, "mediaType"),
        .digest = node_get_str(n, "digest"),
        .artifact_type = node_get_str(n, "artifactType"),
    };
    int r = digest_parse(d.digest, NULL, NULL);
    if (r < 0)
        return error_set(err, r == -ENOTSUP ? r : -EBADMSG, "%s:%u:%u: %s: digest '%.*s' is %s", name, n->line, n->col, what,
                         STR_FMT(str_head(d.digest, 100)), r == -ENOTSUP ? "of an unknown algorithm (known: sha256, sha384, sha512)" : "malformed");
    int64_t size;
    r = node_i64(node_get(n, "size"), &size);
    if (r < 0 || size < 0)
        return error_set(err, -EBADMSG, "%s:%u:%u: %s: its size is %s", name, n->line, n->col, what, r == -ENOENT ? "missing" : "not a whole number of bytes");
    d.size = (uint64_t) size;
    const Node *p = node_get(n, "platform"), *notes = node_get(n, "annotations");
    d.os = node_get_str(p, "os");
    d.arch = node_get_str(p, "architecture");
    d.variant = node_get_str(p, "variant");
    d.ref_name = node_get_str(notes, "org.opencontainers.image.ref.name");
    d.image_name = node_get_str(notes, "io.containerd.image.name");
    d.attestation = str_eqz(node_get_str(notes, "vnd.docker.reference.type"), "attestation-manifest") ||
                    (str_eqz(d.os, "unknown") && str_eqz(d.arch, "unknown"));
    *ret = d;
    return 0;
}

static int read_descriptors(const Node *list, const char *name, const char *what, size_t max, Arena *a, Manifest *m, Error *err) {
    if (!node_is(list, NODE_LIST))
        return error_set(err, -EBADMSG, "%s: '%s' is %s, expected a list", name, what, list ? node_type_name(list->type) : "missing");
    if (node_count(list) > max)
        return error_set(err, -E2BIG, "%s: %zu %s, more than the %zu that are allowed", name, node_count(list), what, max);
    m->items = arena_alloc(a, node_count(list) * sizeof(*m->items));
    if (!m->items && node_count(list))
        return error_errno(err, -E2BIG, "%s", name);
    node_each(n, list) {
        char which[64];
        snprintf(which, sizeof(which), "%s[%zu]", what, m->n_items);
        int r = read_descriptor(n, name, which, &m->items[m->n_items], err);
        if (r < 0)
            return r;
        m->n_items++;
    }
    return 0;
}

static bool is_config_type(Str t) {
    return str_eqz(t, OCI "config.v1+json") || str_eqz(t, DOCKER "container.image.v1+json") ||
           str_eqz(t, "application/octet-stream"); /* what Docker before 1.10 pushed */
}

int manifest_parse(Str text, const char *name, Str media_type, const Limits *limits, Arena *a, Manifest *ret, Error *err) {
    Node *root;
    int r = image_json(text, name, limits, a, &root, err);
    if (r < 0)
        return r;
    if (!node_is(root, NODE_MAP))
        return error_set(err, -EBADMSG, "%s: %s, expected an image manifest or index", name, node_type_name(root->type));

    /* Servers may append parameters ("; charset=utf-8"). */
    Str hint = media_type, rest;
    if (str_cut(media_type, ';', &hint, &rest))
        hint = str_trim(hint);
    Str own = node_get_str(root, "mediaType");
    const Node *manifests = node_get(root, "manifests"), *layers = node_get(root, "layers"), *config = node_get(root, "config");
    int64_t schema = 0;
    (void) node_i64(node_get(root, "schemaVersion"), &schema);

    if (schema == 1 || str_starts(hint, STR(DOCKER "distribution.manifest.v1")) || node_get(root, "fsLayers"))
        return error_set(err, -ENOTSUP, "%s: a Docker schema 1 manifest, which has no verifiable layers; push the image again with a current tool",
                         name);
    /* One text that reads as two things can be shown to one tool as this and to another as that (GHSA-mc8v-mgrf-8f4m). */
    if (manifests && (layers || config))
        return error_set(err, -EBADMSG, "%s: has both 'manifests' and 'layers' or 'config', so it is neither index nor manifest", name);
    if (!str_empty(own) && !str_empty(hint) && !str_eq(own, hint) && !str_eqz(hint, "application/json") && !str_eqz(hint, "text/plain"))
        return error_set(err, -EBADMSG, "%s: calls itself '%.*s' but is referred to as '%.*s'", name, STR_FMT(own), STR_FMT(hint));
    Str type = !str_empty(own) ? own : hint;

    Manifest m = {.media_type = type};
    if (str_eqz(type, OCI "index.v1+json") || str_eqz(type, DOCKER "distribution.manifest.list.v2+json"))
        m.is_index = true;
    else if (str_eqz(type, OCI "manifest.v1+json") || str_eqz(type, DOCKER "distribution.manifest.v2+json"))
        m.is_index = false;
    else if (str_empty(own) && (str_empty(hint) || str_eqz(hint, "application/json") || str_eqz(hint, "text/plain"))) {
        if (!manifests && !config)
            return error_set(err, -EBADMSG, "%s: neither an image manifest nor an index", name);
        m.is_index = manifests;
        m.media_type = manifests ? STR(OCI "index.v1+json") : STR(OCI "manifest.v1+json");
    } else
        return error_set(err, -ENOTSUP, "%s: media type '%.*s' is not an image", name, STR_FMT(type));
    if (schema != 2)
        return error_set(err, -EBADMSG, "%s: schemaVersion is not 2", name);

    if (m.is_index) {
        r = read_descriptors(manifests, name, "manifests", INDEX_ITEMS, a, &m, err);
    } else {
        r = read_descriptor(config, name, "config", &m.config, err);
        if (r < 0)
            return r;
        if (!is_config_type(m.config.media_type)) {
            Str artifact = node_get_str(root, "artifactType");
            return error_set(err, -ENOTSUP, "%s: an artifact of type '%.*s', not a container image", name,
                             STR_FMT(!str_empty(artifact) ? artifact : m.config.media_type));
        }
        r = read_descriptors(layers, name, "layers", limits->layers, a, &m, err);
    }
    if (r < 0)
        return r;
    *ret = m;
    return 0;
}

static int read_strings(const Node *list, const char *name, const char *what, size_t max, Arena *a, Str **ret, size_t *ret_n, Error *err) {
    if (list && !node_is(list, NODE_LIST) && !node_is(list, NODE_NULL))
        return error_set(err, -EBADMSG, "%s: %s is %s, expected a list of strings", name, what, node_type_name(list->type));
    size_t n = node_count(list), i = 0;
    if (n > max)
        return error_set(err, -E2BIG, "%s: %zu %s, more than the %zu that are allowed", name, n, what, max);
    Str *v = arena_alloc(a, n * sizeof(*v));
    if (n && !v)
        return error_errno(err, -E2BIG, "%s", name);
    node_each(s, list) {
        if (!node_is(s, NODE_STRING))
            return error_set(err, -EBADMSG, "%s:%u:%u: %s holds %s, expected a string", name, s->line, s->col, what, node_type_name(s->type));
        v[i++] = node_str(s);
    }
    *ret = v;
    *ret_n = n;
    return 0;
}

int image_config_parse(Str text, const char *name, const Limits *limits, Arena *a, ImageConfig *ret, Error *err) {
    Node *root;
    int r = image_json(text, name, limits, a, &root, err);
    if (r < 0)
        return r;
    const Node *rootfs = node_get(root, "rootfs");
    if (!node_is(rootfs, NODE_MAP))
        return error_set(err, -EBADMSG, "%s: no 'rootfs', so not an image configuration", name);
    ImageConfig c = {
        .os = node_get_str(root, "os"),
        .arch = node_get_str(root, "architecture"),
        .variant = node_get_str(root, "variant"),
        .user = node_get_str(node_get(root, "config"), "User"),
        .created = TIME_NONE,
    };
    int64_t created;
    if (time_parse(node_get_str(root, "created"), &created) == 0)
        c.created = created;
    r = read_strings(node_get(rootfs, "diff_ids"), name, "diff_ids", limits->layers, a, &c.diff_ids, &c.n_layers, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < c.n_layers; i++)
        if (digest_parse(c.diff_ids[i], NULL, NULL) < 0)
            return error_set(err, -EBADMSG, "%s: diff_ids[%zu] is '%.*s', expected a digest", name, i, STR_FMT(str_head(c.diff_ids[i], 100)));

    /* History has one entry an instruction; those that made a layer come in the order of layers. Where the numbers
     * disagree (tools that write a history of their own) nothing can be attributed. */
    c.created_by = arena_alloc(a, c.n_layers * sizeof(*c.created_by));
    if (c.n_layers && !c.created_by)
        return error_errno(err, -E2BIG, "%s", name);
    const Node *history = node_get(root, "history");
    size_t made = 0;
    node_each(h, history)
        made += !node_true(node_get(h, "empty_layer"));
    if (made == c.n_layers) {
        size_t i = 0;
        node_each(h, history)
            if (!node_true(node_get(h, "empty_layer")))
                c.created_by[i++] = node_get_str(h, "created_by");
    }
    *ret = c;
    return 0;
}

int saved_images_parse(Str text, const char *name, const Limits *limits, Arena *a, SavedImage **ret, size_t *ret_n, Error *err) {
    Node *root;
    int r = image_json(text, name, limits, a, &root, err);
    if (r < 0)
        return r;
    size_t n = node_count(root), i = 0;
    if (!node_is(root, NODE_LIST) || n == 0)
        return error_set(err, -EBADMSG, "%s: %s, expected a list of saved images", name, n == 0 && node_is(root, NODE_LIST) ? "an empty list" : node_type_name(root->type));
    if (n > INDEX_ITEMS)
        return error_set(err, -E2BIG, "%s: %zu images, more than the %d that are allowed", name, n, INDEX_ITEMS);
    SavedImage *v = arena_alloc(a, n * sizeof(*v));
    if (!v)
        return error_errno(err, -E2BIG, "%s", name);
    node_each(m, root) {
        v[i].config = node_get_str(m, "Config");
        if (str_empty(v[i].config))
            return error_set(err, -EBADMSG, "%s:%u:%u: an image without 'Config'", name, m->line, m->col);
        r = read_strings(node_get(m, "Layers"), name, "Layers", limits->layers, a, &v[i].layers, &v[i].n_layers, err);
        if (r == 0)
            r = read_strings(node_get(m, "RepoTags"), name, "RepoTags", INDEX_ITEMS, a, &v[i].repo_tags, &v[i].n_repo_tags, err);
        if (r < 0)
            return r;
        i++;
    }
    *ret = v;
    *ret_n = n;
    return 0;
}
