/* SPDX-License-Identifier: Apache-2.0 */
/* Field.slot of every source, SLOT_…, from its list: what the room that owns the objects is asked for. */
#pragma once

#define FIELD(slot, ...) SLOT_##slot,

enum ImageSlot {
#include "policy/fields/image.list.h"
};

/* Fields of a package are asked for in source vulnerability as well: their slots do not meet others there. */
enum PackageSlot {
    SLOT_PACKAGE_BASE_ = 255,
#include "policy/fields/package.list.h"
};

enum VulnerabilitySlot {
#include "policy/fields/vulnerability.list.h"
};

enum SecretSlot {
#include "policy/fields/secret.list.h"
};

enum TextSecretSlot {
#include "policy/fields/text_secret.list.h"
};

enum CertificateSlot {
#include "policy/fields/certificate.list.h"
};

enum FileSlot {
#include "policy/fields/file.list.h"
};

enum FindingSlot {
#include "policy/fields/finding.list.h"
};

enum DockerfileSlot {
#include "policy/fields/dockerfile.list.h"
};

enum StageSlot {
#include "policy/fields/stage.list.h"
};

enum InstructionSlot {
#include "policy/fields/instruction.list.h"
};

enum CommandSlot {
#include "policy/fields/command.list.h"
};

enum K8sSlot {
#include "policy/fields/k8s.list.h"
};

enum WorkloadSlot {
#include "policy/fields/workload.list.h"
};

enum ContainerSlot {
#include "policy/fields/container.list.h"
};

enum EnvSlot {
#include "policy/fields/env.list.h"
};

enum MountSlot {
#include "policy/fields/mount.list.h"
};

enum VolumeSlot {
#include "policy/fields/volume.list.h"
};

enum ServiceAccountSlot {
#include "policy/fields/service_account.list.h"
};

enum ServiceSlot {
#include "policy/fields/service.list.h"
};

enum IngressSlot {
#include "policy/fields/ingress.list.h"
};

enum NetworkPolicySlot {
#include "policy/fields/network_policy.list.h"
};

enum RoleSlot {
#include "policy/fields/role.list.h"
};

enum PermissionSlot {
#include "policy/fields/permission.list.h"
};

enum BindingSlot {
#include "policy/fields/binding.list.h"
};

enum NamespaceSlot {
#include "policy/fields/namespace.list.h"
};

enum CredentialSlot {
#include "policy/fields/credential.list.h"
};

enum SecretUseSlot {
#include "policy/fields/secret_use.list.h"
};

enum K8sSecretSlot {
#include "policy/fields/k8s_secret.list.h"
};

enum AdmissionSlot {
#include "policy/fields/admission.list.h"
};

enum SyscallSlot {
#include "policy/fields/syscall.list.h"
};

enum KubeAuditSlot {
#include "policy/fields/k8s_audit.list.h"
};

enum HostSlot {
#include "policy/fields/host.list.h"
};

enum PipelineSlot {
#include "policy/fields/pipeline.list.h"
};

enum JobSlot {
#include "policy/fields/job.list.h"
};

enum StepSlot {
#include "policy/fields/step.list.h"
};

enum JobImageSlot {
#include "policy/fields/job_image.list.h"
};

enum PipelineIncludeSlot {
#include "policy/fields/pipeline_include.list.h"
};

enum PipelineVariableSlot {
#include "policy/fields/pipeline_variable.list.h"
};

enum StepCommandSlot {
#include "policy/fields/step_command.list.h"
};

enum ExpressionSlot {
#include "policy/fields/expression.list.h"
};

#undef FIELD
