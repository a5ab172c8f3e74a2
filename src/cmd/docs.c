/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll docs DIR: man pages, reference pages and completion, as they are committed and installed. */
#include "cmd/docs.h"

#include "base/fs.h"
#include "cmd/completion.h"
#include "cmd/message.h"

static int put(const char *dir, const char *sub, const char *file, Buf *page) {
    _cleanup_error_ Error err = {0};
    _cleanup_free_ char *parent = xasprintf("%s/%s", dir, sub), *path = xasprintf("%s/%s", parent, file);
    int r = page->failed;
    if (r == 0)
        r = fs_mkdir_p(parent, &err);
    if (r == 0)
        r = fs_write_atomic(path, page->p ? page->p : "", page->n, 0644, &err);
    buf_clear(page);
    return r < 0 ? message_fail(EXIT_INCOMPLETE, &err, r) : 0;
}

static int run(Cli *cli) {
    const char *dir = cli->args[0];
    size_t n;
    const Command *const *all = commands(&n);
    _cleanup_(buf_done) Buf page = buf_new(BUF_OWN_MAX);
    man_write_main(&page);
    int rc = put(dir, "man", "plimsoll.1", &page);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        _cleanup_free_ char *name = man_page_name(all[i]), *file = xasprintf("%s.1", name);
        man_write_command(all[i], &page);
        rc = put(dir, "man", file, &page);
    }
    for (const ReferencePage *p = reference_pages; rc == 0 && p->file; p++) {
        p->write(&page);
        rc = put(dir, "reference", p->file, &page);
    }
    for (const CompletionShell *s = completion_shells; rc == 0 && s->name; s++) {
        s->write(&page);
        rc = put(dir, "completion", s->file, &page);
    }
    return rc;
}

const Command command_docs = {
    .name = "docs",
    .summary = "Writes man pages, reference pages and completion",
    .arguments = "DIR",
    .description = "Writes DIR/man/*.1, DIR/reference/*.md and DIR/completion/*, all made from the tables of the program. The same program writes the same "
                   "bytes.",
    .examples = "plimsoll docs docs  # what 'make docs' does\n",
    .min_args = 1,
    .max_args = 1,
    .prints_nothing = true,
    .plumbing = true,
    .run = run,
};
