/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/x509.h"

#include "base/buf.h"
#include "parse/der.h"
#include "parse/oid.h"

enum { NAME_MAX_TEXT = 1024 };

bool public_key_algorithm(Str identifier, Arena *a, PublicKey *ret) {
    Der oid, parameters;
    PublicKey k = {0};
    if (!der_take(&identifier, DER_OID, &oid))
        return false;
    k.algorithm = der_oid_text(a, oid.content);
    const OidName *known = oid_key(k.algorithm);
    if (known)
        k.algorithm = str_from(known->name);
    k.bits = known ? known->bits : 0;
    if (str_eqz(k.algorithm, "EC") && der_next(&identifier, &parameters)) {
        Str curve = parameters.tag == DER_OID ? der_oid_text(a, parameters.content) : STR_NULL;
        known = oid_curve(curve);
        k.curve = known ? str_from(known->name) : curve;
        k.bits = known ? known->bits : 0;
        /* Parameters that are written out: version, field {type, prime} …; the prime's size is the curve's. */
        Der field, type, prime, version;
        Str in = parameters.content;
        if (parameters.tag == DER_SEQUENCE && der_take(&in, DER_INTEGER, &version) && der_take(&in, DER_SEQUENCE, &field) && der_take(&field.content, DER_OID, &type) &&
            der_take(&field.content, DER_INTEGER, &prime)) {
            k.curve = STR("explicit");
            k.bits = der_integer_bits(prime.content);
        }
    } else if (str_eqz(k.algorithm, "DSA") || str_eqz(k.algorithm, "DH")) {
        Der prime;
        if (der_take(&identifier, DER_SEQUENCE, &parameters) && der_take(&parameters.content, DER_INTEGER, &prime))
            k.bits = der_integer_bits(prime.content);
    }
    *ret = k;
    return !str_empty(k.algorithm);
}

bool public_key_parse(Str der, Arena *a, PublicKey *ret) {
    Der whole, algorithm, bits, rsa, modulus;
    PublicKey k;
    if (!der_take(&der, DER_SEQUENCE, &whole))
        return false;
    Str in = whole.content;
    if (!der_take(&in, DER_SEQUENCE, &algorithm) || !der_take(&in, DER_BIT_STRING, &bits) || !public_key_algorithm(algorithm.content, a, &k))
        return false;
    k.whole = whole.whole;
    Str key = str_from_at(bits.content, 1);
    if (str_starts(k.algorithm, STR("RSA")) && der_take(&key, DER_SEQUENCE, &rsa) && der_take(&rsa.content, DER_INTEGER, &modulus))
        k.bits = der_integer_bits(modulus.content);
    *ret = k;
    return true;
}

/* ---- Names ---- */

static void put_utf8(Buf *b, uint32_t c) {
    if (c < 0x80)
        buf_putc(b, (char) c);
    else if (c < 0x800)
        buf_printf(b, "%c%c", (int) (0xC0 | c >> 6), (int) (0x80 | (c & 0x3F)));
    else if (c < 0x10000 && (c < 0xD800 || c > 0xDFFF))
        buf_printf(b, "%c%c%c", (int) (0xE0 | c >> 12), (int) (0x80 | (c >> 6 & 0x3F)), (int) (0x80 | (c & 0x3F)));
    else
        buf_putc(b, '?');
}

/* The text of one value as UTF-8. */
static void value_text(Buf *b, const Der *v) {
    const size_t width = v->tag == DER_BMP_STRING ? 2 : v->tag == DER_UNIVERSAL_STRING ? 4 : 1;
    if (width == 1 && str_is_utf8(v->content)) {
        buf_str(b, v->content);
        return;
    }
    /* Latin 1, which old certificates have in T61String and PrintableString; or two or four bytes a character. */
    for (size_t i = 0; i + width <= v->content.n; i += width) {
        uint32_t c = 0;
        for (size_t k = 0; k < width; k++)
            c = c << 8 | (unsigned char) v->content.p[i + k];
        put_utf8(b, c);
    }
}

static void put_escaped(Buf *b, Str s) {
    for (size_t i = 0; i < s.n; i++) {
        const char c = s.p[i];
        bool edge = (c == ' ' && (i == 0 || i + 1 == s.n)) || (c == '#' && i == 0);
        if ((unsigned char) c < ' ' || c == 0x7f)
            buf_printf(b, "\\%02X", (unsigned) (unsigned char) c);
        else if (edge || strchr(",+\"\\<>;", c))
            buf_printf(b, "\\%c", c);
        else
            buf_putc(b, c);
    }
}

/* A relative name: one attribute, seldom more. */
static void put_relative(Buf *b, Str set, Arena *a) {
    Der attribute, oid, value;
    for (size_t n = 0; der_take(&set, DER_SEQUENCE, &attribute); n++) {
        if (!der_take(&attribute.content, DER_OID, &oid) || !der_next(&attribute.content, &value))
            continue;
        Str text = der_oid_text(a, oid.content);
        const OidName *known = oid_attribute(text);
        _cleanup_(buf_done) Buf v = buf_new(NAME_MAX_TEXT);
        value_text(&v, &value);
        buf_printf(b, "%s%.*s=", n ? "+" : "", STR_FMT(known ? str_from(known->name) : text));
        put_escaped(b, buf_view(&v));
    }
}

