/* SPDX-License-Identifier: Apache-2.0 */
/* A layer job on a stream: tar entries by libarchive from decoded blocks.
 * Whiteouts: OCI image specification, layer.md, "Representing changes". */
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "scan/content.h"
#include "scan/decode.h"
#include "scan/job-sink.h"

enum { BLOCK = 512 };

typedef struct Stream {
    Job *job;
    Decoder *decoder;
    int failed; /* of the decoder */
    bool ended;
    uint64_t given;    /* bytes that the decoder gave */
    uint64_t data_end; /* where the content of the current entry ends in them */
    bool padded;       /* zeros were added behind them */
} Stream;

static ssize_t next_block(Stream *s, const char **ret) {
    if (s->ended)
        return 0;
    ssize_t n = s->failed ? s->failed : decoder_next(s->decoder, ret);
    if (n < 0)
        s->failed = (int) n;
    if (n <= 0)
        s->ended = true;
    else
        s->given += (uint64_t) n;
    return n;
}

/* Some writers (umoci insert) end without an end mark and without filling the last block of the last file. Go's archive/tar, with which
 * runtimes unpack, takes that for the end; libarchive refuses it, so it gets the missing zeros from us. */
static la_ssize_t on_read(struct archive *a, void *userdata, const void **ret) {
    static const char zeros[BLOCK];
    Stream *s = userdata;
    const char *p = NULL;
    ssize_t n = next_block(s, &p);
    *ret = p;
    if (n < 0) {
        archive_set_error(a, EIO, "the layer cannot be read");
        return -1;
    }
    if (n == 0 && s->given % BLOCK && !s->padded) {
        s->padded = true;
        *ret = zeros;
        return (la_ssize_t) (BLOCK - s->given % BLOCK);
    }
    return n;
}

/* True when the zeros added stand for anything but the unused rest of the last entry's last block. */
static bool cut_short(const Stream *s) {
    return s->padded && (s->given < s->data_end || s->given - s->data_end >= BLOCK - s->data_end % BLOCK || s->data_end % BLOCK == 0);
}

/* Where the content of the entry ends whose header was just read. */
static uint64_t content_end(struct archive *a, struct archive_entry *e) {
    uint64_t at = (uint64_t) archive_filter_bytes(a, 0);
    if (archive_entry_filetype(e) != AE_IFREG || archive_entry_hardlink(e))
        return at;
    /* What a sparse file takes is not its size. */
    return archive_entry_sparse_count(e) || archive_entry_size(e) < 0 ? UINT64_MAX : at + (uint64_t) archive_entry_size(e);
}

static Str dir_of(Str path) {
    ssize_t slash = str_rchr(path, '/');
    return slash < 0 ? STR("") : str_head(path, (size_t) slash);
}

/* Reads on until at least `want` bytes of the current entry are there, or all: 0, -E2BIG over the file limit, -EIO when the archive ends inside it, -ENOMEM. They are seen as
 * they lie in the decoder's block where that holds all of them. */
static int read_content(const Stream *s, struct archive *a, struct archive_entry *e, size_t want, Content *c) {
    const bool plain = archive_entry_size_is_set(e) && !archive_entry_sparse_count(e);
    const uint64_t size = plain ? (uint64_t) MAX(archive_entry_size(e), 0) : 0;
    int x = 0;
    while (!c->whole && c->n < want) {
        const void *p;
        size_t n;
        la_int64_t at;
        /* The block that we look at ends with the next one. */
        if (c->borrowed)
            x = content_keep(c, size);
        int r = x < 0 ? ARCHIVE_OK : archive_read_data_block(a, &p, &n, &at);
        if (x < 0 || r == ARCHIVE_EOF) {
            c->whole = x == 0;
            break;
        }
        if (r != ARCHIVE_OK) {
            x = -EIO;
            break;
        }
        if (c->n == 0 && at == 0)
            content_borrow(c, p, n);
        else
            /* A sparse file's holes are zeros. */
            x = at < 0 || (uint64_t) at < c->n || (uint64_t) at > c->max ? -E2BIG : content_add(c, NULL, (size_t) at - c->n);
        if (x == 0 && !c->borrowed)
            x = content_add(c, p, n);
        if (x < 0)
            break;
        if (plain && c->n == size)
            c->whole = true;
    }
    int r = content_see(c);
    return x < 0 ? x : r < 0 ? r : cut_short(s) ? -EIO : 0;
}

