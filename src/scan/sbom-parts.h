/* SPDX-License-Identifier: Apache-2.0 */
/* What the SBOM readers share. */
#pragma once

#include "base/map.h"
#include "base/vec.h"
#include "parse/node.h"
#include "scan/sbom.h"

/* A package URL taken apart (https://github.com/package-url/purl-spec); parts are decoded, in the arena given. */
typedef struct Purl {
    Str type, namespace, name, version;
    Str arch, distro, epoch, module, upstream;
    Str qualifiers;             /* all of them as written */
} Purl;

/* Distributions go by other names in purls and other tools than in os-release: the name that os-release has. */
Str sbom_os_id(Str name);

/* -EINVAL when it is none. */
int purl_parse(Str s, Arena *a, Purl *ret);

/* One package on its way in. What its own properties say wins over other tools', and those over its purl. */
typedef struct SbomPackage {
    Package p;
    Purl purl;
    Str layer_diff_id;          /* other tools name the layer by its digest */
    Str source_release, source_epoch; /* other tools take the source's version apart */
    Str source_rpm;             /* "openssl-3.0.7-1.el9.src.rpm" */
    Str owner;                  /* bom-ref (purl) of the package that installed it */
    Vec(PackageLocation) locations;
    Str origin;                 /* source package without a version */
    bool has_layer;
} SbomPackage;

typedef struct Sbom {
    Report *r;
    Arena *a;                   /* the inventory's */
    const Limits *limits;
    const char *name;
    Diag *d;
    Vec(SbomPackage) packages;
    Vec(LayerInfo) layers;
    Vec(Str) tags, content_sets;
    Vec(ArchiveSourceFact) archives;
    OsFact os;                  /* from properties and the operating-system component */
    Map others;                 /* purl type -> how many components that are not judged */
    size_t unnamed;             /* components without a purl */
} Sbom;

/* A property of the document (name and value); unknown ones are left alone. */
/* When the SBOM says that it was made; nothing where that is no time. */
void sbom_listed(Sbom *s, const Node *n);
void sbom_document_property(Sbom *s, Str name, Str value);
/* A property of a package. */
void sbom_package_property(Sbom *s, SbomPackage *p, Str name, Str value);
/* Starts a package from its purl, with the version that the document states beside it. False: it is not one that we judge, and
 * was counted. */
bool sbom_package_begin(Sbom *s, Str purl, SbomPackage *ret);
/* Settles source, layer and version, and keeps it. */
void sbom_package_end(Sbom *s, SbomPackage *p);
/* "openssl-3.0.7-1.el9.src.rpm" -> its name and version-release; false when it is none. */
bool sbom_source_rpm(Str file, Str *ret_name, Str *ret_version);

int sbom_read_cyclonedx(Sbom *s, const Node *root);
int sbom_read_spdx(Sbom *s, const Node *root);
