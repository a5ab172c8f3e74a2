/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "base/nearest.h"
#include "base/time.h"
#include "policy/code.h"

typedef struct Suffix {
    FieldUnit unit;
    Str text;
    double factor;
} Suffix;

static const Suffix suffixes[] = {
    {UNIT_NONE, STR(""), 1},
    {UNIT_BYTES, STR(""), 1}, {UNIT_BYTES, STR("k"), 1e3}, {UNIT_BYTES, STR("M"), 1e6}, {UNIT_BYTES, STR("G"), 1e9}, {UNIT_BYTES, STR("T"), 1e12},
    {UNIT_BYTES, STR("Ki"), 1024}, {UNIT_BYTES, STR("Mi"), 1048576}, {UNIT_BYTES, STR("Gi"), 1073741824}, {UNIT_BYTES, STR("Ti"), 1099511627776},
    {UNIT_MILLICORES, STR(""), 1000}, {UNIT_MILLICORES, STR("m"), 1},
    {UNIT_DAYS, STR(""), 1}, {UNIT_DAYS, STR("d"), 1}, {UNIT_DAYS, STR("w"), 7}, {UNIT_DAYS, STR("y"), 365},
    {UNIT_SECONDS, STR(""), 1}, {UNIT_SECONDS, STR("s"), 1}, {UNIT_SECONDS, STR("m"), 60}, {UNIT_SECONDS, STR("h"), 3600}, {UNIT_SECONDS, STR("d"), 86400},
    {UNIT_NANOSECONDS, STR(""), 1}, {UNIT_NANOSECONDS, STR("ns"), 1}, {UNIT_NANOSECONDS, STR("us"), 1e3}, {UNIT_NANOSECONDS, STR("ms"), 1e6},
    {UNIT_NANOSECONDS, STR("s"), 1e9}, {UNIT_NANOSECONDS, STR("m"), 6e10}, {UNIT_NANOSECONDS, STR("h"), 3.6e12}, {UNIT_NANOSECONDS, STR("d"), 8.64e13},
    {UNIT_TIME, STR(""), 1},
};

static const char *const unit_expected[] = {
    [UNIT_NONE] = "expected a whole number",
    [UNIT_BYTES] = "expected a size: bytes, or a number with k, M, G, T, Ki, Mi, Gi or Ti",
    [UNIT_MILLICORES] = "expected processors: \"2\", \"0.5\" or \"500m\"",
    [UNIT_DAYS] = "expected days: \"30\", \"30d\", \"2w\" or \"1y\"",
    [UNIT_SECONDS] = "expected seconds: \"30\", or a number with s, m, h or d",
    [UNIT_NANOSECONDS] = "expected nanoseconds: a number, or one with ns, us, ms, s, m, h or d",
    [UNIT_TIME] = "expected a date \"2026-02-12\", a time \"2026-02-12T10:00:00Z\" or seconds since 1970",
};

static bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* "-1.5e+3" as a number, and what is behind it. */
static bool number_prefix(Str text, long double *ret, Str *ret_rest) {
    char copy[64];
    bool hex = text.n > 2 && text.p[0] == '0' && (text.p[1] == 'x' || text.p[1] == 'X');
    size_t n = text.n && (text.p[0] == '+' || text.p[0] == '-') ? 1 : 0;
    if (n == text.n || text.p[n] < '0' || text.p[n] > '9')
        return false;
    if (hex) {
        for (n = 2; n < text.n && is_hex(text.p[n]); n++)
            ;
    } else {
        while (n < text.n && ((text.p[n] >= '0' && text.p[n] <= '9') || text.p[n] == '.'))
            n++;
        if (n + 2 < text.n && (text.p[n] == 'e' || text.p[n] == 'E') && (text.p[n + 1] == '+' || text.p[n + 1] == '-'))
            for (n += 2; n < text.n && text.p[n] >= '0' && text.p[n] <= '9'; n++)
                ;
    }
    if (n >= sizeof(copy))
        return false;
    memcpy(copy, text.p, n);
    copy[n] = 0;
    char *end;
    *ret = strtold(copy, &end);
    *ret_rest = str_from_at(text, n);
    return *end == 0 && isfinite(*ret);
}

static const char *parse_int(FieldUnit unit, Str text, int64_t *ret) {
    long double number;
    Str rest;
    if (unit == UNIT_TIME && time_parse(text, ret) == 0)
        return NULL;
    if (!number_prefix(text, &number, &rest))
        return unit_expected[unit];
    for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
        if (suffixes[i].unit != unit || !str_eq(rest, suffixes[i].text))
            continue;
        number *= (long double) suffixes[i].factor;
        if (number < -9.2233720368547758e18L || number >= 9.2233720368547758e18L)
            return "this number is too large";
        /* "0.3" times a thousand is not quite three hundred. */
        if (fabsl(number - roundl(number)) > 1e-6L)
            return unit == UNIT_NONE ? unit_expected[unit] : "this is no whole number of the smallest unit";
        *ret = (int64_t) roundl(number);
        return NULL;
    }
    return unit_expected[unit];
}

/* One of "A|B|C", in any case, as it is written there. */
static const char *parse_word(const char *values, Str text, Arena *a, Str *ret) {
    Str rest = str_from(values), word;
    while (str_split(&rest, '|', &word))
        if (str_ieq(word, text)) {
            *ret = word;
            return NULL;
        }
    Str near = nearest_name(str_from(values), text);
    char upper[32];
    if (!near.p && text.n < sizeof(upper)) {
        for (size_t i = 0; i < text.n; i++)
            upper[i] = text.p[i] >= 'a' && text.p[i] <= 'z' ? (char) (text.p[i] - 32) : text.p[i];
        near = nearest_name(str_from(values), str_n(upper, text.n));
    }
    Str message = near.p ? arena_printf(a, "no such value; did you mean \"%.*s\"? There are: %s", STR_FMT(near), values)
                         : arena_printf(a, "no such value; there are: %s", values);
    return message.p ? message.p : "no such value";
}

const char *literal_parse(const Operand *o, Str text, Arena *a, Value *ret) {
    long double number;
    Str rest;
    const char *wrong = NULL;
    switch (o->type) {
    case FIELD_BOOL:
        *ret = value_bool(str_eqz(text, "true"));
        return ret->boolean || str_eqz(text, "false") ? NULL : "expected true or false";
    case FIELD_INT:
        ret->type = VALUE_INT;
        return parse_int(o->unit, text, &ret->integer);
    case FIELD_PORT:
        ret->type = VALUE_INT;
        wrong = parse_int(UNIT_NONE, text, &ret->integer);
        return wrong || ret->integer < 0 || ret->integer > 65535 ? "expected a port, 0 to 65535" : NULL;
    case FIELD_DOUBLE:
        if (!number_prefix(text, &number, &rest) || !str_empty(rest))
            return "expected a number";
        *ret = value_double((double) number);
        return NULL;
    case FIELD_STRING:
        *ret = value_str(text);
        return o->values ? parse_word(o->values, text, a, &ret->text) : NULL;
    case FIELD_BYTES:
        *ret = value_str(text);
        return NULL;
    case FIELD_IP:
        if (!ip_parse(text, ret))
            return "expected an address: 10.0.0.1 or fd00::1";
        return ret->type == VALUE_IP ? NULL : "expected one address, not a network; fields of networks (fd.net, fd.snet …) take those";
    case FIELD_NET:
        if (!ip_parse(text, ret))
            return "expected a network or an address: 10.0.0.0/8, fd00::/8, 10.0.0.1";
        ret->type = VALUE_NET;
        return NULL;
    }
    return "";
}
