/* SPDX-License-Identifier: Apache-2.0 */
/* Fact: what one analyzer read from one file. Plain structs; strings belong to the Arena of whoever made or decoded the fact. */
#pragma once

#include "base/arena.h"
#include "base/wire.h"
#include "model/severity.h"

typedef enum FactKind {
    FACT_OS,               /* os-release and relatives */
    FACT_PACKAGE,          /* an installed package */
    FACT_PACKAGE_FILES,    /* the paths a package owns, where they stand in a file of their own (dpkg's *.list) */
    FACT_CONTENT_SETS,     /* Red Hat content manifest: repositories that the layer's rpms came from */
    FACT_ARCHIVE_SOURCE,   /* a configured package archive (apt source, apk repository) */
    FACT_PROBLEM,          /* the file could not be read as what it is; makes the scan incomplete */
    FACT_PACKAGE_LICENSE,  /* licences of a package, where they stand in a file of their own (Debian's copyright) */
    FACT_SECRET,           /* a secret in a text; never the secret itself */
    FACT_CERTIFICATE,      /* an X.509 certificate */
    FACT_KEY,              /* a private key, a key that may log in, a keystore, a file of credentials */
    FACT_ENTRY,            /* an entry of the file system that weakens it, or a tool or cache that was left in */
    FACT_ACCOUNT,          /* an account with uid 0, or without password */
    FACT_SIGN,             /* a sign of malware */
    FACT_PACKAGE_SUMS,     /* digests of a package's files */
    FACT_YARA,             /* a YARA rule matches a file */
    FACT_KIND_N_,
} FactKind;

typedef enum PackageType {
#define PACKAGE_TYPE(symbol, purl, scheme, ecosystem, doc) PACKAGE_##symbol,
#include "model/package-type.list.h"
#undef PACKAGE_TYPE
    PACKAGE_TYPE_N_,
} PackageType;

typedef struct PackageTypeInfo {
    const char *name;      /* also the purl type: "deb", "npm" */
    const char *scheme;    /* of src/version */
    const char *ecosystem; /* release key of the advisory database: NULL, the distribution's; "", none */
    const char *doc;
} PackageTypeInfo;

const PackageTypeInfo *package_type_info(PackageType t);
/* Packages of the distribution: deb, apk, rpm. All others are language or application packages. */
bool package_type_is_os(PackageType t);
/* Its PackageTypeInfo.name. */
const char *package_type_name(PackageType t);
int package_type_parse(Str s, PackageType *ret);
/* Names that an ecosystem takes for the same become one, as advisories and analyzers both have it: PyPI's as PEP 503 says, those of NuGet,
 * Packagist, Bitnami and Swift (whose addresses lose scheme and ".git", too) in lower case. `ecosystem` is a PackageTypeInfo.ecosystem. In `a`, or `name`
 * itself. */
Str package_name_normal(Arena *a, Str ecosystem, Str name);

typedef struct OsFact {
    Str id;          /* ID of os-release: "debian", "alpine", "rhel", "amzn" … lower case */
    Str id_like;     /* as written: words separated by spaces */
    Str version_id;  /* VERSION_ID: "12", "3.20.3", "9.4" */
    Str codename;    /* VERSION_CODENAME: "bookworm" */
    Str pretty_name;
    Str cpe_name;    /* CPE_NAME */
    Str variant_id;
} OsFact;

typedef enum PackageFlags {
    PACKAGE_ESSENTIAL = 1 << 0, /* dpkg Essential: yes or Protected: yes */
    PACKAGE_DEV = 1 << 1,       /* needed for development or tests only */
    PACKAGE_OPTIONAL = 1 << 2,  /* an optional dependency: may not be installed */
    PACKAGE_DECLARED = 1 << 3,  /* a lock file or manifest names it; what is installed has no such mark */
    PACKAGE_GUESSED = 1 << 4,   /* name or version was concluded from something else than a statement of both */
    PACKAGE_PRIVATE = 1 << 5,   /* a project's own, or data: it calls itself so, and no registry put it there */
    PACKAGE_FLAGS_ALL_ = (1 << 6) - 1,
} PackageFlags;

