/* SPDX-License-Identifier: Apache-2.0 */
/* SOURCE(symbol, phase, parent, children, actions, doc): what rules can be about, in the order of the documentation. Fields: <symbol>.list.h; its slots: slots.h. */
SOURCE(image, "build", NULL, "package vulnerability secret certificate file finding", ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "A container image, a directory or an SBOM as a whole")
SOURCE(package, "build", "image", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW, "An installed or declared package, once for each")
SOURCE(vulnerability, "build", "image", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "A vulnerability of a package; the fields of the package are visible beside its own")
SOURCE(secret, "build", "image", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW, "A secret, key, keystore or credential in any layer")
SOURCE(certificate, "build", "image", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW, "An X.509 certificate in the merged view of the layers")
SOURCE(file, "build", "image", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW, "A file whose mode, owner, capability or purpose matters")
SOURCE(finding, "build", "image", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW, "Any finding of a scan, whatever its kind")
SOURCE(dockerfile, "build", NULL, "stage", ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "A Dockerfile or Containerfile as a whole")
SOURCE(stage, "build", "dockerfile", "instruction", ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "A stage of a Dockerfile: one FROM and what follows it")
SOURCE(instruction, "build", "stage", "command", ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "An instruction of a Dockerfile. The fields of its stage are absent before the first FROM")
SOURCE(command, "build", "instruction", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "A simple command that an instruction of a Dockerfile runs")
SOURCE(k8s, "deploy", NULL, NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "Any object of Kubernetes")
SOURCE(workload, "deploy", "k8s", "container volume", ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "Whatever runs pods, down to the pod template: Pod, Deployment, ReplicaSet, StatefulSet, DaemonSet, Job, CronJob, ReplicationController, PodTemplate, DeploymentConfig, Rollout, services of Compose files")
SOURCE(container, "deploy", "workload", "env mount", ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "A container of a workload: init, regular and ephemeral ones alike")
SOURCE(env, "deploy", "container", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "An environment variable of a container")
SOURCE(mount, "deploy", "container", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "A volume mounted into a container")
SOURCE(volume, "deploy", "workload", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "A volume of a workload")
SOURCE(service_account, "deploy", "k8s", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "A ServiceAccount")
SOURCE(service, "deploy", "k8s", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "A Service")
SOURCE(ingress, "deploy", "k8s", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "An Ingress, or a Route of OpenShift")
SOURCE(network_policy, "deploy", "k8s", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "A NetworkPolicy")
SOURCE(role, "deploy", "k8s", "permission", ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "A Role or ClusterRole")
SOURCE(permission, "deploy", "role", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "One rule of a Role or ClusterRole")
SOURCE(binding, "deploy", "k8s", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "A RoleBinding or ClusterRoleBinding")
SOURCE(namespace, "deploy", "k8s", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "A Namespace")
SOURCE(credential, "deploy", "k8s", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "A way to log in to a cluster that an object or a file holds: certificates, tokens and others of kubeconfigs, Secrets and PEM files, tokens of pods; never its value")
SOURCE(secret_use, "deploy", "k8s", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "A workload gets a secret, once for each way: variables, volumes, CSI, Vault")
SOURCE(k8s_secret, "deploy", "k8s", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "A Secret of Kubernetes: its age and use, never its values")
SOURCE(admission, "deploy", NULL, NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "A request to the API server, for `plimsoll admit`: who asks for what, and what exec, attach and portforward say")
SOURCE(text_secret, "build", NULL, NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "A secret that stands in clear in a file that `plimsoll check` reads; never its value")
SOURCE(pipeline, "build", NULL, "job pipeline_include pipeline_variable", ACTION_WARN | ACTION_DENY | ACTION_ALLOW,
       "A workflow or action of GitHub, or GitLab's .gitlab-ci.yml")
SOURCE(job, "build", "pipeline", "step job_image", ACTION_WARN | ACTION_DENY | ACTION_ALLOW, "A job of a pipeline; of GitLab with what it extends, its templates and defaults put in")
SOURCE(step, "build", "job", "step_command expression", ACTION_WARN | ACTION_DENY | ACTION_ALLOW, "A step of a job of GitHub, or one line of a script of GitLab")
SOURCE(job_image, "build", "job", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW, "An image that a job runs: its container, a service, an action")
SOURCE(pipeline_include, "build", "pipeline", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW, "A file, template or component that GitLab includes")
SOURCE(pipeline_variable, "build", "pipeline", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW, "A variable or an input that the file sets, wherever it stands")
SOURCE(step_command, "build", "step", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW, "A command of a step's script, inside of substitutions as well")
SOURCE(expression, "build", "step", NULL, ACTION_WARN | ACTION_DENY | ACTION_ALLOW, "An expression in a step: ${{ … }} of GitHub, $[[ … ]] of GitLab")
SOURCE(syscall, "run", NULL, NULL, ACTION_ALERT, "An event of a running container or host: a system call and the process that made it")
SOURCE(k8s_audit, "run", NULL, NULL, ACTION_ALERT | ACTION_WARN, "A request to a Kubernetes API server, as its audit log has it")
SOURCE(host, "run", NULL, NULL, ACTION_ALERT | ACTION_WARN, "The machine that runs containers")
