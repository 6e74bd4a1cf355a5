# Row 5. The library's thread-local storage is of the initial-exec kind, 64 bytes at most: reached without
# the loader's table of modules, which the loader grows by malloc, and small enough to leave the loader's
# reserve to others. Certain: another model shows in the file's relocations, more TLS in the programs below.
load rows

setup_file() {
  build row05_tls.c row05_tls
  build_object row05_module.c dynamic.so
  build_object row05_module.c static.so -DSTATIC_TLS
}

@test "row 5: 64 bytes of TLS at most, reached by an offset from the thread pointer alone" {
  require readelf
  size=$(($(readelf -lW "$OX_LIB" | awk '$1 == "TLS" {print $6}')))
  echo "$size bytes of TLS"
  [ "$size" -gt 0 ] && [ "$size" -le 64 ]
  relocations=$(readelf -rW "$OX_LIB" | grep -oE 'R_[A-Z0-9_]*(TPOFF|TPREL|DTPMOD|DTPREL|DTPOFF|TLSDESC)[0-9]*' | sort | uniq -c)
  echo "$relocations"
  grep -qE 'TPOFF|TLS_TPREL' <<<"$relocations"
  run grep -E 'DTPMOD|DTPREL|DTPOFF|TLSDESC' <<<"$relocations"
  [ -z "$output" ]
  run bash -c "nm -D --undefined-only '$OX_LIB' | grep -w __tls_get_addr"
  [ -z "$output" ]
}

@test "row 5: the allocator is called before the loader has grown a thread's table of modules" {
  passes row05_tls recursion "$BATS_FILE_TMPDIR/dynamic.so" "$BATS_TEST_TMPDIR"
}

@test "row 5: a program can open as many modules with static TLS as without the library" {
  run libc "$BATS_FILE_TMPDIR/row05_tls" surplus "$BATS_FILE_TMPDIR/static.so" "$BATS_TEST_TMPDIR"
  without=$output
  passes row05_tls surplus "$BATS_FILE_TMPDIR/static.so" "$BATS_TEST_TMPDIR"
  echo "$without without, $output with"
  # Rounding up to a module's alignment may take one.
  [ "$without" -ge 8 ] && [ "$output" -ge $((without - 1)) ]
}

@test "row 5: the library can be opened late, by a program that did not preload it" {
  # What a plugin that is linked with it causes: its TLS must fit into what is left of the reserve.
  build row05_late.c row05_late
  libc "$BATS_FILE_TMPDIR/row05_late" "$OX_LIB" "$BATS_FILE_TMPDIR/static.so"
}
