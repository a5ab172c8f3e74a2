/* SPDX-License-Identifier: Apache-2.0 */
/* Inventory: the facts of an artifact merged through its layers. */
#pragma once

#include "model/artifact.h"
#include "model/fact.h"

enum { LAYER_NONE = -1 };

typedef struct Package {
    PackageFact fact;
    Str path;            /* of the database that lists it */
    int layer;           /* index into Artifact.layers of the layer that introduced it, or LAYER_NONE */
    Str bom_ref;         /* stable name of this package in SBOMs and reports: its purl, made unique */
} Package;

typedef struct Os {
    bool known;          /* an os-release was found */
    Str id, version_id, codename, pretty_name, cpe_name, id_like;
    Str release;         /* key of the advisory database: "debian:12", "alpine:3.20", "ubuntu:22.04", "rhel:9" …; empty when the family is unknown */
} Os;

typedef struct Inventory {
    Arena arena;         /* owns everything below */
    Os os;
    Package *packages;   /* sorted by type, name, version, arch, path */
    size_t n_packages;
    Str *content_sets;   /* Red Hat repositories; sorted, unique */
    size_t n_content_sets;
    ArchiveSourceFact *archives;
    size_t n_archives;
} Inventory;

/* Their order: type, name, version, arch, path. */
int package_compare(const Package *a, const Package *b);
void inventory_done(Inventory *inv);

/* The advisory database's release key from os-release's ID and VERSION_ID (written into buf): "debian:12", "alpine:3.20", "rocky:9",
 * "ubuntu:22.04", "amazon:2023", "wolfi", "suse:15.6" … -ENOENT for a family that no feed covers. */
int os_release_key(const OsFact *os, char *buf, size_t n);
/* The package URL (purl-spec): "pkg:deb/debian/openssl@3.0.15-1~deb12u1?arch=amd64&distro=debian-12". */
Str package_purl(Arena *a, const PackageFact *p, const Os *os);
