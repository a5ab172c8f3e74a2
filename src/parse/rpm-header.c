/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/rpm-header.h"

#include "base/bytes.h"

typedef enum TagForm { FORM_STRING, FORM_STRINGS, FORM_INT, FORM_BIN, FORM_INTS, FORM_BYTES } TagForm;

/* Types of index entries. */
enum { TYPE_CHAR = 1, TYPE_INT8 = 2, TYPE_INT16 = 3, TYPE_INT32 = 4, TYPE_INT64 = 5, TYPE_STRING = 6, TYPE_BIN = 7, TYPE_STRING_ARRAY = 8, TYPE_I18N = 9 };

static const struct Tag {
    uint32_t tag;
    TagForm form;
    uint16_t offset; /* into RpmHeader */
} tags[] = {
#define T(number, form, field) {number, form, offsetof(RpmHeader, field)}
    T(261, FORM_BIN, md5),
    T(269, FORM_STRING, sha1_hex),
    T(273, FORM_STRING, sha256_hex),
    T(1000, FORM_STRING, name),
    T(1001, FORM_STRING, version),
    T(1002, FORM_STRING, release),
    T(1003, FORM_INT, epoch),
    T(1009, FORM_INT, size),
    T(1011, FORM_STRING, vendor),
    T(1014, FORM_STRING, license),
    T(1015, FORM_STRING, packager),
    T(1022, FORM_STRING, arch),
    T(1027, FORM_STRINGS, old_names),
    T(1029, FORM_BYTES, file_states),
    T(1030, FORM_INTS, modes),
    T(1035, FORM_STRINGS, file_digests),
    T(1037, FORM_INTS, file_flags),
    T(1044, FORM_STRING, source_rpm),
    T(1045, FORM_INTS, verify_flags),
    T(1047, FORM_STRINGS, provides),
    T(1049, FORM_STRINGS, requires),
    T(1116, FORM_INTS, dir_indexes),
    T(1117, FORM_STRINGS, base_names),
    T(1118, FORM_STRINGS, dir_names),
    T(5009, FORM_INT, size), /* LONGSIZE, where 4 GiB are passed */
    T(5096, FORM_STRING, modularity),
#undef T
};

static const struct Tag *find_tag(uint32_t tag) {
    size_t low = 0, high = ARRAY_SIZE(tags);
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (tags[mid].tag == tag)
            return &tags[mid];
        if (tags[mid].tag < tag)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

static int bad(Error *err, uint32_t tag, const char *what) {
    return error_set(err, -EBADMSG, "tag %u of the package header %s", tag, what);
}

/* The bytes of `count` strings at the start of `s`; -1 when they do not end inside. */
static ssize_t strings_length(Str s, uint32_t count) {
    size_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        const char *end = at < s.n ? memchr(s.p + at, 0, s.n - at) : NULL;
        if (!end)
            return -1;
        at = (size_t) (end - s.p) + 1;
    }
    return (ssize_t) at;
}

static int take(RpmHeader *h, const struct Tag *t, uint32_t type, uint32_t count, Str at, Error *err) {
    void *field = (char *) h + t->offset;
    size_t width = type == TYPE_INT16 ? 2 : type == TYPE_INT32 ? 4 : type == TYPE_INT64 ? 8 : 1;
    switch (t->form) {
    case FORM_STRING: {
        /* An internationalised string holds one text per language: the first is the untranslated one. */
        if (type != TYPE_STRING && type != TYPE_I18N && type != TYPE_STRING_ARRAY)
            return bad(err, t->tag, "is not a string");
        ssize_t n = strings_length(at, 1);
        if (n < 0)
            return bad(err, t->tag, "has no end inside the header");
        *(Str *) field = str_n(at.p, (size_t) n - 1);
        return 0;
    }
    case FORM_STRINGS: {
        if (type != TYPE_STRING_ARRAY && type != TYPE_STRING)
            return bad(err, t->tag, "is not a list of strings");
        ssize_t n = strings_length(at, count);
        if (n < 0)
            return bad(err, t->tag, "has no end inside the header");
        *(RpmStrings *) field = (RpmStrings) {str_n(at.p, (size_t) n), count};
        return 0;
    }
    case FORM_INT:
        if (type != TYPE_INT32 && type != TYPE_INT64)
            return bad(err, t->tag, "is not a number");
        if (count < 1 || at.n < width)
            return bad(err, t->tag, "lies outside of the header");
        if (t->tag == 1003)
            h->epoch = type == TYPE_INT32 ? be32(at.p) : (uint32_t) be64(at.p);
        else
            h->size = type == TYPE_INT32 ? be32(at.p) : be64(at.p);
        return 0;
    case FORM_INTS:
        if (type != (t->tag == 1030 ? TYPE_INT16 : TYPE_INT32))
            return bad(err, t->tag, "is not a list of numbers of its width");
        if ((uint64_t) count * width > at.n)
            return bad(err, t->tag, "lies outside of the header");
        *(Str *) field = str_head(at, (size_t) count * width);
        return 0;
    case FORM_BYTES:
        if (type != TYPE_CHAR && type != TYPE_INT8)
            return bad(err, t->tag, "is not a list of bytes");
        if (count > at.n)
            return bad(err, t->tag, "lies outside of the header");
        *(Str *) field = str_head(at, count);
        return 0;
    case FORM_BIN:
        if (type != TYPE_BIN)
            return bad(err, t->tag, "is not binary");
        if (count > at.n)
            return bad(err, t->tag, "lies outside of the header");
        *(Str *) field = str_head(at, count);
        return 0;
    }
    return 0;
}

