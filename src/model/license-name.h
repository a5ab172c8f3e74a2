/* SPDX-License-Identifier: Apache-2.0 */
/* Names of single licences, from what sources write to what SPDX writes. */
#pragma once

#include "model/license.h"

/* What SPDX calls a licence that a source of this type calls `name`, with an exception where the name has one; STR_NULL when it is not known. In `a`. */
Str license_known_name(Arena *a, PackageType type, Str name);
/* "LicenseRef-BSD-like" of "BSD like": what SPDX allows in a reference of one's own. In `a`. */
Str license_reference(Arena *a, Str name);
