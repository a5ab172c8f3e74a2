/* SPDX-License-Identifier: Apache-2.0 */
/* VEX documents: OpenVEX 0.2.0 (https://github.com/openvex/spec), CycloneDX 1.4-1.6 (`vulnerabilities[].analysis`,
 * https://cyclonedx.org/docs/1.6/json/) and CSAF 2.0 (https://docs.oasis-open.org/csaf/csaf/v2.0/), all JSON. */
#pragma once

#include "base/diag.h"
#include "base/error.h"
#include "base/limits.h"
#include "model/exception.h"

typedef struct VexDocument {
    ExceptionFormat format;
    Exception *statements;   /* in document order; a statement about several vulnerabilities at once stands once */
    size_t n;
    Str *warnings;           /* "file:line:col: warning: …": statements that cannot be used and were left out */
    size_t n_warnings;
} VexDocument;

/* Reads one document; strings are copied into `a`. -EINVAL or -E2BIG with the places in `d` when it is none that can be read. Statements
 * that cannot be used are warnings in `d` and left out. An attestation (a DSSE envelope or a bundle of sigstore around an in-toto statement) is opened, its
 * signature not looked at. -ENOMSG, with the place in `d`, when the document is something else than VEX. Opens no file and keeps no state: fit for a confined worker. */
int vex_read(Str text, const char *name, const Limits *limits, Arena *a, VexDocument *ret, Diag *d);

/* Reads the regular file behind `fd` in a confined worker; `name` is its place for messages. */
int vex_open(int fd, const char *name, const Limits *limits, Arena *a, VexDocument *ret, Error *err);
