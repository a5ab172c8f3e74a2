/* SPDX-License-Identifier: Apache-2.0 */
/* What a layer job shares between its sources (tar stream, files): matching paths to analyzers, and the answer. */
#pragma once

#include "analyze/analyzer.h"
#include "base/ring.h"
#include "scan/content.h"
#include "scan/job-listing.h"
#include "scan/layer-job.h"

typedef struct Job {
    const WorkerIo *io;
    JobArgs args;
    JobState *state;
    int temp;             /* for the content of large files; -1: they are held in memory */
    uint64_t by_content;  /* analyzers that may want any file */
    uint64_t by_entry;    /* analyzers that look at entries */
    AnalyzerContext context;
    Arena scratch;
    Buf facts, index, links;
    JobListing *listing;  /* NULL: none is asked for */
    struct JobOut *out;   /* to the parent */
    uint64_t position;    /* entry words put so far */
    uint64_t ordinal;     /* entries begun */
    uint64_t bytes;
    uint64_t n_facts, n_problems;
    size_t next_skip;
    bool over_facts, over_problems;
    Str real;             /* path of the file that is being analysed */
    int failed;           /* the parent does not read any more */
} Job;

/* Who wants a file. */
typedef struct JobWanted {
    uint64_t here;        /* analyzers that want it at its own path */
    bool elsewhere;       /* and some want it at one that an alias makes of it */
} JobWanted;

/* A job with these arguments; what the caller has put into `args` is his. */
Job job_new(const WorkerIo *io, const JobArgs *args, JobState *state);
void job_done(Job *j);
/* Begins an entry: counts it and makes its place known. False when it is to be left out. */
bool job_begin(Job *j, Str name);
void job_entry(Job *j, Str path, EntryKind kind);
/* Shows an entry, begun by job_entry(), to those that look at entries. */
void job_look(Job *j, const EntryInfo *e);
/* Lists it when a listing is asked for. */
void job_list(Job *j, const ListedEntry *e);
/* Are its files' bytes asked for? Then job_list_bytes() or job_list_content() takes them, and job_list_file() lists what they are; `whole` false: they are not all. */
bool job_lists_content(const Job *j);
void job_list_bytes(const Job *j, Str path, const void *p, size_t n);
void job_list_content(const Job *j, Str path, const Content *c);
void job_list_file(const Job *j, const ListedEntry *e, bool whole);
/* Passes a link on when analyzers may care for it. */
void job_link(Job *j, Str path, Str target, bool hard);
/* Who wants the file at this path; job_ask_content() adds those that go by its first bytes. */
JobWanted job_wants(Job *j, Str path);
void job_ask_content(const Job *j, const FileInfo *f, JobWanted *w);
static inline bool job_wanted(JobWanted w) {
    return w.here || w.elsewhere;
}
/* Runs them. */
void job_analyse(Job *j, JobWanted w, Str path, uint32_t mode, Str bytes);
void job_problem(Job *j, Str path, ProblemKind kind, const char *fmt, ...) _printf_(4, 5);
/* Sends what has gathered; `all` also small rests. */
int job_flush(Job *j, bool all);
/* The last frame. */
int job_end(Job *j);

int job_run_stream(Job *j, Ring *in, Ring *out);
int job_run_files(Job *j, Ring *in);
