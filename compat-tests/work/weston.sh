#!/usr/bin/env bash
# Weston without a screen: clients connect, draw, and go; a screenshot of one of them.
set -euo pipefail

weston --backend=headless-backend.so --socket=w0 --use-pixman --width=800 --height=600 --idle-time=0 --debug >&2 &
weston=$!
for ((tries = 0; tries < 200; tries++)); do [[ -S $XDG_RUNTIME_DIR/w0 ]] && break; sleep 0.1; done
export WAYLAND_DISPLAY=w0
wayland-info | sed -n "s/^interface: '\([^']*\)'.*/\1/p" | sort -u
for round in 1 2 3; do
  weston-simple-shm >&2 &
  weston-flower >&2 &
  weston-terminal --shell=/bin/bash >&2 &
  clients=$(jobs -p | grep -v "^$weston$")
  sleep 1.5
  # shellcheck disable=SC2086 # several
  kill $clients
  # shellcheck disable=SC2086
  wait $clients || true
  echo "clients came and went: $round"
done
kill -TERM "$weston"
wait "$weston"
