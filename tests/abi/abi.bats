# What the preloadable library asks of the system it is loaded into, read from the file itself:
# it is in every process, so one more dependency or one newer symbol would stop every program.

dynamic() { readelf -dW "$OX_LIB"; }
exported() { nm -D --defined-only "$OX_LIB" | awk '{print $3}' | sed 's/@.*//'; }

# no_line PATTERN TEXT: fails, and shows the lines, where TEXT has a line that matches.
no_line() {
  if grep -E "$1" <<<"$2"; then return 1; fi
}

# header_field TYPE COLUMN: that column of the program header of that type, as a number.
header_field() { echo $(($(readelf -lW "$OX_LIB" | awk -v name="$1" -v column="$2" '$1 == name {print $column; exit}'))); }

@test "NEEDED is libc and the loader alone" {
  run bash -c "readelf -dW '$OX_LIB' | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -vE '^(libc\.so\.6|ld-linux.*\.so\.[0-9]+)$'"
  echo "also needed: $output"
  [ "$status" -eq 1 ]
  [[ "$(dynamic)" == *"[libc.so.6]"* ]]
}

@test "no symbol version newer than GLIBC_2.17" {
  versions=$(nm -D --undefined-only "$OX_LIB" | grep -o '@GLIBC_[0-9.]*' | tr -d @ | sort -Vu)
  echo "$versions"
  newest=$(printf '%s\n' "$versions" GLIBC_2.17 | sort -V | tail -n 1)
  [ "$newest" = GLIBC_2.17 ]
}

@test "no symbol of a C++ runtime, and nothing unversioned but weak ones" {
  undefined=$(nm -D --undefined-only "$OX_LIB")
  echo "$undefined"
  no_line ' (_Z|__gxx_|_Unwind_|__cxa_(throw|begin|end|guard|pure|allocate|rethrow))' "$undefined"
  no_line 'GLIBCXX|CXXABI|GCC_' "$undefined"
  no_line '^ +U [^@]+$' "$undefined"
}

# Each costs every start of every program a look-up: src/api/next_symbol.h is the way to the others.
@test "bound to what each program needs, and nothing else" {
  run bash -c "nm -D --undefined-only '$OX_LIB' | sed 's/.* //; s/@.*//' | sort | tr '\n' ' '"
  echo "$output"
  [ "$output" = "__libc_stack_end __register_atfork __sanitizer_get_heap_size memmove memset " ]
}

@test "the TLS segment has 64 bytes at most, initial-exec" {
  size=$(header_field TLS 6)
  echo "TLS: $size bytes"
  [ "$size" -gt 0 ]
  [ "$size" -le 64 ]
  no_line __tls_get_addr "$(nm -D --undefined-only "$OX_LIB")"
}

@test "text and data together have 128 KiB at most" {
  sum=$(size "$OX_LIB" | awk 'NR == 2 {print $1 + $2}')
  echo "text + data: $sum bytes"
  [ "$sum" -le 131072 ]
}

@test "what any process writes of the library's own variables fits two pages" {
  bytes=$((16#$(readelf -SW "$OX_LIB" | sed -n 's/.* \.bss  *NOBITS  *[0-9a-f]* [0-9a-f]* \([0-9a-f]*\) .*/\1/p')))
  echo ".bss: $bytes bytes"
  [ "$bytes" -gt 0 ]
  [ "$bytes" -le 8192 ]
}

@test "bound at once, relocations read-only, never unloaded, no text relocation, no executable stack" {
  flags=$(dynamic | grep -E 'FLAGS')
  echo "$flags"
  [[ "$flags" == *NOW* ]]
  [[ "$flags" == *NODELETE* ]]
  readelf -lW "$OX_LIB" | grep -q GNU_RELRO
  no_line TEXTREL "$(dynamic)"
  no_line 'GNU_STACK.* RWE ' "$(readelf -lW "$OX_LIB")"
}

@test "the whole malloc family is exported" {
  names=$(exported)
  for name in malloc calloc realloc free reallocarray posix_memalign aligned_alloc memalign valloc pvalloc cfree \
    malloc_usable_size malloc_trim mallinfo mallinfo2 mallopt malloc_info malloc_stats free_sized free_aligned_sized; do
    grep -qx "$name" <<<"$names" || { echo "missing: $name"; return 1; }
  done
}

@test "every form of operator new and delete is exported" {
  names=$(exported)
  for name in _Znwm _Znam _ZnwmRKSt9nothrow_t _ZnamRKSt9nothrow_t \
    _ZnwmSt11align_val_t _ZnamSt11align_val_t _ZnwmSt11align_val_tRKSt9nothrow_t _ZnamSt11align_val_tRKSt9nothrow_t \
    _ZdlPv _ZdaPv _ZdlPvm _ZdaPvm _ZdlPvRKSt9nothrow_t _ZdaPvRKSt9nothrow_t \
    _ZdlPvSt11align_val_t _ZdaPvSt11align_val_t _ZdlPvmSt11align_val_t _ZdaPvmSt11align_val_t \
    _ZdlPvSt11align_val_tRKSt9nothrow_t _ZdaPvSt11align_val_tRKSt9nothrow_t; do
    grep -qx "$name" <<<"$names" || { echo "missing: $name"; return 1; }
  done
}

@test "what must stay libc's, and our own names, are not exported" {
  no_line '^(strdup|strndup|realpath)$' "$(exported)"
  no_line '^_ZN' "$(exported)"
}

@test "besides the family, what stands in front of libc's dlopen and mlockall is exported" {
  for name in dlopen mlockall; do exported | grep -qx "$name" || { echo "missing: $name"; return 1; }; done
}
