/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/progress.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "base/time.h"
#include "cmd/terminal.h"

enum { APPEARS_MS = 200, EVERY_MS = 100 };

/* One line, so one state for the process. */
static struct {
    pthread_mutex_t lock;
    bool quiet, shown;
    _Atomic bool active; /* read without the lock: most calls have nothing to do */
    char *what;
    uint64_t total, bytes;
    unsigned parts, parts_done, frame;
    int64_t began_ms, drawn_ms;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void erase(void) {
    if (state.shown)
        fputs("\r\033[K", stderr);
    state.shown = false;
}

static void amount(uint64_t bytes, char *buf, size_t n) {
    if (bytes >= (uint64_t) 1 << 30)
        snprintf(buf, n, "%.1f GiB", (double) bytes / (1 << 30));
    else
        snprintf(buf, n, "%.1f MiB", (double) bytes / (1 << 20));
}

static void draw(void) {
    static const char *const spinner[] = {"|", "/", "-", "\\"};
    char done[32], total[32], text[256];
    amount(state.bytes, done, sizeof(done));
    size_t at = (size_t) snprintf(text, sizeof(text), "  %s", done);
    if (state.total) {
        amount(state.total, total, sizeof(total));
        at += (size_t) snprintf(text + at, sizeof(text) - at, " of %s", total);
    }
    if (state.parts)
        snprintf(text + at, sizeof(text) - at, ", layer %u of %u", MIN(state.parts_done + 1, state.parts), state.parts);
    /* Never as wide as the terminal: a wrapped line could not be erased. The name gives way first. */
    unsigned width = terminal_width(STDERR_FILENO);
    size_t room = width > strlen(text) + 4 ? width - strlen(text) - 4 : 0;
    Str what = str_from(state.what);
    while (terminal_columns(what) > room)
        what = str_head(what, what.n - 1);
    fprintf(stderr, "\r\033[K%s %.*s%.*s", spinner[state.frame++ % ARRAY_SIZE(spinner)], STR_FMT(what), (int) (width > 4 ? width - 4 : 0), text);
    fflush(stderr);
    state.shown = true;
}

void progress_begin(const char *what, uint64_t total, unsigned parts) {
    if (state.quiet || isatty(STDERR_FILENO) != 1)
        return;
    pthread_mutex_lock(&state.lock);
    erase();
    free(state.what);
    state.what = xstrdup(what);
    for (char *c = state.what; *c; c++)
        if ((unsigned char) *c < 0x20 || *c == 0x7f)
            *c = '?';
    state.total = total;
    state.parts = parts;
    state.bytes = state.parts_done = state.frame = 0;
    state.began_ms = time_steady_ms();
    state.drawn_ms = 0;
    state.active = true;
    pthread_mutex_unlock(&state.lock);
}

static void draw_when_due(void) {
    int64_t now = time_steady_ms();
    if (state.active && now - state.began_ms >= APPEARS_MS && now - state.drawn_ms >= EVERY_MS) {
        draw();
        state.drawn_ms = now;
    }
}

void progress_part(unsigned i, unsigned n) {
    if (!state.active)
        return;
    pthread_mutex_lock(&state.lock);
    state.parts_done = i;
    state.parts = n;
    draw_when_due();
    pthread_mutex_unlock(&state.lock);
}

void progress_add(uint64_t bytes, unsigned parts) {
    if (!state.active)
        return;
    pthread_mutex_lock(&state.lock);
    state.bytes += bytes;
    state.parts_done += parts;
    draw_when_due();
    pthread_mutex_unlock(&state.lock);
}

void progress_clear(void) {
    pthread_mutex_lock(&state.lock);
    erase();
    pthread_mutex_unlock(&state.lock);
}

void progress_end(void) {
    pthread_mutex_lock(&state.lock);
    erase();
    state.active = false;
    free(state.what);
    state.what = NULL;
    pthread_mutex_unlock(&state.lock);
}

void progress_set_quiet(bool quiet) {
    state.quiet = quiet;
}
