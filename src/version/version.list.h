/* SPDX-License-Identifier: Apache-2.0 */
/* The table of version schemes: VERSION_SCHEME(x, doc) is version_x_compare() and version_x_valid(), in x.c. */
VERSION_SCHEME(apk, "Alpine and Wolfi packages: number{.number}…{letter}{_suffix{number}}…{~hash}{-rN}, as apk-package(5) of apk-tools 3 has it")
VERSION_SCHEME(cargo, "Rust crates: SemVer 2.0.0 with numbers of 64 bits, precedence as the crate semver has it (cmp_precedence: build metadata do not count)")
VERSION_SCHEME(dpkg, "Debian and Ubuntu packages: [epoch:]upstream[-revision], Debian Policy 5.6.12 as dpkg does it")
VERSION_SCHEME(gem, "Ruby gems: segments of digits or letters, as Gem::Version of RubyGems 3 has it")
VERSION_SCHEME(go, "Go modules: SemVer with or without v before it, v1 and v1.2 too, pseudo-versions, as golang.org/x/mod/semver has it")
VERSION_SCHEME(hex, "Elixir and Erlang packages: SemVer 2.0.0, as Elixir's Version module has it")
VERSION_SCHEME(npm, "Node packages: SemVer 2.0.0 read loosely (v1.2.3, 01.2.3, 1.2.3beta), as node-semver 7 has it")
VERSION_SCHEME(nuget, ".NET packages: one to four numbers and labels without regard to case, as NuGet.Versioning's VersionComparer.Default has it")
VERSION_SCHEME(pep440, "Python packages: [N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local], PEP 440 as python packaging does it")
VERSION_SCHEME(pub, "Dart packages: SemVer 2.0.0, but build metadata order too, as pub_semver has it")
VERSION_SCHEME(rpm, "RPM packages: [epoch:]version[-release], as rpm-version(7) has it")
VERSION_SCHEME(semver, "SemVer 2.0.0 precedence, for Swift, Conan and Bitnami; versions of fewer or more parts order as if zeros were missing")
