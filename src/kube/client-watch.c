/* SPDX-License-Identifier: Apache-2.0 */
/* Watches: a list, then its changes from there on (Efficient detection of changes, in the API concepts). */
#include "kube/client-private.h"
#include "base/time.h"
#include "kube/items.h"
#include "kube/tree.h"

/* The server ends a watch after this time, scattered by half; so old connections do not pile up on one of several servers. */
enum { WATCH_SECONDS = 300 };

typedef struct Watching {
    KubeClient *client;
    const KubeWatchOptions *o;
    char version[KUBE_VERSION_MAX];
    bool stopped;           /* by the caller */
    bool gone;              /* the server forgot our version */
    size_t events;          /* of this connection */
    Error *err;
} Watching;

static int listed(void *userdata, const Node *object) {
    Watching *w = userdata;
    int r = w->o->each(w->o->userdata, KUBE_LISTED, object);
    w->stopped = r < 0;
    return r;
}

static int restarted(void *userdata) {
    Watching *w = userdata;
    int r = w->o->restart(w->o->userdata);
    w->stopped = r < 0;
    return r;
}

static int waiting(void *userdata) {
    Watching *w = userdata;
    int r = w->o->wait ? w->o->wait(w->o->userdata) : 0;
    w->stopped = r < 0;
    return r;
}

static void keep_version(Watching *w, const Node *object) {
    Str v = kube_text(object, "metadata.resourceVersion");
    if (!v.n || v.n >= sizeof(w->version))
        return;
    memcpy(w->version, v.p, v.n);
    w->version[v.n] = 0;
}

/* An ERROR has a Status in place of an object. */
static int said_wrong(Watching *w, const Node *status) {
    int64_t code = 0;
    (void) kube_int(kube_at(status, "code"), &code);
    Str reason = kube_text(status, "reason"), message = str_head(kube_text(status, "message"), 500);
    w->gone = code == 410 || str_eqz(reason, "Expired") || str_eqz(reason, "Gone");
    return error_set(w->err, w->gone ? -ESTALE : -EREMOTEIO, "the watch was ended by the server: %lld %.*s", (long long) code, STR_FMT(message));
}

static int event(void *userdata, const Node *n) {
    static const struct {
        const char *type;
        KubeChange change;
    } types[] = {{"ADDED", KUBE_ADDED}, {"MODIFIED", KUBE_MODIFIED}, {"DELETED", KUBE_DELETED}};
    Watching *w = userdata;
    Str type = kube_text(n, "type");
    const Node *object = kube_at(n, "object");
    if (!node_is(object, NODE_MAP))
        return error_set(w->err, -EBADMSG, "the watch has an event without an object");
    if (str_eqz(type, "ERROR"))
        return said_wrong(w, object);
    w->events++;
    int r = str_eqz(type, "BOOKMARK") ? 0 : -EBADMSG;
    for (size_t i = 0; i < ARRAY_SIZE(types); i++)
        if (str_eqz(type, types[i].type)) {
            r = w->o->each(w->o->userdata, types[i].change, object);
            w->stopped = r < 0;
        }
    if (r == -EBADMSG && !w->stopped)
        return error_set(w->err, r, "the watch has an event of the unknown type \"%.*s\"", STR_FMT(str_head(type, 40)));
    if (r >= 0)
        keep_version(w, object);
    return r;
}

/* One connection, until it ends: 0 at its proper end, else why. */
static int follow(Watching *w, uint64_t *ret_after, Error *err) {
    char seconds[16];
    uint32_t chance = (uint32_t) kube_back_off_ms(w->client, 1, 0) % (WATCH_SECONDS / 2);
    (void) snprintf(seconds, sizeof(seconds), "%u", WATCH_SECONDS + chance);
    const char *const pairs[] = {"watch", "1", "allowWatchBookmarks", "true", "resourceVersion", w->version, "timeoutSeconds", seconds, "labelSelector", w->o->labels, "fieldSelector", w->o->fields, NULL};
    _cleanup_free_ char *path = kube_query(w->o->path, pairs);
    const KubeRequest rq = {.path = path};
    _cleanup_(http_stream_closep) HttpStream *s = NULL;
    w->err = err;
    w->events = 0;
    int r = kube_open(w->client, &rq, w->client->options.silence_s, waiting, w, &s, ret_after, NULL, err);
    if (r < 0) {
        w->gone = r == -ESTALE;
        return r;
    }
    _cleanup_(kube_items_done) KubeItems items = kube_items(KUBE_ITEMS_WATCH, event, w);
    char chunk[64 * 1024];
    ssize_t n;
    while ((n = http_stream_read(s, chunk, sizeof(chunk), err)) > 0) {
        r = kube_items_feed(&items, str_n(chunk, (size_t) n), err);
        if (r < 0)
            return w->stopped ? r : error_wrap(err, r, "GET %s%s?watch", w->client->server, w->o->path);
    }
    /* Half an event at the end of the connection comes anew with the next one. */
    return (int) n;
}

static int list(Watching *w, Error *err) {
    const KubeListOptions o = {.path = w->o->path, .labels = w->o->labels, .fields = w->o->fields, .each = listed, .restart = restarted, .wait = waiting, .userdata = w};
    int r = restarted(w);
    if (r == 0)
        r = kube_list(w->client, &o, w->version, err);
    if (r == 0 && w->o->listed) {
        r = w->o->listed(w->o->userdata);
        w->stopped = r < 0;
    }
    return r;
}

int kube_watch(KubeClient *c, const KubeWatchOptions *o, Error *err) {
    Watching w = {.client = c, .o = o};
    bool have = false;
    for (unsigned failures = 0;;) {
        _cleanup_error_ Error why = {0};
        uint64_t after = 0;
        int64_t began = time_steady_ms();
        w.gone = false;
        int r = have ? follow(&w, &after, &why) : list(&w, &why);
        if (w.stopped) {
            if (why.message)
                error_set(err, r, "%s", why.message);
            return r;
        }
        /* A silent connection may have been a good one: nothing happened. */
        bool good = have ? w.events > 0 || (r == 0 && time_steady_ms() - began >= 1000) || r == -ETIMEDOUT : r == 0;
        if (!have && r == 0)
            have = true;
        if (w.gone)
            have = false;
        failures = good || (w.gone && failures == 0) ? 0 : failures + 1;
        if (r == 0 && good)
            continue;
        /* The first attempt after a good connection is made at once: servers end watches as they please. */
        unsigned ms = failures ? kube_back_off_ms(c, failures, after) : 0;
        if (o->failed && r < 0 && !w.gone && r != -ETIMEDOUT)
            r = o->failed(o->userdata, r, error_text(&why, r), ms);
        else
            r = 0;
        if (r >= 0)
            r = kube_sleep(ms, o->wait, o->userdata);
        if (r < 0)
            return r;
    }
}