/* True when the entry was one of the markers that hide files of lower layers. */
static bool marker(Job *j, Str path) {
    Str dir = dir_of(path);
    Str base = str_from_at(path, dir.n ? dir.n + 1 : 0);
    if (!str_starts(base, STR(".wh.")))
        return false;
    if (str_eq(base, STR(".wh..wh..opq"))) {
        job_entry(j, dir, ENTRY_OPAQUE);
        return true;
    }
    if (str_starts(base, STR(".wh..wh.")))
        return true; /* AUFS's own book-keeping: no content, hides nothing */
    Str hidden = arena_printf(&j->scratch, "%.*s%s%.*s", STR_FMT(dir), dir.n ? "/" : "", STR_FMT(str_from_at(base, 4)));
    job_entry(j, hidden, ENTRY_WHITEOUT);
    return true;
}

/* A sparse file's holes are zeros. */
static void hash_hole(const Stream *s, Str path, uint64_t n) {
    static const char zeros[BLOCK];
    for (; n > 0; n -= MIN(n, sizeof(zeros)))
        job_list_bytes(s->job, path, zeros, (size_t) MIN(n, sizeof(zeros)));
}

/* Hashes the content, of which `c` holds the beginning or all. False when it cannot be read to its end: then what was hashed is not the file. */
static bool hash_content(const Stream *s, struct archive *a, struct archive_entry *e, Str path, const Content *c) {
    const uint64_t size = (uint64_t) MAX(archive_entry_size(e), 0);
    const void *p;
    size_t n;
    la_int64_t at;
    uint64_t seen = c->view.n;
    int r = ARCHIVE_EOF;
    job_list_content(s->job, path, c);
    while (!c->whole && (r = archive_read_data_block(a, &p, &n, &at)) == ARCHIVE_OK) {
        if (at < 0 || (uint64_t) at < seen || (uint64_t) at > size || n > size - (uint64_t) at)
            return false;
        hash_hole(s, path, (uint64_t) at - seen);
        job_list_bytes(s->job, path, p, n);
        seen = (uint64_t) at + n;
    }
    if (r != ARCHIVE_EOF || cut_short(s))
        return false;
    hash_hole(s, path, size - MIN(seen, size));
    return true;
}

/* A file with what only its content tells. */
static void list_content(const Stream *s, struct archive *a, struct archive_entry *e, Content *c, ListedEntry *l) {
    if (l->mode & 0111 && read_content(s, a, e, LISTING_TARGET_MAX, c) < 0) {
        job_list(s->job, l);
        return;
    }
    l->target = listing_interpreter(l->mode, c->view);
    /* Holes cost an archive nothing. */
    const bool whole = (!archive_entry_sparse_count(e) || l->size <= s->job->args.limits.file_bytes) && hash_content(s, a, e, l->path, c);
    job_list_file(s->job, l, whole);
}

/* Whoever wants a regular file for its path or its first bytes gets it whole. */
static void analyse(const Stream *s, struct archive *a, struct archive_entry *e, Str path, Content *c) {
    Job *j = s->job;
    const uint64_t max = j->args.limits.file_bytes;
    const uint64_t size = (uint64_t) MAX(archive_entry_size(e), 0);
    const uint32_t mode = archive_entry_mode(e) & 07777;
    JobWanted w = job_wants(j, path);
    int r = 0;
    if (size && j->by_content & ~w.here) {
        r = read_content(s, a, e, ANALYZER_HEAD, c);
        job_ask_content(j, &(FileInfo) {path, mode, size, str_head(c->view, ANALYZER_HEAD)}, &w);
    }
    if (!job_wanted(w))
        return;
    if (size > max) {
        job_problem(j, path, PROBLEM_LIMIT, "%llu bytes, more than the %llu that an analyzer reads", (unsigned long long) size, (unsigned long long) max);
        return;
    }
    if (r == 0)
        r = read_content(s, a, e, SIZE_MAX, c);
    if (r == -E2BIG || r == -ENOMEM)
        job_problem(j, path, PROBLEM_LIMIT, "more than the %llu bytes that an analyzer reads", (unsigned long long) max);
    else if (r < 0)
        job_problem(j, path, PROBLEM_FILE, "the archive ends inside this file");
    else
        job_analyse(j, w, path, mode, c->view);
}

