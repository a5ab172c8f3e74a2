#!/bin/bash
# What is said of containers of Docker, containerd and Podman, each as it really runs, in alerts and by `plimsoll ps`. A runtime that is not installed is left out.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/sensor-lib.sh"
. "$TOP/test/registry.sh"
need_kernel
# absent WHAT: without it there is nothing to test here, whatever PLIMSOLL_REQUIRE_SHARED says
absent() { _n=$((_n + 1)); echo "ok $_n # SKIP no $1 on this machine"; }
has() { local c; for c; do command -v "$c" >/dev/null || { absent "$c"; return 1; }; done; }
has umoci skopeo jq || done_testing

image=registry.example/team/app:1.2
rootfs "$tmp/root" dash cat sleep
mkdir -p "$tmp/root/data" "$tmp/volume"
echo x | tee "$tmp/root/data/needle-"{short,long,exec,pod} >/dev/null
umoci init --layout "$tmp/oci" && umoci new --image "$tmp/oci:app" && umoci insert --image "$tmp/oci:app" "$tmp/root" / >/dev/null &&
  umoci config --image "$tmp/oci:app" --config.label com.example.team=blue && skopeo copy -q "oci:$tmp/oci:app" "docker-archive:$tmp/app.tar:$image" || fail "an image"

cat >"$tmp/rules.yaml" <<'EOR'
- rule: Opened
  desc: A file of ours is opened
  condition: evt.type in (open, openat, openat2) and fd.name startswith /data/needle- and fd.num >= 0 and container.id != host
  output: "opened %fd.name id=%container.id name=%container.name type=%container.type image=%container.image image_id=%container.image.id of=%container.image.repository:%container.image.tag digest=%container.image.digest
    privileged=%container.privileged ip=%container.ip mounts=%container.mounts label=%container.label[com.example.team] user=%user.uid/%user.name pod=%k8s.pod.name/%k8s.ns.name/%k8s.pod.label[app] age=%container.duration;"
  priority: WARNING
EOR
sensor_start --rules "$tmp/rules.yaml"
# tells NAME REGEX: an alert that has all of it, or what there is
tells() { if alert "$2" 10; then pass "$1"; else fail "$1" "expected: $2" "$(sed 's/; container_id=.*//' "$alerts" | tail -12)"; fi; }
# shown ID JQ: of `plimsoll ps`
shown() { "$PLIMSOLL" ps --format json | jq -c ".containers[] | select(.id == \"$1\") | $2"; }
address='ip=[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+'
nothing='<NA>'

