/* SPDX-License-Identifier: Apache-2.0 */
/* Bolt: reading bbolt databases (file format of go.etcd.io/bbolt, version 2), as containerd keeps its metadata in. For
 * confined workers: every offset is checked, and the work is bounded by the size of the file. */
#pragma once

#include "base/str.h"

typedef struct Bolt {
    Str data;
    uint32_t page_size;
    uint64_t root;        /* page of the root bucket */
    uint64_t txid;        /* of the newest transaction: when it is another one after reading, read again */
    uint64_t budget;      /* elements that may still be looked at */
    const char *problem;  /* static text after -EBADMSG */
} Bolt;

typedef struct BoltBucket {
    uint64_t page;        /* its root page; 0: it lies in `inlined` */
    Str inlined;
} BoltBucket;

/* -EBADMSG: no bolt database, or both of its meta pages are damaged. */
int bolt_open(Str data, Bolt *ret);
static inline BoltBucket bolt_root(const Bolt *b) {
    return (BoltBucket) {.page = b->root};
}
/* Calls fn for each key in order; `bucket` is NULL for a plain value. A result of fn other than 0 stops and is returned. */
typedef int (*BoltFn)(void *userdata, Str key, Str value, const BoltBucket *bucket);
int bolt_each(Bolt *b, const BoltBucket *in, BoltFn fn, void *userdata);
/* 0, or -ENOENT when there is no such key (of that kind). */
int bolt_bucket(Bolt *b, const BoltBucket *in, const char *name, BoltBucket *ret);
int bolt_get(Bolt *b, const BoltBucket *in, const char *name, Str *ret);
