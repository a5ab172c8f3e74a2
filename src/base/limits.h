/* SPDX-License-Identifier: Apache-2.0 */
/* Limits on what input may make us do. One struct, one place for the defaults; passed down, never global. */
#pragma once

#include "base/macro.h"

typedef struct Limits {
    uint64_t entries;          /* entries of one archive or directory tree */
    uint32_t path_bytes;       /* length of a path in an archive */
    uint64_t file_bytes;       /* largest file that an analyzer reads whole */
    uint64_t expansion_ratio;  /* decompressed : compressed, counted after expansion_floor bytes out */
    uint64_t expansion_floor;
    uint64_t expanded_bytes;   /* of one layer or archive, whatever its ratio */
    uint64_t document_bytes;   /* largest JSON/YAML/XML document (manifest, config, SBOM, advisory record file) */
    uint32_t document_depth;   /* nesting of such a document */
    uint32_t document_nodes;   /* values in such a document */
    uint64_t manifest_bytes;   /* OCI manifest or index */
    uint64_t config_bytes;     /* OCI image configuration */
    uint32_t layers;           /* layers of one image */
    uint64_t facts;            /* facts of one layer */
    uint32_t condition_bytes;  /* one condition of a rule, as written */
    uint32_t condition_nodes;  /* parts of a condition: checks, fields, values */
} Limits;

static inline Limits limits_default(void) {
    return (Limits) {
        .entries = 10u * 1000 * 1000,
        .path_bytes = 4096,
        .file_bytes = (uint64_t) 512 << 20,
        .expansion_ratio = 1000,
        .expansion_floor = (uint64_t) 1 << 30,
        .expanded_bytes = (uint64_t) 64 << 30, /* the largest layers that registries take are under it; a minute of work */
        .document_bytes = (uint64_t) 1 << 30,
        .document_depth = 128,
        .document_nodes = 50u * 1000 * 1000,
        .manifest_bytes = (uint64_t) 4 << 20,
        .config_bytes = (uint64_t) 8 << 20,
        .layers = 1000,
        .facts = 500u * 1000,
        .condition_bytes = 256u << 10,
        .condition_nodes = 200u * 1000,
    };
}
