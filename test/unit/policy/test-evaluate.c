/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/policy/evaluate.h"

#define S "syscall"

TEST(absent_is_false_for_every_operator) {
    static const char *const conditions[] = {
        "proc.pname exists", "proc.pname = a", "proc.pname != a", "proc.pname contains a", "proc.pname icontains a", "proc.pname startswith a",
        "proc.pname endswith a", "proc.pname glob *", "proc.pname iglob *", "proc.pname regex .*", "proc.pname in (a)", "proc.pname intersects (a)",
        "fd.name pmatch (/)", "fd.num < 1", "fd.num <= 1", "fd.num > 1", "fd.num >= 1", "fd.num != 1", "fd.num = 1", "fd.num in (1)", "fd.ip = 10.0.0.1",
        "fd.ip != 10.0.0.1", "fd.net in (10.0.0.0/8)", "fd.net != 10.0.0.0/8", "evt.failed = false", "evt.failed != true", "evt.buffer bcontains 00",
        "evt.buffer bstartswith 00", "proc.pname != anyof (a, b)", "proc.name != val(proc.pname)", "proc.pname != val(proc.name)",
        "tolower(proc.pname) != a", "len(proc.pname) >= 0", "concat(proc.name, proc.pname) != a", "proc.aname != a", "proc.aname[3] != a",
        "join(\",\", (proc.name, proc.pname)) exists", "getopt(proc.args, \"n\") exists",
    };
    for (size_t i = 0; i < ARRAY_SIZE(conditions); i++) {
        char negated[200];
        snprintf(negated, sizeof(negated), "not %s", conditions[i]);
        FAILS(S, conditions[i], "{\"proc.name\": \"x\"}");
        HOLDS(S, negated, "{\"proc.name\": \"x\"}");
    }
}

TEST(texts) {
    static const char o[] = "{\"proc.name\": \"Bash\", \"proc.pname\": \"Bash\", \"proc.exe\": \"\"}";
    HOLDS(S, "proc.name exists", o);
    HOLDS(S, "proc.exe exists", o);
    HOLDS(S, "proc.exe = \"\"", o);
    HOLDS(S, "proc.name = Bash", o);
    HOLDS(S, "proc.name == Bash", o);
    FAILS(S, "proc.name = bash", o);
    FAILS(S, "proc.name != Bash", o);
    HOLDS(S, "proc.name != bash", o);
    HOLDS(S, "proc.name contains as", o);
    HOLDS(S, "proc.name contains \"\"", o);
    FAILS(S, "proc.name contains aS", o);
    HOLDS(S, "proc.name icontains AS", o);
    HOLDS(S, "proc.name startswith Ba", o);
    FAILS(S, "proc.name startswith Bash2", o);
    HOLDS(S, "proc.name endswith sh", o);
    HOLDS(S, "proc.name glob B*h", o);
    FAILS(S, "proc.name glob b*h", o);
    HOLDS(S, "proc.name iglob b?[R-S]h", o);
    HOLDS(S, "proc.name regex \"[A-Z][a-z]+\"", o);
    FAILS(S, "proc.name regex as", o);
    HOLDS(S, "proc.name in (sh, Bash)", o);
    FAILS(S, "proc.name in ()", o);
    FAILS(S, "proc.name in (sh, bash)", o);
    HOLDS(S, "proc.name = val(proc.pname)", o);
    FAILS(S, "proc.name != val(proc.pname)", o);
    HOLDS(S, "proc.name in val(proc.pname)", o);
    HOLDS(S, "proc.name startswith val(proc.exe)", o);
    HOLDS(S, "proc.name icontains tolower(proc.pname)", o);
}

TEST(modifiers) {
    static const char o[] = "{\"fd.name\": \"/etc/passwd\"}";
    HOLDS(S, "fd.name startswith anyof (/usr, /etc)", o);
    FAILS(S, "fd.name startswith anyof ()", o);
    FAILS(S, "fd.name startswith allof (/usr, /etc)", o);
    HOLDS(S, "fd.name startswith allof (/, /etc)", o);
    FAILS(S, "fd.name startswith allof ()", o);
    HOLDS(S, "fd.name contains oneof (passwd, shadow)", o);
    FAILS(S, "fd.name contains oneof (passwd, etc)", o);
    HOLDS(S, "fd.name != allof (a, b)", o);
}

