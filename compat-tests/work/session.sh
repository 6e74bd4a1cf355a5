#!/usr/bin/env bash
# Runs a command on a session bus of its own. What the services print that the bus starts goes to standard error.
# usage: session.sh COMMAND [ARG...]
set -euo pipefail

exec 3>&1 >&2
# shellcheck disable=SC2016 # the inner shell's
exec dbus-run-session -- bash -c 'exec "$@" >&3 3>&-' session "$@"
