/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/admit-facts.h"

#include <pthread.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/time.h"
#include "cmd/message.h"

/* Seconds between looks; what could not be read is tried again after more of them. */
enum { LOOK_S = 1, AGAIN_LOOKS = 10 };

struct FactKeeper {
    const char *path;
    AdmissionService *service;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool ending;
    struct stat seen;
    unsigned wait;         /* looks to let pass before it is read again */
    char *said_load, *said_ask; /* the failures that were told last, so that each is told once */
    FactStore *queue;      /* open while images are asked for */
    int failed;
};

static void say(char **said, const char *text) {
    if (*said && strcmp(*said, text) == 0)
        return;
    free(*said);
    *said = xstrdup(text);
    message_error("%s", text);
}

static bool changed(FactKeeper *k) {
    struct stat st = {0};
    if (stat(k->path, &st) < 0)
        memset(&st, 0, sizeof(st));
    const struct stat *old = &k->seen;
    bool same = st.st_ino == old->st_ino && st.st_dev == old->st_dev && st.st_size == old->st_size && st.st_mtim.tv_sec == old->st_mtim.tv_sec && st.st_mtim.tv_nsec == old->st_mtim.tv_nsec;
    k->seen = st;
    return !same;
}

static void look(FactKeeper *k) {
    _cleanup_error_ Error err = {0};
    ImageFacts *f = NULL;
    if (!changed(k) && (k->wait == 0 || --k->wait > 0))
        return;
    int r = image_facts_load(k->path, &f, &err);
    if (r == 0) {
        admission_service_images(k->service, f);
        free(TAKE_PTR(k->said_load));
    } else {
        say(&k->said_load, error_text(&err, r));
    }
    admission_service_images_failed(k->service, r < 0);
    k->wait = r < 0 ? AGAIN_LOOKS : 0;
}

static void ask(void *userdata, Str reference) {
    _cleanup_error_ Error err = {0};
    FactKeeper *k = userdata;
    bool tried = k->failed == 0;
    if (tried && !k->queue)
        k->failed = fact_store_open(k->path, FACT_STORE_WRITE, &k->queue, &err);
    if (k->failed == 0)
        k->failed = fact_store_ask(k->queue, reference, time_now(), &err);
    if (k->failed == 0) {
        free(TAKE_PTR(k->said_ask));
        return;
    }
    admission_service_unqueued(k->service);
    if (tried) {
        error_wrap(&err, k->failed, "images that are to be scanned find no place in the queue");
        say(&k->said_ask, error_text(&err, k->failed));
    }
}

static void *keep(void *p) {
    FactKeeper *k = p;
    pthread_mutex_lock(&k->lock);
    while (!k->ending) {
        struct timespec until;
        pthread_mutex_unlock(&k->lock);
        k->failed = 0;
        admission_service_asked(k->service, ask, k);
        if (k->queue)
            fact_store_close(TAKE_PTR(k->queue));
        look(k);
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += LOOK_S;
        pthread_mutex_lock(&k->lock);
        if (!k->ending)
            pthread_cond_clockwait(&k->wake, &k->lock, CLOCK_MONOTONIC, &until);
    }
    pthread_mutex_unlock(&k->lock);
    return NULL;
}

int fact_keeper_start(const char *path, AdmissionService *s, FactKeeper **ret, Error *err) {
    FactKeeper *k = xcalloc(1, sizeof(*k));
    k->path = path;
    k->service = s;
    k->wait = 1;
    pthread_mutex_init(&k->lock, NULL);
    pthread_cond_init(&k->wake, NULL);
    look(k);
    int r = -pthread_create(&k->thread, NULL, keep, k);
    if (r < 0) {
        free(k->said_load);
        free(k);
        return error_errno(err, r, "starting a thread");
    }
    *ret = k;
    return 0;
}

void fact_keeper_stop(FactKeeper *k) {
    pthread_mutex_lock(&k->lock);
    k->ending = true;
    pthread_cond_signal(&k->wake);
    pthread_mutex_unlock(&k->lock);
    pthread_join(k->thread, NULL);
    pthread_mutex_destroy(&k->lock);
    pthread_cond_destroy(&k->wake);
    free(k->said_load);
    free(k->said_ask);
    free(k);
}
