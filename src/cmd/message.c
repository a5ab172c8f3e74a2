/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/message.h"

#include <stdarg.h>

#include "cmd/command.h"
#include "cmd/progress.h"
#include "cmd/terminal.h"
#include "report/text.h"

static bool quiet_notes;

void message_set_quiet(bool quiet) {
    quiet_notes = quiet;
}

/* Text of others (file names, server answers) may hold terminal controls: they are shown as escapes so that a message can neither
 * hide itself nor recolour the terminal. Newlines stay: the caller may have written several lines. */
static void put_line(const char *level, const char *color, const char *text) {
    progress_clear();
    bool colored = terminal_color(STDERR_FILENO);
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    buf_printf(&b, "plimsoll: %s%s:%s ", colored ? color : "", level, colored ? "\033[0m" : "");
    for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1)
        text_line(&b, "%.*s", (int) MIN((size_t) (end - text), (size_t) BUF_OWN_MAX), text);
    text_line(&b, "%s", text);
    fwrite(b.p, 1, b.n, stderr);
}

static void put_format(const char *level, const char *color, const char *fmt, va_list ap) _printf_(3, 0);
static void put_format(const char *level, const char *color, const char *fmt, va_list ap) {
    char *text = NULL;
    if (vasprintf(&text, fmt, ap) < 0)
        return;
    put_line(level, color, text);
    free(text);
}

#define RED "\033[1;31m"
#define YELLOW "\033[1;33m"
#define CYAN "\033[1;36m"

void message_error(const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    put_format("error", RED, fmt, ap);
    va_end(ap);
}

void message_warning(const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    put_format("warning", YELLOW, fmt, ap);
    va_end(ap);
}

void message_note(const char *fmt, ...) {
    if (quiet_notes)
        return;
    va_list ap;
    va_start(ap, fmt);
    put_format("note", CYAN, fmt, ap);
    va_end(ap);
}

void message_diag(const Diag *d) {
    for (size_t i = 0; i < d->items.n; i++) {
        const DiagItem *item = &d->items.p[i];
        bool is_error = item->level == DIAG_ERROR;
        const char *file = item->file ? item->file : "input";
        _cleanup_free_ char *text = item->line && item->col ? xasprintf("%s:%u:%u: %s", file, item->line, item->col, item->message)
                                    : item->line            ? xasprintf("%s:%u: %s", file, item->line, item->message)
                                                            : xasprintf("%s: %s", file, item->message);
        put_line(is_error ? "error" : "warning", is_error ? RED : YELLOW, text);
    }
    size_t all = d->errors + d->warnings;
    if (all > d->items.n)
        message_error("… and %zu more", all - d->items.n);
}

int message_fail(int exit_code, const Error *err, int code) {
    message_error("%s", error_text(err, code));
    return exit_code;
}

int message_usage(const char *command, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    put_format("error", RED, fmt, ap);
    va_end(ap);
    fprintf(stderr, "Try 'plimsoll %s%s--help'.\n", command ? command : "", command ? " " : "");
    return EXIT_USAGE;
}
