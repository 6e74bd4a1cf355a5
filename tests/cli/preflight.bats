# The preflight refuses every library that would stop, silence or disturb programs, with the reason.

load helper

setup() {
  need_tools
  need_root
  make_tree
  root=$BATS_TEST_TMPDIR/root
  make_root "$root"
  library=$root/usr/lib/liboxidalloc.so
  faulty=$OX_BUILD/tests/faulty
}

# refused REASON: enable fails with it, nothing is enabled, nothing is left behind, programs start.
refused() {
  run "$tree/usr/sbin/oxidalloc-enable" --root "$root"
  echo "$output"
  [ "$status" -eq 1 ] || fail "exit status $status" || return
  # shellcheck disable=SC2053
  [[ "$output" == *"failed the check"*$1*"Nothing was changed"* ]] || fail "the message lacks: $1" || return
  [ ! -e "$root/etc/ld.so.preload" ] || fail "there is a preload file" || return
  [ -z "$(find "$root" -name '.candidate*')" ] || fail "the candidate was left" || return
  starts "$root" && off "$root"
}

@test "the sound library passes every check that applies here" {
  run "$tree/usr/sbin/oxidalloc-enable" --root "$root" -v
  echo "$output"
  [ "$status" -eq 0 ]
  for check in "library file" true sh self-test "preload file"; do
    [[ "$output" == *"$check: passed"* ]] || fail "$check"
  done
  [[ "$output" != *FAILED* ]]
}

@test "truncated, at any length" {
  size=$(stat -c %s "$library")
  sound=$BATS_TEST_TMPDIR/sound
  cp "$library" "$sound"
  for part in 0 10 64 1000 4096 20000 $((size / 4)); do
    head -c "$part" "$sound" >"$library"
    refused "library file" || fail "at $part bytes"
  done
}

@test "no library at all" {
  echo "not a library" >"$library"
  refused "not an ELF file"
}

@test "an executable" {
  cp "$root/usr/sbin/oxidalloc" "$library"
  chmod 644 "$library"
  refused "no shared library"
}

@test "the wrong architecture" {
  cp "$OX_BUILD/lib/liboxidalloc-stub32.so" "$library"
  refused "another architecture"
  cp "$faulty/liboxidalloc-other.so" "$library"
  printf '\xb7' | dd of="$library" bs=1 seek=18 conv=notrunc status=none # aarch64
  refused "another architecture"
}

@test "a missing DT_NEEDED" {
  gcc -shared -nostdlib -o "$BATS_TEST_TMPDIR/libgone.so" -Wl,-soname,libgone.so -x c /dev/null
  gcc -shared -o "$library" -x c /dev/null -Wl,--no-as-needed -L"$BATS_TEST_TMPDIR" -lgone
  refused "libgone.so"
}

@test "a missing symbol version" {
  cp "$faulty/liboxidalloc-malloc.so" "$library"
  # The version's name in the string table, and its hash in the table of versions needed, one digit on.
  python3 - "$library" <<'PY'
import re, struct, sys
path = sys.argv[1]
data = bytearray(open(path, "rb").read())
def elf_hash(name):
    h = 0
    for c in name:
        h = (h << 4) + c
        h = (h & 0x0fffffff) ^ ((h & 0xf0000000) >> 24)
    return h
old, new = b"GLIBC_2.2.5", b"GLIBC_2.9.9"
if old not in data: old, new = b"GLIBC_2.17", b"GLIBC_9.17"
data = data.replace(old + b"\0", new + b"\0")
data = data.replace(struct.pack("<I", elf_hash(old)), struct.pack("<I", elf_hash(new)))
open(path, "wb").write(data)
PY
  run env LD_PRELOAD="$library" /bin/true # what it would do to every program
  [ "$status" -ne 0 ]
  refused "symbol version GLIBC_"
}

@test "a mode that others cannot read, or can write; an owner other than root" {
  chmod 0600 "$library"
  refused "not everybody may read it"
  chmod 0666 "$library"
  refused "others than root may write it"
  chmod 0644 "$library"
  chown 1000 "$library"
  refused "belongs to user 1000"
}

