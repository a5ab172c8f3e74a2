/* SPDX-License-Identifier: Apache-2.0 */
/* FIELD(slot, name, type, unit, flags, values, doc) of source expression. */
FIELD(EXPRESSION_TEXT, "expression.text", STRING, NONE, 0, NULL, "The expression, without its braces")
FIELD(EXPRESSION_IN, "expression.in", STRING, NONE, 0, NULL, "Key of the step that it stands in: run, if, env, with, name …; script for a line of GitLab's")
FIELD(EXPRESSION_KEY, "expression.key", STRING, NONE, FIELD_OPTIONAL, NULL, "Name of the input or variable, inside of with and env")
FIELD(EXPRESSION_CODE, "expression.code", BOOL, NONE, 0, NULL, "It becomes part of a program before that is run: a script, or the script input of actions that interpret it")
FIELD(EXPRESSION_CONTEXTS, "expression.contexts", STRING, NONE, FIELD_LIST | FIELD_OPTIONAL, NULL, "Values that it looks up, in small letters: github.event.issue.title; a computed part is a star")
FIELD(EXPRESSION_UNTRUSTED, "expression.untrusted", STRING, NONE, FIELD_LIST | FIELD_OPTIONAL, NULL, "Those of them that somebody outside can write, variables that were set from such a value included")
FIELD(EXPRESSION_SECRETS, "expression.secrets", STRING, NONE, FIELD_LIST | FIELD_OPTIONAL, NULL, "Names of the secrets that it uses, * when it uses all of them")
