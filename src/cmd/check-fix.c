/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/check-fix.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/hash.h"
#include "check/fix.h"
#include "cmd/message.h"
#include "cmd/output.h"

/* Rounds of edits and checks, in the end of which there is nothing left to do. */
enum { ROUNDS = 4 };

static bool has_edits(const CheckItem *item) {
    for (size_t i = 0; i < item->n_hits; i++)
        if (item->hits[i].n_edits && !item->hits[i].exception)
            return true;
    return false;
}

/* The bytes that were checked; -ESTALE when the file is another one by now. */
static int read_again(const CheckItem *item, char **ret, size_t *ret_n, Error *err) {
    char digest[65];
    _cleanup_free_ char *text = NULL;
    size_t n;
    if (item->text.p) { /* a pipe has said all that it will say */
        *ret = str_dup(item->text);
        *ret_n = item->text.n;
        return 0;
    }
    int r = fs_read(item->path, CHECK_FILE_BYTES, &text, &n, err);
    if (r < 0)
        return r;
    sha256_hex(text, n, digest);
    if (strcmp(digest, item->digest) != 0)
        return error_set(err, -ESTALE, "%s was changed by somebody else meanwhile: nothing was written", item->path);
    *ret = TAKE_PTR(text);
    *ret_n = n;
    return 0;
}

/* One file on its way. */
typedef struct Fixing {
    size_t item;
    char *text;              /* owned; what was checked */
    CheckFix fix;
    CheckItem now;           /* what is found in fix.is */
} Fixing;

typedef Vec(Fixing) Fixings;

static void fixings_done(Fixings *f) {
    for (size_t i = 0; i < f->n; i++) {
        check_fix_done(&f->p[i].fix);
        free(f->p[i].text);
    }
    vec_done(f);
}

/* One round: edits are made and their texts checked again: what could not be done beside something else is done in the next one. 1: there may be more to do. */
static int fix_round(const CheckOptions *o, Fixings *f, Arena *a, Error *err) {
    Vec(CheckItem) again = {0};
    Vec(size_t) which = {0};
    int r = 0;
    for (size_t i = 0; i < f->n && r == 0; i++) {
        Fixing *x = &f->p[i];
        ssize_t n = has_edits(&x->now) ? check_fix_apply(&x->fix, &x->now) : 0;
        if (n < 0)
            r = error_errno(err, (int) n, "%s", x->now.path);
        if (n <= 0)
            continue;
        vec_push(&again, ((CheckItem) {.path = x->now.path, .input = x->now.input, .text = buf_view(&x->fix.is)}));
        vec_push(&which, i);
    }
    if (r == 0 && again.n)
        r = check_files(o, again.p, again.n, a, err);
    for (size_t i = 0; i < again.n && r == 0; i++)
        f->p[which.p[i]].now = again.p[i];
    r = r < 0 ? r : again.n > 0;
    vec_done(&again);
    vec_done(&which);
    return r;
}

static int fix_all(const CheckOptions *o, Fixings *f, Arena *a, Error *err) {
    int r = 1;
    for (int round = 0; round < ROUNDS && r == 1; round++)
        r = fix_round(o, f, a, err);
    return r;
}

/* May this file be written? Under another name it would stay as it was: which of the two is meant nobody can tell. */
static int may_write(const CheckItem *item, char **ret_real, struct stat *ret, Error *err) {
    if (item->text.p)
        return error_set(err, -EINVAL, "%s: a pipe cannot be edited: --diff shows what --fix would change", item->path);
    if (!(*ret_real = realpath(item->path, NULL)) || stat(*ret_real, ret) < 0)
        return error_errno(err, -errno, "%s", item->path);
    if (!(ret->st_mode & 0222))
        return error_set(err, -EACCES, "%s is read-only: nothing was written", item->path);
    if (ret->st_nlink > 1)
        return error_set(err, -EMLINK, "%s has %ju hard links, which would become different files: nothing was written; --diff shows the changes, which patch makes", item->path, (uintmax_t) ret->st_nlink);
    return 0;
}

