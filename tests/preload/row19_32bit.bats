# Row 19. A 32-bit program (Wine, Steam) that finds a 64-bit library in /etc/ld.so.preload prints "cannot be
# preloaded ... wrong ELF class" at every start. The entry names /usr/$LIB/..., which each loader reads as its
# own folder, and there 32-bit programs find a stub without code. Certain: the loader's complaint is provoked
# first, with the same entry and no stub.
load rows
load private

setup() {
  require_root
  [ "$(uname -m)" = x86_64 ] || skip "no 32-bit programs on this processor"
  [ -e /lib/ld-linux.so.2 ] || missing "a 32-bit libc (libc6-i386)"
  /lib/ld-linux.so.2 --help >/dev/null 2>&1 || skip "this kernel starts no 32-bit programs"
  stub=$OX_BUILD/lib/liboxidalloc-stub32.so
  [ -f "$stub" ] || missing "$stub"
}

setup_file() { build row18_secure.c program; }

# Runs the 32-bit loader on a program of its own width that is surely there: its C library, which prints its
# version.
thirty_two() {
  local libc
  for libc in /usr/lib32/libc.so.6 /usr/lib/i386-linux-gnu/libc.so.6 /usr/lib/libc.so.6; do
    if [ -e "$libc" ] && [[ $(head -c 5 "$libc" | od -An -tx1) == *" 01" ]]; then break; fi
  done
  /lib/ld-linux.so.2 "$libc" 2>&1
}

# library_folders LIBRARY STUB: a tree in which $LIB leads each loader to its own. "lib" is 64 bits wide on
# Arch, where /usr/lib64 is a link to it, and 32 on Fedora.
library_folders() {
  local wide="lib64 lib/x86_64-linux-gnu" narrow="lib32 lib/i386-linux-gnu lib" folder
  if [ "$(readlink -f /usr/lib64)" = /usr/lib ]; then wide+=" lib" narrow="lib32"; fi
  for folder in $wide; do install -D "$1" "/mnt/$folder/liboxidalloc.so"; done
  [ -z "$2" ] || for folder in $narrow; do install -D "$2" "/mnt/$folder/liboxidalloc.so"; done
  # shellcheck disable=SC2016 # the loader's own variable
  echo '/mnt/$LIB/liboxidalloc.so' >/etc/ld.so.preload
}

# says PATTERN TEXT
says() {
  # shellcheck disable=SC2053 # a pattern
  [[ "$2" == $1 ]] || { echo "it says: $2" >&2; return 1; }
}

without_stub() {
  library_folders "$1" ""
  says "*cannot be preloaded*" "$(thirty_two)"
  says "secure 0 ours" "$("$2" 2>&1)"
  echo "$1" >/etc/ld.so.preload # no $LIB: the wrong width
  says "*wrong ELF class*" "$(thirty_two)"
}
@test "row 19: without the stub, and without \$LIB, the 32-bit loader complains" {
  in_private_system without_stub "$OX_LIB" "$BATS_FILE_TMPDIR/program"
}

with_stub() {
  library_folders "$1" "$2"
  says "GNU C Library*" "$(thirty_two)"
  if thirty_two | grep preload; then return 1; fi
  says "secure 0 ours" "$("$3" 2>&1)"
  # From one width to the other, and back.
  says "GNU C Library*secure 0 ours" "$(thirty_two && "$3" 2>&1)"
  if [ -e "$4" ]; then says "passed" "$("$4" 2>&1)"; fi
}
@test "row 19: 32-bit programs start silently, 64-bit ones beside them are served" {
  # A program of its own, where the compiler can make one.
  printf '%s\n' '#include <stdio.h>' '#include <stdlib.h>' \
    'int main(void) { char* block = malloc(100); puts(block && sizeof(void*) == 4 ? "passed" : "failed"); free(block); return 0; }' |
    "${OX_CC:-cc}" -m32 -x c -o "$BATS_TEST_TMPDIR/narrow" - 2>/dev/null || true
  in_private_system with_stub "$OX_LIB" "$stub" "$BATS_FILE_TMPDIR/program" "$BATS_TEST_TMPDIR/narrow"
}

@test "row 19: the stub defines nothing, needs nothing, runs nothing" {
  require readelf nm
  readelf -hW "$stub" | grep -q ELF32
  [ -z "$(nm -D --defined-only "$stub")" ]
  run bash -c "readelf -dW '$stub' | grep -E 'NEEDED|INIT|FINI|TEXTREL'"
  [ -z "$output" ]
}
