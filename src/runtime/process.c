/* SPDX-License-Identifier: Apache-2.0 */
/* Images by id: a hash table with the least recently used at one end, bounded in number and bytes. */
#include "runtime/tables.h"

#include "base/alloc.h"

enum { IMAGES_MAX = 16384, BUCKETS = 16384, BYTES_MAX = 12 << 20 };

struct Images {
    Image *image;              /* [0] is the head of the list by age */
    uint32_t n, spare;         /* used so far; those given back, linked by `next` */
    size_t count, bytes;
    uint32_t bucket[BUCKETS];
};

Images *images_new(void) {
    Images *t = xcalloc(1, sizeof(*t));
    t->image = xcalloc(IMAGES_MAX + 1, sizeof(*t->image));
    t->n = 1;
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

static uint32_t *bucket_of(Images *t, uint64_t id) {
    return &t->bucket[(id * 0x9E3779B97F4A7C15u) >> 50];
}

static size_t text_bytes(const Image *i) {
    return i->exepath.n + i->filename.n + i->args.n + i->env.n;
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
    list_remove(t, i);
    list_front(t, i);
    return &t->image[i];
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
    while (t->count && (t->count >= IMAGES_MAX || t->bytes + bytes > BYTES_MAX))
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
    uint32_t *bucket = bucket_of(t, new->id);
    new->next = *bucket;
    *bucket = i;
    list_front(t, i);
    t->bytes += bytes;
    t->count++;
    return new;
}
