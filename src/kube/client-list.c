/* SPDX-License-Identifier: Apache-2.0 */
/* Lists in pages (limit, continue). A page that breaks off is asked for again as it was, and what was told of it is skipped. */
#include "kube/client-private.h"
#include "kube/items.h"
#include "kube/tree.h"

enum { RESTARTS_MAX = 5, EMPTY_PAGES_MAX = 100 };

typedef struct Listing {
    KubeClient *client;
    const KubeListOptions *o;
    char *next;             /* the token of the page at hand; NULL: the first */
    char version[KUBE_VERSION_MAX]; /* of the list; empty: not known yet */
    size_t told;            /* objects of the page that were told */
    size_t at;              /* objects of the page that came in this attempt */
    uint64_t all;           /* objects that were told */
    unsigned empty;         /* pages without any, one after the other */
    bool endless;           /* more than a list may have */
    bool stopped;           /* by the caller */
} Listing;

static int take(void *userdata, const Node *item) {
    Listing *l = userdata;
    if (l->at++ < l->told)
        return 0;
    l->told++;
    l->endless = ++l->all > l->client->options.objects;
    if (l->endless)
        return -E2BIG;
    int r = l->o->each(l->o->userdata, item);
    l->stopped = r < 0;
    return r;
}

static void keep_version(Listing *l, const Node *head) {
    Str v = kube_text(head, "metadata.resourceVersion");
    if (!v.n || v.n >= sizeof(l->version))
        return;
    memcpy(l->version, v.p, v.n);
    l->version[v.n] = 0;
}

/* One attempt at one page: 1 when it was the last one. *ret_own: the failure is the caller's, or one that asking again does not mend. */
static int page(Listing *l, uint64_t *ret_after, Buf *ret_body, bool *ret_own, Error *err) {
    char limit[16];
    (void) snprintf(limit, sizeof(limit), "%u", l->client->options.page);
    /* A first page that is asked for again must be the same one, or what was told of it cannot be skipped. */
    bool exact = !l->next && l->told > 0;
    const char *const pairs[] = {"limit", limit, "continue", l->next, "labelSelector", l->o->labels, "fieldSelector", l->o->fields, "resourceVersion", exact ? l->version : NULL,
                                 "resourceVersionMatch", exact ? "Exact" : NULL, NULL};
    _cleanup_free_ char *path = kube_query(l->o->path, pairs);
    const KubeRequest rq = {.path = path, .accept = l->o->metadata ? "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1" : NULL};
    _cleanup_(http_stream_closep) HttpStream *s = NULL;
    *ret_own = false;
    int r = kube_open(l->client, &rq, 0, l->o->wait, l->o->userdata, &s, ret_after, ret_body, err);
    if (r < 0)
        return r;
    l->at = 0;
    _cleanup_(kube_items_done) KubeItems items = kube_items(KUBE_ITEMS_LIST, take, l);
    char chunk[64 * 1024];
    ssize_t n;
    while ((n = http_stream_read(s, chunk, sizeof(chunk), err)) > 0) {
        size_t before = l->told;
        r = kube_items_feed(&items, str_n(chunk, (size_t) n), err);
        if (!l->version[0] && l->told > before)
            keep_version(l, kube_items_head(&items));
        if (l->endless)
            r = error_set(err, r, "the list has more than %llu objects: the rest is left out", (unsigned long long) l->client->options.objects);
        if (r < 0) {
            *ret_own = true;
            return l->stopped ? r : error_wrap(err, r, "GET %s%s", l->client->server, l->o->path);
        }
    }
    r = n < 0 ? (int) n : kube_items_end(&items, err);
    const Node *head = r < 0 ? NULL : kube_items_head(&items);
    if (r == 0 && !head)
        r = error_set(err, -EBADMSG, "the answer is no list that can be read");
    if (r == -EBADMSG) { /* cut off: the connection may be better next time */
        _cleanup_free_ char *why = xstrdup(error_text(err, r));
        return error_set(err, -ECONNRESET, "GET %s%s: %s", l->client->server, l->o->path, why);
    }
    if (r < 0)
        return r;
    keep_version(l, head);
    Str next = kube_text(head, "metadata.continue");
    l->empty = l->told ? 0 : l->empty + 1;
    *ret_own = next.n && ((l->next && str_eqz(next, l->next)) || l->empty > EMPTY_PAGES_MAX);
    if (*ret_own)
        return error_set(err, -EBADMSG, "GET %s%s: the list does not end: %s", l->client->server, l->o->path,
                         l->empty > EMPTY_PAGES_MAX ? "page after page is empty" : "a page says that it goes on where it began");
    free(l->next);
    l->next = next.n ? str_dup(next) : NULL;
    l->told = 0;
    return l->next == NULL;
}

/* The server forgot the version that the pages are of. Its refusal may have a token that goes on in what is there now. */
static int forgotten(Listing *l, Str body, unsigned *restarts, Error *err) {
    _cleanup_(arena_done) Arena a = {.max = 16 << 20};
    Limits limits = limits_default();
    Node *n = NULL;
    if (++*restarts > RESTARTS_MAX)
        return error_wrap(err, -ESTALE, "the list was begun %d times, and each time", RESTARTS_MAX);
    Str token = STR("");
    if (!l->o->restart && json_parse(body, "answer", &limits, &a, NULL, &n) == 0)
        token = kube_text(n, "metadata.continue");
    if (!l->o->restart && !token.n)
        return -ESTALE;
    free(l->next);
    l->next = token.n ? str_dup(token) : NULL;
    /* What was told of this page is among what is skipped only when the token is of its beginning: it is. */
    if (l->o->restart) {
        l->told = 0;
        l->version[0] = 0;
    }
    error_done(err);
    return l->o->restart ? l->o->restart(l->o->userdata) : 0;
}

static void listing_done(Listing *l) {
    free(l->next);
}

int kube_list(KubeClient *c, const KubeListOptions *o, char ret_version[KUBE_VERSION_MAX], Error *err) {
    _cleanup_(listing_done) Listing l = {.client = c, .o = o};
    unsigned failures = 0, restarts = 0;
    for (;;) {
        uint64_t after = 0;
        bool own;
        size_t told = l.told;
        _cleanup_(buf_done) Buf body = buf_new(0);
        int r = page(&l, &after, &body, &own, err);
        if (r == 1)
            break;
        if (r == 0) {
            failures = 0;
            continue;
        }
        if (own)
            return r;
        if (r == -ESTALE) {
            r = forgotten(&l, buf_view(&body), &restarts, err);
            if (r < 0)
                return r;
            continue;
        }
        failures = l.told > told ? 1 : failures + 1;
        if (!kube_is_transient(r) || failures > c->options.retries)
            return r;
        if (l.told > 0 && !l.next && !l.version[0])
            return error_wrap(err, r, "the list broke off, and cannot be gone on with");
        error_done(err);
        r = kube_back_off(c, failures, after, o->wait, o->userdata);
        if (r < 0)
            return r;
    }
    if (ret_version)
        memcpy(ret_version, l.version, sizeof(l.version));
    return 0;
}
