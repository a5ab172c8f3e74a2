/* SPDX-License-Identifier: Apache-2.0 */
/* Files of credentials: kubeconfigs (Kubernetes' client-go, clientcmd v1 Config) and the registries' of Docker and Podman (config.json, containers-auth.json(5)).
 * What they hold is named, never taken. */
#include "analyze/keys.h"
#include "base/base64.h"
#include "parse/node.h"

enum { ENTRIES_MAX = 10000, NAME_BYTES = 256 };

static bool has_dir(Str path, const char *dir) {
    ssize_t slash = str_rchr(path, '/');
    return slash > 0 && str_eqz(path_base(str_head(path, (size_t) slash)), dir);
}

static bool is_docker(Str path) {
    Str name = path_base(path);
    return str_eqz(name, ".dockercfg") || str_eqz(name, ".dockerconfigjson") || (str_eqz(name, "config.json") && has_dir(path, ".docker")) ||
           (str_eqz(name, "auth.json") && (has_dir(path, "containers") || has_dir(path, "ostree")));
}

static bool wants(Str path) {
    Str name = path_base(path);
    return is_docker(path) || (str_eqz(name, "config") && has_dir(path, ".kube")) || str_eqz(name, "kubeconfig") || str_ends(name, STR(".kubeconfig")) ||
           path_in_dir(path, STR("etc/kubernetes"), STR(".conf"), NULL);
}

static bool wants_content(const FileInfo *f) {
    return str_starts(f->head, STR("apiVersion: v1")) && str_find(f->head, STR("\nclusters:")) > 0;
}

static void put(const AnalyzerInput *in, FactSink *sink, const char *format, const char *method, Str subject, uint32_t line) {
    Fact f = {.kind = FACT_KEY};
    f.key = (KeyFact) {.kind = KEY_CREDENTIAL, .format = str_from(format), .algorithm = str_from(method), .subject = str_head(subject, NAME_BYTES), .line = line};
    analyzer_put(&analyzer_credentials, in, sink, &f);
}

static const Node *text_of(const Node *map, const char *key) {
    const Node *n = node_get(map, key);
    return str_empty(node_str(n)) ? NULL : n;
}

/* PEM in base64. */
static void put_certificates(const AnalyzerInput *in, FactSink *sink, const Node *n) {
    PemReader r = pem_reader(n ? base64_decode(node_str(n), in->scratch) : STR_NULL);
    PemBlock b;
    for (size_t i = 0; i < ENTRIES_MAX && pem_next(&r, &b); i++)
        keys_put_certificate(&analyzer_credentials, in, sink, pem_content(&b, in->scratch), n->line);
}

static void put_user(const AnalyzerInput *in, FactSink *sink, const Node *item) {
    static const char *const methods[][2] = {{"client-key-data", "client-key"}, {"token", "token"}, {"password", "password"}};
    const Node *user = node_get(item, "user");
    for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
        const Node *n = text_of(user, methods[i][0]);
        if (n)
            put(in, sink, "kubeconfig", methods[i][1], node_get_str(item, "name"), n->line);
    }
    put_certificates(in, sink, text_of(user, "client-certificate-data"));
}

static void read_kubeconfig(const AnalyzerInput *in, FactSink *sink, const Node *root) {
    if (!str_eqz(node_get_str(root, "kind"), "Config"))
        return;
    size_t n = 0;
    node_each(item, node_get(root, "clusters"))
        if (n++ < ENTRIES_MAX)
            put_certificates(in, sink, text_of(node_get(item, "cluster"), "certificate-authority-data"));
    node_each(item, node_get(root, "users"))
        if (n++ < ENTRIES_MAX)
            put_user(in, sink, item);
}

static void read_docker(const AnalyzerInput *in, FactSink *sink, const Node *root) {
    static const char *const methods[][2] = {{"auth", "password"}, {"password", "password"}, {"identitytoken", "token"}, {"registrytoken", "token"}};
    size_t n = 0;
    const Node *auths = node_get(root, "auths");
    node_each(registry, auths ? auths : root)
        for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
            const Node *value = text_of(registry, methods[i][0]);
            /* One finding for a registry: the first says enough. */
            if (value && n++ < ENTRIES_MAX) {
                put(in, sink, "docker-config", methods[i][1], registry->key, value->line);
                break;
            }
        }
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog problems = {&analyzer_credentials, in, sink, 0};
    Diag d = {0};
    Node *root = NULL;
    size_t n;
    int r = is_docker(in->path) ? json_parse(in->bytes, "", in->limits, in->scratch, &d, &root) : yaml_parse(in->bytes, "", in->limits, in->scratch, &d, &root, &n);
    if (r == 0 && is_docker(in->path))
        read_docker(in, sink, root);
    for (; r == 0 && !is_docker(in->path) && root; root = root->next)
        read_kubeconfig(in, sink, root);
    /* A template, or another program's file of that name, is none. */
    if (r == -E2BIG)
        problem_log_diag(&problems, &d);
    problem_log_end(&problems);
    diag_done(&d);
}

const Analyzer analyzer_credentials = {
    .name = "credentials",
    .version = 1,
    .doc = "Kubeconfigs, and what Docker and Podman keep for registries: for whom there are credentials, never which",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .wants_content = wants_content,
    .run = run,
    .fuzzer = "credentials",
};
