/* SPDX-License-Identifier: Apache-2.0 */
/* What decides about access, from a running cluster. Values of Secrets are never asked for: with --secret-metadata their metadata is, type by type, since that is not in it. */
#include "cmd/kube-client.h"
#include "cmd/message.h"
#include "cmd/progress.h"
#include "cmd/rbac-private.h"

static const struct {
    const char *group, *resource, *kind;
    bool needed;             /* without it nothing can be said */
    const char *fields, *type; /* a Secret's: which ones, and what they are */
} resources[] = {
    {"rbac.authorization.k8s.io", "clusterroles", "ClusterRole", true},
    {"rbac.authorization.k8s.io", "clusterrolebindings", "ClusterRoleBinding", true},
    {"rbac.authorization.k8s.io", "roles", "Role", true},
    {"rbac.authorization.k8s.io", "rolebindings", "RoleBinding", true},
    {"", "serviceaccounts", "ServiceAccount", false},
    {"", "namespaces", "Namespace", false},
    {"", "pods", "Pod", false},
    {"apps", "deployments", "Deployment", false},
    {"apps", "daemonsets", "DaemonSet", false},
    {"apps", "statefulsets", "StatefulSet", false},
    {"batch", "cronjobs", "CronJob", false},
#define SECRETS(type) {"", "secrets", "Secret", false, "type=" type, type}
    SECRETS("Opaque"),
    SECRETS("kubernetes.io/service-account-token"),
    SECRETS("kubernetes.io/tls"),
    SECRETS("kubernetes.io/dockerconfigjson"),
    SECRETS("kubernetes.io/basic-auth"),
    SECRETS("kubernetes.io/ssh-auth"),
    {"", "secrets", "Secret", false,
     "type!=Opaque,type!=kubernetes.io/service-account-token,type!=kubernetes.io/tls,type!=kubernetes.io/dockerconfigjson,type!=kubernetes.io/basic-auth,type!=kubernetes.io/ssh-auth", "other"},
};

typedef struct Live {
    GatherEach take;
    void *userdata;
    Gathered *gathered;
    const char *server, *kind, *type;
    Str api_version;
} Live;

/* What kubectl applied, values and all, stands in an annotation. */
static void forget_applied(const Node *object) {
    Node *n = (Node *) kube_key(kube_at(object, "metadata.annotations"), STR("kubectl.kubernetes.io/last-applied-configuration"));
    if (n)
        n->type = NODE_NULL;
}

/* Members of a list do not say what they are. */
static int each(void *userdata, const Node *object) {
    Live *l = userdata;
    _cleanup_(arena_done) Arena a = {.max = 256 << 20};
    KubeWorld *w = kube_world_in(&a);
    Node *own = object->type == NODE_MAP ? object->list.first : NULL;
    Node parts[3] = {{.type = NODE_STRING, .key = STR("apiVersion"), .text = l->api_version, .next = &parts[1]},
                     {.type = NODE_STRING, .key = STR("kind"), .text = str_from(l->kind), .next = l->type ? &parts[2] : own},
                     {.type = NODE_STRING, .key = STR("type"), .text = str_from(l->type ? l->type : ""), .next = own}};
    Node copy = *object;
    if (object->type != NODE_MAP || !w)
        return 0;
    copy.list.first = parts;
    copy.list.n += l->type ? 3 : 2;
    forget_applied(object);
    copy.line = copy.col = 0;
    KubeObject *o = kube_world_put(w, &copy, l->server, NULL);
    if (o) {
        l->gathered->objects++;
        l->take(l->userdata, o);
    }
    return 0;
}

static bool wanted(void *userdata, Str group) {
    for (size_t i = 0; i < ARRAY_SIZE(resources); i++)
        if (str_eqz(group, resources[i].group))
            return true;
    return false;
}

/* Servers have their resources in different versions: CronJobs before 1.21 in v1beta1 only. */
static int list(Live *l, KubeClient *client, const KubeResource *r, const char *fields, Error *err) {
    _cleanup_free_ char *path = kube_resource_path(r, NULL), *api_version = kube_resource_api_version(r);
    const KubeListOptions o = {.path = path, .fields = fields, .metadata = l->type != NULL, .each = each, .userdata = l};
    l->api_version = str_from(api_version);
    return kube_list(client, &o, NULL, err);
}

int rbac_live(Cli *cli, GatherEach take, void *userdata, Gathered *ret) {
    _cleanup_(kube_client_freep) KubeClient *client = NULL;
    int x = kube_client_from(cli, &client);
    if (x)
        return x;
    bool secrets = cli_flag(cli, "--secret-metadata");
    Live l = {take, userdata, ret, arena_str(&ret->arena, str_from(kube_client_server(client))).p, NULL, NULL, STR_NULL};
    _cleanup_(kube_resources_done) KubeResources have = {0};
    _cleanup_error_ Error found = {0};
    progress_begin(l.server, 0, 0);
    vec_push(&ret->files, l.server);
    int r = kube_discover(client, wanted, NULL, &have, &found);
    if (r < 0)
        x = message_fail(EXIT_INCOMPLETE, &found, r);
    for (size_t i = 0; i < ARRAY_SIZE(resources) && x == 0; i++) {
        _cleanup_error_ Error err = {0};
        const KubeResource *resource = kube_resource_find(&have, str_from(resources[i].group), str_from(resources[i].resource));
        l.kind = resources[i].kind;
        l.type = resources[i].type;
        if ((!resource && !resources[i].needed) || (l.type && !secrets))
            continue;
        r = resource ? list(&l, client, resource, resources[i].fields, &err) : error_set(&err, -ENOENT, "%s has no %s", l.server, resources[i].resource);
        if (r < 0 && resources[i].needed)
            x = message_fail(EXIT_INCOMPLETE, &err, r);
        else if (r < 0)
            vec_push(&ret->missed, ((CheckMiss) {(char *) arena_printf(&ret->arena, "%s: %s%s%s", l.server, resources[i].resource, l.type ? ", " : "", l.type ? l.type : "").p, (char *) arena_str(&ret->arena, str_from(error_text(&err, r))).p}));
    }
    progress_end();
    if (x == 0 && !secrets)
        message_note("Secrets of the cluster were not read: tokens in them are not known (--secret-metadata reads their metadata)");
    return x;
}
