/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/rpm-database.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "parse/rpmdb.h"

static const struct Form {
    const char *name;
    void (*read)(Str file, const RpmdbVisitor *v);
} forms[] = {
    {"rpmdb.sqlite", rpmdb_sqlite_read},
    {"Packages.db", rpmdb_ndb_read},
    {"Packages", rpmdb_bdb_read},
    {"rpmdb.sqlite-wal", NULL},
};
const char *const rpm_database_roots[] = {"var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm", NULL};

static const struct Form *find_form(Str path) {
    Str name = path_base(path);
    for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
        if (str_eqz(name, forms[i].name))
            return &forms[i];
    return NULL;
}

bool rpm_database_wants(Str path) {
    for (const char *const *r = rpm_database_roots; *r; r++)
        if (path_in_dir(path, str_from(*r), STR(""), NULL))
            return find_form(path) != NULL;
    return false;
}

/* A database of n bytes names its paths as directory and base name; written out they are longer, but nowhere near this. */
enum { PATHS_RATIO = 16 };

static bool take_path(RpmDatabase *d, RpmFile *f) {
    const AnalyzerInput *in = d->problems.in;
    if (f->dir.n && f->dir.p[0] == '/')
        f->dir = str_from_at(f->dir, 1);
    else if (f->dir.n == 0 && f->base.n && f->base.p[0] == '/')
        f->base = str_from_at(f->base, 1);
    const size_t bytes = f->dir.n + f->base.n + 1;
    if (bytes == 1)
        return false;
    if (bytes > in->limits->path_bytes || bytes > d->left) {
        problem_log(&d->problems, 0, "an owned path of %zu bytes passes a limit: one path may have %u, all of them %llu", bytes, in->limits->path_bytes,
                    (unsigned long long) in->bytes.n * PATHS_RATIO);
        return false;
    }
    d->left -= bytes;
    return true;
}

static uint32_t number(Str list, size_t i, uint32_t otherwise) {
    return (i + 1) * 4 <= list.n ? be32(list.p + i * 4) : otherwise;
}

void rpm_database_files(RpmDatabase *d, RpmHeader *h, void (*file)(void *userdata, const RpmFile *f), void *userdata) {
    Str s;
    d->dirs.n = 0;
    while (rpm_strings_next(&h->dir_names, &s))
        vec_push(&d->dirs, s);
    for (size_t i = 0; rpm_strings_next(&h->base_names, &s); i++) {
        const size_t dir = number(h->dir_indexes, i, UINT32_MAX);
        const uint16_t mode = (i + 1) * 2 <= h->modes.n ? be16(h->modes.p + i * 2) : S_IFREG;
        RpmFile f = {.base = s, .flags = number(h->file_flags, i, 0), .verify = number(h->verify_flags, i, UINT32_MAX),
                     .state = i < h->file_states.n ? (uint8_t) h->file_states.p[i] : RPM_STATE_NORMAL};
        (void) rpm_strings_next(&h->file_digests, &f.digest);
        if (dir >= d->dirs.n) {
            problem_log(&d->problems, 0, "package %.*s: file %zu lies in directory %zu of %zu", STR_FMT(h->name), i + 1, dir, d->dirs.n);
            break;
        }
        f.dir = d->dirs.p[dir];
        if (!S_ISDIR(mode) && take_path(d, &f))
            file(userdata, &f);
    }
    while (rpm_strings_next(&h->old_names, &s)) {
        RpmFile f = {.base = s};
        if (take_path(d, &f))
            file(userdata, &f);
    }
}

static void on_header(void *userdata, Str blob) {
    RpmDatabase *d = userdata;
    _cleanup_error_ Error err = {0};
    RpmHeader h;
    int r = rpm_header_parse(blob, &h, &err);
    if (r < 0)
        problem_log(&d->problems, 0, "%s", error_text(&err, r));
    else if (!str_eqz(h.name, "gpg-pubkey")) /* keys of the keyring stand among the packages */
        d->package(d->userdata, &h);
}

_printf_(2, 3) static void on_problem(void *userdata, const char *fmt, ...) {
    RpmDatabase *d = userdata;
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    problem_log(&d->problems, 0, "%s", text);
}

void rpm_database_read(RpmDatabase *d) {
    const Str bytes = d->problems.in->bytes;
    const struct Form *form = find_form(d->problems.in->path);
    if (form && !form->read) {
        uint64_t frames = rpmdb_sqlite_wal_frames(bytes);
        if (frames)
            problem_log(&d->problems, 0,
                        "%llu pages stand in the write-ahead log beside rpmdb.sqlite: what the last transactions installed or removed may be missing "
                        "(`rpm --rebuilddb` writes them into the database)", (unsigned long long) frames);
        problem_log_end(&d->problems);
        return;
    }
    d->left = bytes.n * PATHS_RATIO;
    RpmdbVisitor v = {d, on_header, on_problem};
    void (*read)(Str, const RpmdbVisitor *) = form ? form->read : NULL;
    /* Forced onto a file of another name: by its first bytes. */
    if (!read)
        read = str_starts(bytes, STR("SQLite format 3")) ? rpmdb_sqlite_read : str_starts(bytes, STR("RpmP")) ? rpmdb_ndb_read : rpmdb_bdb_read;
    if (bytes.n)
        read(bytes, &v);
    else
        problem_log(&d->problems, 0, "an empty file, expected a package database");
    problem_log_end(&d->problems);
    vec_done(&d->dirs);
}
