/* SPDX-License-Identifier: Apache-2.0 */
#include "image/path.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "image/sources.h"

/* Length of the path that the reference begins with; 0: none exists, errno of the whole. */
static size_t path_length(const char *reference) {
    size_t n = strlen(reference);
    struct stat st;
    if (reference[0] == '-' && (n == 1 || reference[1] == ':' || reference[1] == '@'))
        return 1;
    if (stat(reference, &st) == 0)
        return n;
    int e = errno;
    _cleanup_free_ char *copy = xstrdup(reference);
    for (size_t i = n; i-- > 1;) {
        if (copy[i] != ':' && copy[i] != '@')
            continue;
        copy[i] = 0;
        if (stat(copy, &st) == 0)
            return i;
    }
    errno = e;
    return 0;
}

bool image_path_exists(const char *reference) {
    return path_length(reference) > 0;
}

int image_path_split(const char *reference, char **ret_path, Selector *ret, Error *err) {
    size_t n = path_length(reference);
    if (n == 0)
        return error_errno(err, -errno, "%s", reference);
    Selector s = {.number = -1};
    Str rest = str_from(reference + n);
    if (rest.n) {
        Str value = str_from_at(rest, 1);
        uint64_t number;
        if (str_empty(value))
            return error_set(err, -EINVAL, "%s: nothing after '%c'", reference, rest.p[0]);
        if (rest.p[0] == ':')
            s.name = value;
        else if (str_to_u64(value, INT32_MAX, &number) == 0)
            s.number = (int64_t) number;
        else
            s.digest = value;
    }
    *ret_path = xstrndup(reference, n);
    *ret = s;
    return 0;
}

/* The name without what Docker leaves out. */
static Str familiar(Str name) {
    if (str_starts(name, STR("docker.io/library/")))
        return str_from_at(name, 18);
    if (str_starts(name, STR("docker.io/")))
        return str_from_at(name, 10);
    return name;
}

/* Cuts ":TAG" off; "latest" where there is none. */
static Str cut_tag(Str *name) {
    ssize_t colon = str_rchr(*name, ':'), slash = str_rchr(*name, '/');
    if (colon < 0 || colon < slash)
        return STR("latest");
    Str tag = str_from_at(*name, (size_t) colon + 1);
    *name = str_head(*name, (size_t) colon);
    return tag;
}

bool image_name_matches(Str has, Str want) {
    if (str_eq(has, want))
        return true;
    Str a = familiar(has), b = familiar(want);
    Str tag_a = cut_tag(&a), tag_b = cut_tag(&b);
    return str_eq(a, b) && str_eq(tag_a, tag_b);
}

int image_ambiguous(const char *place, const Buf *choices, Error *err) {
    const char *path = str_eqz(STR("standard input"), place) ? "-" : place;
    return error_set(err, -EINVAL, "%s: holds several images; choose one by %s:NAME, %s@DIGEST or %s@NUMBER: %.*s", place, path, path, path,
                     STR_FMT(buf_view(choices)));
}

int image_open_dir(Image *img, const char *path, Error *err) {
    img->root_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (img->root_fd < 0)
        return error_errno(err, -errno, "%s", path);
    /* O_PATH succeeds where reading does not. */
    _cleanup_fd_ int readable = openat(img->root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (readable < 0)
        return error_errno(err, -errno, "%s", path);
    img->artifact.kind = ARTIFACT_DIRECTORY;
    img->artifact.created = TIME_NONE;
    free(img->place);
    img->place = xstrdup(path);
    return 0;
}

/* What a root file system has at its top (FHS 3.0, chapter 3); one is enough, since minimal images hold little. */
static bool has_root_entries(int dir) {
    static const char *const names[] = {"etc", "usr", "bin", "sbin", "lib", "lib64", "var", "opt", "proc", "root"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (faccessat(dir, names[i], F_OK, AT_SYMLINK_NOFOLLOW) == 0)
            return true;
    return false;
}

int image_open_path(Image *img, const char *reference, Error *err) {
    _cleanup_free_ char *path = NULL;
    Selector select;
    int r = image_path_split(reference, &path, &select, err);
    if (r < 0)
        return r;
    _cleanup_(image_files_freep) ImageFiles *files = NULL;
    r = image_files_open(path, &img->options, &img->limits, &files, err);
    if (r < 0)
        return r;
    bool standard = str_eqz(str_from(path), "-");
    img->place = xstrdup(standard ? "standard input" : path);
    if (image_files_has(files, STR("oci-layout")))
        return image_open_layout(img, TAKE_PTR(files), &select, err);
    int dir = image_files_dir(files);
    if (dir < 0) {
        if (image_files_has(files, STR("manifest.json")))
            return image_open_saved(img, TAKE_PTR(files), &select, err);
        return error_set(err, -EBADMSG, "%s: a tar archive without 'oci-layout' or 'manifest.json', so not an image (a root file system is scanned unpacked)",
                         img->place);
    }
    if (strlen(path) == strlen(reference) && has_root_entries(dir))
        return image_open_dir(img, path, err);
    if (image_files_has(files, STR("manifest.json")))
        return image_open_saved(img, TAKE_PTR(files), &select, err);
    return error_set(err, -EBADMSG,
                     "%s: a directory that is neither an OCI layout (no 'oci-layout') nor a root file system (no etc, usr, bin …); "
                     "dir:%s scans it as one, --repo as a source repository",
                     path, path);
}

int source_dir_open(Image *img, const char *reference, Error *err) {
    return image_open_dir(img, reference, err);
}

int source_repo_open(Image *img, const char *reference, Error *err) {
    int r = source_dir_open(img, reference, err);
    if (r >= 0)
        img->artifact.kind = ARTIFACT_REPOSITORY;
    return r;
}

static int open_as(Image *img, const char *reference, int (*open_files)(Image *, ImageFiles *, const Selector *, Error *), Error *err) {
    _cleanup_free_ char *path = NULL;
    Selector select;
    ImageFiles *files;
    int r = image_path_split(reference, &path, &select, err);
    if (r == 0)
        r = image_files_open(path, &img->options, &img->limits, &files, err);
    if (r < 0)
        return r;
    img->place = xstrdup(str_eqz(str_from(path), "-") ? "standard input" : path);
    return open_files(img, files, &select, err);
}

int source_oci_open(Image *img, const char *reference, Error *err) {
    return open_as(img, reference, image_open_layout, err);
}

int source_saved_open(Image *img, const char *reference, Error *err) {
    return open_as(img, reference, image_open_saved, err);
}
