/* SPDX-License-Identifier: Apache-2.0 */
/* CHECK(symbol, id, severity, controls, title, why, remediation): what `plimsoll scan` says about the configuration and hardening of an image. `controls`
 * are separated by spaces: cis-docker-4.N of the CIS Docker Benchmark 1.6.0, nist-800-190-N of NIST SP 800-190. */
CHECK(ROOT_USER, "root-user", MEDIUM, "cis-docker-4.1 nist-800-190-4.1.2", "The image runs as root",
      "A process that breaks out of its program is root in the container at once, and one step nearer to root on the host",
      "Make a user in the image and name it: USER 10001")
CHECK(NO_HEALTHCHECK, "no-healthcheck", LOW, "cis-docker-4.6", "The image has no health check",
      "The engine cannot tell a hung service from a working one, and does not replace it",
      "Add HEALTHCHECK CMD …; where an orchestrator probes by itself, say so with an ignore rule")
CHECK(SSH_PORT, "ssh-port", MEDIUM, "nist-800-190-4.1.2", "The SSH port is exposed",
      "A log-in service inside a container is a way in that bypasses the orchestrator, its accounts and its log",
      "Take out EXPOSE 22 and the server; use the engine's exec")
CHECK(LOW_PORT, "low-port", NEGLIGIBLE, "nist-800-190-4.1.2", "A port below 1024 is exposed",
      "Binding it takes root or a capability that the service does not need otherwise",
      "Listen on a port from 1024 on and map it from outside")
CHECK(FLOATING_TAG, "floating-tag", LOW, "nist-800-190-4.2.2", "The reference can mean another image tomorrow",
      "Without a digest, and all the more under latest, what was scanned need not be what is deployed",
      "Refer to the image by digest, NAME:TAG@sha256:…")
CHECK(ADD_URL, "add-url", MEDIUM, "cis-docker-4.9 cis-docker-4.11", "A file is added from a URL",
      "ADD takes whatever the server answers that day, unverified",
      "ADD --checksum=sha256:… URL, or fetch in a RUN that verifies signature or digest")
CHECK(ADD_FILE, "add-file", NEGLIGIBLE, "cis-docker-4.9", "ADD is used where COPY would do",
      "ADD unpacks archives and fetches URLs without being asked, so that a changed source changes what it does",
      "Use COPY")
CHECK(PIPE_TO_SHELL, "pipe-to-shell", HIGH, "cis-docker-4.11 nist-800-190-4.1.2", "A download is run unseen",
      "Whoever controls the server, or the way to it, runs commands as root in the build",
      "Download to a file, verify its digest or signature, then run it")
CHECK(UNVERIFIED, "unverified-download", MEDIUM, "cis-docker-4.11", "A build instruction turns verification off",
      "Packages or downloads are taken from anybody who answers",
      "Take the option out, and install the key or certificate that is missing")
CHECK(UPDATE_ALONE, "update-alone", LOW, "cis-docker-4.7", "Package lists are updated in an instruction of their own",
      "The layer is cached: a later instruction then installs from old lists, and gets old packages",
      "Update and install in one RUN")
CHECK(CACHE_KEPT, "cache-kept", NEGLIGIBLE, "cis-docker-4.3", "A package manager's cache is not cleaned in the instruction that fills it",
      "What a later instruction deletes stays in the layer: bytes that everybody pulls and nobody needs",
      "Clean in the same RUN: rm -rf /var/lib/apt/lists/*, apk add --no-cache, dnf clean all")
CHECK(CHMOD_777, "chmod-777", MEDIUM, "nist-800-190-4.1.2", "A build instruction makes files writable for everybody",
      "Any process in the container can change what others run or read",
      "Give files to the user that needs them: COPY --chown=…, chmod u=rwX,go=rX")
CHECK(ENV_PATH, "env-path", MEDIUM, "nist-800-190-4.1.2", "PATH leads to a place that is relative or writable for everybody",
      "Whoever can write there decides what runs when a command is called by its name",
      "Name absolute directories that only root can write")
CHECK(ENV_TLS, "env-tls", MEDIUM, "nist-800-190-4.1.2", "A variable turns the verification of certificates off",
      "Everything that the container fetches can be changed on its way",
      "Take the variable out, and add the missing certificate to the image")
CHECK(ENV_PRELOAD, "env-preload", LOW, "nist-800-190-4.1.2", "A variable loads a library into every program",
      "LD_PRELOAD is how injected code stays; where it is meant, it should be seen",
      "Take the variable out, or say why it is there with an ignore rule")
