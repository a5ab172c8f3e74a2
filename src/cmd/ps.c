/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll ps: which containers run, and with what rights. */
#include "base/capabilities.h"
#include "base/time.h"
#include "cmd/cli.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "parse/json-write.h"
#include "report/columns.h"
#include "report/text.h"
#include "runtime/census.h"

/* What a name and an image take of a terminal's line at most: the rest is for what the container may do. */
enum { ID_SHOWN = 12, CAPABILITIES = 64, NAME_SHOWN = 24, IMAGE_SHOWN = 32 };

static const Option options[] = {
    {.name = "--format", .letter = 'f', .arg = "FORMAT", .doc = "Output format", .values = "table|json", .def = "table"},
    {.name = "--runc-root", .arg = "DIR", .doc = "Directory where runc keeps its states besides /run/runc, as its --root has it", .env = "PLIMSOLL_RUNC_ROOT", .config = "ps.runc-roots", .repeat = true, .is_file = true},
    {0},
};

static const char *seccomp_text(unsigned mode) {
    return mode == 2 ? "filter" : mode == 1 ? "strict" : "none";
}

static void json_mounts(JsonWriter *w, const Container *c) {
    json_list(w, "mounts");
    for (size_t i = 0; i < c->n_mounts; i++) {
        json_map(w, NULL);
        json_str(w, "source", c->mounts[i].source);
        json_str(w, "destination", c->mounts[i].destination);
        json_bool(w, "writable", c->mounts[i].writable);
        json_end(w);
    }
    json_end(w);
}

static void json_rights(JsonWriter *w, const Running *r) {
    json_list(w, "capabilities");
    for (unsigned i = 0; i < CAPABILITIES; i++)
        if (r->capabilities >> i & 1 && capability_name(i))
            json_strz(w, NULL, capability_name(i));
    json_end(w);
    json_bool(w, "privileged", r->container->privileged);
    json_bool(w, "no_new_privileges", r->no_new_privileges);
    json_strz(w, "seccomp", seccomp_text(r->seccomp));
    if (r->lsm)
        json_strz(w, "security_module", r->lsm);
    json_map(w, "namespaces");
    for (size_t i = 0; i < r->n_namespaces; i++)
        json_strz(w, r->namespaces[i].type, r->namespaces[i].own ? "own" : "host");
    json_end(w);
}

static void json_ports(JsonWriter *w, const Running *r) {
    json_list(w, "ports");
    for (size_t i = 0; i < r->ports.n; i++) {
        json_map(w, NULL);
        json_strz(w, "protocol", r->ports.p[i].protocol);
        json_u64(w, "port", r->ports.p[i].port);
        json_bool(w, "ipv6", r->ports.p[i].v6);
        json_end(w);
    }
    json_end(w);
    json_list(w, "published");
    for (size_t i = 0; i < r->container->n_ports; i++) {
        const ContainerPort *p = &r->container->ports[i];
        json_map(w, NULL);
        json_str(w, "protocol", p->protocol);
        json_str_opt(w, "host_ip", p->host_ip);
        json_u64(w, "host_port", p->host);
        json_u64(w, "port", p->port);
        json_end(w);
    }
    json_end(w);
}

static void json_labels(JsonWriter *w, const Container *c) {
    json_map(w, "labels");
    for (size_t i = 0; i < c->n_labels; i++) {
        json_key(w, c->labels[i].source);
        json_str(w, NULL, c->labels[i].destination);
    }
    json_end(w);
}

static void json_container(JsonWriter *w, const Running *r) {
    const Container *c = r->container;
    char date[TIME_TEXT_MAX];
    json_map(w, NULL);
    json_str(w, "id", c->id);
    json_str_opt(w, "name", c->name);
    json_str_opt(w, "runtime", c->type);
    json_bool(w, "known", c->known);
    json_str_opt(w, "image", c->image);
    json_str_opt(w, "image_id", c->image_id);
    json_str_opt(w, "digest", c->digest);
    json_str_opt(w, "pod", c->pod);
    json_str_opt(w, "namespace", c->namespace);
    json_str_opt(w, "ip", c->ip);
    json_u64(w, "pid", r->pid);
    json_u64(w, "processes", r->processes);
    json_str(w, "command", str_from(r->command));
    if (r->started)
        json_strz(w, "started", time_format(r->started, date));
    json_u64(w, "uid", r->uid);
    if (r->user)
        json_strz(w, "user", r->user);
    json_rights(w, r);
    json_mounts(w, c);
    json_ports(w, r);
    json_labels(w, c);
    if (c->problem.n)
        json_str(w, "problem", c->problem);
    json_end(w);
}

static void write_json(const Census *l, Buf *out) {
    JsonWriter w = json_writer(out, true);
    json_map(&w, NULL);
    json_list(&w, "containers");
    for (size_t i = 0; i < l->n; i++)
        json_container(&w, &l->p[i]);
    json_end(&w);
    json_end(&w);
    buf_putc(out, '\n');
}

