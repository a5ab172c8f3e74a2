/* SPDX-License-Identifier: Apache-2.0 */
/* A Dockerfile as subjects of rules: the file, its stages, their instructions, their commands. Everything lies in the arena that it was read into. */
#pragma once

#include "check/input.h"
#include "parse/dockerfile.h"
#include "parse/shell.h"

enum {
    /* Of one file: what is checked in a few seconds. */
    CHECK_DOCKER_COMMANDS = 100 * 1000,
    CHECK_DOCKER_INSTRUCTIONS = 100 * 1000,
};

typedef struct DockerDoc DockerDoc;
typedef struct StageInfo StageInfo;
typedef struct InstructionInfo InstructionInfo;

/* "registry/repository:tag@digest"; what is not written has a NULL p. */
typedef struct ImageRef {
    Str registry, repository, tag, digest;
} ImageRef;

typedef struct CommandInfo {
    const InstructionInfo *instruction;
    const ShellCommand *command;
    bool pipefail;
    size_t at, end;              /* in the document */
} CommandInfo;

struct InstructionInfo {
    const DockerInstruction *in;
    const StageInfo *stage;
    const CommandInfo *commands;
    size_t n_commands;
    bool overridden;
};

struct StageInfo {
    const DockerDoc *doc;
    const DockerStage *stage;    /* NULL: what stands before the first FROM */
    const InstructionInfo *const *instructions;
    size_t n_instructions;
    bool used, duplicate;
    ImageRef image;
};

struct DockerDoc {
    const char *path;
    const Dockerfile *f;
    const StageInfo *global;     /* the one with stage NULL */
    const StageInfo *const *stages;
    size_t n_stages;
};

/* CheckInput.fix: one key of option, program (of a command), keyword, label (of an instruction). */
bool check_dockerfile_fix(const CheckFile *file, const CheckSubject *s, const Node *fix, CheckEdits *ret);

extern const SubjectOps check_dockerfile_ops, check_stage_ops, check_instruction_ops, check_command_ops;

/* A list while it is filled, in the memory of one evaluation; when that is full it is a list of none. */
typedef struct ValueList {
    Value *p;
    size_t n, max;
} ValueList;
ValueList value_list_new(Scratch *s, size_t max);
void value_list_add(ValueList *l, Value v);
static inline Value value_list_done(const ValueList *l) {
    return value_list(l->p, l->n);
}

/* User of a USER instruction, or what holds where none is: absent where a variable decides. */
Value docker_user_value(const DockerStage *s, const DockerInstruction *user);
/* Is that root? Absent where a variable decides. */
Value docker_root_value(const DockerStage *s, const DockerInstruction *user);

/* package-command.c: programs that install packages. */

/* The word after which operands begin, by the program's options that take a value; operands themselves by command_operand(). 0: there is no subcommand. */
size_t command_subcommand(const ShellCommand *c);
/* The next word from *i on (which moves behind it) that is neither option nor value of one; NULL at the end. */
const ShellWord *command_operand(const ShellCommand *c, size_t *i);
bool command_installs(const ShellCommand *c);
/* Does the operand of an installing command name a package without its version? */
bool command_unpinned(const ShellCommand *c, Str operand);
/* Program of the command, of `python -m pip` it is pip; *ret_first: the first word behind it. */
Str command_program(const ShellCommand *c, size_t *ret_first);
