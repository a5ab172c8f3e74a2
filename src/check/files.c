/* SPDX-License-Identifier: Apache-2.0 */
/* Files in batches to workers, several at a time. A worker that dies costs the file that it was at. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/hash.h"
#include "base/vec.h"
#include "base/worker.h"
#include "check/wire.h"

enum { BATCH_FILES = 2000, BATCH_BYTES = 64 << 20, WORKER_SECONDS = 600, WORKERS_MAX = 64 };

typedef struct Work {
    const CheckOptions *options;
    CheckItem *items;
    size_t n, next;          /* next: first item that nobody took */
    Arena *arena;            /* results; under `lock` */
    pthread_mutex_t lock;
    Error *err;
    int failed;
} Work;

/* Why a file has no results; it is the only message. */
static void give_up(Work *w, CheckItem *item, int status, const char *why) {
    pthread_mutex_lock(&w->lock);
    CheckError *e = arena_new(w->arena, CheckError);
    *e = (CheckError) {.level = DIAG_ERROR, .message = arena_str(w->arena, str_from(why))};
    item->status = status;
    item->hits = NULL;
    item->errors = e;
    item->n_hits = 0;
    item->n_errors = 1;
    pthread_mutex_unlock(&w->lock);
}

/* The items of one batch that could be read, and where their answers are. */
typedef struct Batch {
    Work *work;
    Vec(CheckItem *) items;
    Vec(char *) texts;
    size_t done;             /* answered, or given up */
    Buf answer;              /* not decoded yet */
} Batch;

static void batch_done(Batch *b) {
    for (size_t i = 0; i < b->texts.n; i++)
        free(b->texts.p[i]);
    vec_done(&b->items);
    vec_done(&b->texts);
    buf_done(&b->answer);
}

static int read_item(CheckItem *item, char **ret, Error *err) {
    if (item->text.p) {
        *ret = str_dup(item->text);
        item->bytes = item->text.n;
        return 0;
    }
    return item->input->render ? item->input->render(item->path, CHECK_FILE_BYTES, ret, &item->bytes, err) : fs_read(item->path, check_max_bytes(item->input), ret, &item->bytes, err);
}

/* Takes items until the batch is full; false when none is left. */
static bool batch_fill(Work *w, Batch *b) {
    size_t bytes = 0, share = MAX(w->n / MAX(w->options->workers, 1u), (size_t) 1), taken = 0;
    while (taken < MIN(share, (size_t) BATCH_FILES) && bytes < BATCH_BYTES) {
        pthread_mutex_lock(&w->lock);
        CheckItem *item = w->next < w->n && w->failed == 0 ? &w->items[w->next++] : NULL;
        pthread_mutex_unlock(&w->lock);
        if (!item)
            break;
        taken++;
        _cleanup_error_ Error err = {0};
        char *text = NULL;
        int r = item->status;
        if (r == 0)
            r = read_item(item, &text, &err);
        if (r < 0) {
            if (item->status == 0)
                give_up(w, item, r, r == -EFBIG ? (item->input->max_bytes ? "the file is larger than 512 MiB" : "the file is larger than 32 MiB") : error_text(&err, r));
            continue;
        }
        sha256_hex(text, item->bytes, item->digest);
        bytes += item->bytes;
        vec_push(&b->items, item);
        vec_push(&b->texts, text);
    }
    return taken > 0;
}

static int chunk(void *userdata, Str bytes) {
    Batch *b = userdata;
    buf_str(&b->answer, bytes);
    size_t at = 0;
    ssize_t n = 1;
    while (n > 0 && b->done < b->items.n) {
        pthread_mutex_lock(&b->work->lock);
        n = check_frame_decode(str_from_at(buf_view(&b->answer), at), b->work->options->policy, b->work->options->limits, b->work->arena, b->items.p[b->done]);
        pthread_mutex_unlock(&b->work->lock);
        if (n > 0) {
            at += (size_t) n;
            b->done++;
        }
    }
    Str rest = str_from_at(buf_view(&b->answer), at);
    if (at && rest.n)
        memmove(b->answer.p, rest.p, rest.n);
    b->answer.n -= at;
    return n < 0 || (b->done == b->items.n && b->answer.n) ? -EBADMSG : b->answer.failed;
}

static int batch_run(Batch *b, Error *err) {
    const CheckOptions *o = b->work->options;
    while (b->done < b->items.n) {
        _cleanup_(buf_done) Buf args = buf_new((size_t) 2 << 30);
        _cleanup_error_ Error why = {0};
        check_job_begin(&args, o, b->items.n - b->done);
        for (size_t i = b->done; i < b->items.n; i++)
            check_job_file(&args, b->items.p[i]->input, b->items.p[i]->path, str_n(b->texts.p[i], b->items.p[i]->bytes));
        if (args.failed)
            return error_errno(err, args.failed, "preparing work for a worker");
        WorkerLimits limits = {.memory = (uint64_t) 2 << 30, .cpu_s = WORKER_SECONDS};
        buf_clear(&b->answer);
        b->answer.max = BUF_OWN_MAX;
        int r = worker_call(check_job, buf_view(&args), NULL, 0, &limits, chunk, b, &why);
        if (r == 0 && b->done < b->items.n)
            r = error_set(&why, -EBADMSG, "the worker ended before it had answered");
        if (r == -EINVAL)
            return error_set(err, r, "%s", error_text(&why, r));
        if (r < 0) /* it died on, or lied about, the file that it was at: the others are read without it */
            give_up(b->work, b->items.p[b->done++], r, error_text(&why, r));
    }
    return 0;
}

static void *thread(void *userdata) {
    Work *w = userdata;
    bool more = true;
    while (more) {
        Batch b = {.work = w, .answer = buf_new(BUF_OWN_MAX)};
        _cleanup_error_ Error err = {0};
        more = batch_fill(w, &b);
        int r = batch_run(&b, &err);
        if (r < 0) {
            pthread_mutex_lock(&w->lock);
            if (w->failed == 0)
                w->failed = error_set(w->err, r, "%s", error_text(&err, r));
            pthread_mutex_unlock(&w->lock);
        }
        batch_done(&b);
    }
    return NULL;
}

int check_files(const CheckOptions *options, CheckItem *items, size_t n, Arena *a, Error *err) {
    CheckOptions o = *options;
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    if (o.workers == 0)
        o.workers = cpus > 0 ? (unsigned) MIN(cpus, (long) WORKERS_MAX) : 1;
    o.workers = MIN(o.workers, (unsigned) MIN(n, (size_t) WORKERS_MAX));
    Work w = {.options = &o, .items = items, .n = n, .arena = a, .lock = PTHREAD_MUTEX_INITIALIZER, .err = err};
    pthread_t threads[WORKERS_MAX];
    unsigned started = 0;
    for (; started + 1 < o.workers; started++)
        if (pthread_create(&threads[started], NULL, thread, &w))
            break;
    thread(&w);
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&w.lock);
    return w.failed;
}
