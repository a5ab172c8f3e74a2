/* SPDX-License-Identifier: Apache-2.0 */
/* The script that an execution is about, by the words of its command line. */
#include "runtime/script.h"
#include "tap.h"

/* Words separated by spaces, the first one the first argument, of a program at `exe`, in /srv. */
static Str script(const char *exe, const char *words) {
    static char args[512], room[512];
    Str text = str_from(words);
    memcpy(args, text.p, text.n + 1);
    for (size_t i = 0; i < text.n; i++)
        args[i] = args[i] == ' ' ? 0 : args[i];
    Image image = {.exepath = str_from(exe), .args = {args, text.n + 1}};
    return script_of(&image, STR_NULL, STR("/srv/"), room, sizeof(room));
}

TEST(the_first_argument_that_is_no_option) {
    CHECK_STR(script("/usr/bin/dash", "sh run.sh -c x"), "/srv/run.sh");
    CHECK_STR(script("/usr/bin/dash", "sh -e -u -o pipefail /opt/run.sh"), "/opt/run.sh");
    CHECK_STR(script("/usr/bin/dash", "sh -euo pipefail ./run.sh"), "/srv/run.sh");
    CHECK_STR(script("/usr/bin/dash", "sh +o posix ../run.sh"), "/run.sh");
    CHECK_STR(script("/usr/bin/bash", "-bash --rcfile x --norc -O extglob run"), "/srv/run");
    CHECK_STR(script("/usr/bin/bash", "bash -- -run"), "/srv/-run");
    CHECK_STR(script("/usr/bin/bash", "bash - run"), "/srv/run");
    CHECK_STR(script("/usr/bin/python3.11", "python3 -u -W ignore -Xdev a/b.py x"), "/srv/a/b.py");
    CHECK_STR(script("/usr/bin/python3.11", "anything --check-hash-based-pycs never b.py"), "/srv/b.py");
    CHECK_STR(script("/usr/bin/perl", "perl -w -I lib -MStrict a.pl"), "/srv/a.pl");
    CHECK_STR(script("/usr/bin/ruby3.1", "ruby -rjson -C /opt a.rb"), "/srv/a.rb");
    CHECK_STR(script("/usr/bin/node", "node --require ./x.js --inspect=0 app.js"), "/srv/app.js");
    CHECK_STR(script("/usr/bin/php8.2", "php -d a=b -f x.php y.php"), "/srv/x.php");
    CHECK_STR(script("/usr/bin/php8.2", "php y.php"), "/srv/y.php");
    CHECK_STR(script("/usr/bin/lua5.4", "lua -l x -e a=1 y.lua"), "/srv/y.lua");
    CHECK_STR(script("/usr/bin/tclsh8.6", "tclsh -encoding utf-8 y.tcl"), "/srv/y.tcl");
    CHECK_STR(script("/usr/bin/mawk", "awk -F: -v a=b -f prog file"), "/srv/prog");
    CHECK_STR(script("/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", "x --library-path /lib --argv0=ls /tmp/tool -la"), "/tmp/tool");
    CHECK_STR(script("/lib/ld-musl-x86_64.so.1", "ld /tmp/tool"), "/tmp/tool");
}

TEST(what_is_run_is_no_file) {
    static const char *const lines[][2] = {
        {"/usr/bin/dash", "sh"}, {"/usr/bin/dash", "sh -c run.sh"}, {"/usr/bin/dash", "sh -ec run.sh"}, {"/usr/bin/dash", "sh -s run.sh"}, {"/usr/bin/dash", "sh -o"},
        {"/usr/bin/bash", "bash --rcfile run"}, {"/usr/bin/bash", "bash --"}, {"/usr/bin/python3.11", "python3 -c x y.py"}, {"/usr/bin/python3.11", "python3 -mhttp.server"},
        {"/usr/bin/python3.11", "python3 - y.py"}, {"/usr/bin/perl", "perl -lane print y.pl"}, {"/usr/bin/perl", "perl -0777ne x y.pl"}, {"/usr/bin/perl", "perl -pi.bak -e x y"},
        {"/usr/bin/node", "node --eval=1 y.js"}, {"/usr/bin/node", "node -pe 1 y.js"}, {"/usr/bin/php8.2", "php -r x y.php"}, {"/usr/bin/mawk", "awk {print} file"},
        {"/usr/bin/mawk", "awk -- {print} file"}, {"/usr/bin/gawk", "gawk -e {print} -f x"}, {"/usr/bin/cat", "sh run.sh"}, {"/usr/bin/env", "env -S sh run.sh"},
        {"/bin/busybox", "cat run.sh"}, {"/bin/busybox", "busybox"}, {"/lib/ld-linux.so.2", "x --list /tmp/tool"}, {"/usr/bin/pythonic", "python3 y.py"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
        CHECK(!script(lines[i][0], lines[i][1]).p);
    CHECK(!script_of(&(Image) {.exepath = STR("/usr/bin/dash")}, STR_NULL, STR("/"), NULL, 0).p);
    CHECK(!script_of(&(Image) {0}, STR_NULL, STR("/"), NULL, 0).p);
}

TEST(many_programs_in_one_file) {
    CHECK_STR(script("/bin/busybox", "/bin/sh run.sh"), "/srv/run.sh");
    CHECK_STR(script("/bin/busybox", "busybox ash -x run.sh"), "/srv/run.sh");
}

TEST(the_kernel_knows_best) {
    char room[64];
    Image image = {.exepath = STR("/opt/own"), .args = STR("/opt/own\0./tool\0")};
    CHECK_STR(script_of(&image, STR("./tool"), STR("/srv/"), room, sizeof(room)), "/srv/tool");
    CHECK(!script_of(&image, STR_NULL, STR("/srv/"), room, sizeof(room)).p);
    image.exepath = STR("/usr/bin/dash");
    CHECK_STR(script_of(&image, STR("./tool"), STR_NULL, room, sizeof(room)), "./tool");
    CHECK_STR(script_of(&image, STR("./tool"), STR_NULL, room, 3), "./t"); /* what does not fit is cut */
}

TEST_MAIN()
