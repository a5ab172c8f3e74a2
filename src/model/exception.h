/* SPDX-License-Identifier: Apache-2.0 */
/* Exception: what somebody states about findings: a VEX statement, or a rule of an ignore file. Strings in the Arena of its maker. */
#pragma once

#include "base/arena.h"
#include "base/time.h"

/* The form it was written in. */
typedef enum ExceptionFormat {
    EXCEPTION_OPENVEX,
    EXCEPTION_CYCLONEDX,
    EXCEPTION_CSAF,
    EXCEPTION_PLIMSOLL,    /* .plimsollignore, and `ignores` of plimsoll.yaml */
    EXCEPTION_TRIVY,       /* .trivyignore, .trivyignore.yaml */
    EXCEPTION_GRYPE,       /* `ignore` of .grype.yaml */
    EXCEPTION_POLICY,      /* of a policy set */
    EXCEPTION_FORMAT_N_,
} ExceptionFormat;

/* "openvex", "cyclonedx", "csaf", "plimsoll", "trivy", "grype", "policy". */
const char *exception_format_name(ExceptionFormat f);
static inline bool exception_format_is_vex(ExceptionFormat f) {
    return f <= EXCEPTION_CSAF;
}

typedef enum VexStatus {
    VEX_NOT_AFFECTED,
    VEX_FIXED,
    VEX_AFFECTED,
    VEX_UNDER_INVESTIGATION,
    VEX_STATUS_N_,
} VexStatus;

/* OpenVEX's words: "not_affected", "fixed", "affected", "under_investigation". */
const char *vex_status_name(VexStatus s);
int vex_status_parse(Str s, VexStatus *ret);
/* Is it one of the five labels that OpenVEX and CSAF justify not_affected with? */
bool vex_justification_valid(Str s);

/* One thing that a VEX statement is about. A name is a purl, a digest, an image reference or a CPE; any of them may match. */
typedef struct ExceptionProduct {
    Str *names;
    size_t n_names;
    Str *parts;              /* names of the components inside the product that it is about; none: the whole product */
    size_t n_parts;
} ExceptionProduct;

typedef struct Exception {
    ExceptionFormat format;
    Str source;              /* the file, or the reference of what is attached to the image */
    uint32_t line, col;      /* where it stands there */
    Str *ids;                /* the vulnerability and its aliases, or ids of findings; none: any */
    size_t n_ids;
    Str justification;       /* why not affected: a label */
    Str reason;              /* in words */
    /* VEX only. */
    VexStatus status;
    int64_t time;            /* when it was stated; TIME_NONE unknown */
    ExceptionProduct *products;
    size_t n_products;
    /* Ignore rules only; what is empty restricts nothing. */
    uint32_t kinds;          /* bit per FindingKind */
    Str package;             /* name of the package or of its source package */
    Str version, type;       /* of the package */
    Str *purls;
    size_t n_purls;
    Str *paths;              /* patterns of shell for the path of the finding or of its package */
    size_t n_paths;
    Str fix_state;           /* Grype: "fixed", "not-fixed", "wont-fix", "unknown" */
    int64_t expires;         /* stops working at this time; TIME_NONE never */
    bool until_fix;          /* stops working for what a fixed version exists of */
    /* Filled in when it is applied. */
    size_t matched;          /* findings it is about */
    size_t outlived;         /* of them, those it did not suppress any more: its date is past, or a fix exists */
} Exception;

/* What was asked to make exceptions, for the coverage. */
typedef struct ExceptionSource {
    Str name;                /* file, or what is attached to the image */
    ExceptionFormat format;
    size_t total, unmatched; /* statements in it, and those that are about nothing here */
} ExceptionSource;
