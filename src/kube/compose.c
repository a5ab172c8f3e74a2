/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/compose-private.h"

#include "kube/getter.h"

enum { EXTENDS_MAX = 8 };

static Node *make(Compose *c, NodeType type, const Node *from) {
    Node *n = arena_new(c->arena, Node);
    if (!n) {
        c->bad = true;
        return NULL;
    }
    n->type = type;
    n->line = from->line;
    n->col = from->col;
    n->key_line = from->key_line;
    n->key_col = from->key_col;
    return n;
}

Node *compose_item(Compose *c, Node *list, NodeType type, const Node *from) {
    Node *n = list ? make(c, type, from) : NULL;
    if (n)
        node_append(list, n);
    return n;
}

Node *compose_put(Compose *c, Node *into, const char *key, NodeType type, const Node *from) {
    Node *n = compose_item(c, into, type, from);
    if (n)
        n->key = str_from(key);
    return n;
}

void compose_text(Compose *c, Node *into, const char *key, Str text, const Node *from) {
    Node *n = compose_put(c, into, key, NODE_STRING, from);
    if (n)
        n->text = text;
}

void compose_number(Compose *c, Node *into, const char *key, Str digits, const Node *from) {
    Node *n = compose_put(c, into, key, NODE_NUMBER, from);
    if (n)
        n->text = digits;
}

void compose_bool(Compose *c, Node *into, const char *key, bool value, const Node *from) {
    Node *n = compose_put(c, into, key, NODE_BOOL, from);
    if (n)
        n->boolean = value;
}

void compose_move(Compose *c, Node *into, const char *key, const Node *from) {
    Node *n = from ? compose_put(c, into, key, from->type, from) : NULL;
    if (!n)
        return;
    Node link = *n;
    *n = *from;
    n->key = link.key;
    n->next = NULL;
}

void compose_error(Compose *c, const Node *at, const char *expected) {
    c->bad = true;
    diag_add(c->diag, DIAG_ERROR, c->file, at->line, at->col, "service %.*s: %.*s: expected %s, found %s", STR_FMT(c->service), STR_FMT(at->key), expected,
             node_type_name(at->type));
}

