# shellcheck shell=bash
# Packages, with the distribution's own package manager: apt, pacman or dnf. Sourced by the scripts.

# Prints apt, pacman or dnf; fails where there is none of them.
packages_manager() {
  if command -v apt-get >/dev/null; then
    echo apt
  elif command -v pacman >/dev/null; then
    echo pacman
  elif command -v dnf >/dev/null; then
    echo dnf
  else
    echo "No apt-get, pacman or dnf on this machine: install cmake, ninja and a C++20 compiler by hand." >&2
    return 1
  fi
}

# packages_missing MANAGER PACKAGE...: prints those that are not installed, one a line.
packages_missing() {
  local manager=$1 package
  shift
  for package; do
    case $manager in
      apt) [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ;;
      pacman) pacman -T "$package" >/dev/null ;;
      dnf) rpm -q --whatprovides "$package" >/dev/null 2>&1 ;;
    esac || echo "$package"
  done
}

# packages_install MANAGER ASSUME_YES PACKAGE...: installs what is missing among them; quick when nothing is.
# Asks first unless root or ASSUME_YES=1. All output goes to stderr: stdout belongs to the user's command.
packages_install() {
  local manager=$1 assume_yes=$2 missing answer
  local -a as_root=()
  shift 2
  mapfile -t missing < <(packages_missing "$manager" "$@")
  ((${#missing[@]})) || return 0

  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      echo "To be installed by root (there is no sudo here): ${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
    if ((!assume_yes)); then
      echo "To be installed with $manager: ${missing[*]}" >&2
      read -r -p "Go on? [y/N] " answer </dev/tty || answer=n
      [[ $answer == [yY]* ]] || return 1
    fi
  fi

  echo "Installing: ${missing[*]}" >&2
  case $manager in
    apt)
      as_root+=(env DEBIAN_FRONTEND=noninteractive)
      "${as_root[@]}" apt-get -q update
      "${as_root[@]}" apt-get -qy -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold \
        install --no-install-recommends "${missing[@]}"
      ;;
    pacman) "${as_root[@]}" pacman -Sy --needed --noconfirm "${missing[@]}" ;;
    dnf) "${as_root[@]}" dnf -qy --setopt=install_weak_deps=False install "${missing[@]}" ;;
  esac >&2 </dev/null
}

# packages_of_list MANAGER FILE: the packages that FILE names for MANAGER (lines of "manager: package ..."; of
# "manager-processor: package ..." where they are for one processor alone, as uname -m names it).
packages_of_list() {
  sed -n "s/^$1\(-$(uname -m)\)\{0,1\}: *//p" "$2" | tr ' ' '\n' | sed '/^$/d'
}
