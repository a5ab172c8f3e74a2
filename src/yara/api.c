/* SPDX-License-Identifier: Apache-2.0 */
#include "yara/api.h"

#include <dlfcn.h>
#include <pthread.h>

/* What the rules and matches look like in memory is part of its interface: only the version whose headers we know serves. */
#if YR_VERSION_HEX >= 0x040300
#define LIBRARY "libyara.so.10"
#define PACKAGE "libyara10"
#else
#define LIBRARY "libyara.so.9"
#define PACKAGE "libyara9"
#endif

static struct {
    pthread_once_t once;
    YaraApi api;
    bool loaded;
    const char *why;
} shared = {.once = PTHREAD_ONCE_INIT};

/* Never closed. */
static void load(void) {
    void *lib = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!lib) {
        shared.why = LIBRARY " cannot be loaded: install it (Debian: " PACKAGE ") to use YARA rules";
        return;
    }
    bool all = true;
#define X(name)                                                                             \
    shared.api.name = (__typeof__(shared.api.name)) (uintptr_t) dlsym(lib, "yr_" #name);   \
    all &= shared.api.name != NULL;
    YARA_FUNCTIONS(X)
#undef X
    shared.loaded = all && shared.api.initialize() == ERROR_SUCCESS;
    if (!shared.loaded)
        shared.why = LIBRARY " cannot be used: it is of another version than plimsoll was built for";
}

const YaraApi *yara_api(const char **ret_why) {
    pthread_once(&shared.once, load);
    if (!shared.loaded && ret_why)
        *ret_why = shared.why;
    return shared.loaded ? &shared.api : NULL;
}
