# KDE: KWin and Plasma's own processes on a virtual screen, an application in it, an ordinary user's session.
load ../lib/compat

@test "KWin, Plasma's shell and an application come up, stay up and end" {
  local RUN_SECONDS=900
  program "KDE Plasma" plasmashell plasmashell --version
  require kwin_wayland kwrite gdbus dbus-run-session
  as_user
  on_both session "$OX_WORK/session.sh" "$OX_WORK/plasma.sh"
  sound session
  same_output session
  grep -q '1 desktops 1 panels' "$BATS_TEST_TMPDIR/session.ox/out"
  grep -qx 'all stay up' "$BATS_TEST_TMPDIR/session.ox/out"
  ran session ours kwin_wayland plasmashell kwrite
  reached session
}
