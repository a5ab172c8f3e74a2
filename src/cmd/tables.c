/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/tables.h"

#include <stdio.h>

#include "analyze/analyzer.h"
#include "cmd/command.h"
#include "cmd/terminal.h"
#include "model/report.h"

static void command_rows(TableRow row, void *userdata) {
    size_t n;
    const Command *const *all = commands(&n);
    for (size_t i = 0; i < n; i++)
        row(userdata, (const char *const[]) {all[i]->name, all[i]->arguments, all[i]->summary});
}

static void exit_code_rows(TableRow row, void *userdata) {
    row(userdata, (const char *const[]) {"0", "Done: nothing at or over --fail-on was found, and everything was looked at"});
    row(userdata, (const char *const[]) {"1", "Findings at or over --fail-on"});
    row(userdata, (const char *const[]) {"2", "Wrong options, arguments or configuration: nothing was done"});
    row(userdata, (const char *const[]) {"3", "Could not look at everything, or at anything, or not write the output; findings are still printed"});
}

static void gap_rows(TableRow row, void *userdata) {
    for (GapKind k = 0; k < GAP_N_; k++)
        row(userdata, (const char *const[]) {gap_kind_name(k)});
}

static void analyzer_rows(TableRow row, void *userdata) {
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    for (size_t i = 0; i < n; i++)
        row(userdata, (const char *const[]) {all[i]->name, all[i]->doc});
}

const Table tables[] = {
    {"analyzers", "Analyzers: which files are read, and what becomes of them", {"name", "reads"}, analyzer_rows},
    {"commands", "Commands", {"name", "arguments", "summary"}, command_rows},
    {"exit-codes", "Exit codes; where several hold, 2 goes before 3, 3 before 1, 1 before 0", {"code", "meaning"}, exit_code_rows},
    {"gaps", "Why something was not seen: the values of --allow-incomplete", {"name"}, gap_rows},
    {0},
};

const Table *table_by_name(Str name) {
    for (size_t i = 0; tables[i].name; i++)
        if (str_eqz(name, tables[i].name))
            return &tables[i];
    return NULL;
}

typedef struct TextState {
    const Table *table;
    Buf *out;
    unsigned widths[TABLE_COLUMNS_MAX];
} TextState;

static void measure(void *userdata, const char *const cells[]) {
    TextState *s = userdata;
    for (size_t i = 0; i < TABLE_COLUMNS_MAX && s->table->columns[i]; i++)
        s->widths[i] = MAX(s->widths[i], terminal_columns(str_from(cells[i])));
}

static void put(void *userdata, const char *const cells[]) {
    TextState *s = userdata;
    unsigned gap = 0;
    for (size_t i = 0; i < TABLE_COLUMNS_MAX && s->table->columns[i]; i++) {
        Str cell = str_from(cells[i]);
        if (cell.n) {
            buf_printf(s->out, "%*s%.*s", (int) gap, "", STR_FMT(cell));
            gap = 0;
        }
        gap += s->widths[i] - terminal_columns(cell) + 2;
    }
    buf_putc(s->out, '\n');
}

void table_write_text(const Table *t, Buf *out) {
    TextState s = {.table = t, .out = out};
    t->rows(measure, &s);
    t->rows(put, &s);
}
