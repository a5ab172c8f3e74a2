/* SPDX-License-Identifier: Apache-2.0 */
/* Inventory: the facts of an artifact merged through its layers. */
#pragma once

#include "model/artifact.h"
#include "model/fact.h"

enum { LAYER_NONE = -1 };

enum { PACKAGE_LOCATIONS_MAX = 100 }; /* kept of one package */

/* A place where a package was found. */
typedef struct PackageLocation {
    Str path;            /* of the database, lock file or program; inside of archives "app.war!/WEB-INF/lib/x.jar" */
    uint32_t line;       /* of a text file that lists many; 0: none */
    int layer;           /* index into Artifact.layers, or LAYER_NONE */
    bool declared;       /* a lock file or manifest names it there */
} PackageLocation;

typedef struct Package {
    PackageFact fact;
    Str path;            /* of the first location */
    int layer;           /* OS packages: index of the layer that introduced it; others: that of the first location; or LAYER_NONE */
    const PackageLocation *locations; /* what is installed before what is declared, then by path */
    size_t n_locations;  /* at least one, at most PACKAGE_LOCATIONS_MAX */
    size_t n_places;     /* how many there were */
    /* Language packages: the OS package that installed it (its files are that one's), so that the distribution's advisories speak of it and the language's
     * do not; NULL. */
    const struct Package *owner;
    Str bom_ref;         /* stable name of this package in SBOMs and reports: its purl, made unique */
} Package;

typedef struct Os {
    bool known;          /* an os-release was found */
    Str id, version_id, codename, pretty_name, cpe_name, id_like;
    Str release;         /* key of the advisory database: "debian:12", "alpine:3.20", "ubuntu:22.04", "rhel:9" …; empty when the family is unknown */
} Os;

/* A certificate of a visible file. */
typedef struct Certificate {
    CertificateFact fact;
    Str path;            /* of the place that a package or the trust store explains least */
    int layer;           /* of that place */
    Str owner;           /* the OS package whose file that is; empty: none */
    bool trust_store;    /* it lies among those that the system, a runtime or a library trusts */
    size_t n_places;     /* where it lies in all */
} Certificate;

/* A key, keystore or credential. */
typedef struct Key {
    KeyFact fact;
    Str path;
    int layer;
    int deleted;         /* the layer that hides the file; LAYER_NONE while it is visible */
    Str owner;           /* as Certificate.owner */
} Key;

/* A file or directory whose mode, owner, capability or purpose matters. */
typedef struct FileEntry {
    Str path;            /* without leading "/" */
    Str tool;            /* what it is good for: "shell", "compiler" …; empty */
    uint32_t type;       /* EntryType of analyze/analyzer.h */
    uint32_t mode, uid, gid;
    uint64_t size;
    bool capability;     /* it gains capabilities when it is run */
    int layer;
} FileEntry;

typedef struct Inventory {
    Arena arena;         /* owns everything below */
    Os os;
    Package *packages;   /* sorted by type, name, version, arch, path */
    size_t n_packages;
    size_t n_left_out;   /* packages of development only or optional ones, which are not among them */
    Str *content_sets;   /* Red Hat repositories; sorted, unique */
    size_t n_content_sets;
    ArchiveSourceFact *archives;
    size_t n_archives;
    Certificate *certificates; /* sorted by path and line, each once */
    size_t n_certificates;
    Key *keys;           /* sorted by path, layer and line */
    size_t n_keys;
    FileEntry *entries;      /* sorted by path; none unless hardening was looked at */
    size_t n_entries;
} Inventory;

/* Their order: type, name, version, arch, path. */
int package_compare(const Package *a, const Package *b);
void inventory_done(Inventory *inv);

/* The advisory database's release key from os-release's ID and VERSION_ID (written into buf): "debian:12", "alpine:3.20", "rocky:9",
 * "ubuntu:22.04", "amazon:2023", "wolfi", "suse:15.6" … -ENOENT for a family that no feed covers. */
int os_release_key(const OsFact *os, char *buf, size_t n);
/* Names with a namespace in them ("@scope/name", "group:artifact", "vendor/name"): true with its parts; false, with the whole as name, for all others. */
bool package_group(const PackageFact *p, Str *ret_group, Str *ret_name);
/* The package URL (purl-spec): "pkg:deb/debian/openssl@3.0.15-1~deb12u1?arch=amd64&distro=debian-12". */
Str package_purl(Arena *a, const PackageFact *p, const Os *os);
