/* SPDX-License-Identifier: Apache-2.0 */
/* The listing of a layer job. Where digests are asked for it is made in the worker's helper thread, beside the work on the layer: hashing takes as long as that. */
#pragma once

#include "base/worker.h"
#include "scan/content-hash.h"

typedef struct JobListing JobListing;

/* NULL when no listing is asked for. `send` takes whole frames' payloads, from another thread, too. */
JobListing *job_listing_new(const LookFor *l, int (*send)(void *userdata, Str payload), void *userdata);
/* More bytes of the file that the next job_listing_put() is about; `digests`: content_digests() of its path. */
void job_listing_add(JobListing *l, uint32_t digests, const void *p, size_t n);
/* `hashed`: e is about what was added; `whole`: that is all of it. */
void job_listing_put(JobListing *l, const ListedEntry *e, bool hashed, bool whole);
/* Waits until all of it was sent. 0, or what `send` had to say. */
int job_listing_end(JobListing *l);
void job_listing_free(JobListing *l);
