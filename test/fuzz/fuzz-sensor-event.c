/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of a ring as an event: whatever stands there, what the fields show lies in memory of ours. */
#include <stdlib.h>

#include "policy/program.h"
#include "runtime/event.h"
#include "runtime/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    static Event e;
    static Tables tables;
    static Evaluator *v;
    if (!v) {
        tables_init(&tables);
        v = evaluator_new();
    }
    /* As a program and its arguments. */
    Str rest = str_n((const char *) p, n);
    Image image = {0};
    char room[64];
    str_split(&rest, 0, &image.exepath);
    image.args = rest;
    if (script_of(&image, STR_NULL, STR("/"), room, sizeof(room)).n > sizeof(room))
        abort();
    /* Inputs are short: the event's fixed part is filled from them over and over, its lengths from their beginning. */
    char bytes[sizeof(WireEvent) + 512] = {0};
    for (size_t i = 0; n && i < sizeof(bytes); i++)
        bytes[i] = (char) p[i % n];
    WireEvent *w = (WireEvent *) (void *) bytes;
    if (n > 3 && p[0] & 1) {
        size_t kinds;
        sensor_kinds(&kinds);
        w->kind = (uint16_t) (p[1] % kinds);
        w->type = p[2] % (WIRE_CGROUP + 1);
        w->size = sizeof(bytes);
        w->process.n_ancestors %= WIRE_ANCESTORS + 1;
        for (size_t i = 0; i < WIRE_STRINGS; i++)
            w->string[i] = (WireSlice) {w->string[i].at % 600, w->string[i].n % 600};
    }
    if (event_decode(str_n(bytes, sizeof(bytes)), &e) < 0)
        return 0;
    e.tables = &tables;
    event_resolve(&e);
    Subject s = {.source = source_by_name(STR("syscall")), .ops = &event_ops, .object = &e};
    Buf out = buf_new(1 << 20);
    output_text(s.source, STR("%evt.args %fd.name %fd.directory %fd.ip %proc.cmdline %proc.aname %proc.env %evt.buffer %fs.path.target %evt.arg.flags %fd.typechar %proc.cwd"), &s, v, &out);
    if (out.failed && out.failed != -E2BIG)
        abort();
    buf_done(&out);
    return 0;
}
