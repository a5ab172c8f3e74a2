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

static int fix_file(const CheckItem *item, size_t *ret_n, Error *err) {
    _cleanup_free_ char *text = NULL, *real = realpath(item->path, NULL);
    _cleanup_(buf_done) Buf out = buf_new(2 * (size_t) CHECK_FILE_BYTES);
    size_t n;
    struct stat st;
    if (item->text.p)
        return error_set(err, -EINVAL, "%s: a pipe cannot be edited: --diff shows what --fix would change", item->path);
    if (!real || stat(real, &st) < 0)
        return error_errno(err, -errno, "%s", item->path);
    if (!(st.st_mode & 0222))
        return error_set(err, -EACCES, "%s is read-only: nothing was written", item->path);
    int r = read_again(item, &text, &n, err);
    if (r < 0)
        return r;
    check_apply(item, str_n(text, n), &out, ret_n);
    if (out.failed)
        return error_errno(err, out.failed, "%s", item->path);
    return *ret_n ? fs_replace(real, out.p, out.n, &st, err) : 0;
}

/* Files that were changed are checked again: what could not be done beside something else is done then. 0, EXIT_INCOMPLETE where a file could not be written, which is said; the others
 * are. */
int check_fix_files(const CheckOptions *o, CheckItem *items, size_t n, Arena *a) {
    _cleanup_error_ Error err = {0};
    bool *failed = xcalloc(n + 1, sizeof(*failed));
    int x = 0, r = 0;
    for (int round = 0; round < ROUNDS && r >= 0; round++) {
        Vec(CheckItem) again = {0};
        Vec(size_t) which = {0};
        for (size_t i = 0; i < n; i++) {
            _cleanup_error_ Error why = {0};
            size_t fixed = 0;
            if (failed[i] || !has_edits(&items[i]))
                continue;
            int one = fix_file(&items[i], &fixed, &why);
            if (one < 0) {
                failed[i] = true;
                x = message_fail(EXIT_INCOMPLETE, &why, one);
                continue;
            }
            if (fixed == 0)
                continue;
            message_note("%s: %zu change%s", items[i].path, fixed, fixed == 1 ? "" : "s");
            vec_push(&again, ((CheckItem) {.path = items[i].path, .input = items[i].input}));
            vec_push(&which, i);
        }
        bool done = again.n == 0;
        if (!done)
            r = check_files(o, again.p, again.n, a, &err);
        for (size_t i = 0; r >= 0 && i < again.n; i++)
            items[which.p[i]] = again.p[i];
        vec_done(&again);
        vec_done(&which);
        if (done)
            break;
    }
    free(failed);
    return r < 0 ? message_fail(EXIT_INCOMPLETE, &err, r) : x;
}

int check_fix_show(Cli *cli, const CheckItem *items, size_t n) {
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    _cleanup_error_ Error err = {0};
    for (size_t i = 0; i < n; i++) {
        _cleanup_free_ char *text = NULL;
        size_t bytes;
        if (!has_edits(&items[i]))
            continue;
        int r = read_again(&items[i], &text, &bytes, &err);
        if (r < 0)
            return message_fail(EXIT_INCOMPLETE, &err, r);
        check_diff(&items[i], str_n(text, bytes), &out);
    }
    if (out.failed) {
        message_error("the changes do not fit into memory");
        return EXIT_INCOMPLETE;
    }
    return output_write(cli, buf_view(&out));
}
