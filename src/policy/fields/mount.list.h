/* SPDX-License-Identifier: Apache-2.0 */
FIELD(MOUNT_PATH, "mount.path", STRING, NONE, FIELD_OPTIONAL | FIELD_PATH, NULL, "Where in the container")
FIELD(MOUNT_VOLUME, "mount.volume", STRING, NONE, FIELD_OPTIONAL, NULL, "Name of the volume")
FIELD(MOUNT_VOLUME_TYPE, "mount.volume_type", STRING, NONE, FIELD_OPTIONAL, NULL, "Type of the volume (\"hostPath\")")
FIELD(MOUNT_HOST_PATH, "mount.host_path", STRING, NONE, FIELD_OPTIONAL | FIELD_PATH, NULL, "Path of the node that the volume shows")
FIELD(MOUNT_READ_ONLY, "mount.read_only", BOOL, NONE, 0, NULL, "Is it mounted read-only?")
FIELD(MOUNT_PROPAGATION, "mount.propagation", STRING, NONE, 0, NULL, "mountPropagation; \"None\" where nothing is written")
FIELD(MOUNT_SUB_PATH, "mount.sub_path", STRING, NONE, FIELD_OPTIONAL, NULL, "Part of the volume that is mounted")