static int write_fixed(const CheckItem *item, const Fixing *x, Error *err) {
    _cleanup_free_ char *real = NULL, *text = NULL;
    struct stat st;
    size_t n;
    int r = may_write(item, &real, &st, err);
    if (r == 0 && x->now.status < 0 && item->status == 0)
        r = error_set(err, -EBADMSG, "%s could not be read any more with its changes: nothing was written", item->path);
    if (r == 0)
        r = read_again(item, &text, &n, err);
    return r < 0 ? r : fs_replace(real, x->fix.is.p, x->fix.is.n, &st, err);
}

/* Takes items with edits from *at on until their texts are a good handful. 0, or the exit code when one of them could not be read, which is said. */
static int gather(const CheckItem *items, size_t n, size_t *at, bool write, Fixings *ret) {
    enum { GROUP_BYTES = 64 << 20 };
    int x = 0;
    for (size_t bytes = 0; *at < n && bytes < GROUP_BYTES; (*at)++) {
        const CheckItem *item = &items[*at];
        _cleanup_error_ Error err = {0};
        _cleanup_free_ char *real = NULL;
        struct stat st;
        Fixing f = {.item = *at, .now = *item};
        size_t size;
        if (!has_edits(item))
            continue;
        int r = write ? may_write(item, &real, &st, &err) : 0;
        if (r == 0)
            r = read_again(item, &f.text, &size, &err);
        if (r < 0) {
            x = message_fail(EXIT_INCOMPLETE, &err, r);
            continue;
        }
        check_fix_begin(&f.fix, str_n(f.text, size));
        bytes += size;
        vec_push(ret, f);
    }
    return x;
}

/* A file is written once, when all is done: it is the old one or the mended one at any time. */
static int write_all(CheckItem *items, const Fixings *f) {
    int x = 0;
    for (size_t i = 0; i < f->n; i++) {
        _cleanup_error_ Error err = {0};
        const Fixing *one = &f->p[i];
        CheckItem *item = &items[one->item];
        if (one->fix.changes == 0)
            continue;
        int r = write_fixed(item, one, &err);
        if (r < 0) {
            x = message_fail(EXIT_INCOMPLETE, &err, r);
            continue;
        }
        message_note("%s: %zu change%s", item->path, one->fix.changes, one->fix.changes == 1 ? "" : "s");
        *item = one->now;
        item->text = STR_NULL;
    }
    return x;
}

int check_fix_files(const CheckOptions *o, CheckItem *items, size_t n, Arena *a) {
    int x = 0;
    for (size_t at = 0; at < n;) {
        _cleanup_error_ Error err = {0};
        _cleanup_(fixings_done) Fixings f = {0};
        int one = gather(items, n, &at, true, &f), r = fix_all(o, &f, a, &err);
        if (r < 0)
            return message_fail(EXIT_INCOMPLETE, &err, r);
        x = x ? x : one;
        one = write_all(items, &f);
        x = x ? x : one;
    }
    return x;
}

int check_fix_show(Cli *cli, const CheckOptions *o, const CheckItem *items, size_t n, Arena *a) {
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    for (size_t at = 0; at < n;) {
        _cleanup_error_ Error err = {0};
        _cleanup_(fixings_done) Fixings f = {0};
        int x = gather(items, n, &at, false, &f), r = x ? 0 : fix_all(o, &f, a, &err);
        if (x || r < 0)
            return x ? x : message_fail(EXIT_INCOMPLETE, &err, r);
        for (size_t i = 0; i < f.n; i++)
            check_fix_diff(&f.p[i].fix, f.p[i].now.path, &out);
    }
    if (out.failed) {
        message_error("the changes do not fit into memory");
        return EXIT_INCOMPLETE;
    }
    return output_write(cli, buf_view(&out));
}
