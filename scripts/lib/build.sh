# shellcheck shell=bash
# The Release build in build/. Sourced by the scripts, which set `root` to the checkout.

# build_release LOG CMAKE_CACHE_ARGS... -- TARGET...: configures and builds; silent unless it fails.
build_release() {
  local log=$1 problem=""
  local -a cache=()
  shift
  while [[ $1 != -- ]]; do
    cache+=("$1")
    shift
  done
  shift
  : >"$log"
  cmake -S "${root:?}" -B "$root/build" -G Ninja -DCMAKE_BUILD_TYPE=Release "${cache[@]}" >>"$log" 2>&1 ||
    problem="cmake cannot configure"
  [[ $problem ]] || cmake --build "$root/build" --target "$@" >>"$log" 2>&1 || problem="the build failed"
  if [[ $problem ]]; then
    cat "$log" >&2
    echo "oxidalloc: $problem (the output stands above)" >&2
    return 1
  fi
}
