/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/program-hash.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/hash.h"

enum { KEPT = 1024, BLOCK = 64 << 10, LARGEST = 256 << 20 };

typedef struct Kept {
    uint64_t inode, changed; /* 0: unused */
    uint32_t device;
    char hex[DIGEST_HEX_MAX + 1];
} Kept;

struct ProgramHashes {
    Kept kept[KEPT];
    char block[BLOCK];
};

ProgramHashes *program_hashes_new(void) {
    return xcalloc(1, sizeof(ProgramHashes));
}

void program_hashes_free(ProgramHashes *h) {
    free(h);
}

/* The file as it was at the execution; it may have been replaced since. */
static int open_same(const char *path, const Image *image, off_t *ret_size) {
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return -errno;
    bool same = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_ino == image->inode &&
                (uint64_t) st.st_ctim.tv_sec * 1000000000 + (uint64_t) st.st_ctim.tv_nsec == image->changed;
    if (!same) {
        close(fd);
        return -ENOENT;
    }
    *ret_size = st.st_size;
    return fd;
}

static int open_program(const Image *image, const Container *c, uint32_t pid, off_t *ret_size) {
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "/proc/%u/exe", pid);
    int fd = open_same(path, image, ret_size);
    /* It has ended, or runs something else by now. */
    if (fd < 0 && image->exepath.n && (!c || c->rootfs.n) && (size_t) snprintf(path, sizeof(path), "%.*s%.*s", STR_FMT(c ? c->rootfs : STR("")), STR_FMT(image->exepath)) < sizeof(path))
        fd = open_same(path, image, ret_size);
    return fd;
}

static bool hash_file(ProgramHashes *h, int fd, char ret_hex[static DIGEST_HEX_MAX + 1]) {
    _cleanup_(hasher_freep) Hasher *sum = hasher_new(DIGEST_SHA256);
    off_t at = 0;
    for (ssize_t n; (n = fs_pread_all(fd, h->block, sizeof(h->block), at)) != 0; at += n) {
        if (n < 0 || at > LARGEST)
            return false;
        hasher_add(sum, h->block, (size_t) n);
    }
    hasher_hex(sum, ret_hex);
    return true;
}

Str program_hash(ProgramHashes *h, const Image *image, const Container *c, uint32_t pid) {
    if (!image->inode || !image->changed)
        return STR_NULL;
    Kept *k = &h->kept[(image->inode * 0x9E3779B97F4A7C15u ^ image->changed ^ image->device) % KEPT];
    if (k->inode == image->inode && k->changed == image->changed && k->device == image->device)
        return str_from(k->hex);
    off_t size = 0;
    _cleanup_fd_ int fd = open_program(image, c, pid, &size);
    char hex[DIGEST_HEX_MAX + 1];
    if (fd < 0 || size > LARGEST || !hash_file(h, fd, hex))
        return STR_NULL;
    *k = (Kept) {.inode = image->inode, .changed = image->changed, .device = image->device};
    memcpy(k->hex, hex, sizeof(hex));
    return str_from(k->hex);
}
