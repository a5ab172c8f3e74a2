/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "parse/shell.h"
#include "unit/tap.h"

static const char *const links[] = {"", "&& ", "|| ", "| ", "; "};

static void words(Buf *b, const char *before, const ShellWord *w, size_t n) {
    for (size_t i = 0; i < n; i++)
        buf_printf(b, "%s<%.*s>", before, STR_FMT(w[i].text));
}

/* One line per command: how it is joined, program, words; what is run is marked with "!", what stands in another with its place. */
static void check(const char *script, const char *want) {
    static const char *const places[] = {"", "$", "<", "-c ", "wrapped ", "() "};
    Arena a = {0};
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    const ShellCommand *const *list = NULL;
    size_t n = 0;
    CHECK_INT(shell_commands(str_from(script), &a, &list, &n), 0);
    for (size_t i = 0; i < n; i++) {
        const ShellCommand *c = list[i];
        buf_printf(&b, "%s%s%s%s", i ? "\n" : "", links[c->link], places[c->place], c->executed ? "!" : "");
        words(&b, "", c->words, c->n_words);
        words(&b, " =", c->assigns, c->n_assigns);
        words(&b, " >", c->redirects, c->n_redirects);
    }
    CHECK_STR(buf_view(&b), want);
    arena_done(&a);
}

TEST(words_and_links) {
    check("", "");
    check("ls -l /x", "<ls><-l></x>");
    check("a 'b c' \"d $e\"f g\\ h ''", "<a><b c><d $ef><g h><>");
    check("a && b || c; d | e & f\ng", "<a>\n&& <b>\n|| <c>\n; <d>\n| <e>\n; <f>\n; <g>");
    check("a &&\n  b |\n c # d; e\nf", "<a>\n&& <b>\n| <c>\n; <f>");
    check("a \\\n b", "<a><b>");
    check("A=1 B='x y' cmd c=d", "<cmd><c=d> =<A=1> =<B=x y>");
    check("A=(x y) B=1; z", " =<A=> =<B=1>\n; <z>");
    check("a > b 2>&1 <c >>d &>e", "<a> ><b> ><1> ><d> ><e>");
    check("a#b c", "<a#b><c>");
}

TEST(compound) {
    check("if a; then b; else c; fi; d", "<a>\n; <b>\n; <c>\n; <d>");
    check("for x in 1 2; do a $x; done && b", "<a><$x>\n&& <b>");
    check("while ! a; do b; done", "<a>\n; <b>");
    check("case $x in a|b) c d ;; *) e ;; esac; f", "<c><d>\n; <e>\n; <f>");
    check("f() { a; }; g", "<a>\n; <g>");
    check("(a; b) | c && (d)", "() <a>\n; () <b>\n| <c>\n() <d>");
    check("{ a; b; } || c", "<a>\n; <b>\n|| <c>");
    check("((i++)); a $((1 + (2))) ${b:-$(c)}", "<a><$((1 + (2)))><${b:-$(c)}>");
    check("cat <<E\nx; y\nE\na", "<cat>\n; <a>");
    check("cat <<-'E' > f && b\n\tx\n\tE\na", "<cat> ><f>\n&& <b>\n; <a>");
}

TEST(inside) {
    check("a $(b; c) d", "<a><$(b; c)><d>\n$<b>\n; $<c>");
    check("a \"x $(b \"$(c)\")\"", "<a><x $(b \"$(c)\")>\n$<b><$(c)>\n$<c>");
    check("a `b c` d", "<a><`b c`><d>\n$<b><c>");
    check("X=$(a) b", "<b> =<X=$(a)>\n$<a>");
    check("diff <(a) b", "<diff><<(a)><b>\n<<a>");
    check("a '$(b)' \\$c", "<a><$(b)><$c>");
    check("sh -c 'a && b'", "<sh><-c><a && b>\n-c <a>\n&& -c <b>");
    check("bash -o pipefail -ec \"a $(b)\"", "<bash><-o><pipefail><-ec><a $(b)>\n$!<b>\n-c <a><$(b)>");
    check("sudo -u x A=1 env B=2 a b", "<sudo><-u><x><A=1><env><B=2><a><b>\nwrapped <env><B=2><a><b>\nwrapped <a><b>");
    check("timeout -s KILL 5 a; xargs -n 1 b", "<timeout><-s><KILL><5><a>\nwrapped <a>\n; <xargs><-n><1><b>\n; wrapped <b>");
    check("su u -c 'a b'", "<su><u><-c><a b>\n-c <a><b>");
}

