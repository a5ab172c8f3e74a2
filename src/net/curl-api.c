/* SPDX-License-Identifier: Apache-2.0 */
#include "net/curl-api.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

static struct {
    pthread_once_t once;
    CurlApi api;
    bool loaded;
    const char *why;
} shared = {.once = PTHREAD_ONCE_INIT};

/* Never closed: its libraries keep state of their own. */
static void load(void) {
    void *lib = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!lib) {
        shared.why = "libcurl.so.4 cannot be loaded: install it (Debian: libcurl4) to use the network";
        return;
    }
    shared.loaded = true;
#define X(name)                                                                             \
    shared.api.name = (__typeof__(shared.api.name)) (uintptr_t) dlsym(lib, "curl_" #name); \
    shared.loaded &= shared.api.name != NULL;
    CURL_FUNCTIONS(X)
#undef X
    if (!shared.loaded)
        shared.why = "libcurl.so.4 is too old: 7.88 is needed";
}

const CurlApi *curl_api(const char **ret_why) {
    pthread_once(&shared.once, load);
    if (!shared.loaded && ret_why)
        *ret_why = shared.why;
    return shared.loaded ? &shared.api : NULL;
}
