/* SPDX-License-Identifier: Apache-2.0 */
/* RISK(id, title, severity when it holds in the whole cluster, severity in one namespace, rights, named, controls, why, remediation)
 * rights: ways to have it, separated by ";"; each is rights that it takes together, separated by "&": "verb,verb group resource,resource" ("-": the core group). One of the verbs and one
 * of the resources is enough. named: rules with resourceNames have it, too. Sources: https://kubernetes.io/docs/concepts/security/rbac-good-practices/, CIS Kubernetes Benchmark 5.1. */
RISK("rbac-everything", "May do everything", CRITICAL, HIGH, "* * *", false, "cis-kubernetes-5.1.1",
     "Whoever holds one of these identities owns the cluster, or everything in the namespace", "Give the verbs and resources that are used; keep cluster-admin for emergencies")
RISK("rbac-escalate", "May give itself more rights (escalate)", CRITICAL, HIGH, "escalate rbac.authorization.k8s.io roles,clusterroles", true, "cis-kubernetes-5.1.8",
     "escalate lifts the check that nobody can write a right into a role that they have not got", "Take escalate away; let roles be changed by a pipeline that is reviewed")
RISK("rbac-bind", "May bind roles beyond its own rights (bind)", CRITICAL, HIGH, "bind rbac.authorization.k8s.io roles,clusterroles", true, "cis-kubernetes-5.1.8",
     "bind lifts the check that nobody can give away a role with rights that they have not got", "Name the roles that may be bound with resourceNames")
RISK("rbac-impersonate", "May act as somebody else (impersonate)", CRITICAL, HIGH, "impersonate - users,groups,serviceaccounts", true, "cis-kubernetes-5.1.8",
     "Requests under another name have the rights of that name", "Name the users and groups that may be impersonated, never system:masters")
RISK("rbac-read-secrets", "May read secrets", CRITICAL, MEDIUM, "get,list,watch - secrets", false, "cis-kubernetes-5.1.2",
     "Secrets hold tokens and passwords of everything else; list and watch show their values as well", "Mount the secret that is needed, or name it with resourceNames and get alone")
RISK("rbac-write-secrets", "May create or change secrets", HIGH, MEDIUM, "create,update,patch - secrets", false, "cis-kubernetes-5.1.2",
     "A new Secret can ask for the token of any service account of its namespace; a changed one reaches all that mount it", "Let an operator or a pipeline write secrets, and others only read theirs")
RISK("rbac-mint-tokens", "May create tokens of service accounts", CRITICAL, HIGH, "create - serviceaccounts/token", true, "cis-kubernetes-5.1.13",
     "A token of a service account has all its rights", "Name the service accounts with resourceNames")
RISK("rbac-create-pods", "May create pods", HIGH, MEDIUM, "create - pods", false, "cis-kubernetes-5.1.4",
     "A pod can run as any service account of its namespace, mount its secrets and, where admission lets it, the file system of the node", "Let only controllers and pipelines create pods; enforce the restricted Pod Security Standard")
RISK("rbac-create-workloads", "May create or change workloads", HIGH, MEDIUM,
     "create,update,patch apps deployments,daemonsets,statefulsets,replicasets; create,update,patch batch jobs,cronjobs; create,update,patch - replicationcontrollers", false, "cis-kubernetes-5.1.4",
     "What makes pods can make them run as any service account of the namespace", "Let only pipelines change workloads; enforce the restricted Pod Security Standard")
RISK("rbac-exec", "May run commands in pods", HIGH, MEDIUM, "create,get - pods/exec,pods/attach", false, "", "A command in a pod has its token, its secrets and its network",
     "Give it for the time of an incident only, and log it")
RISK("rbac-ephemeral-containers", "May put containers into running pods", HIGH, MEDIUM, "update,patch - pods/ephemeralcontainers", false, "",
     "A debug container shares the volumes and processes of the pod", "Give it for the time of an incident only")
RISK("rbac-connect", "May connect to pods, services and nodes past network policies", MEDIUM, LOW, "create,get - pods/portforward,pods/proxy,services/proxy", false, "",
     "The API server carries the connection, so that no network policy sees it", "Publish what people need by an ingress with its own login")
