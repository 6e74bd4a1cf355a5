# The same build on the C libraries of four Debians, each in a root of its own: what every system has, Perl, Python,
# SQLite, OpenSSH and cron.
load ../lib/compat
load ../lib/roots

setup_file() {
  local suite
  for suite in bullseye bookworm trixie sid; do debian_root "$suite" "$suite" "--include=$matrix_programs" || return; done
}

# works NAME PROGRAM COMMAND...
works() {
  on_both "$1" "${@:3}"
  sound "$1"
  same_output "$1"
  ran "$1" ours "$2"
  reached "$1" bash dash perl sftp-server sleep scp sort seq md5sum id cat run-parts uname
}

# whole SUITE
whole() {
  tested="Debian $1"
  in_root "$1"
  version=$(chroot "$OX_ROOT" dpkg-query -W -f '${Version}' libc6 | grep -oE '^[0-9.]+')
  works base dpkg "$OX_WORK/base_system.sh"
  works openssh ssh "$OX_WORK/openssh.sh"
  works cron cron "$OX_WORK/cron.sh"
  as_user
  works perl perl env PERL_HASH_SEED=0 perl /mnt/source/tests/programs/perl_work.pl
  works python "$(basename "$(chroot "$OX_ROOT" realpath /usr/bin/python3)")" python3 "$OX_WORK/python_work.py"
  works sqlite sqlite3 sqlite3 -batch -bail million.db ".read /mnt/source/tests/programs/sqlite_million.sql"
  same_file sqlite million.db
}

@test "bullseye (glibc 2.31): the base system, OpenSSH, cron, Perl, Python, SQLite" { whole bullseye; }

@test "bookworm (glibc 2.36): the base system, OpenSSH, cron, Perl, Python, SQLite" { whole bookworm; }

@test "trixie (glibc 2.41): the base system, OpenSSH, cron, Perl, Python, SQLite" { whole trixie; }

@test "sid (the newest glibc): the base system, OpenSSH, cron, Perl, Python, SQLite" { whole sid; }