bool compose_is_number(Str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

static Str scalar(const Node *n) {
    return n && (n->type == NODE_STRING || n->type == NODE_NUMBER) ? n->text : STR_NULL;
}

/* "512m", "2gb", 1024: Compose counts in powers of 1024 and does not mind the case. */
static void take_bytes(Compose *c, Node *into, const char *key, const Node *from) {
    static const struct {
        const char *unit, *quantity;
    } units[] = {{"", ""}, {"b", ""}, {"k", "Ki"}, {"kb", "Ki"}, {"m", "Mi"}, {"mb", "Mi"}, {"g", "Gi"}, {"gb", "Gi"}};
    if (!into || !from)
        return;
    Str s = scalar(from);
    size_t n = 0;
    while (n < s.n && ((s.p[n] >= '0' && s.p[n] <= '9') || s.p[n] == '.'))
        n++;
    for (size_t i = 0; n && i < ARRAY_SIZE(units); i++)
        if (str_ieq(str_from_at(s, n), str_from(units[i].unit))) {
            compose_text(c, into, key, arena_printf(c->arena, "%.*s%s", (int) n, s.p, units[i].quantity), from);
            return;
        }
    compose_error(c, from, "an amount such as \"512m\"");
}

static void take_cpus(Compose *c, Node *into, const Node *from) {
    if (!from)
        return;
    if (scalar(from).p)
        compose_text(c, into, "cpu", scalar(from), from);
    else
        compose_error(c, from, "a number of processors");
}

static void take_resources(Compose *c, const Node *s) {
    const Node *limits = kube_at(s, "deploy.resources.limits"), *reserved = kube_at(s, "deploy.resources.reservations");
    Node *resources = compose_put(c, c->container, "resources", NODE_MAP, s);
    Node *l = compose_put(c, resources, "limits", NODE_MAP, s), *r = compose_put(c, resources, "requests", NODE_MAP, s);
    const Node *cpus = kube_at(limits, "cpus"), *memory = kube_at(limits, "memory"), *asked = kube_at(reserved, "memory");
    take_cpus(c, l, cpus ? cpus : kube_at(s, "cpus"));
    take_bytes(c, l, "memory", memory ? memory : kube_at(s, "mem_limit"));
    take_cpus(c, r, kube_at(reserved, "cpus"));
    take_bytes(c, r, "memory", asked ? asked : kube_at(s, "mem_reservation"));
}

/* command and entrypoint: a list, or one line for a shell-like split that nobody asks about here. */
static void take_words(Compose *c, const char *key, const Node *from) {
    if (!from)
        return;
    if (from->type == NODE_LIST) {
        compose_move(c, c->container, key, from);
    } else if (scalar(from).p) {
        Node *list = compose_put(c, c->container, key, NODE_LIST, from);
        Node *word = compose_item(c, list, NODE_STRING, from);
        if (word)
            word->text = scalar(from);
    } else {
        compose_error(c, from, "a list or a string");
    }
}

static void put_env(Compose *c, Node *env, Str name, Str value, bool given, const Node *from) {
    Node *e = compose_item(c, env, NODE_MAP, from);
    compose_text(c, e, "name", name, from);
    if (given)
        compose_text(c, e, "value", value, from);
    else /* comes from whoever starts it */
        compose_put(c, e, "valueFrom", NODE_MAP, from);
}

static void take_environment(Compose *c, const Node *from) {
    if (!from)
        return;
    if (from->type != NODE_LIST && from->type != NODE_MAP) {
        compose_error(c, from, "a list or a map");
        return;
    }
    Node *env = compose_put(c, c->container, "env", NODE_LIST, from);
    node_each(e, from) {
        Str name = e->key, value = scalar(e);
        bool given = value.p != NULL;
        if (from->type == NODE_LIST) {
            name = node_str(e);
            given = str_cut(name, '=', &name, &value);
        } else if (e->type == NODE_BOOL) {
            value = e->boolean ? STR("true") : STR("false");
            given = true;
        }
        put_env(c, env, name, value, given, e);
    }
}

static void take_profile(Compose *c, const char *key, Str value, const Node *from) {
    Node *profile = compose_put(c, c->security, key, NODE_MAP, from);
    bool unconfined = str_eqz(value, "unconfined");
    compose_text(c, profile, "type", unconfined ? STR("Unconfined") : STR("Localhost"), from);
    if (!unconfined)
        compose_text(c, profile, "localhostProfile", value, from);
}

static void take_label(Compose *c, Str value, const Node *from) {
    Node *options = compose_put(c, c->security, "seLinuxOptions", NODE_MAP, from);
    Str key, rest;
    if (str_eqz(value, "disable"))
        compose_text(c, options, "type", STR("spc_t"), from);
    else if (str_cut(value, ':', &key, &rest))
        compose_text(c, options, str_eqz(key, "user") ? "user" : str_eqz(key, "role") ? "role" : str_eqz(key, "type") ? "type" : "level", rest, from);
}

static void take_security(Compose *c, const Node *s) {
    bool seccomp = false;
    list_each(o, kube_at(s, "security_opt")) {
        Str text = node_str(o);
        size_t n = 0;
        while (n < text.n && text.p[n] != ':' && text.p[n] != '=')
            n++;
        Str key = str_head(text, n), value = str_from_at(text, n + 1);
        if (str_eqz(key, "no-new-privileges")) {
            compose_bool(c, c->security, "allowPrivilegeEscalation", str_eqz(value, "false"), o);
        } else if (str_eqz(key, "seccomp")) {
            take_profile(c, "seccompProfile", value, o);
            seccomp = true;
        } else if (str_eqz(key, "apparmor")) {
            take_profile(c, "appArmorProfile", value, o);
        } else if (str_eqz(key, "label")) {
            take_label(c, value, o);
        } else if (str_eqz(key, "systempaths") && str_eqz(value, "unconfined")) {
            compose_text(c, c->security, "procMount", STR("Unmasked"), o);
        }
    }
    const Node *options = kube_at(s, "security_opt");
    if (options && options->type != NODE_LIST)
        compose_error(c, options, "a list");
    if (!seccomp && !kube_bool(kube_at(s, "privileged"), false)) {
        Node *profile = compose_put(c, c->security, "seccompProfile", NODE_MAP, s);
        compose_text(c, profile, "type", STR("RuntimeDefault"), s);
    }
    const Node *add = kube_at(s, "cap_add"), *drop = kube_at(s, "cap_drop");
    if (add || drop) {
        Node *capabilities = compose_put(c, c->security, "capabilities", NODE_MAP, add ? add : drop);
        compose_move(c, capabilities, "add", add);
        compose_move(c, capabilities, "drop", drop);
    }
    compose_move(c, c->security, "privileged", kube_at(s, "privileged"));
    compose_move(c, c->security, "readOnlyRootFilesystem", kube_at(s, "read_only"));
}

static void take_user(Compose *c, const Node *from) {
    if (!from)
        return;
    Str user = scalar(from), group = STR_NULL;
    if (!user.p) {
        compose_error(c, from, "a user");
        return;
    }
    str_cut(user, ':', &user, &group);
    if (str_eqz(user, "root"))
        user = STR("0");
    if (compose_is_number(user)) {
        compose_number(c, c->security, "runAsUser", user, from);
        int64_t id = 0;
        (void) kube_int(&(Node) {.type = NODE_NUMBER, .text = user}, &id);
        compose_bool(c, c->security, "runAsNonRoot", id != 0, from);
    }
    if (compose_is_number(group))
        compose_number(c, c->security, "runAsGroup", group, from);
}

static void take_sysctls(Compose *c, const Node *from) {
    if (!from)
        return;
    if (from->type != NODE_LIST && from->type != NODE_MAP) {
        compose_error(c, from, "a list or a map");
        return;
    }
    Node *list = compose_put(c, c->pod_security, "sysctls", NODE_LIST, from);
    node_each(e, from) {
        Str name = from->type == NODE_MAP ? e->key : node_str(e), value = scalar(e);
        if (from->type == NODE_LIST)
            str_cut(name, '=', &name, &value);
        Node *sysctl = compose_item(c, list, NODE_MAP, e);
        compose_text(c, sysctl, "name", name, e);
    }
}

static void take_healthcheck(Compose *c, const Node *from) {
    if (!from || kube_bool(kube_at(from, "disable"), false))
        return;
    Node *probe = compose_put(c, c->container, "livenessProbe", NODE_MAP, from);
    compose_put(c, probe, "exec", NODE_MAP, from);
}

static void take_hosts(Compose *c, const Node *from) {
    if (!from)
        return;
    Node *list = compose_put(c, c->pod, "hostAliases", NODE_LIST, from);
    node_each(e, from) {
        Str name = from->type == NODE_MAP ? e->key : node_str(e);
        size_t end = 0;
        while (end < name.n && name.p[end] != ':' && name.p[end] != '=')
            end++;
        name = str_head(name, end);
        Node *alias = compose_item(c, list, NODE_MAP, e);
        Node *names = compose_put(c, alias, "hostnames", NODE_LIST, e);
        Node *n = compose_item(c, names, NODE_STRING, e);
        if (n)
            n->text = name;
    }
}

static void take_namespaces(Compose *c, const Node *s) {
    static const struct {
        const char *key, *field;
    } rows[] = {{"network_mode", "hostNetwork"}, {"pid", "hostPID"}, {"ipc", "hostIPC"}};
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const Node *n = kube_at(s, rows[i].key);
        if (n && n->type != NODE_STRING)
            compose_error(c, n, "a string");
        else if (str_eqz(node_str(n), "host"))
            compose_bool(c, c->pod, rows[i].field, true, n);
    }
}

