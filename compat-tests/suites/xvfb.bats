# The X server (Xvfb) and its clients: drawing, windows that come and go, pictures of the screen.
load ../lib/compat

@test "clients draw, windows come and go" {
  program "X server (Xvfb)" Xvfb
  require xdpyinfo x11perf xlogo xclock xeyes xwininfo import identify
  as_user
  on_both clients "$OX_WORK/xvfb.sh"
  sound clients
  same_output clients
  ran clients ours Xvfb xeyes
  reached clients
}
