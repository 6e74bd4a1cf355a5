#!/usr/bin/env bash
# An X server without a screen: clients of many kinds, windows made and unmade, a picture of it all.
set -euo pipefail

Xvfb :9 -screen 0 800x600x24 -nolisten tcp >&2 &
server=$!
export DISPLAY=:9
for ((tries = 0; tries < 200; tries++)); do xdpyinfo >/dev/null 2>&1 && break; sleep 0.1; done
xdpyinfo | grep 'dimensions'
x11perf -repeat 1 -reps 3000 -rect100 -putimage100 -aa10text -create -move -popup 2>&1 | grep -c 'reps @'
for number in 1 2 3 4; do
  xlogo -geometry "180x180+$((number * 190 - 180))+20" &
  xclock -analog -geometry "180x180+$((number * 190 - 180))+220" -norender >/dev/null &
done
xeyes -geometry 300x150+10+420 &
windows() { xwininfo -root -tree | grep -cE '(Logo|Clock|Eyes)"|"x(logo|clock|eyes)"'; }
for ((tries = 0; tries < 60; tries++)); do [ "$(windows)" = 9 ] && break; sleep 0.5; done
windows
sleep 1
import -window root screen.png
identify -format '%w %h\n' screen.png
kill -TERM "$server"
wait "$server"
