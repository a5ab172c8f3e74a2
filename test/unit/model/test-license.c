/* SPDX-License-Identifier: Apache-2.0 */
/* Licences as each source writes them, in SPDX. */
#include "base/buf.h"
#include "model/license.h"
#include "unit/tap.h"

static const char *const ids[] = {
#define LICENSE_ID(id) id,
#include "model/license-id.list.h"
#undef LICENSE_ID
};
static const char *const exceptions[] = {
#define LICENSE_EXCEPTION(id) id,
#include "model/license-exception.list.h"
#undef LICENSE_EXCEPTION
};
static const struct {
    const char *name, *type, *spdx;
} aliases[] = {
#define LICENSE_ALIAS(name, type, spdx) {name, type, spdx},
#include "model/license-alias.list.h"
#undef LICENSE_ALIAS
};

TEST(what_sources_write) {
    static const struct {
        PackageType type;
        const char *text, *spdx;
    } rows[] = {
        /* Debian's copyright format 1.0 */
        {PACKAGE_DEB, "GPL-2+", "GPL-2.0-or-later"},
        {PACKAGE_DEB, "GPL-2", "GPL-2.0-only"},
        {PACKAGE_DEB, "Expat", "MIT"},
        {PACKAGE_DEB, "GPL-1+ or Artistic", "GPL-1.0-or-later OR Artistic-1.0"},
        {PACKAGE_DEB, "GPL-2+ or Artistic-2.0, and BSD-3-clause", "(GPL-2.0-or-later OR Artistic-2.0) AND BSD-3-Clause"},
        {PACKAGE_DEB, "GPL-3+ with Autoconf exception", "GPL-3.0-or-later WITH Autoconf-exception-3.0"},
        {PACKAGE_DEB, "GPL-2+ with OpenSSL exception", "LicenseRef-GPL-2-with-OpenSSL-exception"},
        {PACKAGE_DEB, "GFDL-NIV-1.3+", "GFDL-1.3-no-invariants-or-later"},
        {PACKAGE_DEB, "LGPL-2.1+ and public-domain", "LGPL-2.1-or-later AND LicenseRef-public-domain"},
        {PACKAGE_DEB, "BSD-3-clause and GPL-2+ and BSD-3-clause", "BSD-3-Clause AND GPL-2.0-or-later"},
        /* rpm: Fedora's old short names, and SPDX */
        {PACKAGE_RPM, "GPLv2+", "GPL-2.0-or-later"},
        {PACKAGE_RPM, "ASL 2.0", "Apache-2.0"},
        {PACKAGE_RPM, "BSD", "LicenseRef-BSD"},
        {PACKAGE_RPM, "GPLv2+ and (LGPLv2 or MIT) and Public Domain", "GPL-2.0-or-later AND (LGPL-2.0-only OR MIT) AND LicenseRef-Public-Domain"},
        {PACKAGE_RPM, "LGPLv2+ with exceptions", "LicenseRef-LGPLv2-with-exceptions"},
        {PACKAGE_RPM, "BSD with advertising", "BSD-4-Clause"},
        {PACKAGE_RPM, "GPL-3.0-or-later WITH GCC-exception-3.1 AND ISC", "GPL-3.0-or-later WITH GCC-exception-3.1 AND ISC"},
        /* apk, today and before it took SPDX */
        {PACKAGE_APK, "GPL-2.0-only AND MIT", "GPL-2.0-only AND MIT"},
        {PACKAGE_APK, "GPL2 MIT", "GPL-2.0-only AND MIT"},
        {PACKAGE_APK, "GPL2 whatever", "LicenseRef-GPL2-whatever"},
        /* npm */
        {PACKAGE_NPM, "(MIT OR Apache-2.0)", "MIT OR Apache-2.0"},
        {PACKAGE_NPM, "mit", "MIT"},
        {PACKAGE_NPM, "UNLICENSED", "LicenseRef-UNLICENSED"},
        {PACKAGE_NPM, "SEE LICENSE IN LICENSE.md", "LicenseRef-SEE-LICENSE-IN-LICENSE.md"},
        {PACKAGE_NPM, "MIT AND (BSD-2-Clause OR (ISC OR Zlib))", "MIT AND (BSD-2-Clause OR ISC OR Zlib)"},
        {PACKAGE_NPM, "GPL-2.0", "GPL-2.0-only"},
        {PACKAGE_NPM, "GPL-2.0+ WITH Classpath-exception-2.0", "GPL-2.0-or-later WITH Classpath-exception-2.0"},
        {PACKAGE_NPM, "Apache-2.0+", "Apache-2.0+"},
        {PACKAGE_NPM, "LicenseRef-scancode-x.1", "LicenseRef-scancode-x.1"},
        /* PyPI: License, classifiers, License-Expression */
        {PACKAGE_PYPI, "MIT License", "MIT"},
        {PACKAGE_PYPI, "Apache License, Version 2.0", "Apache-2.0"},
        {PACKAGE_PYPI, "GNU General Public License v3 or later (GPLv3+)", "GPL-3.0-or-later"},
        {PACKAGE_PYPI, "GNU Lesser General Public License version 2.1 or later", "LGPL-2.1-or-later"},
        {PACKAGE_PYPI, "GPL version 2 or any later version or MIT", "GPL-2.0-or-later OR MIT"},
        {PACKAGE_PYPI, "Apache-2.0 OR BSD-3-Clause", "Apache-2.0 OR BSD-3-Clause"},
        {PACKAGE_PYPI, "BSD License", "LicenseRef-BSD-License"},
        /* gem, Composer, Maven */
        {PACKAGE_GEM, "Ruby OR BSD-2-Clause", "Ruby OR BSD-2-Clause"},
        {PACKAGE_COMPOSER, "LGPL-2.1-only OR GPL-3.0-or-later", "LGPL-2.1-only OR GPL-3.0-or-later"},
        {PACKAGE_MAVEN, "http://www.apache.org/licenses/LICENSE-2.0.txt;link=x, MIT", "Apache-2.0 AND MIT"},
        /* No expressions at all: one unknown licence, never nothing. */
        {PACKAGE_NPM, "(MIT", "LicenseRef-MIT"},
        {PACKAGE_NPM, "MIT OR", "LicenseRef-MIT-OR"},
        {PACKAGE_NPM, "AND", "LicenseRef-AND"},
        {PACKAGE_NPM, "LicenseRef-", "LicenseRef-LicenseRef"},
        {PACKAGE_NPM, "MIT WITH Nothing", "LicenseRef-MIT-WITH-Nothing"},
        {PACKAGE_NPM, "GPL-7", "LicenseRef-GPL-7"},
        {PACKAGE_NPM, "  ", ""},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_(arena_done) Arena a = {0};
        CHECK_STR(license_expression(&a, rows[i].type, str_from(rows[i].text)), rows[i].spdx);
    }
}

