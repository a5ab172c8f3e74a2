/* SPDX-License-Identifier: Apache-2.0 */
/* The fact store: what scans have settled about images, kept in an SQLite file that several processes share. Scans fill it; the admission webhook reads it and puts into its
 * queue what it did not know; a worker scans what is in the queue. */
#pragma once

#include "base/error.h"
#include "base/str.h"

typedef struct FactStore FactStore;

typedef enum FactStoreMode { FACT_STORE_READ, FACT_STORE_WRITE /* made when it is not there */ } FactStoreMode;

/* -ENOENT: there is none to read. -EBADMSG: not a fact store, or broken. -EBUSY: another process holds it for longer than is waited for. */
int fact_store_open(const char *path, FactStoreMode mode, FactStore **ret, Error *err);
void fact_store_close(FactStore *s);
DEFINE_CLEANUP(FactStore, fact_store_close, fact_store_closep);

typedef struct ImageFact {
    Str digest;       /* "sha256:…" of a manifest or an index */
    Str verdict;      /* "allow", "warn", "deny"; "incomplete": not everything could be looked at */
    Str policy;       /* "production@2" */
    Str reasons;      /* for people, one a line; the worst first */
    int64_t scanned;  /* seconds since 1970 */
} ImageFact;

/* "registry.example/app:1.2" leads to the digest, as far as is known, until `expires`. */
typedef struct TagFact {
    Str tag, digest;
    int64_t resolved, expires;
} TagFact;

/* The verdict on an image; its tag, too, unless that is empty. Replaces what was known, and takes both out of the queue. */
int fact_store_put(FactStore *s, const ImageFact *image, const TagFact *tag, Error *err);
/* Everything there is. Slices live until the callback returns; a negative answer ends it. */
int fact_store_images(FactStore *s, int (*each)(void *userdata, const ImageFact *f), void *userdata, Error *err);
int fact_store_tags(FactStore *s, int (*each)(void *userdata, const TagFact *f), void *userdata, Error *err);

/* Asks for a scan of the reference, which may be in the queue already. -EDQUOT: the queue is full. */
int fact_store_ask(FactStore *s, Str reference, int64_t now, Error *err);
/* What to scan next: the longest asked for whose turn it is, else a tag that has run out. 1 with a fresh string; 0: nothing. */
int fact_store_next(FactStore *s, int64_t now, char **ret_reference, Error *err);
/* A scan of it failed: it is tried again later, at growing intervals, a few times. */
int fact_store_failed(FactStore *s, Str reference, Str why, int64_t now, Error *err);
/* Forgets images that were scanned before, tags that ran out before, and what was asked for before that moment. */
int fact_store_forget(FactStore *s, int64_t before, Error *err);
