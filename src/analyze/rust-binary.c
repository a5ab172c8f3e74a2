/* SPDX-License-Identifier: Apache-2.0 */
/* Programs built by cargo-auditable: the crates that it wrote into section ".dep-v0", as JSON packed by zlib (cargo-auditable's
 * cargo-auditable.schema.json). Crates of the build only (build scripts, procedural macros) are marked as such. */
#include "analyze/binary.h"
#include "analyze/language.h"
#include "analyze/table.h"
#include "parse/inflate.h"
#include "parse/node.h"
#include "parse/program.h"

/* A thousand crates are 100 KiB of JSON; the format's authors advise readers to stop at 8 MiB. */
enum { TEXT_MAX = 16 << 20, RATIO_MAX = 1000 };

static void put_crates(const Node *root, ProblemLog *problems) {
    const Node *list = node_get(root, "packages");
    if (!node_is(list, NODE_LIST))
        problem_log(problems, 0, "the list of crates has no \"packages\"");
    node_each(crate, list) {
        PackageFact p = {.type = PACKAGE_CARGO, .name = node_get_str(crate, "name"), .version = node_get_str(crate, "version")};
        if (str_eqz(node_get_str(crate, "kind"), "build"))
            p.flags |= PACKAGE_DEV;
        /* A workspace's own, by path. */
        if (str_eqz(node_get_str(crate, "source"), "local"))
            p.flags |= PACKAGE_PRIVATE;
        language_put(problems, &p);
    }
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog problems = {&analyzer_rust_binary, in, sink, 0};
    Program p;
    if (program_open(in->bytes, in->scratch, &p, NULL) < 0)
        return;
    const ProgramPart *section = program_section(&p, ".dep-v0");
    if (!section)
        section = program_section(&p, "__DATA,.dep-v0");
    if (!section)
        return;
    _cleanup_(buf_done) Buf text = buf_new(TEXT_MAX);
    int r = inflate_all(INFLATE_ZLIB, section->bytes, RATIO_MAX, &text);
    if (r < 0) {
        if (r == -E2BIG)
            problem_log(&problems, 0, "the list of crates is larger than %d MiB, or packed as no honest tool packs it", TEXT_MAX >> 20);
        else
            problem_log(&problems, 0, "damaged list of crates of cargo-auditable");
        return;
    }
    Diag d = {0};
    Node *root = NULL;
    if (json_parse(buf_view(&text), "list of crates", in->limits, in->scratch, &d, &root) == 0)
        put_crates(root, &problems);
    for (size_t i = 0; i < d.items.n; i++)
        problem_log(&problems, 0, "list of crates, line %u: %s", d.items.p[i].line, d.items.p[i].message);
    diag_done(&d);
    problem_log_end(&problems);
}

const Analyzer analyzer_rust_binary = {
    .name = "rust-binary",
    .version = 2,
    .doc = "Programs built by cargo-auditable: their crates",
    .roots = (const char *const[]) {"", NULL},
    .wants = binary_wants,
    .wants_content = binary_wants_content,
    .run = run,
    .fuzzer = "rust-binary",
};
