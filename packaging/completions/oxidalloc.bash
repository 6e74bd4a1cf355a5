# bash completion for oxidalloc and each of its tools.
# shellcheck shell=bash

# The options of one tool, or of one action of oxidalloc-denylist.
_oxidalloc_options() {
  case $1 in
    enable) echo --root --json --dry-run --verbose --mode --library --hardened --rollback --reconcile ;;
    disable) echo --root --json --dry-run --purge ;;
    status) echo --root --json --verbose --prometheus --watch --interval --frames ;;
    run) echo --system-malloc --profile --stats --library ;;
    rescue | boot | denylist-remove | denylist-compile) echo --root ;;
    denylist-add) echo --root --reason ;;
    denylist-list | denylist-explain) echo --root --json ;;
  esac
  [[ $1 == denylist-* ]] || echo --version
  echo --help
}

_oxidalloc_reply() { mapfile -t COMPREPLY < <(compgen "$@" -- "$word"); }

_oxidalloc() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} first=1
  local tool=${COMP_WORDS[0]##*/}
  COMPREPLY=()
  if [[ $tool == oxidalloc ]]; then
    if ((COMP_CWORD == 1)); then
      _oxidalloc_reply -W "enable disable status run denylist rescue boot --help --version"
      return
    fi
    tool=${COMP_WORDS[1]}
    first=2
  else
    tool=${tool#oxidalloc-}
  fi

  case $before in
    --root) _oxidalloc_reply -d; return ;;
    --library) _oxidalloc_reply -f; return ;;
    --mode) _oxidalloc_reply -W "auto boot-safe direct"; return ;;
    --reason | --interval | --frames) return ;;
  esac

  if [[ $tool == denylist ]]; then
    if ((COMP_CWORD == first)); then
      _oxidalloc_reply -W "add remove list explain compile --help --version"
      return
    fi
    tool=denylist-${COMP_WORDS[first]}
  elif [[ $tool == boot && $word != -* ]]; then
    _oxidalloc_reply -W "place count complete"
    return
  fi

  if [[ $word == -* ]]; then
    _oxidalloc_reply -W "$(_oxidalloc_options "$tool")"
  elif [[ $tool == run ]]; then
    _oxidalloc_reply -c -f
  elif [[ $tool == denylist-remove ]]; then
    _oxidalloc_reply -W "$(oxidalloc-denylist list 2>/dev/null | sed 's/  .*//')"
  elif [[ $tool == denylist-add || $tool == denylist-explain ]]; then
    _oxidalloc_reply -f
  fi
}

complete -F _oxidalloc oxidalloc oxidalloc-enable oxidalloc-disable oxidalloc-status oxidalloc-run \
  oxidalloc-denylist oxidalloc-rescue
