/* SPDX-License-Identifier: Apache-2.0 */
/* Frames: a worker's answer, taken apart by its parent, who believes none of it. */
#pragma once

#include "base/error.h"
#include "base/limits.h"
#include "scan/layer-job.h"

typedef struct FrameReader {
    /* Up to n bytes: the count, 0 at the end, -errno. */
    ssize_t (*read)(void *userdata, void *p, size_t n);
    void *userdata;
    const Limits *limits;
} FrameReader;

/* Appends what the frames hold to *ret. An end inside a frame is no error of the frames: whoever wrote them died. -EBADMSG when they
 * are malformed or over the limits. */
int frames_gather(const FrameReader *f, LayerFacts *ret, Error *err);
/* Are these located facts, and links, from begin to end? */
bool facts_are_sound(Str payload);
bool links_are_sound(Str payload);
