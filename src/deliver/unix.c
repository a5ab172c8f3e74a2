/* SPDX-License-Identifier: Apache-2.0 */
/* Lines to a program that listens on a Unix socket. */
#include "base/alloc.h"
#include "deliver/stream.h"

static int open_unix(Channel *o, Error *err) {
    if (*o->target != '/')
        return error_set(err, -EINVAL, "expected an absolute path behind \"unix:\", found '%s'", o->target);
    Stream *s = o->state = xcalloc(1, sizeof(*s));
    s->fd = -1;
    return stream_check_unix(o->target, err);
}

static int send_unix(Channel *o, const Message *m, Error *err) {
    Stream *s = o->state;
    int r = stream_is_gone(s) ? stream_open_unix(s, o->target, SOCK_STREAM, err) : 0;
    if (r < 0)
        return r;
    r = stream_send(s, str_n(m->line.p, m->line.n + 1), err);
    return r < 0 ? error_wrap(err, r == -EPIPE ? -ECONNRESET : r, "%s", o->target) : 0;
}

static void close_unix(Channel *o) {
    stream_close(o->state);
    free(o->state);
}

const ChannelKind channel_unix = {
    .name = "unix",
    .target = "PATH",
    .doc = "A Unix socket (stream) that a program listens on, a line an alert",
    .remote = true,
    .format = DELIVER_FORMATS,
    .open = open_unix,
    .send = send_unix,
    .close = close_unix,
};
