# WebKitGTK, its sandbox (bubblewrap and seccomp) on: the library serves the web process within.
load ../lib/compat
load ../lib/browser

@test "a page, five times, in a sandboxed web process that the library serves" {
  local RUN_SECONDS=600 processes=/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1
  program WebKitGTK "$processes/WebKitWebProcess"
  /usr/bin/python3 -c 'import gi; gi.require_version("WebKit2", "4.1")' || missing gir1.2-webkit2-4.1
  require xvfb-run bwrap dbus-run-session
  as_user
  on_both page xvfb-run -a -s '-screen 0 1024x768x24' "$OX_WORK/session.sh" /usr/bin/python3 "$OX_WORK/webkitgtk.py"
  sound page
  same_page page
  ran page ours WebKitWebProcess WebKitNetworkProcess python3.11
  reached page fusermount3
}
