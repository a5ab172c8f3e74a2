/* SPDX-License-Identifier: Apache-2.0 */
/* HOW(id, name, doc): ways in which a workload gets a secret. */
HOW(ENV, "env", "A variable of a container's environment")
HOW(ENV_FROM, "env-from", "All keys as variables of a container's environment")
HOW(VOLUME, "volume", "Files of a volume")
HOW(PROJECTED, "projected", "Files of a projected volume")
HOW(PULL, "image-pull", "Credentials for the registry of its images")
HOW(CSI, "csi", "Files of a store outside of the cluster, by the Secrets Store CSI driver")
HOW(CSI_CREDENTIAL, "csi-credential", "What a CSI driver logs in to its store with (nodePublishSecretRef)")
HOW(VAULT, "vault", "Files that an agent of Vault puts into the pod, by annotations")
