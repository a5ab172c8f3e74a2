/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll admit manifests: what to hand to kubectl apply. */
#include "base/fs.h"
#include "base/time.h"
#include "cmd/cli.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "kube/admission-manifests.h"
#include "kube/admission.h"
#include "kube/example.h"
#include "net/certificate-make.h"
#include "policy/set.h"

enum { PEM_MAX = 1 << 20, REPLICAS_MAX = 100, DAYS_MAX = 36500, DAY = 86400, HOUR = 3600 };

static int check_number(Str value, uint64_t most, Error *err) {
    uint64_t n;
    return str_to_u64(value, most, &n) < 0 || n == 0 ? error_set(err, -EINVAL, "expected a whole number from 1 to %llu, found '%.*s'", (unsigned long long) most, STR_FMT(value)) : 0;
}

static int check_replicas(Str value, Error *err) {
    return check_number(value, REPLICAS_MAX, err);
}

static int check_days(Str value, Error *err) {
    return check_number(value, DAYS_MAX, err);
}

static int check_version(Str value, Error *err) {
    unsigned minor;
    return kube_version_parse(value, &minor) < 0 ? error_set(err, -EINVAL, "expected a version such as 1.30, found '%.*s'", STR_FMT(value)) : 0;
}

/* It is printed into YAML and into the names of a certificate. */
static int check_label(Str value, Error *err) {
    bool good = value.n > 0 && value.n <= 63 && value.p[0] != '-' && value.p[value.n - 1] != '-';
    for (size_t i = 0; i < value.n && good; i++)
        good = (value.p[i] >= 'a' && value.p[i] <= 'z') || (value.p[i] >= '0' && value.p[i] <= '9') || value.p[i] == '-';
    return good ? 0 : error_set(err, -EINVAL, "expected a name of lower-case letters, digits and '-', at most 63, found '%.*s'", STR_FMT(value));
}

static int check_word(Str value, Error *err) {
    bool good = value.n > 0;
    for (size_t i = 0; i < value.n && good; i++)
        good = (value.p[i] >= 'a' && value.p[i] <= 'z') || (value.p[i] >= 'A' && value.p[i] <= 'Z') || (value.p[i] >= '0' && value.p[i] <= '9') || strchr("-._/:@", value.p[i]);
    return good ? 0 : error_set(err, -EINVAL, "'%.*s' has characters that a name has not", STR_FMT(value));
}

static const Option options[] = {
    {.name = "--image", .arg = "REFERENCE", .doc = "Image of this program, by its digest", .check = check_word, .env = "PLIMSOLL_ADMIT_IMAGE", .config = "admit.image"},
    {.name = "--namespace", .arg = "NAME", .doc = "Namespace of its own", .check = check_label, .def = "plimsoll-system", .env = "PLIMSOLL_ADMIT_NAMESPACE", .config = "admit.namespace"},
    {.name = "--policy", .arg = "NAME", .doc = "Set that judges", .check = check_word, .def = "production"},
    {.name = "--mode", .arg = "MODE", .doc = "Of all namespaces", .values = "enforce|warn|audit", .def = "enforce"},
    {.name = "--fail", .arg = "MODE", .doc = "What happens to requests while nobody answers, and to objects that cannot be judged", .values = "closed|open", .def = "closed"},
    {.name = "--replicas", .arg = "N", .doc = "Pods", .check = check_replicas, .def = "2"},
    {.name = "--api-server", .arg = "NETWORK", .doc = "Where requests come from (10.0.0.0/24), for the network policy; without it any address may connect", .check = check_word, .repeat = true},
    {.name = "--worker", .doc = "A container beside the webhook watches the pods and scans their images; what scans say counts, and what is not known is scanned. Needs --registry and --api-server"},
    {.name = "--check-cluster", .doc = "The worker puts the rules to all that is in the cluster already, too, every hour: report, PolicyReports and metrics in its volume, which the webhook's /metrics tells of. Needs --worker"},
    {.name = "--registry", .arg = "NETWORK", .doc = "Where the worker fetches images and advisories from (192.0.2.0/24), for the network policy", .check = check_word, .repeat = true},
    {.name = "--advisories", .arg = "URL", .doc = "Where the worker gets the advisory database, twice a day: as --from of `plimsoll db update`", .check = check_word},
    {.name = "--registry-secret", .arg = "NAME", .doc = "Secret of type kubernetes.io/dockerconfigjson in that namespace, with what registries want to know", .check = check_label},
    {.name = "--mutate", .arg = "KIND", .doc = "Changes pods as well: pin gives tags the digest that was judged, which needs --worker", .values = "pin", .repeat = true},
    {.name = "--defaults", .arg = "SET", .doc = "Changes pods as well: what the fixes of this set say is put in where a pod says nothing (secure-defaults)", .check = check_word},
    {.name = "--kubernetes", .arg = "VERSION", .doc = "Version of the cluster: conditions of webhooks are left out before 1.28", .check = check_version, .def = "latest"},
    {.name = "--authority", .arg = "FILE", .doc = "Certificate and key of the authority that signs the server's certificate, as PEM; made when it is not there. Keep it outside of the cluster", .def = "plimsoll-admit-ca.pem",
     .is_file = true},
    {.name = "--old-authority", .arg = "FILE", .doc = "Certificates that the API server trusts besides, while a new authority takes over", .is_file = true},
    {.name = "--days", .arg = "N", .doc = "How long the server's certificate is good", .check = check_days, .def = "365"},
    {0},
};