TEST(paths) {
    HOLDS(S, "fd.name pmatch (/var/lib)", "{\"fd.name\": \"/var/lib/x\"}");
    HOLDS(S, "fd.name pmatch (/var/lib)", "{\"fd.name\": \"/var/lib\"}");
    FAILS(S, "fd.name pmatch (/var/lib)", "{\"fd.name\": \"/var/libfoo\"}");
    FAILS(S, "fd.name pmatch (/var/lib)", "{\"fd.name\": \"/var\"}");
    HOLDS(S, "fd.name pmatch (/a, /home/*/.ssh)", "{\"fd.name\": \"/home/me/.ssh/id\"}");
    FAILS(S, "fd.name pmatch (/a, /home/*/.ssh)", "{\"fd.name\": \"/home/me/x/.ssh\"}");
    HOLDS(S, "fd.name pmatch (/)", "{\"fd.name\": \"/x\"}");
    FAILS(S, "fd.name pmatch ()", "{\"fd.name\": \"/x\"}");
    HOLDS(S, "fd.name pmatch val(proc.cwd)", "{\"fd.name\": \"/x/y\", \"proc.cwd\": \"/x/\"}");
}

TEST(numbers) {
    static const char o[] = "{\"fd.num\": 5, \"proc.vpid\": 5, \"proc.duration\": 60000000000, \"user.loginuid\": -1}";
    HOLDS(S, "fd.num = 5 and fd.num = 0x5 and fd.num >= 5 and fd.num <= 5 and fd.num > 4 and fd.num < 6 and fd.num != 6", o);
    FAILS(S, "fd.num < 5 or fd.num > 5 or fd.num != 5", o);
    HOLDS(S, "fd.num in (1, 5)", o);
    FAILS(S, "fd.num in (1, 2)", o);
    HOLDS(S, "fd.num = val(proc.vpid) and fd.num <= val(proc.vpid)", o);
    HOLDS(S, "proc.duration = 1m and proc.duration <= 60s and proc.duration > 59999ms", o);
    HOLDS(S, "user.loginuid < 0 and user.loginuid = -1", o);
}

TEST(addresses) {
    static const char o[] = "{\"fd.ip\": [\"10.1.2.3\", \"8.8.8.8\"], \"fd.net\": [\"10.1.2.3\", \"8.8.8.8\"], \"fd.sip\": \"8.8.8.8\", \"fd.snet\": \"fd00::1\", "
                            "\"fd.port\": [40000, 53]}";
    HOLDS(S, "fd.ip = 10.1.2.3 and fd.ip = 8.8.8.8", o);
    FAILS(S, "fd.ip != 10.1.2.3", o);
    HOLDS(S, "fd.ip != 10.1.2.4", o);
    HOLDS(S, "fd.ip in (1.1.1.1, 8.8.8.8)", o);
    HOLDS(S, "fd.net = 10.0.0.0/8 and fd.net in (127.0.0.0/8, 8.8.8.0/24)", o);
    FAILS(S, "fd.net != 10.0.0.0/8", o);
    HOLDS(S, "fd.net != 11.0.0.0/8", o);
    HOLDS(S, "fd.snet = fd00::/8 and fd.snet != 10.0.0.0/8", o);
    HOLDS(S, "fd.port = 53 and fd.port in (53, 54)", o);
    FAILS(S, "fd.port != 53", o);
    HOLDS(S, "fd.sip = val(fd.sip) and fd.sip in val(fd.ip)", o);
}

TEST(ancestors) {
    static const char o[] = "{\"proc.aname\": [\"sh\", \"sshd\", \"init\"]}";
    HOLDS(S, "proc.aname = sshd and proc.aname in (init, x) and proc.aname contains ss", o);
    HOLDS(S, "proc.aname != sshd", o);
    HOLDS(S, "proc.aname[2] = sshd and proc.aname[1] = sh", o);
    FAILS(S, "proc.aname[4] exists", o);
    FAILS(S, "proc.aname[2] != sshd", o);
}

