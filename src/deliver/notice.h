/* SPDX-License-Identifier: Apache-2.0 */
/* Notices: alerts of ours about alerts, in the two forms that alerts have. */
#pragma once

#include "deliver/deliver.h"

typedef struct Notice {
    const char *hostname;
    Str rule;                /* "Alerts lost", or the rule whose alerts it is about */
    int severity;            /* of RFC 5424 */
    int64_t time;            /* nanoseconds since 1970 */
    const char *text;        /* what happened */
    const char *count_key;   /* "lost" */
    uint64_t count;
    const char *of_key;      /* "container.id"; NULL: none */
    Str of;
} Notice;

/* One line, without "\n". Its source is "internal". */
void notice_write(DeliverFormat format, const Notice *n, Buf *out);