typedef struct PackageFact {
    PackageType type;
    Str name;
    Str version;        /* whole: dpkg "1:2.3-4", rpm "1:2.3-4.el9" (epoch shown only when it is not 0), apk "2.3-r4" */
    Str arch;           /* "amd64", "all", "x86_64", "noarch" */
    Str source_name;    /* source package; equals name when the database names none */
    Str source_version; /* version of the source package; equals version when none is named */
    Str license;        /* as the database writes it */
    Str maintainer;     /* dpkg Maintainer, apk m:, rpm Packager */
    Str vendor;         /* rpm Vendor; dpkg Origin where present */
    Str module;         /* rpm ModularityLabel "nodejs:18:8090020231127152326:a75119d5" */
    Str digest;         /* "md5:…", "sha1:…", "sha256:…" of the package header or archive where the database has one */
    uint64_t installed_size; /* bytes; 0 unknown */
    Str files;          /* owned paths without leading "/", each ended by '\n' */
    uint64_t n_files;
    Str depends;        /* dependencies as the database writes them (dpkg: Depends and Pre-Depends joined by ", ") */
    Str provides;       /* other names that dependencies on it use, likewise: dpkg Provides, apk p:, rpm Provides but its own name */
    Str linked;         /* Go binaries: import paths of the packages linked in, each ended by '\n'; "\n" when there are none, empty when it cannot be told */
    uint32_t flags;     /* PackageFlags */
    uint32_t line;      /* where the file at Fact.path names it; 0: no text file */
} PackageFact;

typedef struct PackageFilesFact {
    PackageType type;
    Str name, arch;     /* arch empty when the file name does not tell */
    Str files;          /* as PackageFact.files; FACT_PACKAGE_SUMS: before each path its digest in hex (which one, its length tells), or "-" where it may have any content or be missing, and two spaces */
    uint64_t n_files;
} PackageFilesFact;

typedef struct ContentSetsFact {
    Str sets;           /* names, each ended by '\n': "rhel-9-for-x86_64-baseos-rpms" */
    Str from_nvr;       /* the manifest's image name-version-release, may be empty */
} ContentSetsFact;

typedef struct ArchiveSourceFact {
    Str kind;           /* "apt", "apk" */
    Str uri;
    Str suite;          /* apt suite; empty for apk */
    Str components;     /* separated by spaces; apk: the "@tag" of a repository that only packages pinned to it use */
    Str signed_by;      /* apt Signed-By, path or inline key */
    uint32_t line;
} ArchiveSourceFact;

typedef enum ProblemKind {
    PROBLEM_FILE,    /* a file is not what it should be, or could not be read: something was not seen */
    PROBLEM_LIMIT,   /* a limit was passed: something was not seen, and it may be an attack */
    PROBLEM_CRASH,   /* a worker died on it: likewise */
    PROBLEM_HOSTILE, /* an entry that no honest tool writes (a path out of the root); nothing was missed */
    PROBLEM_KIND_N_,
} ProblemKind;

typedef struct PackageLicenseFact {
    PackageType type;
    Str name;           /* binary package */
    Str licenses;       /* short names as written ("GPL-2+", "Expat"), sorted, unique, each ended by '\n' */
} PackageLicenseFact;

typedef struct EntryFact {
    Str tool;           /* what it is by its path: the id of a check ("compiler", "shell" …); empty: its mode, owner or capability is why it is here */
    Str capability;     /* security.capability as it lies on disk; empty when there is none */
    uint32_t type;      /* EntryType of analyze/analyzer.h */
    uint32_t mode, uid, gid;
    uint64_t size;
} EntryFact;

typedef struct AccountFact {
    Str name, shell;
    uint32_t uid;       /* UINT32_MAX: the file does not tell */
    bool no_password;   /* the field is empty: anybody may log in */
} AccountFact;

typedef struct ProblemFact {
    ProblemKind kind;
    Str reason;         /* what was found and what was expected: "truncated: the header blob ends at byte 40 of 96" */
    uint32_t line;      /* 0: not a text file */
} ProblemFact;

