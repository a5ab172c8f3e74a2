/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of analyze.list.h, for the analyzers themselves. */
#pragma once

#include "analyze/analyzer.h"
#include "base/diag.h"

#define ANALYZER(symbol) extern const Analyzer analyzer_##symbol;
#include "analyze/analyze.list.h"
#undef ANALYZER

/* Problems of one file: the first few are told, the rest counted, so that a broken file of a million lines gives no
 * million facts. */
typedef struct ProblemLog {
    const Analyzer *analyzer;
    const AnalyzerInput *in;
    FactSink *sink;
    size_t n;
} ProblemLog;

enum { PROBLEM_LOG_KEEP = 10 };

void problem_log(ProblemLog *log, uint32_t line, const char *fmt, ...) _printf_(3, 4);
/* A limit was passed: what lies behind it was not seen, and it may be an attack. */
void problem_log_limit(ProblemLog *log, const char *fmt, ...) _printf_(2, 3);
/* The errors that a reader of src/parse found. */
void problem_log_diag(ProblemLog *log, const Diag *d);
/* Says how many were not told. */
void problem_log_end(ProblemLog *log);

/* A URI without the "user:password@" that it may carry: no fact, and so no cache or report, holds credentials. `uri` itself, or a copy in `a`. */
Str uri_without_userinfo(Arena *a, Str uri);
/* The last component of a path. */
Str path_base(Str path);
/* Is `path` a file directly in `dir` whose name ends with `suffix`? *ret_stem (may be NULL): the name without it. */
bool path_in_dir(Str path, Str dir, Str suffix, Str *ret_stem);
