/* SPDX-License-Identifier: Apache-2.0 */
/* Images by id: a hash table with the least recently used at one end, bounded in number and bytes. */
#include "runtime/tables.h"

#include "base/alloc.h"

enum { IMAGES_MAX = 32768, BUCKETS = 16384, BYTES_MAX = 12 << 20 };
/* So many may wait for images_sweep() beside those that processes run; when there are more, half of them go. */
enum { ENDED_MAX = 4096, ENDED_BYTES_MAX = 2 << 20 };
/* How much later than an end everything that the process did before has been read. */
static const uint64_t GRACE = 1000000000;

struct Images {
    Image *image;              /* [0] is the head of the list by age */
    uint32_t n, spare;         /* used so far; those given back, linked by `next` */
    size_t count, bytes;
    size_t kept, kept_bytes;   /* of those, the ones that processes ran at the last sweep */
    size_t added;              /* since then */
    size_t waiting;            /* ended, but kept by the last sweep */
    uint32_t round;            /* number of the sweep that images_mark() is for */
    uint64_t forgotten, clock;
    uint32_t bucket[BUCKETS];
};

Images *images_new(void) {
    Images *t = xcalloc(1, sizeof(*t));
    t->image = xcalloc(IMAGES_MAX + 1, sizeof(*t->image));
    t->n = 1;
    t->round = 1;
    return t;
}

void images_free(Images *t) {
    if (!t)
        return;
    for (uint32_t i = 1; i < t->n; i++)
        free(t->image[i].bytes);
    free(t->image);
    free(t);
}

size_t images_count(const Images *t) {
    return t->count;
}

uint64_t images_forgotten(const Images *t) {
    return t->forgotten;
}

static uint32_t *bucket_of(Images *t, uint64_t id) {
    return &t->bucket[(id * 0x9E3779B97F4A7C15u) >> 50];
}

static size_t text_bytes(const Image *i) {
    return i->exepath.n + i->filename.n + i->args.n + i->env.n + i->script.n;
}

static void list_remove(Images *t, uint32_t i) {
    t->image[t->image[i].older].newer = t->image[i].newer;
    t->image[t->image[i].newer].older = t->image[i].older;
}

static void list_front(Images *t, uint32_t i) {
    Image *head = &t->image[0];
    t->image[i].older = head->older;
    t->image[i].newer = 0;
    t->image[head->older].newer = i;
    head->older = i;
}

static void drop(Images *t, uint32_t i) {
    Image *gone = &t->image[i];
    uint32_t *at = bucket_of(t, gone->id);
    while (*at != i)
        at = &t->image[*at].next;
    *at = gone->next;
    list_remove(t, i);
    t->bytes -= text_bytes(gone);
    t->count--;
    free(gone->bytes);
    *gone = (Image) {.next = t->spare};
    t->spare = i;
}

static uint32_t find(Images *t, uint64_t id) {
    uint32_t i = id ? *bucket_of(t, id) : 0;
    while (i && t->image[i].id != id)
        i = t->image[i].next;
    return i;
}

const Image *images_get(Images *t, uint64_t id) {
    uint32_t i = find(t, id);
    if (!i)
        return NULL;
    Image *m = &t->image[i];
    /* Among those that were asked for since the last one was added, or since the last sweep, the order says nothing. */
    if (m->used != t->clock) {
        list_remove(t, i);
        list_front(t, i);
        m->used = t->clock;
        m->ended = 0;
    }
    return m;
}

/* The oldest of those that no process runs, until they take half of the room that is theirs. */
static void drop_ended(Images *t, size_t bytes) {
    for (uint32_t i = t->image[0].newer, next; i && (t->waiting > ENDED_MAX / 2 || bytes > ENDED_BYTES_MAX / 2); i = next) {
        next = t->image[i].newer;
        if (t->image[i].round == t->round)
            continue;
        bytes -= text_bytes(&t->image[i]);
        t->waiting--;
        drop(t, i);
    }
}

void images_mark(Images *t, uint64_t id) {
    uint32_t i = find(t, id);
    if (i)
        t->image[i].round = t->round;
}

bool images_crowded(const Images *t) {
    return t->count > t->kept + ENDED_MAX || t->bytes > t->kept_bytes + ENDED_BYTES_MAX;
}

bool images_to_sweep(const Images *t) {
    enum { SOME = 64 };
    return t->added > SOME || t->waiting;
}

void images_sweep(Images *t, uint64_t looked, uint64_t read) {
    t->kept = t->kept_bytes = t->waiting = 0;
    size_t waiting_bytes = 0;
    for (uint32_t i = t->image[0].newer, next; i; i = next) {
        Image *m = &t->image[i];
        next = m->newer;
        if (m->round == t->round) {
            m->ended = 0;
            t->kept++;
            t->kept_bytes += text_bytes(m);
        } else if (m->ended && m->ended + GRACE <= read)
            drop(t, i);
        else {
            m->ended = m->ended ? m->ended : looked;
            t->waiting++;
            waiting_bytes += text_bytes(m);
        }
    }
    if (t->waiting > ENDED_MAX / 2 || waiting_bytes > ENDED_BYTES_MAX / 2)
        drop_ended(t, waiting_bytes);
    t->added = 0;
    t->round++;
    t->clock++;
}

static void copy(char **at, Str *text) {
    if (!text->p)
        return;
    memcpy(*at, text->p, text->n);
    text->p = *at;
    *at += text->n;
}

const Image *images_add(Images *t, const Image *image) {
    uint32_t i = find(t, image->id);
    if (i)
        drop(t, i);
    size_t bytes = text_bytes(image);
    for (; t->count && (t->count >= IMAGES_MAX || t->bytes + bytes > BYTES_MAX); t->forgotten++)
        drop(t, t->image[0].newer);
    i = t->spare;
    if (i)
        t->spare = t->image[i].next;
    else
        i = t->n++;
    Image *new = &t->image[i];
    *new = *image;
    char *at = new->bytes = xmalloc(bytes + 1);
    copy(&at, &new->exepath);
    copy(&at, &new->filename);
    copy(&at, &new->args);
    copy(&at, &new->env);
    copy(&at, &new->script);
    uint32_t *bucket = bucket_of(t, new->id);
    new->next = *bucket;
    *bucket = i;
    list_front(t, i);
    t->bytes += bytes;
    t->count++;
    t->added++;
    new->used = ++t->clock;
    return new;
}
