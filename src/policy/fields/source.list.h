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
SOURCE(syscall, "run", NULL, NULL, ACTION_ALERT, "An event of a running container or host: a system call and the process that made it")
SOURCE(host, "run", NULL, NULL, ACTION_ALERT | ACTION_WARN, "The machine that runs containers")
