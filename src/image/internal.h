/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of image/ share: the open image, the table of sources and the streams they make. */
#pragma once

#include "image/image.h"
#include "image/manifest.h"

/* Where images come from, one row each in source.list.h. Adding one: docs/adding/image-source.md. */
typedef struct ImageSource {
    const char *name;   /* of --source and of the prefix "name:" */
    const char *doc;
    bool is_path;       /* the reference begins with a path or is "-" */
    bool by_name;       /* tried, in table order, for a reference that is no path */
    /* Finds `reference` and completes img: artifact, layers, state and the functions below. -ENOENT when the source does not
     * have it; -ENODEV when there is no such source on this machine (the next one is tried quietly). */
    int (*open)(Image *img, const char *reference, Error *err);
} ImageSource;

/* In table order, ended by a NULL name. */
const ImageSource *image_sources(void);

struct Image {
    Artifact artifact;
    Arena *arena;              /* the caller's: used while opening only, so that layers can be opened from any thread */
    ImageOptions options;
    Limits limits;
    int root_fd;
    char *place;               /* the source and its place, for messages; owned */
    void *state;               /* the source's */
    void (*state_free)(void *state);
    /* A small blob as stored; the caller verifies it. -ENOENT with a message when it is missing. */
    int (*read_blob)(Image *img, const Descriptor *d, uint64_t max, Str *ret, Error *err);
    int (*layer_open)(Image *img, size_t layer, BlobStream **ret, Error *err);
    bool local;                /* opening a layer costs nothing, so its first bytes can be looked at */
    bool layers_plain;         /* layers are made as plain tar whatever their media type says */
};

/* Follows `top` through indexes to the manifest of the wanted platform and on to its configuration, reading blobs through
 * img->read_blob and verifying size and digest of each, and fills img->artifact. `known` is the document that the source
 * has read already (not verified against `top` again when top->digest is empty); STR_NULL: read it. */
int image_resolve(Image *img, const Descriptor *top, Error *err);
/* Chooses among the descriptors of an index by platform: its number, or a negative errno with the platforms at hand. */
int image_choose_platform(const Image *img, const Manifest *index, const char *name, size_t *ret, Error *err);
/* Fills img->artifact from a verified configuration whose layers the caller sets; checks platform and count of layers (not
 * for LAYERS_UNKNOWN: a source that lists none itself). */
#define LAYERS_UNKNOWN SIZE_MAX
int image_set_config(Image *img, Str config, const char *name, size_t n_layers, Error *err);
/* Checks a blob against its descriptor: size and digest. */
int image_verify(const char *name, const Descriptor *d, Str bytes, Error *err);
Platform image_platform(const Image *img);

/* Streams. A source's own kind begins with this struct. */
struct BlobStream {
    ssize_t (*read)(BlobStream *s, void *p, size_t n, Error *err);
    void (*close)(BlobStream *s); /* frees s, too */
};
/* A range of a file; takes over fd. `name` for messages. */
BlobStream *blob_from_range(int fd, uint64_t offset, uint64_t size, const char *name);
