# cron: jobs of root's and of a user's, with the environment that cron makes.
load ../lib/compat

@test "jobs of root and of a user run and leave their results" {
  program cron cron
  require crontab
  on_both jobs "$OX_WORK/cron.sh"
  sound jobs
  same_output jobs
  grep -qx compat "$BATS_TEST_TMPDIR/jobs.ox/out"
  ran jobs ours cron
  behind jobs dash
  reached jobs dash sleep sort seq md5sum
}
