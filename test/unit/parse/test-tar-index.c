/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/tar-index.h"

#include "base/buf.h"
#include "unit/tap.h"

/* An archive in memory, written header by header. */
static void header(Buf *b, const char *name, char type, const char *size, const char *link) {
    char h[512] = {0};
    memcpy(h, name, MIN(strlen(name), (size_t) 100));
    memcpy(h + 100, "0000644", 7);
    memcpy(h + 124, size, MIN(strlen(size), (size_t) 12));
    h[156] = type;
    memcpy(h + 157, link, strlen(link));
    memcpy(h + 257, "ustar\00000", 8);
    memset(h + 148, ' ', 8);
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof(h); i++)
        sum += (uint8_t) h[i];
    snprintf(h + 148, 8, "%06o", sum);
    buf_add(b, h, sizeof(h));
}

static void data(Buf *b, Str s) {
    static const char zero[512] = {0};
    buf_str(b, s);
    buf_add(b, zero, (512 - s.n % 512) % 512);
}

typedef struct Seen {
    Str bytes;
    Buf out; /* "type name=link@content;" of each member */
} Seen;

static ssize_t read_at(void *userdata, void *p, size_t n, uint64_t at) {
    Str s = str_from_at(((Seen *) userdata)->bytes, (size_t) at);
    n = MIN(n, s.n);
    if (n)
        memcpy(p, s.p, n);
    return (ssize_t) n;
}

static int see(void *userdata, const TarMember *m) {
    Seen *s = userdata;
    buf_printf(&s->out, "%c %.*s=%.*s@%.*s;", m->type, STR_FMT(m->name), STR_FMT(m->link), (int) m->size, s->bytes.p + m->offset);
    return 0;
}

static int index_of(Str archive, Seen *s, TarIndex *t) {
    Limits limits = limits_default();
    *s = (Seen) {archive, buf_new(1 << 20)};
    *t = (TarIndex) {.read = read_at, .member = see, .userdata = s, .size = archive.n, .max_members = 10};
    return tar_index(t, &limits);
}

static void check(Buf *archive, const char *want) {
    Seen s;
    TarIndex t;
    int r = index_of(buf_view(archive), &s, &t);
    CHECK_MSG(r == 0, "result %d: %s", r, t.message);
    CHECK_STR(buf_view(&s.out), want);
    buf_done(&s.out);
    buf_done(archive);
}

static void check_bad(Buf *archive, int code, const char *words) {
    Seen s;
    TarIndex t;
    CHECK_INT(index_of(buf_view(archive), &s, &t), code);
    CHECK_MSG(str_find(str_from(t.message), str_from(words)) >= 0, "'%s' lacks '%s'", t.message, words);
    buf_done(&s.out);
    buf_done(archive);
}

TEST(files_and_links) {
    Buf b = buf_new(1 << 20);
    header(&b, "a", '0', "00000000003", "");
    data(&b, STR("one"));
    header(&b, "dir/", '5', "0", "");
    header(&b, "l", '2', "0", "a");
    header(&b, "h", '1', "00000000003", "a"); /* its size field says nothing */
    header(&b, "old", 0, "00000000003", "");
    data(&b, STR("two"));
    check(&b, "0 a=@one;2 l=a@;1 h=a@;0 old=@two;");
}

TEST(ends_at_a_block_of_zeros) {
    Buf b = buf_new(1 << 20);
    static const char zeros[1024] = {0};
    header(&b, "a", '0', "0", "");
    buf_add(&b, zeros, sizeof(zeros));
    buf_putz(&b, "what stands behind");
    check(&b, "0 a=@;");
}

TEST(pax_path_and_size) {
    Buf b = buf_new(1 << 20);
    header(&b, "PaxHeaders/x", 'x', "00000000030", ""); /* 24 bytes */
    data(&b, STR("14 path=p/long\n10 size=2\n"));
    b.n -= 512;
    data(&b, STR("14 path=p/lon\n10 size=2\n"));
    header(&b, "short", '0', "00000000777", "");
    data(&b, STR("ok"));
    header(&b, "next", '0', "0", "");
    check(&b, "0 p/lon=@ok;0 next=@;");
}

TEST(gnu_long_names) {
    Buf b = buf_new(1 << 20);
    header(&b, "././@LongLink", 'L', "00000000005", "");
    data(&b, str_n("long\0", 5));
    header(&b, "././@LongLink", 'K', "00000000007", "");
    data(&b, str_n("target\0", 7));
    header(&b, "cut", '2', "0", "cut");
    check(&b, "2 long=target@;");
}

TEST(base_256_sizes) {
    Buf b = buf_new(1 << 20);
    header(&b, "a", '0', "", "");
    char *h = b.p;
    h[124] = (char) 0x80;
    h[135] = 2;
    memset(h + 148, ' ', 8);
    unsigned sum = 0;
    for (size_t i = 0; i < 512; i++)
        sum += (uint8_t) h[i];
    snprintf(h + 148, 8, "%06o", sum);
    data(&b, STR("ok"));
    check(&b, "0 a=@ok;");
}

TEST(truncation_is_found) {
    Buf b = buf_new(1 << 20);
    header(&b, "a", '0', "00000001000", "");
    data(&b, STR("short"));
    b.n -= 100;
    check_bad(&b, -EBADMSG, "truncated: the member at byte 0 needs 512 bytes");
    b = buf_new(1 << 20);
    header(&b, "a", '0', "0", "");
    header(&b, "b", '0', "0", "");
    b.n -= 12;
    check_bad(&b, -EBADMSG, "truncated: ends inside a header at byte 512");
}

TEST(damage_is_found) {
    Buf b = buf_new(1 << 20);
    header(&b, "a", '0', "0", "");
    header(&b, "b", '0', "0", "");
    b.p[512] = 'x';
    check_bad(&b, -EBADMSG, "no tar header at byte 512");
    b = buf_new(1 << 20);
    header(&b, "a", '0', "nonsense", "");
    check_bad(&b, -EBADMSG, "malformed size");
    b = buf_new(1 << 20);
    header(&b, "a", 'S', "0", "");
    check_bad(&b, -ENOTSUP, "sparse");
    b = buf_new(1 << 20);
    header(&b, "x", 'x', "00000000011", "");
    data(&b, STR("99 path=a"));
    check_bad(&b, -EBADMSG, "malformed pax");
    b = buf_new(1 << 20);
    data(&b, STR_NULL);
    check_bad(&b, -EBADMSG, "without members");
}

TEST(members_are_bounded) {
    Buf b = buf_new(1 << 20);
    for (int i = 0; i < 11; i++)
        header(&b, "a", '0', "0", "");
    check_bad(&b, -E2BIG, "more than 10 members");
}

TEST_MAIN()