TEST(arguments_behind_a_dot) {
    HOLDS(S, "evt.arg.mask = 5 and evt.arg[mask] = 5 and evt.rawarg.x exists and not evt.arg.none exists", "{\"evt.arg\": {\"mask\": \"5\"}, \"evt.rawarg[x]\": \"1\"}");
    WRONG(S, "evt.arg = x and evt.nothing.mask = x", "c:1:1: error: evt.arg needs an argument: evt.arg[NAME]\nc:1:17: error: source syscall has no field \"evt.nothing.mask\"");
    WRONG(S, "proc.name.x = 1", "c:1:1: error: source syscall has no field \"proc.name.x\"; did you mean \"proc.name\"?");
}

TEST(absent_as_documented) {
    HOLDS("image", "not image.tag = b and not image.labels = b and not image.tag in (b) and len(image.labels) = 0 and join(\",\", image.labels) = \"\"", "{\"image.labels\": []}");
    FAILS("image", "image.labels exists or image.labels != a or image.labels in () or image.labels startswith \"\" or image.tag startswith \"\" or len(image.tag) = 0", "{\"image.labels\": []}");
    HOLDS("image", "image.tag exists and image.tag = \"\" and image.tag startswith \"\"", "{\"image.tag\": \"\"}");
    FAILS("image", "image.any[\"vulnerability: vuln.cvss = 1\"] = true", "{}");
    HOLDS("image", "image.all[\"vulnerability: vuln.cvss = 1\"] = true and image.count[\"vulnerability: vuln.cvss = 1\"] = 0", "{}");
    FAILS("image", "image.all[\"vulnerability: vuln.cvss != 1\"] = true", "{\"children\": {\"vulnerability\": [{}]}}");
    HOLDS("image", "image.any[\"vulnerability: not vuln.cvss = 1\"] = true", "{\"children\": {\"vulnerability\": [{}]}}");
    WRONG("image", "concat(image.labels, \"b\") exists", "c:1:8: error: concat takes single values; join takes lists");
    WRONG("image", "join(\",\", image.tag) exists", "c:1:11: error: join takes a list: (a, b) or a field with several values");
}

TEST(bytes) {
    HOLDS(S, "evt.buffer bcontains C3A9 and evt.buffer bstartswith 61c3 and evt.buffer contains a", "{\"evt.buffer\": \"a\xc3\xa9\"}");
    FAILS(S, "evt.buffer bcontains c3a9ff", "{\"evt.buffer\": \"a\xc3\xa9\"}");
}

TEST(transformers) {
    static const char o[] = "{\"proc.name\": \"Bash\", \"proc.exepath\": \"/usr/bin/bash\", \"proc.cwd\": \"/x/\", \"proc.args\": \"-n -tabc -v file -x\", \"proc.env\": \"YWJj\", "
                            "\"proc.vpid\": 7, \"proc.aname\": [\"A\", \"b\"]}";
    HOLDS(S, "tolower(proc.name) = bash and toupper(proc.name) = BASH", o);
    HOLDS(S, "basename(proc.exepath) = bash and basename(proc.name) = Bash and basename(proc.cwd) = \"\"", o);
    HOLDS(S, "b64(proc.env) = abc", o);
    FAILS(S, "b64(proc.exepath) exists and b64(proc.cwd) != x", o);
    HOLDS(S, "len(proc.name) = 4 and len(proc.aname) = 2 and len(proc.env) > 3", o);
    HOLDS(S, "concat(proc.name, \":\", proc.vpid) = Bash:7", o);
    HOLDS(S, "join(\"-\", (proc.name, proc.vpid, \"x\")) = Bash-7-x and join(\",\", proc.aname) = \"A,b\"", o);
    HOLDS(S, "tolower(proc.aname) in (a, x)", o);
    HOLDS(S, "getopt(proc.args, \"nt:v\") in (n, t, v) and getopt(proc.args, \"nt:v\") intersects (v) and len(getopt(proc.args, \"nt:v\")) = 3", o);
    HOLDS(S, "getopt(proc.args, \"nt:v\")[t] = abc and not getopt(proc.args, \"nt:vx\")[x] exists", o);
    HOLDS(S, "tolower(toupper(proc.name)) = val(proc.name) or basename(proc.exepath) = tolower(proc.name)", o);
}

