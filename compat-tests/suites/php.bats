# PHP, which loads its extensions with RTLD_DEEPBIND: on the command line, and as a server of processes with opcache.
load ../lib/compat

setup() { as_user; }

@test "PHP on the command line: arrays, XML, SQLite in extensions, opcache" {
  program PHP php8.2 php8.2 --version
  on_both cli php8.2 -n -c "$OX_WORK/php_fpm.ini" -d opcache.enable_cli=1 "$OX_WORK/php_work.php"
  same cli
  sound cli
  grep -qx 'opcache on' "$BATS_TEST_TMPDIR/cli.ox/out"
  ran cli ours php8.2
  reached cli
}

@test "PHP's server (php-fpm): twelve requests, workers that are replaced" {
  program "PHP (fpm)" php-fpm8.2 php-fpm8.2 --version
  require cgi-fcgi
  on_both fpm "$OX_WORK/php_fpm.sh" php-fpm8.2
  sound fpm
  same_output fpm
  [ "$(grep -cx end "$BATS_TEST_TMPDIR/fpm.ox/out")" = 12 ]
  [ "$(grep -cx 'opcache on' "$BATS_TEST_TMPDIR/fpm.ox/out")" = 12 ]
  ran fpm ours php-fpm8.2
  reached fpm
}
