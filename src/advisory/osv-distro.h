/* SPDX-License-Identifier: Apache-2.0 */
/* OSV records of Linux distributions (https://ossf.github.io/osv-schema/): what the feeds of Debian, Ubuntu and Alpine share. */
#pragma once

#include "advisory/feed-util.h"

typedef struct OsvDistro {
    const char *ecosystem;   /* "Debian": an `affected` entry of another ecosystem is left out */
    const char *id_prefix;   /* "DEBIAN-": ids "DEBIAN-CVE-2024-1" are CVE ids with this in front */
    /* "12" of "Debian:12" -> "debian:12" in `key`; *ret_repositories as AdvisoryRow.repositories. false: not a release that we know. */
    bool (*release)(Str rest, char *key, size_t n, Str *ret_repositories);
} OsvDistro;

/* One record: rows for each CVE that it names (or its own id), and its details. */
int osv_distro_record(const OsvDistro *distro, const FeedSink *sink, Arena *a, uint32_t line, const Node *root);
/* Does the head of a document look like OSV records of this ecosystem? */
bool osv_distro_detect(Str head, const char *ecosystem);
