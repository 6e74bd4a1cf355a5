#!/usr/bin/env bash
# A sound system of its own: PipeWire, its PulseAudio server and WirePlumber on a private bus; a null sink, a tone
# played into it, and its monitor recorded to rec.wav. Run in dbus-run-session.
set -euo pipefail

/usr/bin/python3 "$OX_WORK/tone.py" make tone.wav
pipewire &
wireplumber &
pipewire-pulse &
ready() { for ((tries = 0; tries < 300; tries++)); do "$@" >/dev/null 2>&1 && return; sleep 0.2; done; return 1; }
ready pw-cli info 0
ready sh -c 'pw-cli ls Client | grep -q WirePlumber'
pw-cli create-node adapter '{ factory.name=support.null-audio-sink node.name=nullsink media.class=Audio/Sink
  object.linger=true audio.position=[FL FR] }' >/dev/null
ready sh -c 'pw-cli ls Node | grep -q nullsink'
ready pactl info
pactl list short sinks | cut -f 2
pw-record -P '{ stream.capture.sink=true }' --target nullsink rec.wav &
recorder=$!
sleep 1
pw-play --target nullsink tone.wav
paplay --device=nullsink tone.wav # the same through the PulseAudio server
sleep 0.5
kill -INT "$recorder"
wait "$recorder" || true
/usr/bin/python3 "$OX_WORK/tone.py" check rec.wav
kill %1 %2 %3
wait %1 %2 %3 || true
