# The 32-bit stub: installed where a 32-bit loader looks, so that its programs start silently.

load helper

setup() {
  need_tools
  need_root
  make_tree
  [ -f "$OX_BUILD/lib/liboxidalloc-stub32.so" ] || skip "no stub on this architecture"
}

@test "the stub needs nothing, defines nothing and has no code" {
  stub=$OX_BUILD/lib/liboxidalloc-stub32.so
  readelf -h "$stub" | grep -q 'ELF32'
  [ -z "$(readelf -d "$stub" | grep -E 'NEEDED|TEXTREL|INIT')" ]
  [ -z "$(nm -D --defined-only "$stub")" ]
  [ "$(size -A "$stub" | awk '$1 == ".text" {print $2}')" = 0 ] || ! size -A "$stub" | grep -q '\.text'
}

silent_32_bits() {
  local candidate libc=""
  for candidate in /usr/lib32/libc.so.6 /usr/lib/i386-linux-gnu/libc.so.6; do [ ! -e "$candidate" ] || libc=$candidate; done
  [ "$libc" ] # the one program of 32 bits that is surely there
  echo '/usr/$LIB/oxidalloc/liboxidalloc.so' >/etc/ld.so.preload
  out=$(/lib/ld-linux.so.2 "$libc" 2>&1)
  [[ "$out" == *"cannot be preloaded"* ]] # what the stub is there against
  rm /etc/ld.so.preload
  oxidalloc-enable >/dev/null
  out=$(/lib/ld-linux.so.2 "$libc" 2>&1)
  [[ "$out" == "GNU C Library"* && "$out" != *preload* ]] || fail "$out"
  out=$(cd / && sh -c "/lib/ld-linux.so.2 $libc; true" 2>&1)
  [[ "$out" != *preload* ]]
}
@test "32-bit programs start silently" {
  /lib/ld-linux.so.2 --help >/dev/null 2>&1 || skip "no 32-bit programs here, or none that the kernel starts"
  in_private_system silent_32_bits
}

# A program of 32 bits that stays: it writes to a pipe that is full.
told_32_bits() {
  local libc=/usr/lib32/libc.so.6
  [ -e "$libc" ] || libc=/usr/lib/i386-linux-gnu/libc.so.6
  oxidalloc-enable >/dev/null
  mkfifo /run/full
  exec 7<>/run/full
  head -c 65536 /dev/zero >&7
  /lib/ld-linux.so.2 "$libc" >&7 &
  waiting $! ld-linux.so.2
  grep -q liboxidalloc /proc/$!/maps || fail "it has no stub, or has ended"
  [ "$(state_of $!) $(state_of $! why)" = "untouched a 32-bit program" ] || fail "$(state_of $!) $(state_of $! why)"
}
@test "status tells of a program that has the stub what it is" {
  need jq
  /lib/ld-linux.so.2 --help >/dev/null 2>&1 || skip "no 32-bit programs here, or none that the kernel starts"
  in_private_system told_32_bits
}
