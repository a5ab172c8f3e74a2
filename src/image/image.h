/* SPDX-License-Identifier: Apache-2.0 */
/* Image: where artifacts come from. Opening one reads and verifies its manifest and configuration; layers are then read
 * one by one as streams of stored (compressed) bytes. Nothing here inflates or untars: confined workers do. */
#pragma once

#include "base/diag.h"
#include "base/error.h"
#include "base/limits.h"
#include "model/artifact.h"
#include "registry/registry.h"

typedef struct Platform {
    char os[32], arch[32], variant[16]; /* Go's names: "linux", "amd64", "v8"; empty variant: any */
} Platform;

/* "linux/arm64/v8" or "linux/amd64" or "arm64"; -EINVAL with err. */
int platform_parse(Str s, Platform *ret, Error *err);
/* This machine's. */
Platform platform_host(void);

typedef struct ImageOptions {
    Platform platform;           /* all empty: this machine's, and an image that exists for one platform only is taken whatever that is */
    const Limits *limits;
    RegistryOptions registry;
    const char *temp_dir;        /* where standard input, compressed archives and large files are put down */
    /* Which source to take; "" finds out by itself: existing path first (directory with oci-layout or rootfs, tar by
     * content), "-" is standard input, otherwise local stores, then a registry. */
    const char *source;          /* "", "dir", "oci", "docker-archive", "docker", "containerd", "podman", "registry" */
} ImageOptions;

/* Row i of the table of sources, in its order; false past the end. */
bool image_source(size_t i, const char **ret_name, const char **ret_doc);

typedef struct Image Image;
typedef struct BlobStream BlobStream;

/* Opens `reference` and reads manifest and configuration. On success *ret->artifact is complete but for diff_ids, which are
 * the configuration's claims until the layers were read. Errors name the source, the place and the cause:
 * -ENOENT no such image, -EBADMSG digest or format wrong, -ENOTSUP encrypted or unknown media type,
 * -EACCES credentials refused, -EHOSTUNREACH registry not reached. */
int image_open(const char *reference, const ImageOptions *options, Arena *a, Image **ret, Error *err);
const Artifact *image_artifact(const Image *img);
/* For ARTIFACT_DIRECTORY: an O_PATH descriptor of the root, owned by img; -1 otherwise. */
int image_root_fd(const Image *img);
void image_close(Image *img);
DEFINE_CLEANUP(Image, image_close, image_closep);

typedef enum LayerCompression { LAYER_TAR, LAYER_GZIP, LAYER_ZSTD, LAYER_UNSUPPORTED } LayerCompression;

/* How layer i is stored, by media type and, where that says nothing, first bytes. LAYER_UNSUPPORTED sets err
 * (encrypted, unknown media type, foreign layer that the source does not hold). */
LayerCompression image_layer_compression(Image *img, size_t layer, Error *err);
/* Opens layer i for reading its stored bytes from the start. */
int image_layer_open(Image *img, size_t layer, BlobStream **ret, Error *err);
/* Reads up to n bytes: count, 0 at the end, -errno. Network streams resume by themselves. May be called from any one thread. */
ssize_t blob_read(BlobStream *s, void *p, size_t n, Error *err);
void blob_close(BlobStream *s);
DEFINE_CLEANUP(BlobStream, blob_close, blob_closep);