static void take_policies(Compose *c, const Node *s) {
    const Node *pull = kube_at(s, "pull_policy"), *restart = kube_at(s, "restart");
    Str p = node_str(pull), r = node_str(restart);
    if (p.n)
        compose_text(c, c->container, "imagePullPolicy", str_eqz(p, "always") ? STR("Always") : str_eqz(p, "never") ? STR("Never") : STR("IfNotPresent"), pull);
    if (r.n)
        compose_text(c, c->pod, "restartPolicy", str_eqz(r, "no") ? STR("Never") : str_starts(r, STR("on-failure")) ? STR("OnFailure") : STR("Always"), restart);
}

static void take_groups(Compose *c, const Node *from) {
    if (!node_is(from, NODE_LIST))
        return;
    Node *list = compose_put(c, c->pod_security, "supplementalGroups", NODE_LIST, from);
    node_each(g, from)
        if (compose_is_number(scalar(g))) {
            Node *n = compose_item(c, list, NODE_NUMBER, g);
            if (n)
                n->text = scalar(g);
        }
}

static void take_service(KubeWorld *w, Compose *c, const Node *name, const Node *s) {
    Node *root = make(c, NODE_MAP, name);
    if (!root)
        return;
    compose_text(c, root, "apiVersion", STR("compose/v1"), name);
    compose_text(c, root, "kind", STR("ComposeService"), name);
    Node *metadata = compose_put(c, root, "metadata", NODE_MAP, name);
    compose_text(c, metadata, "name", name->key, name);
    if (node_is(kube_at(s, "labels"), NODE_MAP))
        compose_move(c, metadata, "labels", kube_at(s, "labels"));
    compose_move(c, root, COMPOSE_SERVICE, s);
    Node *spec = compose_put(c, root, "spec", NODE_MAP, s);
    compose_move(c, spec, "replicas", kube_at(s, "deploy.replicas"));
    Node *template = compose_put(c, spec, "template", NODE_MAP, s);
    c->pod = compose_put(c, template, "spec", NODE_MAP, s);
    compose_bool(c, c->pod, "automountServiceAccountToken", false, s);
    c->pod_security = compose_put(c, c->pod, "securityContext", NODE_MAP, s);
    Node *containers = compose_put(c, c->pod, "containers", NODE_LIST, s);
    c->container = compose_item(c, containers, NODE_MAP, s);
    compose_text(c, c->container, "name", name->key, name);
    compose_move(c, c->container, "image", kube_at(s, "image"));
    c->security = compose_put(c, c->container, "securityContext", NODE_MAP, s);
    c->volumes = c->mounts = NULL;
    c->n_volumes = 0;
    take_words(c, "command", kube_at(s, "entrypoint"));
    take_words(c, "args", kube_at(s, "command"));
    compose_move(c, c->container, "workingDir", kube_at(s, "working_dir"));
    compose_move(c, c->container, "tty", kube_at(s, "tty"));
    compose_move(c, c->container, "stdin", kube_at(s, "stdin_open"));
    compose_move(c, c->pod, "runtimeClassName", kube_at(s, "runtime"));
    take_security(c, s);
    take_user(c, kube_at(s, "user"));
    take_groups(c, kube_at(s, "group_add"));
    take_namespaces(c, s);
    take_policies(c, s);
    take_environment(c, kube_at(s, "environment"));
    take_sysctls(c, kube_at(s, "sysctls"));
    take_healthcheck(c, kube_at(s, "healthcheck"));
    take_hosts(c, kube_at(s, "extra_hosts"));
    take_resources(c, s);
    compose_ports(c, s);
    compose_volumes(c, s);
    KubeObject *o = kube_world_put(w, root, c->file, c->diag);
    c->bad = c->bad || !o || o->wrong;
}

