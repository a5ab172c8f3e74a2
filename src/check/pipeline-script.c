/* SPDX-License-Identifier: Apache-2.0 */
/* What the scripts of steps do. */
#include "base/buf.h"
#include "check/pipeline-private.h"

/* Commands behind one that are looked at for what happens when it fails. */
enum { NEIGHBOURS = 64 };

static Str line_of(PipelineReader *r, const ShellCommand *c) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    for (size_t i = 0; i < c->n_words; i++) {
        if (i)
            buf_putc(&b, ' ');
        buf_str(&b, c->words[i].text);
    }
    return arena_str(r->arena, buf_view(&b));
}

/* "… || true", "… || :", "… || echo …", also behind the rest of a pipe. */
static bool is_ignored(const ShellCommand *const *all, size_t n, size_t i) {
    for (size_t k = i + 1; k < n && k < i + NEIGHBOURS; k++) {
        const ShellCommand *next = all[k];
        if (next->parent != all[i]->parent || next->pipeline == all[i]->pipeline)
            continue;
        if (next->link != SHELL_OR)
            return false;
        Str program = shell_program(next);
        return str_has_word(STR("true : echo printf"), program) || (str_eqz(program, "exit") && next->n_words > 1 && str_eqz(next->words[1].text, "0"));
    }
    return false;
}

bool pipeline_names_head(Str s) {
    static const char *const heads[] = {
        "github.event.pull_request.head", "github.head_ref", "github.event.workflow_run.head", "GITHUB_HEAD_REF", "refs/pull/", "pull_request.merge_commit_sha",
        "github.event.workflow_run.pull_requests",
    };
    for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
        if (str_find(s, str_from(heads[i])) >= 0)
            return true;
    return false;
}

static Str word(const ShellCommand *c, size_t i) {
    return i < c->n_words ? c->words[i].text : STR_NULL;
}

static void checkout(PipelineStep *s, const ShellCommand *c) {
    Str program = shell_program(c);
    if (str_eqz(program, "gh") && str_eqz(word(c, 1), "pr") && str_eqz(word(c, 2), "checkout")) {
        s->checkout = s->checkout_head = true;
    } else if (str_eqz(program, "git") && c->n_words > 1 && str_has_word(STR("clone fetch checkout pull switch"), word(c, 1))) {
        s->checkout |= str_has_word(STR("clone fetch pull"), word(c, 1));
        for (size_t i = 2; i < c->n_words; i++)
            s->checkout_head |= pipeline_names_head(word(c, i)) || str_starts(word(c, i), STR("pull/"));
    }
}

static bool downloads(Str program) {
    return str_has_word(STR("curl wget aria2c http https xh fetch lynx"), program);
}

/* PowerShell's calls with brackets are beyond a reader of POSIX shells: its way to run a download is looked for as text, line by line. */
static bool powershell(Str text) {
    static const char *const calls[] = {"iex", "Invoke-Expression"}, *const loads[] = {"DownloadString", "iwr ", "irm ", "Invoke-WebRequest", "Invoke-RestMethod"};
    Str line;
    while (str_line(&text, &line)) {
        bool call = false, load = false;
        for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
            call |= str_find(line, str_from(calls[i])) >= 0;
        for (size_t i = 0; call && i < ARRAY_SIZE(loads); i++)
            load |= str_find(line, str_from(loads[i])) >= 0;
        if (load)
            return true;
    }
    return false;
}

void pipeline_script(PipelineReader *r, PipelineStep *s, const Node *run, Str shell) {
    Str words = shell, program;
    if (!s->run.p || r->failed || (str_split(&words, ' ', &program) && !str_has_word(STR("bash sh pwsh powershell cmd"), program)))
        return;
    const ShellCommand *const *all = NULL;
    size_t n = 0;
    if (shell_commands(s->run, r->arena, &all, &n) < 0) {
        diag_add(r->diag, DIAG_ERROR, r->file, run->line, run->col, "the script has too many commands");
        r->failed = -E2BIG;
        return;
    }
    _cleanup_(names_done) Names lines = {0};
    _cleanup_(names_done) Names programs = {0};
    Vec(PipelineCommand *) commands = {0};
    for (size_t i = 0; i < n; i++) {
        PipelineCommand *c = pipeline_new(r, PipelineCommand);
        if (!c)
            break;
        c->shell = all[i];
        c->program = shell_program(all[i]);
        c->line = line_of(r, all[i]);
        c->ignored = is_ignored(all, n, i);
        bool inside = all[i]->at >= s->run.p && all[i]->at < s->run.p + s->run.n;
        c->place = inside ? pipeline_text_place(r, run, (size_t) (all[i]->at - s->run.p)) : pipeline_node_place(run);
        vec_push(&commands, c);
        if (all[i]->n_words) {
            names_add(r, &lines, c->line);
            names_add(r, &programs, c->program);
        }
        s->download_run |= all[i]->executed && downloads(c->program);
        checkout(s, all[i]);
    }
    s->download_run |= powershell(s->run);
    s->commands = names_list(r, &lines);
    s->programs = names_list(r, &programs);
    s->command = pipeline_array(r, commands.p, commands.n);
    s->n_commands = s->command ? commands.n : 0;
    vec_done(&commands);
}
