/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/terminal.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <wchar.h>

static ColorMode color_mode = COLOR_AUTO;

void terminal_set_color(ColorMode mode) {
    color_mode = mode;
}

bool terminal_color(int fd) {
    if (color_mode != COLOR_AUTO)
        return color_mode == COLOR_ALWAYS;
    const char *no = getenv("NO_COLOR"), *force = getenv("CLICOLOR_FORCE"), *term = getenv("TERM");
    if (no && *no)
        return false;
    if (force && *force && strcmp(force, "0") != 0)
        return true;
    return isatty(fd) == 1 && !(term && strcmp(term, "dumb") == 0);
}

unsigned terminal_width(int fd) {
    enum { USUAL = 80, LEAST = 20 };
    if (isatty(fd) != 1)
        return 0;
    uint64_t columns = 0;
    const char *wanted = getenv("COLUMNS");
    if (!wanted || str_to_u64(str_from(wanted), 10000, &columns) < 0) {
        struct winsize size;
        columns = ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
    }
    return columns == 0 ? USUAL : (unsigned) MAX(columns, (uint64_t) LEAST);
}

unsigned terminal_columns(Str text) {
    unsigned columns = 0;
    mbstate_t state = {0};
    for (size_t at = 0; at < text.n;) {
        wchar_t c;
        size_t n = mbrtowc(&c, text.p + at, text.n - at, &state);
        if (n == (size_t) -1 || n == (size_t) -2 || n == 0) {
            state = (mbstate_t) {0};
            columns++;
            at++;
            continue;
        }
        int w = wcwidth(c);
        columns += w > 0 ? (unsigned) w : 0;
        at += n;
    }
    return columns;
}
