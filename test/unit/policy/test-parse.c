/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/ast.h"
#include "unit/tap.h"

/* The condition as printed, or all its errors. */
static void parse_limited(Buf *out, Str text, const Limits *limits) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(diag_done) Diag d = {0};
    AstNode *n = NULL;
    AstText t = {.text = text, .file = "r.yaml"};
    if (ast_parse(&t, limits, &a, &d, &n) == 0) {
        ast_print(n, out);
        return;
    }
    _cleanup_free_ char *all = diag_text(&d);
    buf_str(out, str_trim(str_from(all)));
}
static void check(const char *text, const char *want) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    Limits l = limits_default();
    parse_limited(&b, str_from(text), &l);
    CHECK_STR(buf_view(&b), want);
}
/* It prints as it is written. */
static void same(const char *text) {
    check(text, text);
}

TEST(operators) {
    same("a.b exists");
    check("a.b==x", "a.b = x");
    check("a.b=x", "a.b = x");
    same("a.b != <NA>");
    check("a.b>=0x1F and a.b<-3 and a.b <= 1.5e+3 and a.b >7", "a.b >= 0x1F and a.b < -3 and a.b <= 1.5e+3 and a.b > 7");
    same("a.b contains x and a.b icontains x and a.b bcontains cafe and a.b startswith /etc and a.b bstartswith 00 and a.b endswith .so");
    same("a.b glob /a/* and a.b iglob *.SH and a.b regex [a-z]+");
    check("a.b in(x,y , z) or a.b in () or a.b in shells", "a.b in (x, y, z) or a.b in () or a.b in shells");
    same("a.b intersects (x) and a.b pmatch (/a, /b)");
    check("a.b startswith  anyof\t( /a,'/b c' ) and a.b = oneof names", "a.b startswith anyof (/a, \"/b c\") and a.b = oneof names");
    check("a.b contains\nx", "a.b contains x");
    check("a.b exists)", "r.yaml:1:11: error: this \")\" closes nothing");
    same("a.b = \"oneof\"");
}

TEST(structure) {
    same("m");
    check("a.b = x or (c.d = y and (e_f or g))", "a.b = x or c.d = y and (e_f or g)");
    check("(a or b) and c or d", "(a or b) and c or d");
    check("not(a) and not not b and not  not not c", "not a and b and not c");
    check("not (a or b) and(c)or(d)", "not (a or b) and c or d");
    check("not (not a)", "not (not a)");
    check("nota and notable", "nota and notable");
    check(" \t\r\n\ba\n and\n b \n", "a and b");
}

TEST(fields) {
    same("proc.aname[2] = x");
    check("container.mount.dest['/etc/a b'] exists", "container.mount.dest[\"/etc/a b\"] exists");
    check("c.mount[/proc*] exists", "c.mount[/proc*] exists");
    check("a.b = val(c.d) and a.b = val(c.d[1]) and a.b in val( c.d )[2]", "a.b = val(c.d) and a.b = val(c.d[1]) and a.b in val(c.d[2])");
    check("tolower( toupper(a.b) ) = x", "tolower(toupper(a.b)) = x");
    check("join(\"-\",(a.b,'x', 5)) = concat( a.b , \"/\", basename(c.d[1]))", "join(\"-\", (a.b, \"x\", 5)) = concat(a.b, \"/\", basename(c.d[1]))");
    check("getopt(proc.args, \"nt:\")[t] = x and len(a.b) >= len(c.d)", "getopt(proc.args, \"nt:\")[t] = x and len(a.b) >= len(c.d)");
    check("w.any[\"container: c.p = 'a b' and m\"]=true", "w.any[\"container: c.p = 'a b' and m\"] = true");
}

TEST(strings) {
    check("a.b = 'x\"y'", "a.b = \"x\\\"y\"");
    check("a.b = \"\\b\\f\\n\\r\\t\\\\\\/\\\"'\"", "a.b = \"\\b\\f\\n\\r\\t\\\\/\\\"'\"");
    check("a.b = \"x\\ y\"", "a.b = \"x\\\\y\"");
    check("a.b = \"\\\\\"", "a.b = \"\\\\\"");
    same("a.b = \"\"");
    same("a.b = 127.0.0.0/8");
}

