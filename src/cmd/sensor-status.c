/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll sensor status: what the running sensor does, and what it cannot see. */
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/sensor.h"
#include "report/sensor-status.h"

enum { ANSWER_MAX = 8 << 20 };

static const Option options[] = {
    {.name = "--format", .letter = 'f', .arg = "FORMAT", .doc = "Output format", .values = "table|json", .def = "table"},
    {0},
};

static int run(Cli *cli) {
    _cleanup_error_ Error err = {0};
    _cleanup_(buf_done) Buf answer = buf_new(ANSWER_MAX), out = buf_new(BUF_OWN_MAX);
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(diag_done) Diag d = {0};
    const char *path = cli_value(cli, "--status-socket");
    int r = sensor_socket_ask(path, &answer, &err);
    if (r < 0)
        return message_fail(EXIT_INCOMPLETE, &err, r);
    const Limits limits = limits_default();
    Node *status;
    if (json_parse(buf_view(&answer), path, &limits, &a, &d, &status) < 0) {
        message_diag(&d);
        return EXIT_INCOMPLETE;
    }
    if (!node_get(status, "pid"))
        return message_fail(EXIT_INCOMPLETE, &err, error_set(&err, -EBADMSG, "%s: expected the answer of a sensor, found another document", path));
    if (strcmp(cli_value(cli, "--format"), "json") == 0)
        return output_write(cli, buf_view(&answer));
    sensor_status_text(status, output_width(cli), &out);
    return output_write(cli, buf_view(&out));
}

const Command command_sensor_status = {
    .name = "sensor status",
    .summary = "Shows what the running sensor does, and what it cannot see",
    .description = "Asks the sensor that runs on this machine: hooks that are attached and what this kernel keeps from being seen, how many calls the kernel settled by itself, events that were lost "
                   "and why, rules and since when they hold, and the state of each output.\n\nExit codes: 3 when no sensor answers.",
    .examples = "plimsoll sensor status  # of the sensor on this machine\n"
                "plimsoll sensor status --format json | jq .losses  # for scripts\n",
    .options = {options, sensor_socket_options},
    .run = run,
};
