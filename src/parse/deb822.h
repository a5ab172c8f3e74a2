/* SPDX-License-Identifier: Apache-2.0 */
/* Debian control data (deb822(5)): dpkg's status, apt's `.sources`, Packages and Release files. Paragraph by paragraph, without copies: names and
 * values are slices of the text.
 *
 *     Deb822 r;
 *     deb822_init(&r, text, "Packages");
 *     while ((n = deb822_next(&r, diag)))
 *         if (n > 0)
 *             use(deb822_get(&r, "Package"), deb822_get(&r, "Version"));
 */
#pragma once

#include "base/diag.h"

enum { DEB822_FIELDS_MAX = 256 };

typedef struct Deb822Field {
    Str name;      /* as written; compare without case */
    Str value;     /* white space cut from both ends; further lines are in it as they are: see deb822_line() */
    uint32_t line; /* of the name */
} Deb822Field;

typedef struct Deb822 {
    Str rest;
    const char *name;   /* of the file, for messages */
    uint32_t line;      /* of rest's first byte */
    uint32_t paragraph; /* the line of the paragraph's first field */
    size_t n;
    uint64_t seen;      /* a bit for each name: most names are seen to be new without a search */
    Deb822Field fields[DEB822_FIELDS_MAX]; /* of the current paragraph, in their order */
} Deb822;

void deb822_init(Deb822 *r, Str text, const char *name);
/* The next paragraph: 1 with its fields, 0 at the end. -EINVAL for one with a line that is no field or a field that is there twice, -E2BIG for one
 * with too many fields; the reasons are in `d`, what was readable in the fields, and the next call goes on with the next paragraph. */
int deb822_next(Deb822 *r, Diag *d);
/* The field of this name (any case); NULL when the paragraph has none. */
const Deb822Field *deb822_field(const Deb822 *r, const char *name);
/* Its value; STR_NULL when there is no such field. */
Str deb822_get(const Deb822 *r, const char *name);
/* The next line of a value, without the white space at its ends and without comments; "." alone stands for an empty line. False at the
 * end. The first line is the one beside the name, often empty. */
bool deb822_line(Str *value, Str *ret);
