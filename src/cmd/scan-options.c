/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan-options.h"

#include "base/time.h"
#include "cmd/cli.h"
#include "model/license.h"

static void list_names(Buf *out, const char *name) {
    buf_printf(out, "%s%s", out->n ? "|" : "", name);
}

static void list_formats(Buf *out) {
    for (const Format *f = formats(); f->name; f++)
        list_names(out, f->name);
}

static void list_sbom_formats(Buf *out) {
    for (const Format *f = formats(); f->name; f++)
        if (f->sbom)
            list_names(out, f->name);
}

static void list_gaps(Buf *out) {
    for (GapKind k = 0; k < GAP_N_; k++)
        list_names(out, gap_kind_name(k));
}

static void list_analyzers(Buf *out) {
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    for (size_t i = 0; i < n; i++)
        list_names(out, all[i]->name);
}

static void list_sources(Buf *out) {
    list_names(out, "auto");
#define X(name, open, path, named, doc) list_names(out, name);
#include "image/source.list.h"
#undef X
}

static int check_platform(Str value, Error *err) {
    Platform p;
    return platform_parse(value, &p, err);
}

static int check_time(Str value, Error *err) {
    int64_t t;
    if (time_parse(value, &t) < 0)
        return error_set(err, -EINVAL, "'%.*s' is no time; expected 2025-02-12 or 2025-02-12T10:15:00Z", STR_FMT(value));
    return 0;
}

static int check_days(Str value, Error *err) {
    uint64_t n;
    if (str_to_u64(value, 36500, &n) < 0 || n == 0)
        return error_set(err, -EINVAL, "'%.*s' is no number of days; expected 1 to 36500", STR_FMT(value));
    return 0;
}

static int check_seconds(Str value, Error *err) {
    uint64_t n;
    if (str_to_u64(value, 3600, &n) < 0 || n == 0)
        return error_set(err, -EINVAL, "'%.*s' is no number of seconds; expected 1 to 3600", STR_FMT(value));
    return 0;
}

static const char severity_words[] = "critical|high|medium|low|negligible|unknown";