TEST(lists_words_units) {
    static const char o[] = "{\"image.ports\": [80, 443], \"image.labels\": [], \"image.size\": 536870912, \"image.age\": 14, \"image.created\": \"2026-02-12\", "
                            "\"image.label\": {\"a\": \"b\"}}";
    HOLDS("image", "image.ports in (80, 443, 22) and image.ports intersects (22, 80) and image.ports = 80 and image.ports > 400 and image.ports != 22", o);
    FAILS("image", "image.ports in (80)", o);
    FAILS("image", "image.ports != 80", o);
    FAILS("image", "image.labels exists or image.labels != x or image.labels in (x)", o);
    HOLDS("image", "len(image.labels) = 0", o);
    HOLDS("image", "image.size = 512Mi and image.size < 1G and image.size > 0.5G", o);
    HOLDS("image", "image.age = 2w and image.age < 1y and image.age >= 14", o);
    HOLDS("image", "image.created < 2026-02-13 and image.created >= 2026-02-12T00:00:00Z", o);
    HOLDS("image", "image.label[a] = b and not image.label[c] exists", o);
    HOLDS("vulnerability", "vuln.severity >= HIGH and vuln.severity > low and vuln.severity = CRITICAL and vuln.severity in (high, critical)", "{\"vuln.severity\": \"CRITICAL\"}");
    FAILS("vulnerability", "vuln.severity <= HIGH", "{\"vuln.severity\": \"CRITICAL\"}");
}

TEST(quantifiers) {
    static const char o[] = "{\"image.tag\": \"x\", \"children\": {\"vulnerability\": [{\"vuln.severity\": \"HIGH\", \"vuln.id\": \"CVE-1\"}, {\"vuln.severity\": \"LOW\"}]}}";
    HOLDS("image", "image.any[\"vulnerability: vuln.severity = HIGH\"] = true and image.count[\"vulnerability\"] = 2", o);
    HOLDS("image", "image.count['vulnerability: vuln.severity >= LOW and image.tag = x'] = 2", o);
    FAILS("image", "image.all[\"vulnerability: vuln.id exists\"] = true", o);
    HOLDS("image", "image.all[\"vulnerability: vuln.severity exists\"] = true", o);
    HOLDS("image", "image.all[\"secret: secret.kind = secret\"] = true or image.any[\"secret:\"] = false", o);
}

