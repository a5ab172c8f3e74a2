/* SPDX-License-Identifier: Apache-2.0 */
/* Every source of images: X(name, function, is a path, tried by name, documentation). Those that are tried by name are tried
 * in this order. */
X("dir", source_dir_open, true, false, "A root file system in a directory; / is this machine")
X("repo", source_repo_open, true, false, "A source repository in a directory: lock files, manifests and everything else but .git")
X("oci", source_oci_open, true, false, "An OCI image layout: a directory or a tar, plain or compressed; PATH:TAG chooses")
X("docker-archive", source_saved_open, true, false, "An archive of `docker save`, plain or compressed; PATH:NAME:TAG chooses")
X("docker", source_docker_open, false, true, "The images of this machine's Docker, read from its disk without the daemon")
X("containerd", source_containerd_open, false, true, "The images of this machine's containerd, read from its disk without the daemon")
X("podman", source_podman_open, false, true, "The images of this machine's Podman, Buildah or CRI-O, read from disk")
X("registry", source_registry_open, false, true, "A registry, over HTTPS: [HOST[:PORT]/]NAME[:TAG][@DIGEST]")
