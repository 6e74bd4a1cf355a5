# What the suites of compat-tests share, on top of tests/programs/helper.bash (fail, require, same, same_file,
# equal, silent): runs in the mode asked for, and judgements about all processes of a run.
#
# A run is a command in namespaces of its own (lib/inside.sh), watched with all its descendants (lib/watch.py). Its
# directory is $BATS_TEST_TMPDIR/NAME.libc or NAME.ox: cwd/, out, err, status, watch.json.
#
# Environment, set by run.sh: OX_MODE (session, system), OX_LIB (the library), OX_ENTRY (how it is preloaded),
# OX_RESULTS (where records and failures' logs go). A suite never asks for the mode.

# shellcheck source=tests/programs/helper.bash
source /mnt/source/tests/programs/helper.bash
export OX_WORK=/mnt/source/compat-tests/work
run_as=root

# --- what is tested -------------------------------------------------------------------------------

# program NAME COMMAND [WORD...]: what this test is about; skipped if COMMAND is missing. The version is the first
# number with a dot that the words print when they are run, or without any that of COMMAND's package.
program() {
  tested=$1
  require "$2"
  if (($# > 2)); then
    version=$("${@:3}" 2>/dev/null </dev/null | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1) || true
  else
    version=$(package_version "$(command -v "$2")")
  fi
}

# The upstream version of the package that owns a file.
package_version() {
  local package
  package=$(dpkg-query -S "$(realpath "$1")" 2>/dev/null | cut -d : -f 1 | head -n 1) || return 0
  # shellcheck disable=SC2016 # dpkg-query's own variables
  dpkg-query -W -f '${Version}\n' "$package" | sed 's/^[0-9]*://; s/[-+].*//' | head -n 1
}

# as_user: the runs of this test are an ordinary user's.
as_user() { run_as=compat; }

# --- runs -----------------------------------------------------------------------------------------

on_libc() { run_on libc "$@"; }
on_ox() { run_on ox "$@"; }

# run_on libc|ox NAME COMMAND...: never fails; the judgements read what it leaves. RUN_SECONDS bounds it (300).
run_on() {
  local kind=$1 name=$2 run=$BATS_TEST_TMPDIR/$2.$1
  shift 2
  mkdir -p "$run/cwd"
  chown "$run_as:" "$run/cwd"
  chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" "$run" 2>/dev/null || true
  [ -n "${measured:-}" ] || measured=$name
  /usr/bin/python3 /mnt/source/compat-tests/lib/watch.py "$run" "${RUN_SECONDS:-300}" /usr/bin/oxidalloc-status \
    unshare --mount --pid --net --ipc --fork --kill-child --mount-proc --propagation private \
    /mnt/source/compat-tests/lib/inside.sh "$kind" "$run/cwd" "$run_as" "$@" 3>&-
}

# --- judgements -----------------------------------------------------------------------------------

told() { jq -r "$2" "$BATS_TEST_TMPDIR/$1/watch.json"; }

# sound NAME [STATUS]: both runs ended with STATUS (0), in time; on the library nothing crashed that does not crash
# on libc, the kernel's log tells nothing of it, no core file is there, and the library reported nothing.
sound() {
  local run=$BATS_TEST_TMPDIR/$1 wanted=${2:-0} kind status cores
  for kind in libc ox; do
    [ -d "$run.$kind" ] || continue
    status=$(<"$run.$kind/status")
    [ "$status" = "$wanted" ] || {
      tail -n 30 "$run.$kind/out" "$run.$kind/err"
      fail "$1: exit status $status on $kind"
    } || return
  done
  silent "$run.ox/out" "$run.ox/err" || return
  no_new_deaths "$1" || return
  cores=$(find "$run.ox/cwd" -type f \( -name core -o -name 'core.[0-9]*' \))
  [ -z "$cores" ] || [ -n "$(told "$1.ox" '.deaths[]')" ] || fail "$1: crashed, core in $cores"
}

no_new_deaths() {
  local run=$BATS_TEST_TMPDIR/$1 new
  [ "$(told "$1.ox" .events)" = true ] || echo "# $1: no complete process events: crashes show in the kernel's log only" >&3
  new=$(comm -13 <(deaths_of "$run.libc") <(deaths_of "$run.ox"))
  [ -z "$new" ] || fail "$1: crashed on the library alone: $new" "$(told "$1.ox" '.kernel[]')" || return
  [ -n "$(deaths_of "$run.ox")" ] || [ -z "$(told "$1.ox" '.kernel[]')" ] ||
    fail "$1: the kernel's log says: $(told "$1.ox" '.kernel[]')"
}

deaths_of() { [ ! -f "$1/watch.json" ] || jq -r '.deaths[] | join(" ")' "$1/watch.json" | sort -u; }

# ran NAME STATE PROGRAM...: each PROGRAM (an executable's file name) was seen in the run in that state:
#   ours         the library serves it, and has given it memory
#   passthrough  the library is mapped and passive, for the program brings an allocator of its own
# and in the run on libc, where there is one, without the library.
ran() {
  local name=$1 state=$2 program
  shift 2
  for program; do
    told "$name.ox" '.processes[]' | jq -es --arg name "$program" --arg state "$state" '
      [.[] | select(.name == $name)] |
      map(select(.why != "it has made no request yet" and # seen while it was being loaded
        .why != "its executable cannot be read")) | # seen while it ended
      length > 0 and all(.state == $state) and
      if $state == "ours" then any(.heap_kib > 0) else all(.why == "it exports an allocator of its own") end' >/dev/null ||
      fail "$name: $program was not seen as $state: $(told "$name.ox" '.processes[] | tojson')" || return
    [ ! -d "$BATS_TEST_TMPDIR/$name.libc" ] ||
      told "$name.libc" '.processes[] | select(.state != "untouched") | tojson' | fails_if_any "$name on libc" || return
  done
}

fails_if_any() {
  local lines
  lines=$(cat)
  [ -z "$lines" ] || fail "$1: $lines"
}

# reached NAME [PRIVILEGED...]: no process of the run went without the library, but static and 32-bit ones; by
# LD_PRELOAD also PRIVILEGED ones: set-user-id programs and what those start, which it does not reach.
# (env and setpriv are the frame's: they bring the command to its environment and user.)
reached() {
  local name=$1 excepted=(env setpriv)
  shift
  [ "$OX_MODE" != session ] || excepted+=("$@")
  told "$name.ox" '.processes[] | select(.state == "untouched" and .why == "started without the library") | .name' |
    grep -vxF "$(printf '%s\n' "${excepted[@]}")" | fails_if_any "$name: without the library" || return
  told "$name.ox" '.processes[] | select(.state == "older" or .state == "unknown" and .why != "its loader is still at work") | tojson' |
    fails_if_any "$name: not the library that is installed"
}

# behind NAME PROGRAM...: they are started with an environment of their own (a login, set-user-id, cron), where LD_PRELOAD
# does not reach them; by /etc/ld.so.preload they are ours.
behind() { [ "$OX_MODE" = session ] || ran "$1" ours "${@:2}"; }

# --- records --------------------------------------------------------------------------------------

# figures NAME: time and memory of this run stand in the table; without it, those of the test's first.
figures() { measured=$1; }

teardown() {
  record_result
  [ -n "${BATS_TEST_COMPLETED:-}" ] || keep_logs
}

record_result() {
  local result=failed
  [ -z "${BATS_TEST_COMPLETED:-}" ] || result=passed
  [ -z "${BATS_TEST_SKIPPED:-}" ] || result="skipped: $BATS_TEST_SKIPPED"
  mkdir -p "$OX_RESULTS/records"
  jq -nc --arg program "${tested:-$BATS_TEST_FILENAME}" --arg version "${version:-}" --arg mode "$OX_MODE" \
    --arg work "$BATS_TEST_DESCRIPTION" --arg result "$result" \
    --slurpfile libc <(figures_of libc) --slurpfile ox <(figures_of ox) \
    '{program: $program, version: $version, work: $work, mode: $mode, result: $result, libc: $libc[0], ox: $ox[0]}' \
    >>"$OX_RESULTS/records/$(basename "$BATS_TEST_FILENAME" .bats).jsonl"
}

figures_of() {
  local file=$BATS_TEST_TMPDIR/${measured:-}.$1/watch.json
  if [ -f "$file" ]; then jq -c '{cpu, seconds, peak_kib}' "$file"; else echo null; fi
}

# What a failed test's runs left, without files that are large.
keep_logs() {
  local logs
  logs=$OX_RESULTS/failed/$(basename "$BATS_TEST_FILENAME" .bats)-$BATS_TEST_NUMBER
  mkdir -p "$logs"
  printf '%s\n' "$BATS_TEST_DESCRIPTION" >"$logs/test"
  (cd "$BATS_TEST_TMPDIR" && find . -type f -size -8M -print0 | cpio -0pdm --quiet "$logs") || true
}

# heavy HEAVY SHORT: a count for this run.
heavy() { if [ "${OX_HEAVY:-}" = 1 ]; then echo "$1"; else echo "$2"; fi; }

# same_output NAME: what was printed is the same and not nothing; what programs complain of may differ.
same_output() {
  local run=$BATS_TEST_TMPDIR/$1
  [ -s "$run.libc/out" ] || fail "$1: no output to compare" || return
  equal "$run.libc/out" "$run.ox/out"
}
