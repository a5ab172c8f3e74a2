/* SPDX-License-Identifier: Apache-2.0 */
/* Analyzer: one kind of file -> facts. An analyzer sees bytes and a path, never an image or a file system. It runs
 * inside a confined worker; it may not open files, and must be deterministic. Adding one: docs/adding/analyzer.md. */
#pragma once

#include "base/limits.h"
#include "model/fact.h"

typedef struct FactSink {
    /* Takes a finished fact; copies what it keeps. */
    void (*put)(void *userdata, const Fact *f);
    void *userdata;
} FactSink;

/* What is known of a file before it is read whole. */
typedef struct FileInfo {
    Str path;             /* canonical, no leading "/" */
    uint32_t mode;        /* permission, set-id and sticky bits (07777) */
    uint64_t size;        /* bytes */
    Str head;             /* its first bytes: the smaller of size and ANALYZER_HEAD */
} FileInfo;
enum { ANALYZER_HEAD = 4096 };

/* One entry of a layer or directory tree. */
typedef enum EntryType {
    ENTRY_TYPE_FILE,
    ENTRY_TYPE_DIRECTORY,
    ENTRY_TYPE_SYMLINK,
    ENTRY_TYPE_HARD_LINK, /* a further name of the file `target`; directories show each name as a file */
    ENTRY_TYPE_CHARACTER_DEVICE,
    ENTRY_TYPE_BLOCK_DEVICE,
    ENTRY_TYPE_FIFO,
    ENTRY_TYPE_SOCKET,
    ENTRY_TYPE_N_,
} EntryType;

typedef struct EntryInfo {
    Str path;             /* canonical, no leading "/" */
    EntryType type;
    uint32_t mode;        /* permission, set-id and sticky bits (07777) */
    uint32_t uid, gid;
    uint64_t size;        /* bytes; 0 unless a file */
    Str target;           /* symbolic links: as written; hard links: canonical path */
    uint32_t dev_major, dev_minor; /* devices */
    Str capability;       /* files: the extended attribute security.capability, as it lies on disk (linux/capability.h, vfs_cap_data); empty when there is none */
} EntryInfo;

struct SecretEngine;
struct YaraEngine;

/* What analyzers are given beside files, and what they keep from one file to the next. One per thread; analyzer_context_done(). */
typedef struct AnalyzerContext {
    Str secret_rules;     /* compiled (secret/compile.h); empty: those that come with the program */
    Str secret_key;       /* for fingerprints of secrets; empty: none are made */
    Str yara_rules;       /* compiled (yara/compile.h); empty: none */
    uint32_t yara_seconds; /* that they may take for one file */
    struct SecretEngine *secrets; /* made when it is first needed */
    struct YaraEngine *yara;      /* likewise */
} AnalyzerContext;
void analyzer_context_done(AnalyzerContext *c);

typedef struct AnalyzerInput {
    Str path;             /* canonical, no leading "/" */
    uint32_t mode;        /* as FileInfo.mode; 0 where it is not known */
    Str bytes;            /* the whole file */
    const Limits *limits;
    AnalyzerContext *context;
    Arena *scratch;       /* cleared after the call */
} AnalyzerInput;

typedef struct Analyzer {
    const char *name;     /* "dpkg" */
    uint32_t version;     /* raise when the facts it makes from the same bytes change: part of the cache key */
    const char *doc;      /* one line */
    /* Directories below which its files lie, or single files (no leading "/", "" for everywhere), ended by NULL: a directory
     * scan visits only these. Links that lead to these are followed; one with "" sees files where they lie, and hard links. */
    const char *const *roots;
    /* Does it want the file at this path? Called for every entry: must be cheap. NULL, as `run`, for one that looks at entries only. */
    bool (*wants)(Str path);
    /* Where a path does not tell: does it want this file for its size, mode or first bytes? NULL: paths tell all. Called for every file
     * that wants() refused and that is not empty, so cheap as well. For directories it is called outside of confinement: it compares bytes, it
     * parses nothing. */
    bool (*wants_content)(const FileInfo *f);
    /* Reads one file and puts facts. A file that is not what it should be is not an error of ours: put a FACT_PROBLEM
     * with `analyzer_problem` and as many facts as could be read. */
    void (*run)(const AnalyzerInput *in, FactSink *sink);
    /* Looks at every entry (not at whiteouts): what it is, not what is in it. NULL for most. Cheap; facts by analyzer_put_entry(). */
    void (*entry)(const EntryInfo *e, FactSink *sink);
    const char *fuzzer;   /* name under test/fuzz/ */
} Analyzer;

/* All analyzers in table order (analyze.list.h); *ret_n of them. */
const Analyzer *const *analyzers(size_t *ret_n);
const Analyzer *analyzer_by_name(Str name);

/* Sets of analyzers: bit i is analyzers()[i]. */
/* Those of `which` that want a file for its path. */
uint64_t analyzers_wanting(uint64_t which, Str path);
/* Those of `which` that ask wants_content; those of them that want this file. */
uint64_t analyzers_by_content(uint64_t which);
/* Those of `which` that look at entries; shows them one. */
uint64_t analyzers_by_entry(uint64_t which);
void analyzers_entry(uint64_t which, const EntryInfo *e, FactSink *sink);
uint64_t analyzers_wanting_content(uint64_t which, const FileInfo *f);
/* Those of `which` that look everywhere (root ""). */
uint64_t analyzers_everywhere(uint64_t which);
/* Runs `which` in table order; each gets a scratch arena of its own, in->scratch is not used. */
void analyzers_run(uint64_t which, const AnalyzerInput *in, FactSink *sink);

/* Puts a FACT_PROBLEM for the input's path. line 0: unknown. */
void analyzer_problem(const Analyzer *a, const AnalyzerInput *in, FactSink *sink, uint32_t line, const char *fmt, ...) _printf_(5, 6);
/* Fills in analyzer name and path, then puts. */
void analyzer_put(const Analyzer *a, const AnalyzerInput *in, FactSink *sink, Fact *f);
void analyzer_put_entry(const Analyzer *a, const EntryInfo *e, FactSink *sink, Fact *f);
