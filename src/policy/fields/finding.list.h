/* SPDX-License-Identifier: Apache-2.0 */
/* FIELD(slot, name, type, unit, flags, values, doc) of source finding. */
FIELD(FINDING_KIND, "finding.kind", STRING, NONE, 0, "vulnerability|malicious-package|update-pending|end-of-life|malformed|secret|config|key|certificate|malware|license|integrity", "Kind")
FIELD(FINDING_ID, "finding.id", STRING, NONE, 0, NULL, "Identifier: of a vulnerability, of a check (plimsoll list checks)")
FIELD(FINDING_SEVERITY, "finding.severity", STRING, NONE, 0, "UNKNOWN|NEGLIGIBLE|LOW|MEDIUM|HIGH|CRITICAL", "Severity; ordered")
FIELD(FINDING_TITLE, "finding.title", STRING, NONE, FIELD_OPTIONAL, NULL, "One line about it")
FIELD(FINDING_DETAIL, "finding.detail", STRING, NONE, FIELD_OPTIONAL, NULL, "What was seen")
FIELD(FINDING_PATH, "finding.path", STRING, NONE, FIELD_PATH | FIELD_OPTIONAL, NULL, "File it is about")
FIELD(FINDING_LAYER, "finding.layer", INT, NONE, FIELD_OPTIONAL, NULL, "Layer it is about, from 0")
FIELD(FINDING_PACKAGE, "finding.package", STRING, NONE, FIELD_OPTIONAL, NULL, "Package it is about")
FIELD(FINDING_CONTROLS, "finding.controls", STRING, NONE, FIELD_LIST | FIELD_OPTIONAL, NULL, "Controls of benchmarks: cis-docker-4.1")
FIELD(FINDING_FIRST_SEEN, "finding.first_seen", INT, TIME, FIELD_OPTIONAL, NULL, "The evaluation that had it first, as far back as the reports given as --baseline tell; absent without one")
FIELD(FINDING_FIRST_SEEN_AGE, "finding.first_seen.age", INT, DAYS, FIELD_OPTIONAL, NULL, "Days from finding.first_seen to the time of evaluation")
FIELD(FINDING_NEW, "finding.new", BOOL, NONE, 0, NULL, "Not in the report given as --baseline; true without one")
