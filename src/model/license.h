/* SPDX-License-Identifier: Apache-2.0 */
/* Licences: what package sources write, read as an SPDX licence expression (SPDX 2.3, annex D; 3.0 has the same grammar).
 * Sources write "GPL-2+ and Expat" (Debian's copyright format 1.0), "GPLv2+ and MIT" (Fedora's old short names), "MIT License" (PyPI's classifiers), or SPDX.
 * A name that is not known, or that leaves open what it means ("BSD"), becomes a LicenseRef: it is never guessed and never dropped. */
#pragma once

#include "model/fact.h"

enum {
    LICENSE_BYTES_MAX = 64 * 1024,  /* of a text; a longer one is one unknown licence */
    LICENSE_DEPTH_MAX = 32,         /* of parentheses; as above */
    LICENSE_NODES_MAX = 1024,       /* of names in one text; as above */
};

typedef enum LicenseOp {
    LICENSE_NAME,    /* one licence, with its exception */
    LICENSE_AND,
    LICENSE_OR,
} LicenseOp;

typedef struct License {
    LicenseOp op;
    Str name;                       /* LICENSE_NAME: as SPDX writes it, "GPL-2.0-only WITH Classpath-exception-2.0", "LicenseRef-BSD" */
    Str id;                         /* LICENSE_NAME: the same without the exception */
    const struct License *first;    /* others: at least two, none twice, none of the same op */
    const struct License *next;     /* in the list of the one above */
} License;

/* The tree of what a source of this type writes, in `a`. NULL for an empty text only. */
const License *license_parse(Arena *a, PackageType type, Str text);
/* The same as a valid SPDX expression, in `a`; STR_NULL for an empty text. An SPDX expression of known licences stays what it is, but for case, doubles
 * and ids that SPDX deprecates ("GPL-2.0" is "GPL-2.0-only"). */
Str license_expression(Arena *a, PackageType type, Str text);
/* Is it on SPDX's list? Else it is a LicenseRef. */
bool license_is_known(const License *name);
