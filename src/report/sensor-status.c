/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sensor-status.h"

#include "report/columns.h"
#include "report/text.h"

static int64_t number(const Node *map, const char *key) {
    int64_t n;
    return node_i64(node_get(map, key), &n) < 0 ? 0 : n;
}

static void write_hooks(const Node *s, Buf *out) {
    text_line(out, "Hooks:");
    node_each(h, node_get(s, "hooks")) {
        Str as = node_get_str(h, "as");
        text_line(out, "  %-32.*s %s%s%.*s", STR_FMT(node_get_str(h, "name")), node_true(node_get(h, "attached")) ? "attached" : "absent", as.n ? " as " : "", STR_FMT(as));
    }
    text_line(out, "Not seen:");
    node_each(t, node_get(s, "not_seen"))
        text_line(out, "  %.*s", STR_FMT(node_str(t)));
}

static void write_events(const Node *s, Buf *out) {
    const Node *e = node_get(s, "events"), *a = node_get(s, "alerts");
    int64_t looked = number(e, "looked_at"), settled = number(e, "settled_in_kernel");
    text_line(out, "Calls:     %lld looked at, %lld (%.1f %%) settled in the kernel%s", (long long) looked, (long long) settled, looked ? 100.0 * (double) settled / (double) looked : 0.0,
              node_true(node_get(s, "names_in_kernel")) ? "" : ": this kernel, older than 6.2, cannot look at names");
    text_line(out, "Events:    %lld received, %lld lost", (long long) number(e, "received"), (long long) number(e, "lost"));
    node_each(l, node_get(s, "losses"))
        text_line(out, "  %lld %.*s: %.*s", (long long) number(l, "events"), STR_FMT(node_get_str(l, "kind")), STR_FMT(node_get_str(l, "cause")));
    if (number(e, "windows_forgotten"))
        text_line(out, "  %lld keys of thresholds and sequences: no room", (long long) number(e, "windows_forgotten"));
    if (number(node_get(s, "executions"), "forgotten"))
        text_line(out, "  what %lld programs were executed with: no room", (long long) number(node_get(s, "executions"), "forgotten"));
    const Node *d = node_get(s, "domains");
    if (number(d, "names") || !node_true(node_get(d, "looked_up")))
        text_line(out, "Domains:   %lld of %lld names have addresses%s", (long long) number(d, "known"), (long long) number(d, "names"),
                  node_true(node_get(d, "looked_up")) ? "" : ", none is looked up any more: start the sensor anew");
    if (number(d, "restarts"))
        text_line(out, "           %lld times their look-up ended and was begun anew", (long long) number(d, "restarts"));
    text_line(out, "Alerts:    %lld raised, %lld held back", (long long) number(a, "raised"), (long long) number(a, "held_back"));
}

static void write_outputs(const Node *s, unsigned width, Buf *out) {
    static const char *const names[] = {"OUTPUT", "SENT", "WAITING", "LOST", "REFUSED", "STATE", NULL};
    Columns c = columns_new(names);
    node_each(o, node_get(s, "outputs")) {
        columns_cell(&c, node_get_str(o, "name"));
        columns_cellf(&c, "%lld", (long long) number(o, "sent"));
        columns_cellf(&c, "%lld", (long long) number(o, "waiting"));
        columns_cellf(&c, "%lld", (long long) number(o, "lost"));
        columns_cellf(&c, "%lld", (long long) number(o, "refused"));
        if (node_true(node_get(o, "works")))
            columns_cellf(&c, number(o, "sent") ? "works" : "no alert yet");
        else
            columns_cellf(&c, "since %.*s: %.*s", STR_FMT(node_get_str(o, "problem_since")), STR_FMT(node_get_str(o, "problem")));
    }
    buf_putc(out, '\n');
    columns_write(&c, width, out);
    columns_done(&c);
}

void sensor_status_text(const Node *s, unsigned width, Buf *out) {
    const Node *rules = node_get(s, "rules");
    text_line(out, "Sensor:    process %lld, version %.*s, since %.*s", (long long) number(s, "pid"), STR_FMT(node_get_str(s, "version")), STR_FMT(node_get_str(s, "since")));
    text_line(out, "Rules:     %lld, read %.*s", (long long) number(rules, "loaded"), STR_FMT(node_get_str(rules, "since")));
    if (number(rules, "never_fire"))
        text_line(out, "           %lld of them can never fire: there are no events of their types", (long long) number(rules, "never_fire"));
    if (number(rules, "failed_reloads"))
        text_line(out, "           %lld times since the start they could not be read anew", (long long) number(rules, "failed_reloads"));
    write_events(s, out);
    write_hooks(s, out);
    write_outputs(s, width, out);
}
