/* SPDX-License-Identifier: Apache-2.0 */
#include "check/walk.h"

#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"

static bool is_left_out(const char *name) {
    static const char *const names[] = {".git", ".hg", ".svn", "node_modules"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static int by_name(const FTSENT **a, const FTSENT **b) {
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void miss(CheckWalk *w, const char *path, const char *why) {
    vec_push(&w->missed, ((CheckMiss) {xstrdup(path), xstrdup(why)}));
}

/* "./a" is shown as "a". */
static const char *shown(const char *path) {
    return path[0] == '.' && path[1] == '/' && path[2] ? path + 2 : path;
}

/* Is it a file that was found under another path, or the same? */
static bool is_there(CheckWalk *w, const char *path) {
    _cleanup_free_ char *real = w->several ? realpath(path, NULL) : NULL;
    bool is_new = true;
    if (real)
        map_slot(&w->real, str_from(real), &is_new);
    return !is_new;
}

static void add(CheckWalk *w, const char *path, const CheckInput *input, Str text) {
    vec_push(&w->items, ((CheckItem) {.path = xstrdup(path), .input = input, .text = text}));
}

/* No kind of file is read in UTF-16. */
static bool is_utf16(Str head) {
    return str_starts(head, STR("\xFF\xFE")) || str_starts(head, STR("\xFE\xFF"));
}

/* Below a directory only names that tell nothing else are meant: what stands in them cannot be told. */
static bool is_data(const char *path) {
    Str s = str_from(path);
    return str_ends(s, STR(".yaml")) || str_ends(s, STR(".yml")) || str_ends(s, STR(".json"));
}

static const char utf16[] = "it is UTF-16: write it as UTF-8";

static const char unknown[] = "it is of no kind that check reads: see plimsoll list inputs, and --input";

/* Of a file that is named itself: what it was said to be, else what name or text tell. */
static const CheckInput *input_of(const CheckWalk *w, const char *path, Str head) {
    const CheckInput *input = w->input ? w->input : check_input_of(str_from(path), head);
    return input ? input : check_input_sniff(head);
}

static void file(CheckWalk *w, const char *path, bool named) {
    char head[CHECK_HEAD];
    _cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    ssize_t n = fd < 0 ? -errno : fs_pread_all(fd, head, sizeof(head), 0);
    w->seen++;
    if (n < 0) {
        miss(w, shown(path), strerror((int) -n));
        return;
    }
    Str text = str_n(head, (size_t) n);
    const CheckInput *input = named ? input_of(w, shown(path), text) : check_input_of(str_from(shown(path)), text);
    if (is_utf16(text) && (named || is_data(path)))
        miss(w, shown(path), utf16);
    else if (input && !is_there(w, path))
        add(w, shown(path), input, STR_NULL);
    else if (!input && named)
        miss(w, shown(path), unknown);
}

/* What can be read only once is read whole. */
static void stream(CheckWalk *w, const char *path, int fd) {
    _cleanup_error_ Error err = {0};
    _cleanup_free_ char *text = NULL;
    size_t n;
    w->seen++;
    const size_t max = check_max_bytes(w->input);
    int r = fd < 0 ? fs_read(path, max, &text, &n, &err) : fs_read_fd(fd, path, max, &text, &n, &err);
    const CheckInput *input = r < 0 ? NULL : input_of(w, path, str_n(text, n));
    if (r < 0)
        miss(w, path, r == -EFBIG ? (max > CHECK_FILE_BYTES ? "it is larger than 512 MiB" : "it is larger than 32 MiB") : error_text(&err, r));
    else if (is_utf16(str_n(text, n)))
        miss(w, path, utf16);
    else if (!input)
        miss(w, path, unknown);
    else if (input->render)
        miss(w, path, "what has to be rendered is read from its folder only");
    else
        add(w, path, input, str_n(TAKE_PTR(text), n));
}

static int entry(CheckWalk *w, FTS *fts, FTSENT *e, const Limits *limits, Error *err) {
    switch (e->fts_info) {
    case FTS_D:
        if (e->fts_level > 0 && is_left_out(e->fts_name))
            fts_set(fts, e, FTS_SKIP);
        break;
    case FTS_F:
        file(w, e->fts_path, e->fts_level == 0);
        break;
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        if (e->fts_level == 0)
            return error_errno(err, -e->fts_errno, "%s", e->fts_path);
        miss(w, shown(e->fts_path), strerror(e->fts_errno));
        break;
    case FTS_DEFAULT:
        if (e->fts_level == 0 && S_ISFIFO(e->fts_statp->st_mode))
            stream(w, shown(e->fts_path), -1);
        else if (e->fts_level == 0)
            return error_set(err, -EINVAL, "%s: neither a file nor a directory", e->fts_path);
        break;
    }
    return w->seen > limits->entries ? error_set(err, -E2BIG, "%s: more than %llu files", e->fts_path, (unsigned long long) limits->entries) : 0;
}

static int standard_input(CheckWalk *w, Error *err) {
    if (w->has_standard_input)
        return error_set(err, -EINVAL, "standard input (-) is named twice");
    w->has_standard_input = true;
    stream(w, CHECK_STANDARD_INPUT, STDIN_FILENO);
    return 0;
}

int check_walk(CheckWalk *w, const char *path, const Limits *limits, Error *err) {
    if (strcmp(path, "-") == 0)
        return standard_input(w, err);
    _cleanup_free_ char *copy = xstrdup(path);
    FTS *fts = fts_open((char *const[]) {copy, NULL}, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
    int r = fts ? 0 : error_errno(err, -errno, "%s", path);
    FTSENT *e;
    while (r == 0 && (e = fts_read(fts)))
        r = entry(w, fts, e, limits, err);
    if (fts)
        fts_close(fts);
    return r;
}

void check_walk_done(CheckWalk *w) {
    for (size_t i = 0; i < w->items.n; i++) {
        free(w->items.p[i].path);
        free((char *) w->items.p[i].text.p);
    }
    for (size_t i = 0; i < w->missed.n; i++) {
        free(w->missed.p[i].path);
        free(w->missed.p[i].why);
    }
    map_done(&w->real);
    vec_done(&w->items);
    vec_done(&w->missed);
}
