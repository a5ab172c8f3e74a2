/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/java-name.h"
#include "unit/tap.h"

TEST(takes_file_names_apart) {
    static const struct {
        const char *file, *artifact, *version;
    } rows[] = {
        {"commons-io-2.11.0.jar", "commons-io", "2.11.0"},
        {"log4j-1.2-api-2.17.1.jar", "log4j-1.2-api", "2.17.1"},
        {"guava-31.1-jre.jar", "guava", "31.1-jre"},
        {"icu4j-55.jar", "icu4j", "55"},
        {"servlet-api-2.5-20081211.jar", "servlet-api", "2.5-20081211"},
        {"a-1.0-20240131.101500-7.jar", "a", "1.0-20240131.101500-7"},
        {"tool-1.0-SNAPSHOT.war", "tool", "1.0-SNAPSHOT"},
        {"plain.jar", "plain", ""},
        {"-1.0.jar", "-1.0", ""},
        {"jar", "jar", ""},
        {".jar", ".jar", ""},
        {"", "", ""},
        {"x-", "x-", ""},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        JavaName n = java_name_from_file(str_from(rows[i].file));
        CHECK_STR(n.artifact, rows[i].artifact);
        CHECK_STR(n.version, rows[i].version);
    }
}

TEST(guesses_groups_from_symbolic_names) {
    static const struct {
        const char *file, *symbolic, *vendor, *group;
    } rows[] = {
        {"httpclient-4.5.jar", "org.apache.httpcomponents.httpclient", "", "org.apache.httpcomponents"},
        {"jackson-databind-2.9.0.jar", "com.fasterxml.jackson.core.jackson-databind", "com.other", "com.fasterxml.jackson.core"},
        {"logback-classic-1.2.3.jar", "ch.qos.logback.classic", "", "ch.qos.logback"},
        {"guice-jndi-4.2.jar", "com.google.inject.jndi", "", "com.google.inject"},
        {"xyz-1.0.jar", "org.example.other", "", "org.example.other"},
        {"xyz-1.0.jar", "xyz", "org.vendor", "org.vendor"},
        {"xyz-1.0.jar", "", "Some Company, Inc.", ""},
        {"xyz-1.0.jar", "xyz", "", ""},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        JavaManifest m = {.symbolic_name = str_from(rows[i].symbolic), .vendor_id = str_from(rows[i].vendor)};
        CHECK_STR(java_name_guess(str_from(rows[i].file), &m).group, rows[i].group);
    }
}

TEST(reads_manifests_to_the_first_empty_line) {
    Arena a = {0};
    JavaManifest m;
    java_manifest_read(STR("Manifest-Version: 1.0\rBundle-SymbolicName: a.\r\n b.c; singleton:=true\nBundle-Version: 1\n .2\n \nIMPLEMENTATION-TITLE: t\n\nBundle-Version: 9\n"), &a, &m);
    CHECK_STR(m.symbolic_name, "a.b.c");
    CHECK_STR(m.version, "1.2");
    CHECK_STR(m.title, "t");
    java_manifest_read(STR("Implementation-Version: ${project.version}\nSpecification-Version: 3\nBundle-SymbolicName: not a name\nAutomatic-Module-Name: m.n"), &a, &m);
    CHECK_STR(m.version, "3");
    CHECK_STR(m.symbolic_name, "m.n");
    java_manifest_read(STR(" begins with a space\n: no key\nkey without value\n"), &a, &m);
    CHECK_STR(m.symbolic_name, "");
    arena_done(&a);
}

TEST_MAIN()
