#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Times the path at 720p and 1080p with a face as large as a webcam user's, beside a net of
# the cost of the generator that other programs run on every frame.
# usage: tools/bench.sh PROGRAM [SECONDS_OF_VIDEO]
set -euo pipefail
program=$1
seconds=${2:-8}
here=$(cd "$(dirname "$0")/.." && pwd)
media=${BAUTA_MEDIA:-$here/../shared/media}
photo=$here/deps/demo/astronaut.png
film=$media/clips/webcam-400x300.mp4
crop=
if [ ! -f "$film" ]; then
    film=$here/deps/demo/hello.mp4
    crop='crop=254:190:114:82,'
    echo "bench: no clips in $media: the demo's is used"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
generator=$work/generator.onnx
python3 "$here/tools/onnx/generator_cost.py" "$generator" >/dev/null
for size in 1280x720 1920x1080; do
    width=${size%x*}
    height=${size#*x}
    inner=$((height * 4 / 3))
    ffmpeg -v error -y -nostdin -i "$film" -t "$seconds" -an \
        -vf "${crop}scale=$inner:$height:flags=bicubic,pad=$width:$height:(ow-iw)/2:0" \
        -c:v libx264 -preset ultrafast -crf 14 -pix_fmt yuv420p "$work/$size.mp4"
    echo
    echo "== $size, $(basename "$film")"
    "$program" bench -f "$photo" --consent licensed:NASA -i "$work/$size.mp4" \
        --frames 150 --generator "$generator"
done
