/* SPDX-License-Identifier: Apache-2.0 */
/* FORMAT(name, doc, media type, extension, may be asked of `plimsoll sbom`): written by format_<name>_write() in <name>.c. Adding
 * one: docs/adding/format.md. */
FORMAT(table, "for people: findings by severity and package, what was not seen, and a verdict", "text/plain; charset=utf-8", "txt", true)
FORMAT(json, "everything, in our own schema (docs/reference/report.schema.json)", "application/json", "json", true)
FORMAT(cyclonedx, "CycloneDX 1.6 bill of materials in JSON, with vulnerabilities", "application/vnd.cyclonedx+json; version=1.6", "cdx.json", true)
