/* SPDX-License-Identifier: Apache-2.0 */
/* Manifest: the JSON documents that describe images, read into plain structs. Sources: OCI image-spec 1.1 (manifest.md,
 * image-index.md, config.md, descriptor.md), Docker image manifest version 2 schema 2. Strings point into the text or the
 * arena. */
#pragma once

#include "base/limits.h"
#include "image/image.h"

typedef struct Descriptor {
    Str media_type, digest, artifact_type;
    uint64_t size;
    Str os, arch, variant;  /* platform; empty when not stated */
    Str ref_name;           /* annotation org.opencontainers.image.ref.name */
    Str image_name;         /* annotation io.containerd.image.name, as Docker's archives have it */
    bool attestation;       /* a statement about an image beside it, nothing to scan */
} Descriptor;

typedef struct Manifest {
    bool is_index;
    Str media_type;
    Descriptor config;      /* manifests only */
    Descriptor *items;      /* layers, or the manifests of an index */
    size_t n_items;
} Manifest;

/* Reads a manifest or an index. `name` is its place for messages, `media_type` what the descriptor or the server said
 * (empty: the document decides). -EBADMSG malformed, -ENOTSUP schema 1, an artifact that is no image, an unknown type. */
int manifest_parse(Str text, const char *name, Str media_type, const Limits *limits, Arena *a, Manifest *ret, Error *err);

typedef struct ImageConfig {
    Str os, arch, variant, user;
    int64_t created;
    Str *diff_ids;
    Str *created_by;        /* for each diff_id; empty where the history does not tell */
    size_t n_layers;
} ImageConfig;

int image_config_parse(Str text, const char *name, const Limits *limits, Arena *a, ImageConfig *ret, Error *err);

/* One image of a `docker save` archive's manifest.json. */
typedef struct SavedImage {
    Str config;             /* member names */
    Str *layers;
    size_t n_layers;
    Str *repo_tags;
    size_t n_repo_tags;
} SavedImage;

int saved_images_parse(Str text, const char *name, const Limits *limits, Arena *a, SavedImage **ret, size_t *ret_n, Error *err);

/* json_parse() for a document of a source: the first error becomes err's message, with -EBADMSG. */
typedef struct Node Node;
int image_json(Str text, const char *name, const Limits *limits, Arena *a, Node **ret, Error *err);

typedef enum LayerKind { LAYER_KIND_PLAIN, LAYER_KIND_GZIP, LAYER_KIND_ZSTD, LAYER_KIND_ENCRYPTED, LAYER_KIND_UNKNOWN } LayerKind;
/* What a layer's media type says. *ret_foreign (may be NULL): its bytes need not be with the image. */
LayerKind layer_kind(Str media_type, bool *ret_foreign);
