/* SPDX-License-Identifier: Apache-2.0 */
/* containerd's store: blobs in its content store, the names of images in a bolt database that a confined worker reads. Docker
 * keeps its images there, too, when it is told to (namespace "moby"). */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/wire.h"
#include "base/worker.h"
#include "image/path.h"
#include "image/sources.h"
#include "model/digest.h"
#include "parse/bolt.h"

enum { IMAGES_MAX_BYTES = 64 << 20, TRIES = 5 };

/* In the worker. Buckets: v1 → namespace → images → name → target → digest, mediatype, size (containerd,
 * metadata/buckets.go). */

typedef struct ListJob {
    Bolt bolt;
    Buf out;
    Str namespace;
} ListJob;

static int list_image(void *userdata, Str key, Str value, const BoltBucket *bucket) {
    ListJob *j = userdata;
    BoltBucket target;
    Str digest = STR_NULL, type = STR_NULL, size = STR_NULL;
    if (!bucket)
        return 0;
    int r = bolt_bucket(&j->bolt, bucket, "target", &target);
    if (r == 0)
        r = bolt_get(&j->bolt, &target, "digest", &digest);
    if (r == 0)
        r = bolt_get(&j->bolt, &target, "mediatype", &type);
    if (r == 0)
        r = bolt_get(&j->bolt, &target, "size", &size);
    if (r == -ENOENT)
        return 0; /* not complete: not an image that could be used */
    if (r < 0)
        return r;
    WireReader number = wire_reader(size); /* Go's signed varint is ours */
    wire_put_str(&j->out, j->namespace);
    wire_put_str(&j->out, key);
    wire_put_str(&j->out, digest);
    wire_put_str(&j->out, type);
    wire_put_i64(&j->out, wire_i64(&number));
    return j->out.failed;
}

static int list_namespace(void *userdata, Str key, Str value, const BoltBucket *bucket) {
    ListJob *j = userdata;
    BoltBucket images;
    if (!bucket)
        return 0;
    j->namespace = key;
    int r = bolt_bucket(&j->bolt, bucket, "images", &images);
    return r == -ENOENT ? 0 : r < 0 ? r : bolt_each(&j->bolt, &images, list_image, j);
}

static int list_images(ListJob *j, Str data) {
    BoltBucket v1, root;
    int r = bolt_open(data, &j->bolt);
    if (r < 0)
        return r;
    root = bolt_root(&j->bolt);
    r = bolt_bucket(&j->bolt, &root, "v1", &v1);
    return r == -ENOENT ? 0 : r < 0 ? r : bolt_each(&j->bolt, &v1, list_namespace, j);
}

static int list_job(const WorkerIo *io) {
    off_t size = lseek(io->fds[0], 0, SEEK_END);
    if (size < 0)
        return -errno;
    if (size == 0)
        return worker_fail(io, -EBADMSG, "an empty file");
    size_t n = (size_t) size;
    const char *p = mmap(NULL, n, PROT_READ, MAP_SHARED, io->fds[0], 0);
    if (p == MAP_FAILED)
        return -errno;
    ListJob j = {.out = buf_new(IMAGES_MAX_BYTES)};
    int r = list_images(&j, str_n(p, n));
    uint64_t txid = j.bolt.txid;
    Bolt after;
    /* A running containerd writes beside us. Pages of a transaction stay as they are until the one after the next, so what was
     * read is whole when the newest transaction is still the same. */
    if (bolt_open(str_n(p, n), &after) == 0 && after.txid != txid)
        r = -EAGAIN;
    else if (r == -EBADMSG)
        worker_fail(io, r, "%s", j.bolt.problem ? j.bolt.problem : "damaged");
    else if (r == 0)
        r = fs_write_all(io->out, j.out.p, j.out.n);
    buf_done(&j.out);
    return r;
}

/* In the parent. */

static int collect(void *userdata, Str bytes) {
    return buf_str(userdata, bytes);
}

static int read_names(const char *path, Buf *names, Error *err) {
    _cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return error_errno(err, errno == ENOENT || errno == ENOTDIR ? -ENODEV : -errno, "containerd's images: %s", path);
    int r = -EAGAIN;
    for (int i = 0; i < TRIES && r == -EAGAIN; i++) {
        buf_clear(names);
        r = worker_call(list_job, STR_NULL, &fd, 1, NULL, collect, names, err);
    }
    return r < 0 ? error_wrap(err, r, "%s", path) : 0;
}

/* Lower is taken first where the same name is in several. */
static int namespace_rank(Str ns) {
    static const char *const order[] = {"default", "k8s.io", "moby"};
    const char *wanted = getenv("CONTAINERD_NAMESPACE");
    if (wanted && str_eqz(ns, wanted))
        return -1;
    int i = 0;
    while (i < (int) ARRAY_SIZE(order) && !str_eqz(ns, order[i]))
        i++;
    return i;
}

static int find_name(Image *img, const char *path, Str records, Str want, Descriptor *ret, Error *err) {
    WireReader in = wire_reader(records);
    int best = INT32_MAX;
    Str best_name = STR_NULL;
    while (in.rest.n && wire_ok(&in)) {
        Str ns = wire_str(&in), name = wire_str(&in);
        Descriptor d = {.digest = wire_str(&in)};
        d.media_type = wire_str(&in);
        int64_t size = wire_i64(&in);
        if (!wire_ok(&in) || size < 0 || digest_parse(d.digest, NULL, NULL) < 0)
            continue; /* one damaged record is none of ours unless it is what we look for, which then is not found */
        d.size = (uint64_t) size;
        int rank = namespace_rank(ns);
        /* Kubernetes also stores images by id alone; such a name is asked for as it is. */
        if (rank < best && (image_name_matches(name, want) || str_eq(d.digest, want))) {
            best = rank;
            best_name = name;
            *ret = d;
        }
    }
    if (best == INT32_MAX)
        return error_set(err, -ENOENT, "%s: no image %.*s in containerd's store", path, STR_FMT(want));
    /* The records end with the caller's buffer. */
    ret->digest = arena_str(img->arena, ret->digest);
    ret->media_type = arena_str(img->arena, ret->media_type);
    img->artifact.repo_tags = arena_new(img->arena, Str);
    if (!img->artifact.repo_tags)
        return error_errno(err, -E2BIG, "%s", path);
    img->artifact.repo_tags[0] = arena_str(img->arena, best_name);
    img->artifact.n_repo_tags = 1;
    return 0;
}

int source_containerd_open(Image *img, const char *reference, Error *err) {
    const char *root = getenv("PLIMSOLL_CONTAINERD_ROOT");
    root = root && *root ? root : "/var/lib/containerd";
    _cleanup_free_ char *names_path = xasprintf("%s/io.containerd.metadata.v1.bolt/meta.db", root);
    _cleanup_free_ char *content = xasprintf("%s/io.containerd.content.v1.content", root);
    _cleanup_(buf_done) Buf names = buf_new(IMAGES_MAX_BYTES);
    Descriptor top;
    ImageFiles *files;
    int r = read_names(names_path, &names, err);
    if (r == 0)
        r = find_name(img, root, buf_view(&names), str_from(reference), &top, err);
    if (r < 0)
        return r;
    /* The content store has its blobs where an OCI layout has them. */
    r = image_files_open(content, &img->options, &img->limits, &files, err);
    if (r < 0)
        return r;
    img->place = xasprintf("containerd:%s", reference);
    image_use_blobs(img, files);
    return image_resolve(img, &top, err);
}
