/* SPDX-License-Identifier: Apache-2.0 */
/* DER (ITU-T X.690): one element after the other, without copies. Lengths are definite and tags have one byte, as in all that is read here; anything else
 * ends the reading. Nobody descends by itself: depth is the caller's. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

enum {
    DER_INTEGER = 0x02, DER_BIT_STRING = 0x03, DER_OCTET_STRING = 0x04, DER_NULL = 0x05, DER_OID = 0x06, DER_BOOLEAN = 0x01, DER_UTF8 = 0x0c,
    DER_UTC_TIME = 0x17, DER_GENERALIZED_TIME = 0x18, DER_UNIVERSAL_STRING = 0x1c, DER_BMP_STRING = 0x1e, DER_SEQUENCE = 0x30, DER_SET = 0x31,
    DER_CONTEXT = 0x80, /* + number: a primitive [number] */
    DER_CONTEXT_CONSTRUCTED = 0xa0,
};

typedef struct Der {
    uint8_t tag;
    Str content;
    Str whole;   /* with tag and length */
} Der;

/* The next element; false at the end, and when what is there is none (*rest is then not empty). */
bool der_next(Str *rest, Der *ret);
/* The next element when it has this tag; otherwise false, and *rest stays. */
bool der_take(Str *rest, uint8_t tag, Der *ret);
/* Bits of a non-negative integer's value (0 for 0), without its leading zeros. */
uint32_t der_integer_bits(Str content);
/* A small non-negative integer; false for others. */
bool der_integer_u64(Str content, uint64_t *ret);
/* "1.2.840.113549.1.1.1", in `a`; empty when it is none. */
Str der_oid_text(Arena *a, Str content);
/* UTCTime or GeneralizedTime as RFC 5280 has them ("…Z", with seconds). -EINVAL. */
int der_time(const Der *e, int64_t *ret);
