/* SPDX-License-Identifier: Apache-2.0 */
/* ANALYZER(symbol): `const Analyzer analyzer_<symbol>` is defined in its own file. The order is that of the facts of one file. */
ANALYZER(os_release)
ANALYZER(dpkg)
ANALYZER(deb_license)
ANALYZER(apk)
ANALYZER(rpm)
ANALYZER(rh_content_manifest)
ANALYZER(apt_sources)
ANALYZER(go_binary)
