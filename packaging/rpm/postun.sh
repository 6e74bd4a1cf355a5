#!/bin/sh
# The package is gone, the entry in /etc/ld.so.preload was gone before: now the copies of the library go, and
# the state. A local denylist stays, as changed configuration does.
@REMOVE_COPIES@
if [ "$1" = 0 ]; then
  remove_copies ""
  rm -f /etc/oxidalloc/state.json /etc/oxidalloc/boots /etc/oxidalloc/denylist.bin
  rmdir /etc/oxidalloc/denylist.d /etc/oxidalloc 2>/dev/null || :
fi
