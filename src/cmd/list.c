/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll list TABLE: the tables that everything is made from. */
#include <stdio.h>

#include "cmd/cli.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/tables.h"

static int run(Cli *cli) {
    const Table *table = table_by_name(str_from(cli->args[0]));
    if (!table) {
        _cleanup_(buf_done) Buf names = buf_new(BUF_OWN_MAX);
        for (size_t i = 0; tables[i].name; i++)
            buf_printf(&names, "%s%s", i ? "|" : "", tables[i].name);
        Str near = nearest_name(buf_view(&names), str_from(cli->args[0]));
        for (size_t i = 0; i < names.n; i++)
            if (names.p[i] == '|')
                names.p[i] = ' ';
        if (near.n)
            return message_usage("list", "unknown table '%s'; did you mean '%.*s'?", cli->args[0], STR_FMT(near));
        return message_usage("list", "unknown table '%s': there are %s", cli->args[0], names.p);
    }
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    table_write_text(table, &out);
    return output_write(cli, buf_view(&out));
}

const Command command_list = {
    .name = "list",
    .summary = "Prints a table of what is built in",
    .arguments = "TABLE",
    .description = "Tables: analyzers, commands, exit-codes, gaps.",
    .examples = "plimsoll list gaps  # what --allow-incomplete takes\n",
    .min_args = 1,
    .max_args = 1,
    .plumbing = true,
    .run = run,
};
