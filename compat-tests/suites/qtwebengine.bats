# QtWebEngine (Chromium's engine as a library, its sandbox on): unlike in Chromium itself, whose executable brings its
# own malloc, here the engine's requests reach the library, in the sandboxed renderer too.
load ../lib/compat
load ../lib/browser

@test "a page, five times, in a sandboxed renderer that the library serves" {
  local RUN_SECONDS=600
  program QtWebEngine /usr/lib/x86_64-linux-gnu/qt5/libexec/QtWebEngineProcess
  /usr/bin/python3 -c 'import PyQt5.QtWebEngineWidgets' || missing python3-pyqt5.qtwebengine
  require xvfb-run
  as_user
  on_both page env QT_QPA_PLATFORM=xcb xvfb-run -a -s '-screen 0 1024x768x24' /usr/bin/python3 "$OX_WORK/qtwebengine.py"
  sound page
  same_page page
  ran page ours QtWebEngineProcess python3.11
  reached page
}
