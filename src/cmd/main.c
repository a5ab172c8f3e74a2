/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll: one binary over one library. Here only: start, options, help, and the exit code. */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>

#include "base/worker.h"
#include "cmd/cli.h"
#include "cmd/help.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/progress.h"
#include "cmd/terminal.h"
#include "plimsoll-version.h"

static int answer_help(const Cli *cli) {
    enum { USUAL = 80, READABLE = 100 };
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    unsigned width = output_width(cli);
    help_write(cli->command, cli->group, width == 0 ? USUAL : MIN(width, (unsigned) READABLE), &b);
    return output_write(cli, buf_view(&b));
}

static int run_command(Cli *cli) {
    _cleanup_error_ Error err = {0};
    const int unprepared = cli->command->prepare ? cli->command->prepare(cli) : 0;
    if (unprepared)
        return unprepared;
    /* The zygote is forked before any thread exists. */
    int r = cli->command->workers ? worker_init(&err) : 0;
    if (r < 0)
        return message_fail(EXIT_INCOMPLETE, &err, r);
    int rc = cli->command->run(cli);
    if (cli->command->workers)
        worker_exit();
    return rc;
}

/* Whoever starts us with a standard stream closed must not have the next file that is opened take its number: a report would be written into
   it, or standard input read from it. What is put there can only fail, as the closed one would. */
static int hold_standard_streams(void) {
    static const int modes[] = {[STDIN_FILENO] = O_WRONLY, [STDOUT_FILENO] = O_RDONLY, [STDERR_FILENO] = O_RDONLY};
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
            return -1;
    return 0;
}

int main(int argc, char **argv) {
    if (hold_standard_streams() < 0)
        return EXIT_INCOMPLETE;
    /* Width of characters for the terminal; nothing that is printed depends on the language. */
    if (!setlocale(LC_CTYPE, ""))
        setlocale(LC_CTYPE, "C.UTF-8");
    /* A reader that goes away is an EPIPE where we write, not our end. */
    signal(SIGPIPE, SIG_IGN);
    /* And a file over `ulimit -f` an EFBIG: what was begun is removed. */
    signal(SIGXFSZ, SIG_IGN);
    Cli cli;
    int rc;
    if (cli_parse(argc, argv, &cli, &rc) < 0)
        return rc;
    const char *color = cli_value(&cli, "--color");
    terminal_set_color(strcmp(color, "always") == 0 ? COLOR_ALWAYS : strcmp(color, "never") == 0 ? COLOR_NEVER : COLOR_AUTO);
    message_set_quiet(cli_flag(&cli, "--quiet"));
    progress_set_quiet(cli_flag(&cli, "--quiet"));
    if (cli_flag(&cli, "--help"))
        rc = answer_help(&cli);
    else if (cli_flag(&cli, "--version"))
        rc = output_write(&cli, STR("plimsoll " PLIMSOLL_VERSION "\n"));
    else
        rc = run_command(&cli);
    progress_end();
    cli_done(&cli);
    return rc;
}
