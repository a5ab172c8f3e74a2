/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "parse/tar-split.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    _cleanup_(buf_done) Buf text = buf_new(TAR_SPLIT_LINE_MAX);
    Str rest = str_n((const char *) p, n), line;
    while (str_line(&rest, &line)) {
        TarSplitEntry e;
        if (tar_split_line(line, &text, &e) == 1 && e.bytes.n > line.n)
            abort();
    }
    return 0;
}
