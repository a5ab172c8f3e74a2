/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the object identifiers of certificates and keys, from RFC 3279, 4055, 5480, 5758, 8017, 8410, 9688, 5639, SEC 2 and NIST's Computer Security
 * Objects Register. */
#pragma once

#include "base/str.h"

typedef struct OidName {
    const char *oid, *name;
    uint32_t bits;  /* curves and keys of one size; else 0 */
} OidName;

/* Each NULL when it is not known. */
const OidName *oid_key(Str oid);
const OidName *oid_curve(Str oid);
/* Signature algorithm to the name of its hash; "" for one that needs none. */
const OidName *oid_signature(Str oid);
const OidName *oid_hash(Str oid);
/* Short names of the attributes of names. */
const OidName *oid_attribute(Str oid);