static void file(const Stream *s, struct archive *a, struct archive_entry *e, Str path, Content *c) {
    analyse(s, a, e, path, c);
    ListedEntry l = {.path = path, .kind = ENTRY_FILE, .mode = archive_entry_mode(e) & 07777, .size = (uint64_t) MAX(archive_entry_size(e), 0)};
    if (job_lists_content(s->job) && l.size)
        list_content(s, a, e, c, &l);
    else
        job_list(s->job, &l);
    content_clear(c);
}

static EntryType entry_type(unsigned mode) {
    switch (mode & AE_IFMT) {
    case AE_IFDIR:
        return ENTRY_TYPE_DIRECTORY;
    case AE_IFLNK:
        return ENTRY_TYPE_SYMLINK;
    case AE_IFCHR:
        return ENTRY_TYPE_CHARACTER_DEVICE;
    case AE_IFBLK:
        return ENTRY_TYPE_BLOCK_DEVICE;
    case AE_IFIFO:
        return ENTRY_TYPE_FIFO;
    case AE_IFSOCK:
        return ENTRY_TYPE_SOCKET;
    default:
        return ENTRY_TYPE_FILE;
    }
}

static Str capability_of(struct archive_entry *e) {
    const char *name;
    const void *value;
    size_t n;
    archive_entry_xattr_reset(e);
    while (archive_entry_xattr_next(e, &name, &value, &n) == ARCHIVE_OK)
        if (name && value && strcmp(name, "security.capability") == 0)
            return str_n(value, n);
    return STR_NULL;
}

static uint32_t id_of(la_int64_t id) {
    return id < 0 || id > UINT32_MAX ? UINT32_MAX : (uint32_t) id;
}

/* `target` of a link; canonical for hard links. */
static void look(Job *j, struct archive_entry *e, Str path, Str target, bool hard) {
    if (!j->by_entry)
        return;
    EntryInfo i = {.path = path, .type = hard ? ENTRY_TYPE_HARD_LINK : entry_type(archive_entry_filetype(e)), .mode = archive_entry_mode(e) & 07777,
                   .uid = id_of(archive_entry_uid(e)), .gid = id_of(archive_entry_gid(e)), .target = target};
    if (i.type == ENTRY_TYPE_FILE) {
        i.size = (uint64_t) MAX(archive_entry_size(e), 0);
        i.capability = capability_of(e);
    }
    if (i.type == ENTRY_TYPE_CHARACTER_DEVICE || i.type == ENTRY_TYPE_BLOCK_DEVICE) {
        i.dev_major = (uint32_t) archive_entry_rdevmajor(e);
        i.dev_minor = (uint32_t) archive_entry_rdevminor(e);
    }
    job_look(j, &i);
}

static void entry(const Stream *s, struct archive *a, struct archive_entry *e, Str path, Content *content) {
    Job *j = s->job;
    const char *hard = archive_entry_hardlink(e);
    unsigned type = archive_entry_filetype(e);
    if (marker(j, path))
        return;
    if (hard) {
        char *to = arena_bytes(&j->scratch, strlen(hard) + 1);
        ssize_t n = fs_normalise(str_from(hard), j->args.limits.path_bytes, to);
        job_entry(j, path, ENTRY_FILE);
        if (n < 0)
            job_problem(j, path, PROBLEM_HOSTILE, "hard link to a path outside of the root: entry left out");
        else
            job_link(j, path, str_n(to, (size_t) n), true);
        look(j, e, path, str_n(to, (size_t) MAX(n, (ssize_t) 0)), true);
        job_list(j, &(ListedEntry) {.path = path, .kind = ENTRY_FILE, .target = j->args.look_for.digests | j->args.look_for.package_digests ? str_n(to, (size_t) MAX(n, (ssize_t) 0)) : STR_NULL});
        return;
    }
    if (type == AE_IFDIR) {
        job_entry(j, path, ENTRY_DIR);
        look(j, e, path, STR_NULL, false);
        job_list(j, &(ListedEntry) {.path = path, .kind = ENTRY_DIR, .mode = archive_entry_mode(e) & 07777});
        return;
    }
    if (type == AE_IFLNK) {
        const char *target = archive_entry_symlink(e);
        job_entry(j, path, ENTRY_SYMLINK);
        if (target)
            job_link(j, path, str_from(target), false);
        look(j, e, path, str_from(target), false);
        job_list(j, &(ListedEntry) {.path = path, .kind = ENTRY_SYMLINK, .mode = archive_entry_mode(e) & 07777, .target = str_from(target)});
        return;
    }
    job_entry(j, path, ENTRY_FILE);
    look(j, e, path, STR_NULL, false);
    if (type == AE_IFREG) {
        file(s, a, e, path, content);
    } else {
        /* A character device 0:0 is what overlay file systems hide a file with. */
        bool hides = type == AE_IFCHR && archive_entry_rdev(e) == 0;
        if (!hides && job_wants(j, path).here & ~analyzers_everywhere(j->args.look_for.analyzers))
            job_problem(j, path, PROBLEM_FILE, "cannot be read: not a regular file");
        job_list(j, &(ListedEntry) {.path = path, .kind = ENTRY_FILE});
    }
}

