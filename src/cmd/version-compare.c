/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll version-compare: the order of versions, for scripts and for our tests beside dpkg and rpm. */
#include <stdlib.h>

#include "base/fs.h"
#include "cmd/cli.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "version/version.h"

static const char *sign(int order) {
    return order < 0 ? "<\n" : order > 0 ? ">\n" : "=\n";
}

static int one_pair(Cli *cli, const VersionScheme *scheme) {
    Str a = str_from(cli->args[1]), b = str_from(cli->args[2]);
    if (!scheme->valid(a) || !scheme->valid(b))
        return message_usage("version-compare", "'%s' is no %s version", scheme->valid(a) ? cli->args[2] : cli->args[1], scheme->name);
    return output_write(cli, str_from(sign(scheme->compare(a, b))));
}

/* One answer a line; a line that has none gets a "?", so that lines stay beside each other. */
static int all_pairs(Cli *cli, const VersionScheme *scheme) {
    _cleanup_free_ char *text = NULL;
    size_t n;
    _cleanup_error_ Error err = {0};
    int r = fs_read_fd(STDIN_FILENO, "standard input", BUF_OWN_MAX, &text, &n, &err);
    if (r < 0)
        return message_fail(EXIT_INCOMPLETE, &err, r);
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    Str rest = str_n(text, n), line;
    bool bad = false;
    for (size_t number = 1; str_line(&rest, &line); number++) {
        Str a, b;
        if (!str_cut(line, '\t', &a, &b)) {
            message_error("standard input:%zu: expected two versions with a tab between", number);
        } else if (!scheme->valid(a) || !scheme->valid(b)) {
            Str wrong = scheme->valid(a) ? b : a;
            message_error("standard input:%zu: '%.*s' is no %s version", number, STR_FMT(wrong), scheme->name);
        } else {
            buf_putz(&out, sign(scheme->compare(a, b)));
            continue;
        }
        buf_putz(&out, "?\n");
        bad = true;
    }
    r = output_write(cli, buf_view(&out));
    return bad ? EXIT_USAGE : r;
}

static int run(Cli *cli) {
    const VersionScheme *scheme = version_scheme(str_from(cli->args[0]));
    if (!scheme) {
        _cleanup_(buf_done) Buf names = buf_new(BUF_OWN_MAX);
        for (const VersionScheme *s = version_schemes(); s->name; s++)
            buf_printf(&names, " %s", s->name);
        return message_usage("version-compare", "unknown version scheme '%s': there are%s", cli->args[0], names.p);
    }
    if (cli->n_args == 2)
        return message_usage("version-compare", "expected two versions, or none for pairs on standard input");
    return cli->n_args == 3 ? one_pair(cli, scheme) : all_pairs(cli, scheme);
}

const Command command_version_compare = {
    .name = "version-compare",
    .summary = "Orders versions as their package manager does",
    .arguments = "SCHEME [A B]",
    .description = "Prints <, = or > for the versions A and B, or for each line of standard input, which holds two versions with a tab "
                   "between them. A line that is wrong is reported on standard error and answered with ?; the exit code is then 2.\n\n"
                   "The schemes are in plimsoll list version-schemes.",
    .examples = "plimsoll version-compare dpkg 1.0~rc1-1 1.0-1  # prints <\n"
                "plimsoll version-compare rpm < pairs.tsv  # an answer a line\n",
    .min_args = 1,
    .max_args = 3,
    .plumbing = true,
    .run = run,
};