static int64_t days_of(const Cli *cli) {
    uint64_t n = 0;
    str_to_u64(str_from(cli_value(cli, "--days")), DAYS_MAX, &n);
    return (int64_t) n * DAY;
}

/* The authority of the file, or a new one that is put there: *ret is certificate and key. */
static int take_authority(const char *path, int64_t now, Buf *ret, Error *err) {
    _cleanup_free_ char *text = NULL;
    size_t n;
    int r = fs_read(path, PEM_MAX, &text, &n, err);
    if (r == 0) {
        buf_add(ret, text, n);
        explicit_bzero(text, n);
        return 0;
    }
    if (r != -ENOENT)
        return r;
    /* Ten years: who wants another one earlier gives --old-authority. Clocks of others may be behind. */
    const CertificateRequest q = {.name = "plimsoll-admit", .from = now - HOUR, .until = now + (int64_t) 3650 * DAY};
    r = certificate_make_authority(&q, ret, err);
    return r < 0 ? r : fs_write_atomic(path, ret->p, ret->n, 0600, err);
}

static int add_old(const char *path, Buf *out, Error *err) {
    _cleanup_free_ char *text = NULL;
    size_t n;
    int r = path ? fs_read(path, PEM_MAX, &text, &n, err) : 0;
    if (r < 0 || !path)
        return r;
    r = certificate_only(str_n(text, n), out, err);
    return r < 0 ? error_wrap(err, r, "%s", path) : 0;
}

typedef struct Keys {
    Buf authority, trusted, certificate, key;
} Keys;

static void keys_done(Keys *k) {
    if (k->authority.p)
        explicit_bzero(k->authority.p, k->authority.n);
    if (k->key.p)
        explicit_bzero(k->key.p, k->key.n);
    buf_done(&k->authority);
    buf_done(&k->trusted);
    buf_done(&k->certificate);
    buf_done(&k->key);
}