/* The name as bytes: what the archive holds, or its UTF-8 form where it cannot be had otherwise. */
static const char *entry_name(struct archive_entry *e) {
    const char *name = archive_entry_pathname(e);
    return name ? name : archive_entry_pathname_utf8(e);
}

static int walk(Stream *s, struct archive *a) {
    Job *j = s->job;
    const Limits *limits = &j->args.limits;
    _cleanup_(content_done) Content content = content_new((size_t) limits->file_bytes, j->temp);
    _cleanup_(buf_done) Buf path = buf_new(64 * 1024 * 1024);
    struct archive_entry *e;
    int r;
    while ((r = archive_read_next_header(a, &e)) == ARCHIVE_OK || r == ARCHIVE_WARN) {
        const char *name = entry_name(e);
        Str raw = str_from(name);
        s->data_end = content_end(a, e);
        if (!job_begin(j, raw))
            continue;
        if (j->ordinal > limits->entries) {
            job_problem(j, STR(""), PROBLEM_LIMIT, "more than %llu entries: the rest of the layer was not looked at", (unsigned long long) limits->entries);
            return 0;
        }
        if (!name || raw.n > 16 * (size_t) limits->path_bytes) {
            job_problem(j, STR(""), PROBLEM_LIMIT, "entry %llu has no readable name or one that is too long: left out", (unsigned long long) j->ordinal);
            continue;
        }
        buf_clear(&path);
        buf_reserve(&path, raw.n);
        ssize_t n = fs_normalise(raw, limits->path_bytes, path.p);
        if (n < 0) {
            bool long_name = n == -ENAMETOOLONG;
            job_problem(j, str_head(raw, limits->path_bytes), long_name ? PROBLEM_LIMIT : PROBLEM_HOSTILE,
                        long_name ? "path of more than %u bytes: entry left out" : "path leads out of the root: entry left out", limits->path_bytes);
            continue;
        }
        if (n > 0)
            entry(s, a, e, str_n(path.p, (size_t) n), &content);
        arena_done(&j->scratch);
        if (j->failed)
            return j->failed;
    }
    if ((r == ARCHIVE_EOF && !cut_short(s)) || s->failed)
        return 0; /* the caller looks at s->failed */
    const char *why = cut_short(s) ? "truncated" : archive_error_string(a);
    job_begin(j, STR(""));
    return worker_fail(j->io, -EBADMSG, "not a valid tar after entry %llu (%s)", (unsigned long long) (j->ordinal - 1), why ? why : "no reason given");
}

int job_run_stream(Job *j, Ring *in, Ring *out) {
    _cleanup_(decoder_freep) Decoder *decoder = decoder_new(j->args.compression, in, out, &j->args.limits);
    Stream s = {.job = j, .decoder = decoder};
    struct archive *a = archive_read_new();
    if (!a)
        return -ENOMEM;
    archive_read_support_format_tar(a);
    archive_read_support_format_empty(a);
    int r = archive_read_open(a, &s, NULL, on_read, NULL);
    if (r == ARCHIVE_OK || s.failed)
        r = s.failed ? 0 : walk(&s, a);
    else
        r = worker_fail(j->io, -EBADMSG, "not a tar archive (%s)", archive_error_string(a));
    /* What stands behind the end mark belongs to the digest all the same. */
    const char *p;
    while (!s.ended && r == 0)
        next_block(&s, &p);
    j->bytes = decoder_total(decoder);
    if (r == 0 && s.failed)
        r = worker_fail(j->io, s.failed, "%s", decoder_error(decoder));
    archive_read_free(a);
    return r;
}
