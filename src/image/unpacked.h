/* SPDX-License-Identifier: Apache-2.0 */
/* Unpacked layers: the local stores of Docker and containers-storage keep a layer as a directory and its tar-split. From
 * both the layer's very tar is put together again, so that its diff_id can be verified like any other layer's. */
#pragma once

#include "base/vec.h"
#include "image/internal.h"

typedef struct UnpackedLayer {
    char *dir;       /* below the store's root: the files */
    char *tar_split; /* below it: the gzip file */
} UnpackedLayer;

typedef struct UnpackedStore {
    int root;        /* of the store */
    char *name;      /* for messages */
    Vec(UnpackedLayer) layers; /* bottom first */
} UnpackedStore;

/* For Image.state and Image.layer_open. */
void unpacked_free(void *store);
int unpacked_layer_open(Image *img, size_t layer, BlobStream **ret, Error *err);
/* Opens a store's root directory, into a fresh store that img owns from now on: -ENODEV when it does not exist. */
int unpacked_open(Image *img, const char *root, UnpackedStore **ret, Error *err);
/* A file of the store whole, in img's arena; -ENOENT without a message. */
int unpacked_read(const UnpackedStore *s, Image *img, const char *path, uint64_t max, Str *ret, Error *err);
/* Where a store lies: the environment variable, when it is set, or the default. */
const char *store_root(const char *variable, const char *usual);