static int make_keys(const Cli *cli, Keys *k, Error *err) {
    char names[ADMISSION_HOSTS][ADMISSION_HOST_MAX];
    const char *hosts[ADMISSION_HOSTS + 1];
    int64_t now = time_now();
    *k = (Keys) {buf_new(PEM_MAX), buf_new(PEM_MAX), buf_new(PEM_MAX), buf_new(PEM_MAX)};
    admission_hosts(cli_value(cli, "--namespace"), names, hosts);
    int r = take_authority(cli_value(cli, "--authority"), now, &k->authority, err);
    if (r == 0)
        r = certificate_only(buf_view(&k->authority), &k->trusted, err);
    if (r == 0)
        r = add_old(cli_value(cli, "--old-authority"), &k->trusted, err);
    const CertificateRequest q = {.name = hosts[0], .hosts = hosts, .from = now - HOUR, .until = now + days_of(cli)};
    if (r == 0)
        r = certificate_make_server(buf_view(&k->authority), &q, &k->certificate, &k->key, err);
    return r < 0 ? error_wrap(err, r, "%s", cli_value(cli, "--authority")) : 0;
}

static int run(Cli *cli) {
    _cleanup_error_ Error err = {0};
    _cleanup_(keys_done) Keys k = {0};
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    uint64_t replicas = 0;
    size_t networks, registry_networks;
    const char *image = cli_value(cli, "--image");
    if (!image || !strstr(image, "@sha256:"))
        return message_usage("admit manifests", "--image names the image by its digest: REPOSITORY@sha256:…");
    const char *const *api_servers = cli_values(cli, "--api-server", &networks), *const *registries = cli_values(cli, "--registry", &registry_networks);
    bool worker = cli_flag(cli, "--worker"), check = cli_flag(cli, "--check-cluster"), pin = cli_value(cli, "--mutate") != NULL;
    if (worker && (!networks || !registry_networks))
        return message_usage("admit manifests", "--worker needs --api-server and --registry: nothing else may the pods reach");
    if (!worker && (pin || check || registry_networks || cli_value(cli, "--advisories") || cli_value(cli, "--registry-secret")))
        return message_usage("admit manifests", "--mutate pin, --check-cluster, --registry, --advisories and --registry-secret are for --worker");
    int r = make_keys(cli, &k, &err);
    if (r < 0)
        return message_fail(EXIT_INCOMPLETE, &err, r);
    str_to_u64(str_from(cli_value(cli, "--replicas")), REPLICAS_MAX, &replicas);
    AdmissionManifests m = {
        .namespace = cli_value(cli, "--namespace"),
        .image = image,
        .policy = cli_value(cli, "--policy"),
        .replicas = (unsigned) replicas,
        .fail_closed = strcmp(cli_value(cli, "--fail"), "closed") == 0,
        .mode = cli_value(cli, "--mode"),
        .api_servers = api_servers,
        .worker = worker,
        .check = check,
        .registries = registries,
        .advisories = cli_value(cli, "--advisories"),
        .registry_secret = cli_value(cli, "--registry-secret"),
        .pin = pin,
        .defaults = cli_value(cli, "--defaults"),
        .authorities = buf_view(&k.trusted),
        .certificate = buf_view(&k.certificate),
        .key = buf_view(&k.key),
    };
    kube_version_parse(str_from(cli_value(cli, "--kubernetes")), &m.minor);
    admission_manifests(&m, &out);
    int x = output_write(cli, buf_view(&out));
    if (out.p)
        explicit_bzero(out.p, out.n);
    return x;
}

const Command command_admit_manifests = {
    .name = "admit manifests",
    .summary = "Prints everything that installs the webhook in a cluster",
    .description = "Namespace, service account without rights, certificate, two hardened replicas, disruption budget, network policy, service and webhook configuration, for kubectl apply. The "
                   "certificate is signed by an authority of its own, which stays in a file of yours.\n\n"
                   "Run it again with the same authority for a new certificate: the pods take it up without a restart. For a new authority, move the file away, run it with --old-authority, and once "
                   "more without when all pods have the new certificate.",
    .examples = "plimsoll admit manifests --image registry.example/plimsoll@sha256:… | kubectl apply -f -\n"
                "plimsoll admit manifests --image … --worker --api-server 10.0.0.0/28 --registry 192.0.2.0/24 --advisories oci://registry.example/plimsoll/advisories:1 --mutate pin  # with scans\n",
    .options = {options},
    .max_args = 0,
    .run = run,
};
