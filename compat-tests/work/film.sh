#!/usr/bin/env bash
# ffmpeg: a made film with sound goes through filters, encoders and decoders in threads; the checksum of every frame.
set -euo pipefail

quiet=(ffmpeg -hide_banner -loglevel error -nostdin -bitexact)
"${quiet[@]}" -f lavfi -i testsrc2=size=640x360:rate=25:duration=4 -f lavfi -i sine=frequency=440:duration=4 \
  -c:v libx264 -preset fast -threads 4 -c:a aac -y film.mkv
"${quiet[@]}" -i film.mkv -map 0 -f framemd5 - | grep -v '^#' | md5sum
"${quiet[@]}" -i film.mkv -filter_complex '[0:v]split=3[a][b][c];[a]hflip,hue=h=90[d];[b]scale=320:-2,boxblur=4[e];
  [d][e]overlay=10:10[f];[f][c]hstack,format=yuv420p[v];[0:a]atempo=1.5,aecho=0.8:0.8:60:0.4[s]' -map '[v]' -map '[s]' \
  -c:v mpeg4 -q:v 4 -threads 4 -c:a libopus -strict -2 -y made.mkv
"${quiet[@]}" -i made.mkv -map 0 -f framemd5 - | grep -v '^#' | md5sum
"${quiet[@]}" -i made.mkv -vf select='not(mod(n\,20))' -vsync vfr -y frame%03d.png
cat frame*.png | md5sum
ffprobe -v error -show_entries stream=codec_name,nb_read_frames -count_frames -of csv=p=0 made.mkv
