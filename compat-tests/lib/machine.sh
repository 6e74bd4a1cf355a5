#!/usr/bin/env bash
# The vm mode of run.sh: boots a Debian with the package three times, by Debian's kernel: to install and enable it, to run
# the suites on it and disable it, and to see that it is off. With KVM if that boots a kernel here, else emulated.
# What the suites find goes to standard output as they find it; lib/guest.sh is the part inside.
# usage: machine.sh SOURCE RESULTS PACKAGE PACKAGES SUITE...   PACKAGE: the .deb; PACKAGES: what the guest needs, "a,b,c"
# Environment: OX_VM_SECONDS, how long one boot may take (5400).
set -euo pipefail

source=$1 results=$2 package=$3 packages=$4
shift 4
# shellcheck source=compat-tests/lib/debian.bash
source "$source/compat-tests/lib/debian.bash"
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
guest=$place/guest

make_guest() {
  local kept
  kept=$source/build/compat/roots/vm-$(cksum <<<"$packages" | cut -d ' ' -f 1)
  [[ -d $kept ]] || make_root "$kept" bookworm "--include=$packages" >"$results/root-vm.log" 2>&1
  cp -a "$kept" "$guest"
  mkdir -p "$guest"/mnt/{source,results,runs}
  cp "$package" "$guest/mnt/oxidalloc.deb"
  printf '%s\n' "$@" >"$guest/mnt/suites"
  (cd "$source" && find compat-tests tests/programs -name '*.pyc' -prune -o -print0 | cpio -0pdm --quiet "$guest/mnt/source")
  echo '/dev/vda / ext4 defaults 0 1' >"$guest/etc/fstab"
  tr -d - </proc/sys/kernel/random/uuid >"$guest/etc/machine-id"
  printf 'MODULES=dep\nCOMPRESS=gzip\nCOMPRESSLEVEL=1\n' >"$guest/etc/initramfs-tools/conf.d/quick"
  cat >"$guest/etc/systemd/system/compat.service" <<'UNIT'
[Unit]
Description=compat-tests
After=multi-user.target
[Service]
ExecStart=/bin/bash /mnt/source/compat-tests/lib/guest.sh
TTYPath=/dev/ttyS1
StandardOutput=tty
StandardError=tty
UNIT
  mkdir -p "$guest/etc/systemd/system/multi-user.target.wants"
  ln -s /etc/systemd/system/compat.service "$guest/etc/systemd/system/multi-user.target.wants/"
  cp "$guest"/boot/vmlinuz-* "$place/kernel"
  cp "$guest"/boot/initrd.img-* "$place/initrd"
  mke2fs -q -t ext4 -d "$guest" "$place/disk" 4G >/dev/null
  rm -rf "$guest"
}

# machine SECONDS ACCELERATOR WORDS OPTION...: WORDS are the kernel's
machine() {
  timeout -k 5 "$1" qemu-system-x86_64 -accel "$2" -cpu max -m 2048 -smp 2 -display none -monitor none -nic none -no-reboot \
    -kernel "$place/kernel" -append "console=ttyS0 panic=-1 mitigations=off $3" "${@:4}" </dev/null
}

# A kernel without a root panics at once, which ends the machine: if that does not happen, KVM is of no use here.
choose_accelerator() {
  accelerator=tcg,thread=multi
  [[ ! -w /dev/kvm ]] || ! machine 30 kvm "" >/dev/null 2>&1 || accelerator=kvm
}

# boot STEP: to the power-off; prints what the guest's second serial port says.
boot() {
  echo "# $1: $(date +%T) ($accelerator)"
  machine "${OX_VM_SECONDS:-5400}" "$accelerator" "root=/dev/vda ro quiet compat=$1" -initrd "$place/initrd" \
    -drive "file=$place/disk,format=raw,if=virtio,cache=unsafe" -serial "file:$results/console-$1" -serial stdio | sed -u 's/\r$//'
  rm -rf "$place/results" # debugfs writes into none that is there
  debugfs -R "rdump /mnt/results $place" "$place/disk" 2>/dev/null
  cp -r "$place/results/." "$results/"
  [[ $(cat "$results/$1.status" 2>/dev/null) == 0 ]] || { tail -n 30 "$results/$1.log" "$results/console-$1" >&2; return 1; }
}

make_guest "$@"
choose_accelerator
boot install
status=0
boot suites || status=$?
boot after
exit "$status"
