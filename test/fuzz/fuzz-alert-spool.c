/* SPDX-License-Identifier: Apache-2.0 */
/* A spool whose file is not what it left there: it opens or says why not, what it gives comes to an end, and alerts that it takes come out again, in order. */
#include <unistd.h>

#include "deliver/alert-spool.h"
#include "fuzz/directory.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char *const files[] = {"spool"};
static char path[96];

static void remove_files(void) {
    static const char *const parts[] = {"", "-wal", "-shm", "-journal", ".broken", ".broken-wal", ".broken-shm"};
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        _cleanup_free_ char *file = xasprintf("%s%s", path, parts[i]);
        unlink(file);
    }
}

/* All that is in it. 0, or what kept it from being read to its end. */
static int drain(AlertSpool *s, size_t max, Str want) {
    _cleanup_error_ Error err = {0};
    for (size_t i = 0;; i++) {
        Message *m = NULL;
        uint64_t lost = 0;
        int r = alert_spool_first(s, &m, &lost, &err);
        if (r <= 0)
            return r;
        if (i > max || m->severity < 0 || m->severity > 7 || m->line.p[m->line.n] != '\n')
            abort();
        bool end = want.n && str_eq(m->line, want);
        messages_free(m);
        error_done(&err);
        alert_spool_remove(s, NULL);
        if (end)
            return 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    enum { ROWS = 1 << 16, SPOOL_BYTES = 1 << 20 };
    if (fuzz_directory_made(files, ARRAY_SIZE(files)))
        snprintf(path, sizeof(path), "%s/%s", fuzz_directory, files[0]);
    fuzz_directory_put(files[0], str_n((const char *) p, n));
    _cleanup_(alert_spool_freep) AlertSpool *s = NULL;
    _cleanup_free_ char *aside = NULL;
    _cleanup_error_ Error err = {0};
    int r = alert_spool_open(path, SPOOL_BYTES, &s, &aside, &err);
    if (r < 0) {
        if (!*error_text(&err, r))
            abort();
    } else {
        drain(s, ROWS, STR_NULL);
        /* Whatever it was: it is empty or set aside now, and a spool again. */
        Message *list = message_new(1, 2, STR("first"));
        list->next = message_new(3, 4, STR("second"));
        uint64_t over = 0;
        r = alert_spool_add(s, list, &over, &err);
        if (r < 0 || over || drain(s, ROWS, STR("first")) != 1 || drain(s, ROWS, STR("second")) != 1)
            abort();
        messages_free(list);
    }
    alert_spool_free(s);
    s = NULL;
    remove_files();
    return 0;
}
