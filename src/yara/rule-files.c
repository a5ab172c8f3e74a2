/* SPDX-License-Identifier: Apache-2.0 */
#include "yara/rule-files.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/fs.h"

enum { FILES_MAX = 20000, DEPTH_MAX = 16, PATH_LENGTH = 4096 };

static bool is_rules(Str name) {
    return str_ends(name, STR(".yar")) || str_ends(name, STR(".yara"));
}

static int add_file(YaraFiles *f, const char *path, const char *rel, bool compile, const Limits *l, Error *err) {
    _cleanup_free_ char *text = NULL;
    size_t n;
    if (f->list.n >= FILES_MAX)
        return error_set(err, -E2BIG, "%s: more than %d files of YARA rules", path, FILES_MAX);
    int r = fs_read(path, l->document_bytes, &text, &n, err);
    if (r < 0)
        return r;
    vec_push(&f->list, (YaraFile) {arena_str(&f->arena, str_from(path)), f->roots, arena_str(&f->arena, str_from(rel)), compile, arena_str(&f->arena, str_n(text, n))});
    return 0;
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_visible(const struct dirent *e) {
    return e->d_name[0] != '.';
}

/* Links to directories are not followed: one may lead to where it lies. `but`: a file of `rel` that is there already; NULL. */
static int add_dir(YaraFiles *f, const char *path, const char *rel, unsigned depth, bool compile, const char *but, const Limits *l, Error *err) {
    struct dirent **list;
    int n = scandir(path, &list, is_visible, by_name), r = n < 0 ? error_errno(err, -errno, "%s", path) : 0;
    for (int i = 0; i < n; i++) {
        struct stat st;
        _cleanup_free_ char *child = xasprintf("%s/%s", path, list[i]->d_name), *child_rel = xasprintf("%s%s%s", rel, *rel ? "/" : "", list[i]->d_name);
        if (r == 0 && lstat(child, &st) == 0 && S_ISDIR(st.st_mode))
            r = depth < DEPTH_MAX ? add_dir(f, child, child_rel, depth + 1, compile, but, l, err) : error_set(err, -E2BIG, "%s: more than %d directories in each other", child, DEPTH_MAX);
        else if (r == 0 && is_rules(str_from(child)) && stat(child, &st) == 0 && S_ISREG(st.st_mode) && !(but && strcmp(child_rel, but) == 0))
            r = add_file(f, child, child_rel, compile, l, err);
        free(list[i]);
    }
    if (n >= 0)
        free(list);
    return r;
}

int yara_files_add(YaraFiles *f, const char *path, const Limits *l, Error *err) {
    struct stat st;
    const size_t before = f->list.n;
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    _cleanup_free_ char *clean = xstrndup(path, n);
    if (stat(clean, &st) < 0)
        return error_errno(err, -errno, "%s", clean);
    int r;
    if (S_ISDIR(st.st_mode)) {
        r = add_dir(f, clean, "", 0, true, NULL, l, err);
        if (r == 0 && f->list.n == before)
            r = error_set(err, -ENOENT, "%s: there is no *.yar or *.yara in it", clean);
    } else {
        char *slash = strrchr(clean, '/');
        const char *base = slash ? slash + 1 : clean;
        r = add_file(f, clean, base, true, l, err);
        if (r == 0 && str_find(f->list.p[before].text, STR("include")) >= 0) {
            _cleanup_free_ char *dir = slash ? xstrndup(clean, (size_t) MAX(slash - clean, 1)) : xstrdup(".");
            r = add_dir(f, dir, "", 0, false, base, l, err);
        }
    }
    f->roots++;
    return r;
}

const YaraFile *yara_files_included(const YaraFiles *f, const YaraFile *by, Str name) {
    char joined[2 * PATH_LENGTH], path[2 * PATH_LENGTH];
    ssize_t slash = str_rchr(by->rel, '/');
    const size_t dir = slash < 0 ? 0 : (size_t) slash + 1;
    /* An absolute one would be taken for one below the root. */
    if (name.n == 0 || name.p[0] == '/' || dir + name.n >= sizeof(joined))
        return NULL;
    memcpy(joined, by->rel.p, dir);
    memcpy(joined + dir, name.p, name.n);
    ssize_t n = fs_normalise(str_n(joined, dir + name.n), PATH_LENGTH, path);
    for (size_t i = 0; n > 0 && i < f->list.n; i++)
        if (f->list.p[i].root == by->root && str_eq(f->list.p[i].rel, str_n(path, (size_t) n)))
            return &f->list.p[i];
    return NULL;
}

void yara_files_done(YaraFiles *f) {
    vec_done(&f->list);
    arena_done(&f->arena);
}
