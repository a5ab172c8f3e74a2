/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/elf.h"

#include "base/bytes.h"

enum { HEADER_32 = 52, HEADER_64 = 64, SECTION_NAMES_EXTENDED = 0xffff, SEGMENTS_EXTENDED = 0xffff };

static uint16_t u16(const Elf *e, const char *p) {
    return e->big_endian ? be16(p) : le16(p);
}
static uint32_t u32(const Elf *e, const char *p) {
    return e->big_endian ? be32(p) : le32(p);
}
static uint64_t u64(const Elf *e, const char *p) {
    return e->big_endian ? be64(p) : le64(p);
}
/* An address, offset or size of this class. */
static uint64_t word(const Elf *e, const char *p) {
    return e->is_64 ? u64(e, p) : u32(e, p);
}

/* What of [offset, offset + n) lies in the file. */
static Str clip(Str file, uint64_t offset, uint64_t n) {
    if (offset >= file.n)
        return STR_NULL;
    return str_head(str_from_at(file, (size_t) offset), (size_t) MIN(n, (uint64_t) file.n - offset));
}

/* The entries of a table that lie in the file as a whole. */
static Str table(Str file, uint64_t offset, uint64_t n, uint32_t size, uint32_t *ret_n) {
    Str t = clip(file, offset, n * size);
    *ret_n = (uint32_t) (t.n / size);
    return t;
}

int elf_open(Str file, Elf *ret, Error *err) {
    Elf e = {.file = file};
    if (file.n < HEADER_32 || memcmp(file.p, "\177ELF", 4) != 0)
        return error_set(err, -EBADMSG, "no ELF header");
    const char *p = file.p;
    if ((p[4] != 1 && p[4] != 2) || (p[5] != 1 && p[5] != 2))
        return error_set(err, -EBADMSG, "ELF of class %u and byte order %u, which do not exist", (unsigned) (uint8_t) p[4], (unsigned) (uint8_t) p[5]);
    e.is_64 = p[4] == 2;
    e.big_endian = p[5] == 2;
    if (e.is_64 && file.n < HEADER_64)
        return error_set(err, -EBADMSG, "truncated: the ELF header ends at byte %d of %zu", HEADER_64, file.n);
    e.type = u16(&e, p + 16);
    e.machine = u16(&e, p + 18);
    e.entry = word(&e, p + 24);
    uint64_t segments = word(&e, p + (e.is_64 ? 32 : 28)), sections = word(&e, p + (e.is_64 ? 40 : 32));
    const char *counts = p + (e.is_64 ? 54 : 42);
    e.segment_size = u16(&e, counts);
    e.section_size = u16(&e, counts + 4);
    uint64_t n_segments = u16(&e, counts + 2), n_sections = u16(&e, counts + 6);
    uint32_t names = u16(&e, counts + 8);

    if (sections && e.section_size >= (e.is_64 ? 64u : 40u)) {
        /* Counts that do not fit the header stand in section 0. */
        ElfSection zero;
        e.sections = table(file, sections, 1, e.section_size, &e.n_sections);
        if (elf_section(&e, 0, &zero)) {
            if (n_sections == 0)
                n_sections = zero.size;
            const char *s = e.sections.p + (e.is_64 ? 40 : 24);
            if (names == SECTION_NAMES_EXTENDED)
                names = u32(&e, s);
            if (n_segments == SEGMENTS_EXTENDED)
                n_segments = u32(&e, s + 4);
        }
        /* More than the file has bytes for is said as damage, not multiplied. */
        n_sections = MIN(n_sections, (uint64_t) UINT32_MAX);
        e.sections = table(file, sections, n_sections, e.section_size, &e.n_sections);
        ElfSection strings;
        if (elf_section(&e, names, &strings))
            e.names = strings.bytes;
        if (e.n_sections && e.names.n == 0)
            e.damage |= ELF_DAMAGE_SECTION_NAMES;
    }
    if (sections && n_sections > e.n_sections)
        e.damage |= ELF_DAMAGE_SECTIONS;
    if (segments && e.segment_size >= (e.is_64 ? 56u : 32u))
        e.segments = table(file, segments, n_segments, e.segment_size, &e.n_segments);
    if (n_segments > e.n_segments)
        e.damage |= ELF_DAMAGE_SEGMENTS;
    *ret = e;
    return 0;
}

