#!/bin/sh
# A removal disables first, and does not happen where that fails. An upgrade disables nothing.
if [ "$1" = 0 ]; then
  /usr/sbin/oxidalloc-disable
fi
