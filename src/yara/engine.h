/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled YARA rules at work on the bytes of one file after the other. One engine per thread. */
#pragma once

#include "base/error.h"
#include "base/str.h"

typedef struct YaraEngine YaraEngine;

typedef struct YaraMatch {
    Str rule, source;    /* its name, and the file it is from */
    Str tags;            /* separated by spaces */
    Str title;           /* meta "description"; empty */
    Str severity;        /* meta "severity"; empty */
    int64_t score;       /* meta "score" (0–100); -1: none */
    Str string;          /* the string of the rule that was found first in the file, "$a"; empty: the rule needs none */
    uint64_t offset;     /* where */
} YaraMatch;

/* From a blob of yara_compile(), which is copied; `seconds` a file may take (0: no limit). -ENOENT without libyara, -EBADMSG when the blob is none. */
int yara_engine_new(Str blob, uint32_t seconds, YaraEngine **ret, Error *err);
/* Tells of each rule that matches, in the order of the rules; what a match points to lives during the call. -ETIMEDOUT when its time is over, -EOVERFLOW when a string was found more
 * often than libyara counts (YR_MAX_STRING_MATCHES), -ENOMEM … in `err`: then matches may be missing. */
int yara_engine_scan(YaraEngine *e, Str path, Str bytes, void (*take)(void *userdata, const YaraMatch *m), void *userdata, Error *err);
void yara_engine_free(YaraEngine *e);