bool elf_segment(const Elf *e, uint32_t i, ElfSegment *ret) {
    if (i >= e->n_segments)
        return false;
    const char *p = e->segments.p + (size_t) i * e->segment_size;
    if (e->is_64)
        *ret = (ElfSegment) {.type = u32(e, p), .flags = u32(e, p + 4), .offset = u64(e, p + 8), .address = u64(e, p + 16), .size = u64(e, p + 32), .memory = u64(e, p + 40)};
    else
        *ret = (ElfSegment) {.type = u32(e, p), .offset = u32(e, p + 4), .address = u32(e, p + 8), .size = u32(e, p + 16), .memory = u32(e, p + 20), .flags = u32(e, p + 24)};
    ret->bytes = clip(e->file, ret->offset, ret->size);
    return true;
}

/* The NUL-terminated string at `at`; empty when it lies outside, does not end, or is longer than any path: a million sections may all be named by
 * one string of a hundred megabytes. */
static Str string_at(Str strings, uint64_t at) {
    enum { STRING_MAX = 4096 };
    if (at >= strings.n)
        return STR_NULL;
    Str s = str_head(str_from_at(strings, (size_t) at), STRING_MAX);
    lint_assume(s.p);
    const char *end = memchr(s.p, 0, s.n);
    return end ? str_n(s.p, (size_t) (end - s.p)) : STR_NULL;
}

bool elf_section(const Elf *e, uint32_t i, ElfSection *ret) {
    if (i >= e->n_sections)
        return false;
    const char *p = e->sections.p + (size_t) i * e->section_size;
    if (e->is_64)
        *ret = (ElfSection) {.type = u32(e, p + 4), .address = u64(e, p + 16), .offset = u64(e, p + 24), .size = u64(e, p + 32)};
    else
        *ret = (ElfSection) {.type = u32(e, p + 4), .address = u32(e, p + 12), .offset = u32(e, p + 16), .size = u32(e, p + 20)};
    ret->name = string_at(e->names, u32(e, p));
    if (ret->type != ELF_SHT_NOBITS)
        ret->bytes = clip(e->file, ret->offset, ret->size);
    return true;
}

bool elf_section_named(const Elf *e, const char *name, ElfSection *ret) {
    size_t n = strlen(name) + 1;
    for (uint32_t i = 0; i < e->n_sections; i++) {
        /* Only as many bytes are looked at as the name has: string tables may be long, and many sections may point into one string. */
        uint32_t at = u32(e, e->sections.p + (size_t) i * e->section_size);
        if (at < e->names.n && e->names.n - at >= n && memcmp(e->names.p + at, name, n) == 0)
            return elf_section(e, i, ret);
    }
    return false;
}

Str elf_interpreter(const Elf *e) {
    ElfSegment s;
    for (uint32_t i = 0; elf_segment(e, i, &s); i++)
        if (s.type == ELF_PT_INTERP)
            return string_at(s.bytes, 0);
    return STR_NULL;
}

static size_t align4(uint64_t n) {
    return (size_t) ((n + 3) & ~(uint64_t) 3);
}

bool elf_note_next(const Elf *e, Str *notes, ElfNote *ret) {
    /* Three words, then owner and content, each filled up to four bytes. */
    if (notes->n < 12)
        return false;
    uint64_t owner = u32(e, notes->p), content = u32(e, notes->p + 4);
    size_t at = 12 + align4(owner);
    if (at > notes->n || content > notes->n - at)
        return false;
    ret->type = u32(e, notes->p + 8);
    ret->owner = str_n(notes->p + 12, (size_t) owner);
    if (owner && ret->owner.p[owner - 1] == 0)
        ret->owner.n--;
    ret->content = str_n(notes->p + at, (size_t) content);
    *notes = str_from_at(*notes, at + align4(content));
    return true;
}

Str elf_build_id(const Elf *e) {
    enum { GNU_BUILD_ID = 3 };
    ElfSegment s;
    ElfNote n;
    /* Each byte once: overlapping segments must not multiply the work. */
    size_t budget = e->file.n;
    for (uint32_t i = 0; elf_segment(e, i, &s); i++)
        if (s.type == ELF_PT_NOTE && s.bytes.n <= budget) {
            budget -= s.bytes.n;
            while (elf_note_next(e, &s.bytes, &n))
                if (n.type == GNU_BUILD_ID && str_eqz(n.owner, "GNU"))
                    return n.content;
        }
    return STR_NULL;
}

/* The bytes of the file that are loaded at `address`, up to the end of their segment. */
static Str loaded_at(const Elf *e, uint64_t address) {
    ElfSegment s;
    for (uint32_t i = 0; elf_segment(e, i, &s); i++)
        if (s.type == ELF_PT_LOAD && address >= s.address && address - s.address < s.bytes.n)
            return str_from_at(s.bytes, (size_t) (address - s.address));
    return STR_NULL;
}

