/* SPDX-License-Identifier: Apache-2.0 */
/* FIELD(slot, name, type, unit, flags, values, doc) of source text_secret. */
FIELD(TEXT_SECRET_RULE, "text_secret.rule", STRING, NONE, 0, NULL, "Rule that found it (docs/secret-rules.md)")
FIELD(TEXT_SECRET_TITLE, "text_secret.title", STRING, NONE, 0, NULL, "What it is")
FIELD(TEXT_SECRET_SEVERITY, "text_secret.severity", STRING, NONE, 0, "UNKNOWN|NEGLIGIBLE|LOW|MEDIUM|HIGH|CRITICAL", "Severity; ordered")
FIELD(TEXT_SECRET_GENERIC, "text_secret.generic", BOOL, NONE, 0, NULL, "Told by the name beside it and by its looks, not by a form that only such secrets have")
FIELD(TEXT_SECRET_LENGTH, "text_secret.length", INT, NONE, 0, NULL, "Its bytes")
FIELD(TEXT_SECRET_INPUT, "text_secret.input", STRING, NONE, 0, NULL, "Kind of the file: dockerfile, kubernetes and so on (plimsoll list inputs)")
