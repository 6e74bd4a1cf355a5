# What the browsers' suites share: the judgement of work/page/index.html.

# What the page computes, in every browser.
page_result='script 1657923018
canvas 1871346152
picture 400x200
workers 677406 707406 737406 767406
wasm 3626702557
document 1333'

# same_page NAME: on libc and on the library the page found the same and looked the same, in sandboxed processes.
same_page() {
  local run=$BATS_TEST_TMPDIR/$1
  equal "$run.libc/out" "$run.ox/out" || { tail -n 20 "$run.libc/err" "$run.ox/err"; return 1; }
  page_found "$run.ox/out" || return
  same_file "$1" screen.png
}

page_found() {
  printf '%s\n' "$page_result" | diff - <(head -n 6 "$1") || fail "the page did not find what it should" || return
  grep -q '^sandboxed True$' "$1" || fail "no sandboxed process"
}
