#!/usr/bin/env bash
# ImageMagick: pictures drawn, filtered in threads, converted between formats, compared.
set -euo pipefail

convert=/usr/bin/convert
$convert -size 800x600 -seed 42 plasma:fractal start.png
$convert start.png -resize 1600x1200 -blur 0x3 -rotate 17 -modulate 110,130,90 -posterize 24 made.png
$convert start.png -colorspace Lab -channel L -equalize -colorspace sRGB -swirl 60 -charcoal 1 drawn.tiff
for format in jpg gif tiff webp bmp; do
  $convert made.png -resize 400x "small.$format"
  identify -format '%m %w %h %#\n' "small.$format"
done
identify -format '%m %w %h %#\n' start.png made.png drawn.tiff
montage small.jpg small.gif small.bmp -geometry 200x200+4+4 sheet.png
identify -format '%w %h %#\n' sheet.png
sleep 1
