/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/node.h"
#include "report/format.h"
#include "unit/tap.h"

static Finding finding(const char *path, const char *action) {
    return (Finding) {.kind = FINDING_POLICY, .id = STR("rule"), .path = str_from(path), .action = str_from(action), .detail = STR("said"), .severity = SEVERITY_HIGH, .is_new = true,
                      .epss = -1, .epss_percentile = -1, .published = TIME_NONE, .layer = LAYER_NONE, .deleted = LAYER_NONE};
}

TEST(objects_of_a_cluster_get_a_report_for_each_namespace) {
    Finding all[] = {finding("Deployment/shop/web", "deny"), finding("Pod/bank/a", "warn"), finding("Pod/shop/b", "warn"), finding("ClusterRole/admin", "warn"), finding("dir/file.yaml", "warn")};
    Report r = {.findings = all, .n_findings = ARRAY_SIZE(all), .artifact.kind = ARTIFACT_FILES, .policy = STR("production@1")};
    const FormatOptions o = {.now = TIME_NONE};
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    _cleanup_(arena_done) Arena a = {0};
    Limits limits = limits_default();
    Node *root = NULL;
    CHECK_INT(format_policyreport_write(&r, &o, &out), 0);
    CHECK_INT(json_parse(buf_view(&out), "report", &limits, &a, NULL, &root), 0);
    static const struct {
        const char *kind, *namespace;
        int64_t fail, warn;
    } want[] = {{"ClusterPolicyReport", "", 0, 2}, {"PolicyReport", "bank", 0, 1}, {"PolicyReport", "shop", 1, 1}};
    size_t n = 0;
    node_each(report, node_get(root, "items")) {
        int64_t fail = -1, warn = -1;
        CHECK(n < ARRAY_SIZE(want));
        if (n == ARRAY_SIZE(want))
            break;
        node_i64(node_path(report, "summary", "fail", NULL), &fail);
        node_i64(node_path(report, "summary", "warn", NULL), &warn);
        CHECK_STR(node_get_str(report, "kind"), want[n].kind);
        CHECK(str_eqz(node_get_str(node_get(report, "metadata"), "namespace"), want[n].namespace));
        CHECK_INT(fail, want[n].fail);
        CHECK_INT(warn, want[n].warn);
        n++;
    }
    CHECK_INT(n, 3);
    const Node *shop = node_first(node_get(root, "items"))->next->next;
    const Node *resource = node_first(node_get(node_first(node_get(shop, "results")), "resources"));
    CHECK_STR(node_get_str(resource, "kind"), "Deployment");
    CHECK_STR(node_get_str(resource, "namespace"), "shop");
    CHECK_STR(node_get_str(resource, "name"), "web");
}

TEST_MAIN()
