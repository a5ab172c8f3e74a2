/* SPDX-License-Identifier: Apache-2.0 */
/* Artifact: what was looked at. Strings in the Arena of its maker. */
#pragma once

#include "base/arena.h"
#include "base/time.h"

typedef enum ArtifactKind { ARTIFACT_DIRECTORY, ARTIFACT_IMAGE, ARTIFACT_SBOM, ARTIFACT_REPOSITORY, ARTIFACT_FILES, ARTIFACT_CLUSTER } ArtifactKind;

/* "directory", "image", "sbom", "repository", "files", "cluster". */
const char *artifact_kind_name(ArtifactKind k);
/* The same as the first word of a line for people: "Directory", "Image", "SBOM", "Repository", "Files", "Cluster". */
const char *artifact_kind_title(ArtifactKind k);
/* A tree of files without layers: a directory or a repository. */
static inline bool artifact_is_tree(ArtifactKind k) {
    return k == ARTIFACT_DIRECTORY || k == ARTIFACT_REPOSITORY;
}

/* What `plimsoll check` looks at: rules alone judge it. */
static inline bool artifact_is_checked(ArtifactKind k) {
    return k == ARTIFACT_FILES || k == ARTIFACT_CLUSTER;
}
/* What is counted of it. */
static inline const char *artifact_unit(ArtifactKind k, bool one) {
    return k == ARTIFACT_CLUSTER ? one ? "object" : "objects" : k == ARTIFACT_FILES ? one ? "file" : "files" : one ? "entry" : "entries";
}

typedef struct LayerInfo {
    Str digest;          /* "sha256:…" of the blob as stored; empty when the source states none (docker save) */
    Str diff_id;         /* "sha256:…" of the uncompressed tar: verified */
    Str media_type;
    uint64_t size;       /* bytes as stored */
    Str created_by;      /* build instruction from the image's history; empty when unknown */
} LayerInfo;

typedef struct Artifact {
    ArtifactKind kind;
    Str reference;       /* as the user named it */
    Str digest;          /* manifest digest; empty for directories */
    Str top_digest;      /* of what the reference leads to: the index of several platforms, or the manifest itself; empty where there is none of either */
    Str tag;             /* "registry.example/app:1.2", when a registry was asked where it leads; else empty */
    Str image_id;        /* config digest; empty for directories */
    Str os, arch, variant; /* platform of the image; empty for directories */
    int64_t created;     /* TIME_NONE when unknown */
    int64_t listed;      /* of an SBOM: when it says that it was made; TIME_NONE when it does not */
    Str user;            /* configured user */
    LayerInfo *layers;   /* bottom first; NULL for directories */
    size_t n_layers;
    Str *repo_tags;
    size_t n_repo_tags;
    Str config;          /* the raw JSON of the image configuration, verified; empty for directories */
} Artifact;
