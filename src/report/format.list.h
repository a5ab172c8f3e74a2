/* SPDX-License-Identifier: Apache-2.0 */
/* FORMAT(name, doc, media type, extension, may be asked of `plimsoll sbom`, of `plimsoll check`): written by format_<name>_write() in <name>.c. Adding
 * one: docs/adding/format.md. */
FORMAT(table, "for people: findings by severity and package, what was not seen, and a verdict", "text/plain; charset=utf-8", "txt", true, true)
FORMAT(json, "everything, in our own schema (docs/reference/report.schema.json)", "application/json", "json", true, true)
FORMAT(sarif, "SARIF 2.1.0, for code scanning services", "application/sarif+json", "sarif", false, true)
FORMAT(cyclonedx, "CycloneDX 1.6 bill of materials in JSON, with vulnerabilities", "application/vnd.cyclonedx+json; version=1.6", "cdx.json", true, false)
FORMAT(spdx, "SPDX 2.3 bill of materials in JSON; findings as external references", "application/spdx+json", "spdx.json", true, false)
FORMAT(junit, "JUnit XML, for continuous integration: a test case per package, or per file that was checked", "application/xml", "xml", false, true)
FORMAT(gitlab, "GitLab container scanning report (schema 15)", "application/json", "json", false, true)
FORMAT(codequality, "GitLab code quality report: issues at their lines in a merge request", "application/json", "codequality.json", false, true)
FORMAT(html, "one self-contained page", "text/html; charset=utf-8", "html", true, true)
FORMAT(markdown, "for pull requests and wikis", "text/markdown; charset=utf-8", "md", true, true)
FORMAT(policyreport, "Kubernetes PolicyReports (wgpolicyk8s.io/v1alpha2) by namespace, as a List for kubectl apply", "application/json", "json", false, true)
FORMAT(prometheus, "counts of findings and gaps for Prometheus, as node_exporter's textfile collector reads them", "text/plain; version=0.0.4; charset=utf-8", "prom", false, true)
