/* SPDX-License-Identifier: Apache-2.0 */
/* The two line formats of Java archives: manifests ("JAR File Specification", main section only) and properties (java.util.Properties.load). Keys and
 * values are slices of the text where they can be, else of the arena. */
#pragma once

#include "base/arena.h"

typedef struct JavaText {
    Str rest;
    Arena *arena;
} JavaText;

/* The next attribute of a manifest's main section; false at its end. Keys are compared without case. */
bool java_manifest_next(JavaText *t, Str *ret_key, Str *ret_value);
/* The next property. Escapes other than of single characters stay as they are. */
bool java_property_next(JavaText *t, Str *ret_key, Str *ret_value);
