/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/command.h"

#define COMMAND(x) extern const Command command_##x;
#include "cmd/command.list.h"
#undef COMMAND

static const Command *const table[] = {
#define COMMAND(x) &command_##x,
#include "cmd/command.list.h"
#undef COMMAND
};

const Command *const *commands(size_t *ret_n) {
    *ret_n = ARRAY_SIZE(table);
    return table;
}

const Command *command_by_name(Str name) {
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        if (str_eqz(name, table[i]->name))
            return table[i];
    return NULL;
}
