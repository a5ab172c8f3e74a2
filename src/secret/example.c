/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/example.h"

#include "secret/rule.h"

#define DIGITS "0123456789"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const struct {
    const char *name, *alphabet;
} kinds[] = {
    {"hex", DIGITS "abcdef"},
    {"HEX", DIGITS "ABCDEF"},
    {"alnum", DIGITS UPPER LOWER},
    {"lower", DIGITS LOWER},
    {"upper", DIGITS UPPER},
    {"alpha", UPPER LOWER},
    {"base32", UPPER "234567"},
    {"base64", UPPER LOWER DIGITS "+/"},
    {"base64url", UPPER LOWER DIGITS "-_"},
    {"digits", DIGITS},
};

/* xorshift64*: all that is asked is that it is the same everywhere. */
static uint64_t next(uint64_t *state) {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

/* A character never stands beside itself, and all of a small alphabet come up: the entropy of short values does not depend on luck. */
static void put_random(Buf *b, const char *alphabet, uint64_t n, uint64_t *state) {
    size_t size = strlen(alphabet);
    char deck[64];
    size_t left = 0, last = size;
    for (uint64_t i = 0; i < n; i++) {
        if (left == 0) {
            memcpy(deck, alphabet, size);
            left = size;
        }
        size_t k = next(state) >> 33;
        k %= left;
        if (left > 1 && last < size && deck[k] == alphabet[last])
            k = (k + 1) % left;
        buf_putc(b, deck[k]);
        last = (size_t) (strchr(alphabet, deck[k]) - alphabet);
        deck[k] = deck[--left];
    }
}

static void put_base64(Buf *b, Str s) {
    static const char digits[] = UPPER LOWER DIGITS "-_";
    for (size_t i = 0; i < s.n; i += 3) {
        uint32_t v = 0;
        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (i + k < s.n ? (unsigned char) s.p[i + k] : 0);
        for (size_t k = 0; k < 4 && i + k <= s.n; k++)
            buf_putc(b, digits[v >> (18 - 6 * k) & 63]);
    }
}

static int put_directive(Str d, uint64_t *state, Buf *b, Error *err) {
    Str name = d, number = STR_NULL;
    uint64_t n = 0;
    if (str_eq(d, STR("crc32"))) {
        char sum[6];
        secret_crc32_base62(str_from_at(buf_view(b), (size_t) (str_rchr(buf_view(b), '_') + 1)), sum);
        return buf_add(b, sum, sizeof(sum));
    }
    if (str_eq(d, STR("uuid"))) {
        static const unsigned groups[] = {8, 4, 4, 4, 12};
        for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
            buf_putz(b, i ? "-" : "");
            put_random(b, DIGITS "abcdef", groups[i], state);
        }
        return 0;
    }
    if (str_eq(d, STR("jwt")) || str_eq(d, STR("json64"))) {
        put_base64(b, STR("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"));
        if (str_eq(d, STR("jwt"))) {
            buf_putc(b, '.');
            put_base64(b, STR("{\"sub\":\"4711\",\"name\":\"nobody\",\"iat\":1700000000}"));
            buf_putc(b, '.');
            put_random(b, UPPER LOWER DIGITS "-_", 43, state);
        }
        return 0;
    }
    if (str_cut(d, ' ', &name, &number) && str_to_u64(number, 4096, &n) == 0 && n > 0)
        for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
            if (str_eqz(name, kinds[i].name)) {
                put_random(b, kinds[i].alphabet, n, state);
                return 0;
            }
    return error_set(err, -EINVAL, "an example has {{%.*s}}; expected {{KIND NUMBER}}, {{crc32}}, {{uuid}}, {{jwt}} or {{json64}}", STR_FMT(d));
}

int secret_example(Str template, uint64_t seed, Buf *ret, Error *err) {
    uint64_t state = seed * 2 + 1;
    for (int i = 0; i < 8; i++)
        next(&state);
    while (template.n) {
        ssize_t open = str_find(template, STR("{{"));
        if (open < 0)
            return buf_str(ret, template);
        buf_str(ret, str_head(template, (size_t) open));
        template = str_from_at(template, (size_t) open + 2);
        ssize_t close = str_find(template, STR("}}"));
        if (close < 0)
            return error_set(err, -EINVAL, "an example has \"{{\" without \"}}\"");
        int r = put_directive(str_head(template, (size_t) close), &state, ret, err);
        if (r < 0)
            return r;
        template = str_from_at(template, (size_t) close + 2);
    }
    return 0;
}