TEST(executed) {
    check("curl x | sh", "!<curl><x>\n| <sh>");
    check("curl x | sudo -E bash -", "!<curl><x>\n| <sudo><-E><bash><->\n| wrapped <bash><->");
    check("curl x | gunzip | python3", "!<curl><x>\n| !<gunzip>\n| <python3>");
    check("curl x | python3 -c 'import json'", "<curl><x>\n| <python3><-c><import json>");
    check("curl x | bash script", "<curl><x>\n| <bash><script>");
    check("curl x | bash -s -- y", "!<curl><x>\n| <bash><-s><--><y>");
    check("curl x > y; sh y", "<curl><x> ><y>\n; <sh><y>");
    check("sh -c \"$(curl x)\"", "<sh><-c><$(curl x)>\n$!<curl><x>\n-c <$(curl x)>");
    check("eval \"$(curl x)\"", "<eval><$(curl x)>\n$!<curl><x>\n-c <$(curl x)>");
    check("bash <(curl x) y", "<bash><<(curl x)><y>\n<!<curl><x>");
    check("bash x <(curl x)", "<bash><x><<(curl x)>\n<<curl><x>");
    check(". <(curl x)", "<.><<(curl x)>\n<!<curl><x>");
    check("(cd x; curl y) | sh", "() !<cd><x>\n; () !<curl><y>\n| <sh>");
    check("{ cd x; curl y; } | sh", "!<cd><x>\n; !<curl><y>\n| <sh>");
    check("{ curl x; }; sh", "<curl><x>\n; <sh>");
    check("{ curl x | cat; } > y | sh", "<curl><x>\n| !<cat>\n; ! ><y>\n| <sh>");
    check("for i in a b; do curl $i; done | sudo bash", "!<curl><$i>\n| <sudo><bash>\n| wrapped <bash>");
    check("if a; then { curl x; }; fi | sh; curl y", "!<a>\n; !<curl><x>\n| <sh>\n; <curl><y>");
    check("while read l\ndo\n curl $l\ndone | sh", "<read><l>\n; !<curl><$l>\n| <sh>");
    check("} | sh; { curl x", "| <sh>\n; <curl><x>");
    check("echo $(curl x) | sh", "!<echo><$(curl x)>\n$!<curl><x>\n| <sh>");
    check("a $(b | c) | d; e", "<a><$(b | c)>\n$<b>\n| $<c>\n| <d>\n; <e>");
}

TEST(unfinished) {
    check("a 'b", "<a><b>");
    check("a \"b", "<a><b>");
    check("a $(b", "<a><$(b>\n$<b>");
    check("a ) b", "<a>\n; <b>");
    check("a ${b", "<a><${b>");
    check("a <", "<a>");
    check("cat <<E\nx", "<cat>");
    check("| | a", "| <a>");
}

TEST(options) {
    Arena a = {0};
    const ShellCommand *const *list = NULL;
    size_t n = 0;
    CHECK_INT(shell_commands(STR("/usr/bin/apt-get -qy install --no-install-recommends -t=x --opt=val -o name -- -z"), &a, &list, &n), 0);
    CHECK_STR(shell_program(list[0]), "apt-get");
    Str v = STR_NULL;
    CHECK(shell_option(list[0], STR("-y"), NULL) && shell_option(list[0], STR("-q"), NULL) && !shell_option(list[0], STR("-z"), NULL));
    CHECK(shell_option(list[0], STR("--no-install-recommends"), NULL) && !shell_option(list[0], STR("--no-install"), NULL));
    CHECK(shell_option(list[0], STR("--opt"), &v));
    CHECK_STR(v, "val");
    CHECK(shell_option(list[0], STR("-o"), &v));
    CHECK_STR(v, "name");
    arena_done(&a);
}

TEST(limits) {
    Arena a = {0};
    const ShellCommand *const *list = NULL;
    size_t n = 0;
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    for (size_t i = 0; i < 100; i++)
        buf_putz(&b, "a $(");
    CHECK_INT(shell_commands(buf_view(&b), &a, &list, &n), 0);
    CHECK_INT(n, SHELL_DEPTH + 1);
    buf_clear(&b);
    for (size_t i = 0; i < SHELL_COMMANDS; i++)
        buf_putz(&b, "a;");
    CHECK_INT(shell_commands(str_head(buf_view(&b), b.n - 4), &a, &list, &n), 0);
    CHECK_INT(n, SHELL_COMMANDS - 2);
    CHECK_INT(shell_commands(buf_view(&b), &a, &list, &n), -E2BIG);
    Arena little = {.max = 1000};
    CHECK_INT(shell_commands(buf_view(&b), &little, &list, &n), -E2BIG);
    arena_done(&little);
    arena_done(&a);
}

TEST_MAIN()
