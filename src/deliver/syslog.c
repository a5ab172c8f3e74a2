/* SPDX-License-Identifier: Apache-2.0 */
/* Syslog: messages of RFC 5424 in datagrams (RFC 5426, /dev/log) or counted octets over TCP (RFC 6587) and TLS (RFC 5425). */
#include <stdio.h>

#include "base/alloc.h"
#include "base/time.h"
#include "deliver/stream.h"
#include "net/url.h"
#include "plimsoll-version.h"

/* Receivers take datagrams of so much (RFC 5426 asks for 2048 at least); the rest is cut off. */
enum { DATAGRAM_MAX = 8192, MESSAGE_MAX = 2 << 20, NAME_MAX_CHARS = 48 };

typedef enum Transport { SYSLOG_UNIX, SYSLOG_UDP, SYSLOG_TCP, SYSLOG_TLS } Transport;

typedef struct Syslog {
    Transport transport;
    char *host, *port;
    TlsClientContext *tls;
    unsigned facility;
    Stream stream;
    Buf text;
} Syslog;

static const struct {
    const char *scheme, *port;
    Transport transport;
} transports[] = {{"udp://", "514", SYSLOG_UDP}, {"tcp://", "601", SYSLOG_TCP}, {"tls://", "6514", SYSLOG_TLS}};

/* Names of RFC 5424's table of facilities, as syslog.conf has them. */
static const char *const facilities[] = {"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp", "audit", "alert", "clock",
                                         "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"};

static int wrong_target(const Channel *o, Error *err) {
    return error_set(err, -EINVAL, "expected syslog, syslog:/PATH, or syslog:SCHEME://HOST:PORT with udp, tcp or tls; found '%s'", o->target);
}

/* "HOST", "HOST:PORT", "[::1]:PORT" */
static int read_host(Channel *o, Syslog *s, Str rest, const char *port, Error *err) {
    Str host = rest, number = str_from(port);
    if (str_starts(rest, STR("["))) {
        ssize_t end = str_chr(rest, ']');
        if (end < 0)
            return wrong_target(o, err);
        host = str_n(rest.p + 1, (size_t) end - 1);
        rest = str_from_at(rest, (size_t) end + 1);
        if (rest.n && rest.p[0] != ':')
            return wrong_target(o, err);
        number = rest.n ? str_from_at(rest, 1) : number;
    } else if (str_chr(rest, ':') >= 0) {
        str_cut(rest, ':', &host, &number);
    }
    uint64_t n;
    if (!host.n || str_to_u64(number, UINT16_MAX, &n) < 0 || n == 0)
        return wrong_target(o, err);
    s->host = str_dup(host);
    s->port = str_dup(number);
    return 0;
}

static int read_target(Channel *o, Syslog *s, Error *err) {
    Str target = str_from(*o->target ? o->target : "/dev/log");
    if (str_starts(target, STR("/"))) {
        s->host = str_dup(target);
        return stream_check_unix(s->host, err);
    }
    for (size_t i = 0; i < ARRAY_SIZE(transports); i++)
        if (str_starts(target, str_from(transports[i].scheme))) {
            s->transport = transports[i].transport;
            return read_host(o, s, str_from_at(target, strlen(transports[i].scheme)), transports[i].port, err);
        }
    return wrong_target(o, err);
}

static int read_facility(const Channel *o, Syslog *s, Error *err) {
    const char *name = channel_setting(o, "facility");
    for (unsigned i = 0; i < ARRAY_SIZE(facilities); i++)
        if (strcmp(facilities[i], name ? name : "daemon") == 0) {
            s->facility = i;
            return 0;
        }
    return error_set(err, -EINVAL, "facility=: expected a facility of syslog (daemon, auth, local0 …), found '%s'", name);
}

