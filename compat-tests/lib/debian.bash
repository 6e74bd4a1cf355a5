# Makes Debian roots from where this machine's own apt takes Debian's packages. Sourced.

# make_root DIRECTORY SUITE MMDEBSTRAP-OPTION...: whole or not at all; without apt sources inside.
make_root() {
  local kept=$1 suite=$2
  shift 2
  rm -rf "$kept.new"
  mkdir -p "${kept%/*}"
  # shellcheck disable=SC2016 # apt-get expands these
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' |
    grep -v security | sort -u | head -n 1 | sed "s/.*/deb & $suite main/" |
    mmdebstrap --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' "$@" "$suite" "$kept.new" -
  rm -rf "$kept.new"/etc/apt/sources.list*
  mv "$kept.new" "$kept"
}
