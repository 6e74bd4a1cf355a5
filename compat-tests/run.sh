#!/usr/bin/env bash
# Runs real programs on the library and on libc, in a private copy of this machine's system, and judges them.
# See usage() below and compat-tests/README.md.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/lib/packages.sh
source "$root/scripts/lib/packages.sh"
# shellcheck source=scripts/lib/build.sh
source "$root/scripts/lib/build.sh"

usage() {
  cat <<'TXT'
usage: compat-tests/run.sh [--session|--system|--vm] [--install] [--only NAME]... [--junit FILE] [--library FILE]
                           [--results DIR]

Runs the suites in compat-tests/suites, as root, on Debian. This machine's system is not changed.
Progress on a terminal, TAP otherwise; the last line has the totals.

  --session       preload by LD_PRELOAD, as for one user's session (the default)
  --system        preload by /etc/ld.so.preload, into every program
  --vm            in a Debian with the package, booted on the library (emulated where KVM does not work: half an hour);
                  without --only: base, perl, sqlite, openssh, cron, systemd
  --install       install the programs first (this does change the machine); a missing one is then a failure.
                  Without it a missing program is skipped, with its name
  --only NAME     this suite alone; may be repeated
  --junit FILE    write a JUnit report there
  --library FILE  another library in the place of the one that is built here
  --results DIR   where records and the logs of failures go (build/compat/MODE)
TXT
}

mode=session install=0 junit="" library="" results="" suites=()
while (($#)); do
  case $1 in
    --session | --system | --vm) mode=${1#--} ;;
    --install) install=1 ;;
    --only) suites+=("$2") && shift ;;
    --junit) junit=$(realpath "$2") && shift ;;
    --library) library=$(realpath "$2") && shift ;;
    --results) results=$2 && shift ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
  esac
  shift
done

all_suites() { find "$root/compat-tests/suites" -name '*.bats' -printf '%f\n' | sed 's/\.bats$//' | sort; }

# The packages of a list that is ordered by suite: "suite manager: package ...".
packages_of_suites() {
  local manager=$1 suite
  shift
  for suite in "$@"; do
    packages_of_list "$manager" <(sed -n "s/^$suite  *\(${manager}[^ ]*:\)/\1/p" "$root/compat-tests/packages.txt")
  done | sort -u
}

prepare() {
  local manager log
  local -a packages
  if ((install)); then
    manager=$(packages_manager)
    mapfile -t packages < <(packages_of_list "$manager" "$root/scripts/lib/build-packages.txt"
      packages_of_list "$manager" "$root/scripts/lib/test-packages.txt"
      packages_of_suites "$manager" frame "$mode" "${suites[@]}")
    packages_install "$manager" 1 "${packages[@]}"
    export CI=true # everything was installed: a missing program fails the test
  else
    unset CI
  fi
  log=$(mktemp)
  [[ $mode == vm ]] || build_release "$log" -- src/all # what is installed
  rm -f "$log"
}

# The package is that of the last commit.
run_in_machine() {
  local packages
  rm -rf "$root/build/compat/package"
  "$root/scripts/package.sh" -o "$root/build/compat/package" deb >"$results/package.log" 2>&1 ||
    { tail -n 30 "$results/package.log" >&2; return 1; }
  packages=$(packages_of_suites apt frame guest "${suites[@]}" | paste -sd ,)
  "$root/compat-tests/lib/machine.sh" "$root" "$results" \
    "$(find "$root/build/compat/package" -name 'oxidalloc_*_amd64.deb')" "$packages" "${suites[@]}"
}

# The sum of an attribute over the suites of a JUnit report.
total() { { grep '<testsuite ' "$results/report.xml" || true; } | sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" | paste -sd + | bc; }

report() {
  local all failed skipped tries
  for ((tries = 0; tries < 50; tries++)); do # bats may end before its report is written
    ! grep -qs '</testsuites>' "$results/report.xml" || break
    sleep 0.1
  done
  [[ -z $junit ]] || cp "$results/report.xml" "$junit"
  all=$(total tests) failed=$(total failures) skipped=$(total skipped)
  printf '# %s: %d passed, %d failed, %d skipped; ' "$mode" $((all - failed - skipped)) "$failed" "$skipped"
  printf 'records%s in %s\n' "$([[ $failed == 0 ]] || echo ' and logs of failures')" "$results"
}

((EUID == 0)) || { echo "run.sh must run as root: it makes mount namespaces" >&2; exit 1; }
if [[ $mode == vm ]]; then
  [[ ! $library ]] || { echo "--vm installs the package: no other --library" >&2; exit 2; }
  ((${#suites[@]})) || suites=(base perl sqlite openssh cron systemd)
fi
((${#suites[@]})) || mapfile -t suites < <(all_suites)
results=${results:-$root/build/compat/$mode}
prepare
mkdir -p "$results/records"
results=$(realpath "$results")
rm -rf "$results/report.xml" "$results/failed"
for suite in "${suites[@]}"; do
  [[ -f $root/compat-tests/suites/$suite.bats ]] || { echo "no suite $suite in compat-tests/suites" >&2; exit 2; }
  rm -f "$results/records/$suite.jsonl"
done

status=0
if [[ $mode == vm ]]; then
  run_in_machine || status=$?
else
  unshare --mount --propagation private "$root/compat-tests/lib/judge.sh" \
    "$root" "$root/build" "$results" "$library" "$mode" "${suites[@]}" || status=$?
fi
report
exit "$status"
