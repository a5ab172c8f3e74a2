/* SPDX-License-Identifier: Apache-2.0 */
/* deliver-lines SPOOL OUTPUT…: each line of standard input is an alert to all outputs. Ends at the end of the input, within five seconds, with the states of the outputs on
 * standard error. Tests of outputs use it, since it needs neither root nor a kernel of some kind. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "deliver/deliver.h"
#include "parse/json-write.h"

static void say(void *userdata, bool bad, const char *text) {
    fprintf(stderr, "%s: %s\n", bad ? "bad" : "good", text);
}

int main(int argc, char **argv) {
    _cleanup_error_ Error err = {0};
    signal(SIGPIPE, SIG_IGN);
    if (argc < 3)
        return 2;
    Deliver *d = deliver_new(&(DeliverOptions) {.hostname = "host.example", .spool = argv[1], .say = say});
    for (int i = 2; i < argc; i++) {
        int r = deliver_add(d, argv[i], DELIVER_TEXT, &err);
        if (r < 0) {
            fprintf(stderr, "%s\n", error_text(&err, r));
            deliver_free(d);
            return r == -EINVAL ? 2 : 3;
        }
    }
    if (deliver_start(d, &err) < 0)
        return 3;
    char *line = NULL;
    size_t room = 0;
    int r = 0;
    for (ssize_t n; r == 0 && (n = getline(&line, &room, stdin)) > 0;) {
        Str text = str_n(line, (size_t) n - (line[n - 1] == '\n'));
        _cleanup_(buf_done) Buf json = buf_new(1 << 20);
        if (str_eqz(text, "REOPEN")) {
            deliver_reopen(d);
            continue;
        }
        JsonWriter w = json_writer(&json, false);
        json_map(&w, NULL);
        json_str(&w, "output", text);
        json_end(&w);
        r = deliver_send(d, &(DeliverAlert) {.time = INT64_C(1700000000123456789), .severity = 4, .line = {[DELIVER_TEXT] = text, [DELIVER_JSON] = buf_view(&json)}});
    }
    free(line);
    deliver_stop(d, 5);
    for (size_t i = 0; i < deliver_count(d); i++) {
        DeliverState s;
        deliver_state(d, i, &s);
        fprintf(stderr, "state: %s sent=%llu lost=%llu refused=%llu waiting=%llu\n", s.name, (unsigned long long) s.sent, (unsigned long long) s.lost, (unsigned long long) s.refused,
                (unsigned long long) s.waiting);
    }
    deliver_free(d);
    return r < 0 ? 1 : 0;
}
