/* SPDX-License-Identifier: Apache-2.0 */
/* FIELD(slot, name, type, unit, flags, values, doc) of source job_image. */
FIELD(JOB_IMAGE_KIND, "job_image.kind", STRING, NONE, 0, "container|service|action", "What the image is for: the job itself, a service beside it, an action")
FIELD(JOB_IMAGE_REFERENCE, "job_image.reference", STRING, NONE, 0, NULL, "As written; variables of GitLab that the file knows are put in")
FIELD(JOB_IMAGE_REPOSITORY, "job_image.repository", STRING, NONE, FIELD_OPTIONAL, NULL, "Name without tag and digest; absent when a variable or an expression stands in it")
FIELD(JOB_IMAGE_TAG, "job_image.tag", STRING, NONE, FIELD_OPTIONAL, NULL, "Tag, latest where neither tag nor digest is named; absent when it is not known")
FIELD(JOB_IMAGE_DIGEST, "job_image.digest", STRING, NONE, FIELD_OPTIONAL, NULL, "Digest")
FIELD(JOB_IMAGE_PINNED, "job_image.pinned", BOOL, NONE, FIELD_OPTIONAL, NULL, "Named by a digest; absent when a variable or an expression decides")
FIELD(JOB_IMAGE_OPTIONS, "job_image.options", STRING, NONE, FIELD_OPTIONAL, NULL, "Options for the container's creation: --privileged")
FIELD(JOB_IMAGE_PRIVILEGED, "job_image.privileged", BOOL, NONE, 0, NULL, "It asks for the host: --privileged, the host's namespaces, all capabilities, or an image of Docker-in-Docker")
FIELD(JOB_IMAGE_VOLUMES, "job_image.volumes", STRING, NONE, FIELD_LIST | FIELD_OPTIONAL, NULL, "Volumes, as written")
FIELD(JOB_IMAGE_PASSWORD, "job_image.password", STRING, NONE, FIELD_OPTIONAL, NULL, "Password for its registry, as written")
FIELD(JOB_IMAGE_ENV, "job_image.env", STRING, NONE, FIELD_ARG_KEY | FIELD_ARG_REQUIRED | FIELD_OPTIONAL, NULL, "Value of a variable that is set for it")