/* The service with what it extends in the same file below it: of keys that both have its own counts. */
static const Node *extended(Compose *c, const Node *services, const Node *s, unsigned depth) {
    const Node *e = kube_at(s, "extends");
    if (!e)
        return s;
    Str base = e->type == NODE_STRING ? e->text : kube_text(e, "service");
    const Node *file = kube_at(e, "file"), *from = kube_key(services, base);
    if (file || !node_is(from, NODE_MAP) || depth >= EXTENDS_MAX) {
        c->bad = true;
        diag_add(c->diag, DIAG_ERROR, c->file, e->line, e->col, "service %.*s: what it extends (%s) was not looked at", STR_FMT(c->service),
                 file ? "another file" : depth >= EXTENDS_MAX ? "too many in a row" : "no service of this file");
        return s;
    }
    from = extended(c, services, from, depth + 1);
    Node *all = make(c, NODE_MAP, s);
    if (!all)
        return s;
    all->key = s->key;
    node_each(k, s)
        compose_move(c, all, arena_str(c->arena, k->key).p, k);
    node_each(k, from)
        if (!kube_key(s, k->key))
            compose_move(c, all, arena_str(c->arena, k->key).p, k);
    return all;
}

bool compose_looks(const Node *document) {
    return node_is(document, NODE_MAP) && !document->next && node_is(node_get(document, "services"), NODE_MAP) && !node_get(document, "apiVersion");
}

int compose_add(KubeWorld *w, Node *document, const char *file, Diag *d) {
    Compose c = {.file = file, .arena = w->arena, .diag = d};
    int r = kube_merge(document, file, w->arena, d);
    if (r == -E2BIG)
        return r;
    c.bad = r < 0;
    const Node *services = kube_at(document, "services"), *include = kube_at(document, "include");
    if (include) {
        c.bad = true;
        diag_add(d, DIAG_ERROR, file, include->line, include->col, "files that are included were not looked at: name them, too");
    }
    node_each(s, services) {
        c.service = s->key;
        if (s->type == NODE_MAP)
            take_service(w, &c, s, extended(&c, services, s, 0));
        else
            compose_error(&c, s, "a map");
    }
    return c.bad ? -EINVAL : 0;
}
