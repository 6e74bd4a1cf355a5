# Weston, without a screen, an ordinary user's: its clients connect, draw and go, and it ends well.
load ../lib/compat

@test "clients connect, draw and go" {
  program Weston weston weston --version
  require weston-flower weston-terminal weston-simple-shm wayland-info
  as_user
  on_both clients "$OX_WORK/weston.sh"
  sound clients
  same_output clients
  grep -qx wl_compositor "$BATS_TEST_TMPDIR/clients.ox/out"
  ran clients ours weston weston-flower weston-terminal weston-simple-shm
  reached clients
}
