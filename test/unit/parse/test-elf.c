/* SPDX-License-Identifier: Apache-2.0 */
#include <elf.h>

#include "base/fs.h"
#include "parse/elf.h"
#include "unit/tap.h"

/* This very program, as the linker made it. */
static Str self(void) {
    static char *bytes;
    static size_t n;
    if (!bytes)
        CHECK_INT(fs_read("/proc/self/exe", (size_t) 1 << 30, &bytes, &n, NULL), 0);
    return str_n(bytes, n);
}

TEST(reads_the_program_it_is_in) {
    Elf e;
    ElfSection text;
    ElfSegment s;
    const Elf64_Ehdr *h = (const Elf64_Ehdr *) (const void *) self().p;
    CHECK_INT(elf_open(self(), &e, NULL), 0);
    CHECK(e.is_64 && e.big_endian == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) && e.damage == 0);
    CHECK_INT(e.machine, h->e_machine);
    CHECK_INT(e.n_sections, h->e_shnum);
    CHECK_INT(e.n_segments, h->e_phnum);
    CHECK(elf_section_named(&e, ".text", &text) && text.bytes.n == text.size && e.entry >= text.address && e.entry < text.address + text.size);
    CHECK(elf_section_named(&e, ".bss", &text) && text.bytes.n == 0);
    CHECK(!elf_section_named(&e, ".tex", &text) && !elf_section_named(&e, "no such section", &text));
    CHECK(str_starts(elf_interpreter(&e), STR("/lib")));
    CHECK_INT(elf_build_id(&e).n, 20);
    CHECK(!elf_segment(&e, e.n_segments, &s) && !elf_section(&e, e.n_sections, &text));
    CHECK_INT(elf_oddities(&e), 0);

    uint64_t tag, value;
    bool libc = false;
    ElfDynamic d = elf_dynamic(&e);
    while (elf_dynamic_next(&d, &tag, &value))
        libc |= tag == ELF_DT_NEEDED && str_starts(elf_dynamic_string(&d, value), STR("libc.so"));
    CHECK(libc);
    CHECK_STR(elf_dynamic_string(&d, UINT64_MAX), "");
}

/* A copy of this program that `change` spoils. */
static uint32_t spoiled(void (*change)(char *p, Elf64_Ehdr *h, Elf64_Phdr *segments), Elf *ret) {
    static char *copy;
    free(copy);
    copy = malloc(self().n);
    memcpy(copy, self().p, self().n);
    Elf64_Ehdr *h = (Elf64_Ehdr *) (void *) copy;
    change(copy, h, (Elf64_Phdr *) (void *) (copy + h->e_phoff));
    CHECK_INT(elf_open(str_n(copy, self().n), ret, NULL), 0);
    return elf_oddities(ret);
}

static void no_sections(char *p, Elf64_Ehdr *h, Elf64_Phdr *segments) {
    h->e_shoff = h->e_shnum = h->e_shstrndx = 0;
}
static void sections_outside(char *p, Elf64_Ehdr *h, Elf64_Phdr *segments) {
    h->e_shoff = UINT64_MAX - 8;
}
static void sections_many(char *p, Elf64_Ehdr *h, Elf64_Phdr *segments) {
    h->e_shnum = 0; /* then section 0 says how many */
    ((Elf64_Shdr *) (void *) (p + h->e_shoff))->sh_size = UINT64_MAX;
}
static void segments_many(char *p, Elf64_Ehdr *h, Elf64_Phdr *segments) {
    h->e_phoff = 1 << 12;
    h->e_phnum = 0xfffe;
}
static void names_outside(char *p, Elf64_Ehdr *h, Elf64_Phdr *segments) {
    h->e_shstrndx = 0xfff0;
}
static void write_execute(char *p, Elf64_Ehdr *h, Elf64_Phdr *segments) {
    for (int i = 0; i < h->e_phnum; i++)
        if (segments[i].p_type == PT_LOAD)
            segments[i].p_flags |= PF_W | PF_X;
}
static void stack(char *p, Elf64_Ehdr *h, Elf64_Phdr *segments) {
    for (int i = 0; i < h->e_phnum; i++)
        if (segments[i].p_type == PT_GNU_STACK)
            segments[i].p_flags |= PF_X;
}
static void entry(char *p, Elf64_Ehdr *h, Elf64_Phdr *segments) {
    h->e_entry = UINT64_MAX;
}
static void upx(char *p, Elf64_Ehdr *h, Elf64_Phdr *segments) {
    /* Behind the program headers, as UPX has it. */
    memcpy(p + self().n - 36, "UPX!", 4);
}
static void appended(char *p, Elf64_Ehdr *h, Elf64_Phdr *segments) {
    /* The tables end earlier than the file: those of a program that grew. */
    h->e_shoff = h->e_shnum = 0;
    for (int i = 0; i < h->e_phnum; i++)
        segments[i].p_filesz = segments[i].p_filesz > 64 ? 64 : segments[i].p_filesz;
}