static int severity_word(Str word, Severity *ret, Error *err) {
    for (Severity s = 0; s < SEVERITY_N_; s++)
        if (str_ieq(word, str_from(severity_name(s)))) {
            *ret = s;
            return 0;
        }
    _cleanup_free_ char *lower = str_dup(word);
    for (char *c = lower; *c; c++)
        *c = (char) (*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
    return check_values(severity_words, str_from(lower), err);
}

int severities_parse(Str value, bool shown[static SEVERITY_N_], Error *err) {
    Str rest = value, word;
    while (str_split(&rest, ',', &word)) {
        bool worse = str_ends(word, STR("+"));
        Severity s;
        int r = severity_word(worse ? str_head(word, word.n - 1) : word, &s, err);
        if (r < 0)
            return r;
        shown[s] = true;
        for (Severity k = s; worse && k < SEVERITY_N_; k++)
            shown[k] = true;
    }
    return 0;
}

static int check_severity(Str value, Error *err) {
    Severity s;
    return severity_word(value, &s, err);
}

static int check_severities(Str value, Error *err) {
    bool shown[SEVERITY_N_] = {0};
    return severities_parse(value, shown, err);
}

static int check_mirror(Str value, Error *err) {
    Str host, mirror;
    if (!str_cut(value, '=', &host, &mirror) || str_empty(host) || str_empty(mirror))
        return error_set(err, -EINVAL, "'%.*s': expected REGISTRY=MIRROR, as docker.io=mirror.example:5000", STR_FMT(value));
    return 0;
}

/* A name that SPDX does not have would never match, and nobody would notice. */
static int check_licenses(Str value, Error *err) {
    _cleanup_(arena_done) Arena a = {0};
    Str rest = value, one;
    while (str_split(&rest, ',', &one)) {
        one = str_trim(one);
        if (str_empty(one))
            return error_set(err, -EINVAL, "'%.*s': an empty name; expected licences separated by commas, as MIT,BSD-*", STR_FMT(value));
        if (str_chr(one, '*') >= 0 || str_starts(one, STR("LicenseRef-")))
            continue;
        Str spdx = license_expression(&a, PACKAGE_GENERIC, one);
        if (str_ieq(spdx, one))
            continue;
        if (str_find(spdx, STR("LicenseRef-")) >= 0)
            return error_set(err, -EINVAL, "'%.*s' is no licence of SPDX; expected an id of https://spdx.org/licenses, a pattern as BSD-*, or a LicenseRef- that a report has",
                             STR_FMT(one));
        return error_set(err, -EINVAL, "'%.*s' is no id of SPDX; expected %.*s", STR_FMT(one), STR_FMT(spdx));
    }
    return 0;
}

const Option database_options[] = {
    {.name = "--db",
     .arg = "FILE",
     .doc = "The advisory database; otherwise $XDG_DATA_HOME/plimsoll/advisories.db",
     .env = "PLIMSOLL_DB",
     .config = "database.file",
     .is_file = true},
    {0},
};

const Option image_options[] = {
    {.name = "--platform",
     .arg = "OS/ARCH",
     .doc = "Which image of an index for several platforms, as linux/arm64 or linux/arm/v7; otherwise this machine's",
     .check = check_platform,
     .env = "PLIMSOLL_PLATFORM",
     .config = "image.platform"},
    {.name = "--source",
     .arg = "SOURCE",
     .doc = "Where to look; auto takes what there is: a path (- is standard input), then local stores, then a registry",
     .list_values = list_sources,
     .def = "auto",
     .env = "PLIMSOLL_SOURCE",
     .config = "image.source"},
    {.name = "--sbom",
     .arg = "FROM",
     .doc = "Takes the packages that an SBOM claims which is attached to the image in its registry (an OCI referrer), instead of reading the layers; they are not verified",
     .values = "oci",
     .env = "PLIMSOLL_SBOM",
     .config = "image.sbom"},
    {.name = "--repo", .doc = "IMAGE is a directory that holds a source repository: what its lock files and manifests name is what is looked at; the same as --source repo"},
    {.name = "--analyzer",
     .arg = "NAME",
     .doc = "Only this analyzer",
     .list_values = list_analyzers,
     .env = "PLIMSOLL_ANALYZER",
     .config = "scan.analyzers",
     .repeat = true},
    {.name = "--include-dev",
     .doc = "Keeps packages that lock files mark as needed for development or tests only, or as optional; otherwise they are left out and counted",
     .env = "PLIMSOLL_INCLUDE_DEV",
     .config = "scan.include-dev"},
    {.name = "--temp-dir",
     .arg = "DIR",
     .doc = "Where standard input, compressed archives and large files of a layer are put down; otherwise $TMPDIR or /var/tmp",
     .env = "PLIMSOLL_TEMP_DIR",
     .config = "scan.temp-dir",
     .is_file = true},
    {.name = "--require-sandbox",
     .doc = "Refuses to read anything when workers cannot be confined by seccomp and Landlock",
     .env = "PLIMSOLL_REQUIRE_SANDBOX",
     .config = "scan.require-sandbox"},
    {0},
};

const Option cache_options[] = {
    {.name = "--cache",
     .arg = "DIR",
     .doc = "Where facts of layers and policy bundles are kept; otherwise $XDG_CACHE_HOME/plimsoll",
     .env = "PLIMSOLL_CACHE",
     .config = "cache.directory",
     .is_file = true},
    {.name = "--no-cache", .doc = "Reads every layer, and gets every policy bundle, anew and keeps nothing", .env = "PLIMSOLL_NO_CACHE", .config = "cache.disabled"},
    {0},
};

const Option malware_options[] = {
    {.name = "--malware",
     .doc = "Looks for signs of malware in what no OS package owns: odd programs, /etc/ld.so.preload, miners and their pools",
     .env = "PLIMSOLL_MALWARE",
     .config = "scan.malware"},
    {.name = "--integrity",
     .doc = "Compares the files of packages of the distribution (dpkg, rpm, apk) with the digests that the packages state",
     .env = "PLIMSOLL_INTEGRITY",
     .config = "scan.integrity"},
    {.name = "--yara",
     .arg = "FILE",
     .doc = "Files of any layer, hidden ones too, that YARA rules match are malware: a file of rules, or a directory with *.yar and *.yara",
     .env = "PLIMSOLL_YARA",
     .config = "scan.yara",
     .is_file = true,
     .repeat = true},
    {.name = "--yara-timeout",
     .arg = "SECONDS",
     .doc = "How long YARA rules may take for one file; what takes longer is a gap",
     .check = check_seconds,
     .def = "30",
     .env = "PLIMSOLL_YARA_TIMEOUT",
     .config = "scan.yara-timeout"},
    {.name = "--hash-list",
     .arg = "FILE",
     .doc = "Files of any layer, hidden ones too, whose SHA-256 is in FILE are malware: one digest a line, with a name behind it or none",
     .env = "PLIMSOLL_HASH_LIST",
     .config = "scan.hash-list",
     .is_file = true,
     .repeat = true},
    {0},
};

const Option license_options[] = {
    {.name = "--license-allow",
     .arg = "LIST",
     .doc = "Licences that packages may have, as MIT,BSD-*,Apache-2.0: SPDX ids and patterns; a package with another one or an unknown one is a finding",
     .check = check_licenses,
     .env = "PLIMSOLL_LICENSE_ALLOW",
     .config = "scan.license-allow",
     .repeat = true},
    {.name = "--license-deny",
     .arg = "LIST",
     .doc = "Licences that packages may not have, as AGPL-*,SSPL-1.0; it goes before --license-allow",
     .check = check_licenses,
     .env = "PLIMSOLL_LICENSE_DENY",
     .config = "scan.license-deny",
     .repeat = true},
    {0},
};

const Option secret_options[] = {
    {.name = "--secrets",
     .arg = "WHEN",
     .doc = "Whether to look for secrets in every text file of every layer and in the image's configuration",
     .values = "on|off",
     .def = "on",
     .env = "PLIMSOLL_SECRETS",
     .config = "scan.secrets"},
    {.name = "--secret-rules",
     .arg = "FILE",
     .doc = "More rules for secrets: YAML, a gitleaks configuration (*.toml), or a directory of such files",
     .env = "PLIMSOLL_SECRET_RULES",
     .config = "scan.secret-rules",
     .is_file = true,
     .repeat = true},
    {.name = "--secret-key-file",
     .arg = "FILE",
     .doc = "A key of at least 16 bytes: each secret gets a fingerprint (HMAC-SHA-256), so that the same one is known again; without it there is none",
     .env = "PLIMSOLL_SECRET_KEY_FILE",
     .config = "scan.secret-key-file",
     .is_file = true},
    {0},
};

const Option registry_options[] = {
    {.name = "--mirror",
     .arg = "REGISTRY=MIRROR",
     .doc = "Asks MIRROR before REGISTRY",
     .check = check_mirror,
     .env = "PLIMSOLL_MIRROR",
     .config = "registry.mirrors",
     .repeat = true},
    {.name = "--ca-file",
     .arg = "FILE",
     .doc = "Certificates (PEM) to trust besides the system's",
     .env = "PLIMSOLL_CA_FILE",
     .config = "registry.ca-file",
     .is_file = true},
    {.name = "--client-cert",
     .arg = "FILE",
     .doc = "Certificate (PEM) to show to the registry; with --client-key",
     .env = "PLIMSOLL_CLIENT_CERT",
     .config = "registry.client-cert",
     .is_file = true},
    {.name = "--client-key",
     .arg = "FILE",
     .doc = "Key (PEM) of --client-cert",
     .env = "PLIMSOLL_CLIENT_KEY",
     .config = "registry.client-key",
     .is_file = true},
    {.name = "--plain-http", .doc = "Speaks HTTP without TLS to the registry", .env = "PLIMSOLL_PLAIN_HTTP", .config = "registry.plain-http"},
    {.name = "--insecure-skip-tls-verify",
     .doc = "Takes any certificate: whoever stands between can then read the credentials",
     .env = "PLIMSOLL_INSECURE_SKIP_TLS_VERIFY",
     .config = "registry.insecure-skip-tls-verify"},
    {0},
};

const Option time_options[] = {
    {.name = "--as-of",
     .arg = "TIME",
     .doc = "Time of evaluation, as 2025-02-12 or 2025-02-12T10:15:00Z; otherwise SOURCE_DATE_EPOCH, or now",
     .check = check_time,
     .env = "PLIMSOLL_AS_OF"},
    {0},
};

const Option evaluate_options[] = {
    {.name = "--archives",
     .arg = "WHEN",
     .doc = "Asks the package archives that the image configures for pending security updates; auto does so where the database has no data for its release",
     .values = "auto|always|never",
     .def = "auto",
     .env = "PLIMSOLL_ARCHIVES",
     .config = "scan.archives"},
    {.name = "--max-feed-age",
     .arg = "DAYS",
     .doc = "A feed of the image's release whose data is older at the time of evaluation counts as not seen (gap stale-database); otherwise its date is only shown",
     .check = check_days,
     .env = "PLIMSOLL_MAX_FEED_AGE",
     .config = "scan.max-feed-age"},
    {.name = "--kernel-headers",
     .doc = "Shows the kernel's vulnerabilities also for packages that hold only its headers (linux-libc-dev, kernel-headers); otherwise they are counted",
     .env = "PLIMSOLL_KERNEL_HEADERS",
     .config = "scan.kernel-headers"},
    {0},
};

const Option exception_options[] = {
    {.name = "--vex",
     .arg = "FILE",
     .doc = "VEX documents (OpenVEX, CycloneDX, CSAF) whose statements suppress findings: a file, a directory of them (*.json), or oci, those attached to the image in its registry",
     .env = "PLIMSOLL_VEX",
     .config = "scan.vex",
     .repeat = true,
     .is_file = true},
    {.name = "--ignore-file",
     .arg = "FILE",
     .doc = "Ignore rules: ours, or a .trivyignore, .trivyignore.yaml or .grype.yaml; otherwise .plimsollignore in the working directory",
     .env = "PLIMSOLL_IGNORE_FILE",
     .config = "scan.ignore-files",
     .repeat = true,
     .is_file = true},
    {0},
};

const Option verdict_options[] = {
    {.name = "--show-suppressed",
     .doc = "Lists what VEX statements, ignore rules and exceptions of policies suppress; otherwise it is only counted",
     .env = "PLIMSOLL_SHOW_SUPPRESSED",
     .config = "scan.show-suppressed"},
    {.name = "--severity",
     .arg = "LIST",
     .doc = "Shows only these: high,critical names them, medium+ is that and everything worse",
     .values = severity_words,
     .check = check_severities,
     .env = "PLIMSOLL_SEVERITY",
     .config = "scan.severity",
     .repeat = true},
    {.name = "--fail-on",
     .arg = "SEVERITY",
     .doc = "Exit code 1 when a finding that is shown has this severity or a worse one",
     .values = severity_words,
     .check = check_severity,
     .env = "PLIMSOLL_FAIL_ON",
     .config = "scan.fail-on"},
    {.name = "--baseline",
     .arg = "OLD.json",
     .doc = "An older report of --format json: only findings that are not in it count for --fail-on",
     .env = "PLIMSOLL_BASELINE",
     .config = "scan.baseline",
     .is_file = true},
    {0},
};

const Option findings_options[] = {
    {.name = "--checks",
     .arg = "WHEN",
     .doc = "Whether to check the configuration and hardening of the image",
     .values = "on|off",
     .def = "on",
     .env = "PLIMSOLL_CHECKS",
     .config = "scan.checks"},
    {.name = "--ignore-unfixed", .doc = "Shows only what a newer version mends", .env = "PLIMSOLL_IGNORE_UNFIXED", .config = "scan.ignore-unfixed"},
    {0},
};

const Option incomplete_options[] = {
    {.name = "--allow-incomplete",
     .arg = "KIND",
     .doc = "Accepts this gap: it stays in the report, but does not make the exit code 3",
     .list_values = list_gaps,
     .env = "PLIMSOLL_ALLOW_INCOMPLETE",
     .config = "scan.allow-incomplete",
     .repeat = true},
    {0},
};

const Option scan_format_options[] = {
    {.name = "--format",
     .letter = 'f',
     .arg = "FORMAT",
     .doc = "Output format",
     .list_values = list_formats,
     .def = "table",
     .env = "PLIMSOLL_FORMAT",
     .config = "scan.format"},
    {0},
};

const Option sbom_format_options[] = {
    {.name = "--format",
     .letter = 'f',
     .arg = "FORMAT",
     .doc = "Output format",
     .list_values = list_sbom_formats,
     .def = "cyclonedx",
     .env = "PLIMSOLL_SBOM_FORMAT",
     .config = "sbom.format"},
    {0},
};
