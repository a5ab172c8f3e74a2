/* SPDX-License-Identifier: Apache-2.0 */
/* What scans have settled about images, in memory: a copy of a fact store (store/fact-store.h) that is never changed, only replaced. */
#pragma once

#include "kube/workload.h"
#include "store/fact-store.h"

typedef struct ImageFacts ImageFacts;

/* Copies the store. -ENOENT: there is none; -E2BIG: more than fits into memory; -EBADMSG and others as fact_store_open(). */
int image_facts_load(const char *path, ImageFacts **ret, Error *err);
void image_facts_free(ImageFacts *f);
DEFINE_CLEANUP(ImageFacts, image_facts_free, image_facts_freep);
/* How many images and tags it knows. */
size_t image_facts_count(const ImageFacts *f, size_t *ret_tags);

typedef enum ImageKnown {
    IMAGE_SETTLED,     /* `fact` is what counts */
    IMAGE_UNRESOLVED,  /* nobody knows, or knew lately, where the tag leads */
    IMAGE_UNKNOWN,     /* the digest was never scanned */
    IMAGE_OLD,         /* it was, but too long ago */
    IMAGE_INCOMPLETE,  /* it was, but not everything could be looked at */
} ImageKnown;

typedef struct ImageAnswer {
    ImageKnown known;
    Str digest;            /* where it leads; empty: IMAGE_UNRESOLVED */
    const ImageFact *fact; /* NULL: IMAGE_UNRESOLVED, IMAGE_UNKNOWN */
} ImageAnswer;

/* `max_age` in seconds, 0: any. `f` may be NULL: nothing is known. */
ImageAnswer image_facts_find(const ImageFacts *f, const KubeImage *image, int64_t now, int64_t max_age);
/* "docker.io/library/nginx:1.25", "registry.example/app@sha256:…": as facts are kept and scans are asked for. In the arena; STR_NULL when that is full. */
Str kube_image_reference(const KubeImage *i, Arena *a);
