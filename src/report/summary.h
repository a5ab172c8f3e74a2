/* SPDX-License-Identifier: Apache-2.0 */
/* What every format says about a report as a whole: counted once, worded once. */
#pragma once

#include "base/buf.h"
#include "model/report.h"

typedef struct Summary {
    size_t severity[SEVERITY_N_];
    size_t kinds[FINDING_KIND_N_];
    size_t total;
    size_t fixable;         /* a fixed version exists, or check --fix mends it */
    size_t denied;          /* by rules whose action is deny */
    size_t kev;
    size_t new_findings;    /* not in the baseline */
    size_t suppressed_vex;  /* suppressed by VEX statements … */
    size_t suppressed_ignored; /* … and by ignore rules */
    size_t excepted;        /* findings of the policy that its exceptions suppress */
    size_t failing;         /* new, and at or over --fail-on or denied */
    size_t gaps;            /* not allowed ones */
    size_t gaps_allowed;
    bool no_data;           /* vulnerabilities could not be looked up at all: a count of 0 means nothing */
    int exit_code;          /* 3 incomplete, 1 failing, 0 */
} Summary;

Summary summary_of(const Report *r);
/* The verdict in one sentence, without hostile text: "12 findings: 1 critical, …" or why there is none. */
void summary_sentence(Buf *out, const Report *r, const Summary *s);

/* "412 packages", and what was left out of them. */
void summary_packages(Buf *out, const Report *r);
/* Language packages: "app/package-lock.json:7 and 2 more places, installed by python3-requests"; nothing for the distribution's, which lie in its database. Not
 * yet cleaned. */
void package_place(Buf *out, const Package *p);
/* The architecture, or what kind of package it is where it has none. */
Str package_kind(const Package *p);
/* The instruction that made layer i, shortened ("RUN apt-get update && …"; long hexadecimal numbers cut), on one line, not yet cleaned; empty when unknown. */
void layer_instruction(Buf *out, const Report *r, int layer);
/* What the policy does (kind policy), or "fixed in 1.2-3", "no fix yet", "will not fix (no-dsa)" … not yet cleaned. */
void finding_fix(Buf *out, const Finding *f);
/* ":12:3", ":12" without a column, nothing without a line. */
void finding_line(Buf *out, const Finding *f);
/* "CVE-2024-1 in openssl 3.0.1", or what it is about otherwise; not yet cleaned. */
void finding_subject(Buf *out, const Finding *f);
/* The package, or the file with line and column; not yet cleaned. */
void finding_place(Buf *out, const Finding *f);
/* What is said of it in a cell: what a rule found and what to do, the title of others; not yet cleaned. */
void finding_cell(Buf *out, const Finding *f);
/* "not_affected (vulnerable_code_not_present): reason" and where it stands; not yet cleaned. */
void exception_text(Buf *out, const Exception *e);
/* The text of a finding: its title, else its detail, else a sentence made of id, package and fix. */
void finding_text(Buf *out, const Finding *f);
/* Where to read about it: the first of its references, else a page of the authority that gave the id; empty when unknown. */
void finding_url(Buf *out, const Finding *f);
/* Is it an http(s) URL of the characters that RFC 3986 allows? Nothing else becomes a link. */
bool url_is_plain(Str url);
/* 0…100 (tenths), as code scanners sort by: the CVSS score, kept inside the range of the severity that the report states. */
unsigned finding_score10(const Finding *f);
