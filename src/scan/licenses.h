/* SPDX-License-Identifier: Apache-2.0 */
/* Licences of packages, held against lists. */
#pragma once

#include "model/license.h"
#include "model/report.h"

/* NULL-ended lists of texts, each names and patterns separated by commas: "MIT,BSD-*"; "*" stands for any characters, case does not count. A pattern is of a
 * licence with its exception, or without: "GPL-2.0-only" holds for "GPL-2.0-only WITH Classpath-exception-2.0", too. An empty list: there is none. */
typedef struct LicensePolicy {
    const char *const *allow, *const *deny;
} LicensePolicy;

/* From good to bad. */
typedef enum LicenseVerdict {
    LICENSE_ALLOWED,
    LICENSE_UNKNOWN,       /* on neither list and not known, when there is a list of those allowed */
    LICENSE_NOT_ALLOWED,   /* known, and not among those allowed */
    LICENSE_DENIED,
} LicenseVerdict;

/* Of a choice (OR) the best branch counts, of what holds together (AND) the worst; *ret_name is the licence that decided. `l` NULL: no licence is stated. */
LicenseVerdict license_judge(const License *l, const LicensePolicy *policy, Str *ret_name);
/* A finding for each package whose licence is denied (high), not allowed (medium), or unknown (low). Without lists there are none. */
void licenses_find(Report *r, const LicensePolicy *policy);
