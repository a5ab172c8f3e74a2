/* SPDX-License-Identifier: Apache-2.0 */
/* What the feeds share: walking documents record by record, and small conversions. */
#pragma once

#include "advisory/feed.h"
#include "base/time.h"
#include "parse/node.h"

/* Ids of FriendsOfPHP's records: this and their place in the repository without ".yaml". */
#define FEED_FRIENDSOFPHP_PREFIX "FriendsOfPHP/"

/* A detail with every optional field unknown. */
VulnDetail feed_detail_new(Str id);

/* The document as a tree in `a`; what is no JSON is reported: -EINVAL, -E2BIG. Strings may point into in->bytes. */
int feed_json(const FeedInput *in, const FeedSink *sink, Arena *a, Node **ret);

/* Takes one record; -EINVAL: it was reported, and the next one follows. `a` holds its tree. */
typedef int FeedRecord(const FeedInput *in, const FeedSink *sink, Arena *a, uint32_t line, const Node *root);
/* One record after the other: JSON Lines, a list, or one object over many lines, as publishers have it (these two are pieces of at most 1 MiB: see Feed.lines). A line that is
 * not JSON is reported and skipped. A negative result of `record` other than -EINVAL ends the walk. */
int feed_each_record(const FeedInput *in, const FeedSink *sink, FeedRecord *record);

/* Calls `record` for the one document of a YAML file; what is no YAML is reported. A record for which
 * `record` returns -EINVAL was reported by it. */
int feed_yaml_record(const FeedInput *in, const FeedSink *sink, int (*record)(const FeedSink *sink, Arena *a, const Node *root, Str path));

/* Calls `member` for each "key": value of the object that starts at in->bytes[from] without a tree of the whole: for documents of
 * hundreds of megabytes. `value` is the raw text. -EINVAL when the object is not well-formed at its outermost level. */
int feed_each_member(Str object, uint32_t line, int (*member)(void *userdata, Str key, Str value, uint32_t line), void *userdata);

/* Title out of a description: its first line, at most 300 bytes, cut between words with "…", without control characters. In `a`. */
Str feed_title(Arena *a, Str text);
/* Joins a list of strings with spaces, at most `max` of them, without repeats; strings with white space are left out. */
Str feed_join(Arena *a, const Node *list, const char *key, size_t max);
/* time_parse(), TIME_NONE for what is absent or is no date. */
int64_t feed_time(Str s);
/* "CVE-2024-1234" (year of four digits, number of four to nineteen)? */
bool feed_is_cve(Str s);
/* Does the text hold `needle` (a literal)? */
bool feed_has(Str text, const char *needle);
/* The last component of a path. */
Str feed_basename(Str path);
/* Adds the "CVSS_V3"-like entries of an OSV record's severity list to the detail; `source` says whose they are. */
void feed_osv_severity(const Node *list, Str source, VulnDetail *d);
/* What every OSV record says about the vulnerability itself (id, summary or details, aliases, references, dates, withdrawn, CVSS).
 * https://ossf.github.io/osv-schema/ */
VulnDetail feed_osv_detail(Arena *a, const Node *root, Str source);
/* Walks the ranges of one `affected` entry: one call per pair of introduced and fixed (or last_affected, told apart by `last`).
 * "0" as introduced is handed on as empty. Ranges of type GIT are left out. */
int feed_osv_ranges(const Node *affected, int (*range)(void *userdata, Str introduced, Str fixed, Str last), void *userdata);
