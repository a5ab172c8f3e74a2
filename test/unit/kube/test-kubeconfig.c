/* SPDX-License-Identifier: Apache-2.0 */
/* kubeconfig files: what they say, several as one, and what is wrong with them. */
#include "kube/kubeconfig.h"

#include "unit/tap.h"

static const char whole[] =
    "apiVersion: v1\nkind: Config\ncurrent-context: dev\n"
    "clusters:\n- name: east\n  cluster:\n    server: https://east.example:6443/\n    certificate-authority: pki/ca.crt\n    tls-server-name: kubernetes\n    proxy-url: socks5://127.0.0.1:1080\n"
    "    extensions:\n    - name: client.authentication.k8s.io/exec\n      extension: {audience: east}\n"
    "- name: lab\n  cluster: {server: 'https://[::1]:6443', insecure-skip-tls-verify: true}\n"
    "users:\n- name: ann\n  user:\n    client-certificate-data: Q0VSVA==\n    client-key: /keys/ann.key\n    as: root\n    as-groups: [a, b]\n    as-user-extra: {why: [x, y]}\n"
    "- name: robot\n  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: ./login\n      args: [--cluster, east]\n      env: [{name: REGION, value: eu}]\n"
    "      interactiveMode: Never\n      provideClusterInfo: true\n      installHint: install login\n"
    "- name: tok\n  user: {token: abc.def, tokenFile: token}\n"
    "contexts:\n- name: dev\n  context: {cluster: east, user: ann, namespace: shop}\n- name: ci\n  context: {cluster: east, user: robot}\n- name: lab\n  context: {cluster: lab, user: tok}\n";

static int access_of(const char *text, const char *context, KubeConfig *c, KubeAccess *a, Diag *d) {
    *c = (KubeConfig) {0};
    int r = kubeconfig_add(c, str_from(text), "/home/ann/.kube/config", d);
    return r < 0 ? r : kubeconfig_access(c, context, a, d);
}

TEST(contexts) {
    _cleanup_(kubeconfig_done) KubeConfig c = {0};
    KubeAccess a;
    CHECK_INT(access_of(whole, NULL, &c, &a, NULL), 0);
    CHECK_STR(a.context, "dev");
    CHECK_STR(a.server, "https://east.example:6443");
    CHECK_STR(a.ca_file, "/home/ann/.kube/pki/ca.crt");
    CHECK_STR(a.tls_server_name, "kubernetes");
    CHECK_STR(a.proxy, "socks5://127.0.0.1:1080");
    CHECK_STR(a.namespace, "shop");
    CHECK_STR(a.cert, "CERT");
    CHECK_STR(a.key_file, "/keys/ann.key");
    CHECK_STR(a.as, "root");
    CHECK_INT((long long) a.n_as_groups, 2);
    CHECK_INT((long long) a.n_as_extra, 2);
    CHECK_STR(a.as_extra[1].value, "y");
    CHECK(!a.insecure && !a.exec);
    CHECK_INT(kubeconfig_access(&c, "ci", &a, NULL), 0);
    CHECK(a.exec && a.exec->cluster_info && a.exec->config);
    CHECK_STR(a.exec->command, "/home/ann/.kube/./login");
    CHECK_STR(a.exec->args[1], "east");
    CHECK_STR(a.exec->env[0].value, "eu");
    CHECK_INT(kubeconfig_access(&c, "lab", &a, NULL), 0);
    CHECK(a.insecure);
    CHECK_STR(a.token, "abc.def");
    CHECK_STR(a.token_file, "/home/ann/.kube/token");
}

TEST(several_files_are_one) {
    _cleanup_(kubeconfig_done) KubeConfig c = {0};
    KubeAccess a;
    CHECK_INT(kubeconfig_add(&c, STR("clusters: [{name: x, cluster: {server: 'https://first'}}]\n"), "a", NULL), 0);
    CHECK_INT(kubeconfig_add(&c, STR(""), "empty", NULL), 0);
    CHECK_INT(kubeconfig_add(&c, STR("{\"current-context\": \"k\", \"users\": null, \"clusters\": [{\"name\": \"x\", \"cluster\": {\"server\": \"https://second\"}}],"
                                     " \"contexts\": [{\"name\": \"k\", \"context\": {\"cluster\": \"x\", \"user\": \"\"}}]}"), "b.json", NULL), 0);
    CHECK_INT(kubeconfig_add(&c, STR("current-context: other\n"), "c", NULL), 0);
    CHECK_INT(kubeconfig_access(&c, NULL, &a, NULL), 0);
    CHECK_STR(a.server, "https://first");
    CHECK_STR(a.context, "k");
}

TEST(what_is_wrong) {
    static const struct {
        const char *text, *context, *says;
    } bad[] = {
        {"current-context: a\ncontexts: []\n", NULL, "no context is called \"a\""},
        {"clusters: []\n", NULL, "it names no current-context"},
        {whole, "none", "no context is called \"none\"; there are dev, ci, lab"},
        {"current-context: a\ncontexts: [{name: a, context: {cluster: gone, user: u}}]\n", NULL, "config:2:31: error: no cluster is called \"gone\""},
        {"- a\n", NULL, "expected one kubeconfig"},
        {"kind: Pod\n", NULL, "found kind Pod"},
        {"clusters: {}\n", NULL, "clusters: expected a list, found a map"},
        {"clusters: [{name: a}]\n", NULL, "expected an entry with \"name\" and a map \"cluster\""},
        {"clusters: [\n", NULL, "config:"},
        {"current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: h}}]\n", NULL, "config:3:40: error: server: expected a URL that begins with https://"},
        {"current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: 'https://h', certificate-authority-data: '***'}}]\n", NULL,
         "certificate-authority-data: expected base64"},
        {"current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: 'https://h', certificate-authority: f, insecure-skip-tls-verify: true}}]\n", NULL,
         "either the server is verified or it is not"},
        {"current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: 'https://h', insecure-skip-tls-verify: 'yes'}}]\n", NULL, "expected true or false"},
        {"current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: 'https://h'}}]\nusers: [{name: u, user: {token: \"a\\nb\"}}]\n", NULL,
         "token: expected a string without line breaks"},
        {"current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: 'https://h'}}]\nusers: [{name: u, user: {auth-provider: {name: gcp}}}]\n", NULL,
         "exec takes their place"},
        {"current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: 'https://h'}}]\nusers: [{name: u, user: {exec: {command: x, apiVersion: v9}}}]\n",
         NULL, "expected client.authentication.k8s.io/v1 or"},
        {"current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: 'https://h'}}]\nusers: [{name: u, user: {client-certificate: x}}]\n", NULL,
         "expected a client-key beside it"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        KubeConfig c;
        KubeAccess a;
        Diag d = {0};
        int r = access_of(bad[i].text, bad[i].context, &c, &a, &d);
        _cleanup_free_ char *said = diag_text(&d);
        CHECK_MSG(r < 0 && strstr(said, bad[i].says), "%s: %d %s", bad[i].says, r, said);
        diag_done(&d);
        kubeconfig_done(&c);
    }
}

TEST_MAIN()
