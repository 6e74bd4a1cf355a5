# What the suites share that need a private /etc/ld.so.preload: namespaces of their own, in which the machine
# is as it is but for /etc, an overlay that goes with them, and /mnt, an empty file system of memory.
# Needs root, as where all tests run.

# in_private_system FUNCTION [ARGUMENT...]: runs a function of the suite there, with what it starts.
in_private_system() {
  require unshare
  unshare -m -p -f --kill-child --mount-proc --propagation private \
    bash -c "set -euo pipefail; $(declare -f); enter_private_system; \"\$@\"" private "$@" 3>&-
}

enter_private_system() {
  mount -t tmpfs -o mode=755 none /mnt
  mkdir /mnt/etc /mnt/work
  mount -t overlay none -o lowerdir=/etc,upperdir=/mnt/etc,workdir=/mnt/work /etc
}
