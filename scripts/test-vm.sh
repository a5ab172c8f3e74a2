#!/bin/bash
# The sensor's tests on Debian's kernel 6.1, in QEMU: `test-vm.sh [BUILD_DIR [FILE…]]`; files are test/cli/*.t and unit programs. The virtual machine has the files of this one, read only, and
# writes to memory. By emulation, which works everywhere (minutes; no_timer_check, since on a busy machine the kernel takes its timer for broken); PLIMSOLL_VM_ACCEL=kvm where /dev/kvm can be relied on (nested ones often hang).
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build}
shift || true
[ "$(id -u)" = 0 ] || { echo "test-vm.sh: needs root: the virtual machine reads the files of this one" >&2; exit 2; }
if [ $# -eq 0 ]; then set -- $(find "$build/test/unit" -maxdepth 1 -type f -name "unit-runtime-*" -executable | sort) test/cli/sensor*.t; fi
kernel=$(scripts/vm-kernel.sh)
line="console=ttyS0 quiet panic=-1 no_timer_check plimsoll.top=$PWD plimsoll.build=$build"
for file; do line+=" plimsoll.test=$file"; done
log=$build/test-vm.log
echo "test-vm.sh: starting ${kernel##*/vm-}, the log is $log"
timeout --foreground "${PLIMSOLL_VM_SECONDS:-1500}" qemu-system-x86_64 -machine q35 -accel "${PLIMSOLL_VM_ACCEL:-tcg,thread=multi}" -cpu max,arch-capabilities=off -smp 2 -m 3072 -nodefaults -no-user-config -display none -serial stdio -no-reboot \
  -kernel "$kernel/vmlinuz" -initrd "$kernel/initrd" -append "$line" \
  -fsdev local,id=files,path=/,security_model=none,readonly=on,multidevs=remap -device virtio-9p-pci,fsdev=files,mount_tag=files </dev/null | stdbuf -oL tr -d '\r' | tee "$log" || true
rc=$(sed -n 's/^test-vm: ended with \([0-9]*\)$/\1/p' "$log")
[ -n "$rc" ] || { echo "test-vm.sh: the virtual machine ended before its tests" >&2; exit 1; }
exit "$rc"
