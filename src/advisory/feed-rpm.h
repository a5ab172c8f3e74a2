/* SPDX-License-Identifier: Apache-2.0 */
/* What the feeds of rpm distributions and of OSV records share. */
#pragma once

#include "advisory/feed-util.h"

/* Is the first "id" (or "ID") of the document one of these prefixes, separated by spaces? */
bool feed_head_id(Str head, const char *prefixes);

/* An advisory of an rpm distribution, whose rows differ in package and version only. */
typedef struct RpmAdvisory {
    const FeedSink *sink;
    Arena *a;
    Str id;               /* "RHSA-2024:1234" */
    Severity severity;
    Str status_text;
    bool binary_name;     /* packages are binary packages */
    Str cves[512];        /* what it mends; a security advisory that names none stands for itself */
    size_t n_cves;
    Str modules[8];       /* "nodejs:18": what its title names */
    size_t n_modules;
} RpmAdvisory;

/* Starts with id, title (for severity word and modules) and nothing else. The severity word is the one before the first ':'
 * ("Moderate: nodejs:18 security update"), if there is one. */
RpmAdvisory rpm_advisory_new(const FeedSink *sink, Arena *a, Str id, Str title);
/* Adds a CVE once; anything else is left out. */
void rpm_advisory_cve(RpmAdvisory *adv, Str cve);
void rpm_advisory_cves(RpmAdvisory *adv, const Node *list);
/* A row for each CVE; none for a bug fix or enhancement that names no CVE. A package built for a module (its release says ".module") gets a row for each module of the title, or
 * module "*" where the title names none: built for a module that the record does not tell. "0:" as epoch is cut off. */
int rpm_advisory_row(RpmAdvisory *adv, Str release, Str package, Str introduced, Str fixed, Str arches, Str repositories);
/* A detail for each CVE: the text's line that ends in "(CVE-…)" is its title, where there is one. `d` holds what is common. */
int rpm_advisory_details(RpmAdvisory *adv, Str text, const VulnDetail *d);

/* "name-epoch:version-release.arch.rpm" (or without ".arch.rpm", `with_arch` false) in parts; evr is "epoch:version-release" as
 * written. -EINVAL. */
int rpm_nevra(Str s, bool with_arch, Str *ret_name, Str *ret_evr, Str *ret_arch);
/* The version without an epoch of 0. */
Str rpm_evr(Str evr);
/* Debug symbols, which nobody runs. */
bool rpm_is_debug(Str package);
/* "AlmaLinux:9", "Rocky Linux:8" -> "almalinux:9", "rocky:8" by replacing `prefix` with `key` and cutting the minor version. */
bool rpm_release(Arena *a, Str ecosystem, const char *prefix, const char *key, Str *ret);

/* What every OSV record of an rpm distribution begins with: its id, the CVEs that it names, and what is common to their details. 1, 0 when
 * the publisher took it back, -EINVAL (told) without an id. */
int rpm_osv_begin(const FeedSink *sink, Arena *a, uint32_t line, const Node *root, const char *source, Str title, RpmAdvisory *ret, VulnDetail *ret_detail);
/* A whole OSV record of a distribution whose ecosystems are "PREFIXmajor": rows and details. */
int rpm_osv_record(const FeedSink *sink, Arena *a, uint32_t line, const Node *root, const char *source, const char *prefix, const char *key,
                   bool binary_name);
