# Row 18. /etc/ld.so.preload reaches setuid programs, where the caller's environment must decide nothing and
# configuration counts only if nobody but root can have written it. Certain: each program says what the kernel
# says of it (AT_SECURE), and which allocator gave it a block; a plain copy of it, beside, obeys.
load rows
load private

setup_file() {
  build row18_secure.c row18_secure
  build row18_list.cpp row18_list -std=c++20 -I"$BATS_TEST_DIRNAME/../../src"
}

setup() { require_root; }

# programs: /mnt/plain; /mnt/setuid, of root, for others to run; /mnt/other, of nobody, for root to run.
programs() {
  cp "$OX_LIB" /mnt/liboxidalloc.so
  echo /mnt/liboxidalloc.so >/etc/ld.so.preload
  local name
  for name in plain setuid other; do cp "$BATS_FILE_TMPDIR/row18_secure" /mnt/$name; done
  chown nobody /mnt/other
  chmod 4755 /mnt/setuid /mnt/other
}

as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }

# says EXPECTED COMMAND...
says() {
  local out expected=$1
  shift
  out=$("$@" 2>&1)
  [ "$out" = "$expected" ] || { echo "$*: $out; expected: $expected" >&2; return 1; }
}

served() {
  programs
  says "secure 0 ours" /mnt/plain
  says "secure 1 ours" /mnt/other
  says "secure 1 ours" as_nobody /mnt/setuid
}
@test "row 18: setuid programs are served, by the system's setting" {
  require setpriv
  in_private_system served
}

environment() {
  programs
  export OX_DISABLE=1
  says "secure 0 libc" /mnt/plain
  says "secure 1 ours" /mnt/other
  says "secure 1 ours" as_nobody /mnt/setuid
}
@test "row 18: setuid programs ignore the environment" {
  require setpriv
  in_private_system environment
}

configuration() {
  programs
  mkdir -p /etc/oxidalloc
  local list=/etc/oxidalloc/denylist.bin name
  for name in plain other setuid; do
    "$BATS_FILE_TMPDIR/row18_list" $list /mnt/$name
    chmod 644 $list
    case $name in
      plain) says "secure 0 libc" /mnt/plain ;;
      other) says "secure 1 libc" /mnt/other ;;
      setuid) says "secure 1 libc" as_nobody /mnt/setuid ;;
    esac
  done
  # Not root's alone: no setuid program believes it, others do.
  for change in "chown nobody" "chmod 666" "chmod 664"; do
    chown root $list
    chmod 644 $list
    $change $list
    "$BATS_FILE_TMPDIR/row18_list" $list /mnt/other
    says "secure 1 ours" /mnt/other
    "$BATS_FILE_TMPDIR/row18_list" $list /mnt/setuid
    says "secure 1 ours" as_nobody /mnt/setuid
    "$BATS_FILE_TMPDIR/row18_list" $list /mnt/plain
    says "secure 0 libc" /mnt/plain
  done
}
@test "row 18: setuid programs read the denylist if it is root's alone" {
  require setpriv
  in_private_system configuration
}
