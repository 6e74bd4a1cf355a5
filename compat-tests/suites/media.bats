# Pictures, films and documents: ImageMagick, ffmpeg, GIMP, LibreOffice without a screen. What they make is libc's, bit by bit.
load ../lib/compat

setup() { as_user; }

# makes NAME SCRIPT PROGRAM...
makes() {
  on_both "$1" "$OX_WORK/$2"
  sound "$1"
  same_output "$1"
  ran "$1" ours "${@:3}"
  reached "$1"
}

@test "ImageMagick: drawn, filtered in threads, converted" {
  program ImageMagick /usr/bin/convert /usr/bin/convert --version
  makes pictures pictures.sh "$(basename "$(realpath /usr/bin/convert)")"
}

@test "ffmpeg: encoded, filtered, decoded in threads: every frame" {
  program ffmpeg ffmpeg
  makes film film.sh ffmpeg
}

@test "GIMP: a script of layers, gradients and filters" {
  program GIMP gimp gimp --version
  require identify compare
  # shellcheck disable=SC2016 # the run's shell
  on_both picture sh -c 'gimp --no-interface --no-data --no-fonts --no-splash --batch-interpreter plug-in-script-fu-eval \
    --batch - <"$OX_WORK/gimp.scm" >&2 && identify -format "%w %h\n" work.png'
  sound picture
  same_output picture
  # Threads share the work by how fast they are, and at the borders of a share a pixel is rounded to and fro.
  local made=$BATS_TEST_TMPDIR/picture
  run compare -metric AE -fuzz 1% "$made.libc/cwd/work.png" "$made.ox/cwd/work.png" null:
  [ "$output" = 0 ] || fail "$output pixels differ"
  ran picture ours "$(basename "$(realpath "$(command -v gimp)")")" script-fu
  reached picture
}

@test "LibreOffice: a text and a sheet converted to and fro" {
  program LibreOffice soffice soffice --version
  makes documents documents.sh soffice.bin
  grep -q '%PDF-' "$BATS_TEST_TMPDIR/documents.ox/out"
}
