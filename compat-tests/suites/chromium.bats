# Chromium, headless, its sandbox on, an ordinary user's: the same page as Firefox gets. Chromium brings an allocator
# of its own: the library is passive.
load ../lib/compat
load ../lib/browser

@test "a page, a screenshot, 20 tabs" {
  local RUN_SECONDS=600
  program Chromium chromium dpkg-query -W -f '${Version}' chromium
  as_user
  on_both page /usr/bin/python3 "$OX_WORK/chromium.py"
  same_page page
  sound page
  ran page passthrough chromium
  reached page
}
