/* SPDX-License-Identifier: Apache-2.0 */
/* FIELD(slot, name, type, unit, flags, values, doc) of source pipeline_variable. */
FIELD(VARIABLE_NAME, "variable.name", STRING, NONE, 0, NULL, "Name of the variable or input")
FIELD(VARIABLE_VALUE, "variable.value", STRING, NONE, 0, NULL, "Value, as written")
FIELD(VARIABLE_KIND, "variable.kind", STRING, NONE, 0, "env|input|password", "A variable of the environment, an input of an action or reusable workflow, or a registry's password")
FIELD(VARIABLE_SCOPE, "variable.scope", STRING, NONE, 0, "pipeline|job|step", "Where it is set")
FIELD(VARIABLE_JOB, "variable.job", STRING, NONE, FIELD_OPTIONAL, NULL, "Key of the job that sets it")
FIELD(VARIABLE_LITERAL, "variable.literal", BOOL, NONE, 0, NULL, "The value stands in the file: no expression and no other variable in it")
