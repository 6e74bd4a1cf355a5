#!/usr/bin/env bash
# QEMU: disk images made, filled, converted, compressed, checked; and a machine that boots from one, computes, tells its
# result and ends itself.
set -euo pipefail

as --32 -o machine.o "$OX_WORK/machine.s"
ld -m elf_i386 --oformat binary -Ttext 0x7c00 -o machine.raw machine.o
truncate -s 8M machine.raw
qemu-img create -q -f qcow2 -o cluster_size=4k base.qcow2 64M
qemu-img convert -O qcow2 -c machine.raw disk.qcow2
qemu-img create -q -f qcow2 -b disk.qcow2 -F qcow2 over.qcow2
for ((block = 0; block < 300; block++)); do printf 'write -P %d %d 37k\n' $((block % 251)) $((block * 97 * 1024)); done |
  qemu-io base.qcow2 >writes
grep -c 'wrote 37888/37888' writes
qemu-img convert -O raw base.qcow2 base.raw
qemu-img convert -O qcow2 -c base.raw packed.qcow2
qemu-img compare base.qcow2 packed.qcow2
qemu-img check -q packed.qcow2 && md5sum base.raw
status=0
timeout 60 qemu-system-x86_64 -accel tcg,thread=multi -smp 2 -m 64 -display none -monitor none -nic none -serial file:serial \
  -drive file=over.qcow2,if=ide,format=qcow2 -device isa-debug-exit,iobase=0xf4,iosize=1 || status=$?
echo "ended with $status"
tr -cd '0-9a-f\n' <serial