int rpm_header_parse(Str blob, RpmHeader *ret, Error *err) {
    RpmHeader h = {0};
    if (blob.n < 8)
        return error_set(err, -EBADMSG, "a package header of %zu bytes, at least 8 are needed", blob.n);
    uint64_t entries = be32(blob.p), data_bytes = be32(blob.p + 4);
    uint64_t need = 8 + entries * 16 + data_bytes;
    if (entries == 0 || need > blob.n)
        return error_set(err, -EBADMSG, "truncated package header: %llu index entries and %llu data bytes need %llu bytes, there are %zu",
                         (unsigned long long) entries, (unsigned long long) data_bytes, (unsigned long long) need, blob.n);
    const char *index = blob.p + 8;
    Str data = str_n(index + entries * 16, (size_t) data_bytes);
    /* A second entry of a tag would make the work of reading strings grow beyond the blob: only the first counts. */
    uint32_t seen = 0;
    _Static_assert(ARRAY_SIZE(tags) <= 32, "one bit per tag");
    for (uint64_t i = 0; i < entries; i++) {
        const char *e = index + i * 16;
        const struct Tag *t = find_tag(be32(e));
        if (!t || seen & (uint32_t) 1 << (t - tags))
            continue;
        seen |= (uint32_t) 1 << (t - tags);
        uint32_t type = be32(e + 4), offset = be32(e + 8), count = be32(e + 12);
        if (offset > data.n)
            return bad(err, t->tag, "lies outside of the header");
        int r = take(&h, t, type, count, str_from_at(data, offset), err);
        if (r < 0)
            return r;
    }
    if (str_empty(h.name))
        return error_set(err, -EBADMSG, "a package header without a name");
    *ret = h;
    return 0;
}

bool rpm_strings_next(RpmStrings *s, Str *ret) {
    if (s->n == 0)
        return false;
    const char *end = s->bytes.n ? memchr(s->bytes.p, 0, s->bytes.n) : NULL;
    if (!end)
        return false;
    size_t n = (size_t) (end - s->bytes.p);
    *ret = str_n(s->bytes.p, n);
    s->bytes = str_from_at(s->bytes, n + 1);
    s->n--;
    return true;
}

bool rpm_source_split(Str file, Str *ret_name, Str *ret_version, Str *ret_release) {
    Str s = file;
    if (str_ends(s, STR(".rpm")))
        s.n -= 4;
    if (str_ends(s, STR(".src")))
        s.n -= 4;
    else if (str_ends(s, STR(".nosrc")))
        s.n -= 6;
    else
        return false;
    ssize_t release = str_rchr(s, '-');
    if (release <= 0)
        return false;
    ssize_t version = str_rchr(str_head(s, (size_t) release), '-');
    if (version <= 0)
        return false;
    *ret_name = str_head(s, (size_t) version);
    *ret_version = str_n(s.p + version + 1, (size_t) (release - version) - 1);
    *ret_release = str_from_at(s, (size_t) release + 1);
    return true;
}
