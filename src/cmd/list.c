/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll list TABLE: the tables that everything is made from. */
#include "cmd/output.h"
#include "cmd/tables.h"

static const Option options[] = {
    {.name = "--format", .letter = 'f', .arg = "FORMAT", .doc = "Output format", .values = "table|json", .def = "table"},
    {0},
};

static void list_arguments(Buf *out) {
    for (size_t i = 0; tables[i].name; i++)
        buf_printf(out, "%s%s", i ? "|" : "", tables[i].name);
}

static int run(Cli *cli) {
    const Table *table = table_by_name(str_from(cli->args[0]));
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    if (strcmp(cli_value(cli, "--format"), "json") == 0)
        table_write_json(table, &out);
    else
        table_write_text(table, &out);
    return output_write(cli, buf_view(&out));
}

const Command command_list = {
    .name = "list",
    .summary = "Prints a table of what is built in",
    .arguments = "TABLE",
    .description = "The tables are those that the program itself works from: what is printed is what there is. The JSON form is a list of maps, one "
                   "for each row, with the names of the columns as keys.",
    .examples = "plimsoll list gaps  # what --allow-incomplete takes\n"
                "plimsoll list analyzers --format json  # for scripts\n",
    .options = {options},
    .min_args = 1,
    .max_args = 1,
    .list_arguments = list_arguments,
    .plumbing = true,
    .run = run,
};