ElfDynamic elf_dynamic(const Elf *e) {
    enum { DT_STRTAB = 5, DT_STRSZ = 10 };
    ElfDynamic d = {.elf = e};
    ElfSegment s;
    for (uint32_t i = 0; d.rest.n == 0 && elf_segment(e, i, &s); i++)
        if (s.type == ELF_PT_DYNAMIC)
            d.rest = s.bytes;
    ElfDynamic scan = d;
    uint64_t tag, value, strings = 0, size = 0;
    while (elf_dynamic_next(&scan, &tag, &value))
        if (tag == DT_STRTAB)
            strings = value;
        else if (tag == DT_STRSZ)
            size = value;
    d.strings = loaded_at(e, strings);
    d.strings = str_head(d.strings, (size_t) MIN(size, (uint64_t) d.strings.n));
    return d;
}

bool elf_dynamic_next(ElfDynamic *d, uint64_t *ret_tag, uint64_t *ret_value) {
    size_t half = d->elf->is_64 ? 8 : 4;
    if (d->rest.n < 2 * half || word(d->elf, d->rest.p) == 0)
        return false;
    *ret_tag = word(d->elf, d->rest.p);
    *ret_value = word(d->elf, d->rest.p + half);
    d->rest = str_from_at(d->rest, 2 * half);
    return true;
}

Str elf_dynamic_string(const ElfDynamic *d, uint64_t value) {
    return string_at(d->strings, value);
}

/* UPX writes "UPX!" into the header behind the program headers of what it packs and into the last bytes of the file. */
static bool has_upx_marks(const Elf *e) {
    enum { NEAR = 512 };
    Str tail = e->file.n > NEAR ? str_from_at(e->file, e->file.n - NEAR) : e->file;
    return str_find(str_head(e->file, NEAR), STR("UPX!")) >= 0 || str_find(tail, STR("UPX!")) >= 0;
}

/* Where everything that the tables speak of ends. */
static uint64_t described_end(const Elf *e) {
    const char *file = e->file.p;
    uint64_t end = 0;
    ElfSegment s;
    for (uint32_t i = 0; elf_segment(e, i, &s); i++)
        if (s.bytes.n)
            end = MAX(end, (uint64_t) (s.bytes.p - file) + s.bytes.n);
    for (uint32_t i = 0; i < e->n_sections; i++) {
        const char *p = e->sections.p + (size_t) i * e->section_size;
        Str bytes = clip(e->file, word(e, p + (e->is_64 ? 24 : 16)), word(e, p + (e->is_64 ? 32 : 20)));
        if (u32(e, p + 4) != ELF_SHT_NOBITS && bytes.n)
            end = MAX(end, (uint64_t) (bytes.p - file) + bytes.n);
    }
    if (e->sections.n)
        end = MAX(end, (uint64_t) (e->sections.p - file) + e->sections.n);
    return end;
}

uint32_t elf_oddities(const Elf *e) {
    /* What linkers fill up behind the last table. */
    enum { PADDING = 64 };
    uint32_t odd = 0;
    bool entry = e->entry == 0 || (e->type != ELF_TYPE_EXEC && e->type != ELF_TYPE_DYN);
    if (e->n_sections == 0)
        odd |= ELF_ODD_NO_SECTIONS;
    if (e->damage)
        odd |= ELF_ODD_BROKEN_TABLES;
    ElfSegment s;
    for (uint32_t i = 0; elf_segment(e, i, &s); i++) {
        bool execute = s.flags & ELF_PF_X;
        if (s.type == ELF_PT_GNU_STACK && execute)
            odd |= ELF_ODD_EXECUTABLE_STACK;
        if (s.type != ELF_PT_LOAD)
            continue;
        if (execute && (s.flags & ELF_PF_W))
            odd |= ELF_ODD_WRITE_EXECUTE;
        if (execute && e->entry >= s.address && e->entry - s.address < s.memory)
            entry = true;
    }
    if (!entry)
        odd |= ELF_ODD_ENTRY;
    if (has_upx_marks(e))
        odd |= ELF_ODD_UPX;
    if (e->file.n - described_end(e) > PADDING)
        odd |= ELF_ODD_APPENDED;
    return odd;
}

const char *elf_oddity_name(ElfOddity o) {
    static const char *const names[ELF_ODD_N_] = {
        "no-section-table", "broken-tables", "writable-and-executable-segment", "executable-stack", "entry-outside-of-code", "upx", "appended-bytes",
    };
    for (unsigned i = 0; i < ELF_ODD_N_; i++)
        if (o == 1u << i)
            return names[i];
    return "";
}
