/* SPDX-License-Identifier: Apache-2.0 */
/* From constraints on versions ("~> 1.2.3, >= 1.2.7") to the rows of a language package. */
#pragma once

#include "advisory/feed-util.h"
#include "version/version_range.h"

/* A place between versions. */
typedef enum CutSide {
    CUT_START,  /* before all versions */
    CUT_BELOW,  /* right before it */
    CUT_ABOVE,  /* right behind it */
    CUT_END,    /* behind all versions */
} CutSide;

typedef struct Cut {
    CutSide side;
    Str version;
} Cut;

typedef struct VersionSpan {
    Cut from, to;
    bool fix;     /* it begins with a fixed version, for those that are not affected */
} VersionSpan;

int cut_compare(const VersionScheme *scheme, Cut a, Cut b);
/* What one alternative of a range holds; versions that differ from the text are in `a`. -EINVAL when it is more than one span ("!="). */
int feed_range_span(const VersionRange *range, uint32_t alternative, Arena *a, VersionSpan *ret);
/* Rows that say "affected from … to …": `fix` when what is behind `to` is fixed. A row of "not affected" takes out a version that is itself
 * excluded at the beginning. `row` has id and advisory. */
int feed_range_rows(const FeedSink *sink, Str release, Str package, const AdvisoryRow *row, Cut from, Cut to, bool fix);
