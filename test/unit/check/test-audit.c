/* SPDX-License-Identifier: Apache-2.0 */
/* The receiver of audit events raises the alerts that `plimsoll audit-log` finds in a file of the same events: of thousands that are made by chance, in batches of any size. */
#include "check/run.h"
#include "kube/audit-batch.h"
#include "parse/json-write.h"
#include "unit/tap.h"

enum { EVENTS = 6000, TEXT_MAX = 64 << 20 };

extern const CheckInput check_input_k8s_audit;

static uint64_t random_state = 4711;

static uint64_t draw(uint64_t below) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % below;
}

static const char *one_of(const char *const *words, size_t n) {
    return words[draw(n)];
}
#define ONE_OF(...) one_of((const char *const[]) {__VA_ARGS__}, ARRAY_SIZE(((const char *const[]) {__VA_ARGS__})))

static void put_object(JsonWriter *w, const char *resource) {
    if (draw(3) == 0)
        return;
    json_map(w, "requestObject");
    if (strstr(resource, "bindings")) {
        json_map(w, "roleRef");
        json_strz(w, "name", ONE_OF("cluster-admin", "view", "edit"));
        json_end(w);
        json_list(w, "subjects");
        json_map(w, NULL);
        json_strz(w, "kind", ONE_OF("User", "Group", "ServiceAccount"));
        json_strz(w, "name", ONE_OF("system:anonymous", "mallory", "system:authenticated"));
        json_end(w);
        json_end(w);
    } else if (draw(20) == 0) {
        json_strz(w, "spec", "of a wrong type");
    } else {
        json_map(w, "spec");
        json_bool(w, "hostNetwork", draw(2));
        json_bool(w, "hostPID", draw(2));
        json_list(w, "containers");
        json_map(w, NULL);
        json_strz(w, "image", ONE_OF("registry.example.org/app:1", "busybox", "x@sha256:0"));
        json_map(w, "securityContext");
        json_bool(w, "privileged", draw(2));
        json_end(w);
        json_end(w);
        json_end(w);
        json_end(w);
    }
    json_end(w);
}

/* An event of user `user`, `at` seconds after noon; some have parts that are missing or of other types. */
static void put_event(Buf *out, size_t i, unsigned at) {
    const char *resource = ONE_OF("secrets", "secrets", "pods", "configmaps", "clusterrolebindings", "rolebindings", "clusterroles", "serviceaccounts", "nodes");
    char text[64];
    JsonWriter w = json_writer(out, false);
    json_map(&w, NULL);
    json_strz(&w, "kind", "Event");
    json_strz(&w, "apiVersion", "audit.k8s.io/v1");
    json_strz(&w, "level", "Request");
    snprintf(text, sizeof(text), "id-%zu", i);
    json_strz(&w, "auditID", text);
    json_strz(&w, "stage", ONE_OF("ResponseComplete", "ResponseComplete", "ResponseComplete", "ResponseStarted", "RequestReceived"));
    json_strz(&w, "requestURI", ONE_OF("/api/v1/x", "/api/v1/namespaces/prod/pods/web/exec?command=sh&command=-c", "/healthz", "/%zz?%"));
    json_strz(&w, "verb", ONE_OF("get", "list", "watch", "create", "update", "patch", "delete"));
    if (draw(50)) {
        json_map(&w, "user");
        json_strz(&w, "username", ONE_OF("alice", "bob", "system:anonymous", "system:serviceaccount:shop:web", "system:node:a"));
        json_list(&w, "groups");
        json_strz(&w, NULL, ONE_OF("system:authenticated", "system:unauthenticated", "system:masters"));
        json_end(&w);
        json_end(&w);
    }
    json_list(&w, "sourceIPs");
    json_strz(&w, NULL, "10.0.0.7");
    json_end(&w);
    if (draw(30)) {
        json_map(&w, "objectRef");
        json_strz(&w, "resource", resource);
        json_strz(&w, "namespace", ONE_OF("prod", "shop", "kube-system"));
        snprintf(text, sizeof(text), "n%llu", (unsigned long long) draw(40));
        json_strz(&w, "name", text);
        json_strz(&w, "apiVersion", "v1");
        if (draw(2))
            json_strz(&w, "subresource", ONE_OF("exec", "attach", "token", "ephemeralcontainers", "log"));
        json_end(&w);
    }
    json_map(&w, "responseStatus");
    json_i64(&w, "code", (int64_t[]) {200, 200, 200, 201, 101, 401, 403, 500}[draw(8)]);
    json_end(&w);
    put_object(&w, resource);
    snprintf(text, sizeof(text), "2026-02-12T%02u:%02u:%02u.%06uZ", 12 + at / 3600, at / 60 % 60, at % 60, (unsigned) i);
    json_strz(&w, "stageTimestamp", draw(60) ? text : "yesterday");
    json_end(&w);
}

