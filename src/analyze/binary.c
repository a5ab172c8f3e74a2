/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/binary.h"

#include "analyze/table.h"
#include "parse/program.h"

bool binary_wants(Str path) {
    return false;
}

bool binary_wants_content(const FileInfo *f) {
    static const char *const endings[] = {".so", ".exe", ".dll", ".dylib", ".node"};
    if (!program_detect(f->head))
        return false;
    if (f->mode == 0 || (f->mode & 0111))
        return true;
    Str name = path_base(f->path);
    for (size_t i = 0; i < ARRAY_SIZE(endings); i++)
        if (str_ends(name, str_from(endings[i])))
            return true;
    return str_find(name, STR(".so.")) > 0;
}
