/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands about access share: where the cluster is read from, and what is said about it. */
#pragma once

#include "check/gather.h"
#include "cmd/cli.h"
#include "kube/rbac-query.h"
#include "parse/json-write.h"
#include "report/columns.h"

/* --manifests */
extern const Option cluster_options[];
/* --format */
extern const Option rbac_format_options[];
/* --namespace */
extern const Option rbac_namespace_options[];

typedef struct RbacInput {
    Arena arena;
    Rbac rbac;
    Gathered gathered;
} RbacInput;

/* Reads what --manifests names: 0, or an exit code with the message printed. `also` (may be NULL) gets every object as well. */
int rbac_input(Cli *cli, RbacInput *ret, GatherEach also, void *userdata);
void rbac_input_done(RbacInput *in);
/* Exit code of a command that has done its work: EXIT_INCOMPLETE when something could not be read, with the messages printed. */
int rbac_input_code(const RbacInput *in, int code);

/* "input": {…} of JSON: what was read, what was not. */
void rbac_json_input(JsonWriter *w, const RbacInput *in);
/* "kind", "name", "namespace" … of somebody, of a role, of a binding with its place. */
void rbac_json_principal(JsonWriter *w, const char *key, const Rbac *r, uint32_t principal);
void rbac_json_binding(JsonWriter *w, const char *key, const Rbac *r, const RbacBinding *b);
void rbac_json_rule(JsonWriter *w, const char *key, const Rbac *r, const RbacRule *rule);
/* "RoleBinding ns/name". */
void rbac_binding_text(const Rbac *r, const RbacBinding *b, Buf *out);
void rbac_place_text(const RbacPlace *p, Buf *out);
/* On standard error: what no manifest tells. */
void rbac_note_unseen(const Rbac *r);
bool rbac_is_json(const Cli *cli);
