/* SPDX-License-Identifier: Apache-2.0 */
/* URLs (RFC 3986) of http and https. Read by libcurl's own parser, so that what is checked here is what is connected to. */
#pragma once

#include "base/error.h"
#include "base/str.h"

enum { URL_MAX = 16 * 1024 };

/* Parts of a URL in fresh strings; url_done() frees them. */
typedef struct Url {
    char *scheme;   /* "http" or "https" */
    char *host;     /* IPv6 in brackets */
    char *port;     /* always there: "443" when the URL has none */
    bool default_port;
    char *path;     /* begins with "/" */
    char *query;    /* NULL when there is none */
    bool userinfo;  /* it carries a user name or password */
} Url;

/* -EINVAL for anything that is not an absolute http or https URL; the message does not repeat a secret. */
int url_parse(const char *s, Url *ret, Error *err);
void url_done(Url *u);

/* For messages and logs: "https://host:port/path", user name and password left out and a query shown as "?…" (signed URLs
 * are secrets). Never NULL; what cannot be parsed gives "an unusable URL". The caller frees. */
char *url_redacted(const char *s);

/* Same scheme, host (case ignored) and port: credentials for one are fit for the other. False when one cannot be parsed. */
bool url_same_origin(const char *a, const char *b);

/* Where a Location header of `base` leads: absolute, without fragment, without a user name or password it may carry. -EINVAL
 * when that is not http or https. The caller frees. */
int url_resolve(const char *base, const char *location, char **ret, Error *err);

/* Adds "name=value" to the query, percent-encoded. *url is replaced; -EINVAL when it cannot be parsed. */
int url_add_query(char **url, const char *name, const char *value, Error *err);

/* "localhost", 127.0.0.0/8 or [::1], with or without ":port". */
bool url_host_is_loopback(Str host);
