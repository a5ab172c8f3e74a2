/* SPDX-License-Identifier: Apache-2.0 */
#include "net/microhttpd-api.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>

static struct {
    pthread_once_t once;
    ServeApi api;
    bool loaded;
    const char *why;
} shared = {.once = PTHREAD_ONCE_INIT};

/* Never closed: threads of theirs may be running. */
static void load(void) {
    void *tls = dlopen("libgnutls.so.30", RTLD_NOW | RTLD_LOCAL);
    void *http = dlopen("libmicrohttpd.so.12", RTLD_NOW | RTLD_LOCAL);
    if (!tls || !http) {
        shared.why = tls ? "libmicrohttpd.so.12 cannot be loaded: install it (Debian: libmicrohttpd12) to serve" : "libgnutls.so.30 cannot be loaded: install it (Debian: libgnutls30) to serve";
        return;
    }
    shared.loaded = true;
#define X(name)                                                                                     \
    shared.api.mhd_##name = (__typeof__(shared.api.mhd_##name)) (uintptr_t) dlsym(http, "MHD_" #name); \
    shared.loaded &= shared.api.mhd_##name != NULL;
    MICROHTTPD_FUNCTIONS(X)
#undef X
#define X(name)                                                                                       \
    shared.api.tls_##name = (__typeof__(shared.api.tls_##name)) (uintptr_t) dlsym(tls, "gnutls_" #name); \
    shared.loaded &= shared.api.tls_##name != NULL;
    GNUTLS_FUNCTIONS(X)
#undef X
    if (!shared.loaded)
        shared.why = "libmicrohttpd or GnuTLS is too old: 0.9.75 and 3.7 are needed";
}

const ServeApi *serve_api(const char **ret_why) {
    pthread_once(&shared.once, load);
    if (!shared.loaded && ret_why)
        *ret_why = shared.why;
    return shared.loaded ? &shared.api : NULL;
}
