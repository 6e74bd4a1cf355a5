#!/usr/bin/env bash
# An ordinary user becomes root by sudo and by su (set-user-id programs), and root becomes the user.
# usage: privileged.sh sudo|su
set -euo pipefail

work='id -un; seq 200000 | sort -rn | md5sum; sleep 1'
case $1 in
  sudo)
    sudo -n sh -c "$work"
    sudo -n -u compat sh -c 'id -un'
    for ((round = 0; round < 20; round++)); do sudo -n true; done
    sudo -n -l | grep -c NOPASSWD
    ! sudo -n -u nobody id || echo 'more than it may'
    ;;
  su)
    su root -c "$work" <<<'for the test' 2>/dev/null
    ! su root -c id <<<'wrong' 2>/dev/null || echo 'without the password'
    ;;
esac
