# Bash completion of plimsoll. Made by 'plimsoll completion bash'.
_plimsoll() {
    local cur prev first= second= command= words= n=0 i=1
    COMPREPLY=()
    cur=${COMP_WORDS[COMP_CWORD]}
    prev=${COMP_WORDS[COMP_CWORD - 1]}
    # Bash makes "=" a word of its own.
    if [ "$cur" = = ]; then
        cur=
    elif [ "$prev" = = ]; then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    while [ $i -lt "$COMP_CWORD" ]; do
        case ${COMP_WORDS[i]} in
        --format | -f | --policy | --rules | --rules-add | --policy-scope | --facts | --tag-ttl | --severity | --fail-on | --baseline | --checks | --vex | --ignore-file | --as-of | --archives | --max-feed-age | --allow-incomplete | --db | --platform | --source | --sbom | --analyzer | --temp-dir | --cache | --secrets | --secret-rules | --secret-key-file | --yara | --yara-timeout | --hash-list | --license-allow | --license-deny | --mirror | --ca-file | --client-cert | --client-key | --color | --config | --output | -o | --input | --namespace | -n | --every | --also | --kubeconfig | --kube-timeout | --context | --listen | --tls-certificate | --tls-key | --client-ca | --client-name | --mode | --exempt-namespace | --break-glass-user | --break-glass-group | --fail | --time-budget | --unknown-image | --max-scan-age | --mutate | --defaults | --decision-log | --alert-log | --bundle-every | --metrics-add | --connections | --request-timeout | --drain | --image | --replicas | --api-server | --registry | --advisories | --registry-secret | --kubernetes | --authority | --old-authority | --days | --check | --check-every | --update-every | --keep | --scan-timeout | --author | --top | --manifests | -m | --to | --audit-log | --rule-matching | --ring-bytes | --alert-to | --spool | --limit-alerts | --group-alerts | --metrics-listen | --status-socket | --runc-root | --by | --coverage | --phase | --tag | --control | --require-examples | --rounds | --from | --package | -p | --release)
            i=$((i + 1))
            [ "${COMP_WORDS[i]-}" != = ] || i=$((i + 1))
            ;;
        -*) ;;
        *)
            n=$((n + 1))
            [ $n != 1 ] || first=${COMP_WORDS[i]}
            [ $n != 2 ] || second=${COMP_WORDS[i]}
            ;;
        esac
        i=$((i + 1))
    done
    case "$first $second" in
    'scan '*) command='scan' ;;
    'check '*) command='check' ;;
    'admit '*) command='admit' ;;
    'admit manifests') command='admit manifests' ;;
    'admit worker') command='admit worker' ;;
    'sbom '*) command='sbom' ;;
    'vex '*) command='vex' ;;
    'bloat '*) command='bloat' ;;
    'diff '*) command='diff' ;;
    'explain '*) command='explain' ;;
    'audit-log '*) command='audit-log' ;;
    'rbac who-can') command='rbac who-can' ;;
    'rbac risks') command='rbac risks' ;;
    'rbac paths') command='rbac paths' ;;
    'rbac unused') command='rbac unused' ;;
    'access '*) command='access' ;;
    'sensor '*) command='sensor' ;;
    'sensor status') command='sensor status' ;;
    'ps '*) command='ps' ;;
    'policy lint') command='policy lint' ;;
    'policy list') command='policy list' ;;
    'policy fields') command='policy fields' ;;
    'policy explain') command='policy explain' ;;
    'policy test') command='policy test' ;;
    'policy push') command='policy push' ;;
    'policy bench') command='policy bench' ;;
    'config show') command='config show' ;;
    'db build') command='db build' ;;
    'db update') command='db update' ;;
    'db status') command='db status' ;;
    'db get') command='db get' ;;
    'facts '*) command='facts' ;;
    'list '*) command='list' ;;
    'completion '*) command='completion' ;;
    'docs '*) command='docs' ;;
    'version-compare '*) command='version-compare' ;;
    'policy evaluate') command='policy evaluate' ;;
    'rbac can-i') command='rbac can-i' ;;
    esac
    case $command:$prev in
    'scan'':--format'|'scan'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json sarif cyclonedx spdx junit gitlab codequality html markdown policyreport prometheus' -- "$cur"); return ;;
    'scan'':--policy') return ;;
    'scan'':--rules') compopt -o default 2>/dev/null; return ;;
    'scan'':--rules-add') compopt -o default 2>/dev/null; return ;;
    'scan'':--policy-scope') return ;;
    'scan'':--facts') compopt -o default 2>/dev/null; return ;;
    'scan'':--tag-ttl') return ;;
    'scan'':--severity') mapfile -t COMPREPLY < <(compgen -W 'critical high medium low negligible unknown' -- "$cur"); return ;;
    'scan'':--fail-on') mapfile -t COMPREPLY < <(compgen -W 'critical high medium low negligible unknown' -- "$cur"); return ;;
    'scan'':--baseline') compopt -o default 2>/dev/null; return ;;
    'scan'':--checks') mapfile -t COMPREPLY < <(compgen -W 'on off' -- "$cur"); return ;;
    'scan'':--vex') compopt -o default 2>/dev/null; return ;;
    'scan'':--ignore-file') compopt -o default 2>/dev/null; return ;;
    'scan'':--as-of') return ;;
    'scan'':--archives') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
    'scan'':--max-feed-age') return ;;
    'scan'':--allow-incomplete') mapfile -t COMPREPLY < <(compgen -W 'unsupported-os no-advisories no-database stale-database unreadable-layer unreadable-file limit no-packages archive-unreachable unsupported-packages no-digests no-input' -- "$cur"); return ;;
    'scan'':--db') compopt -o default 2>/dev/null; return ;;
    'scan'':--platform') return ;;
    'scan'':--source') mapfile -t COMPREPLY < <(compgen -W 'auto dir repo oci docker-archive docker containerd podman registry' -- "$cur"); return ;;
    'scan'':--sbom') mapfile -t COMPREPLY < <(compgen -W 'oci' -- "$cur"); return ;;
    'scan'':--analyzer') mapfile -t COMPREPLY < <(compgen -W 'os-release dpkg dpkg-sums deb-license apk apk-sums rpm rpm-sums rh-content-manifest apt-sources go-binary java-archive known-binary node-modules npm-lock yarn-lock pnpm-lock bun-lock python-installed requirements python-lock conda rust-binary ruby composer cargo-lock go-mod maven-pom gradle-lock nuget pub-lock mix-lock swift-resolved conan-lock bitnami keys authorized-keys credentials hardening malware yara secrets' -- "$cur"); return ;;
    'scan'':--temp-dir') compopt -o default 2>/dev/null; return ;;
    'scan'':--cache') compopt -o default 2>/dev/null; return ;;
    'scan'':--secrets') mapfile -t COMPREPLY < <(compgen -W 'on off' -- "$cur"); return ;;
    'scan'':--secret-rules') compopt -o default 2>/dev/null; return ;;
    'scan'':--secret-key-file') compopt -o default 2>/dev/null; return ;;
    'scan'':--yara') compopt -o default 2>/dev/null; return ;;
    'scan'':--yara-timeout') return ;;
    'scan'':--hash-list') compopt -o default 2>/dev/null; return ;;
    'scan'':--license-allow') return ;;
    'scan'':--license-deny') return ;;
    'scan'':--mirror') return ;;
    'scan'':--ca-file') compopt -o default 2>/dev/null; return ;;
    'scan'':--client-cert') compopt -o default 2>/dev/null; return ;;
    'scan'':--client-key') compopt -o default 2>/dev/null; return ;;
    'check'':--format'|'check'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json sarif junit gitlab codequality html markdown policyreport prometheus' -- "$cur"); return ;;
    'check'':--input') mapfile -t COMPREPLY < <(compgen -W 'dockerfile helm kustomize k8s-audit kubernetes compose github-actions gitlab-ci' -- "$cur"); return ;;
    'check'':--namespace'|'check'':-n') return ;;
    'check'':--every') return ;;
    'check'':--also') return ;;
    'check'':--severity') mapfile -t COMPREPLY < <(compgen -W 'critical high medium low negligible unknown' -- "$cur"); return ;;
    'check'':--fail-on') mapfile -t COMPREPLY < <(compgen -W 'critical high medium low negligible unknown' -- "$cur"); return ;;
    'check'':--baseline') compopt -o default 2>/dev/null; return ;;
    'check'':--as-of') return ;;
    'check'':--allow-incomplete') mapfile -t COMPREPLY < <(compgen -W 'unsupported-os no-advisories no-database stale-database unreadable-layer unreadable-file limit no-packages archive-unreachable unsupported-packages no-digests no-input' -- "$cur"); return ;;
    'check'':--policy') return ;;
    'check'':--rules') compopt -o default 2>/dev/null; return ;;
    'check'':--rules-add') compopt -o default 2>/dev/null; return ;;
    'check'':--policy-scope') return ;;
    'check'':--mirror') return ;;
    'check'':--ca-file') compopt -o default 2>/dev/null; return ;;
    'check'':--client-cert') compopt -o default 2>/dev/null; return ;;
    'check'':--client-key') compopt -o default 2>/dev/null; return ;;
    'check'':--cache') compopt -o default 2>/dev/null; return ;;
    'check'':--kubeconfig') compopt -o default 2>/dev/null; return ;;
    'check'':--kube-timeout') return ;;
    'check'':--context') return ;;
    'admit'':--listen') return ;;
    'admit'':--tls-certificate') compopt -o default 2>/dev/null; return ;;
    'admit'':--tls-key') compopt -o default 2>/dev/null; return ;;
    'admit'':--client-ca') compopt -o default 2>/dev/null; return ;;
    'admit'':--client-name') return ;;
    'admit'':--mode') return ;;
    'admit'':--exempt-namespace') return ;;
    'admit'':--break-glass-user') return ;;
    'admit'':--break-glass-group') return ;;
    'admit'':--fail') mapfile -t COMPREPLY < <(compgen -W 'closed open' -- "$cur"); return ;;
    'admit'':--time-budget') return ;;
    'admit'':--facts') compopt -o default 2>/dev/null; return ;;
    'admit'':--unknown-image') mapfile -t COMPREPLY < <(compgen -W 'deny warn allow' -- "$cur"); return ;;
    'admit'':--max-scan-age') return ;;
    'admit'':--mutate') mapfile -t COMPREPLY < <(compgen -W 'pin defaults' -- "$cur"); return ;;
    'admit'':--defaults') return ;;
    'admit'':--decision-log') compopt -o default 2>/dev/null; return ;;
    'admit'':--alert-log') compopt -o default 2>/dev/null; return ;;
    'admit'':--bundle-every') return ;;
    'admit'':--metrics-add') compopt -o default 2>/dev/null; return ;;
    'admit'':--connections') return ;;
    'admit'':--request-timeout') return ;;
    'admit'':--drain') return ;;
    'admit'':--policy') return ;;
    'admit'':--rules') compopt -o default 2>/dev/null; return ;;
    'admit'':--rules-add') compopt -o default 2>/dev/null; return ;;
    'admit'':--policy-scope') return ;;
    'admit'':--mirror') return ;;
    'admit'':--ca-file') compopt -o default 2>/dev/null; return ;;
    'admit'':--client-cert') compopt -o default 2>/dev/null; return ;;
    'admit'':--client-key') compopt -o default 2>/dev/null; return ;;
    'admit'':--cache') compopt -o default 2>/dev/null; return ;;
    'admit manifests'':--image') return ;;
    'admit manifests'':--namespace') return ;;
    'admit manifests'':--policy') return ;;
    'admit manifests'':--mode') mapfile -t COMPREPLY < <(compgen -W 'enforce warn audit' -- "$cur"); return ;;
    'admit manifests'':--fail') mapfile -t COMPREPLY < <(compgen -W 'closed open' -- "$cur"); return ;;
    'admit manifests'':--replicas') return ;;
    'admit manifests'':--api-server') return ;;
    'admit manifests'':--registry') return ;;
    'admit manifests'':--advisories') return ;;
    'admit manifests'':--registry-secret') return ;;
    'admit manifests'':--mutate') mapfile -t COMPREPLY < <(compgen -W 'pin' -- "$cur"); return ;;
    'admit manifests'':--defaults') return ;;
    'admit manifests'':--kubernetes') return ;;
    'admit manifests'':--authority') compopt -o default 2>/dev/null; return ;;
    'admit manifests'':--old-authority') compopt -o default 2>/dev/null; return ;;
    'admit manifests'':--days') return ;;
    'admit worker'':--facts') compopt -o default 2>/dev/null; return ;;
    'admit worker'':--every') return ;;
    'admit worker'':--check') compopt -o default 2>/dev/null; return ;;
    'admit worker'':--check-every') return ;;
    'admit worker'':--update-every') return ;;
    'admit worker'':--keep') return ;;
    'admit worker'':--scan-timeout') return ;;
    'admit worker'':--kubeconfig') compopt -o default 2>/dev/null; return ;;
    'admit worker'':--kube-timeout') return ;;
    'admit worker'':--context') return ;;
    'admit worker'':--policy') return ;;
    'sbom'':--format'|'sbom'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json cyclonedx spdx html markdown' -- "$cur"); return ;;
    'sbom'':--allow-incomplete') mapfile -t COMPREPLY < <(compgen -W 'unsupported-os no-advisories no-database stale-database unreadable-layer unreadable-file limit no-packages archive-unreachable unsupported-packages no-digests no-input' -- "$cur"); return ;;
    'sbom'':--platform') return ;;
    'sbom'':--source') mapfile -t COMPREPLY < <(compgen -W 'auto dir repo oci docker-archive docker containerd podman registry' -- "$cur"); return ;;
    'sbom'':--sbom') mapfile -t COMPREPLY < <(compgen -W 'oci' -- "$cur"); return ;;
    'sbom'':--analyzer') mapfile -t COMPREPLY < <(compgen -W 'os-release dpkg dpkg-sums deb-license apk apk-sums rpm rpm-sums rh-content-manifest apt-sources go-binary java-archive known-binary node-modules npm-lock yarn-lock pnpm-lock bun-lock python-installed requirements python-lock conda rust-binary ruby composer cargo-lock go-mod maven-pom gradle-lock nuget pub-lock mix-lock swift-resolved conan-lock bitnami keys authorized-keys credentials hardening malware yara secrets' -- "$cur"); return ;;
    'sbom'':--temp-dir') compopt -o default 2>/dev/null; return ;;
    'sbom'':--cache') compopt -o default 2>/dev/null; return ;;
    'sbom'':--mirror') return ;;
    'sbom'':--ca-file') compopt -o default 2>/dev/null; return ;;
    'sbom'':--client-cert') compopt -o default 2>/dev/null; return ;;
    'sbom'':--client-key') compopt -o default 2>/dev/null; return ;;
    'vex'':--author') return ;;
    'vex'':--vex') compopt -o default 2>/dev/null; return ;;
    'vex'':--ignore-file') compopt -o default 2>/dev/null; return ;;
    'vex'':--as-of') return ;;
    'vex'':--archives') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
    'vex'':--max-feed-age') return ;;
    'vex'':--allow-incomplete') mapfile -t COMPREPLY < <(compgen -W 'unsupported-os no-advisories no-database stale-database unreadable-layer unreadable-file limit no-packages archive-unreachable unsupported-packages no-digests no-input' -- "$cur"); return ;;
    'vex'':--db') compopt -o default 2>/dev/null; return ;;
    'vex'':--platform') return ;;
    'vex'':--source') mapfile -t COMPREPLY < <(compgen -W 'auto dir repo oci docker-archive docker containerd podman registry' -- "$cur"); return ;;
    'vex'':--sbom') mapfile -t COMPREPLY < <(compgen -W 'oci' -- "$cur"); return ;;
    'vex'':--analyzer') mapfile -t COMPREPLY < <(compgen -W 'os-release dpkg dpkg-sums deb-license apk apk-sums rpm rpm-sums rh-content-manifest apt-sources go-binary java-archive known-binary node-modules npm-lock yarn-lock pnpm-lock bun-lock python-installed requirements python-lock conda rust-binary ruby composer cargo-lock go-mod maven-pom gradle-lock nuget pub-lock mix-lock swift-resolved conan-lock bitnami keys authorized-keys credentials hardening malware yara secrets' -- "$cur"); return ;;
    'vex'':--temp-dir') compopt -o default 2>/dev/null; return ;;
    'vex'':--cache') compopt -o default 2>/dev/null; return ;;
    'vex'':--mirror') return ;;
    'vex'':--ca-file') compopt -o default 2>/dev/null; return ;;
    'vex'':--client-cert') compopt -o default 2>/dev/null; return ;;
    'vex'':--client-key') compopt -o default 2>/dev/null; return ;;
    'bloat'':--format'|'bloat'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$cur"); return ;;
    'bloat'':--top') return ;;
    'bloat'':--as-of') return ;;
    'bloat'':--archives') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
    'bloat'':--max-feed-age') return ;;
    'bloat'':--vex') compopt -o default 2>/dev/null; return ;;
    'bloat'':--ignore-file') compopt -o default 2>/dev/null; return ;;
    'bloat'':--allow-incomplete') mapfile -t COMPREPLY < <(compgen -W 'unsupported-os no-advisories no-database stale-database unreadable-layer unreadable-file limit no-packages archive-unreachable unsupported-packages no-digests no-input' -- "$cur"); return ;;
    'bloat'':--db') compopt -o default 2>/dev/null; return ;;
    'bloat'':--platform') return ;;
    'bloat'':--source') mapfile -t COMPREPLY < <(compgen -W 'auto dir repo oci docker-archive docker containerd podman registry' -- "$cur"); return ;;
    'bloat'':--sbom') mapfile -t COMPREPLY < <(compgen -W 'oci' -- "$cur"); return ;;
    'bloat'':--analyzer') mapfile -t COMPREPLY < <(compgen -W 'os-release dpkg dpkg-sums deb-license apk apk-sums rpm rpm-sums rh-content-manifest apt-sources go-binary java-archive known-binary node-modules npm-lock yarn-lock pnpm-lock bun-lock python-installed requirements python-lock conda rust-binary ruby composer cargo-lock go-mod maven-pom gradle-lock nuget pub-lock mix-lock swift-resolved conan-lock bitnami keys authorized-keys credentials hardening malware yara secrets' -- "$cur"); return ;;
    'bloat'':--temp-dir') compopt -o default 2>/dev/null; return ;;
    'bloat'':--cache') compopt -o default 2>/dev/null; return ;;
    'bloat'':--mirror') return ;;
    'bloat'':--ca-file') compopt -o default 2>/dev/null; return ;;
    'bloat'':--client-cert') compopt -o default 2>/dev/null; return ;;
    'bloat'':--client-key') compopt -o default 2>/dev/null; return ;;
    'diff'':--format'|'diff'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$cur"); return ;;
    'diff'':--as-of') return ;;
    'diff'':--archives') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
    'diff'':--max-feed-age') return ;;
    'diff'':--vex') compopt -o default 2>/dev/null; return ;;
    'diff'':--ignore-file') compopt -o default 2>/dev/null; return ;;
    'diff'':--allow-incomplete') mapfile -t COMPREPLY < <(compgen -W 'unsupported-os no-advisories no-database stale-database unreadable-layer unreadable-file limit no-packages archive-unreachable unsupported-packages no-digests no-input' -- "$cur"); return ;;
    'diff'':--db') compopt -o default 2>/dev/null; return ;;
    'diff'':--platform') return ;;
    'diff'':--source') mapfile -t COMPREPLY < <(compgen -W 'auto dir repo oci docker-archive docker containerd podman registry' -- "$cur"); return ;;
    'diff'':--sbom') mapfile -t COMPREPLY < <(compgen -W 'oci' -- "$cur"); return ;;
    'diff'':--analyzer') mapfile -t COMPREPLY < <(compgen -W 'os-release dpkg dpkg-sums deb-license apk apk-sums rpm rpm-sums rh-content-manifest apt-sources go-binary java-archive known-binary node-modules npm-lock yarn-lock pnpm-lock bun-lock python-installed requirements python-lock conda rust-binary ruby composer cargo-lock go-mod maven-pom gradle-lock nuget pub-lock mix-lock swift-resolved conan-lock bitnami keys authorized-keys credentials hardening malware yara secrets' -- "$cur"); return ;;
    'diff'':--temp-dir') compopt -o default 2>/dev/null; return ;;
    'diff'':--cache') compopt -o default 2>/dev/null; return ;;
    'diff'':--mirror') return ;;
    'diff'':--ca-file') compopt -o default 2>/dev/null; return ;;
    'diff'':--client-cert') compopt -o default 2>/dev/null; return ;;
    'diff'':--client-key') compopt -o default 2>/dev/null; return ;;
    'explain'':--db') compopt -o default 2>/dev/null; return ;;
    'explain'':--platform') return ;;
    'explain'':--source') mapfile -t COMPREPLY < <(compgen -W 'auto dir repo oci docker-archive docker containerd podman registry' -- "$cur"); return ;;
    'explain'':--sbom') mapfile -t COMPREPLY < <(compgen -W 'oci' -- "$cur"); return ;;
    'explain'':--analyzer') mapfile -t COMPREPLY < <(compgen -W 'os-release dpkg dpkg-sums deb-license apk apk-sums rpm rpm-sums rh-content-manifest apt-sources go-binary java-archive known-binary node-modules npm-lock yarn-lock pnpm-lock bun-lock python-installed requirements python-lock conda rust-binary ruby composer cargo-lock go-mod maven-pom gradle-lock nuget pub-lock mix-lock swift-resolved conan-lock bitnami keys authorized-keys credentials hardening malware yara secrets' -- "$cur"); return ;;
    'explain'':--temp-dir') compopt -o default 2>/dev/null; return ;;
    'explain'':--cache') compopt -o default 2>/dev/null; return ;;
    'explain'':--mirror') return ;;
    'explain'':--ca-file') compopt -o default 2>/dev/null; return ;;
    'explain'':--client-cert') compopt -o default 2>/dev/null; return ;;
    'explain'':--client-key') compopt -o default 2>/dev/null; return ;;
    'audit-log'':--format'|'audit-log'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json sarif junit gitlab codequality html markdown policyreport prometheus' -- "$cur"); return ;;
    'audit-log'':--severity') mapfile -t COMPREPLY < <(compgen -W 'critical high medium low negligible unknown' -- "$cur"); return ;;
    'audit-log'':--fail-on') mapfile -t COMPREPLY < <(compgen -W 'critical high medium low negligible unknown' -- "$cur"); return ;;
    'audit-log'':--baseline') compopt -o default 2>/dev/null; return ;;
    'audit-log'':--as-of') return ;;
    'audit-log'':--allow-incomplete') mapfile -t COMPREPLY < <(compgen -W 'unsupported-os no-advisories no-database stale-database unreadable-layer unreadable-file limit no-packages archive-unreachable unsupported-packages no-digests no-input' -- "$cur"); return ;;
    'audit-log'':--policy') return ;;
    'audit-log'':--rules') compopt -o default 2>/dev/null; return ;;
    'audit-log'':--rules-add') compopt -o default 2>/dev/null; return ;;
    'audit-log'':--policy-scope') return ;;
    'audit-log'':--mirror') return ;;
    'audit-log'':--ca-file') compopt -o default 2>/dev/null; return ;;
    'audit-log'':--client-cert') compopt -o default 2>/dev/null; return ;;
    'audit-log'':--client-key') compopt -o default 2>/dev/null; return ;;
    'audit-log'':--cache') compopt -o default 2>/dev/null; return ;;
    'rbac who-can'':--manifests'|'rbac who-can'':-m') compopt -o default 2>/dev/null; return ;;
    'rbac who-can'':--kubeconfig') compopt -o default 2>/dev/null; return ;;
    'rbac who-can'':--kube-timeout') return ;;
    'rbac who-can'':--context') return ;;
    'rbac who-can'':--namespace'|'rbac who-can'':-n') return ;;
    'rbac who-can'':--format'|'rbac who-can'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$cur"); return ;;
    'rbac risks'':--format'|'rbac risks'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json sarif junit gitlab codequality html markdown policyreport prometheus' -- "$cur"); return ;;
    'rbac risks'':--manifests'|'rbac risks'':-m') compopt -o default 2>/dev/null; return ;;
    'rbac risks'':--kubeconfig') compopt -o default 2>/dev/null; return ;;
    'rbac risks'':--kube-timeout') return ;;
    'rbac risks'':--context') return ;;
    'rbac risks'':--severity') mapfile -t COMPREPLY < <(compgen -W 'critical high medium low negligible unknown' -- "$cur"); return ;;
    'rbac risks'':--fail-on') mapfile -t COMPREPLY < <(compgen -W 'critical high medium low negligible unknown' -- "$cur"); return ;;
    'rbac risks'':--baseline') compopt -o default 2>/dev/null; return ;;
    'rbac risks'':--as-of') return ;;
    'rbac risks'':--allow-incomplete') mapfile -t COMPREPLY < <(compgen -W 'unsupported-os no-advisories no-database stale-database unreadable-layer unreadable-file limit no-packages archive-unreachable unsupported-packages no-digests no-input' -- "$cur"); return ;;
    'rbac paths'':--to') mapfile -t COMPREPLY < <(compgen -W 'cluster-admin node secrets' -- "$cur"); return ;;
    'rbac paths'':--manifests'|'rbac paths'':-m') compopt -o default 2>/dev/null; return ;;
    'rbac paths'':--kubeconfig') compopt -o default 2>/dev/null; return ;;
    'rbac paths'':--kube-timeout') return ;;
    'rbac paths'':--context') return ;;
    'rbac paths'':--format'|'rbac paths'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$cur"); return ;;
    'rbac unused'':--audit-log') compopt -o default 2>/dev/null; return ;;
    'rbac unused'':--manifests'|'rbac unused'':-m') compopt -o default 2>/dev/null; return ;;
    'rbac unused'':--kubeconfig') compopt -o default 2>/dev/null; return ;;
    'rbac unused'':--kube-timeout') return ;;
    'rbac unused'':--context') return ;;
    'rbac unused'':--format'|'rbac unused'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$cur"); return ;;
    'access'':--format'|'access'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json sarif junit gitlab codequality html markdown policyreport prometheus' -- "$cur"); return ;;
    'access'':--manifests'|'access'':-m') compopt -o default 2>/dev/null; return ;;
    'access'':--kubeconfig') compopt -o default 2>/dev/null; return ;;
    'access'':--kube-timeout') return ;;
    'access'':--context') return ;;
    'access'':--severity') mapfile -t COMPREPLY < <(compgen -W 'critical high medium low negligible unknown' -- "$cur"); return ;;
    'access'':--fail-on') mapfile -t COMPREPLY < <(compgen -W 'critical high medium low negligible unknown' -- "$cur"); return ;;
    'access'':--baseline') compopt -o default 2>/dev/null; return ;;
    'access'':--as-of') return ;;
    'access'':--allow-incomplete') mapfile -t COMPREPLY < <(compgen -W 'unsupported-os no-advisories no-database stale-database unreadable-layer unreadable-file limit no-packages archive-unreachable unsupported-packages no-digests no-input' -- "$cur"); return ;;
    'access'':--policy') return ;;
    'access'':--rules') compopt -o default 2>/dev/null; return ;;
    'access'':--rules-add') compopt -o default 2>/dev/null; return ;;
    'access'':--policy-scope') return ;;
    'access'':--mirror') return ;;
    'access'':--ca-file') compopt -o default 2>/dev/null; return ;;
    'access'':--client-cert') compopt -o default 2>/dev/null; return ;;
    'access'':--client-key') compopt -o default 2>/dev/null; return ;;
    'access'':--cache') compopt -o default 2>/dev/null; return ;;
    'sensor'':--policy') return ;;
    'sensor'':--rules') compopt -o default 2>/dev/null; return ;;
    'sensor'':--rules-add') compopt -o default 2>/dev/null; return ;;
    'sensor'':--policy-scope') return ;;
    'sensor'':--format'|'sensor'':-f') mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$cur"); return ;;
    'sensor'':--rule-matching') mapfile -t COMPREPLY < <(compgen -W 'all first' -- "$cur"); return ;;
    'sensor'':--ring-bytes') return ;;
    'sensor'':--alert-to') return ;;
    'sensor'':--spool') compopt -o default 2>/dev/null; return ;;
    'sensor'':--limit-alerts') return ;;
    'sensor'':--group-alerts') return ;;
    'sensor'':--metrics-listen') return ;;
    'sensor'':--status-socket') compopt -o default 2>/dev/null; return ;;
    'sensor status'':--format'|'sensor status'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$cur"); return ;;
    'sensor status'':--status-socket') compopt -o default 2>/dev/null; return ;;
    'ps'':--format'|'ps'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$cur"); return ;;
    'ps'':--runc-root') compopt -o default 2>/dev/null; return ;;
    'policy lint'':--format'|'policy lint'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$cur"); return ;;
    'policy lint'':--rule-matching') mapfile -t COMPREPLY < <(compgen -W 'all first' -- "$cur"); return ;;
    'policy lint'':--policy') return ;;
    'policy lint'':--rules-add') compopt -o default 2>/dev/null; return ;;
    'policy lint'':--mirror') return ;;
    'policy lint'':--ca-file') compopt -o default 2>/dev/null; return ;;
    'policy lint'':--client-cert') compopt -o default 2>/dev/null; return ;;
    'policy lint'':--client-key') compopt -o default 2>/dev/null; return ;;
    'policy lint'':--cache') compopt -o default 2>/dev/null; return ;;
    'policy list'':--format'|'policy list'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$cur"); return ;;
    'policy list'':--by') mapfile -t COMPREPLY < <(compgen -W 'phase source severity action control tactic tag file' -- "$cur"); return ;;
    'policy list'':--coverage') mapfile -t COMPREPLY < <(compgen -W 'attack kubernetes' -- "$cur"); return ;;
    'policy list'':--source') mapfile -t COMPREPLY < <(compgen -W 'image package vulnerability secret certificate file finding dockerfile stage instruction command k8s workload container env mount volume service_account service ingress network_policy role permission binding namespace credential secret_use k8s_secret admission text_secret pipeline job step job_image pipeline_include pipeline_variable step_command expression syscall k8s_audit host' -- "$cur"); return ;;
    'policy list'':--phase') mapfile -t COMPREPLY < <(compgen -W 'build deploy run govern' -- "$cur"); return ;;
    'policy list'':--tag') return ;;
    'policy list'':--control') return ;;
    'policy list'':--policy') return ;;
    'policy list'':--rules') compopt -o default 2>/dev/null; return ;;
    'policy list'':--rules-add') compopt -o default 2>/dev/null; return ;;
    'policy list'':--mirror') return ;;
    'policy list'':--ca-file') compopt -o default 2>/dev/null; return ;;
    'policy list'':--client-cert') compopt -o default 2>/dev/null; return ;;
    'policy list'':--client-key') compopt -o default 2>/dev/null; return ;;
    'policy list'':--cache') compopt -o default 2>/dev/null; return ;;
    'policy fields'':--format'|'policy fields'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$cur"); return ;;
    'policy explain'':--policy') return ;;
    'policy explain'':--rules') compopt -o default 2>/dev/null; return ;;
    'policy explain'':--rules-add') compopt -o default 2>/dev/null; return ;;
    'policy explain'':--mirror') return ;;
    'policy explain'':--ca-file') compopt -o default 2>/dev/null; return ;;
    'policy explain'':--client-cert') compopt -o default 2>/dev/null; return ;;
    'policy explain'':--client-key') compopt -o default 2>/dev/null; return ;;
    'policy explain'':--cache') compopt -o default 2>/dev/null; return ;;
    'policy test'':--format'|'policy test'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$cur"); return ;;
    'policy test'':--require-examples') return ;;
    'policy test'':--policy') return ;;
    'policy test'':--rules-add') compopt -o default 2>/dev/null; return ;;
    'policy test'':--mirror') return ;;
    'policy test'':--ca-file') compopt -o default 2>/dev/null; return ;;
    'policy test'':--client-cert') compopt -o default 2>/dev/null; return ;;
    'policy test'':--client-key') compopt -o default 2>/dev/null; return ;;
    'policy test'':--cache') compopt -o default 2>/dev/null; return ;;
    'policy push'':--format'|'policy push'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$cur"); return ;;
    'policy push'':--rules-add') compopt -o default 2>/dev/null; return ;;
    'policy push'':--mirror') return ;;
    'policy push'':--ca-file') compopt -o default 2>/dev/null; return ;;
    'policy push'':--client-cert') compopt -o default 2>/dev/null; return ;;
    'policy push'':--client-key') compopt -o default 2>/dev/null; return ;;
    'policy push'':--cache') compopt -o default 2>/dev/null; return ;;
    'policy bench'':--format'|'policy bench'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$cur"); return ;;
    'policy bench'':--source') mapfile -t COMPREPLY < <(compgen -W 'image package vulnerability secret certificate file finding dockerfile stage instruction command k8s workload container env mount volume service_account service ingress network_policy role permission binding namespace credential secret_use k8s_secret admission text_secret pipeline job step job_image pipeline_include pipeline_variable step_command expression syscall k8s_audit host' -- "$cur"); return ;;
    'policy bench'':--rounds') return ;;
    'policy bench'':--policy') return ;;
    'policy bench'':--rules') compopt -o default 2>/dev/null; return ;;
    'policy bench'':--rules-add') compopt -o default 2>/dev/null; return ;;
    'policy bench'':--mirror') return ;;
    'policy bench'':--ca-file') compopt -o default 2>/dev/null; return ;;
    'policy bench'':--client-cert') compopt -o default 2>/dev/null; return ;;
    'policy bench'':--client-key') compopt -o default 2>/dev/null; return ;;
    'policy bench'':--cache') compopt -o default 2>/dev/null; return ;;
    'config show'':--format'|'config show'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$cur"); return ;;
    'db build'':--db') compopt -o default 2>/dev/null; return ;;
    'db update'':--from') return ;;
    'db update'':--db') compopt -o default 2>/dev/null; return ;;
    'db update'':--mirror') return ;;
    'db update'':--ca-file') compopt -o default 2>/dev/null; return ;;
    'db update'':--client-cert') compopt -o default 2>/dev/null; return ;;
    'db update'':--client-key') compopt -o default 2>/dev/null; return ;;
    'db status'':--format'|'db status'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$cur"); return ;;
    'db status'':--db') compopt -o default 2>/dev/null; return ;;
    'db get'':--format'|'db get'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$cur"); return ;;
    'db get'':--package'|'db get'':-p') return ;;
    'db get'':--release') return ;;
    'db get'':--db') compopt -o default 2>/dev/null; return ;;
    'facts'':--analyzer') mapfile -t COMPREPLY < <(compgen -W 'os-release dpkg dpkg-sums deb-license apk apk-sums rpm rpm-sums rh-content-manifest apt-sources go-binary java-archive known-binary node-modules npm-lock yarn-lock pnpm-lock bun-lock python-installed requirements python-lock conda rust-binary ruby composer cargo-lock go-mod maven-pom gradle-lock nuget pub-lock mix-lock swift-resolved conan-lock bitnami keys authorized-keys credentials hardening malware yara secrets' -- "$cur"); return ;;
    'list'':--format'|'list'':-f') mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$cur"); return ;;
    'policy evaluate'':--policy') return ;;
    'policy evaluate'':--rules') compopt -o default 2>/dev/null; return ;;
    'policy evaluate'':--rules-add') compopt -o default 2>/dev/null; return ;;
    'policy evaluate'':--policy-scope') return ;;
    'policy evaluate'':--mirror') return ;;
    'policy evaluate'':--ca-file') compopt -o default 2>/dev/null; return ;;
    'policy evaluate'':--client-cert') compopt -o default 2>/dev/null; return ;;
    'policy evaluate'':--client-key') compopt -o default 2>/dev/null; return ;;
    'policy evaluate'':--cache') compopt -o default 2>/dev/null; return ;;
    'rbac can-i'':--manifests'|'rbac can-i'':-m') compopt -o default 2>/dev/null; return ;;
    'rbac can-i'':--kubeconfig') compopt -o default 2>/dev/null; return ;;
    'rbac can-i'':--kube-timeout') return ;;
    'rbac can-i'':--context') return ;;
    'rbac can-i'':--namespace'|'rbac can-i'':-n') return ;;
    *':--color') mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
    *':--config') compopt -o default 2>/dev/null; return ;;
    *':--output'|*':-o') compopt -o default 2>/dev/null; return ;;
    esac
    if [[ $cur == -* ]]; then
        case $command in
        'scan') words='--format --policy --rules --rules-add --policy-scope --facts --tag-ttl --show-suppressed --severity --fail-on --baseline --checks --ignore-unfixed --vex --ignore-file --as-of --archives --max-feed-age --kernel-headers --allow-incomplete --db --platform --source --sbom --repo --analyzer --include-dev --temp-dir --require-sandbox --cache --no-cache --secrets --secret-rules --secret-key-file --malware --integrity --yara --yara-timeout --hash-list --license-allow --license-deny --mirror --ca-file --client-cert --client-key --plain-http --insecure-skip-tls-verify --help --version --quiet --color --config --output' ;;
        'check') words='--format --input --cluster --namespace --builtin --every --also --fix --diff --show-suppressed --severity --fail-on --baseline --as-of --allow-incomplete --policy --rules --rules-add --policy-scope --mirror --ca-file --client-cert --client-key --plain-http --insecure-skip-tls-verify --cache --no-cache --kubeconfig --kube-timeout --context --help --version --quiet --color --config --output' ;;
        'admit') words='--listen --tls-certificate --tls-key --client-ca --client-name --mode --exempt-namespace --judge-all --all-updates --break-glass-user --break-glass-group --fail --time-budget --facts --unknown-image --queue-unknown --max-scan-age --mutate --defaults --decision-log --audit --alert-log --bundle-every --metrics-add --connections --request-timeout --drain --policy --rules --rules-add --policy-scope --mirror --ca-file --client-cert --client-key --plain-http --insecure-skip-tls-verify --cache --no-cache --help --version --quiet --color --config' ;;
        'admit manifests') words='--image --namespace --policy --mode --fail --replicas --api-server --worker --check-cluster --registry --advisories --registry-secret --mutate --defaults --kubernetes --authority --old-authority --days --help --version --quiet --color --config --output' ;;
        'admit worker') words='--facts --cluster --every --check --check-every --update-every --keep --once --scan-timeout --kubeconfig --kube-timeout --context --policy --help --version --quiet --color --config' ;;
        'sbom') words='--format --allow-incomplete --platform --source --sbom --repo --analyzer --include-dev --temp-dir --require-sandbox --cache --no-cache --mirror --ca-file --client-cert --client-key --plain-http --insecure-skip-tls-verify --help --version --quiet --color --config --output' ;;
        'vex') words='--author --vex --ignore-file --as-of --archives --max-feed-age --kernel-headers --allow-incomplete --db --platform --source --sbom --repo --analyzer --include-dev --temp-dir --require-sandbox --cache --no-cache --mirror --ca-file --client-cert --client-key --plain-http --insecure-skip-tls-verify --help --version --quiet --color --config --output' ;;
        'bloat') words='--format --top --as-of --archives --max-feed-age --kernel-headers --vex --ignore-file --allow-incomplete --db --platform --source --sbom --repo --analyzer --include-dev --temp-dir --require-sandbox --cache --no-cache --mirror --ca-file --client-cert --client-key --plain-http --insecure-skip-tls-verify --help --version --quiet --color --config --output' ;;
        'diff') words='--format --files --exit-code --as-of --archives --max-feed-age --kernel-headers --vex --ignore-file --allow-incomplete --db --platform --source --sbom --repo --analyzer --include-dev --temp-dir --require-sandbox --cache --no-cache --mirror --ca-file --client-cert --client-key --plain-http --insecure-skip-tls-verify --help --version --quiet --color --config --output' ;;
        'explain') words='--db --platform --source --sbom --repo --analyzer --include-dev --temp-dir --require-sandbox --cache --no-cache --mirror --ca-file --client-cert --client-key --plain-http --insecure-skip-tls-verify --help --version --quiet --color --config --output' ;;
        'audit-log') words='--format --show-suppressed --severity --fail-on --baseline --as-of --allow-incomplete --policy --rules --rules-add --policy-scope --mirror --ca-file --client-cert --client-key --plain-http --insecure-skip-tls-verify --cache --no-cache --help --version --quiet --color --config --output' ;;
        'rbac who-can') words='--manifests --cluster --secret-metadata --kubeconfig --kube-timeout --context --namespace --format --help --version --quiet --color --config --output' ;;
        'rbac risks') words='--format --builtin --manifests --cluster --secret-metadata --kubeconfig --kube-timeout --context --show-suppressed --severity --fail-on --baseline --as-of --allow-incomplete --help --version --quiet --color --config --output' ;;
        'rbac paths') words='--to --fail --manifests --cluster --secret-metadata --kubeconfig --kube-timeout --context --format --help --version --quiet --color --config --output' ;;
        'rbac unused') words='--audit-log --builtin --manifests --cluster --secret-metadata --kubeconfig --kube-timeout --context --format --help --version --quiet --color --config --output' ;;
        'access') words='--format --manifests --cluster --secret-metadata --kubeconfig --kube-timeout --context --show-suppressed --severity --fail-on --baseline --as-of --allow-incomplete --policy --rules --rules-add --policy-scope --mirror --ca-file --client-cert --client-key --plain-http --insecure-skip-tls-verify --cache --no-cache --help --version --quiet --color --config --output' ;;
        'sensor') words='--policy --rules --rules-add --policy-scope --format --rule-matching --strict-falco --no-push-down --ring-bytes --alert-to --spool --limit-alerts --group-alerts --metrics-listen --no-confinement --status-socket --help --version --quiet --color --config' ;;
        'sensor status') words='--format --status-socket --help --version --quiet --color --config --output' ;;
        'ps') words='--format --runc-root --help --version --quiet --color --config --output' ;;
        'policy lint') words='--format --rule-matching --strict --policy --rules-add --mirror --ca-file --client-cert --client-key --plain-http --insecure-skip-tls-verify --cache --no-cache --help --version --quiet --color --config --output' ;;
        'policy list') words='--format --by --coverage --source --phase --tag --control --policy --rules --rules-add --mirror --ca-file --client-cert --client-key --plain-http --insecure-skip-tls-verify --cache --no-cache --help --version --quiet --color --config --output' ;;
        'policy fields') words='--format --help --version --quiet --color --config --output' ;;
        'policy explain') words='--policy --rules --rules-add --mirror --ca-file --client-cert --client-key --plain-http --insecure-skip-tls-verify --cache --no-cache --help --version --quiet --color --config --output' ;;
        'policy test') words='--format --require-examples --policy --rules-add --mirror --ca-file --client-cert --client-key --plain-http --insecure-skip-tls-verify --cache --no-cache --help --version --quiet --color --config --output' ;;
        'policy push') words='--format --no-lint --rules-add --mirror --ca-file --client-cert --client-key --plain-http --insecure-skip-tls-verify --cache --no-cache --help --version --quiet --color --config --output' ;;
        'policy bench') words='--format --source --rounds --policy --rules --rules-add --mirror --ca-file --client-cert --client-key --plain-http --insecure-skip-tls-verify --cache --no-cache --help --version --quiet --color --config --output' ;;
        'config show') words='--format --help --version --quiet --color --config --output' ;;
        'db build') words='--db --help --version --quiet --color --config --output' ;;
        'db update') words='--from --db --mirror --ca-file --client-cert --client-key --plain-http --insecure-skip-tls-verify --help --version --quiet --color --config --output' ;;
        'db status') words='--format --verify --db --help --version --quiet --color --config --output' ;;
        'db get') words='--format --package --release --db --help --version --quiet --color --config --output' ;;
        'facts') words='--analyzer --help --version --quiet --color --config --output' ;;
        'list') words='--format --help --version --quiet --color --config --output' ;;
        'completion') words='--help --version --quiet --color --config --output' ;;
        'docs') words='--help --version --quiet --color --config' ;;
        'version-compare') words='--help --version --quiet --color --config --output' ;;
        'policy evaluate') words='--together --policy --rules --rules-add --policy-scope --mirror --ca-file --client-cert --client-key --plain-http --insecure-skip-tls-verify --cache --no-cache --help --version --quiet --color --config --output' ;;
        'rbac can-i') words='--manifests --cluster --secret-metadata --kubeconfig --kube-timeout --context --namespace --help --version --quiet --color --config --output' ;;
        '') words='--help --version --quiet --color --config --output' ;;
        esac
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
        return
    fi
    case $command:$n in
    'scan:'*) compopt -o default 2>/dev/null; return ;;
    'check:'*) compopt -o default 2>/dev/null; return ;;
    'sbom:'*) compopt -o default 2>/dev/null; return ;;
    'vex:'*) compopt -o default 2>/dev/null; return ;;
    'bloat:'*) compopt -o default 2>/dev/null; return ;;
    'diff:'*) compopt -o default 2>/dev/null; return ;;
    'explain:'*) compopt -o default 2>/dev/null; return ;;
    'audit-log:'*) compopt -o default 2>/dev/null; return ;;
    'rbac who-can:'*) compopt -o default 2>/dev/null; return ;;
    'rbac paths:'*) compopt -o default 2>/dev/null; return ;;
    'policy lint:'*) compopt -o default 2>/dev/null; return ;;
    'policy list:'*) compopt -o default 2>/dev/null; return ;;
    'policy fields:2') words='image package vulnerability secret certificate file finding dockerfile stage instruction command k8s workload container env mount volume service_account service ingress network_policy role permission binding namespace credential secret_use k8s_secret admission text_secret pipeline job step job_image pipeline_include pipeline_variable step_command expression syscall k8s_audit host' ;;
    'policy explain:'*) compopt -o default 2>/dev/null; return ;;
    'policy test:'*) compopt -o default 2>/dev/null; return ;;
    'policy push:'*) compopt -o default 2>/dev/null; return ;;
    'policy bench:'*) compopt -o default 2>/dev/null; return ;;
    'db build:'*) compopt -o default 2>/dev/null; return ;;
    'db get:'*) compopt -o default 2>/dev/null; return ;;
    'facts:'*) compopt -o default 2>/dev/null; return ;;
    'list:1') words='analyzers checks feeds formats commands exit-codes gaps inputs options outputs package-types rbac-risks rbac-steps sources variables version-schemes' ;;
    'completion:1') words='bash zsh fish' ;;
    'docs:'*) compopt -o default 2>/dev/null; return ;;
    'version-compare:'*) compopt -o default 2>/dev/null; return ;;
    :0) words='scan check admit sbom vex bloat diff explain audit-log rbac access sensor ps policy config db facts list completion docs version-compare policy rbac help' ;;
    :1)
        [ "$first" != admit ] || words+=' manifests'
        [ "$first" != admit ] || words+=' worker'
        [ "$first" != rbac ] || words+=' who-can'
        [ "$first" != rbac ] || words+=' risks'
        [ "$first" != rbac ] || words+=' paths'
        [ "$first" != rbac ] || words+=' unused'
        [ "$first" != sensor ] || words+=' status'
        [ "$first" != policy ] || words+=' lint'
        [ "$first" != policy ] || words+=' list'
        [ "$first" != policy ] || words+=' fields'
        [ "$first" != policy ] || words+=' explain'
        [ "$first" != policy ] || words+=' test'
        [ "$first" != policy ] || words+=' push'
        [ "$first" != policy ] || words+=' bench'
        [ "$first" != config ] || words+=' show'
        [ "$first" != db ] || words+=' build'
        [ "$first" != db ] || words+=' update'
        [ "$first" != db ] || words+=' status'
        [ "$first" != db ] || words+=' get'
        [ "$first" != policy ] || words+=' evaluate'
        [ "$first" != rbac ] || words+=' can-i'
        [ "$first" != help ] || words='scan check admit sbom vex bloat diff explain audit-log rbac access sensor ps policy config db facts list completion docs version-compare policy rbac'
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _plimsoll plimsoll
