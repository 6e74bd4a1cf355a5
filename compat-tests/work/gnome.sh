#!/usr/bin/env bash
# A GNOME session on a virtual monitor: the shell, an application, asked over the bus. Run as root, in
# dbus-run-session: the shell wants a system bus, which is started here.
set -euo pipefail

answers() {
  local end=$((SECONDS + $1))
  shift
  until "$@" 2>/dev/null; do ((SECONDS < end)) || return 1; sleep 0.3; done
}
on_bus() { gdbus call --session --dest "$1" --object-path "$2" --method "$3" "${@:4}"; }

rmdir /run/systemd/seats # there is no logind: the shell looks here
dbus-daemon --system --nofork --nopidfile >&2 &
for ((tries = 0; tries < 100; tries++)); do [[ -S /run/dbus/system_bus_socket ]] && break; sleep 0.1; done
export XDG_CURRENT_DESKTOP=GNOME XDG_SESSION_TYPE=wayland NO_AT_BRIDGE=1
gnome-shell --headless --wayland --no-x11 --unsafe-mode --virtual-monitor 800x600 --wayland-display wg >&2 &
shell=$!
answers 180 on_bus org.gnome.Shell /org/gnome/Shell org.freedesktop.DBus.Properties.Get org.gnome.Shell ShellVersion
WAYLAND_DISPLAY=wg GDK_BACKEND=wayland gnome-calculator >&2 &
calculator=$!
has_window() { on_bus org.gnome.Shell.Introspect /org/gnome/Shell/Introspect org.gnome.Shell.Introspect.GetWindows | grep -o "$1"; }
answers 120 has_window org.gnome.Calculator | sort -u
on_bus org.gnome.Shell.Screenshot /org/gnome/Shell/Screenshot org.gnome.Shell.Screenshot.Screenshot false false "$PWD/screen.png" |
  grep -o true
file -b screen.png
gnome-calculator --solve '6*7'
sleep 3
kill -0 "$shell" "$calculator" && echo 'all stay up'
kill -TERM "$calculator" && wait "$calculator" || echo "the calculator ended with $?"
kill -TERM "$shell"
wait "$shell" || echo "the shell ended with $?"