typedef struct Alerts {
    const Policy *policy;
    Buf text;   /* a line for each: rule, what comes of it, message */
    size_t n, bad;
} Alerts;

static void put_alert(Alerts *a, Str rule, RuleAction action, Str message) {
    buf_printf(&a->text, "%.*s|%s|%.*s\n", STR_FMT(rule), rule_action_name(action), STR_FMT(message));
    a->n++;
}

static void alert(void *userdata, const AuditEvent *e, const PolicyHit *h, Str output) {
    put_alert(userdata, h->rule->rule->name, h->action, output);
}

static void bad(void *userdata, Str why) {
    ((Alerts *) userdata)->bad++;
}

static Policy *policy_for_audit(void) {
    _cleanup_(diag_done) Diag d = {0};
    Policy *p = NULL;
    CHECK_INT(policy_make(&(RuleSetOptions) {0}, NULL, 0, STR(POLICY_DEFAULT), &p, &d), 0);
    CHECK(policy_asks(p, STR("k8s_audit")));
    return p;
}

static int batch(Alerts *a, Str body, AuditMemory *m, size_t *ret_events, Error *err) {
    static const PolicyContext nothing = {0};
    _cleanup_(evaluator_freep) Evaluator *e = evaluator_new();
    const AuditBatch b = {.policy = a->policy, .context = &nothing, .evaluator = e, .memory = m, .alert = alert, .bad = bad, .userdata = a};
    return audit_batch(&b, body, ret_events, err);
}

TEST(the_alerts_of_a_file) {
    _cleanup_(policy_freep) Policy *policy = policy_for_audit();
    _cleanup_(arena_done) Arena arena = {0};
    _cleanup_(buf_done) Buf file = buf_new(TEXT_MAX), list = buf_new(TEXT_MAX);
    Alerts from_file = {.policy = policy, .text = buf_new(TEXT_MAX)}, from_batches = {.policy = policy, .text = buf_new(TEXT_MAX)};
    AuditMemory memory = {0};
    size_t in_batch = 0, batches = 0, sum = 0;
    unsigned at = 0;
    for (size_t i = 0; i < EVENTS; i++) {
        size_t start = file.n, events = 0;
        at += draw(10) == 0;
        put_event(&file, i, at);
        buf_printf(&list, "%s%.*s", in_batch ? "," : "{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"metadata\":{},\"items\":[", STR_FMT(str_from_at(buf_view(&file), start)));
        buf_putc(&file, '\n');
        in_batch++;
        if (draw(40) && i + 1 < EVENTS)
            continue;
        buf_putz(&list, "]}\n");
        CHECK_INT(batch(&from_batches, buf_view(&list), &memory, &events, NULL), 0);
        sum += events;
        batches++;
        in_batch = 0;
        buf_clear(&list);
    }
    const Limits limits = limits_default();
    CheckItem item = {.path = (char *) "audit.log"};
    CHECK_INT(check_text(policy, NULL, &check_input_k8s_audit, "audit.log", buf_view(&file), &limits, false, NULL, &arena, &item), 0);
    for (size_t i = 0; i < item.n_hits; i++)
        put_alert(&from_file, item.hits[i].rule->rule->name, item.hits[i].action, item.hits[i].output);
    printf("# %zu events in %zu batches, %zu alerts\n", sum, batches, from_batches.n);
    CHECK_INT(sum, EVENTS);
    CHECK_INT(from_batches.bad, 0);
    CHECK(from_batches.n > EVENTS / 20);
    CHECK_INT(from_batches.n, from_file.n);
    CHECK(str_eq(buf_view(&from_batches.text), buf_view(&from_file.text)));
    CHECK(str_find(buf_view(&from_file.text), STR("Secret reading spree")) >= 0);
    audit_memory_done(&memory);
    buf_done(&from_file.text);
    buf_done(&from_batches.text);
}

#define EVENT "{\"auditID\":\"1\",\"stage\":\"ResponseComplete\",\"verb\":\"create\",\"user\":{\"username\":\"alice\"},\"responseStatus\":{\"code\":101},\"objectRef\":{\"resource\":\"pods\"," \
              "\"subresource\":\"exec\",\"namespace\":\"prod\",\"name\":\"web\"},\"stageTimestamp\":\"2026-02-12T10:00:00Z\"}"