# Docker, in a network of its own: it may make bridges and rules there.
docker_tests() {
  local id digest short_id limits
  mkdir -p "$tmp/docker"
  unshare -n sh -c 'ip link set lo up; exec "$@"' sh dockerd --data-root "$tmp/docker/data" --exec-root "$tmp/docker/exec" --bip 172.30.9.1/24 -H "unix://$tmp/docker/sock" --pidfile "$tmp/docker/pid" >"$tmp/docker/log" 2>&1 </dev/null &
  local dockerd=$!
  at_exit "kill $dockerd 2>/dev/null; wait $dockerd 2>/dev/null; umount -q '$tmp/docker/data'/* '$tmp/docker/exec/netns'/* 2>/dev/null"
  docker="docker -H unix://$tmp/docker/sock"
  wait_for 30 $docker version || { note "$(tail -3 "$tmp/docker/log")"; absent "dockerd that starts"; return; }
  printf 'version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: %s\nhttp:\n  addr: 127.0.0.1:5000\n' "$tmp/registry" >"$tmp/registry.yml"
  local of=127.0.0.1:5000/team/app
  serve nsenter -t "$dockerd" -n docker-registry serve "$tmp/registry.yml"
  $docker load -qi "$tmp/app.tar" >/dev/null && $docker tag $image $of:1.2 && wait_for 20 $docker push -q $of:1.2 || fail "docker loads and pushes an image"
  digest=$($docker inspect --format '{{index .RepoDigests 0}}' $of:1.2)
  digest=${digest#*@}
  short_id=$($docker inspect --format '{{.Id}}' $of:1.2)
  short_id=${short_id:7:12}

  local i known="type=docker image=$of:1.2 image_id=$short_id of=$of:1.2 digest=$digest"
  for i in 1 2 3 4 5; do $docker run --rm --name "short-$i" $of:1.2 /bin/cat /data/needle-short >/dev/null; done
  for i in 1 2 3 4 5; do tells "docker run --rm: container $i of some milliseconds" "needle-short id=[0-9a-f]{12} name=short-$i $known privileged=false .*label=blue user=0/root .*age=[0-9]{7,10};"; done
  $docker run --rm --name mighty --privileged --user 1000 --label com.example.team=red -v "$tmp/volume:/volume:ro" $of:1.2 /bin/cat /data/needle-short >/dev/null
  tells "docker run --privileged --user --label --volume" "name=mighty $known privileged=true .*mounts=$tmp/volume:/volume:ro:false:[a-z]+ label=red user=1000/web "

  id=$($docker run -d --name long --memory 64m -p 127.0.0.1:8081:80 -p 8082:81/udp $of:1.2 /bin/sh -c 'cat /data/needle-long; sleep 600')
  tells "docker run -d" "needle-long id=${id:0:12} name=long $known privileged=false "
  sleep 2
  $docker exec --user web long /bin/cat /data/needle-exec >/dev/null
  tells "docker exec: the container, and its address by then" "needle-exec id=${id:0:12} name=long $known privileged=false $address mounts=$nothing label=blue user=1000/web .*age=[0-9]{10,};"
  is "$(shown "$id" '[.name, .runtime, .image, .image_id, .digest, .command, .user, .seccomp, .labels, .mounts, .problem]')" \
    "[\"long\",\"docker\",\"$of:1.2\",\"$short_id\",\"$digest\",\"/bin/sh -c cat /data/needle-long; sleep 600\",\"root\",\"filter\",{\"com.example.team\":\"blue\"},[],null]" "docker: plimsoll ps"
  is "$(shown "$id" '.published | sort_by(.host_port, .host_ip)')" '[{"protocol":"tcp","host_ip":"127.0.0.1","host_port":8081,"port":80},{"protocol":"udp","host_ip":"0.0.0.0","host_port":8082,"port":81},{"protocol":"udp","host_ip":"::","host_port":8082,"port":81}]' \
    "docker: published ports"
  like "$("$PLIMSOLL" ps)" "^${id:0:12} +long +$of:1.2 .* 14 capabilities, seccomp filter +127.0.0.1:8081->80/tcp, 8082->81/udp +/bin/sh" "docker: as a table"
  sensor_stop
  sensor_start --rules "$tmp/rules.yaml"
  $docker exec long /bin/cat /data/needle-exec >/dev/null
  tells "docker: a container that was there before the sensor" "needle-exec id=${id:0:12} name=long $known "
  $docker rm -f long >/dev/null
  id=$($docker run -d --network host --pid host $of:1.2 /bin/sleep 600)
  is "$(shown "$id" '[.namespaces.net, .namespaces.pid, .namespaces.mnt, .published]')" '["own","host","own",[]]' "docker: --pid host (its host network is the daemon's own here)"
  $docker rm -f "$id" >/dev/null
}

# crun refuses to run where both versions of cgroups are mounted: it gets mounts of its own, without version 2.
podman_tests() {
  local id digest image_id known name
  mkdir -p "$tmp/podman"
  printf '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n' >"$tmp/podman/containers.conf"
  pod() {
    local view=()
    if [ "$runtime" = crun ] && mountpoint -q /sys/fs/cgroup/unified; then view=(unshare -m sh -c 'umount /sys/fs/cgroup/unified; exec "$@"' sh); fi
    env -u DOCKER_CONFIG CONTAINERS_CONF="$tmp/podman/containers.conf" "${view[@]}" podman --root "$tmp/podman/root" --runroot "$tmp/podman/run" --tmpdir "$tmp/podman/tmp" --cgroup-manager cgroupfs --events-backend file --runtime "$runtime" "$@"
  }
  runs() { pod run --network none "$@"; }
  runtime=runc
  at_exit "runtime=runc; pod rm -af -t 0 >/dev/null 2>&1; umount -qR '$tmp/podman/root/overlay' 2>/dev/null"
  pod load -qi "$tmp/app.tar" >/dev/null || { absent "podman that loads an image"; return; }
  digest=$(pod image inspect --format '{{.Digest}}' $image)
  image_id=$(pod image inspect --format '{{.Id}}' $image)
  known="type=podman image=$image image_id=${image_id:0:12} of=${image%:*}:1.2 digest=$digest"
  for runtime in runc crun; do
    command -v $runtime >/dev/null || { absent $runtime; continue; }
    # What such a container is made of lies in mounts that only it has: names of users are there as long as it runs.
    if [ $runtime = crun ]; then name='(web|root|<NA>)'; else name='(web|root)'; fi
    runs --rm --name "try-$runtime" $image /bin/cat /data/needle-short >/dev/null 2>"$tmp/podman/err" || { note "$(tail -1 "$tmp/podman/err")"; absent "$runtime that runs containers of podman"; continue; }
    tells "podman run --rm with $runtime: a container of some milliseconds" "needle-short id=[0-9a-f]{12} name=try-$runtime $known privileged=false .*label=blue user=0/$name .*age=[0-9]{7,10};"
    runs --rm --name "mighty-$runtime" --privileged --user 1000 --label com.example.team=red -v "$tmp/volume:/volume:ro" $image /bin/cat /data/needle-short >/dev/null
    tells "podman run --privileged --user --label --volume with $runtime" "name=mighty-$runtime $known privileged=true .*mounts=$tmp/volume:/volume:ro:false:[a-z]+ label=red user=1000/$name "
  done
  runtime=runc
  id=$(runs -d --name long -v "$tmp/volume:/volume" $image /bin/sh -c 'cat /data/needle-long; sleep 600')
  tells "podman run -d" "needle-long id=${id:0:12} name=long $known privileged=false "
  pod exec long /bin/cat /data/needle-exec >/dev/null
  tells "podman exec" "needle-exec id=${id:0:12} name=long $known "
  is "$(shown "$id" '[.name, .runtime, .image, .image_id, .digest, .command, .user, .labels, .mounts, .problem]')" \
    "[\"long\",\"podman\",\"$image\",\"${image_id:0:12}\",\"$digest\",\"/bin/sh -c cat /data/needle-long; sleep 600\",\"root\",{\"com.example.team\":\"blue\"},[{\"source\":\"$tmp/volume\",\"destination\":\"/volume\",\"writable\":true}],null]" "podman: plimsoll ps"
  sensor_stop
  sensor_start --rules "$tmp/rules.yaml"
  pod exec long /bin/cat /data/needle-exec >/dev/null
  tells "podman: a container that was there before the sensor" "needle-exec id=${id:0:12} name=long $known "
  # A pod, whose first container (infra) is our own image here.
  if pod pod create --name peas --infra-image $image --infra-command '/bin/sleep 600' --network none >/dev/null 2>"$tmp/podman/err" &&
    pod run --rm --pod peas --name pea $image /bin/cat /data/needle-pod >/dev/null 2>"$tmp/podman/err"; then
    tells "podman run --pod" "needle-pod id=[0-9a-f]{12} name=pea $known .*pod=peas/"
  else
    note "$(tail -1 "$tmp/podman/err")"
    absent "podman that runs pods"
  fi
}

# containerd, by its own client, and with what its plugin for Kubernetes writes into the same places.
containerd_tests() {
  # State of containers lies below /run by their namespace and name, whoever's containerd it is: a second run of this test at the same time has other names.
  local digest image_id known id long=l$$ tiny=t$$ strong=s$$
  mkdir -p "$tmp/cd"
  containerd --root "$tmp/cd/root" --state "$tmp/cd/state" -a "$tmp/cd/sock" >"$tmp/cd/log" 2>&1 </dev/null &
  local containerd=$!
  at_exit "kill $containerd 2>/dev/null; wait $containerd 2>/dev/null"
  c() { ctr -a "$tmp/cd/sock" -n k8s.io "$@"; }
  # A task is gone only some time after it was killed; one that is left would be in the way of its mount, and of the next one.
  ended() { c task kill -s KILL "$1"; wait_for 10 c task delete "$1"; }
  wait_for 20 c version && c images import "$tmp/app.tar" >/dev/null || { note "$(tail -3 "$tmp/cd/log")"; absent "containerd that starts"; return; }
  digest=$(c images ls "name==$image" | awk 'NR == 2 {print $3}')
  image_id=$(skopeo inspect --raw "docker-archive:$tmp/app.tar" | jq -r .config.digest)
  known="type=containerd image=$image image_id=${image_id:7:12} of=${image%:*}:1.2 digest=$digest"
  c run --rm --label com.example.team=red $image $tiny /bin/cat /data/needle-short >/dev/null
  tells "ctr run: a container of some milliseconds" "needle-short id=$tiny name=$tiny $known privileged=false ip=$nothing mounts=$nothing label=red user=0/root .*age=[0-9]{7,10};"
  c run --rm --privileged --mount "type=bind,src=$tmp/volume,dst=/volume,options=rbind:ro" $image $strong /bin/cat /data/needle-short >/dev/null
  tells "ctr run --privileged --mount" "id=$strong name=$strong $known privileged=true ip=$nothing mounts=$tmp/volume:/volume::false:rprivate label=blue user=0/root "
  c run -d $image $long /bin/sleep 600
  is "$(shown $long '[.name, .runtime, .image, .digest, .command, .problem]')" "[\"$long\",\"containerd\",\"$image\",\"$digest\",\"/bin/sleep 600\",null]" "containerd: plimsoll ps"
  sensor_stop
  sensor_start --rules "$tmp/rules.yaml"
  c task exec --exec-id one $long /bin/cat /data/needle-exec >/dev/null
  tells "containerd: a container that was there before the sensor" "needle-exec id=$long name=$long $known "
  ended $long

  local sandbox hex
  sandbox=$(printf '%063d1' $$) hex=$(printf '%063d2' $$)
  c run -d --label app=web --annotation io.kubernetes.cri.container-type=sandbox --annotation io.kubernetes.cri.sandbox-id="$sandbox" $image "$sandbox" /bin/sleep 600
  c run --rm --label io.kubernetes.container.name=front --label com.example.team=green --annotation io.kubernetes.cri.container-type=container --annotation io.kubernetes.cri.sandbox-id="$sandbox" \
    --annotation io.kubernetes.cri.container-name=front --annotation io.kubernetes.cri.sandbox-name=web-0 --annotation io.kubernetes.cri.sandbox-namespace=shop --annotation io.kubernetes.cri.image-name=$image \
    $image "$hex" /bin/cat /data/needle-pod >/dev/null
  tells "a pod as containerd's plugin for Kubernetes describes it" "needle-pod id=${hex:0:12} name=front $known .*label=green user=0/root pod=web-0/shop/web "
  ended "$sandbox"
}

# crun by itself, as runc in the other tests.
crun_tests() {
  local id=plimsoll-crun-$$ view=()
  if mountpoint -q /sys/fs/cgroup/unified; then view=(unshare -m sh -c 'umount /sys/fs/cgroup/unified; exec "$@"' sh); fi
  bundle "$tmp/crun" "$tmp/root" '.annotations = {"org.opencontainers.image.ref.name": "app:7"} | .process.args = ["/bin/cat", "/data/needle-short"]'
  "${view[@]}" crun --root "$tmp/crun-state" run --bundle "$tmp/crun" "$id" </dev/null >/dev/null 2>"$tmp/crun.err" || { note "$(tail -1 "$tmp/crun.err")"; absent "crun that runs containers"; return; }
  tells "crun run: a container of some milliseconds" "needle-short id=${id:0:12} name=$id type=crun image=app:7 .* user=0/root "
  jq '.process.args = ["/bin/sleep", "600"]' "$tmp/crun/config.json" >"$tmp/crun/new" && mv "$tmp/crun/new" "$tmp/crun/config.json"
  "${view[@]}" crun --root "$tmp/crun-state" run --detach --bundle "$tmp/crun" "$id" </dev/null >/dev/null 2>&1
  at_exit "unshare -m sh -c 'umount -q /sys/fs/cgroup/unified; crun --root $tmp/crun-state delete -f $id' >/dev/null 2>&1"
  is "$("$PLIMSOLL" ps --format json --runc-root "$tmp/crun-state" | jq -c ".containers[] | select(.id == \"$id\") | [.runtime, .image, .command]")" '["crun","app:7","/bin/sleep 600"]' "crun: plimsoll ps"
}

if has dockerd docker docker-registry ip iptables; then docker_tests; fi
if has podman conmon; then podman_tests; fi
if has containerd ctr; then containerd_tests; fi
if has crun; then crun_tests; fi
sensor_stop
like "$(tail -1 "$messages")" ' 0 lost$' "nothing was lost"
done_testing
