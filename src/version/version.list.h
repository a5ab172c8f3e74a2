/* SPDX-License-Identifier: Apache-2.0 */
/* The table of version schemes: VERSION_SCHEME(x, doc) is version_x_compare() and version_x_valid(), in x.c. */
VERSION_SCHEME(apk, "Alpine and Wolfi packages: number{.number}…{letter}{_suffix{number}}…{~hash}{-rN}, as apk-package(5) of apk-tools 3 has it")
VERSION_SCHEME(dpkg, "Debian and Ubuntu packages: [epoch:]upstream[-revision], Debian Policy 5.6.12 as dpkg does it")
VERSION_SCHEME(rpm, "RPM packages: [epoch:]version[-release], as rpm-version(7) has it")
