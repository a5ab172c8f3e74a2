/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/go-binary.h"

#include "base/bytes.h"

static uint64_t word(bool big, size_t size, const char *p) {
    if (size == 8)
        return big ? be64(p) : le64(p);
    return big ? be32(p) : le32(p);
}

/* ---- Build information ---- */

/* Byte 14: size of a pointer; byte 15: bit 0, big-endian pointers; bit 1, the strings follow at byte 32, each behind its length as a varint. Else
 * two pointers follow at byte 16, each to a string's header (pointer and length). */
enum { BUILD_HEADER = 32, BUILD_ALIGN = 16, BUILD_BIG_ENDIAN = 1, BUILD_INLINE = 2, MARK = 16 };
#define BUILD_MAGIC STR("\xff Go buildinf:")

static bool varint_string(Str *rest, Str *ret) {
    uint64_t n = 0;
    for (unsigned shift = 0; shift < 64 && rest->n; shift += 7) {
        uint8_t b = (uint8_t) *rest->p;
        *rest = str_from_at(*rest, 1);
        n |= (uint64_t) (b & 0x7f) << shift;
        if (b & 0x80)
            continue;
        if (n > rest->n)
            return false;
        *ret = str_head(*rest, (size_t) n);
        *rest = str_from_at(*rest, (size_t) n);
        return true;
    }
    return false;
}

static bool pointed_string(const Program *p, Str header, size_t at, bool big, size_t size, Str *ret) {
    Str s = program_at(p, word(big, size, header.p + at));
    if (s.n < 2 * size)
        return false;
    uint64_t n = word(big, size, s.p + size);
    Str bytes = program_at(p, word(big, size, s.p));
    if (n > bytes.n)
        return false;
    *ret = str_head(bytes, (size_t) n);
    return true;
}

static bool build_decode(const Program *p, Str header, GoBuild *ret) {
    GoBuild b = {0};
    if (header.n < BUILD_HEADER)
        return false;
    size_t size = (uint8_t) header.p[14];
    uint8_t flags = (uint8_t) header.p[15];
    if (flags & BUILD_INLINE) {
        Str rest = str_from_at(header, BUILD_HEADER);
        if (!varint_string(&rest, &b.toolchain) || !varint_string(&rest, &b.modules))
            return false;
    } else {
        bool big = flags & BUILD_BIG_ENDIAN;
        if ((size != 4 && size != 8) || !pointed_string(p, header, 16, big, size, &b.toolchain) || !pointed_string(p, header, 16 + size, big, size, &b.modules))
            return false;
    }
    if (str_empty(b.toolchain))
        return false;
    /* Between marks of 16 bytes each, by which the text is found in memory. */
    if (b.modules.n > 2 * MARK && b.modules.p[b.modules.n - MARK - 1] == '\n')
        b.modules = str_n(b.modules.p + MARK, b.modules.n - 2 * MARK);
    else
        b.modules = STR_NULL;
    *ret = b;
    return true;
}

/* Each place of a range that looks like the header: 0 at the first that is one, -EBADMSG when there are only others, -ENOENT when there are none. */
static int build_search(const Program *p, const ProgramPart *part, GoBuild *ret) {
    enum { TRIES_MAX = 64 }; /* a try may look through all of the ranges */
    int r = -ENOENT;
    Str rest = part->bytes;
    unsigned tries = 0;
    for (ssize_t at; tries < TRIES_MAX && (at = str_find(rest, BUILD_MAGIC)) >= 0; rest = str_from_at(rest, (size_t) at + 1)) {
        uint64_t address = part->address + (uint64_t) (rest.p + at - part->bytes.p);
        if (address % BUILD_ALIGN)
            continue;
        tries++;
        Str header = program_at(p, address);
        if (build_decode(p, header.n ? header : str_from_at(rest, (size_t) at), ret))
            return 0;
        r = -EBADMSG;
    }
    return r;
}

int go_build_find(const Program *p, GoBuild *ret) {
    static const char *const names[] = {".go.buildinfo", "__DATA,__go_buildinfo", "__DATA_CONST,__go_buildinfo"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        const ProgramPart *section = program_section(p, names[i]);
        if (section) {
            int r = build_search(p, section, ret);
            return r == -ENOENT ? -EBADMSG : r;
        }
    }
    /* Without the section it is at the start of the data that can be written. Other copies of the magic are no damage: Go's own tools have it as a
     * constant. */
    size_t budget = p->file_size; /* ranges may overlap */
    for (size_t i = 0; i < p->n_loaded; i++) {
        const ProgramPart *l = &p->loaded[i];
        if (!l->writable || l->bytes.n > budget)
            continue;
        budget -= l->bytes.n;
        if (build_search(p, l, ret) == 0)
            return 0;
    }
    return -ENOENT;
}

