/* SPDX-License-Identifier: Apache-2.0 */
/* Connections to receivers that only take: sockets, with TLS where asked for. Nothing waits longer than a few seconds. */
#pragma once

#include <sys/socket.h>

#include "deliver/channel.h"
#include "net/tls-client.h"

typedef struct Stream {
    int fd;                  /* -1: not connected */
    TlsClient *tls;          /* NULL: none */
} Stream;

/* Is the path short enough for a socket? -EINVAL. */
int stream_check_unix(const char *path, Error *err);
/* `type`: SOCK_STREAM or SOCK_DGRAM. */
int stream_open_unix(Stream *s, const char *path, int type, Error *err);
/* "HOST:PORT"; `tls` NULL: without. */
int stream_open(Stream *s, const char *host, const char *port, int type, TlsClientContext *tls, Error *err);
/* All of it, or the connection is closed. */
int stream_send(Stream *s, Str bytes, Error *err);
/* Has the other side closed it? It is closed here then, too. */
bool stream_is_gone(Stream *s);
void stream_close(Stream *s);
