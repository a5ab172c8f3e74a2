/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands, in the order of --help: COMMAND(x) is the row `command_x`. */
COMMAND(scan)
COMMAND(sbom)
COMMAND(explain)
COMMAND(config_show)
COMMAND(db_build)
COMMAND(facts)
COMMAND(list)
COMMAND(completion)
COMMAND(docs)
COMMAND(version_compare)
