/* SPDX-License-Identifier: Apache-2.0 */
#include "model/exception.h"

static const char *const formats[EXCEPTION_FORMAT_N_] = {
    [EXCEPTION_OPENVEX] = "openvex",
    [EXCEPTION_CYCLONEDX] = "cyclonedx",
    [EXCEPTION_CSAF] = "csaf",
    [EXCEPTION_PLIMSOLL] = "plimsoll",
    [EXCEPTION_TRIVY] = "trivy",
    [EXCEPTION_GRYPE] = "grype",
    [EXCEPTION_POLICY] = "policy",
};
static const char *const statuses[VEX_STATUS_N_] = {
    [VEX_NOT_AFFECTED] = "not_affected",
    [VEX_FIXED] = "fixed",
    [VEX_AFFECTED] = "affected",
    [VEX_UNDER_INVESTIGATION] = "under_investigation",
};
static const char *const justifications[] = {
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
};

const char *exception_format_name(ExceptionFormat f) {
    return formats[f];
}

const char *vex_status_name(VexStatus s) {
    return statuses[s];
}

int vex_status_parse(Str s, VexStatus *ret) {
    for (VexStatus i = 0; i < VEX_STATUS_N_; i++)
        if (str_eqz(s, statuses[i])) {
            *ret = i;
            return 0;
        }
    return -EINVAL;
}

bool vex_justification_valid(Str s) {
    for (size_t i = 0; i < ARRAY_SIZE(justifications); i++)
        if (str_eqz(s, justifications[i]))
            return true;
    return false;
}
