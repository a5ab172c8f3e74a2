/* SPDX-License-Identifier: Apache-2.0 */
/* Value: what a field of a subject holds while a condition is evaluated. Strings and items are slices of the subject or of the evaluation's
 * scratch memory; nothing here owns anything. */
#pragma once

#include "base/str.h"

typedef enum ValueType {
    VALUE_NONE,    /* absent: every comparison with it is false, `!=` included */
    VALUE_BOOL,
    VALUE_INT,     /* counts, sizes (bytes), times (seconds since 1970), durations (FIELD_UNIT_…), ports */
    VALUE_DOUBLE,  /* scores */
    VALUE_STRING,
    VALUE_BYTES,   /* raw bytes: bcontains, bstartswith */
    VALUE_IP,      /* an address: 4 or 16 bytes in network order */
    VALUE_NET,     /* an address and a prefix length */
    VALUE_LIST,
} ValueType;

typedef struct IpValue {
    uint8_t family;  /* 4 or 6 */
    uint8_t prefix;  /* VALUE_NET: bits; VALUE_IP: 32 or 128 */
    uint8_t bytes[16];
} IpValue;

typedef struct Value Value;
struct Value {
    ValueType type;
    union {
        bool boolean;
        int64_t integer;
        double number;
        Str text;        /* VALUE_STRING, VALUE_BYTES */
        IpValue ip;
        struct {
            const Value *p;
            size_t n;
        } list;          /* items of one type, none of them a list; none of them VALUE_NONE */
    };
};

static inline Value value_none(void) {
    return (Value) {.type = VALUE_NONE};
}
static inline Value value_bool(bool b) {
    return (Value) {.type = VALUE_BOOL, .boolean = b};
}
static inline Value value_int(int64_t i) {
    return (Value) {.type = VALUE_INT, .integer = i};
}
static inline Value value_double(double d) {
    return (Value) {.type = VALUE_DOUBLE, .number = d};
}
/* A string that is there, though it may be empty. */
static inline Value value_str(Str s) {
    return (Value) {.type = VALUE_STRING, .text = s};
}
/* A string where STR_NULL means absent. */
static inline Value value_str_or_none(Str s) {
    return s.p ? value_str(s) : value_none();
}
static inline Value value_list(const Value *p, size_t n) {
    return (Value) {.type = VALUE_LIST, .list = {p, n}};
}
