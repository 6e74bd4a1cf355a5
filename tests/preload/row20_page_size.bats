# Row 20. The kernel's page may have 16 or 64 KiB (64-bit ARM). Nothing in the library is built for one size;
# it is asked for at run time. Two ways to show it: here, with another size told to the library, every call to
# the kernel must be in multiples of it; and under emulation of an ARM processor, the same program on pages of
# all three sizes, where the emulator refuses what is not. Certain: each call is looked at.
load rows

setup_file() {
  build row20_pages.c row20_pages
  build_object row20_auxv.c row20_auxv.so
}

# told SIZE: the workload with that size told; every length, and every address that the library chose, is a
# multiple of it.
told() {
  require strace python3
  local trace=$BATS_TEST_TMPDIR/trace$1
  timeout 120 strace -f -qq -e trace=mmap,munmap,mprotect,mremap,madvise,write -o "$trace" -E LD_PRELOAD="$OX_LIB" \
    -E LD_AUDIT="$BATS_FILE_TMPDIR/row20_auxv.so" -E PAGE_SIZE_TOLD="$1" "$BATS_FILE_TMPDIR/row20_pages" "$1" 2
  python3 "$rows/row20_multiples.py" "$1" "$trace"
}

@test "row 20: told a page of 4 KiB" { told 4096; }
@test "row 20: told a page of 16 KiB" { told 16384; }
@test "row 20: told a page of 64 KiB" { told 65536; }

@test "row 20: a 64-bit ARM processor, emulated, with pages of 4, 16 and 64 KiB" {
  require aarch64-linux-gnu-gcc aarch64-linux-gnu-g++ cmake ninja
  local qemu page
  qemu=$(command -v qemu-aarch64-static || command -v qemu-aarch64) || missing qemu-aarch64
  local source=$BATS_TEST_DIRNAME/../.. tree=$BATS_FILE_TMPDIR/arm
  cmake -S "$source" -B "$tree" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$source/cmake/toolchains/aarch64-linux-gnu.cmake" \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="-O1 -DNDEBUG" -DOXIDALLOC_BUILD_TESTS=OFF \
    -DOXIDALLOC_BUILD_BENCH=OFF -DCMAKE_UNITY_BUILD=ON >"$BATS_TEST_TMPDIR/log"
  cmake --build "$tree" --target oxidalloc -j2 >>"$BATS_TEST_TMPDIR/log" || { tail -n 20 "$BATS_TEST_TMPDIR/log"; return 1; }
  # Blocks whose growth does not move pages: the emulator believes MREMAP_DONTUNMAP to unmap, and gives the
  # place to others.
  OX_CC=aarch64-linux-gnu-gcc build row20_pages.c row20_pages_arm -DMOST_GROWN=200000
  for page in 4096 16384 65536; do
    run libc "$qemu" -p "$page" -L /usr/aarch64-linux-gnu -E LD_PRELOAD="$tree/lib/liboxidalloc.so" \
      "$BATS_FILE_TMPDIR/row20_pages_arm" "$page" 2
    echo "$page: $output"
    [ "$status" -eq 0 ] && [ "$output" = passed ] || return
  done
}
