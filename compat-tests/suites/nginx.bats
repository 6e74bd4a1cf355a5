# nginx: files, compression, a caching proxy, TLS, a reload; every page that curl got is the page that is there.
load ../lib/compat

@test "plain, compressed, through a proxy, encrypted: 1280 right answers" {
  program nginx nginx
  require curl openssl
  as_user
  on_both pages "$OX_WORK/nginx.sh"
  sound pages
  same_output pages
  [ "$(grep -cE '^ *320 ' "$BATS_TEST_TMPDIR/pages.ox/out")" = 4 ]
  ran pages ours nginx curl
  reached pages
}