CHECK(STOPSIGNAL, "stop-signal", LOW, "nist-800-190-4.1.2", "The image is stopped by a signal that cannot be handled",
      "SIGKILL gives the service no time to finish what it writes",
      "Leave STOPSIGNAL out, or name a signal that the service handles")
CHECK(LABELS, "labels", NEGLIGIBLE, "nist-800-190-4.1.5", "Labels that tell where the image comes from are missing",
      "Without source, revision and version nobody can tell from the image what to rebuild, and whom to ask",
      "Set org.opencontainers.image.source, .revision, .version, .title and .licenses with LABEL or the builder")
CHECK(SET_ID, "set-id", LOW, "cis-docker-4.8", "A program runs with the rights of another user or group",
      "A flaw in it, or one of the tricks it is known for, makes root of any user in the container",
      "Take it out, or its bits: chmod u-s,g-s; run with no-new-privileges")
CHECK(CAPABILITY, "file-capability", LOW, "cis-docker-4.8", "A program gains capabilities when it is run",
      "Any user in the container has them through it",
      "Take them off with setcap -r where they are not needed")
CHECK(WRITABLE_FILE, "world-writable-file", MEDIUM, "nist-800-190-4.1.2", "Files can be changed by everybody",
      "Any process in the container can change what others read or run",
      "chmod o-w")
CHECK(WRITABLE_DIRECTORY, "world-writable-directory", MEDIUM, "nist-800-190-4.1.2", "Directories without the sticky bit can be written by everybody",
      "Any process can replace the files of others there",
      "chmod o-w, or chmod +t where it is meant as /tmp is")
CHECK(WRITABLE_SYSTEM, "writable-system-path", MEDIUM, "nist-800-190-4.1.2", "Programs, libraries or settings of the system belong to an ordinary user",
      "Whoever takes over a process of that user changes what everybody runs",
      "chown them to root")
CHECK(SECOND_ROOT, "second-root", HIGH, "nist-800-190-4.1.2", "An account besides root has uid 0",
      "It is root under a name that nobody watches",
      "Take the account out, or give it a uid of its own")
CHECK(NO_PASSWORD, "no-password", HIGH, "nist-800-190-4.1.2", "An account has an empty password",
      "Where anything in the container asks for passwords (su, SSH), everybody gets in",
      "Lock it: usermod -L, or a * in etc/shadow")
CHECK(ROOT_SHELL, "root-shell", NEGLIGIBLE, "nist-800-190-4.1.2", "root may log in with a shell",
      "A container needs no log-in; without a shell for it, one way in is less",
      "Set its shell to /usr/sbin/nologin")
CHECK(SUDO, "sudo", MEDIUM, "cis-docker-4.3 nist-800-190-4.1.2", "A tool to become root is in the image",
      "It is made to hand out root, and has had flaws that hand it to anybody",
      "Do what needs root while building, and take it out")
CHECK(SSH_SERVER, "ssh-server", MEDIUM, "cis-docker-4.3 nist-800-190-4.1.2", "A log-in server is in the image",
      "It is a way in that bypasses the orchestrator, its accounts and its log",
      "Take it out; use the engine's exec")
CHECK(COMPILER, "compiler", LOW, "cis-docker-4.3", "A compiler or a tool for building is in the image",
      "Who gets in can build what he needs there",
      "Build in one stage and copy the result into another")
CHECK(PACKAGE_MANAGER, "package-manager", NEGLIGIBLE, "cis-docker-4.3", "A package manager is in the image",
      "Who gets in can install what he needs",
      "Use a base without one for the last stage")
CHECK(SHELL, "shell", NEGLIGIBLE, "cis-docker-4.3", "A shell is in the image",
      "Most attacks on a service end in a shell; without one they do not get as far",
      "Use a base without one for the last stage")
CHECK(NETWORK_TOOL, "network-tool", LOW, "cis-docker-4.3", "Tools for the network are in the image",
      "They fetch further tools and look around in the network for whoever gets in",
      "Take them out; look into a running container with a debug container")
CHECK(DEBUG_TOOL, "debug-tool", LOW, "cis-docker-4.3", "Tools to look into processes are in the image",
      "They read the memory, and so the secrets, of what runs beside them",
      "Take them out; look into a running container with a debug container")
CHECK(CACHE_LEFT, "cache-left", NEGLIGIBLE, "cis-docker-4.3", "A package manager's cache is in the image",
      "Bytes that everybody pulls and nobody needs",
      "Clean in the RUN that fills it: rm -rf /var/lib/apt/lists/*, apk add --no-cache, dnf clean all")
