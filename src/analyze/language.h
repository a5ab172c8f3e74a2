/* SPDX-License-Identifier: Apache-2.0 */
/* What the analyzers of language ecosystems share: reading their documents, names and versions that can be believed, packages that
 * a lock file lists several times, and what only development needs. */
#pragma once

#include "analyze/table.h"
#include "base/map.h"
#include "parse/node.h"

/* Nodes of one tree: about 200 MB. Real lock files stay far below. */
enum { LANGUAGE_NODES = 2 * 1000 * 1000 };
/* Longer names and versions are nonsense that no registry takes. */
enum { LANGUAGE_NAME_MAX = 512, LANGUAGE_VERSION_MAX = 256 };

/* Is there a directory `name` in the path (not its last component)? */
bool path_has_dir(Str path, const char *name);
/* Does the path lie in the tree of an installed package? The lock files that packages ship with say nothing of what is installed. */
bool path_in_package(Str path);
/* The directory of a path without the slash at its end; empty for the top. */
Str path_dir(Str path);

/* How long a package's owned paths may be in all: with their directory before each they are longer than the file that lists them, but not
 * by more than this. */
size_t language_paths_max(const AnalyzerInput *in);
/* Limits with LANGUAGE_NODES. */
Limits language_limits(const AnalyzerInput *in);
/* Reads the whole file as JSON (`flags` of JsonFlags), YAML (its first document) or TOML; NULL after saying what is wrong. An empty file is wrong, too. */
const Node *language_json(ProblemLog *log, unsigned flags);
const Node *language_yaml(ProblemLog *log);
const Node *language_toml(ProblemLog *log);

/* The text of a string or a number ("version: 1.0" in YAML). */
Str node_scalar(const Node *n);
Str node_get_scalar(const Node *map, const char *key);
/* Members of a map or of a list of strings: the first item's text or the n-th item. NULL when there are fewer. */
const Node *node_item(const Node *list, size_t n);

/* Name as PEP 503 has it: lower case, runs of "-", "_" and "." one "-". */
Str pypi_name(Arena *a, Str name);
Str ascii_lower(Arena *a, Str s);
/* "sha512-BASE64" of W3C Subresource Integrity, the first of several, as "sha512:HEX"; empty when it is none. */
Str digest_sri(Arena *a, Str sri);
/* "KIND:HEX" when `hex` has the digits that this kind has; empty else. */
Str digest_hex(Arena *a, const char *kind, Str hex);
/* The SPDX expression of a "license" that is a string, a map with "type" or "name", or a list of them (joined by " OR "). */
Str license_text(Arena *a, const Node *license);

/* Puts one package; one without a name or a version, or with one that is no text of a line, is a problem and left out. The source package is the
 * package itself. */
void language_put(ProblemLog *log, PackageFact *p);

/* The packages of one lock file. A package of one version that is listed again (with other peers, below another package) is the same one, and
 * needed for development only if it is each time. */
typedef struct LockSet {
    ProblemLog *log;
    PackageType type;
    bool unversioned;   /* packages may be without a version: it is fixed elsewhere */
    Map by_key;
    Vec(PackageFact) packages;
} LockSet;

#define LOCK_SET(problem_log, package_type) ((LockSet) {.log = (problem_log), .type = PACKAGE_##package_type, .by_key = {.own_keys = true}})
/* Strings of `p` that do not stand in the file are copied. */
void lock_add(LockSet *s, const PackageFact *p);
/* Puts all of them in order of their lines, declared; then as lock_done(). */
void lock_put(LockSet *s);
void lock_done(LockSet *s);