TEST(mistakes) {
    WRONG(S, "proc.nane = a", "c:1:1: error: source syscall has no field \"proc.nane\"; did you mean \"proc.name\"?");
    WRONG(S, "fd.num = a and fd.num = 1.5 and fd.num = 5x",
          "c:1:10: error: \"a\": expected a whole number\nc:1:25: error: \"1.5\": expected a whole number\nc:1:42: error: \"5x\": expected a whole number");
    WRONG(S, "evt.failed = yes", "c:1:14: error: \"yes\": expected true or false");
    WRONG(S, "fd.ip = 10.0.0.0/8", "c:1:9: error: \"10.0.0.0/8\": expected one address, not a network; fields of networks (fd.net, fd.snet …) take those");
    WRONG(S, "fd.net in (10.0.0.0/33, x)",
          "c:1:12: error: \"10.0.0.0/33\": expected a network or an address: 10.0.0.0/8, fd00::/8, 10.0.0.1\n"
          "c:1:25: error: \"x\": expected a network or an address: 10.0.0.0/8, fd00::/8, 10.0.0.1");
    WRONG(S, "fd.port = 70000", "c:1:11: error: \"70000\": expected a port, 0 to 65535");
    WRONG(S, "fd.num contains 1", "c:1:1: error: fd.num is a whole number: contains is not for that; there are: exists = != < <= > >= in intersects");
    WRONG(S, "fd.ip startswith 1", "c:1:1: error: fd.ip is an address: startswith is not for that; there are: exists = != in intersects");
    WRONG(S, "proc.name < 1", "c:1:1: error: proc.name is a text: < is not for that; there are: exists = != contains icontains startswith endswith glob iglob regex in intersects pmatch");
    WRONG(S, "proc.name regex \"a(\"", "c:1:17: error: this pattern does not compile: missing closing parenthesis (at its character 3)");
    WRONG(S, "proc.name regex \"(a)\\\\1\"",
          "c:1:17: error: this pattern does not compile: no back-reference and no \\G, \\K, \\R, \\X, \\N, \\g, \\k here (at its character 4)");
    WRONG(S, "proc.name regex \"a(?=b)\"",
          "c:1:17: error: this pattern does not compile: only groups (…), (?:…), (?P<name>…), (?<name>…) and flags i, m, s, U, nothing that looks around (at its character 2)");
    WRONG(S, "proc.name regex val(proc.pname)", "c:1:21: error: regex needs its pattern written out");
    WRONG(S, "evt.buffer bcontains xyz", "c:1:22: error: expected bytes in hexadecimal: cafe0123");
    WRONG(S, "proc.name[1] = a", "c:1:11: error: proc.name takes no argument");
    WRONG(S, "proc.aname[x] = a", "c:1:12: error: proc.aname takes a number here: proc.aname[1]");
    WRONG(S, "container.label = a", "c:1:1: error: container.label needs an argument: container.label[NAME]");
    WRONG(S, "proc.name = val(fd.num)", "c:1:17: error: this is a whole number, the left side is a text");
    WRONG(S, "proc.name = val(proc.aname)", "c:1:17: error: this has several values: only in, intersects and pmatch compare with those");
    WRONG(S, "fd.num = val(proc.duration) and proc.duration = val(evt.buflen)", "c:1:53: error: both sides have different units");
    WRONG(S, "m and proc.name in l", "c:1:1: error: unknown macro \"m\"\nc:1:7: error: unknown list \"l\"");
    WRONG(S, "tolower(fd.num) = a", "c:1:9: error: tolower is of a text, not a whole number");
    WRONG(S, "concat(proc.name) = a", "c:1:1: error: concat takes 2 arguments or more, not 1");
    WRONG(S, "len(proc.name)[x] = 1", "c:1:16: error: only getopt(…) takes an argument in brackets");
    WRONG("vulnerability", "vuln.severity = hihg",
          "c:1:17: error: \"hihg\": no such value; did you mean \"HIGH\"? There are: UNKNOWN|NEGLIGIBLE|LOW|MEDIUM|HIGH|CRITICAL");
    WRONG("image", "image.size > 5XB", "c:1:14: error: \"5XB\": expected a size: bytes, or a number with k, M, G, T, Ki, Mi, Gi or Ti");
    WRONG("image", "image.any[\"nothing: a.b = c\"] = true",
          "c:1:11: error: source image has no children \"nothing\"; there are: package vulnerability secret certificate file finding");
    WRONG("image", "image.any[\"vulnerability: vuln.x = c\"] = true", "c:1:27: error: source vulnerability has no field \"vuln.x\"; did you mean \"vuln.id\"?");
    WRONG("image", "image.any[x] = true", "c:1:11: error: expected image.any[\"CHILD: CONDITION\"] with one of: package vulnerability secret certificate file finding");
}

TEST(limits) {
    _cleanup_(buf_done) Buf text = buf_new(BUF_OWN_MAX);
    buf_putz(&text, "{\"proc.name\": \"");
    for (int i = 0; i < 5000; i++)
        buf_putc(&text, 'a');
    buf_putz(&text, "\"}");
    check_in(__FILE__, __LINE__, S, "proc.name regex \"(a*)*(a*)*(a*)*b\"", text.p, -E2BIG);
    /* Children of children, and long texts of one parent: each on its own is cheap. */
    buf_clear(&text);
    buf_putz(&text, "{\"image.tag\": \"");
    for (int i = 0; i < 300000; i++)
        buf_putc(&text, 'a');
    buf_putz(&text, "\", \"children\": {\"vulnerability\": [{}");
    for (int i = 0; i < 5000; i++)
        buf_putz(&text, ",{}");
    buf_putz(&text, "]}}");
    check_in(__FILE__, __LINE__, "image", "image.count[\"vulnerability: not vuln.id exists\"] = 5001", text.p, 1);
    check_in(__FILE__, __LINE__, "image", "image.all[\"vulnerability: image.all['vulnerability: not vuln.id exists'] = true\"] = true", text.p, -E2BIG);
    check_in(__FILE__, __LINE__, "image", "image.all[\"vulnerability: image.tag contains b or not vuln.id exists\"] = true", text.p, -E2BIG);
    buf_clear(&text);
    buf_putz(&text, "{\"proc.name\": \"");
    for (int i = 0; i < 5000; i++)
        buf_putc(&text, 'a');
    buf_putz(&text, "\"}");
    check_in(__FILE__, __LINE__, S, "not proc.name regex \"(a*)*(a*)*(a*)*b\"", text.p, -E2BIG);
}

TEST_MAIN()
