/* SPDX-License-Identifier: Apache-2.0 */
/* The formats of archive indexes: Release, Packages, APKINDEX. */
#include <archive.h>
#include <archive_entry.h>
#include <ctype.h>
#include <isa-l/igzip_lib.h>

#include "advisory/archive-index.h"
#include "base/time.h"

int64_t release_date(Str s) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    Str day_name, rest, part[5];
    if (str_cut(s, ',', &day_name, &rest))
        s = str_trim(rest);
    for (size_t i = 0; i < ARRAY_SIZE(part); i++)
        if (!str_split(&s, ' ', &part[i]))
            return TIME_NONE;
    if (!str_empty(s) || (!str_eqz(part[4], "UTC") && !str_eqz(part[4], "GMT") && !str_eqz(part[4], "+0000")))
        return TIME_NONE;
    uint64_t day, year, hour, minute, second, month = 0;
    while (month < 12 && !(part[1].n == 3 && memcmp(months + 3 * month, part[1].p, 3) == 0))
        month++;
    if (month == 12 || part[3].n != 8 || part[3].p[2] != ':' || part[3].p[5] != ':' || str_to_u64(part[0], 31, &day) < 0 || day == 0
        || str_to_u64(part[2], 9999, &year) < 0 || str_to_u64(str_n(part[3].p, 2), 23, &hour) < 0
        || str_to_u64(str_n(part[3].p + 3, 2), 59, &minute) < 0 || str_to_u64(str_n(part[3].p + 6, 2), 60, &second) < 0)
        return TIME_NONE;
    return time_from_civil((int64_t) year, (unsigned) month + 1, (unsigned) day) + (int64_t) (hour * 3600 + minute * 60 + second);
}

static bool is_sha256(Str s) {
    if (s.n != 64)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!isdigit((unsigned char) s.p[i]) && (s.p[i] < 'a' || s.p[i] > 'f'))
            return false;
    return true;
}

int release_parse(Str text, Arena *a, Release *ret, Error *err) {
    Release r = {.date = TIME_NONE, .valid_until = TIME_NONE};
    Str line, name, value;
    bool in_sha256 = false, has_sha256 = false;
    while (str_line(&text, &line)) {
        if (str_starts(line, STR(" "))) {
            if (!in_sha256)
                continue;
            Str rest = str_trim(line), hash, size = STR_NULL, path;
            if (!str_split(&rest, ' ', &hash))
                continue;
            while (str_empty(size) && str_split(&rest, ' ', &size))
                ;
            path = str_trim(rest);
            uint64_t bytes;
            if (!is_sha256(hash) || str_to_u64(size, UINT64_MAX / 2, &bytes) < 0 || str_find(path, STR("/binary-")) < 0
                || str_find(path, STR("/Packages")) < 0)
                continue;
            ReleaseFile *f = arena_new(a, ReleaseFile);
            *f = (ReleaseFile) {path, hash, bytes};
            map_set(&r.files, path, f);
            continue;
        }
        in_sha256 = false;
        if (!str_cut(line, ':', &name, &value))
            continue;
        value = str_trim(value);
        if (str_ieq(name, STR("SHA256")))
            in_sha256 = has_sha256 = true;
        else if (str_ieq(name, STR("Codename")))
            r.codename = value;
        else if (str_ieq(name, STR("Suite")))
            r.suite = value;
        else if (str_ieq(name, STR("Date")))
            r.date = release_date(value);
        else if (str_ieq(name, STR("Valid-Until")))
            r.valid_until = release_date(value);
        else if (str_ieq(name, STR("Acquire-By-Hash")))
            r.by_hash = str_ieq(value, STR("yes"));
    }
    if (!has_sha256) {
        release_done(&r);
        return error_set(err, -EBADMSG, "the Release file states no SHA256 sums");
    }
    *ret = r;
    return 0;
}

void release_done(Release *r) {
    map_done(&r->files);
}

/* Records separated by empty lines; a field is `name`, what separates it, and its value. */
static int records_parse(Str text, const char *name_field, const char *version_field, int (*package)(void *, Str, Str), void *userdata) {
    Str line, name = STR_NULL, version = STR_NULL, key, value;
    for (;;) {
        bool more = str_line(&text, &line);
        if (!more || str_empty(line)) {
            if (!str_empty(name) && !str_empty(version)) {
                int r = package(userdata, name, version);
                if (r < 0)
                    return r;
            }
            name = version = STR_NULL;
            if (!more)
                return 0;
            continue;
        }
        if (line.p[0] == ' ' || line.p[0] == '\t' || !str_cut(line, ':', &key, &value))
            continue;
        if (str_eqz(key, name_field))
            name = str_trim(value);
        else if (str_eqz(key, version_field))
            version = str_trim(value);
    }
}

