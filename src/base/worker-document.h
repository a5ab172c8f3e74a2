/* SPDX-License-Identifier: Apache-2.0 */
/* A document of somebody else's that fits into memory, read in a confined worker. */
#pragma once

#include "base/buf.h"
#include "base/diag.h"
#include "base/limits.h"
#include "base/worker.h"

/* Runs in the worker: reads `text` and appends to `answer` what the caller shall have of it (wire records, say). A negative result goes to the caller with the errors in `d`. The process
 * ends afterwards: nothing need be freed. */
typedef int (*WorkerDocumentFn)(Str text, const char *name, const Limits *limits, Buf *answer, Diag *d);

/* Hands the whole of the regular file `fd` to fn; `what` names such documents in errors ("an SBOM"), `name` is the file's. 0 with what fn appended in *answer, which is not to be trusted: the document may have taken
 * the worker over. -EINVAL: not a regular file; -E2BIG: more than limits->document_bytes; else what fn or worker_call() returned. */
int worker_document(WorkerDocumentFn fn, int fd, const char *name, const char *what, const Limits *limits, Buf *answer, Error *err);