TEST(limits) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(buf_done) Buf deep = buf_new(1 << 20), many = buf_new(1 << 20), fits = buf_new(1 << 20), large = buf_new(1 << 20);
    for (int i = 0; i <= LICENSE_DEPTH_MAX; i++)
        buf_putc(&deep, '(');
    buf_putz(&deep, "MIT");
    for (int i = 0; i <= LICENSE_DEPTH_MAX; i++)
        buf_putc(&deep, ')');
    CHECK_STR(license_expression(&a, PACKAGE_NPM, buf_view(&deep)), "LicenseRef-MIT");
    CHECK_STR(license_expression(&a, PACKAGE_NPM, str_n(deep.p + 1, deep.n - 2)), "MIT");
    for (int i = 0; i <= LICENSE_NODES_MAX; i++) {
        buf_printf(&many, "%sx%d", i ? " AND " : "", i);
        if (i + 1 == LICENSE_NODES_MAX)
            buf_str(&fits, buf_view(&many));
    }
    CHECK(license_parse(&a, PACKAGE_NPM, buf_view(&many))->op == LICENSE_NAME);
    CHECK(license_parse(&a, PACKAGE_NPM, buf_view(&fits))->op == LICENSE_AND);
    while (large.n <= LICENSE_BYTES_MAX)
        buf_putz(&large, "MIT AND ");
    CHECK(license_parse(&a, PACKAGE_NPM, buf_view(&large))->op == LICENSE_NAME);
    /* A long name is cut, and told from others by its digest. */
    char name[200];
    memset(name, 'a', sizeof(name));
    Str one = license_expression(&a, PACKAGE_NPM, str_n(name, sizeof(name)));
    CHECK(one.n < 120);
    CHECK(!str_eq(one, license_expression(&a, PACKAGE_NPM, str_n(name, sizeof(name) - 1))));
    CHECK(str_starts(license_expression(&a, PACKAGE_NPM, STR("\xff\xfe")), STR("LicenseRef-")));
}

static bool sorted(const char *a, const char *b) {
    return strcasecmp(a, b) < 0;
}

TEST(lists) {
    _cleanup_(arena_done) Arena a = {0};
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
        CHECK(i == 0 || sorted(ids[i - 1], ids[i]));
        CHECK_STR(license_expression(&a, PACKAGE_GENERIC, str_from(ids[i])), ids[i]);
    }
    for (size_t i = 0; i < ARRAY_SIZE(exceptions); i++) {
        CHECK(i == 0 || sorted(exceptions[i - 1], exceptions[i]));
        Str text = arena_printf(&a, "GPL-2.0-only WITH %s", exceptions[i]);
        CHECK(str_eq(license_expression(&a, PACKAGE_GENERIC, text), text));
    }
    for (size_t i = 0; i < ARRAY_SIZE(aliases); i++) {
        PackageType type = PACKAGE_GENERIC;
        CHECK(i == 0 || strcmp(aliases[i - 1].name, aliases[i].name) <= 0);
        CHECK(!*aliases[i].type || package_type_parse(str_from(aliases[i].type), &type) == 0);
        CHECK_STR(license_expression(&a, type, str_from(aliases[i].name)), aliases[i].spdx);
        CHECK_STR(license_expression(&a, PACKAGE_GENERIC, str_from(aliases[i].spdx)), aliases[i].spdx);
    }
}

TEST_MAIN()
