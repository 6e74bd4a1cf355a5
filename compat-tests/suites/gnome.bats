# GNOME: the shell on a virtual monitor and an application in it.
load ../lib/compat

@test "the shell and an application come up, stay up and end" {
  local RUN_SECONDS=900
  program GNOME gnome-shell gnome-shell --version
  require gnome-calculator gdbus dbus-run-session
  on_both session "$OX_WORK/session.sh" "$OX_WORK/gnome.sh"
  sound session
  same_output session
  grep -qx 'all stay up' "$BATS_TEST_TMPDIR/session.ox/out"
  grep -qx 42 "$BATS_TEST_TMPDIR/session.ox/out"
  grep -qx org.gnome.Calculator "$BATS_TEST_TMPDIR/session.ox/out"
  grep -q "800 x 600" "$BATS_TEST_TMPDIR/session.ox/out"
  ran session ours gnome-shell gnome-calculator
  reached session accounts-daemon packagekitd polkitd rtkit-daemon upowerd colord geoclue
}
