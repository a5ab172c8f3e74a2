/* SPDX-License-Identifier: Apache-2.0 */
/* FIELD(slot, name, type, unit, flags, values, doc) of source step_command: a simple command of a step's script, those inside of substitutions, of sh -c and
 * behind sudo, env … included. Words are without quotes; variables and expressions stay as written. */
FIELD(STEP_COMMAND_PROGRAM, "command.program", STRING, NONE, 0, NULL, "Program without its directory")
FIELD(STEP_COMMAND_LINE, "command.line", STRING, NONE, 0, NULL, "All words, joined by spaces")
FIELD(STEP_COMMAND_ARGS, "command.args", STRING, NONE, FIELD_LIST | FIELD_OPTIONAL, NULL, "Words behind the program")
FIELD(STEP_COMMAND_HAS, "command.has", BOOL, NONE, FIELD_ARG_KEY | FIELD_ARG_REQUIRED, NULL, "The option is given: -k also in -fsSLk, --build-arg also as --build-arg=…")
FIELD(STEP_COMMAND_OPTION, "command.option", STRING, NONE, FIELD_ARG_KEY | FIELD_ARG_REQUIRED | FIELD_OPTIONAL, NULL, "Value of an option: behind its =, or the next word")
FIELD(STEP_COMMAND_SUBCOMMAND, "command.subcommand", STRING, NONE, FIELD_OPTIONAL, NULL, "First word behind the program that is no option: install")
FIELD(STEP_COMMAND_OPERANDS, "command.operands", STRING, NONE, FIELD_LIST | FIELD_OPTIONAL, NULL, "Words behind the program that begin with no dash")
FIELD(STEP_COMMAND_EXECUTED, "command.executed", BOOL, NONE, 0, NULL, "What it prints is run: piped into an interpreter, or substituted into a script")
FIELD(STEP_COMMAND_IGNORED, "command.ignored", BOOL, NONE, 0, NULL, "The script swallows its failure: … || true")
FIELD(STEP_COMMAND_SETS, "command.sets", STRING, NONE, FIELD_LIST | FIELD_OPTIONAL, NULL, "Variables set in front of it, as NAME=VALUE")
FIELD(STEP_COMMAND_WRITES, "command.writes", STRING, NONE, FIELD_LIST | FIELD_OPTIONAL, NULL, "Files that its output goes to: $GITHUB_ENV")
