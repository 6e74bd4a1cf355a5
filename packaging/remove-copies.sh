#!/bin/sh
# The copies that oxidalloc-enable made of the library and of the 32-bit stub, in every folder that the loader's
# $LIB may stand for. Folders that something else is in stay. Inserted into the packages' scripts.
remove_copies() {
  for folder in "$1"/usr/lib*/oxidalloc "$1"/usr/lib/*-linux-gnu*/oxidalloc; do
    [ -d "$folder" ] || continue
    rm -f "$folder/liboxidalloc.so" "$folder/liboxidalloc.so.previous" "$folder/.candidate.so" \
      "$folder"/.*.oxidalloc-new
    rmdir "$folder" "${folder%/*}" 2>/dev/null || :
  done
  rmdir "$1/run/oxidalloc" 2>/dev/null || :
}
