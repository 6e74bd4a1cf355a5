# QEMU: its tools for disk images, and a machine that is emulated by its translator in threads.
load ../lib/compat

@test "images converted and checked; a machine boots, computes, tells and ends" {
  program QEMU qemu-system-x86_64 qemu-system-x86_64 --version
  require qemu-img qemu-io as ld
  as_user
  on_both machine "$OX_WORK/qemu.sh"
  sound machine
  same_output machine
  grep -qx 'ended with 33' "$BATS_TEST_TMPDIR/machine.ox/out"
  # what the sector computes
  /usr/bin/python3 -c '
x, total = 1, 0
for _ in range(2000000):
    x = (x * 1664525 + 1013904223) % 2**32
    total += x >> 16
print(f"{total % 2**32:08x}")' | grep -qxf - "$BATS_TEST_TMPDIR/machine.ox/out"
  ran machine ours qemu-system-x86_64
  reached machine
}
