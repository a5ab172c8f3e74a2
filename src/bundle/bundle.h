/* SPDX-License-Identifier: Apache-2.0 */
/* Policy bundles: rules files and policy sets as an OCI artifact (docs/policy-bundles.md), in a registry or in an OCI image layout on disk. An artifact as image-spec 1.1
 * has it ("Guidelines for Artifact Usage"): a manifest with our artifactType and an empty configuration, one layer for each file, whose name is the layer's title. Every
 * byte is verified against its digest before anybody looks at it. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "model/digest.h"
#include "registry/registry.h"

#define BUNDLE_ARTIFACT_TYPE "application/vnd.plimsoll.policy.bundle.v1"
#define BUNDLE_FILE_TYPE "application/vnd.plimsoll.policy.file.v1+yaml"

enum {
    BUNDLE_MANIFEST_MAX = 4 << 20,
    BUNDLE_FILES_MAX = 1000,
    BUNDLE_FILE_MAX = 64 << 20,
    BUNDLE_BYTES_MAX = 256 << 20, /* all files together */
    BUNDLE_NAME_MAX = 512,
};

typedef struct BundleFile {
    Str name;                   /* a relative path: "sets/shop.yaml" */
    Str text;                   /* with a NUL behind */
} BundleFile;

typedef struct Bundle {
    Arena arena;
    BundleFile *files;          /* in the order of the manifest */
    size_t n_files;
    char digest[DIGEST_TEXT_MAX + 1]; /* of the manifest */
    int64_t asked;              /* when the registry said that the tag names it; TIME_NONE: it is no tag of a registry */
    bool stale;                 /* the registry could not be reached: it is what the tag named when it was asked last */
} Bundle;

typedef struct BundleOptions {
    const RegistryOptions *registry; /* NULL: defaults */
    const char *cache_dir;      /* what was fetched is kept here, by digest; NULL: nowhere */
    bool cached;                /* nobody is asked: what tags named when somebody asked last holds */
    const char *temp_dir;       /* where compressed archives are put down; NULL: $TMPDIR or /var/tmp */
    void (*warning)(void *userdata, const char *text); /* may be NULL */
    void *userdata;
} BundleOptions;

/* "oci://REGISTRY/NAME[:TAG][@DIGEST]"? */
bool bundle_is_remote(const char *reference);
/* An OCI layout on disk, a directory or an archive, perhaps with ":TAG" or "@DIGEST" behind? It may turn out to hold no bundle. */
bool bundle_is_local(const char *reference);

/* Reads and verifies all of it. From a registry: what the cache has by digest is not fetched again; a tag is asked for each time, and when the registry cannot be
 * reached the last answer holds (a warning says so). Archives are read by confined workers: worker_init() must have been called. -ENOENT no such artifact, -EBADMSG
 * wrong bytes or no bundle, -E2BIG over a limit, others as registry_manifest_get(). */
int bundle_open(const char *reference, const BundleOptions *options, Bundle *ret, Error *err);
void bundle_done(Bundle *b);

typedef struct BundlePushed {
    char digest[DIGEST_TEXT_MAX + 1];
    size_t sent;                /* files that the registry did not have */
} BundlePushed;

/* Sends the files, in the order of their names whatever the caller's, so that the same files have the same digest. `reference`: REGISTRY/NAME:TAG, with or without
 * "oci://". -EINVAL for a bad name, one that is there twice, an empty file; -E2BIG over a limit. */
int bundle_push(const char *reference, const BundleFile *files, size_t n, const BundleOptions *options, BundlePushed *ret, Error *err);