TEST(names_what_is_odd) {
    Elf e;
    /* Without sections, whatever only they speak of seems appended. */
    CHECK_INT(spoiled(no_sections, &e), ELF_ODD_NO_SECTIONS | ELF_ODD_APPENDED);
    CHECK_INT(e.damage, 0);
    CHECK(spoiled(sections_outside, &e) & ELF_ODD_BROKEN_TABLES);
    CHECK_INT(e.damage, ELF_DAMAGE_SECTIONS);
    CHECK(spoiled(sections_many, &e) & ELF_ODD_BROKEN_TABLES);
    CHECK(e.n_sections <= self().n / sizeof(Elf64_Shdr));
    CHECK_INT(spoiled(segments_many, &e) & ELF_ODD_BROKEN_TABLES, self().n - 4096 < 0xfffe * sizeof(Elf64_Phdr) ? ELF_ODD_BROKEN_TABLES : 0);
    CHECK(spoiled(names_outside, &e) & ELF_ODD_BROKEN_TABLES);
    CHECK_INT(e.damage, ELF_DAMAGE_SECTION_NAMES);
    CHECK_INT(spoiled(write_execute, &e), ELF_ODD_WRITE_EXECUTE);
    CHECK_INT(spoiled(stack, &e), ELF_ODD_EXECUTABLE_STACK);
    CHECK_INT(spoiled(entry, &e), ELF_ODD_ENTRY);
    CHECK(spoiled(upx, &e) & ELF_ODD_UPX);
    CHECK(spoiled(appended, &e) & ELF_ODD_APPENDED);
    for (unsigned i = 0; i < ELF_ODD_N_; i++)
        CHECK(*elf_oddity_name((ElfOddity) (1u << i)));
}

TEST(refuses_what_is_no_elf) {
    Elf e;
    Error err = {0};
    CHECK_INT(elf_open(STR(""), &e, &err), -EBADMSG);
    CHECK_STR(str_from(err.message), "no ELF header");
    error_done(&err);
    char header[64] = "\177ELF\3\1\1";
    CHECK_INT(elf_open(str_n(header, sizeof(header)), &e, &err), -EBADMSG);
    CHECK_STR(str_from(err.message), "ELF of class 3 and byte order 1, which do not exist");
    error_done(&err);
    header[4] = 2;
    CHECK_INT(elf_open(str_n(header, 60), &e, &err), -EBADMSG);
    CHECK_STR(str_from(err.message), "truncated: the ELF header ends at byte 64 of 60");
    error_done(&err);
    /* Cut anywhere: what is left is read, nothing beyond. */
    for (size_t n = 0; n < self().n; n = n * 3 / 2 + 1) {
        char *copy = malloc(n + !n);
        memcpy(copy, self().p, n);
        ElfSection s;
        if (elf_open(str_n(copy, n), &e, NULL) == 0) {
            elf_oddities(&e);
            elf_build_id(&e);
            elf_interpreter(&e);
            for (uint32_t i = 0; elf_section(&e, i, &s); i++)
                CHECK(s.bytes.n <= n);
        }
        free(copy);
    }
}

/* Notes whose sizes leave the segment, or that are filled up past its end. */
TEST(notes_stay_in_their_segment) {
    Elf e = {.is_64 = true};
    ElfNote n;
    Str notes = STR("\4\0\0\0\2\0\0\0\3\0\0\0GNU\0ab");
    CHECK(elf_note_next(&e, &notes, &n));
    CHECK_STR(n.owner, "GNU");
    CHECK_STR(n.content, "ab");
    CHECK(n.type == 3 && !elf_note_next(&e, &notes, &n));
    notes = STR("\xff\xff\xff\xff\2\0\0\0\3\0\0\0GNU\0ab\0\0");
    CHECK(!elf_note_next(&e, &notes, &n));
    notes = STR("\4\0\0\0\xff\xff\xff\xff\3\0\0\0GNU\0ab\0\0");
    CHECK(!elf_note_next(&e, &notes, &n));
}

TEST_MAIN()