int packages_parse(Str text, int (*package)(void *userdata, Str name, Str version), void *userdata) {
    return records_parse(text, "Package", "Version", package, userdata);
}

int apkindex_parse(Str text, int (*package)(void *userdata, Str name, Str version), void *userdata) {
    return records_parse(text, "P", "V", package, userdata);
}

int apkindex_of_tar(Str tar, Str *ret) {
    /* The archive's members are DESCRIPTION and APKINDEX, plain files with short names. */
    while (tar.n >= 512) {
        Str name = str_n(tar.p, strnlen(tar.p, 100));
        uint64_t size = 0;
        for (size_t i = 124; i < 136 && tar.p[i] >= '0' && tar.p[i] <= '7'; i++)
            size = size * 8 + (uint64_t) (tar.p[i] - '0');
        Str content = str_from_at(tar, 512);
        if (size > content.n)
            return -EBADMSG;
        if (str_eqz(name, "APKINDEX")) {
            *ret = str_head(content, size);
            return 0;
        }
        tar = str_from_at(content, (size + 511) / 512 * 512);
    }
    return -EBADMSG;
}

int apk_signature(Str file, Arena *a, ApkSignature *ret) {
    /* A tar header, a signature of at most 8192 bits, padding. */
    enum { MEMBER_MAX = 16384, BLOCK = 512 };
    uint8_t out[MEMBER_MAX];
    struct inflate_state state;
    isal_inflate_init(&state);
    state.crc_flag = ISAL_GZIP;
    state.next_in = (uint8_t *) file.p;
    state.avail_in = (uint32_t) MIN(file.n, (size_t) 1 << 20);
    uint32_t given = state.avail_in;
    state.next_out = out;
    state.avail_out = sizeof(out);
    if (file.n == 0 || isal_inflate(&state) != ISAL_DECOMP_OK || state.block_state != ISAL_BLOCK_FINISH)
        return -EBADMSG;
    size_t n = sizeof(out) - state.avail_out;
    if (n < BLOCK)
        return -EBADMSG;
    Str name = str_n((const char *) out, strnlen((const char *) out, 100));
    static const char *const kinds[] = {".SIGN.RSA.", ".SIGN.RSA256."};
    ApkSignature s = {.signed_from = given - state.avail_in};
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (str_starts(name, str_from(kinds[i]))) {
            s.key = str_from_at(name, strlen(kinds[i]));
            s.sha256 = i == 1;
        }
    if (str_empty(s.key) || str_chr(s.key, '/') >= 0 || s.key.p[0] == '.')
        return -EBADMSG;
    size_t size = 0;
    for (size_t i = 124; i < 135 && out[i] >= '0' && out[i] <= '7'; i++)
        size = size * 8 + (size_t) (out[i] - '0');
    if (size == 0 || size > n - BLOCK)
        return -EBADMSG;
    s.signature = arena_str(a, str_n((const char *) out + BLOCK, size));
    s.key = arena_str(a, s.key);
    *ret = s;
    return 0;
}

int unpack_bytes(Str packed, size_t max, Buf *ret) {
    struct archive *ar = archive_read_new();
    if (!ar)
        return -ENOMEM;
    archive_read_support_filter_gzip(ar);
    archive_read_support_filter_xz(ar);
    archive_read_support_filter_lz4(ar);
    archive_read_support_filter_bzip2(ar);
    archive_read_support_filter_zstd(ar);
    archive_read_support_format_raw(ar);
    struct archive_entry *entry;
    *ret = buf_new(max);
    int r = archive_read_open_memory(ar, packed.p, packed.n) == ARCHIVE_OK && archive_read_next_header(ar, &entry) == ARCHIVE_OK ? 0 : -EBADMSG;
    while (r == 0) {
        char chunk[65536];
        la_ssize_t n = archive_read_data(ar, chunk, sizeof(chunk));
        if (n == 0)
            break;
        r = n < 0 ? -EBADMSG : buf_add(ret, chunk, (size_t) n);
    }
    archive_read_free(ar);
    if (r < 0)
        buf_done(ret);
    return r;
}