typedef struct SecretFact {
    Str rule;           /* id of the rule that found it */
    Str title, kind;    /* of the rule */
    Severity severity;
    Str hint;           /* its first characters: at most four, and no more than a quarter of it */
    Str fingerprint;    /* HMAC-SHA-256 in hex with the user's key; empty without one */
    uint64_t length;    /* bytes */
    uint32_t line, col; /* from 1; 0: the path alone tells */
} SecretFact;

typedef enum CertificateFlags {
    CERTIFICATE_CA = 1 << 0,
    CERTIFICATE_SELF_ISSUED = 1 << 1, /* issuer and subject, and the identifiers of their keys, are the same */
    CERTIFICATE_FLAGS_ALL_ = (1 << 2) - 1,
} CertificateFlags;

typedef struct CertificateFact {
    Str subject, issuer; /* as RFC 4514 writes names */
    Str serial;          /* in hex */
    Str algorithm;       /* of the key: "RSA", "EC", "Ed25519" */
    Str curve;           /* "P-256"; empty where there is none */
    Str hash;            /* of the signature: "SHA-256"; empty where the algorithm has none of its own */
    Str digest;          /* "sha256:…" of the certificate */
    Str key_digest;      /* "sha256:…" of its public key (SubjectPublicKeyInfo) */
    int64_t not_before, not_after;
    uint32_t bits;       /* of the key; 0 unknown */
    uint32_t flags;      /* CertificateFlags */
    uint32_t line;       /* 0: no text file */
} CertificateFact;

typedef enum KeyKind {
    KEY_PRIVATE,
    KEY_AUTHORIZED,      /* a public key of authorized_keys */
    KEY_STORE,           /* a keystore with keys in it, or with parts that cannot be read */
    KEY_CREDENTIAL,      /* what a file of credentials has for one user or registry */
    KEY_KIND_N_,
} KeyKind;

/* Never the key itself. */
typedef struct KeyFact {
    KeyKind kind;
    Str format;          /* "PKCS#8", "OpenSSH", "JKS", "kubeconfig", "docker-config" … */
    Str algorithm, curve; /* as CertificateFact; credentials: "token", "password", "client-key" … */
    Str fingerprint;     /* of the public part: "SHA256:…" as ssh-keygen has it, or CertificateFact.key_digest; empty when it is not known */
    Str subject;         /* comment of an authorized key, user or registry of a credential */
    uint64_t count;      /* keystores: keys */
    uint32_t bits;
    bool encrypted;
    uint32_t line;
} KeyFact;

/* "private", "authorized", "keystore", "credential". */
const char *key_kind_name(KeyKind k);

typedef struct SignFact {
    Str sign;            /* "odd-program", "preload", "pool-address", "miner-config" */
    Str detail;          /* what was seen: names of oddities, a library, an address */
    uint32_t line;       /* 0: no text file */
} SignFact;

typedef struct YaraFact {
    Str rule, source;    /* its name, and the file that it is from */
    Str tags;            /* separated by spaces */
    Str title;           /* what the rule says of itself; may be empty */
    Str string;          /* the first of its strings in the file: "$a"; empty: none */
    uint64_t offset;     /* of that */
    Severity severity;
} YaraFact;

typedef struct Fact {
    FactKind kind;
    Str analyzer;       /* the analyzer's name */
    Str path;           /* canonical path of the file inside the layer, no leading "/" */
    union {
        OsFact os;
        PackageFact package;
        PackageFilesFact files;
        ContentSetsFact content_sets;
        ArchiveSourceFact archive;
        ProblemFact problem;
        PackageLicenseFact license;
        CertificateFact certificate;
        KeyFact key;
        EntryFact entry;
        AccountFact account;
        SignFact sign;
        YaraFact yara;
        SecretFact secret;
    };
} Fact;

/* Appends the encoding (wire.h) of one fact. */
void fact_encode(Buf *b, const Fact *f);
/* Decodes the next fact: 1 with *ret (slices into r's input), 0 at the end of input, -EBADMSG when it is malformed. */
int fact_decode(WireReader *r, Fact *ret);
/* Changes whenever the encoding does: part of every cache key. */
enum { FACT_FORMAT_VERSION = 8 };
