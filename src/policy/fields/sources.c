/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/fields/slots.h"
#include "policy/source.h"

#define FIELD(slot_, name_, type_, unit_, flags_, values_, doc_) \
    {.name = name_, .type = FIELD_##type_, .unit = UNIT_##unit_, .flags = flags_, .slot = SLOT_##slot_, .values = values_, .doc = doc_},

static const Field image_fields[] = {
#include "policy/fields/image.list.h"
    {0},
};

static const Field package_fields[] = {
#include "policy/fields/package.list.h"
    {0},
};

static const Field vulnerability_fields[] = {
#include "policy/fields/vulnerability.list.h"
#include "policy/fields/package.list.h"
    {0},
};

static const Field secret_fields[] = {
#include "policy/fields/secret.list.h"
    {0},
};

static const Field text_secret_fields[] = {
#include "policy/fields/text_secret.list.h"
    {0},
};

static const Field certificate_fields[] = {
#include "policy/fields/certificate.list.h"
    {0},
};

static const Field file_fields[] = {
#include "policy/fields/file.list.h"
    {0},
};

static const Field finding_fields[] = {
#include "policy/fields/finding.list.h"
    {0},
};

static const Field dockerfile_fields[] = {
#include "policy/fields/dockerfile.list.h"
    {0},
};

static const Field stage_fields[] = {
#include "policy/fields/stage.list.h"
    {0},
};

static const Field instruction_fields[] = {
#include "policy/fields/instruction.list.h"
    {0},
};

static const Field command_fields[] = {
#include "policy/fields/command.list.h"
    {0},
};

static const Field k8s_fields[] = {
#include "policy/fields/k8s.list.h"
    {0},
};

static const Field workload_fields[] = {
#include "policy/fields/workload.list.h"
    {0},
};

static const Field container_fields[] = {
#include "policy/fields/container.list.h"
    {0},
};

static const Field env_fields[] = {
#include "policy/fields/env.list.h"
    {0},
};

static const Field mount_fields[] = {
#include "policy/fields/mount.list.h"
    {0},
};

static const Field volume_fields[] = {
#include "policy/fields/volume.list.h"
    {0},
};

static const Field service_account_fields[] = {
#include "policy/fields/service_account.list.h"
    {0},
};

static const Field service_fields[] = {
#include "policy/fields/service.list.h"
    {0},
};

static const Field ingress_fields[] = {
#include "policy/fields/ingress.list.h"
    {0},
};

static const Field network_policy_fields[] = {
#include "policy/fields/network_policy.list.h"
    {0},
};

static const Field role_fields[] = {
#include "policy/fields/role.list.h"
    {0},
};

static const Field permission_fields[] = {
#include "policy/fields/permission.list.h"
    {0},
};

static const Field binding_fields[] = {
#include "policy/fields/binding.list.h"
    {0},
};

static const Field namespace_fields[] = {
#include "policy/fields/namespace.list.h"
    {0},
};

static const Field credential_fields[] = {
#include "policy/fields/credential.list.h"
    {0},
};

static const Field secret_use_fields[] = {
#include "policy/fields/secret_use.list.h"
    {0},
};

static const Field k8s_secret_fields[] = {
#include "policy/fields/k8s_secret.list.h"
    {0},
};

static const Field admission_fields[] = {
#include "policy/fields/admission.list.h"
    {0},
};

static const Field syscall_fields[] = {
#include "policy/fields/syscall.list.h"
    {0},
};

static const Field k8s_audit_fields[] = {
#include "policy/fields/k8s_audit.list.h"
    {0},
};

static const Field host_fields[] = {
#include "policy/fields/host.list.h"
    {0},
};

static const Field pipeline_fields[] = {
#include "policy/fields/pipeline.list.h"
    {0},
};

static const Field job_fields[] = {
#include "policy/fields/job.list.h"
    {0},
};

static const Field step_fields[] = {
#include "policy/fields/step.list.h"
    {0},
};

static const Field job_image_fields[] = {
#include "policy/fields/job_image.list.h"
    {0},
};

static const Field pipeline_include_fields[] = {
#include "policy/fields/pipeline_include.list.h"
    {0},
};

static const Field pipeline_variable_fields[] = {
#include "policy/fields/pipeline_variable.list.h"
    {0},
};

static const Field step_command_fields[] = {
#include "policy/fields/step_command.list.h"
    {0},
};

static const Field expression_fields[] = {
#include "policy/fields/expression.list.h"
    {0},
};

#define SOURCE(symbol, phase_, parent_, children_, actions_, doc_)                                                                                      \
    static const Source source_##symbol = {.name = #symbol, .phase = phase_, .doc = doc_, .fields = symbol##_fields, .parent = parent_, .children = children_, \
                                           .actions = actions_};
#include "policy/fields/source.list.h"
#undef SOURCE

static const Source *const table[] = {
#define SOURCE(symbol, ...) &source_##symbol,
#include "policy/fields/source.list.h"
#undef SOURCE
};

const Source *const *sources(size_t *ret_n) {
    *ret_n = ARRAY_SIZE(table);
    return table;
}

const Source *source_by_name(Str name) {
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        if (str_eqz(name, table[i]->name))
            return table[i];
    return NULL;
}

const Field *source_field(const Source *s, Str name, unsigned *ret_up) {
    for (unsigned up = 0; s; up++, s = s->parent ? source_by_name(str_from(s->parent)) : NULL)
        for (const Field *f = s->fields; f->name; f++)
            if (str_eqz(name, f->name)) {
                if (ret_up)
                    *ret_up = up;
                return f;
            }
    return NULL;
}