static int open_syslog(Channel *o, Error *err) {
    Syslog *s = o->state = xcalloc(1, sizeof(*s));
    s->stream.fd = -1;
    s->text = buf_new(MESSAGE_MAX);
    int r = read_target(o, s, err);
    if (r == 0)
        r = read_facility(o, s, err);
    const TlsClientOptions t = {channel_setting(o, "ca-file"), channel_setting(o, "client-certificate"), channel_setting(o, "client-key")};
    if (r == 0 && s->transport != SYSLOG_TLS && (t.ca_file || t.certificate || t.key))
        return error_set(err, -EINVAL, "certificates belong to syslog:tls://HOST:PORT");
    return r == 0 && s->transport == SYSLOG_TLS ? tls_client_context_new(&t, &s->tls, err) : r;
}

/* HOSTNAME and APP-NAME are printable ASCII without spaces; "-" is none. */
static void put_word(Buf *out, const char *text) {
    size_t n = 0;
    for (; *text && n < NAME_MAX_CHARS; text++)
        if (*text > ' ' && *text < 0x7f) {
            buf_putc(out, *text);
            n++;
        }
    if (n == 0)
        buf_putc(out, '-');
}

static void write_message(const Channel *o, const Syslog *s, const Message *m, Buf *out) {
    char date[TIME_TEXT_MAX];
    time_format(m->time / 1000000000, date);
    buf_printf(out, "<%u>1 %.*s.%06lldZ ", s->facility * 8 + (unsigned) m->severity, (int) strlen(date) - 1, date, (long long) (m->time % 1000000000 / 1000));
    put_word(out, o->o->hostname);
    buf_printf(out, " plimsoll %d alert [origin software=\"plimsoll\" swVersion=\"%s\"] ", (int) getpid(), PLIMSOLL_VERSION);
    buf_str(out, m->line);
}

static int connect_syslog(Syslog *s, Error *err) {
    if (s->transport == SYSLOG_UNIX)
        return stream_open_unix(&s->stream, s->host, SOCK_DGRAM, err);
    return stream_open(&s->stream, s->host, s->port, s->transport == SYSLOG_UDP ? SOCK_DGRAM : SOCK_STREAM, s->tls, err);
}

static int send_syslog(Channel *o, const Message *m, Error *err) {
    Syslog *s = o->state;
    int r = stream_is_gone(&s->stream) ? connect_syslog(s, err) : 0;
    if (r < 0)
        return r;
    buf_clear(&s->text);
    write_message(o, s, m, &s->text);
    bool counted = s->transport == SYSLOG_TCP || s->transport == SYSLOG_TLS;
    _cleanup_(buf_done) Buf framed = buf_new(MESSAGE_MAX + 32);
    if (counted)
        buf_printf(&framed, "%zu ", s->text.n);
    buf_str(&framed, counted ? buf_view(&s->text) : str_head(buf_view(&s->text), DATAGRAM_MAX));
    if (s->text.failed || framed.failed)
        return error_set(err, -EBADMSG, "the alert is too long for a message of syslog");
    r = stream_send(&s->stream, buf_view(&framed), err);
    return r == -EPIPE ? -ECONNRESET : r;
}

static void close_syslog(Channel *o) {
    Syslog *s = o->state;
    stream_close(&s->stream);
    tls_client_context_freep(&s->tls);
    buf_done(&s->text);
    free(s->host);
    free(s->port);
    free(s);
}

static const ChannelKey keys[] = {
    {"facility", "NAME", "Facility of the messages (daemon)"},
    {"ca-file", "FILE", "For tls: authorities (PEM) that may have signed the receiver's certificate, besides the system's"},
    {"client-certificate", "FILE", "For tls: a certificate to show to the receiver (PEM)"},
    {"client-key", "FILE", "For tls: its key"},
    {0},
};

const ChannelKind channel_syslog = {
    .name = "syslog",
    .target = "/PATH or SCHEME://HOST:PORT",
    .doc = "Syslog (RFC 5424): the machine's own at /dev/log or another path, or a receiver by udp, tcp or tls",
    .keys = keys,
    .remote = true,
    .format = DELIVER_FORMATS,
    .open = open_syslog,
    .send = send_syslog,
    .close = close_syslog,
};
