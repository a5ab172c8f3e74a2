/* SPDX-License-Identifier: Apache-2.0 */
/* Finding: what was found, where, on which evidence, and what mends it. The same type for every phase. */
#pragma once

#include "base/time.h"
#include "model/exception.h"
#include "model/inventory.h"
#include "model/severity.h"

typedef enum FindingKind {
    FINDING_VULNERABILITY,   /* an advisory matches a package */
    FINDING_MALICIOUS,       /* the package itself is an attack; always critical */
    FINDING_UPDATE_PENDING,  /* the security archive has a newer version; no advisory at hand names a CVE */
    FINDING_EOL,             /* the distribution release is past its end of life */
    FINDING_MALFORMED,       /* a file or layer is broken or over a limit in a way that an attacker may want */
    FINDING_SECRET,          /* a token, key or password lies in a layer or in the configuration */
    FINDING_CONFIG,          /* the image is configured or hardened worse than it could be: a check of src/harden */
    FINDING_KEY,             /* a private key, a keystore, a file of credentials, a key that may log in */
    FINDING_CERTIFICATE,     /* a certificate that is out of date, weak, or of an authority of one's own */
    FINDING_MALWARE,         /* a file that a list of malware has, or a sign of malware in one that no OS package owns */
    FINDING_LICENSE,         /* a package's licence is denied, not among those allowed, or not known */
    FINDING_INTEGRITY,       /* a package's file is not what the package brought, or gone */
    FINDING_POLICY,          /* a rule of the policy language fired */
    FINDING_KIND_N_,
} FindingKind;

/* "vulnerability", "malicious-package", "update-pending", "end-of-life", "malformed", "secret", "config", "key", "certificate", "malware", "license", "integrity", "policy". */
const char *finding_kind_name(FindingKind k);

/* What the vendor says of a package in a release. */
typedef enum FixStatus {
    FIX_UNKNOWN,
    FIX_AFFECTED,       /* open: no fix yet */
    FIX_FIXED,          /* a fixed version exists (Finding.fixed_version) */
    FIX_WONT_FIX,       /* vendor will not fix (Debian no-dsa/ignored, Red Hat "Will not fix", Ubuntu ignored) */
    FIX_DEFERRED,       /* postponed */
    FIX_UNDER_INVESTIGATION,
    FIX_END_OF_LIFE,    /* out of support */
    FIX_NOT_AFFECTED,   /* never a finding; kept for explain */
    FIX_N_,
} FixStatus;

/* "fixed", "affected", "will-not-fix", "deferred", "under-investigation", "end-of-life", "not-affected", "unknown". */
const char *fix_status_name(FixStatus s);

typedef struct Cvss {
    Str vector;          /* "CVSS:3.1/AV:N/…", CVSS v2 vectors without prefix */
    Str source;          /* "nvd", "redhat", "ghsa" … */
    int score10;         /* base score × 10, computed from the vector by us; -1 when the vector is invalid */
} Cvss;

/* A change of a file: what stands from a place to another becomes `text`. Columns count code points. */
typedef struct Replacement {
    uint32_t line, col, end_line, end_col;
    Str text;
} Replacement;

typedef struct Finding {
    FindingKind kind;
    Str id;                   /* "CVE-2024-1234"; for the other kinds a stable name: "EOL", "UPDATE", "MALFORMED" */
    const Package *package;   /* NULL when it is about no package */
    const Package *owner;     /* of a file that is not as its package brought it: that package. The finding is told from others by its file, so `package` stays NULL */
    Severity severity;
    Str severity_source;      /* feed that the severity comes from: "debian", "redhat", "nvd", "cvss-v3.1:nvd" */
    FixStatus status;
    Str status_text;          /* the vendor's own word: "no-dsa", "postponed", "Will not fix" */
    Str fixed_version;        /* empty when none */
    Str title;                /* one line; may be empty */
    Str feed;                 /* the feed whose record matched: "debian-osv" */
    Str advisories;           /* vendor advisory ids separated by spaces: "DSA-5532-1" */
    Str references;           /* URLs separated by spaces, at most 10 */
    Cvss cvss;                /* the one the report shows; vector empty when none */
    double epss, epss_percentile; /* 0…1; <0 unknown */
    bool kev;                 /* in CISA's list of exploited vulnerabilities */
    Str kev_due;              /* its due date */
    int64_t published;        /* TIME_NONE unknown */
    int layer;                /* as Package.layer */
    Str path;                 /* file it is about */
    uint32_t line, col;       /* in that file; 0: unknown */
    uint32_t end_line, end_col; /* behind its last byte; 0: unknown */
    uint32_t chars, end_chars; /* FINDING_POLICY: both columns in code points */
    Str subject;              /* FINDING_POLICY: what in that file: "stage build" */
    Str action;               /* FINDING_POLICY: what the rule asks for: "warn", "deny" */
    Str why;                  /* FINDING_POLICY: what is at stake */
    bool fixable;             /* FINDING_POLICY: --fix can mend it … */
    const Replacement *replacements; /* … by these changes of the file at `path` */
    size_t n_replacements;
    const SecretFact *secret; /* FINDING_SECRET: what was found, never the secret itself */
    int deleted;              /* FINDING_SECRET, FINDING_KEY, FINDING_MALWARE: the layer that hides the file, as Package.layer; LAYER_NONE while it is visible */
    Str detail;               /* evidence in words, for kinds other than vulnerability */
    Str controls;             /* FINDING_CONFIG, FINDING_POLICY: of benchmarks, separated by spaces: "cis-docker-4.1" */
    Str remediation;          /* FINDING_CONFIG, FINDING_POLICY: what to do */
    const Exception *exception; /* of a suppressed finding, what suppresses it; else the VEX statement that calls it affected or under investigation; NULL: none */
    int64_t first_seen;       /* with --baseline: the evaluation that had it first, as far back as reports tell; 0: not known */
    int64_t fix_seen;         /* the same of a version that fixes it */
    bool is_new;              /* not in the --baseline report; true when there is no baseline */
} Finding;

/* The order of every report: severity (worst first), package name, version, arch, path, id. */
int finding_compare(const Finding *a, const Finding *b);

/* What a finding is about, whatever the version: SHA-256 in hex of kind, id and package (type, name, architecture), or of kind, id, path and
 * detail (for a secret its first characters, length and keyed fingerprint) when it is about no package. Two scans of one thing give the same one; baselines and code scanners go by it. */
void finding_fingerprint(const Finding *f, char ret_hex[static 65]);