@test "a crash in the constructor" {
  cp "$faulty/liboxidalloc-constructor.so" "$library"
  refused "killed by SIG"
}

@test "a crash in malloc" {
  cp "$faulty/liboxidalloc-malloc.so" "$library"
  refused "killed by SIG"
}

@test "a crash in fork" {
  cp "$faulty/liboxidalloc-fork.so" "$library"
  refused '"sh"'
}

@test "more stack than a small thread has" {
  cp "$faulty/liboxidalloc-thread.so" "$library"
  # What lies below the stack decides how it ends: a signal, or a block that lost its content.
  refused '"self-test"'
}

@test "a line on stderr" {
  cp "$faulty/liboxidalloc-writes.so" "$library"
  refused "it wrote: hello"
}

@test "no end" {
  cp "$faulty/liboxidalloc-hangs.so" "$library"
  refused "did not end in time"
}

@test "a system whose programs fail already is told apart" {
  echo /usr/lib/libbroken.so >"$root/etc/ld.so.preload"
  cp "$faulty/liboxidalloc-constructor.so" "$root/usr/lib/libbroken.so"
  run "$tree/usr/sbin/oxidalloc-enable" --root "$root"
  echo "$output"
  [ "$status" -eq 1 ]
  [[ "$output" == *"programs do not start as it is"*oxidalloc-disable* ]]
}

@test "an earlier library stays in place where the new one is refused" {
  "$tree/usr/sbin/oxidalloc-enable" --root "$root"
  cp "$faulty/liboxidalloc-constructor.so" "$library"
  run "$tree/usr/sbin/oxidalloc-enable" --root "$root"
  [ "$status" -eq 1 ]
  on "$root"
  starts "$root"
}

@test "reconcile: never enables, renews what is enabled, disables where the new library fails" {
  "$tree/usr/sbin/oxidalloc-enable" --root "$root" --reconcile
  off "$root"
  "$tree/usr/sbin/oxidalloc-enable" --root "$root"
  cp "$faulty/liboxidalloc-other.so" "$library"
  "$tree/usr/sbin/oxidalloc-enable" --root "$root" --reconcile
  cmp "$library" "$(live_directory "$root")/liboxidalloc.so"
  on "$root"
  cp "$faulty/liboxidalloc-fork.so" "$library"
  run "$tree/usr/sbin/oxidalloc-enable" --root "$root" --reconcile
  [ "$status" -eq 1 ]
  off "$root"
  starts "$root"
  run "$tree/usr/bin/oxidalloc-status" --root "$root"
  [[ "$output" == *"refused:"*"after an upgrade"* ]]
}

everything_applies() {
  oxidalloc-enable -v >/run/checks
  cat /run/checks
  for check in "library file" true sh self-test bash "package manager" "preload file" "set-user-ID program"; do
    grep -q "^  $check: passed" /run/checks || fail "$check"
  done
  [ ! -e /usr/lib/systemd/systemd ] || grep -q "^  systemd: passed" /run/checks
  ! /lib/ld-linux.so.2 --help >/dev/null 2>&1 || grep -q "^  32-bit program: passed" /run/checks
}
@test "on a full system every check runs" { in_private_system everything_applies; }

# A kernel may refuse 32-bit programs though their libc is installed.
no_32_bits() {
  mkdir -p /usr/lib32
  touch /usr/lib32/libc.so.6
  rm -f /usr/lib/ld-linux.so.2
  install -m 755 /dev/null /usr/lib/ld-linux.so.2
  printf '\177ELF' >/usr/lib/ld-linux.so.2
  oxidalloc-enable -v >/run/checks
  grep '^  32-bit program: skipped' /run/checks || fail "$(cat /run/checks)"
}
@test "where no 32-bit program starts, none is asked for" { in_private_system no_32_bits; }

set_user_id_only() {
  # A fault that shows in privileged programs alone.
  cp "$OX_BUILD/tests/faulty/liboxidalloc-secure.so" /usr/lib/liboxidalloc.so
  ! oxidalloc-enable 2>/run/message || fail "it was enabled"
  cat /run/message
  grep -q '"set-user-ID program": killed by SIG' /run/message
}
@test "a crash in set-user-ID programs alone" { in_private_system set_user_id_only; }
