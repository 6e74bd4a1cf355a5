# What every Debian has: the shell, text tools, archives, dpkg and apt; and Python's standard library.
load ../lib/compat

@test "shell, text tools, archives, a package made, installed and purged" {
  program "the base system" dpkg dpkg --version
  require xz
  on_both system "$OX_WORK/base_system.sh"
  sound system
  same_output system
  ran system ours dpkg bash
  reached system
}

@test "Python's standard library: threads, processes, foreign functions" {
  program "Python, standard library" /usr/bin/python3 /usr/bin/python3 --version
  as_user
  on_both python /usr/bin/python3 "$OX_WORK/python_work.py"
  same python
  sound python
  ran python ours "$(basename "$(realpath /usr/bin/python3)")"
  reached python
}
