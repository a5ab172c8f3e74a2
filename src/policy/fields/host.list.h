/* SPDX-License-Identifier: Apache-2.0 */
/* FIELD(slot, name, type, unit, flags, values, doc) of source host. */
FIELD(HOST_NAME, "host.name", STRING, NONE, FIELD_SENSOR, NULL, "Name of the machine")
FIELD(HOST_ARCH, "host.arch", STRING, NONE, FIELD_SENSOR, NULL, "Architecture, as uname -m")
FIELD(HOST_KERNEL, "host.kernel", STRING, NONE, FIELD_SENSOR, NULL, "Release of the kernel, as uname -r")
FIELD(HOST_DISTRO, "host.distro", STRING, NONE, FIELD_SENSOR | FIELD_OPTIONAL, NULL, "Distribution, ID of os-release")
FIELD(HOST_DISTRO_VERSION, "host.distro.version", STRING, NONE, FIELD_SENSOR | FIELD_OPTIONAL, NULL, "VERSION_ID of os-release")
FIELD(HOST_LSM, "host.lsm", STRING, NONE, FIELD_SENSOR | FIELD_LIST | FIELD_OPTIONAL, NULL, "Security modules of the kernel that are active: apparmor, selinux, lockdown …")
FIELD(HOST_SYSCTL, "host.sysctl", STRING, NONE, FIELD_SENSOR | FIELD_ARG_KEY | FIELD_ARG_REQUIRED | FIELD_OPTIONAL, NULL, "Value of a kernel setting: host.sysctl[kernel.unprivileged_bpf_disabled]")
FIELD(HOST_RUNTIMES, "host.runtimes", STRING, NONE, FIELD_SENSOR | FIELD_LIST | FIELD_OPTIONAL, NULL, "Container runtimes that run: docker, containerd, cri-o, podman")
FIELD(HOST_UPTIME, "host.uptime", INT, SECONDS, FIELD_SENSOR, NULL, "Time since it was started")
