# Firefox ESR, headless, its sandbox on, an ordinary user's: a page of scripts, pictures, canvas, workers, WebAssembly
# and a large document, driven from outside; 20 tabs. Firefox brings an allocator of its own: the library is passive.
load ../lib/compat
load ../lib/browser

@test "a page, a screenshot, 20 tabs" {
  local RUN_SECONDS=600
  program "Firefox ESR" firefox-esr firefox-esr --version
  as_user
  on_both page /usr/bin/python3 "$OX_WORK/firefox.py"
  same_page page
  sound page
  ran page passthrough firefox-esr
  reached page
}
