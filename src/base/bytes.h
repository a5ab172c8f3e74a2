/* SPDX-License-Identifier: Apache-2.0 */
/* Integers in byte strings of any alignment, in both byte orders. The caller has checked the bounds. */
#pragma once

#include <string.h>

#include "base/macro.h"

static inline uint16_t be16(const void *p) {
    uint16_t v;
    memcpy(&v, p, sizeof(v));
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap16(v) : v;
}
static inline uint32_t be32(const void *p) {
    uint32_t v;
    memcpy(&v, p, sizeof(v));
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap32(v) : v;
}
static inline uint64_t be64(const void *p) {
    uint64_t v;
    memcpy(&v, p, sizeof(v));
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap64(v) : v;
}
static inline uint16_t le16(const void *p) {
    return __builtin_bswap16(be16(p));
}
static inline uint32_t le32(const void *p) {
    return __builtin_bswap32(be32(p));
}
static inline uint64_t le64(const void *p) {
    return __builtin_bswap64(be64(p));
}
static inline void put_le32(void *p, uint32_t v) {
    v = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? v : __builtin_bswap32(v);
    memcpy(p, &v, sizeof(v));
}
static inline void put_le64(void *p, uint64_t v) {
    v = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? v : __builtin_bswap64(v);
    memcpy(p, &v, sizeof(v));
}
