/* SPDX-License-Identifier: Apache-2.0 */
/* Package URLs of every type, as the purl specification's own type documents have them. */
#include "model/inventory.h"
#include "unit/tap.h"

TEST(language_purls) {
    static const struct {
        PackageType type;
        const char *name, *version, *purl;
    } rows[] = {
        {PACKAGE_NPM, "foobar", "12.3.1", "pkg:npm/foobar@12.3.1"},
        {PACKAGE_NPM, "@angular/animation", "12.3.1", "pkg:npm/%40angular/animation@12.3.1"},
        {PACKAGE_PYPI, "django-allauth", "12.23", "pkg:pypi/django-allauth@12.23"},
        {PACKAGE_GOLANG, "github.com/gorilla/context", "v1.1.2+incompatible", "pkg:golang/github.com/gorilla/context@v1.1.2%2Bincompatible"},
        {PACKAGE_GOLANG, "stdlib", "1.22.1", "pkg:golang/stdlib@1.22.1"},
        {PACKAGE_CARGO, "structopt", "0.3.11", "pkg:cargo/structopt@0.3.11"},
        {PACKAGE_MAVEN, "org.apache.xmlgraphics:batik-anim", "1.9.1", "pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1"},
        {PACKAGE_GEM, "jruby-launcher", "1.1.2", "pkg:gem/jruby-launcher@1.1.2"},
        {PACKAGE_COMPOSER, "guzzlehttp/promises", "2.0.2", "pkg:composer/guzzlehttp/promises@2.0.2"},
        {PACKAGE_NUGET, "EnterpriseLibrary.Common", "6.0.1304", "pkg:nuget/EnterpriseLibrary.Common@6.0.1304"},
        {PACKAGE_PUB, "characters", "1.2.0", "pkg:pub/characters@1.2.0"},
        {PACKAGE_HEX, "jason", "1.1.2", "pkg:hex/jason@1.1.2"},
        {PACKAGE_SWIFT, "github.com/Alamofire/Alamofire", "5.4.3", "pkg:swift/github.com/Alamofire/Alamofire@5.4.3"},
        {PACKAGE_CONAN, "openssl", "3.0.3", "pkg:conan/openssl@3.0.3"},
        {PACKAGE_BITNAMI, "wordpress", "6.2.0", "pkg:bitnami/wordpress@6.2.0"},
        {PACKAGE_NPM, "no-version", "", "pkg:npm/no-version"},
        {PACKAGE_NPM, "odd name?#%", "1 2", "pkg:npm/odd%20name%3F%23%25@1%202"},
    };
    /* The distribution that they lie in is none of their business. */
    const Os os = {.known = true, .id = str_from("debian"), .version_id = str_from("12")};
    _cleanup_(arena_done) Arena a = {0};
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        PackageFact p = {.type = rows[i].type, .name = str_from(rows[i].name), .version = str_from(rows[i].version)};
        CHECK_STR(package_purl(&a, &p, &os), rows[i].purl);
    }
}

TEST(types) {
    for (PackageType t = 0; t < PACKAGE_TYPE_N_; t++) {
        PackageType back;
        CHECK_INT(package_type_parse(str_from(package_type_name(t)), &back), 0);
        CHECK_INT(back, t);
    }
    PackageType none;
    CHECK_INT(package_type_parse(STR("npmx"), &none), -EINVAL);
    CHECK(package_type_is_os(PACKAGE_RPM) && !package_type_is_os(PACKAGE_NPM) && !package_type_is_os(PACKAGE_GENERIC));
}

TEST_MAIN()