RISK("rbac-nodes-proxy", "May use the API of the kubelets", CRITICAL, NEGLIGIBLE, "get,create,update,patch,delete - nodes/proxy", true, "cis-kubernetes-5.1.10",
     "The API of a kubelet runs commands in every pod of its node, past admission and the audit log", "Use nodes/metrics, nodes/stats and nodes/log for monitoring")
RISK("rbac-nodes", "May change nodes", HIGH, NEGLIGIBLE, "update,patch,delete,create - nodes,nodes/status", true, "", "Labels and taints of nodes decide where pods run: on a node that is owned already",
     "Leave it to the node's own identity and to the cluster's controllers")
RISK("rbac-approve-certificates", "May approve certificates", CRITICAL, NEGLIGIBLE,
     "update,patch certificates.k8s.io certificatesigningrequests/approval & approve certificates.k8s.io signers", true, "cis-kubernetes-5.1.11",
     "A client certificate can carry any user and group but system:masters, and cannot be taken back", "Name the signers with resourceNames; let a controller with a policy approve")
RISK("rbac-sign-certificates", "May sign certificates", HIGH, NEGLIGIBLE, "update,patch certificates.k8s.io certificatesigningrequests/status & sign certificates.k8s.io signers", true, "cis-kubernetes-5.1.11",
     "What is put into a request counts as signed for whoever trusts that signer", "Name the signers with resourceNames")
RISK("rbac-webhooks", "May change admission webhooks", CRITICAL, NEGLIGIBLE,
     "create,update,patch,delete admissionregistration.k8s.io mutatingwebhookconfigurations,validatingwebhookconfigurations", false, "cis-kubernetes-5.1.12",
     "A webhook sees and changes every object on its way, secrets included; without it nothing is checked any more", "Leave it to the pipeline that installs the webhooks")
RISK("rbac-admission-policies", "May change admission policies", HIGH, NEGLIGIBLE,
     "create,update,patch,delete admissionregistration.k8s.io validatingadmissionpolicies,validatingadmissionpolicybindings,mutatingadmissionpolicies,mutatingadmissionpolicybindings", false, "",
     "A policy that is gone checks nothing, and one that mutates changes every object", "Leave it to the pipeline that installs the policies")
RISK("rbac-persistent-volumes", "May create persistent volumes", HIGH, NEGLIGIBLE, "create - persistentvolumes", false, "cis-kubernetes-5.1.9",
     "A volume of type hostPath gives a pod the file system of the node, past the Pod Security Standards", "Let a provisioner create volumes; users claim them")
RISK("rbac-change-bindings", "May change who has which role", HIGH, MEDIUM, "create,update,patch rbac.authorization.k8s.io clusterrolebindings,rolebindings", false, "",
     "It can give its own rights to anybody, and stay when its own access ends", "Let bindings be changed by a pipeline that is reviewed")
RISK("rbac-namespaces", "May change namespaces", HIGH, MEDIUM, "update,patch - namespaces", false, "", "Labels of a namespace decide which pods are refused and which network policies hold",
     "Let a pipeline write namespaces; forbid the labels by admission")
RISK("rbac-delete-namespaces", "May delete namespaces", HIGH, MEDIUM, "delete,deletecollection - namespaces", false, "", "Everything in a namespace goes with it", "Keep it for an emergency role")
RISK("rbac-apiservices", "May take over parts of the API", HIGH, NEGLIGIBLE, "create,update,patch apiregistration.k8s.io apiservices", false, "",
     "The API server sends all requests of a group to the service that is named there", "Leave it to the pipeline that installs API servers")
RISK("rbac-network-policies", "May change network policies", MEDIUM, MEDIUM, "create,update,patch,delete,deletecollection networking.k8s.io networkpolicies", false, "", "Without its policy a pod reaches, and is reached by, everything",
     "Let a pipeline write them")
RISK("rbac-write-configmaps", "May change configuration of others", MEDIUM, LOW, "update,patch - configmaps", false, "", "ConfigMaps steer DNS, logins of some clouds and whatever mounts them", "Name the ConfigMaps with resourceNames")
RISK("rbac-hide-events", "May delete events", MEDIUM, LOW, "delete,deletecollection - events; delete,deletecollection events.k8s.io events", false, "", "Events tell what happened; who deletes them hides it", "Take it away: events end by themselves")