TEST(errors_are_told_all_at_once) {
    check("", "r.yaml:1:1: error: the condition is empty");
    check("a.b = x and\n a.b startwith y and (c.d in (x y) or e.f =) or\n  e.f exists g.h and tolower(5 6) = x or (j.k[",
          "r.yaml:2:6: error: unknown operator \"startwith\"; did you mean \"startswith\"?\n"
          "r.yaml:2:33: error: expected \",\" or \")\" in the list, found \"y\"\n"
          "r.yaml:2:44: error: expected a value, found \")\"\n"
          "r.yaml:3:14: error: expected \"and\" or \"or\", found \"g.h\"\n"
          "r.yaml:3:32: error: expected \",\" or \")\", found \"6\"\n"
          "r.yaml:3:47: error: expected an argument, \"…\" or without quotes, found the end of the condition\n"
          "r.yaml:3:42: error: this \"(\" is not closed");
}
TEST(errors) {
    check("a.b = ", "r.yaml:1:7: error: expected a value, found the end of the condition");
    check("a.b = x and", "r.yaml:1:12: error: expected a field, a macro or \"(\", found the end of the condition");
    check("a.b = x c.d = y", "r.yaml:1:9: error: expected \"and\" or \"or\", found \"c.d\"");
    check("(a and b", "r.yaml:1:1: error: this \"(\" is not closed");
    check("a.b = \"x", "r.yaml:1:7: error: this string does not end");
    check("a.b = \"\\q\"", "r.yaml:1:8: error: unknown escape; there are \\b \\f \\n \\r \\t \\\\ \\/ and the quote itself");
    check("a.b = '\\\"'", "r.yaml:1:8: error: this quote needs no backslash inside the other kind of quotes");
    check("a.b startwith x", "r.yaml:1:5: error: unknown operator \"startwith\"; did you mean \"startswith\"?");
    check("a.b in x, y", "r.yaml:1:9: error: expected \"and\" or \"or\", found \",\"");
    check("a.b in (x y)", "r.yaml:1:11: error: expected \",\" or \")\" in the list, found \"y\"");
    check("a.b in (x,)", "r.yaml:1:11: error: expected a value of the list, found \")\"");
    check("a.b[ = x", "r.yaml:1:5: error: expected an argument, \"…\" or without quotes, found \"=\"");
    check("tolower() = x", "r.yaml:1:1: error: this transformer needs an argument");
    check("tolower(x) = x", "r.yaml:1:9: error: expected a field, a transformer, a number, a quoted string or a list, found \"x\"");
    check("a.b = val(x)", "r.yaml:1:11: error: expected a field inside val(), found \"x\"");
    check("w.any[\"container: c.p = \"] = true", "r.yaml:1:25: error: expected a value, found the end of the condition");
    check("w.any[\"container:\n c.p = x)\"] = true", "r.yaml:2:9: error: expected \"and\", \"or\" or the end, found \")\"");
}

TEST(places) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(diag_done) Diag d = {0};
    AstNode *n = NULL;
    Limits l = limits_default();
    AstText t = {.text = STR("a.b = x\nand c.d in (y,\nz)"), .file = "r.yaml", .lines = (AstPlace[]) {{10, 5}, {11, 5}, {12, 7}}, .n_lines = 3};
    CHECK_INT(ast_parse(&t, &l, &a, &d, &n), 0);
    if (!n)
        return;
    CHECK_INT(n->place.line, 10);
    CHECK_INT(n->place.col, 5);
    CHECK_INT(n->end.line, 12);
    CHECK_INT(n->end.col, 9);
    const AstNode *second = n->child->next;
    CHECK_INT(second->place.line, 11);
    CHECK_INT(second->place.col, 9);
    CHECK_INT(second->items->next->place.line, 12);
    CHECK_INT(second->items->next->place.col, 7);
}

TEST(limits) {
    Limits l = limits_default();
    for (int round = 0; round < 4; round++) {
        _cleanup_(buf_done) Buf text = buf_new(BUF_OWN_MAX), out = buf_new(BUF_OWN_MAX);
        for (int i = 0; i < (round == 1 ? 101 : 100); i++)
            buf_putz(&text, "(");
        for (int i = 0; i < (round == 2 ? 40000 : 1); i++)
            buf_putz(&text, i ? " and m" : "m");
        for (int i = 0; i < (round == 1 ? 101 : 100); i++)
            buf_putz(&text, ")");
        if (round == 3)
            l.condition_nodes = 0;
        parse_limited(&out, buf_view(&text), &l);
        static const char *const want[] = {"m", "r.yaml:1:102: error: nested too deep: 100 levels are allowed", NULL, "r.yaml:1:102: error: the condition has too many parts"};
        if (want[round])
            CHECK_STR(buf_view(&out), want[round]);
        l.condition_bytes = round == 1 ? 1 << 20 : l.condition_bytes;
    }
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    l.condition_bytes = 3;
    parse_limited(&out, STR("a.b exists"), &l);
    CHECK_STR(buf_view(&out), "r.yaml:1:1: error: the condition is too long");
}

TEST_MAIN()
