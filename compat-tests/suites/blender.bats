# Blender, headless: a scene made by a script, rendered by Cycles on the processor; the picture is byte for byte
# libc's. Blender links an allocator library (jemalloc) behind ours: the library serves it.
load ../lib/compat

@test "a made scene, rendered by Cycles: the picture is libc's" {
  local RUN_SECONDS=900
  program Blender blender blender --version
  on_both render blender -b --factory-startup -noaudio --python-exit-code 3 -P "$OX_WORK/blender_scene.py" -- \
    "$(heavy 64 8)" picture.png
  sound render
  same_pixels render picture.png
  ran render ours blender
  reached render
}

# same_pixels NAME FILE: equal pictures; their texts (date, time taken) may differ.
same_pixels() {
  local run=$BATS_TEST_TMPDIR/$1 differing
  [ -s "$run.libc/cwd/$2" ] || fail "$1: no $2" || return
  require compare identify
  [ "$(identify -format %k "$run.libc/cwd/$2")" -gt 100 ] || fail "$1: $2 shows nothing" || return
  differing=$(compare -metric AE "$run.libc/cwd/$2" "$run.ox/cwd/$2" null: 2>&1) || true
  [ "$differing" = 0 ] || fail "$1: pixels that differ: $differing"
}
