#!/bin/bash
# The rules that come with the sensor: each fires on its act (test/sensor/own-acts.list) in a container of runc, with its name and container, and almost-acts stay quiet in
# another one. One sensor for all.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/sensor-lib.sh"
need_kernel
need_runc
if [ ! -x /usr/bin/python3 ]; then
  skip "no /usr/bin/python3"
  done_testing
fi
acts=$TOP/test/sensor/own-acts.list
"$PLIMSOLL" policy list --source syscall --format json | jq -r '.[].rule' | sort >"$tmp/shipped"
sed -n 's/^rule //p' "$acts" | sort >"$tmp/acted"
same "$tmp/acted" "$tmp/shipped" "each rule of source syscall has an act"

# A root with the programs of this machine, and an overlay so that what is written is told from the image.
lower=$tmp/lower
mkdir -p "$lower"/{etc,proc,dev,sys,tmp,root,mnt,run/shm,opt/t,opt/cg,opt/h/proc/sys/kernel,var/log,usr/local/bin,usr/bin,usr/sbin,usr/lib,usr/lib64} \
  "$lower"/root/{.aws,.ssh,.kube} "$lower"/etc/{cron.d,systemd/system,pam.d,kubernetes/pki,kubernetes/manifests} "$lower/var/run/secrets/kubernetes.io/serviceaccount" \
  "$lower"/var/lib/kubelet/pods/1/volumes/kubernetes.io~{secret/db,empty-dir}
for i in bin sbin lib lib64; do ln -s usr/$i "$lower/$i"; done
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$lower/etc/passwd"
for i in etc/shadow etc/group etc/crontab etc/ld.so.conf etc/pam.d/a etc/systemd/system/a.service etc/kubernetes/{admin.conf,pki/ca.crt,manifests/a.yaml} root/{.bashrc,.bash_history,.lesshst} \
  root/.aws/{credentials,cli.json} root/.ssh/{id_ed25519,id_ed25519.pub,authorized_keys} root/.kube/{config,kubectx} var/run/secrets/kubernetes.io/serviceaccount/{token,ca.crt} \
  var/lib/kubelet/pods/1/volumes/kubernetes.io~{secret/db/password,empty-dir/a} opt/cg/{release_agent,notify_on_release,devices.allow} opt/h/proc/{sysrq-trigger,sys/kernel/core_pattern} \
  opt/x.ko usr/local/bin/a opt/t/a.txt; do echo x >"$lower/$i"; done
for i in x $(grep -oE '(^act |^quiet |; |do )as [^ ;]+' "$acts" | sed 's/.*as //' | sort -u) id whoami uname ps netstat df lsof env; do
  [ "$i" = '$i' ] || cp "$(type -P true)" "$lower/opt/t/$i"
done
for i in x nginx app curl; do
  mkdir -p "$lower/opt/p/$i" && cp "$(readlink -f /usr/bin/python3)" "$lower/opt/p/$i/$i"
done
cat >"$lower/opt/p/lib.py" <<'END'
import ctypes, os, socket, sys, time
def call(*a): return ctypes.CDLL(None).syscall(*[ctypes.c_long(i) if isinstance(i, int) else i for i in a])
def tell(ip, port):
    s = socket.socket()
    s.setblocking(False)
    s.connect_ex((ip, port))
exec(sys.argv[1])
END
python='as() { local n=$1; shift; /opt/t/"$n" "$@"; }
python() { PYTHONHOME=/usr PYTHONDONTWRITEBYTECODE=1 /opt/p/"$1"/"$1" -S /opt/p/lib.py "$2"; }'
for kind in act quiet; do
  { echo "$python"; sed -n "s/^$kind \(.*\)/{ \1; } >\/dev\/null 2>\&1/p" "$acts"; echo true; } >"$lower/opt/$kind.sh"
done

if ! { mkdir "$tmp"/{up1,up2,w1,w2,m1,m2} && mount -t overlay overlay -o "lowerdir=$lower,upperdir=$tmp/up1,workdir=$tmp/w1" "$tmp/m1" 2>/dev/null; }; then
  skip "no overlay file system"
  done_testing
fi
at_exit "umount $tmp/m1 $tmp/m2 2>/dev/null"
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$tmp/up2,workdir=$tmp/w2" "$tmp/m2"
binds='.mounts += [("bin", "sbin", "lib", "lib64") as $d | select($have | index($d)) | {destination: "/usr/\($d)", source: "/usr/\($d)", type: "bind", options: ["rbind", "ro"]}]'
have=$(for i in bin sbin lib lib64; do [ ! -d /usr/$i ] || echo "\"$i\""; done | paste -sd,)
binds="[$have] as \$have | $binds"
all='CAP_SYS_ADMIN CAP_SYS_MODULE CAP_MKNOD CAP_NET_RAW CAP_SYS_PTRACE CAP_DAC_OVERRIDE CAP_CHOWN CAP_FOWNER CAP_FSETID CAP_BPF'
bundle "$tmp/b1" "$tmp/m1" "$binds | (.process.capabilities[]) |= (. + [$(printf '"%s",' $all | sed 's/,$//')]) | .linux.readonlyPaths = []"
bundle "$tmp/b2" "$tmp/m2" "$binds"
id1=a$(printf '%07x' $$)acts id2=a$(printf '%07x' $$)quiet

sensor_start --format json
container "$tmp/b1" "$id1" /bin/bash /opt/act.sh >"$tmp/act.out" 2>&1
container "$tmp/b2" "$id2" /bin/bash /opt/quiet.sh >"$tmp/quiet.out" 2>&1
in_container() { jq -r --arg c "${1:0:12}" 'select(.output_fields["container.id"] == $c) | .rule' "$alerts" | sort -u; }
last() { in_container "$id1" | grep -qx 'Service account token is read and used by hand'; }
wait_for 10 last
sleep 0.5
sensor_stop
in_container "$id1" >"$tmp/fired"
while IFS= read -r rule; do
  if grep -qxF -- "$rule" "$tmp/fired"; then pass "fires: $rule"; else fail "fires: $rule" "$(cat "$tmp/act.out")"; fi
done <"$tmp/shipped"
while IFS= read -r rule; do
  if jq -e --arg c "${id2:0:12}" --arg r "$rule" 'select(.rule == $r and .output_fields["container.id"] == $c)' "$alerts" >"$tmp/wrong"; then
    fail "stays quiet: $rule" "$(jq -r .output "$tmp/wrong")"
  else
    pass "stays quiet: $rule"
  fi
done <"$tmp/shipped"
like "$(tail -1 "$messages")" ' 0 lost$' "nothing was lost"
done_testing
