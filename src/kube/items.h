/* SPDX-License-Identifier: Apache-2.0 */
/* Objects out of a stream of bytes from an API server, one at a time: the items of a list, or the events of a watch. Memory holds one of them, however long the stream is. */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "parse/node.h"

typedef enum KubeItemsMode {
    KUBE_ITEMS_LIST,      /* one object, whose member "items" is a list */
    KUBE_ITEMS_WATCH,     /* objects behind each other */
} KubeItemsMode;

/* etcd takes 1.5 MiB an object unless told otherwise. */
enum { KUBE_ITEM_BYTES = 16 << 20, KUBE_HEAD_BYTES = 1 << 20 };

typedef struct KubeItems {
    KubeItemsMode mode;
    /* The tree, and the strings in it, end with the call. A negative answer ends the reading and is handed on. */
    int (*each)(void *userdata, const Node *item);
    /* Gets the bytes of the object instead, which nobody has parsed, where each is NULL. */
    int (*each_text)(void *userdata, Str item);
    void *userdata;
    size_t n;             /* objects handed out */
    Buf head;             /* KUBE_ITEMS_LIST: everything but the items */
    /* How far it is. */
    Buf item, key;
    Arena arena;
    unsigned depth;
    bool string, escape;  /* inside of one; behind a backslash */
    bool taking;          /* the bytes are an item's */
    bool items;           /* inside of the list of items */
    bool is_key, ended;
} KubeItems;

KubeItems kube_items(KubeItemsMode mode, int (*each)(void *userdata, const Node *item), void *userdata);
void kube_items_done(KubeItems *s);
/* 0; -EBADMSG when it is no JSON, -E2BIG over KUBE_ITEM_BYTES or KUBE_HEAD_BYTES; or what `each` answered, then err may be unset. */
int kube_items_feed(KubeItems *s, Str bytes, Error *err);
/* The stream is at its end: -EBADMSG when that is in the middle of an object, or of the list. */
int kube_items_end(KubeItems *s, Error *err);
/* The list without its items, as far as it came; NULL when that is nothing yet, or no JSON. Lives until the next item. */
const Node *kube_items_head(KubeItems *s);
