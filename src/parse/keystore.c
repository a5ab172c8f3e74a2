/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/keystore.h"

#include "base/bytes.h"
#include "parse/der.h"

enum { ITEMS_MAX = 100000, SAFES_DEPTH = 8 };

typedef struct Reader {
    Arena *arena;
    Keystore store;
    const KeystoreItem **certificates_end, **keys_end;
    size_t n;
} Reader;

static void add(Reader *r, const KeystoreItem ***end, Str der) {
    KeystoreItem *item = r->n++ < ITEMS_MAX ? arena_new(r->arena, KeystoreItem) : NULL;
    if (!item)
        return;
    item->der = der;
    **end = item;
    *end = &item->next;
}

/* ---- Java ---- */

static bool take(Str *rest, size_t bytes, uint64_t *ret) {
    if (rest->n < bytes)
        return false;
    *ret = bytes == 2 ? be16(rest->p) : bytes == 4 ? be32(rest->p) : be64(rest->p);
    *rest = str_from_at(*rest, bytes);
    return true;
}

static bool take_bytes(Str *rest, size_t width, Str *ret) {
    uint64_t n;
    if (!take(rest, width, &n) || n > rest->n)
        return false;
    *ret = str_head(*rest, (size_t) n);
    *rest = str_from_at(*rest, (size_t) n);
    return true;
}

static bool take_certificate(Reader *r, Str *rest, uint64_t version) {
    Str type, der;
    if (version == 2 && !take_bytes(rest, 2, &type))
        return false;
    if (!take_bytes(rest, 4, &der))
        return false;
    add(r, &r->certificates_end, der);
    return true;
}

static bool take_java_entry(Reader *r, Str *rest, uint64_t version) {
    uint64_t tag, date, chain;
    Str alias, key;
    if (!take(rest, 4, &tag) || !take_bytes(rest, 2, &alias) || !take(rest, 8, &date))
        return false;
    if (tag == 2)
        return take_certificate(r, rest, version);
    /* A secret key is a Java object of any length: what comes after cannot be found. */
    if (tag != 1 || !take_bytes(rest, 4, &key)) {
        r->store.n_keys += tag == 3;
        return false;
    }
    r->store.n_keys++;
    if (!take(rest, 4, &chain))
        return false;
    for (uint64_t i = 0; i < chain; i++)
        if (!take_certificate(r, rest, version))
            return false;
    return true;
}

static bool is_java(Str s) {
    return s.n >= 12 && (be32(s.p) == 0xfeedfeed || be32(s.p) == 0xcececece) && (be32(s.p + 4) == 1 || be32(s.p + 4) == 2);
}

static void read_java(Reader *r, Str bytes) {
    uint64_t magic, version, count;
    if (!take(&bytes, 4, &magic) || !take(&bytes, 4, &version) || !take(&bytes, 4, &count))
        return;
    r->store.format = magic == 0xfeedfeed ? STR("JKS") : STR("JCEKS");
    for (uint64_t i = 0; i < count && take_java_entry(r, &bytes, version);)
        i++;
}

/* ---- PKCS #12 ---- */

#define PKCS7_DATA "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
#define PKCS12_BAG "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01"

static void read_safe(Reader *r, Str bags, unsigned depth) {
    Der list, bag, oid, value, item;
    if (depth > SAFES_DEPTH || !der_take(&bags, DER_SEQUENCE, &list))
        return;
    while (der_take(&list.content, DER_SEQUENCE, &bag)) {
        if (!der_take(&bag.content, DER_OID, &oid) || !der_take(&bag.content, DER_CONTEXT_CONSTRUCTED, &value) || !str_starts(oid.content, STR(PKCS12_BAG)) ||
            oid.content.n != 11)
            continue;
        switch (oid.content.p[10]) {
        case 1:
            add(r, &r->keys_end, value.content);
            break;
        case 2: case 5:
            r->store.n_keys++;
            break;
        case 3:
            if (der_take(&value.content, DER_SEQUENCE, &item) && der_take(&item.content, DER_OID, &oid) && der_take(&item.content, DER_CONTEXT_CONSTRUCTED, &value) &&
                der_take(&value.content, DER_OCTET_STRING, &item))
                add(r, &r->certificates_end, item.content);
            break;
        case 6:
            read_safe(r, value.content, depth + 1);
            break;
        }
    }
}

/* The ContentInfo's content when it is data in the clear. */
static bool take_data(Str *rest, Str *ret, bool *ret_sealed) {
    Der info, oid, value, octets;
    *ret_sealed = false;
    if (!der_take(rest, DER_SEQUENCE, &info) || !der_take(&info.content, DER_OID, &oid))
        return false;
    *ret_sealed = !str_eq(oid.content, STR(PKCS7_DATA));
    if (*ret_sealed)
        return true;
    if (!der_take(&info.content, DER_CONTEXT_CONSTRUCTED, &value) || !der_take(&value.content, DER_OCTET_STRING, &octets))
        return false;
    *ret = octets.content;
    return true;
}

/* Version 3, and then a ContentInfo with one of PKCS #7's types. */
static bool is_pkcs12(Str s) {
    static const char begin[] = "\x02\x01\x03\x30";
    size_t head = s.n > 1 && (s.p[1] & 0x80) ? 2 + (size_t) (s.p[1] & 0x7f) : 2;
    return s.n > head + 20 && s.p[0] == DER_SEQUENCE && head <= 6 && memcmp(s.p + head, begin, 4) == 0 &&
           str_find(str_head(str_from_at(s, head), 24), STR("\x2a\x86\x48\x86\xf7\x0d\x01\x07")) > 0;
}

static void read_pkcs12(Reader *r, Str bytes) {
    Der whole, version, list;
    Str content, safe;
    bool sealed;
    r->store.format = STR("PKCS#12");
    if (!der_take(&bytes, DER_SEQUENCE, &whole) || !der_take(&whole.content, DER_INTEGER, &version) || !take_data(&whole.content, &content, &sealed) || sealed) {
        /* Of indefinite length, as BER allows it: it is one, and no more is known. */
        r->store.n_sealed++;
        return;
    }
    if (!der_take(&content, DER_SEQUENCE, &list))
        return;
    while (take_data(&list.content, &safe, &sealed))
        if (sealed)
            r->store.n_sealed++;
        else
            read_safe(r, safe, 0);
}

bool keystore_detect(Str head) {
    return is_java(head) || is_pkcs12(head);
}

bool keystore_parse(Str bytes, Arena *a, Keystore *ret) {
    Reader r = {.arena = a};
    r.certificates_end = &r.store.certificates;
    r.keys_end = &r.store.plain_keys;
    if (is_java(bytes))
        read_java(&r, bytes);
    else if (is_pkcs12(bytes))
        read_pkcs12(&r, bytes);
    else
        return false;
    *ret = r.store;
    return true;
}
