#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pods for each control of the Pod Security Standards, with what each version of Kubernetes says of them.

pss-matrix.py PLIMSOLL CONTROLS.tsv PODS_DIR WORK_DIR

Fixtures: a pod that holds every control of both levels, changed in one place: control × value (allowed and forbidden) × kind of container, alone or in the
template of another kind; and what pods of PODS_DIR say about themselves. Every one is judged by `plimsoll check --policy pss-LEVEL@v1.N` for N from 0 to 36. What
is expected comes from the table of controls, nothing from the program. Prints one line a disagreement, then the numbers; exit code 1 when there was one.
"""
import csv
import json
import os
import re
import subprocess
import sys

VERSIONS = range(0, 37)
LEVELS = ("baseline", "restricted")
LISTS = ("containers", "initContainers", "ephemeralContainers")


def container(name="c", **security):
    context = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    context.update(security)
    return {"name": name, "image": "example.org/a:1", "securityContext": {k: v for k, v in context.items() if v is not ...}}


def base(**spec):
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"},
           "spec": {"securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}, "containers": [container("main")]}}
    pod["spec"].update(spec)
    return pod


def with_container(where, changed, pod=None):
    pod = pod or base()
    pod["spec"].setdefault(where, []).append(changed)
    return pod


def with_pod_security(pod=None, **security):
    pod = pod or base()
    pod["spec"]["securityContext"].update(security)
    return pod


ALWAYS = (0, 99)
NEVER = None


class Table:
    """The table of controls, and the fixtures that follow from it."""

    def __init__(self, path):
        with open(path, newline="") as f:
            self.rows = {row["id"].split(" ")[0]: row for row in csv.DictReader(f, delimiter="\t")}
        self.cases = []

    def words(self, control, pattern):
        found = re.findall(pattern, self.rows[control]["allowed"])
        if not found:
            sys.exit(f"the table says nothing like {pattern} of {control}")
        return found

    def since(self, control):
        """First minor versions named in the notes."""
        return [int(n) for n in re.findall(r"1\.(\d+)", self.rows[control]["min_version_notes"])]

    def add(self, name, pod, baseline=NEVER, restricted=NEVER):
        """What is refused at baseline is refused at restricted, too. A range of minor versions, both ends included, or several."""
        many = lambda r: [] if r is NEVER else r if isinstance(r, list) else [r]
        self.cases.append((name, pod, many(baseline), many(baseline) + many(restricted)))

    def each_list(self, name, make, **verdict):
        for where in LISTS:
            self.add(f"{name} in {where}", with_container(where, make()), **verdict)

    def build(self):
        for method in sorted(m for m in dir(self) if m.startswith("control_")):
            getattr(self, method)()
        self.wrapped()
        return self.cases

    def control_nothing(self):
        self.add("compliant", base())
        for where in LISTS:
            self.add(f"compliant with {where}", with_container(where, container()))

    def control_host_process(self):
        for value in (None, False, True):
            bad = ALWAYS if value else NEVER
            self.add(f"hostProcess {value} of the pod", with_pod_security(windowsOptions={"hostProcess": value}), baseline=bad)
            self.each_list(f"hostProcess {value}", lambda: container(windowsOptions={"hostProcess": value}), baseline=bad)
        self.add("hostProcess in the pod, not in the container", with_container("containers", container(windowsOptions={"hostProcess": False}), with_pod_security(windowsOptions={"hostProcess": True})), baseline=ALWAYS)

    def control_host_namespaces(self):
        for key in ("hostNetwork", "hostPID", "hostIPC"):
            for value in (None, False, True):
                self.add(f"{key} {value}", base(**{key: value}), baseline=ALWAYS if value else NEVER)

    def control_privileged(self):
        for value in (None, False, True):
            # The API server has no privileged container without escalation; it is refused in any case.
            self.each_list(f"privileged {value}", lambda: container(privileged=value), baseline=ALWAYS if value else NEVER)

    def control_capabilities(self):
        allowed = self.words("capabilities_baseline", r"\b[A-Z]+(?:_[A-Z]+)*\b")
        bound = self.words("capabilities_restricted", r"\bNET_BIND_SERVICE\b")
        restricted = (self.since("capabilities_restricted")[0], 99)
        for name in allowed + ["NET_RAW", "SYS_ADMIN", "NET_ADMIN", "ALL", "chown", "CAP_CHOWN", "CAP_SYS_ADMIN", ""]:
            self.each_list(f"capability {name!r}", lambda: container(capabilities={"add": [name], "drop": ["ALL"]}), baseline=NEVER if name in allowed else ALWAYS,
                           restricted=NEVER if name in bound else restricted)
        self.each_list("two capabilities", lambda: container(capabilities={"add": [allowed[0], "NET_RAW"], "drop": ["ALL"]}), baseline=ALWAYS)
        self.each_list("no added capabilities", lambda: container(capabilities={"add": [], "drop": ["ALL"]}))
        for drop in (None, [], ["all"], ["NET_RAW"], [n for n in allowed], ["CAP_ALL"]):
            self.each_list(f"drop {drop}", lambda: container(capabilities={"drop": drop}), restricted=restricted)
        self.each_list("drop ALL among others", lambda: container(capabilities={"drop": ["NET_RAW", "ALL"]}))
        self.each_list("no capabilities", lambda: container(capabilities=...), restricted=restricted)
        self.windows("capabilities", lambda: container(capabilities=...), restricted[0], self.since("capabilities_restricted")[1])

    def windows(self, name, make, since, exempt):
        """Refused from `since` on; pods for Windows only until `exempt`."""
        for where in LISTS:
            self.add(f"{name} for windows in {where}", with_container(where, make(), base(os={"name": "windows"})), restricted=(since, exempt - 1))
            self.add(f"{name} for linux in {where}", with_container(where, make(), base(os={"name": "linux"})), restricted=(since, 99))

    def control_volumes(self):
        allowed = self.words("restrictedVolumes", r"\b(?:configMap|csi|downwardAPI|emptyDir|ephemeral|persistentVolumeClaim|projected|secret|image)\b")
        for kind in allowed:
            self.add(f"volume {kind}", base(volumes=[{"name": "v", kind: {}}]))
        self.add("volume hostPath", base(volumes=[{"name": "v", "hostPath": {"path": "/a"}}]), baseline=ALWAYS)
        self.add("volume hostPath behind another", base(volumes=[{"name": "u", "emptyDir": {}}, {"name": "v", "hostPath": {"path": "/a"}}]), baseline=ALWAYS)
        self.add("volume hostPath null", base(volumes=[{"name": "v", "hostPath": None, "emptyDir": {}}]))
        self.add("volume without a type", base(volumes=[{"name": "v"}]))
        for kind in ("gcePersistentDisk", "awsElasticBlockStore", "gitRepo", "nfs", "iscsi", "glusterfs", "rbd", "flexVolume", "cinder", "cephfs", "flocker", "fc",
                     "azureFile", "vsphereVolume", "quobyte", "azureDisk", "portworxVolume", "scaleIO", "storageos"):
            self.add(f"volume {kind}", base(volumes=[{"name": "v", kind: {}}]), restricted=ALWAYS)

    def control_host_ports(self):
        for value, bad in ((None, False), (0, False), (80, True), (65535, True)):
            def make():
                c = container()
                c["ports"] = [{"containerPort": 80}, {"containerPort": 8080, "hostPort": value}]
                return c
            self.each_list(f"hostPort {value}", make, baseline=ALWAYS if bad else NEVER)

    def control_handler_hosts(self):
        since = (self.since("hostProbesAndHostLifecycle")[0], 99)
        for path in ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop"):
            for action in ("httpGet", "tcpSocket"):
                for host in (None, "", "10.0.0.1", "localhost"):
                    def make():
                        c = container()
                        at = c
                        for key in path.split("."):
                            at = at.setdefault(key, {})
                        at[action] = {"port": 80, "host": host}
                        return c
                    self.each_list(f"{path} {action} {host!r}", make, baseline=since if host else NEVER)

    def control_apparmor(self):
        key = "container.apparmor.security.beta.kubernetes.io/"
        for value, bad in (("runtime/default", False), ("localhost/x", False), ("localhost/", False), ("", False), ("unconfined", True), ("RuntimeDefault", True), ("other", True)):
            for name in ("main", "nobody"):
                pod = base()
                pod["metadata"]["annotations"] = {key + name: value, "a": "b"}
                self.add(f"AppArmor annotation {value!r} of {name}", pod, baseline=ALWAYS if bad else NEVER)
        pod = base()
        pod["metadata"]["annotations"] = {key + "main": "runtime/default", key + "b": "unconfined"}
        self.add("AppArmor annotations, one of them bad", pod, baseline=ALWAYS)
        for value in ("RuntimeDefault", "Localhost", "Unconfined", "unconfined", ""):
            bad = NEVER if value in ("RuntimeDefault", "Localhost") else ALWAYS
            self.add(f"AppArmor {value!r} of the pod", with_pod_security(appArmorProfile={"type": value}), baseline=bad)
            self.each_list(f"AppArmor {value!r}", lambda: container(appArmorProfile={"type": value}), baseline=bad)
        self.add("AppArmor null", with_pod_security(appArmorProfile=None))

    def control_selinux(self):
        allowed = self.words("seLinuxOptions", r"\bcontainer(?:_[a-z]+)*_t\b")
        later = self.since("seLinuxOptions")[1]
        for value in allowed + ["", None, "spc_t", "container", "unconfined_t"]:
            bad = (0, later - 1) if value == "container_engine_t" else NEVER if not value or value in allowed else ALWAYS
            self.add(f"SELinux type {value!r} of the pod", with_pod_security(seLinuxOptions={"type": value}), baseline=bad)
            self.each_list(f"SELinux type {value!r}", lambda: container(seLinuxOptions={"type": value}), baseline=bad)
        for key in ("user", "role"):
            for value in (None, "", "sysadm"):
                self.add(f"SELinux {key} {value!r} of the pod", with_pod_security(seLinuxOptions={key: value}), baseline=ALWAYS if value else NEVER)
                self.each_list(f"SELinux {key} {value!r}", lambda: container(seLinuxOptions={key: value}), baseline=ALWAYS if value else NEVER)
        self.add("SELinux level", with_pod_security(seLinuxOptions={"level": "s0:c1,c2"}))
        self.add("SELinux of the pod is bad, the container has its own", with_container("containers", container(seLinuxOptions={"type": "container_t"}), with_pod_security(seLinuxOptions={"type": "spc_t"})), baseline=ALWAYS)

    def control_proc_mount(self):
        relaxed = self.since("procMount")[-1]
        for value in (None, "Default", "Unmasked", "other"):
            bad = value in ("Unmasked", "other")
            self.each_list(f"procMount {value}", lambda: container(procMount=value), baseline=ALWAYS if bad else NEVER)
            for where in LISTS:
                # From then on restricted has a control of its own, which knows no user namespaces.
                self.add(f"procMount {value} in {where}, user namespace", with_container(where, container(procMount=value), base(hostUsers=False)),
                         baseline=(0, relaxed - 1) if bad else NEVER, restricted=(self.since("procMount_restricted")[0], 99) if bad else NEVER)
                self.add(f"procMount {value} in {where}, no user namespace", with_container(where, container(procMount=value), base(hostUsers=True)), baseline=ALWAYS if bad else NEVER)

    def control_seccomp(self):
        fields = self.since("seccompProfile_baseline")[-1]
        for value, bad in (("runtime/default", False), ("docker/default", False), ("localhost/x", False), ("unconfined", True), ("", True), ("RuntimeDefault", True)):
            pod = base()
            pod["metadata"]["annotations"] = {"seccomp.security.alpha.kubernetes.io/pod": value}
            self.add(f"seccomp annotation {value!r} of the pod", pod, baseline=(0, fields - 1) if bad else NEVER)
            for where in LISTS:
                pod = with_container(where, container("x"))
                pod["metadata"]["annotations"] = {"container.seccomp.security.alpha.kubernetes.io/x": value}
                self.add(f"seccomp annotation {value!r} in {where}", pod, baseline=(0, fields - 1) if bad else NEVER)
        for value in ("RuntimeDefault", "Localhost", "Unconfined", "runtime/default", ""):
            bad = NEVER if value in ("RuntimeDefault", "Localhost") else (fields, 99)
            self.add(f"seccomp {value!r} of the pod", with_pod_security(seccompProfile={"type": value}), baseline=bad)
            self.each_list(f"seccomp {value!r}", lambda: container(seccompProfile={"type": value}), baseline=bad)
        none = base()
        none["spec"]["securityContext"].pop("seccompProfile")
        restricted = self.since("seccompProfile_restricted")
        self.add("no seccomp", none, restricted=(restricted[0], 99))
        for where in LISTS:
            own = base(containers=[container("main", seccompProfile={"type": "Localhost"})])
            own["spec"]["securityContext"].pop("seccompProfile")
            self.add(f"seccomp in all containers, {where}", with_container(where, container(seccompProfile={"type": "RuntimeDefault"}), json.loads(json.dumps(own))))
            self.add(f"seccomp not in {where}", with_container(where, container(), json.loads(json.dumps(own))), restricted=(restricted[0], 99))
            windows = json.loads(json.dumps(own))
            windows["spec"]["os"] = {"name": "windows"}
            self.add(f"seccomp not in {where} for windows", with_container(where, container(), windows), restricted=(restricted[0], restricted[1] - 1))

    def control_sysctls(self):
        text = self.rows["sysctls"]["allowed"]
        parts = text.split(";")
        names = ["kernel.shm_rmid_forced"] + ["net.ipv4." + n for n in re.search(r"net\.ipv4\.\{(.*?)\}", parts[0]).group(1).split(",")]
        known = {n: 0 for n in names}
        for part in parts[1:]:
            minor = int(re.search(r"1\.(\d+)", part).group(1))
            for n in re.findall(r"(?:ip|tcp)_[a-z_]+", part):
                known["net.ipv4." + n] = minor
        if len(known) < 13:
            sys.exit("the table names too few sysctls")
        for name in list(known) + ["kernel.msgmax", "net.ipv4.tcp_syncookie", "net.core.somaxconn", ""]:
            minor = known.get(name, 99)
            self.add(f"sysctl {name!r}", with_pod_security(sysctls=[{"name": name, "value": "1"}]), baseline=NEVER if minor == 0 else (0, minor - 1))
        self.add("two sysctls", with_pod_security(sysctls=[{"name": names[0], "value": "0"}, {"name": "kernel.msgmax", "value": "1"}]), baseline=ALWAYS)
        self.add("no sysctls", with_pod_security(sysctls=[]))

    def control_escalation(self):
        since = self.since("allowPrivilegeEscalation")
        for value in (None, True):
            self.each_list(f"allowPrivilegeEscalation {value}", lambda: container(allowPrivilegeEscalation=value), restricted=(since[0], 99))
        self.windows("allowPrivilegeEscalation", lambda: container(allowPrivilegeEscalation=...), since[0], since[1])
        self.each_list("no securityContext", lambda: {"name": "c", "image": "a:1"}, restricted=[(since[0], 99)])

    def control_run_as_non_root(self):
        relaxed = self.since("runAsNonRoot")[-1]
        for users, until in ((None, 99), (True, 99), (False, relaxed - 1)):
            for of_pod in (None, True, False):
                for value in (None, True, False):
                    bad = of_pod is False or value is False or (value is None and of_pod is not True)
                    for where in LISTS:
                        # Every other container says for itself what the pod may leave out.
                        pod = base(containers=[container("main", runAsNonRoot=True)], hostUsers=users)
                        with_pod_security(pod, runAsNonRoot=of_pod)
                        self.add(f"runAsNonRoot {value} in {where}, {of_pod} in the pod, hostUsers {users}", with_container(where, container(runAsNonRoot=value), pod), restricted=(0, until) if bad else NEVER)

    def control_run_as_user(self):
        since, relaxed = self.since("runAsUser")[0], self.since("runAsUser")[-1]
        for users, until in ((None, 99), (True, 99), (False, relaxed - 1)):
            for of_pod in (None, 0, 1000):
                for value in (None, 0, 1, 1000):
                    bad = of_pod == 0 or value == 0
                    for where in LISTS:
                        pod = with_pod_security(base(hostUsers=users), runAsUser=of_pod)
                        self.add(f"runAsUser {value} in {where}, {of_pod} in the pod, hostUsers {users}", with_container(where, container(runAsUser=value), pod), restricted=(since, until) if bad else NEVER)

    def wrapped(self):
        """The same in templates of other kinds, and as an item of a List."""
        kinds = [("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"), ("apps/v1", "DaemonSet"), ("apps/v1", "ReplicaSet"), ("batch/v1", "Job"), ("v1", "ReplicationController")]
        for i, (name, pod, baseline, restricted) in enumerate(list(self.cases)):
            template = {"metadata": pod["metadata"], "spec": pod["spec"]}
            which = i % (len(kinds) + 3)
            if which < len(kinds):
                api, kind = kinds[which]
                o = {"apiVersion": api, "kind": kind, "metadata": {"name": "x"}, "spec": {"template": template}}
            elif which == len(kinds):
                kind, o = "CronJob", {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "x"}, "spec": {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": template}}}}
            elif which == len(kinds) + 1:
                kind, o = "List", {"apiVersion": "v1", "kind": "List", "items": [base(), pod]}
            else:
                kind, o = "PodTemplate", {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "x"}, "template": template}
            self.cases.append((f"{name} ({kind})", o, baseline, restricted))


def written_pods(folder):
    """Documents behind a comment "# baseline: RANGES restricted: RANGES"; a range is "-" (never refused), "all", "1.25+", "1.0-1.24", with commas between."""
    cases = []
    for file in sorted(os.listdir(folder)):
        with open(os.path.join(folder, file)) as f:
            parts = re.split(r"^# baseline: (.*?) restricted: (.*)\n", f.read(), flags=re.M)
        for i in range(1, len(parts), 3):
            text = parts[i + 2].split("\n---", 1)[0] + "\n"
            cases.append((f"{file} {(i + 2) // 3}", text, ranges(parts[i]), ranges(parts[i + 1])))
    return cases


def ranges(text):
    found = []
    for part in text.strip().split(","):
        if part == "all":
            found.append(ALWAYS)
        elif part.endswith("+"):
            found.append((int(part[2:-1]), 99))
        elif part != "-":
            low, high = part.split("-")
            found.append((int(low[2:]), int(high[2:])))
    return found


def refused(spans, minor):
    return any(low <= minor <= high for low, high in spans)


def judge(plimsoll, policy, folder):
    p = subprocess.run([plimsoll, "check", "--policy", policy, "--format", "json", folder], capture_output=True, text=True)
    if p.returncode not in (0, 1):
        sys.exit(f"{policy}: exit code {p.returncode}: {p.stderr}{p.stdout[-2000:]}")
    report = json.loads(p.stdout)
    denied = {os.path.basename(f["path"]) for f in report["findings"] if f["policy"]["action"] == "deny"}
    return denied, p.returncode


def main():
    plimsoll, controls, pods, work = sys.argv[1:]
    cases = (Table(controls).build() if controls else []) + written_pods(pods)
    folder = os.path.join(work, "pods")
    os.makedirs(folder)
    for i, (name, what, baseline, restricted) in enumerate(cases):
        with open(os.path.join(folder, f"{i:05}.yaml"), "w") as f:
            f.write(what if isinstance(what, str) else json.dumps(what) + "\n")
    wrong = verdicts = 0
    for level in LEVELS:
        for minor in VERSIONS:
            denied, _ = judge(plimsoll, f"pss-{level}@v1.{minor}", folder)
            for i, (name, _, baseline, restricted) in enumerate(cases):
                verdicts += 1
                want = refused(baseline if level == "baseline" else restricted, minor)
                if (f"{i:05}.yaml" in denied) != want:
                    wrong += 1
                    if wrong <= 50:
                        print(f"{i:05} {level} 1.{minor} {name}: {'must be refused' if want else 'must pass'}")
    print(f"pods: {len(cases)} verdicts: {verdicts} wrong: {wrong}")
    sys.exit(1 if wrong else 0)


main()
