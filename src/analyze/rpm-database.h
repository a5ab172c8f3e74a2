/* SPDX-License-Identifier: Apache-2.0 */
/* What the analyzers of rpm's databases share: the places and forms of these, and the files of a package under limits. */
#pragma once

#include "analyze/table.h"
#include "base/vec.h"
#include "parse/rpm-header.h"

extern const char *const rpm_database_roots[];
bool rpm_database_wants(Str path);

typedef struct RpmDatabase {
    ProblemLog problems;
    /* Each package; what its slices point to lives during the call. The lists of `h` may be consumed. */
    void (*package)(void *userdata, RpmHeader *h);
    void *userdata;
    /* The rest is rpm_database_read()'s. */
    Vec(Str) dirs;
    uint64_t left;       /* bytes that owned paths may take in all */
} RpmDatabase;

/* Reads the database that d->problems.in is, in whichever form, and tells of every package but the keys of the keyring. Ends the problem log. */
void rpm_database_read(RpmDatabase *d);

/* A file of a package, or a link; no directory. */
typedef struct RpmFile {
    Str dir, base;       /* put together its path, without leading "/" */
    Str digest;          /* hex; empty for links, ghosts and the like */
    uint32_t flags;      /* RPM_FILE_… */
    uint32_t verify;     /* RPM_VERIFY_… */
    uint8_t state;       /* RPM_STATE_… */
} RpmFile;
/* rpm's manual, RPMTAG_FILEFLAGS, RPMTAG_FILEVERIFYFLAGS and RPMTAG_FILESTATES; include/rpm/rpmfiles.h, rpmvf.h */
enum { RPM_FILE_CONFIG = 1 << 0, RPM_FILE_MISSING_OK = 1 << 3, RPM_FILE_GHOST = 1 << 6 };
enum { RPM_VERIFY_DIGEST = 1 << 0 };
enum { RPM_STATE_NORMAL = 0 };

/* Tells of all files of h. Called from d->package, at most once for each package. */
void rpm_database_files(RpmDatabase *d, RpmHeader *h, void (*file)(void *userdata, const RpmFile *f), void *userdata);