#define HEAD "{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"items\":["

TEST(what_cannot_be_read) {
    _cleanup_(policy_freep) Policy *policy = policy_for_audit();
    static const struct {
        const char *body;
        int result;
        size_t events, alerts, bad;
    } cases[] = {
        {HEAD EVENT "]}", 0, 1, 1, 0},
        {HEAD "]}", 0, 0, 0, 0},
        {"{\"items\":[" EVENT "],\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1beta1\"}", 0, 1, 1, 0},
        /* One that cannot be read hides nobody else. */
        {HEAD "{\"a\":truly}," EVENT ",{\"auditID\":7}," EVENT "]}", 0, 4, 2, 2},
        {HEAD EVENT "," EVENT, -EBADMSG, 2, 2, 0},
        {HEAD EVENT ",{\"auditID\":\"1", -EBADMSG, 1, 1, 0},
        {HEAD EVENT ",17]}", -EBADMSG, 1, 1, 0},
        {"{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[]}", -EBADMSG, 0, 0, 0},
        {EVENT, -EBADMSG, 0, 0, 0},
        {"", -EBADMSG, 0, 0, 0},
        {"[" EVENT "]", -EBADMSG, 0, 0, 0},
        {"{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"items\":{}}", 0, 0, 0, 0},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_error_ Error err = {0};
        Alerts a = {.policy = policy, .text = buf_new(TEXT_MAX)};
        AuditMemory memory = {0};
        size_t events = 0;
        int r = batch(&a, str_from(cases[i].body), &memory, &events, &err);
        if (r != cases[i].result || events != cases[i].events || a.n != cases[i].alerts || a.bad != cases[i].bad)
            printf("# case %zu: %d %s; %zu events, %zu alerts, %zu bad\n", i, r, r < 0 ? error_text(&err, r) : "", events, a.n, a.bad);
        CHECK(r == cases[i].result && events == cases[i].events && a.n == cases[i].alerts && a.bad == cases[i].bad);
        audit_memory_done(&memory);
        buf_done(&a.text);
    }
}

/* Nested as deep as no reader goes, or of more values than are read: said, and what stands behind it is judged. */
TEST(an_event_over_limits) {
    _cleanup_(policy_freep) Policy *policy = policy_for_audit();
    for (int kind = 0; kind < 2; kind++) {
        _cleanup_(buf_done) Buf body = buf_new(TEXT_MAX);
        Alerts a = {.policy = policy, .text = buf_new(TEXT_MAX)};
        AuditMemory memory = {0};
        buf_putz(&body, HEAD "{\"auditID\":\"0\",\"requestObject\":");
        for (int i = 0; i < (kind ? 4000000 : 5000); i++)
            buf_putz(&body, kind ? i ? ",0" : "[0" : "[");
        for (int i = 0; i < (kind ? 1 : 5000); i++)
            buf_putc(&body, ']');
        buf_putz(&body, "}," EVENT "]}");
        CHECK_INT(batch(&a, buf_view(&body), &memory, NULL, NULL), 0);
        CHECK_INT(a.bad, 1);
        CHECK_INT(a.n, 1);
        audit_memory_done(&memory);
        buf_done(&a.text);
    }
}

/* Users who are long gone make room; those who come too many at once are said. */
TEST(many_users) {
    AuditMemory m = {.max = 100};
    int64_t last = 0;
    for (int i = 0; i < 1000; i++) {
        _cleanup_(arena_done) Arena a = {0};
        char text[512];
        int at = i < 300 ? 0 : 400 + i;
        snprintf(text, sizeof(text), "{\"auditID\":\"1\",\"user\":{\"username\":\"u%d\"},\"responseStatus\":{\"code\":403},\"stageTimestamp\":\"2026-02-12T10:%02d:%02dZ\"}", i < 900 ? i : 900, at / 60, at % 60);
        const Limits limits = limits_default();
        Node *n = NULL;
        CHECK_INT(json_parse(str_from(text), "event", &limits, &a, NULL, &n), 0);
        last = audit_event(n, &m).refused;
        CHECK(m.users.n <= 100);
    }
    CHECK(m.forgotten >= 200 && m.forgotten < 900);
    CHECK_INT(last, AUDIT_REMEMBERED);
    audit_memory_done(&m);
}

TEST_MAIN()
