# PipeWire with WirePlumber and its PulseAudio server, an ordinary user's, on a private bus: a tone goes into a null
# sink and comes out of its monitor with its pitch, once from PipeWire's client and once from PulseAudio's.
load ../lib/compat

@test "a tone through a null sink keeps its pitch, natively and through PulseAudio" {
  program "PipeWire, WirePlumber" pipewire pipewire --version
  require wireplumber pipewire-pulse pw-record pactl dbus-run-session
  as_user
  on_both tone "$OX_WORK/session.sh" "$OX_WORK/pipewire.sh"
  sound tone
  for kind in libc ox; do
    grep -qx 'tone 4[34][0-9] seconds [345]' "$BATS_TEST_TMPDIR/tone.$kind/out" ||
      { tail -n 30 "$BATS_TEST_TMPDIR/tone.$kind/"{out,err}; fail "tone: not heard on $kind"; }
  done
  ran tone ours pipewire wireplumber
  reached tone
}
