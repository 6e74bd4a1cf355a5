#!/usr/bin/env bash
# A Plasma session on a screen that is not there: KWin, the shell with its desktop and panel, an application; asked
# over the bus, pictured, and ended in order. Run in dbus-run-session.
set -euo pipefail

answers() { # answers SECONDS COMMAND...: what it prints, as soon as it succeeds
  local end=$((SECONDS + $1))
  shift
  until "$@" 2>/dev/null; do ((SECONDS < end)) || return 1; sleep 0.3; done
}
on_bus() { gdbus call --session --dest "$1" --object-path "$2" --method "$3" "${@:4}"; }

export XDG_CURRENT_DESKTOP=KDE KDE_FULL_SESSION=true KWIN_SCREENSHOT_NO_PERMISSION_CHECKS=1
# A copy has no file capability: KWin runs without real-time scheduling, and where such capabilities are forbidden.
cp /usr/bin/kwin_wayland kwin_wayland
./kwin_wayland --virtual --socket wk --width 800 --height 600 --no-lockscreen >&2 &
kwin=$!
export WAYLAND_DISPLAY=wk QT_QPA_PLATFORM=wayland
# For the session's services, which the bus starts.
dbus-update-activation-environment WAYLAND_DISPLAY QT_QPA_PLATFORM XDG_CURRENT_DESKTOP KDE_FULL_SESSION
answers 120 on_bus org.kde.KWin /KWin org.kde.KWin.supportInformation | grep -oE 'Operation Mode: [A-Za-z]*|Compositing is active'
plasmashell --no-respawn >&2 &
shell=$!
shell_has() {
  on_bus org.kde.plasmashell /PlasmaShell org.kde.PlasmaShell.evaluateScript \
    'print(desktops().length + " desktops " + panels().length + " panels")' | grep "$1"
}
answers 180 shell_has '1 desktops 1 panels'
kwrite "$OX_WORK/plasma.sh" >&2 &
editor=$!
answers 120 sh -c 'gdbus call --session --dest org.freedesktop.DBus --object-path /org/freedesktop/DBus \
  --method org.freedesktop.DBus.ListNames | grep -q org.kde.kwrite' && echo 'kwrite is there'
sleep 3 # all of it stays up
kill -0 "$kwin" "$shell" "$editor" && echo 'all stay up'
kill -TERM "$editor" && wait "$editor" || echo "kwrite ended with $?"
kill -TERM "$shell" && wait "$shell" || echo "plasmashell ended with $?"
kill -TERM "$kwin" && wait "$kwin" || echo "kwin ended with $?"