/* What stands out of a container's rights, in words. */
static void write_rights(const Running *r, Buf *out) {
    unsigned n = 0;
    for (unsigned i = 0; i < CAPABILITIES; i++)
        n += r->capabilities >> i & 1;
    buf_printf(out, "%u capabilities, seccomp %s", n, seccomp_text(r->seccomp));
    if (r->container->privileged)
        buf_putz(out, ", privileged");
    for (size_t i = 0; i < r->n_namespaces; i++)
        if (!r->namespaces[i].own && strcmp(r->namespaces[i].type, "time") != 0 && strcmp(r->namespaces[i].type, "user") != 0 && strcmp(r->namespaces[i].type, "cgroup") != 0)
            buf_printf(out, ", host's %s", r->namespaces[i].type);
}

/* Those of the host that lead into it, as Docker and Podman write them, then what something listens on inside. */
static void write_ports(const Running *r, Buf *out) {
    const Container *c = r->container;
    for (size_t i = 0; i < c->n_ports; i++) {
        const ContainerPort *p = &c->ports[i];
        bool all = !p->host_ip.n || str_eqz(p->host_ip, "0.0.0.0");
        bool again = str_eqz(p->host_ip, "::") && i && c->ports[i - 1].host == p->host && c->ports[i - 1].port == p->port;
        if (!again)
            buf_printf(out, "%s%.*s%s%u->%u/%.*s", out->n ? ", " : "", all ? 0 : (int) p->host_ip.n, all ? "" : p->host_ip.p, all ? "" : ":", p->host, p->port, STR_FMT(p->protocol));
    }
    for (size_t i = 0; i < r->ports.n; i++)
        if (i == 0 || r->ports.p[i].port != r->ports.p[i - 1].port)
            buf_printf(out, "%s%u/%s", out->n ? ", " : "", r->ports.p[i].port, r->ports.p[i].protocol);
    if (r->in_network_of_host)
        buf_putz(out, "the host's");
}

static void cell_within(Columns *c, Str text, unsigned width) {
    _cleanup_(buf_done) Buf clean = buf_new(BUF_OWN_MAX), cut = buf_new(BUF_OWN_MAX);
    text_clean(&clean, text);
    if (width)
        text_cut(&cut, buf_view(&clean), width);
    columns_cell(c, buf_view(width ? &cut : &clean));
}

static void write_table(const Census *l, unsigned width, Buf *out) {
    static const char *const names[] = {"ID", "NAME", "IMAGE", "STARTED", "USER", "RIGHTS", "PORTS", "COMMAND", NULL};
    Columns c = columns_new(names);
    TextLocale locale = text_locale_enter();
    for (size_t i = 0; i < l->n; i++) {
        const Running *r = &l->p[i];
        char date[TIME_TEXT_MAX];
        _cleanup_(buf_done) Buf rights = buf_new(4096), ports = buf_new(4096);
        write_rights(r, &rights);
        write_ports(r, &ports);
        columns_cell(&c, str_head(r->container->id, ID_SHOWN));
        cell_within(&c, r->container->name, width ? NAME_SHOWN : 0);
        cell_within(&c, r->container->image, width ? IMAGE_SHOWN : 0);
        columns_cellf(&c, "%s", r->started ? time_format(r->started, date) : "");
        columns_cellf(&c, "%s", r->user ? r->user : "");
        columns_cell(&c, buf_view(&rights));
        columns_cell(&c, buf_view(&ports));
        columns_cell(&c, str_from(r->command));
    }
    text_locale_leave(&locale);
    columns_write(&c, width, out);
    columns_done(&c);
    if (l->n == 0)
        buf_putz(out, "No container runs.\n");
}

static int run(Cli *cli) {
    _cleanup_error_ Error err = {0};
    _cleanup_(census_done) Census l = {0};
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    size_t n;
    const char *const *roots = cli_values(cli, "--runc-root", &n);
    for (size_t i = 0; i < n; i++)
        if (access(roots[i], F_OK) < 0)
            message_warning("--runc-root %s: %s", roots[i], strerror(errno));
    int r = census_take(roots, &l, &err);
    if (r < 0)
        return message_fail(EXIT_INCOMPLETE, &err, r);
    if (strcmp(cli_value(cli, "--format"), "json") == 0)
        write_json(&l, &out);
    else
        write_table(&l, output_width(cli), &out);
    for (size_t i = 0; i < l.n; i++)
        if (l.p[i].container->problem.n)
            message_warning("container %.*s: not all that its runtime wrote down could be read: %.*s", (int) MIN(l.p[i].container->id.n, (size_t) ID_SHOWN), l.p[i].container->id.p,
                            STR_FMT(l.p[i].container->problem));
    if (geteuid() != 0)
        message_warning("without root, processes and containers of others are not seen");
    return output_write(cli, buf_view(&out));
}

const Command command_ps = {
    .name = "ps",
    .summary = "Shows the containers that run, what they run, and with what rights",
    .description = "Containers of Docker, containerd, CRI-O, Podman and runc on this machine, from /proc and from what runtimes leave on disk: image, command, since when, user, capabilities, namespaces, "
                   "mounts, ports that something listens on, seccomp and security module. No socket of a runtime is asked. Of a container without known metadata the process tells what it can.",
    .examples = "plimsoll ps  # as a table\n"
                "plimsoll ps --format json | jq '.containers[] | select(.privileged).name'  # for scripts\n",
    .options = {options},
    .run = run,
};
