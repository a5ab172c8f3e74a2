/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of licences: which of a choice counts, and what wildcards mean. */
#include "scan/licenses.h"
#include "unit/tap.h"

TEST(verdicts) {
    static const struct {
        const char *text, *allow, *deny;
        LicenseVerdict verdict;
        const char *name;
    } rows[] = {
        {"MIT", "MIT", NULL, LICENSE_ALLOWED, "MIT"},
        {"MIT", "mit,ISC", NULL, LICENSE_ALLOWED, "MIT"},
        {"MIT", "ISC, MIT", NULL, LICENSE_ALLOWED, "MIT"},
        {"MIT", "ISC", NULL, LICENSE_NOT_ALLOWED, "MIT"},
        {"MIT", NULL, "MIT", LICENSE_DENIED, "MIT"},
        {"MIT", "MIT", "MIT", LICENSE_DENIED, "MIT"},
        {"MIT-0", "MIT", NULL, LICENSE_NOT_ALLOWED, "MIT-0"},
        {"GPL-2.0-or-later", NULL, "GPL-*", LICENSE_DENIED, "GPL-2.0-or-later"},
        {"LGPL-2.1-only", NULL, "GPL-*", LICENSE_ALLOWED, "LGPL-2.1-only"},
        {"LGPL-2.1-only", NULL, "*GPL-*", LICENSE_DENIED, "LGPL-2.1-only"},
        {"LGPL-2.1-only", NULL, "*-only*", LICENSE_DENIED, "LGPL-2.1-only"},
        {"MIT OR GPL-2.0-only", NULL, "GPL-*", LICENSE_ALLOWED, "MIT"},
        {"GPL-2.0-only OR MIT", "MIT", "GPL-*", LICENSE_ALLOWED, "MIT"},
        {"GPL-2.0-only OR ISC", "MIT", "GPL-*", LICENSE_NOT_ALLOWED, "ISC"},
        {"MIT AND GPL-2.0-only", NULL, "GPL-*", LICENSE_DENIED, "GPL-2.0-only"},
        {"MIT AND (GPL-2.0-only OR ISC)", NULL, "GPL-*", LICENSE_ALLOWED, "MIT"},
        {"MIT AND Foo", "MIT", NULL, LICENSE_UNKNOWN, "LicenseRef-Foo"},
        {"Foo AND ISC", "MIT", NULL, LICENSE_NOT_ALLOWED, "ISC"},
        {"Foo", "MIT,LicenseRef-Foo", NULL, LICENSE_ALLOWED, "LicenseRef-Foo"},
        {"Foo", NULL, "MIT", LICENSE_ALLOWED, "LicenseRef-Foo"},
        {"GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only", NULL, LICENSE_ALLOWED, "GPL-2.0-only WITH Classpath-exception-2.0"},
        {"GPL-2.0-only WITH Classpath-exception-2.0", "*WITH Classpath*", NULL, LICENSE_ALLOWED, "GPL-2.0-only WITH Classpath-exception-2.0"},
        {"", "MIT", NULL, LICENSE_UNKNOWN, ""},
        {"", NULL, "MIT", LICENSE_ALLOWED, ""},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_(arena_done) Arena a = {0};
        const char *allow[] = {rows[i].allow, NULL}, *deny[] = {rows[i].deny, NULL};
        Str name;
        CHECK(license_judge(license_parse(&a, PACKAGE_NPM, str_from(rows[i].text)), &(LicensePolicy) {allow, deny}, &name) == rows[i].verdict);
        CHECK_STR(name, rows[i].name);
    }
}

TEST_MAIN()
