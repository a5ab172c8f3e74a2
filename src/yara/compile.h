/* SPDX-License-Identifier: Apache-2.0 */
/* From YARA rules to a blob that workers load. Compiled in a confined worker, each file in a namespace of its own name; what another one includes is compiled with
 * that one only. */
#pragma once

#include "base/buf.h"
#include "base/diag.h"
#include "yara/rule-files.h"

/* Variables that many rule sets expect to be told of a file; "filetype" and "owner" stay empty. */
#define YARA_VARIABLES(X) X(filename) X(filepath) X(extension) X(filetype) X(owner)

/* Appends the blob to *ret_blob. What the files have wrong is in `d`, all of it (-EINVAL). libyara must be loaded (yara/api.h). */
int yara_compile(const YaraFiles *f, Buf *ret_blob, Diag *d, Error *err);
/* The same here and now, unconfined: for the worker, and for tests. */
int yara_compile_here(const YaraFiles *f, Buf *ret_blob, Diag *d, Error *err);
/* SHA-256 in hex of all that a scan's result depends on: files and version of the library. */
void yara_digest(const YaraFiles *f, char ret_hex[static 65]);
