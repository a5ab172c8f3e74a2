/* SPDX-License-Identifier: Apache-2.0 */
#include "deliver/limit.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/map.h"

/* However many times end at different moments, all are looked at so often only. */
#define EACH_FLUSH INT64_C(100000000)

enum { KEYS_MAX = 8192, SECONDS_MAX = 86400, MOST_MAX = 1000000 };

/* Alerts of one rule in one container, or of one text among them, from the first one on. */
typedef struct Window {
    char *key;               /* rule, NUL, container */
    Str rule, container;
    int severity;
    bool same;
    int64_t until;
    uint64_t most, seconds, passed, held;
} Window;

struct AlertLimit {
    LimitOptions o;
    Map windows;             /* by key and hash of the text */
    uint64_t held;
    int64_t next;            /* the first that ends; INT64_MAX: none */
    Buf key;
};

AlertLimit *alert_limit_new(const LimitOptions *o) {
    AlertLimit *l = xcalloc(1, sizeof(*l));
    l->o = *o;
    l->windows.own_keys = true;
    l->next = INT64_MAX;
    l->key = buf_new(1 << 16);
    return l;
}

static void window_free(Window *w) {
    free(w->key);
    free(w);
}

static void forget_all(AlertLimit *l) {
    for (size_t i = 0; i < l->windows.n; i++)
        window_free(l->windows.entries[i].value);
    map_done(&l->windows);
    l->windows = (Map) {.own_keys = true};
}

void alert_limit_free(AlertLimit *l) {
    if (!l)
        return;
    forget_all(l);
    map_done(&l->windows);
    buf_done(&l->key);
    free(l);
}

int alert_limit_parse(Str text, uint64_t *ret_most, uint64_t *ret_seconds, Error *err) {
    Str most, seconds;
    if (!str_cut(text, '/', &most, &seconds) || str_to_u64(most, MOST_MAX, ret_most) < 0 || str_to_u64(seconds, SECONDS_MAX, ret_seconds) < 0 || *ret_most == 0 || *ret_seconds == 0)
        return error_set(err, -EINVAL, "expected N/SECONDS, up to %d in up to %d seconds; found '%.*s'", MOST_MAX, SECONDS_MAX, STR_FMT(text));
    return 0;
}

/* The window of this key, begun anew when there is none; NULL: there are too many. */
static Window *window_of(AlertLimit *l, Str rule, Str container, int severity, const uint64_t *text, int64_t now) {
    buf_clear(&l->key);
    buf_str(&l->key, rule);
    buf_putc(&l->key, 0);
    buf_str(&l->key, container);
    if (text)
        buf_add(&l->key, text, sizeof(*text));
    if (l->key.failed)
        return NULL;
    Window *w = map_get(&l->windows, buf_view(&l->key));
    /* Nothing was held back in that time, so nothing need be told of it. */
    if (w && w->until <= now && w->held == 0) {
        w->passed = 0;
        w->severity = severity;
        w->until = now + (int64_t) w->seconds * 1000000000;
    }
    if (w || l->windows.n >= KEYS_MAX)
        return w;
    bool fresh;
    void **at = map_slot(&l->windows, buf_view(&l->key), &fresh);
    w = *at = xcalloc(1, sizeof(*w));
    w->key = xmalloc(rule.n + container.n + 2);
    memcpy(w->key, l->key.p, rule.n + 1 + container.n);
    w->rule = str_n(w->key, rule.n);
    w->container = str_n(w->key + rule.n + 1, container.n);
    w->severity = severity;
    w->same = text != NULL;
    w->most = text ? 1 : l->o.most;
    w->seconds = text ? l->o.group : l->o.seconds;
    w->until = now + (int64_t) w->seconds * 1000000000;
    l->next = MIN(l->next, w->until);
    return w;
}

static bool pass(AlertLimit *l, Window *w) {
    if (!w || w->passed < w->most) {
        if (w)
            w->passed++;
        return true;
    }
    w->held++;
    l->held++;
    return false;
}

bool alert_limit_pass(AlertLimit *l, Str rule, Str container, int severity, Str text, int64_t now) {
    if (l->o.group) {
        uint64_t hash = hash_keyed(text.p, text.n);
        if (!pass(l, window_of(l, rule, container, severity, &hash, now)))
            return false;
    }
    return !l->o.seconds || pass(l, window_of(l, rule, container, severity, NULL, now));
}

int64_t alert_limit_flush(AlertLimit *l, int64_t now, bool all, void (*each)(void *userdata, const HeldBack *h), void *userdata) {
    if (!all && now < l->next)
        return l->next;
    Map old = l->windows;
    l->windows = (Map) {.own_keys = true};
    l->next = INT64_MAX;
    for (size_t i = 0; i < old.n; i++) {
        Window *w = old.entries[i].value;
        if (all || w->until <= now) {
            if (w->held)
                each(userdata, &(HeldBack) {w->rule, w->container, w->severity, w->held, w->seconds, w->same});
            window_free(w);
            continue;
        }
        bool fresh;
        *map_slot(&l->windows, old.entries[i].key, &fresh) = w;
        l->next = MIN(l->next, w->until);
    }
    l->next = MAX(l->next, now + EACH_FLUSH);
    map_done(&old);
    return l->next;
}

int64_t alert_limit_due(const AlertLimit *l) {
    return l->next;
}

uint64_t alert_limit_held(const AlertLimit *l) {
    return l->held;
}