bool go_line_next(Str *modules, GoLine *ret) {
    static const struct {
        const char *word;
        GoLineKind kind;
    } words[] = {{"path", GO_LINE_PATH}, {"mod", GO_LINE_MODULE}, {"dep", GO_LINE_DEPENDENCY}, {"build", GO_LINE_SETTING}};
    Str line, kind, by;
    if (!str_line(modules, &line))
        return false;
    *ret = (GoLine) {0};
    if (!str_cut(line, '\t', &kind, &line))
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (str_eqz(kind, words[i].word))
            ret->kind = words[i].kind;
    if (ret->kind == GO_LINE_SETTING) {
        if (!str_cut(line, '=', &ret->path, &ret->version))
            ret->path = line;
        return true;
    }
    str_split(&line, '\t', &ret->path);
    str_split(&line, '\t', &ret->version);
    Str rest = *modules;
    if ((ret->kind == GO_LINE_MODULE || ret->kind == GO_LINE_DEPENDENCY) && str_line(&rest, &by) && str_starts(by, STR("=>\t"))) {
        by = str_from_at(by, 3);
        str_split(&by, '\t', &ret->by_path);
        str_split(&by, '\t', &ret->by_version);
        *modules = rest;
    }
    return true;
}

/* ---- Names of functions ---- */

/* The header: magic, two zeros, smallest size of an instruction, size of a pointer, then words of that size: count of functions, count of files,
 * from Go 1.18 on the start of the text, then offsets: of the names, of the compilation units, which follow the names, and others. */
enum { TABLE_1_16 = 0xfffffffa, TABLE_1_18 = 0xfffffff0, TABLE_1_20 = 0xfffffff1, TABLE_FIXED = 8 };

static bool table_names(Str table, bool big, Str *ret) {
    if (table.n < TABLE_FIXED || table.p[4] != 0 || table.p[5] != 0)
        return false;
    uint32_t magic = (uint32_t) word(big, 4, table.p);
    size_t quantum = (uint8_t) table.p[6], size = (uint8_t) table.p[7];
    size_t first = magic == (uint32_t) TABLE_1_16 ? 2 : magic == (uint32_t) TABLE_1_18 || magic == (uint32_t) TABLE_1_20 ? 3 : 0;
    if (first == 0 || (quantum != 1 && quantum != 2 && quantum != 4) || (size != 4 && size != 8) || table.n < TABLE_FIXED + (first + 2) * size)
        return false;
    uint64_t start = word(big, size, table.p + TABLE_FIXED + first * size), end = word(big, size, table.p + TABLE_FIXED + (first + 1) * size);
    if (start >= end || end > table.n || start < TABLE_FIXED + (first + 2) * size)
        return false;
    *ret = str_n(table.p + start, (size_t) (end - start));
    return true;
}

bool go_function_names(const Program *p, Str *ret) {
    static const char *const names[] = {".gopclntab", ".data.rel.ro.gopclntab", "__TEXT,__gopclntab", "__DATA_CONST,__gopclntab"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        const ProgramPart *section = program_section(p, names[i]);
        if (section)
            return table_names(section->bytes, p->big_endian, ret);
    }
    /* PE, and ELF without a section table: by the magic, in what is loaded. */
    Str magic = p->big_endian ? STR("\xff\xff\xff") : STR("\xff\xff\xff\0\0");
    size_t before = p->big_endian ? 0 : 1, budget = p->file_size;
    for (size_t i = 0; i < p->n_loaded; i++) {
        Str rest = p->loaded[i].bytes;
        if (rest.n > budget)
            break;
        budget -= rest.n;
        for (ssize_t at; (at = str_find(rest, magic)) >= 0; rest = str_from_at(rest, (size_t) at + 1))
            if ((size_t) at >= before && table_names(str_from_at(rest, (size_t) at - before), p->big_endian, ret))
                return true;
    }
    return false;
}

Str go_function_package(Str name) {
    /* Type arguments hold names of packages, too. */
    ssize_t end = str_chr(name, '[');
    if (end >= 0)
        name = str_head(name, (size_t) end);
    if (str_starts(name, STR("go:")) || str_starts(name, STR("type:")) || str_starts(name, STR("go.(")) || str_starts(name, STR("type..")))
        return STR_NULL;
    ssize_t slash = str_rchr(name, '/');
    size_t last = slash < 0 ? 0 : (size_t) slash + 1;
    /* Dots of a path's last part are written as %2e. */
    ssize_t dot = str_chr(str_from_at(name, last), '.');
    if (dot <= 0)
        return STR_NULL;
    Str package = str_head(name, last + (size_t) dot);
    return str_eqz(package, "go") || str_eqz(package, "type") ? STR_NULL : package;
}
