/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/oid.h"

#define PKCS1 "1.2.840.113549.1.1."
#define NIST_SIG "2.16.840.1.101.3.4.3."
#define BRAINPOOL "1.3.36.3.3.2.8.1.1."

static const OidName keys[] = {
    {PKCS1 "1", "RSA", 0}, {PKCS1 "10", "RSA-PSS", 0}, {PKCS1 "7", "RSA-OAEP", 0}, {"1.2.840.10045.2.1", "EC", 0}, {"1.2.840.10040.4.1", "DSA", 0},
    {"1.2.840.113549.1.3.1", "DH", 0}, {"1.2.840.10046.2.1", "DH", 0},
    {"1.3.101.110", "X25519", 253}, {"1.3.101.111", "X448", 448}, {"1.3.101.112", "Ed25519", 256}, {"1.3.101.113", "Ed448", 456},
    {"2.16.840.1.101.3.4.4.1", "ML-KEM-512", 0}, {"2.16.840.1.101.3.4.4.2", "ML-KEM-768", 0}, {"2.16.840.1.101.3.4.4.3", "ML-KEM-1024", 0},
    {NIST_SIG "17", "ML-DSA-44", 0}, {NIST_SIG "18", "ML-DSA-65", 0}, {NIST_SIG "19", "ML-DSA-87", 0},
    {"1.2.156.10197.1.301", "SM2", 256}, {"1.2.643.7.1.1.1.1", "GOST 2012", 256}, {"1.2.643.7.1.1.1.2", "GOST 2012", 512}, {"1.2.643.2.2.19", "GOST 2001", 256},
};
static const OidName curves[] = {
    {"1.2.840.10045.3.1.7", "P-256", 256}, {"1.3.132.0.34", "P-384", 384}, {"1.3.132.0.35", "P-521", 521}, {"1.3.132.0.33", "P-224", 224},
    {"1.2.840.10045.3.1.1", "P-192", 192}, {"1.3.132.0.10", "secp256k1", 256}, {"1.3.132.0.32", "secp224k1", 224}, {"1.3.132.0.31", "secp192k1", 192},
    {"1.3.132.0.8", "secp160r1", 160}, {"1.3.132.0.9", "secp160k1", 160}, {"1.3.132.0.30", "secp160r2", 160}, {"1.3.132.0.28", "secp128r1", 128},
    {"1.3.132.0.29", "secp128r2", 128}, {"1.3.132.0.6", "secp112r1", 112}, {"1.3.132.0.7", "secp112r2", 112},
    {"1.3.132.0.1", "sect163k1", 163}, {"1.3.132.0.15", "sect163r2", 163}, {"1.3.132.0.26", "sect233k1", 233}, {"1.3.132.0.27", "sect233r1", 233},
    {"1.3.132.0.16", "sect283k1", 283}, {"1.3.132.0.17", "sect283r1", 283},
    {BRAINPOOL "3", "brainpoolP192r1", 192}, {BRAINPOOL "5", "brainpoolP224r1", 224}, {BRAINPOOL "7", "brainpoolP256r1", 256},
    {BRAINPOOL "9", "brainpoolP320r1", 320}, {BRAINPOOL "11", "brainpoolP384r1", 384}, {BRAINPOOL "13", "brainpoolP512r1", 512},
    {"1.2.156.10197.1.301", "SM2", 256},
};
static const OidName signatures[] = {
    {PKCS1 "2", "MD2", 0}, {PKCS1 "3", "MD4", 0}, {PKCS1 "4", "MD5", 0}, {PKCS1 "5", "SHA-1", 0}, {PKCS1 "11", "SHA-256", 0}, {PKCS1 "12", "SHA-384", 0},
    {PKCS1 "13", "SHA-512", 0}, {PKCS1 "14", "SHA-224", 0}, {PKCS1 "15", "SHA-512/224", 0}, {PKCS1 "16", "SHA-512/256", 0},
    {"1.3.14.3.2.3", "MD5", 0}, {"1.3.14.3.2.13", "SHA-1", 0}, {"1.3.14.3.2.27", "SHA-1", 0}, {"1.3.14.3.2.29", "SHA-1", 0},
    {"1.2.840.10045.4.1", "SHA-1", 0}, {"1.2.840.10045.4.3.1", "SHA-224", 0}, {"1.2.840.10045.4.3.2", "SHA-256", 0},
    {"1.2.840.10045.4.3.3", "SHA-384", 0}, {"1.2.840.10045.4.3.4", "SHA-512", 0},
    {"1.2.840.10040.4.3", "SHA-1", 0}, {NIST_SIG "1", "SHA-224", 0}, {NIST_SIG "2", "SHA-256", 0}, {NIST_SIG "3", "SHA-384", 0}, {NIST_SIG "4", "SHA-512", 0},
    {NIST_SIG "5", "SHA3-224", 0}, {NIST_SIG "6", "SHA3-256", 0}, {NIST_SIG "7", "SHA3-384", 0}, {NIST_SIG "8", "SHA3-512", 0},
    {NIST_SIG "9", "SHA3-224", 0}, {NIST_SIG "10", "SHA3-256", 0}, {NIST_SIG "11", "SHA3-384", 0}, {NIST_SIG "12", "SHA3-512", 0},
    {NIST_SIG "13", "SHA3-224", 0}, {NIST_SIG "14", "SHA3-256", 0}, {NIST_SIG "15", "SHA3-384", 0}, {NIST_SIG "16", "SHA3-512", 0},
    {NIST_SIG "17", "", 0}, {NIST_SIG "18", "", 0}, {NIST_SIG "19", "", 0}, {"1.3.101.112", "", 0}, {"1.3.101.113", "", 0},
    {"1.2.156.10197.1.501", "SM3", 0},
};
static const OidName hashes[] = {
    {"1.2.840.113549.2.5", "MD5", 0}, {"1.3.14.3.2.26", "SHA-1", 0}, {"2.16.840.1.101.3.4.2.1", "SHA-256", 0}, {"2.16.840.1.101.3.4.2.2", "SHA-384", 0},
    {"2.16.840.1.101.3.4.2.3", "SHA-512", 0}, {"2.16.840.1.101.3.4.2.4", "SHA-224", 0}, {"2.16.840.1.101.3.4.2.5", "SHA-512/224", 0},
    {"2.16.840.1.101.3.4.2.6", "SHA-512/256", 0}, {"2.16.840.1.101.3.4.2.8", "SHA3-256", 0}, {"2.16.840.1.101.3.4.2.9", "SHA3-384", 0},
    {"2.16.840.1.101.3.4.2.10", "SHA3-512", 0},
};
static const OidName attributes[] = {
    {"2.5.4.3", "CN", 0}, {"2.5.4.4", "SN", 0}, {"2.5.4.5", "serialNumber", 0}, {"2.5.4.6", "C", 0}, {"2.5.4.7", "L", 0}, {"2.5.4.8", "ST", 0},
    {"2.5.4.9", "street", 0}, {"2.5.4.10", "O", 0}, {"2.5.4.11", "OU", 0}, {"2.5.4.12", "title", 0}, {"2.5.4.15", "businessCategory", 0},
    {"2.5.4.17", "postalCode", 0}, {"2.5.4.41", "name", 0}, {"2.5.4.42", "GN", 0}, {"2.5.4.43", "initials", 0}, {"2.5.4.46", "dnQualifier", 0},
    {"2.5.4.97", "organizationIdentifier", 0}, {"0.9.2342.19200300.100.1.25", "DC", 0}, {"0.9.2342.19200300.100.1.1", "UID", 0},
    {"1.2.840.113549.1.9.1", "emailAddress", 0}, {"1.3.6.1.4.1.311.60.2.1.1", "jurisdictionL", 0}, {"1.3.6.1.4.1.311.60.2.1.2", "jurisdictionST", 0},
    {"1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC", 0},
};

static const OidName *find(const OidName *table, size_t n, Str oid) {
    for (size_t i = 0; i < n; i++)
        if (str_eqz(oid, table[i].oid))
            return &table[i];
    return NULL;
}

const OidName *oid_key(Str oid) {
    return find(keys, ARRAY_SIZE(keys), oid);
}

const OidName *oid_curve(Str oid) {
    return find(curves, ARRAY_SIZE(curves), oid);
}

const OidName *oid_signature(Str oid) {
    return find(signatures, ARRAY_SIZE(signatures), oid);
}

const OidName *oid_hash(Str oid) {
    return find(hashes, ARRAY_SIZE(hashes), oid);
}

const OidName *oid_attribute(Str oid) {
    return find(attributes, ARRAY_SIZE(attributes), oid);
}