Str x509_name_text(Arena *a, Str name) {
    enum { RELATIVE_MAX = 64 };
    Der whole, relative[RELATIVE_MAX];
    size_t n = 0;
    if (!der_take(&name, DER_SEQUENCE, &whole))
        return STR_NULL;
    while (n < RELATIVE_MAX && der_take(&whole.content, DER_SET, &relative[n]))
        n++;
    _cleanup_(buf_done) Buf b = buf_new(4 * NAME_MAX_TEXT);
    for (size_t i = n; i > 0 && b.n < NAME_MAX_TEXT; i--) {
        if (i < n)
            buf_putc(&b, ',');
        put_relative(&b, relative[i - 1].content, a);
    }
    return arena_str(a, buf_view(&b));
}

/* ---- Certificates ---- */

static Str signature_hash(Str identifier, Arena *a) {
    Der oid, parameters, hash, algorithm;
    if (!der_take(&identifier, DER_OID, &oid))
        return STR_NULL;
    Str text = der_oid_text(a, oid.content);
    if (!str_eqz(text, "1.2.840.113549.1.1.10")) {
        const OidName *known = oid_signature(text);
        return known ? str_from(known->name) : text;
    }
    /* RSASSA-PSS: its parameters name the hash, SHA-1 when they do not. */
    if (!der_take(&identifier, DER_SEQUENCE, &parameters) || !der_take(&parameters.content, DER_CONTEXT_CONSTRUCTED, &hash) ||
        !der_take(&hash.content, DER_SEQUENCE, &algorithm) || !der_take(&algorithm.content, DER_OID, &oid))
        return STR("SHA-1");
    text = der_oid_text(a, oid.content);
    const OidName *known = oid_hash(text);
    return known ? str_from(known->name) : text;
}

typedef struct Extensions {
    bool constraints, ca;
    Str subject_id, authority_id;
} Extensions;

static void read_extension(Str oid, Str value, Extensions *e) {
    Der sequence, item;
    if (str_eqz(oid, "2.5.29.19") && der_take(&value, DER_SEQUENCE, &sequence)) {
        e->constraints = true;
        e->ca = der_take(&sequence.content, DER_BOOLEAN, &item) && item.content.n == 1 && item.content.p[0];
    } else if (str_eqz(oid, "2.5.29.14") && der_take(&value, DER_OCTET_STRING, &item)) {
        e->subject_id = item.content;
    } else if (str_eqz(oid, "2.5.29.35") && der_take(&value, DER_SEQUENCE, &sequence) && der_take(&sequence.content, DER_CONTEXT, &item)) {
        e->authority_id = item.content;
    }
}

static void read_extensions(Str rest, Arena *a, Extensions *e) {
    Der list, extension, oid, critical, value;
    if (!der_take(&rest, DER_SEQUENCE, &list))
        return;
    while (der_take(&list.content, DER_SEQUENCE, &extension)) {
        if (!der_take(&extension.content, DER_OID, &oid))
            continue;
        der_take(&extension.content, DER_BOOLEAN, &critical);
        if (der_take(&extension.content, DER_OCTET_STRING, &value))
            read_extension(der_oid_text(a, oid.content), value.content, e);
    }
}

static int bad(Error *err, const char *what) {
    return error_set(err, -EBADMSG, "damaged certificate: %s", what);
}

int x509_parse(Str der, Arena *a, X509 *ret, Error *err) {
    Der certificate, body, version, serial, algorithm, issuer, validity, before, after, subject, key, more;
    X509 x = {0};
    if (!der_take(&der, DER_SEQUENCE, &certificate) || !der_take(&certificate.content, DER_SEQUENCE, &body))
        return bad(err, "it is no sequence of sequences");
    Str in = body.content;
    bool has_version = der_take(&in, DER_CONTEXT_CONSTRUCTED, &version);
    if (!der_take(&in, DER_INTEGER, &serial) || !der_take(&in, DER_SEQUENCE, &algorithm))
        return bad(err, "expected a serial number and the signature's algorithm");
    if (!der_take(&in, DER_SEQUENCE, &issuer) || !der_take(&in, DER_SEQUENCE, &validity) || !der_take(&in, DER_SEQUENCE, &subject))
        return bad(err, "expected issuer, validity and subject");
    if (!der_next(&validity.content, &before) || !der_next(&validity.content, &after) || der_time(&before, &x.not_before) < 0 || der_time(&after, &x.not_after) < 0)
        return bad(err, "its dates are none");
    if (!der_take(&in, DER_SEQUENCE, &key) || !public_key_parse(key.whole, a, &x.key))
        return bad(err, "expected a public key");
    Extensions e = {0};
    while (der_next(&in, &more))
        if (more.tag == DER_CONTEXT_CONSTRUCTED + 3)
            read_extensions(more.content, a, &e);
    x.serial = serial.content;
    x.issuer = issuer.whole;
    x.subject = subject.whole;
    x.hash = signature_hash(algorithm.content, a);
    x.self_issued = str_eq(x.issuer, x.subject) && (str_empty(e.subject_id) || str_empty(e.authority_id) || str_eq(e.subject_id, e.authority_id));
    x.ca = e.constraints ? e.ca : x.self_issued && !has_version;
    *ret = x;
    return 0;
}
